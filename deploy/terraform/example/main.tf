# A fleet in Paris. State holds no password, but names everything: keep it encrypted and locked.
terraform {
  required_version = ">= 1.11"
  backend "s3" {
    bucket       = "example-terraform-state"
    key          = "vigie/terraform.tfstate"
    region       = "eu-west-3"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-west-3"
}

module "vigie" {
  source             = "../"
  zone_name          = "example.org"
  host_name          = "vigie.example.org"
  cluster_admin_arns = ["arn:aws:iam::123456789012:role/platform-admin"]
  api_access_cidrs   = ["198.51.100.0/24"]
  alarm_emails       = ["platform@example.org"]
}

output "vigie" {
  description = "What the manifests of deploy/kubernetes need to know."
  value       = module.vigie
}
