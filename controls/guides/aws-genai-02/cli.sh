#!/usr/bin/env bash
# aws-genai-02: bring an existing guardrail to blocking harm filters and handling of personal data, and publish it.
#
# Placeholders
#   REGION                region of the guardrail
#   GUARDRAIL_ID          the guardrail to change
#   GUARDRAIL_NAME        its name (the call needs it again)
#   GUARDRAIL_PROFILE_ID  cross-region guardrail profile of your geography: us.guardrail.v1:0, eu.guardrail.v1:0, …
#   KEY_ARN               customer-managed KMS key for the guardrail
set -euo pipefail
: "${REGION:?}" "${GUARDRAIL_ID:?}" "${GUARDRAIL_NAME:?}" "${GUARDRAIL_PROFILE_ID:?}" "${KEY_ARN:?}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# An update replaces the whole guardrail: denied topics, word lists and grounding that are not repeated are gone.
# Keep this output, and add what it shows to the update below.
aws bedrock get-guardrail --region "$REGION" --guardrail-identifier "$GUARDRAIL_ID"

# All five harm categories block in both directions, on text and images (drop IMAGE where your region lacks it).
# PROMPT_ATTACK stays in, or this update would switch aws-genai-06 off; its output strength must be NONE.
# For CLASSIC, without assessment in other regions, change the tier and leave --cross-region-config out.
cat > "$work/content.json" <<'JSON'
{
  "tierConfig": {"tierName": "STANDARD"},
  "filtersConfig": [
    {"type": "HATE", "inputStrength": "HIGH", "outputStrength": "HIGH", "inputAction": "BLOCK", "outputAction": "BLOCK",
     "inputEnabled": true, "outputEnabled": true, "inputModalities": ["TEXT", "IMAGE"], "outputModalities": ["TEXT", "IMAGE"]},
    {"type": "SEXUAL", "inputStrength": "HIGH", "outputStrength": "HIGH", "inputAction": "BLOCK", "outputAction": "BLOCK",
     "inputEnabled": true, "outputEnabled": true, "inputModalities": ["TEXT", "IMAGE"], "outputModalities": ["TEXT", "IMAGE"]},
    {"type": "VIOLENCE", "inputStrength": "HIGH", "outputStrength": "HIGH", "inputAction": "BLOCK", "outputAction": "BLOCK",
     "inputEnabled": true, "outputEnabled": true, "inputModalities": ["TEXT", "IMAGE"], "outputModalities": ["TEXT", "IMAGE"]},
    {"type": "INSULTS", "inputStrength": "HIGH", "outputStrength": "HIGH", "inputAction": "BLOCK", "outputAction": "BLOCK",
     "inputEnabled": true, "outputEnabled": true, "inputModalities": ["TEXT", "IMAGE"], "outputModalities": ["TEXT", "IMAGE"]},
    {"type": "MISCONDUCT", "inputStrength": "HIGH", "outputStrength": "HIGH", "inputAction": "BLOCK", "outputAction": "BLOCK",
     "inputEnabled": true, "outputEnabled": true, "inputModalities": ["TEXT", "IMAGE"], "outputModalities": ["TEXT", "IMAGE"]},
    {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE", "inputAction": "BLOCK", "inputEnabled": true}
  ]
}
JSON

# A mail address is masked, a credential stops the request. The secret and the password matter more than the
# access key's id, so they are blocked together with it.
cat > "$work/personal.json" <<'JSON'
{
  "piiEntitiesConfig": [
    {"type": "EMAIL", "action": "ANONYMIZE", "inputAction": "ANONYMIZE", "outputAction": "ANONYMIZE", "inputEnabled": true, "outputEnabled": true},
    {"type": "AWS_ACCESS_KEY", "action": "BLOCK", "inputAction": "BLOCK", "outputAction": "BLOCK", "inputEnabled": true, "outputEnabled": true},
    {"type": "AWS_SECRET_KEY", "action": "BLOCK", "inputAction": "BLOCK", "outputAction": "BLOCK", "inputEnabled": true, "outputEnabled": true},
    {"type": "PASSWORD", "action": "BLOCK", "inputAction": "BLOCK", "outputAction": "BLOCK", "inputEnabled": true, "outputEnabled": true}
  ]
}
JSON

guardrail_id=$GUARDRAIL_ID
aws bedrock update-guardrail --region "$REGION" --guardrail-identifier "$guardrail_id" \
    --name "$GUARDRAIL_NAME" \
    --description "Blocks harmful content and prompt attacks, masks or blocks personal data." \
    --blocked-input-messaging "This request cannot be processed." \
    --blocked-outputs-messaging "The answer was withheld." \
    --content-policy-config "file://$work/content.json" \
    --sensitive-information-policy-config "file://$work/personal.json" \
    --cross-region-config "guardrailProfileIdentifier=$GUARDRAIL_PROFILE_ID" \
    --kms-key-id "$KEY_ARN"

# Callers pin a number; DRAFT can change under them at any time.
guardrail_version=$(aws bedrock create-guardrail-version --region "$REGION" \
    --guardrail-identifier "$guardrail_id" --description "Reviewed" --query version --output text)

# Proof: nothing is listed here, neither a category that lets through nor one that only detects.
aws bedrock get-guardrail --region "$REGION" --guardrail-identifier "$guardrail_id" \
    --guardrail-version "$guardrail_version" \
    --query "contentPolicy.filters[?type!='PROMPT_ATTACK' && (inputAction!='BLOCK' || outputAction!='BLOCK' || inputStrength=='NONE' || outputStrength=='NONE')]" --output text
