# aws-genai-02: harm filters and personal data rules, in a published guardrail version.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25"
    }
  }
}

variable "guardrail_name" {
  type        = string
  description = "Name of the guardrail."
}

variable "guardrail_profile_id" {
  type        = string
  description = "Cross-region guardrail profile of your geography, such as eu.guardrail.v1:0."
}

variable "key_arn" {
  type        = string
  description = "Customer-managed KMS key for the guardrail."
}

variable "cost_center" {
  type        = string
  description = "Value of the CostCenter tag."
}

variable "environment" {
  type        = string
  description = "Value of the Environment tag."
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  harm_categories = ["HATE", "SEXUAL", "VIOLENCE", "INSULTS", "MISCONDUCT"]

  # EMAIL is masked; credentials stop the request.
  personal_data = {
    EMAIL          = "ANONYMIZE"
    AWS_ACCESS_KEY = "BLOCK"
    AWS_SECRET_KEY = "BLOCK"
    PASSWORD       = "BLOCK"
  }
}

# One guardrail for both aws-genai-06 and aws-genai-02, because a request can carry only one.
resource "aws_bedrock_guardrail" "this" {
  name                      = var.guardrail_name
  description               = "Blocks harmful content and prompt attacks, masks or blocks personal data."
  blocked_input_messaging   = "This request cannot be processed."
  blocked_outputs_messaging = "The answer was withheld."
  kms_key_arn               = var.key_arn

  content_policy_config {
    dynamic "filters_config" {
      for_each = local.harm_categories

      content {
        type              = filters_config.value
        input_strength    = "HIGH"
        output_strength   = "HIGH"
        input_action      = "BLOCK"
        output_action     = "BLOCK"
        input_enabled     = true
        output_enabled    = true
        input_modalities  = ["TEXT", "IMAGE"]
        output_modalities = ["TEXT", "IMAGE"]
      }
    }

    # This filter looks at input only: NONE is the one output strength it takes.
    filters_config {
      type            = "PROMPT_ATTACK"
      input_strength  = "HIGH"
      output_strength = "NONE"
      input_action    = "BLOCK"
      input_enabled   = true
    }

    tier_config {
      tier_name = "STANDARD"
    }
  }

  # STANDARD needs this, and pays with residency: texts are assessed anywhere in the profile's regions.
  # Where that is forbidden, set CLASSIC above and delete the block; only leakage detection and languages are lost.
  cross_region_config {
    guardrail_profile_identifier = "arn:${data.aws_partition.current.partition}:bedrock:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:guardrail-profile/${var.guardrail_profile_id}"
  }

  sensitive_information_policy_config {
    dynamic "pii_entities_config" {
      for_each = local.personal_data

      content {
        type           = pii_entities_config.key
        action         = pii_entities_config.value
        input_action   = pii_entities_config.value
        output_action  = pii_entities_config.value
        input_enabled  = true
        output_enabled = true
      }
    }
  }

  tags = {
    CostCenter  = var.cost_center
    Environment = var.environment
  }
}

# A new version for each change; callers pin the number. Old versions stay for those that still use them.
resource "aws_bedrock_guardrail_version" "this" {
  guardrail_arn = aws_bedrock_guardrail.this.guardrail_arn
  description   = "Reviewed"
  skip_destroy  = true

  lifecycle {
    replace_triggered_by = [aws_bedrock_guardrail.this]
  }
}

output "guardrail_version" {
  value = aws_bedrock_guardrail_version.this.version
}
