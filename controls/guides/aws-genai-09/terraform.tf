# aws-genai-09: the approved guardrail on every model call, by SCP, by organization policy and by account.
# For the management account.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Use the latest: aws_bedrock_enforced_guardrail_configuration is younger than 6.25.
      version = "> 6.25"
    }
  }
}

variable "target_id" {
  type        = string
  description = "Organizational unit or account to bind."
}

variable "guardrail_arn" {
  type        = string
  description = "The approved guardrail, owned by the management account."
}

variable "guardrail_version" {
  type        = string
  description = "Its published version."
}

variable "admin_role_arn" {
  type        = string
  description = "Pattern of the role that may change guardrails."
}

variable "delegated_account_id" {
  type        = string
  description = "Account that may manage Bedrock policies."
}

data "aws_partition" "current" {}
data "aws_region" "current" {}

data "aws_iam_policy_document" "required" {
  # Negated, so a call without the key is denied as well. `:*` means any numbered version, not the draft.
  # Embedding calls carry no guardrail: except the exact role that ingests documents if you have one.
  statement {
    sid       = "RequireGuardrail"
    effect    = "Deny"
    actions   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    resources = ["*"]

    condition {
      test     = "ArnNotLike"
      variable = "bedrock:GuardrailIdentifier"
      values   = ["${var.guardrail_arn}:*"]
    }
  }

  # One statement per tag: together in one Null block they would deny only when both are missing.
  dynamic "statement" {
    for_each = ["CostCenter", "Environment"]

    content {
      sid       = "GuardrailNeeds${statement.value}"
      effect    = "Deny"
      actions   = ["bedrock:CreateGuardrail"]
      resources = ["*"]

      condition {
        test     = "Null"
        variable = "aws:RequestTag/${statement.value}"
        values   = ["true"]
      }
    }
  }

  statement {
    sid       = "NoMantle"
    effect    = "Deny"
    actions   = ["bedrock-mantle:CreateInference"]
    resources = ["*"]
  }

  statement {
    sid    = "KeepGuardrails"
    effect = "Deny"
    actions = [
      "bedrock:UpdateGuardrail",
      "bedrock:DeleteGuardrail",
      "bedrock:PutEnforcedGuardrailConfiguration",
      "bedrock:DeleteEnforcedGuardrailConfiguration",
    ]
    resources = ["*"]

    condition {
      test     = "ArnNotLike"
      variable = "aws:PrincipalArn"
      values   = [var.admin_role_arn]
    }
  }
}

resource "aws_organizations_policy" "required" {
  name        = "bedrock-guardrail-required"
  description = "Model calls carry the approved guardrail"
  type        = "SERVICE_CONTROL_POLICY"
  content     = data.aws_iam_policy_document.required.json
}

resource "aws_organizations_policy_attachment" "required" {
  policy_id = aws_organizations_policy.required.id
  target_id = var.target_id
}

# Applied by Bedrock itself. Members need bedrock:ApplyGuardrail on it through the guardrail's resource policy, for
# which the provider has no resource: set it with `aws bedrock put-resource-policy` as in the CLI guide.
resource "aws_organizations_policy" "enforced" {
  name        = "bedrock-enforced-guardrail"
  description = "Guardrail applied to every model call"
  type        = "BEDROCK_POLICY"

  content = jsonencode({
    bedrock = {
      guardrail_inference = {
        (data.aws_region.current.region) = {
          baseline = {
            identifier = { "@@assign" = "${var.guardrail_arn}:${var.guardrail_version}" }
            selective_content_guarding = {
              system   = { "@@assign" = "comprehensive" }
              messages = { "@@assign" = "comprehensive" }
            }
            model_enforcement = {
              included_models = { "@@assign" = ["ALL"] }
              excluded_models = { "@@assign" = [] }
            }
          }
        }
      }
    }
  })
}

resource "aws_organizations_policy_attachment" "enforced" {
  policy_id = aws_organizations_policy.enforced.id
  target_id = var.target_id
}

data "aws_iam_policy_document" "delegation" {
  statement {
    sid = "BedrockPoliciesOnly"
    actions = [
      "organizations:CreatePolicy",
      "organizations:UpdatePolicy",
      "organizations:DeletePolicy",
      "organizations:AttachPolicy",
      "organizations:DetachPolicy",
      "organizations:DescribePolicy",
      "organizations:ListPolicies",
      "organizations:ListPoliciesForTarget",
      "organizations:ListTargetsForPolicy",
    ]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${var.delegated_account_id}:root"]
    }

    condition {
      test     = "StringLikeIfExists"
      variable = "organizations:PolicyType"
      values   = ["BEDROCK_POLICY"]
    }
  }
}

resource "aws_organizations_resource_policy" "delegation" {
  content = data.aws_iam_policy_document.delegation.json
}

# Organization policies do not bind the management account: enforce the guardrail here by itself, in each region.
resource "aws_bedrock_enforced_guardrail_configuration" "this" {
  guardrail_identifier = var.guardrail_arn
  guardrail_version    = var.guardrail_version

  selective_content_guarding {
    system   = "COMPREHENSIVE"
    messages = "COMPREHENSIVE"
  }

  model_enforcement {
    included_models = ["ALL"]
    excluded_models = []
  }
}
