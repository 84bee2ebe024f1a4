#!/usr/bin/env bash
# aws-genai-06: a guardrail that stops prompt attacks on input, published as a version.
#
# A request can carry one guardrail only, so the harm filters and personal data rules of aws-genai-02 are in it too.
#
# Placeholders
#   REGION                region of the guardrail
#   GUARDRAIL_NAME        name for it
#   GUARDRAIL_PROFILE_ID  cross-region guardrail profile of your geography: us.guardrail.v1:0, eu.guardrail.v1:0, …
#   KEY_ARN               customer-managed KMS key for the guardrail
#   COST_CENTER, ENVIRONMENT   tag values (aws-genai-09 asks for both tags)
set -euo pipefail
: "${REGION:?}" "${GUARDRAIL_NAME:?}" "${GUARDRAIL_PROFILE_ID:?}" "${KEY_ARN:?}" "${COST_CENTER:?}" "${ENVIRONMENT:?}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# STANDARD tier recognises prompt leakage and more languages. Its price is residency: texts are assessed in any
# region of the guardrail profile. Where that is not allowed, set CLASSIC and leave --cross-region-config out;
# prompt attacks are detected then as well, leakage is not.
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

guardrail_id=$(aws bedrock create-guardrail --region "$REGION" \
    --name "$GUARDRAIL_NAME" \
    --description "Blocks harmful content and prompt attacks, masks or blocks personal data." \
    --blocked-input-messaging "This request cannot be processed." \
    --blocked-outputs-messaging "The answer was withheld." \
    --content-policy-config "file://$work/content.json" \
    --sensitive-information-policy-config "file://$work/personal.json" \
    --cross-region-config "guardrailProfileIdentifier=$GUARDRAIL_PROFILE_ID" \
    --kms-key-id "$KEY_ARN" \
    --tags "key=CostCenter,value=$COST_CENTER" "key=Environment,value=$ENVIRONMENT" \
    --query guardrailId --output text)

# Callers pin a number; DRAFT can change under them at any time.
guardrail_version=$(aws bedrock create-guardrail-version --region "$REGION" \
    --guardrail-identifier "$guardrail_id" --description "Reviewed" --query version --output text)

# Proof: the version that callers will name carries the filter.
aws bedrock get-guardrail --region "$REGION" --guardrail-identifier "$guardrail_id" \
    --guardrail-version "$guardrail_version" \
    --query "contentPolicy.filters[?type=='PROMPT_ATTACK'].[inputStrength,inputAction,inputEnabled]" --output text

# Then name guardrail and version wherever a model is reached: agents (update-agent, prepare-agent, a new alias
# version), flows, and the guardrailConfig of every Converse call. With InvokeModel, wrap user text in guardrail
# input tags: untagged text passes this filter unseen.
echo "guardrail $guardrail_id version $guardrail_version"
