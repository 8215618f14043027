# Who may do what: the cluster, its machines, and the pods that need something of AWS.

data "aws_iam_policy_document" "trust" {
  for_each = {
    cluster     = { service = "eks.amazonaws.com", actions = ["sts:AssumeRole", "sts:TagSession"] }
    node        = { service = "ec2.amazonaws.com", actions = ["sts:AssumeRole"] }
    pod         = { service = "pods.eks.amazonaws.com", actions = ["sts:AssumeRole", "sts:TagSession"] }
    network-log = { service = "vpc-flow-logs.amazonaws.com", actions = ["sts:AssumeRole"] }
  }
  statement {
    actions = each.value.actions
    principals {
      type        = "Service"
      identifiers = [each.value.service]
    }
  }
}

resource "aws_iam_role" "cluster" {
  name_prefix        = "${var.name}-cluster-"
  assume_role_policy = data.aws_iam_policy_document.trust["cluster"].json
  tags               = local.tags
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role" "node" {
  name_prefix        = "${var.name}-node-"
  assume_role_policy = data.aws_iam_policy_document.trust["node"].json
  tags               = local.tags
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each   = toset(["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"])
  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

locals {
  # Pods by their service account; each gets a role of its own.
  pods = {
    platform = { namespace = "vigie", account = "vigie" }
    database = { namespace = "postgres", account = "vigie" }
    secrets  = { namespace = "external-secrets", account = "external-secrets" }
    volumes  = { namespace = "kube-system", account = "ebs-csi-controller-sa" }
  }
}

resource "aws_iam_role" "pod" {
  for_each           = local.pods
  name_prefix        = "${var.name}-${each.key}-"
  assume_role_policy = data.aws_iam_policy_document.trust["pod"].json
  tags               = local.tags
}

resource "aws_eks_pod_identity_association" "pod" {
  for_each        = local.pods
  cluster_name    = aws_eks_cluster.main.name
  namespace       = each.value.namespace
  service_account = each.value.account
  role_arn        = aws_iam_role.pod[each.key].arn
  tags            = local.tags
}

resource "aws_iam_role_policy_attachment" "volumes" {
  role       = aws_iam_role.pod["volumes"].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}

resource "aws_iam_role_policy" "platform" {
  name   = "app-table"
  role   = aws_iam_role.pod["platform"].name
  policy = data.aws_iam_policy_document.platform.json
}

data "aws_iam_policy_document" "platform" {
  statement {
    actions = [
      "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:DescribeTable",
      "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem",
      "dynamodb:ConditionCheckItem",
    ]
    resources = [aws_dynamodb_table.app.arn, "${aws_dynamodb_table.app.arn}/index/*"]
  }
  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.main.arn]
  }
}

resource "aws_iam_role_policy" "database" {
  name   = "backups"
  role   = aws_iam_role.pod["database"].name
  policy = data.aws_iam_policy_document.database.json
}

data "aws_iam_policy_document" "database" {
  statement {
    actions   = ["s3:ListBucket", "s3:GetBucketLocation"]
    resources = [aws_s3_bucket.backups.arn]
  }
  statement {
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = ["${aws_s3_bucket.backups.arn}/*"]
  }
  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.main.arn]
  }
}

resource "aws_iam_role_policy" "secrets" {
  name   = "read-secrets"
  role   = aws_iam_role.pod["secrets"].name
  policy = data.aws_iam_policy_document.secrets.json
}

data "aws_iam_policy_document" "secrets" {
  statement {
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    resources = [aws_secretsmanager_secret.platform.arn, aws_secretsmanager_secret.kafka.arn]
  }
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.main.arn]
  }
}
