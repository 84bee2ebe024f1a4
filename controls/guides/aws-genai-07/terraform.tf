# aws-genai-07: the role of one agent, with a boundary, and the permission to call its tool function.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25"
    }
  }
}

variable "agent_id" {
  type        = string
  description = "The agent. Create it first with the trust narrowed to agent/*, then set its id here."
}

variable "agent_role_name" {
  type        = string
  description = "Name of the role; nothing else may use it."
}

variable "boundary_name" {
  type        = string
  description = "Name of the permissions boundary."
}

variable "model_id" {
  type        = string
  description = "Foundation model of the agent."
}

variable "inference_profile_id" {
  type        = string
  description = "Inference profile through which it is called."
}

variable "destination_regions" {
  type        = list(string)
  description = "Regions of that profile."
}

variable "guardrail_id" {
  type        = string
  description = "Guardrail of the agent."
}

variable "knowledge_base_id" {
  type        = string
  description = "Knowledge base of the agent."
}

variable "schema_bucket" {
  type        = string
  description = "Bucket with the API schema of the action group."
}

variable "schema_key" {
  type        = string
  description = "Key of that schema."
}

variable "function_name" {
  type        = string
  description = "Lambda function of the action group."
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account     = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition
  bedrock     = "arn:${local.partition}:bedrock:${data.aws_region.current.region}:${local.account}"
  agent_arn   = "${local.bedrock}:agent/${var.agent_id}"
  profile_arn = "${local.bedrock}:inference-profile/${var.inference_profile_id}"
  model_arns  = [for r in var.destination_regions : "arn:${local.partition}:bedrock:${r}::foundation-model/${var.model_id}"]
  parts       = ["${local.bedrock}:guardrail/${var.guardrail_id}", "${local.bedrock}:knowledge-base/${var.knowledge_base_id}"]
  schema_arn  = "arn:${local.partition}:s3:::${var.schema_bucket}/${var.schema_key}"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["bedrock.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.agent_arn]
    }
  }
}

# Tools are called under the function's resource policy, so no lambda:InvokeFunction is needed here.
data "aws_iam_policy_document" "needs" {
  statement {
    sid       = "Profile"
    actions   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:GetInferenceProfile"]
    resources = [local.profile_arn]
  }

  statement {
    sid       = "ModelThroughProfile"
    actions   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    resources = local.model_arns

    condition {
      test     = "ArnEquals"
      variable = "bedrock:InferenceProfileArn"
      values   = [local.profile_arn]
    }
  }

  statement {
    sid       = "Parts"
    actions   = ["bedrock:ApplyGuardrail", "bedrock:Retrieve"]
    resources = local.parts
  }

  statement {
    sid       = "Schema"
    actions   = ["s3:GetObject"]
    resources = [local.schema_arn]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "ceiling" {
  statement {
    sid       = "Models"
    actions   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:GetInferenceProfile"]
    resources = concat(local.model_arns, [local.profile_arn])
  }

  statement {
    sid       = "Parts"
    actions   = ["bedrock:ApplyGuardrail", "bedrock:Retrieve"]
    resources = local.parts
  }

  statement {
    sid       = "Schema"
    actions   = ["s3:GetObject"]
    resources = [local.schema_arn]
  }
}

resource "aws_iam_policy" "boundary" {
  name   = var.boundary_name
  policy = data.aws_iam_policy_document.ceiling.json
}

resource "aws_iam_role" "agent" {
  name                 = var.agent_role_name
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = aws_iam_policy.boundary.arn
}

resource "aws_iam_role_policy" "needs" {
  name   = "AgentNeeds"
  role   = aws_iam_role.agent.name
  policy = data.aws_iam_policy_document.needs.json
}

resource "aws_lambda_permission" "agent" {
  statement_id   = "bedrock-agent-${var.agent_id}"
  function_name  = var.function_name
  action         = "lambda:InvokeFunction"
  principal      = "bedrock.amazonaws.com"
  source_account = local.account
  source_arn     = local.agent_arn
}
