#!/usr/bin/env bash
# aws-genai-10: model calls stay in approved regions, also when an inference profile would route them elsewhere.
# Run it in the management account.
#
# Placeholders
#   PARTITION, REGION   a source region, to look at its profiles
#   APPROVED_REGIONS    regions in which prompts may be processed, separated by spaces
#   ADMIN_ROLE_ARN      pattern of the role that may create inference profiles
#   TARGET_ID           organizational unit or account to bind
set -euo pipefail
: "${PARTITION:=aws}" "${REGION:?}" "${APPROVED_REGIONS:?}" "${ADMIN_ROLE_ARN:?}" "${TARGET_ID:?}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# Where each profile can go. Trust these ARNs, not the prefix of the id; an ARN without a region goes anywhere.
aws bedrock list-inference-profiles --region "$REGION" --type-equals SYSTEM_DEFINED \
    --query 'inferenceProfileSummaries[].[inferenceProfileId,models[].modelArn]' --output json
aws bedrock list-inference-profiles --region "$REGION" --type-equals APPLICATION \
    --query 'inferenceProfileSummaries[].[inferenceProfileId,models[].modelArn]' --output json

regions=
for region in $APPROVED_REGIONS; do
    regions+="${regions:+, }\"${region}\""
done

# A profile is authorized once in each region it may route to, so a list of regions stops every profile that has one
# destination outside of it. Never put "unspecified" on that list: it is how global profiles appear, and the second
# statement keeps them out even if somebody does.
cat > "$work/scp.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ApprovedRegionsOnly", "Effect": "Deny",
      "Action": [
        "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream",
        "bedrock:CreateModelInvocationJob", "bedrock:CreateProvisionedModelThroughput",
        "bedrock-mantle:CreateInference"
      ],
      "Resource": "*",
      "Condition": {"StringNotEquals": {"aws:RequestedRegion": [${regions}]}}
    },
    {
      "Sid": "NoGlobalProfiles", "Effect": "Deny",
      "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
      "Resource": "*",
      "Condition": {
        "StringEquals": {"aws:RequestedRegion": "unspecified"},
        "ArnLike": {"bedrock:InferenceProfileArn": "arn:${PARTITION}:bedrock:*:*:inference-profile/global.*"}
      }
    },
    {
      "Sid": "ProfilesByPlatformOnly", "Effect": "Deny",
      "Action": "bedrock:CreateInferenceProfile",
      "Resource": "*",
      "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["${ADMIN_ROLE_ARN}"]}}
    }
  ]
}
JSON
policy_id=$(aws organizations create-policy --type SERVICE_CONTROL_POLICY --name bedrock-approved-regions \
    --description "Model calls stay in approved regions" --content "file://$work/scp.json" \
    --query Policy.PolicySummary.Id --output text)
aws organizations attach-policy --policy-id "$policy_id" --target-id "$TARGET_ID"

# What is already configured outside: capacity that was bought, and guardrails that are assessed elsewhere.
aws bedrock list-provisioned-model-throughputs --region "$REGION" \
    --query 'provisionedModelSummaries[].[provisionedModelName,provisionedModelArn]' --output text
aws bedrock list-guardrails --region "$REGION" \
    --query 'guardrails[].[name,crossRegionDetails.guardrailProfileId]' --output text
