#!/usr/bin/env bash
# aws-genai-07: cut an agent's role down to its model, guardrail, knowledge base and schema, put a boundary around
# it, and let the tool function be called by this agent only.
#
# The role keeps its name: every version of the agent, published or draft, is bound to it, so changing its policies
# works at once and everywhere, whereas update-agent changes the draft alone.
#
# Placeholders
#   PARTITION, REGION, ACCOUNT_ID
#   AGENT_ID              the agent
#   AGENT_ROLE_NAME       its execution role, used by nothing else
#   MODEL_ID, INFERENCE_PROFILE_ID, DESTINATION_REGIONS   as in aws-genai-01
#   GUARDRAIL_ID          guardrail of the agent
#   KNOWLEDGE_BASE_ID     knowledge base of the agent
#   SCHEMA_BUCKET, SCHEMA_KEY   object with the action group's API schema
#   FUNCTION_NAME         Lambda function of the action group
#   BOUNDARY_NAME         name for the permissions boundary
set -euo pipefail
: "${PARTITION:=aws}" "${REGION:?}" "${ACCOUNT_ID:?}" "${AGENT_ID:?}" "${AGENT_ROLE_NAME:?}" "${MODEL_ID:?}"
: "${INFERENCE_PROFILE_ID:?}" "${DESTINATION_REGIONS:?}" "${GUARDRAIL_ID:?}" "${KNOWLEDGE_BASE_ID:?}"
: "${SCHEMA_BUCKET:?}" "${SCHEMA_KEY:?}" "${FUNCTION_NAME:?}" "${BOUNDARY_NAME:?}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

bedrock="arn:${PARTITION}:bedrock:${REGION}:${ACCOUNT_ID}"
profile_arn="${bedrock}:inference-profile/${INFERENCE_PROFILE_ID}"
model_arns=
for destination in $DESTINATION_REGIONS; do
    model_arns+="${model_arns:+, }\"arn:${PARTITION}:bedrock:${destination}::foundation-model/${MODEL_ID}\""
done

# No lambda:InvokeFunction here: Bedrock calls tools under the function's own resource policy, not under this role.
cat > "$work/role.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Profile", "Effect": "Allow",
      "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:GetInferenceProfile"],
      "Resource": "${profile_arn}"
    },
    {
      "Sid": "ModelThroughProfile", "Effect": "Allow",
      "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
      "Resource": [${model_arns}],
      "Condition": {"ArnEquals": {"bedrock:InferenceProfileArn": "${profile_arn}"}}
    },
    {"Sid": "Guardrail", "Effect": "Allow", "Action": "bedrock:ApplyGuardrail", "Resource": "${bedrock}:guardrail/${GUARDRAIL_ID}"},
    {"Sid": "Knowledge", "Effect": "Allow", "Action": "bedrock:Retrieve", "Resource": "${bedrock}:knowledge-base/${KNOWLEDGE_BASE_ID}"},
    {
      "Sid": "Schema", "Effect": "Allow", "Action": "s3:GetObject",
      "Resource": "arn:${PARTITION}:s3:::${SCHEMA_BUCKET}/${SCHEMA_KEY}",
      "Condition": {"StringEquals": {"aws:ResourceAccount": "${ACCOUNT_ID}"}}
    }
  ]
}
JSON

# Two keys, both about this agent: the account stops strangers, the ARN stops the other agents in it.
cat > "$work/trust.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"Service": "bedrock.amazonaws.com"},
      "Action": "sts:AssumeRole",
      "Condition": {
        "StringEquals": {"aws:SourceAccount": "${ACCOUNT_ID}"},
        "ArnLike": {"aws:SourceArn": "${bedrock}:agent/${AGENT_ID}"}
      }
    }
  ]
}
JSON

# The ceiling: whatever someone attaches to the role later, it stays among these actions in this account.
cat > "$work/boundary.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Models", "Effect": "Allow",
      "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:GetInferenceProfile"],
      "Resource": ["arn:${PARTITION}:bedrock:*::foundation-model/${MODEL_ID}", "${profile_arn}"]
    },
    {
      "Sid": "Parts", "Effect": "Allow",
      "Action": ["bedrock:ApplyGuardrail", "bedrock:Retrieve"],
      "Resource": ["${bedrock}:guardrail/${GUARDRAIL_ID}", "${bedrock}:knowledge-base/${KNOWLEDGE_BASE_ID}"]
    },
    {"Sid": "Schema", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:${PARTITION}:s3:::${SCHEMA_BUCKET}/${SCHEMA_KEY}"}
  ]
}
JSON

boundary_arn=$(aws iam create-policy --policy-name "$BOUNDARY_NAME" \
    --policy-document "file://$work/boundary.json" --query Policy.Arn --output text)
aws iam put-role-permissions-boundary --role-name "$AGENT_ROLE_NAME" --permissions-boundary "$boundary_arn"
aws iam put-role-policy --role-name "$AGENT_ROLE_NAME" --policy-name AgentNeeds --policy-document "file://$work/role.json"
aws iam update-assume-role-policy --role-name "$AGENT_ROLE_NAME" --policy-document "file://$work/trust.json"

# What the role still holds besides. Take it off with detach-role-policy and delete-role-policy.
aws iam list-attached-role-policies --role-name "$AGENT_ROLE_NAME"
aws iam list-role-policies --role-name "$AGENT_ROLE_NAME"

# The function's side. A statement without both sources, or with another principal, has to go first.
aws lambda get-policy --region "$REGION" --function-name "$FUNCTION_NAME" --query Policy --output text
aws lambda add-permission --region "$REGION" --function-name "$FUNCTION_NAME" \
    --statement-id "bedrock-agent-${AGENT_ID}" --action lambda:InvokeFunction --principal bedrock.amazonaws.com \
    --source-account "$ACCOUNT_ID" --source-arn "${bedrock}:agent/${AGENT_ID}"

# Proof: buckets and functions of others are out of reach.
aws iam simulate-principal-policy \
    --policy-source-arn "arn:${PARTITION}:iam::${ACCOUNT_ID}:role/${AGENT_ROLE_NAME}" \
    --action-names s3:GetObject s3:PutObject lambda:InvokeFunction iam:PassRole sts:AssumeRole \
    --query 'EvaluationResults[].[EvalActionName,EvalDecision]' --output text
