data "aws_route53_zone" "main" {
  name = var.zone_name
}

resource "aws_acm_certificate" "main" {
  domain_name       = var.host_name
  validation_method = "DNS"
  tags              = local.tags
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = {
    for option in aws_acm_certificate.main.domain_validation_options : option.domain_name => option
  }
  zone_id         = data.aws_route53_zone.main.zone_id
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "main" {
  certificate_arn         = aws_acm_certificate.main.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

# The load balancer is made by the cluster: its name comes with the second apply.
resource "aws_route53_record" "platform" {
  count   = var.load_balancer_name == "" ? 0 : 1
  zone_id = data.aws_route53_zone.main.zone_id
  name    = var.host_name
  type    = "CNAME"
  records = [var.load_balancer_name]
  ttl     = 60
}
