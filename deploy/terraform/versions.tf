terraform {
  # Write-only arguments: no password reaches the state.
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  tags       = merge({ Project = var.name }, var.tags)
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.region
}
