#!/usr/bin/env bash
# aws-genai-01: one role that may invoke one model, through one inference profile, and nothing else.
#
# Placeholders
#   PARTITION             aws, unless you work in GovCloud (aws-us-gov)
#   REGION                region from which the application calls Bedrock
#   ACCOUNT_ID            account of the application
#   ROLE_NAME             name for the invoking role
#   POLICY_NAME           name for its policy
#   APP_PRINCIPAL_ARN     the workload's own role, allowed to assume ROLE_NAME
#   MODEL_ID              foundation model, e.g. anthropic.claude-sonnet-4-5-20250929-v1:0
#   INFERENCE_PROFILE_ID  system profile for that model, e.g. eu.anthropic.claude-sonnet-4-5-20250929-v1:0
#   DESTINATION_REGIONS   regions of that profile, separated by spaces (printed by the first command)
#   KEY_USER_NAME, KEY_CREDENTIAL_ID   optional: a long-term Bedrock API key to switch off
set -euo pipefail
: "${PARTITION:=aws}" "${REGION:?}" "${ACCOUNT_ID:?}" "${ROLE_NAME:?}" "${POLICY_NAME:?}" "${APP_PRINCIPAL_ARN:?}"
: "${MODEL_ID:?}" "${INFERENCE_PROFILE_ID:?}" "${DESTINATION_REGIONS:?}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# The regions this profile can send a request to. All of them belong into DESTINATION_REGIONS.
aws bedrock get-inference-profile --region "$REGION" \
    --inference-profile-identifier "$INFERENCE_PROFILE_ID" --query 'models[].modelArn' --output text

model_arns=
for destination in $DESTINATION_REGIONS; do
    model_arns+="${model_arns:+, }\"arn:${PARTITION}:bedrock:${destination}::foundation-model/${MODEL_ID}\""
done
profile_arn="arn:${PARTITION}:bedrock:${REGION}:${ACCOUNT_ID}:inference-profile/${INFERENCE_PROFILE_ID}"

# A profile needs two grants: itself, and its model wherever it may run. The condition on the second keeps
# callers from addressing the model directly in any of those regions.
cat > "$work/invoke.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "UseOneProfile",
      "Effect": "Allow",
      "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
      "Resource": "${profile_arn}"
    },
    {
      "Sid": "ReachItsModelOnlyThroughIt",
      "Effect": "Allow",
      "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
      "Resource": [${model_arns}],
      "Condition": {"ArnEquals": {"bedrock:InferenceProfileArn": "${profile_arn}"}}
    }
  ]
}
JSON
cat > "$work/trust.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "${APP_PRINCIPAL_ARN}"}, "Action": "sts:AssumeRole"}
  ]
}
JSON

policy_arn=$(aws iam create-policy --policy-name "$POLICY_NAME" \
    --policy-document "file://$work/invoke.json" --query Policy.Arn --output text)
aws iam create-role --role-name "$ROLE_NAME" --assume-role-policy-document "file://$work/trust.json"
aws iam attach-role-policy --role-name "$ROLE_NAME" --policy-arn "$policy_arn"

# Who else holds the broad AWS-managed policies? Detach what comes back once its owner has moved.
for broad in AmazonBedrockFullAccess AmazonBedrockLimitedAccess AmazonBedrockMantleFullAccess; do
    aws iam list-entities-for-policy --policy-arn "arn:${PARTITION}:iam::aws:policy/${broad}"
done

# Long-term API keys are passwords of IAM users: list them, then switch off the one that was named.
aws iam list-service-specific-credentials --all-users --service-name bedrock.amazonaws.com
if [ -n "${KEY_USER_NAME:-}" ] && [ -n "${KEY_CREDENTIAL_ID:-}" ]; then
    aws iam update-service-specific-credential --user-name "$KEY_USER_NAME" \
        --service-specific-credential-id "$KEY_CREDENTIAL_ID" --status Inactive
fi

# Proof: a model that was not named is refused.
aws iam simulate-principal-policy \
    --policy-source-arn "arn:${PARTITION}:iam::${ACCOUNT_ID}:role/${ROLE_NAME}" \
    --action-names bedrock:InvokeModel bedrock:InvokeModelWithResponseStream \
    --resource-arns "arn:${PARTITION}:bedrock:${REGION}::foundation-model/canary.not-granted-v1:0" \
    --query 'EvaluationResults[].[EvalActionName,EvalDecision]' --output text
