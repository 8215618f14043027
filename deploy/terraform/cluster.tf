# EKS: one group of machines for the roles, one for PostgreSQL.

resource "aws_cloudwatch_log_group" "cluster" {
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = 90
  kms_key_id        = aws_kms_key.main.arn
  tags              = local.tags
}

resource "aws_eks_cluster" "main" {
  name                      = var.name
  version                   = var.kubernetes_version
  role_arn                  = aws_iam_role.cluster.arn
  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  deletion_protection       = var.deletion_protection
  vpc_config {
    subnet_ids              = [for subnet in aws_subnet.private : subnet.id]
    endpoint_private_access = true
    endpoint_public_access  = length(var.api_access_cidrs) > 0
    public_access_cidrs     = length(var.api_access_cidrs) > 0 ? var.api_access_cidrs : null
  }
  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = aws_kms_key.main.arn
    }
  }
  tags       = local.tags
  depends_on = [aws_iam_role_policy_attachment.cluster, aws_cloudwatch_log_group.cluster]
}

resource "aws_eks_access_entry" "admin" {
  for_each      = toset(var.cluster_admin_arns)
  cluster_name  = aws_eks_cluster.main.name
  principal_arn = each.key
}

resource "aws_eks_access_policy_association" "admin" {
  for_each      = aws_eks_access_entry.admin
  cluster_name  = aws_eks_cluster.main.name
  principal_arn = each.value.principal_arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
  access_scope {
    type = "cluster"
  }
}

locals {
  node_ami = "AL2023_${var.node_architecture}_STANDARD"
}

resource "aws_launch_template" "node" {
  name_prefix = "${var.name}-node-"
  # Pods cannot take the machine's identity: one hop ends at the machine.
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_type = "gp3"
      volume_size = 50
      encrypted   = true
    }
  }
  tag_specifications {
    resource_type = "instance"
    tags          = merge(local.tags, { Name = "${var.name}-node" })
  }
  tags = local.tags
}

resource "aws_eks_node_group" "platform" {
  cluster_name           = aws_eks_cluster.main.name
  node_group_name_prefix = "platform-"
  node_role_arn          = aws_iam_role.node.arn
  subnet_ids             = [for subnet in aws_subnet.private : subnet.id]
  ami_type               = local.node_ami
  instance_types         = var.platform_nodes.instance_types
  scaling_config {
    desired_size = var.platform_nodes.min
    min_size     = var.platform_nodes.min
    max_size     = var.platform_nodes.max
  }
  update_config {
    max_unavailable = 1
  }
  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }
  tags       = local.tags
  depends_on = [aws_iam_role_policy_attachment.node]
  lifecycle {
    create_before_destroy = true
    # Whatever scales the cluster changes it.
    ignore_changes = [scaling_config[0].desired_size]
  }
}

resource "aws_eks_node_group" "database" {
  cluster_name           = aws_eks_cluster.main.name
  node_group_name_prefix = "database-"
  node_role_arn          = aws_iam_role.node.arn
  subnet_ids             = [for subnet in aws_subnet.private : subnet.id]
  ami_type               = local.node_ami
  instance_types         = var.database_nodes.instance_types
  labels                 = { "vigie-nodes" = "database" }
  scaling_config {
    desired_size = var.database_nodes.count
    min_size     = var.database_nodes.count
    max_size     = var.database_nodes.count + 1
  }
  update_config {
    max_unavailable = 1
  }
  taint {
    key    = "vigie-nodes"
    value  = "database"
    effect = "NO_SCHEDULE"
  }
  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }
  tags       = local.tags
  depends_on = [aws_iam_role_policy_attachment.node]
}

locals {
  addons = {
    # Without it the NetworkPolicies of deploy/kubernetes would be words.
    vpc-cni                = jsonencode({ enableNetworkPolicy = "true" })
    kube-proxy             = null
    coredns                = null
    eks-pod-identity-agent = null
    aws-ebs-csi-driver     = null
    metrics-server         = null
  }
}

resource "aws_eks_addon" "main" {
  for_each                    = local.addons
  cluster_name                = aws_eks_cluster.main.name
  addon_name                  = each.key
  configuration_values        = each.value
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
  tags                        = local.tags
  depends_on                  = [aws_eks_node_group.platform]
}
