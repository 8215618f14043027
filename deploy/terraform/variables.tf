variable "name" {
  description = "Name of the platform; everything is called after it."
  type        = string
  default     = "vigie"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "2 to 31 small letters, digits and hyphens, a letter first."
  }
}

variable "tags" {
  description = "Tags for everything, beside Project."
  type        = map(string)
  default     = {}
}

variable "vpc_cidr" {
  description = "Addresses of the network, a /16."
  type        = string
  default     = "10.40.0.0/16"
  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 4, 15))
    error_message = "An IPv4 network such as 10.40.0.0/16."
  }
}

variable "zone_count" {
  description = "Availability zones in use. Three: Kafka and PostgreSQL keep a majority when one is lost."
  type        = number
  default     = 3
  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 3
    error_message = "2 or 3."
  }
}

variable "kubernetes_version" {
  description = "Version of EKS."
  type        = string
  default     = "1.34"
}

variable "api_access_cidrs" {
  description = "From where the Kubernetes API is reached over the internet; empty = from inside the network only."
  type        = list(string)
  default     = []
}

variable "cluster_admin_arns" {
  description = "IAM roles or users that administer the cluster."
  type        = list(string)
  default     = []
}

variable "platform_nodes" {
  description = "Machines of the roles: kind, and how many."
  type = object({
    instance_types = list(string)
    min            = number
    max            = number
  })
  default = {
    instance_types = ["m7g.xlarge"]
    min            = 3
    max            = 12
  }
}

variable "database_nodes" {
  description = "Machines of PostgreSQL, one for each instance of it: kind, and how many."
  type = object({
    instance_types = list(string)
    count          = number
  })
  default = {
    instance_types = ["r7g.2xlarge"]
    count          = 3
  }
}

variable "node_architecture" {
  description = "Processors of the machines: ARM_64 or x86_64; must fit their kinds."
  type        = string
  default     = "ARM_64"
  validation {
    condition     = contains(["ARM_64", "x86_64"], var.node_architecture)
    error_message = "ARM_64 or x86_64."
  }
}

variable "kafka" {
  description = "MSK: version, brokers in each zone and their kind, space of each in GiB, partitions of a topic, days that readings are kept."
  type = object({
    version          = string
    brokers_per_zone = number
    instance_type    = string
    volume_gib       = number
    partitions       = number
    retention_days   = number
  })
  default = {
    version          = "3.9.x.kraft"
    brokers_per_zone = 1
    instance_type    = "kafka.m7g.large"
    volume_gib       = 500
    partitions       = 12
    retention_days   = 7
  }
}

variable "backup_retention_days" {
  description = "How long backups of PostgreSQL and its write-ahead log are kept."
  type        = number
  default     = 35
}

variable "zone_name" {
  description = "Route 53 zone that the platform's name lies in, such as example.org."
  type        = string
}

variable "host_name" {
  description = "Name of the platform in that zone, such as vigie.example.org."
  type        = string
}

variable "load_balancer_name" {
  description = "DNS name of the load balancer that the cluster made; empty until there is one (second apply)."
  type        = string
  default     = ""
}

variable "alarm_emails" {
  description = "Who is written to when something about the platform itself is wrong."
  type        = list(string)
  default     = []
}

variable "deletion_protection" {
  description = "Keeps table and repository from being deleted along with everything else."
  type        = bool
  default     = true
}
