# Who tried to speak to whom, and was turned away: for the day when somebody has to know.

resource "aws_cloudwatch_log_group" "network" {
  name              = "/${var.name}/network"
  retention_in_days = 30
  kms_key_id        = aws_kms_key.main.arn
  tags              = local.tags
}

resource "aws_flow_log" "main" {
  vpc_id               = aws_vpc.main.id
  traffic_type         = "REJECT"
  log_destination_type = "cloud-watch-logs"
  log_destination      = aws_cloudwatch_log_group.network.arn
  iam_role_arn         = aws_iam_role.network_log.arn
  tags                 = merge(local.tags, { Name = var.name })
}

resource "aws_iam_role" "network_log" {
  name_prefix        = "${var.name}-network-log-"
  assume_role_policy = data.aws_iam_policy_document.trust["network-log"].json
  tags               = local.tags
}

resource "aws_iam_role_policy" "network_log" {
  name   = "write-log"
  role   = aws_iam_role.network_log.name
  policy = data.aws_iam_policy_document.network_log.json
}

data "aws_iam_policy_document" "network_log" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams", "logs:DescribeLogGroups"]
    resources = [aws_cloudwatch_log_group.network.arn, "${aws_cloudwatch_log_group.network.arn}:*"]
  }
}
