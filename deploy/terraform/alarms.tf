# What Vigie cannot say about itself when it is not there any more.

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = aws_kms_key.main.arn
  tags              = local.tags
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each  = toset(var.alarm_emails)
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

locals {
  kafka_dimensions = { "Cluster Name" = aws_msk_cluster.main.cluster_name }
  broker_ids       = [for id in range(1, local.broker_count + 1) : tostring(id)]
  kafka_alarms = merge(
    {
      offline-partitions = {
        metric     = "OfflinePartitionsCount"
        above      = 0
        dimensions = {}
        says       = "Partitions without a leader: gateways answer 503, nothing new is taken."
      }
      behind = {
        metric     = "EstimatedMaxTimeLag"
        above      = 60
        dimensions = { "Consumer Group" = "vigie-processor", Topic = "vigie.readings" }
        says       = "Processors are over a minute behind: alerts come late."
      }
    },
    {
      for id in local.broker_ids : "too-few-copies-${id}" => {
        metric     = "UnderMinIsrPartitionCount"
        above      = 0
        dimensions = { "Broker ID" = id }
        says       = "Partitions with too few copies: gateways answer 503 for them."
      }
    },
    {
      for id in local.broker_ids : "disk-${id}" => {
        metric     = "KafkaDataLogsDiskUsed"
        above      = 80
        dimensions = { "Broker ID" = id }
        says       = "A broker's disk is over 80 % full: more space, or a shorter retention."
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "kafka" {
  for_each            = local.kafka_alarms
  alarm_name          = "${var.name}-kafka-${each.key}"
  alarm_description   = each.value.says
  namespace           = "AWS/Kafka"
  metric_name         = each.value.metric
  dimensions          = merge(local.kafka_dimensions, each.value.dimensions)
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "missing"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "app_table" {
  alarm_name          = "${var.name}-app-table-throttled"
  alarm_description   = "DynamoDB turns requests of the App table away."
  namespace           = "AWS/DynamoDB"
  metric_name         = "ThrottledRequests"
  dimensions          = { TableName = aws_dynamodb_table.app.name }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  tags                = local.tags
}

# From outside, as a person or a sensor sees it. Route 53 counts in one region alone.
resource "aws_route53_health_check" "platform" {
  fqdn              = var.host_name
  type              = "HTTPS"
  port              = 443
  resource_path     = "/health/ready"
  request_interval  = 30
  failure_threshold = 3
  tags              = merge(local.tags, { Name = var.host_name })
}

locals {
  health_region = "us-east-1"
}

resource "aws_sns_topic" "health" {
  region = local.health_region
  name   = "${var.name}-health"
  tags   = local.tags
}

resource "aws_sns_topic_subscription" "health" {
  for_each  = toset(var.alarm_emails)
  region    = local.health_region
  topic_arn = aws_sns_topic.health.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_metric_alarm" "health" {
  region              = local.health_region
  alarm_name          = "${var.name}-not-ready"
  alarm_description   = "https://${var.host_name}/health/ready does not answer 200."
  namespace           = "AWS/Route53"
  metric_name         = "HealthCheckStatus"
  dimensions          = { HealthCheckId = aws_route53_health_check.platform.id }
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 2
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.health.arn]
  ok_actions          = [aws_sns_topic.health.arn]
  tags                = local.tags
}
