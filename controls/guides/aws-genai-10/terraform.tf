# aws-genai-10: model calls stay in approved regions. For the management account.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25"
    }
  }
}

variable "approved_regions" {
  type        = list(string)
  description = "Regions in which prompts may be processed."

  validation {
    condition     = !contains(var.approved_regions, "unspecified")
    error_message = "`unspecified` stands for global profiles and would let them through."
  }
}

variable "admin_role_arn" {
  type        = string
  description = "Pattern of the role that may create inference profiles."
}

variable "target_id" {
  type        = string
  description = "Organizational unit or account to bind."
}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "regions" {
  # A profile is authorized in each region it may route to; one region outside the list is enough to stop it.
  statement {
    sid    = "ApprovedRegionsOnly"
    effect = "Deny"
    actions = [
      "bedrock:InvokeModel",
      "bedrock:InvokeModelWithResponseStream",
      "bedrock:CreateModelInvocationJob",
      "bedrock:CreateProvisionedModelThroughput",
      "bedrock-mantle:CreateInference",
    ]
    resources = ["*"]

    condition {
      test     = "StringNotEquals"
      variable = "aws:RequestedRegion"
      values   = var.approved_regions
    }
  }

  statement {
    sid       = "NoGlobalProfiles"
    effect    = "Deny"
    actions   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = ["unspecified"]
    }

    condition {
      test     = "ArnLike"
      variable = "bedrock:InferenceProfileArn"
      values   = ["arn:${data.aws_partition.current.partition}:bedrock:*:*:inference-profile/global.*"]
    }
  }

  statement {
    sid       = "ProfilesByPlatformOnly"
    effect    = "Deny"
    actions   = ["bedrock:CreateInferenceProfile"]
    resources = ["*"]

    condition {
      test     = "ArnNotLike"
      variable = "aws:PrincipalArn"
      values   = [var.admin_role_arn]
    }
  }
}

resource "aws_organizations_policy" "regions" {
  name        = "bedrock-approved-regions"
  description = "Model calls stay in approved regions"
  type        = "SERVICE_CONTROL_POLICY"
  content     = data.aws_iam_policy_document.regions.json
}

resource "aws_organizations_policy_attachment" "regions" {
  policy_id = aws_organizations_policy.regions.id
  target_id = var.target_id
}
