# Made here, kept by Secrets Manager, brought into the cluster by External Secrets. None of them is in the state.

ephemeral "random_password" "admin_key" {
  length  = 48
  special = false
}

ephemeral "random_password" "kafka" {
  length  = 32
  special = false
}

locals {
  kafka_user = "vigie"
  # One more makes new passwords; whoever uses them has to be started again.
  secrets_version = 1
}

resource "aws_secretsmanager_secret" "platform" {
  name_prefix = "${var.name}-platform-"
  description = "First admin key of ${var.name}"
  kms_key_id  = aws_kms_key.main.arn
  tags        = local.tags
}

resource "aws_secretsmanager_secret_version" "platform" {
  secret_id                = aws_secretsmanager_secret.platform.id
  secret_string_wo         = jsonencode({ "admin-key" = ephemeral.random_password.admin_key.result })
  secret_string_wo_version = local.secrets_version
}

# MSK takes secrets of this name alone, under a key of ours.
resource "aws_secretsmanager_secret" "kafka" {
  name_prefix = "AmazonMSK_${var.name}_"
  description = "How ${var.name} signs in to Kafka"
  kms_key_id  = aws_kms_key.main.arn
  tags        = local.tags
}

resource "aws_secretsmanager_secret_version" "kafka" {
  secret_id = aws_secretsmanager_secret.kafka.id
  secret_string_wo = jsonencode({
    username = local.kafka_user
    password = ephemeral.random_password.kafka.result
  })
  secret_string_wo_version = local.secrets_version
}
