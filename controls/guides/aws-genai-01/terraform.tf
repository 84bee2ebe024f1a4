# aws-genai-01: one role, one profile, one model.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25"
    }
  }
}

variable "role_name" {
  type        = string
  description = "Name of the invoking role."
}

variable "policy_name" {
  type        = string
  description = "Name of its policy."
}

variable "app_principal_arn" {
  type        = string
  description = "The workload's own role, which assumes the invoking role."
}

variable "model_id" {
  type        = string
  description = "Foundation model that may be invoked."
}

variable "inference_profile_id" {
  type        = string
  description = "System inference profile of that model, such as eu.anthropic.…"
}

variable "destination_regions" {
  type        = list(string)
  description = "Every region the profile can route to; `aws bedrock get-inference-profile` lists them."
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  bedrock     = "arn:${data.aws_partition.current.partition}:bedrock"
  profile_arn = "${local.bedrock}:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:inference-profile/${var.inference_profile_id}"
  model_arns  = [for r in var.destination_regions : "${local.bedrock}:${r}::foundation-model/${var.model_id}"]
}

data "aws_iam_policy_document" "invoke" {
  statement {
    sid       = "UseOneProfile"
    actions   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    resources = [local.profile_arn]
  }

  # Without the condition a caller could skip the profile and address the model in each region.
  statement {
    sid       = "ReachItsModelOnlyThroughIt"
    actions   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    resources = local.model_arns

    condition {
      test     = "ArnEquals"
      variable = "bedrock:InferenceProfileArn"
      values   = [local.profile_arn]
    }
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.app_principal_arn]
    }
  }
}

resource "aws_iam_policy" "invoke" {
  name   = var.policy_name
  policy = data.aws_iam_policy_document.invoke.json
}

resource "aws_iam_role" "invoker" {
  name               = var.role_name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "invoke" {
  role       = aws_iam_role.invoker.name
  policy_arn = aws_iam_policy.invoke.arn
}
