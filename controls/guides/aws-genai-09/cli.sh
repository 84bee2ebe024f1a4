#!/usr/bin/env bash
# aws-genai-09: no model call without the approved guardrail, no untagged guardrail, no way around through mantle;
# then the guardrail enforced by Bedrock itself. Run it in the management account (the last part: in each account).
#
# Placeholders
#   PARTITION, REGION
#   ROOT_ID               root of the organization, r-…
#   TARGET_ID             organizational unit or account to bind
#   ORG_ID                o-…
#   GUARDRAIL_ARN         the approved guardrail, owned by the management account
#   GUARDRAIL_VERSION     its published version
#   ADMIN_ROLE_ARN        pattern of the role that may change guardrails, e.g. arn:aws:iam::*:role/guardrail-admin
#   DELEGATED_ACCOUNT_ID  account that may manage Bedrock policies for you
set -euo pipefail
: "${PARTITION:=aws}" "${REGION:?}" "${ROOT_ID:?}" "${TARGET_ID:?}" "${ORG_ID:?}" "${GUARDRAIL_ARN:?}"
: "${GUARDRAIL_VERSION:?}" "${ADMIN_ROLE_ARN:?}" "${DELEGATED_ACCOUNT_ID:?}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# Both fail harmlessly where the type is on already.
aws organizations enable-policy-type --root-id "$ROOT_ID" --policy-type SERVICE_CONTROL_POLICY || true
aws organizations enable-policy-type --root-id "$ROOT_ID" --policy-type BEDROCK_POLICY || true

# RequireGuardrail: a negated operator also denies when the key is absent, which is the point. `:*` admits every
# numbered version and keeps the draft out. Name one ARN per region. Embedding calls carry no guardrail: if you
# ingest documents, add ArnNotEquals on aws:PrincipalArn with the exact ARN of that one role.
# Two statements for two tags: in one Null block they would deny only when both are missing.
cat > "$work/scp.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "RequireGuardrail", "Effect": "Deny",
      "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
      "Resource": "*",
      "Condition": {"ArnNotLike": {"bedrock:GuardrailIdentifier": ["${GUARDRAIL_ARN}:*"]}}
    },
    {
      "Sid": "GuardrailNeedsCostCenter", "Effect": "Deny", "Action": "bedrock:CreateGuardrail", "Resource": "*",
      "Condition": {"Null": {"aws:RequestTag/CostCenter": "true"}}
    },
    {
      "Sid": "GuardrailNeedsEnvironment", "Effect": "Deny", "Action": "bedrock:CreateGuardrail", "Resource": "*",
      "Condition": {"Null": {"aws:RequestTag/Environment": "true"}}
    },
    {"Sid": "NoMantle", "Effect": "Deny", "Action": "bedrock-mantle:CreateInference", "Resource": "*"},
    {
      "Sid": "KeepGuardrails", "Effect": "Deny",
      "Action": [
        "bedrock:UpdateGuardrail", "bedrock:DeleteGuardrail",
        "bedrock:PutEnforcedGuardrailConfiguration", "bedrock:DeleteEnforcedGuardrailConfiguration"
      ],
      "Resource": "*",
      "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["${ADMIN_ROLE_ARN}"]}}
    }
  ]
}
JSON
scp_id=$(aws organizations create-policy --type SERVICE_CONTROL_POLICY --name bedrock-guardrail-required \
    --description "Model calls carry the approved guardrail" --content "file://$work/scp.json" \
    --query Policy.PolicySummary.Id --output text)
aws organizations attach-policy --policy-id "$scp_id" --target-id "$TARGET_ID"

# The stronger means: Bedrock applies the guardrail by itself, also when the caller names none. Members have to be
# allowed to apply a guardrail that lives in the management account.
cat > "$work/guardrail.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ApplyFromOrganization", "Effect": "Allow", "Principal": "*",
      "Action": "bedrock:ApplyGuardrail", "Resource": "${GUARDRAIL_ARN}",
      "Condition": {"StringEquals": {"aws:PrincipalOrgID": "${ORG_ID}"}}
    }
  ]
}
JSON
aws bedrock put-resource-policy --region "$REGION" --resource-arn "$GUARDRAIL_ARN" \
    --resource-policy "file://$work/guardrail.json"

# One entry per region. A malformed identifier makes all Bedrock calls below the target fail: try one account first.
cat > "$work/bedrock-policy.json" <<JSON
{
  "bedrock": {
    "guardrail_inference": {
      "${REGION}": {
        "baseline": {
          "identifier": {"@@assign": "${GUARDRAIL_ARN}:${GUARDRAIL_VERSION}"},
          "selective_content_guarding": {
            "system": {"@@assign": "comprehensive"},
            "messages": {"@@assign": "comprehensive"}
          },
          "model_enforcement": {
            "included_models": {"@@assign": ["ALL"]},
            "excluded_models": {"@@assign": []}
          }
        }
      }
    }
  }
}
JSON
policy_id=$(aws organizations create-policy --type BEDROCK_POLICY --name bedrock-enforced-guardrail \
    --description "Guardrail applied to every model call" --content "file://$work/bedrock-policy.json" \
    --query Policy.PolicySummary.Id --output text)
aws organizations attach-policy --policy-id "$policy_id" --target-id "$TARGET_ID"

# Let a security account manage this policy type, and nothing else of the organization.
cat > "$work/delegation.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "BedrockPoliciesOnly", "Effect": "Allow",
      "Principal": {"AWS": "arn:${PARTITION}:iam::${DELEGATED_ACCOUNT_ID}:root"},
      "Action": [
        "organizations:CreatePolicy", "organizations:UpdatePolicy", "organizations:DeletePolicy",
        "organizations:AttachPolicy", "organizations:DetachPolicy", "organizations:DescribePolicy",
        "organizations:ListPolicies", "organizations:ListPoliciesForTarget", "organizations:ListTargetsForPolicy"
      ],
      "Resource": "*",
      "Condition": {"StringLikeIfExists": {"organizations:PolicyType": "BEDROCK_POLICY"}}
    }
  ]
}
JSON
aws organizations put-resource-policy --content "file://$work/delegation.json"

# In an account that no organization policy reaches (the management account is one): enforce it there, per region.
cat > "$work/enforced.json" <<JSON
{
  "guardrailIdentifier": "${GUARDRAIL_ARN}",
  "guardrailVersion": "${GUARDRAIL_VERSION}",
  "selectiveContentGuarding": {"system": "COMPREHENSIVE", "messages": "COMPREHENSIVE"},
  "modelEnforcement": {"includedModels": ["ALL"], "excludedModels": []}
}
JSON
aws bedrock put-enforced-guardrail-configuration --region "$REGION" \
    --guardrail-inference-config "file://$work/enforced.json"

# Proof.
aws organizations list-targets-for-policy --policy-id "$scp_id"
aws bedrock list-enforced-guardrails-configuration --region "$REGION"
