output "cluster_name" {
  description = "For `aws eks update-kubeconfig --name`."
  value       = aws_eks_cluster.main.name
}

output "kafka_brokers" {
  description = "VIGIE_KAFKA_BROKERS: TLS, SASL SCRAM-SHA-512."
  value       = aws_msk_cluster.main.bootstrap_brokers_sasl_scram
}

output "kafka_secret_name" {
  description = "User name and password for Kafka in Secrets Manager."
  value       = aws_secretsmanager_secret.kafka.name
}

output "platform_secret_name" {
  description = "The first admin key in Secrets Manager."
  value       = aws_secretsmanager_secret.platform.name
}

output "app_table_name" {
  description = "VIGIE_DYNAMODB_TABLE."
  value       = aws_dynamodb_table.app.name
}

output "image_repository" {
  description = "Where the image is pushed to."
  value       = aws_ecr_repository.main.repository_url
}

output "backup_bucket" {
  description = "Where PostgreSQL writes its backups and its write-ahead log."
  value       = aws_s3_bucket.backups.bucket
}

output "certificate_arn" {
  description = "Certificate of the platform's name, for the load balancer."
  value       = aws_acm_certificate_validation.main.certificate_arn
}

output "private_subnet_cidrs" {
  description = "Where brokers and machines are, for the network policy to-stores."
  value       = [for subnet in aws_subnet.private : subnet.cidr_block]
}
