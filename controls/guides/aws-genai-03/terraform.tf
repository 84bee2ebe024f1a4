# aws-genai-03: Bedrock endpoints in a VPC, and the SCP that makes them the only way.
# The SCP belongs into the management account: give it the provider alias `organization`.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = ">= 6.25"
      configuration_aliases = [aws.organization]
    }
  }
}

variable "vpc_id" {
  type        = string
  description = "Network of the workloads; DNS support and DNS host names have to be on."
}

variable "vpc_cidr" {
  type        = string
  description = "Its address range."
}

variable "subnet_ids" {
  type        = list(string)
  description = "Subnets in at least two zones."

  validation {
    condition     = length(var.subnet_ids) > 1
    error_message = "One subnet is one zone: name two or more."
  }
}

variable "org_id" {
  type        = string
  description = "Organization whose principals may use the endpoints."
}

variable "service_role_arn" {
  type        = string
  description = "ARN pattern of the roles under which Bedrock works for you."
}

variable "target_id" {
  type        = string
  description = "Organizational unit or account that the SCP binds."
}

data "aws_region" "current" {}

locals {
  services = toset(["bedrock-runtime", "bedrock", "bedrock-agent-runtime", "bedrock-agent"])
}

resource "aws_security_group" "endpoints" {
  name        = "bedrock-endpoints"
  description = "HTTPS from the VPC to the Bedrock endpoints"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.endpoints.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = var.vpc_cidr
}

data "aws_iam_policy_document" "endpoint" {
  statement {
    sid       = "OwnOrganizationOnly"
    actions   = ["bedrock:*"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = [var.org_id]
    }
  }
}

resource "aws_vpc_endpoint" "bedrock" {
  for_each = local.services

  vpc_id              = var.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${data.aws_region.current.region}.${each.key}"
  subnet_ids          = var.subnet_ids
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  policy              = data.aws_iam_policy_document.endpoint.json
}

# All conditions have to hold: the second to fourth are exceptions for calls that Bedrock itself makes.
data "aws_iam_policy_document" "private_path" {
  statement {
    sid       = "ModelsFromApprovedNetworksOnly"
    effect    = "Deny"
    actions   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    resources = ["*"]

    condition {
      test     = "StringNotEqualsIfExists"
      variable = "aws:SourceVpc"
      values   = [var.vpc_id]
    }

    condition {
      test     = "BoolIfExists"
      variable = "aws:ViaAWSService"
      values   = ["false"]
    }

    condition {
      test     = "BoolIfExists"
      variable = "aws:PrincipalIsAWSService"
      values   = ["false"]
    }

    condition {
      test     = "ArnNotLikeIfExists"
      variable = "aws:PrincipalArn"
      values   = [var.service_role_arn]
    }
  }
}

resource "aws_organizations_policy" "private_path" {
  provider = aws.organization

  name        = "bedrock-private-path"
  description = "Model calls come from approved networks"
  type        = "SERVICE_CONTROL_POLICY"
  content     = data.aws_iam_policy_document.private_path.json
}

resource "aws_organizations_policy_attachment" "private_path" {
  provider = aws.organization

  policy_id = aws_organizations_policy.private_path.id
  target_id = var.target_id
}
