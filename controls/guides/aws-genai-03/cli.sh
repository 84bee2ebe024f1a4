#!/usr/bin/env bash
# aws-genai-03: private endpoints for Bedrock in one VPC, open to your organization only, and a service control
# policy that refuses model calls from anywhere else. Run the last part in the management account.
#
# Placeholders
#   PARTITION, REGION
#   VPC_ID, VPC_CIDR      the network of the workloads
#   SUBNET_IDS            two subnets or more, in different zones, separated by spaces
#   ORG_ID                o-…
#   SERVICE_ROLE_ARN      pattern of the roles under which Bedrock itself works (agents, knowledge bases, flows)
#   TARGET_ID             organizational unit or account to bind
set -euo pipefail
: "${PARTITION:=aws}" "${REGION:?}" "${VPC_ID:?}" "${VPC_CIDR:?}" "${SUBNET_IDS:?}" "${ORG_ID:?}"
: "${SERVICE_ROLE_ARN:?}" "${TARGET_ID:?}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# Private host names need both attributes of the VPC.
aws ec2 modify-vpc-attribute --region "$REGION" --vpc-id "$VPC_ID" --enable-dns-support
aws ec2 modify-vpc-attribute --region "$REGION" --vpc-id "$VPC_ID" --enable-dns-hostnames

group_id=$(aws ec2 create-security-group --region "$REGION" --vpc-id "$VPC_ID" --group-name bedrock-endpoints \
    --description "HTTPS from the VPC to the Bedrock endpoints" --query GroupId --output text)
aws ec2 authorize-security-group-ingress --region "$REGION" --group-id "$group_id" \
    --ip-permissions "IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=$VPC_CIDR}]"

# Without this condition a stranger's credentials, smuggled into the VPC, could carry prompts out to their account.
cat > "$work/endpoint.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "OwnOrganizationOnly",
      "Effect": "Allow",
      "Principal": "*",
      "Action": "bedrock:*",
      "Resource": "*",
      "Condition": {"StringEquals": {"aws:PrincipalOrgID": "${ORG_ID}"}}
    }
  ]
}
JSON

# Inference and control plane always; the agent pair for agents, knowledge bases and flows.
for service in bedrock-runtime bedrock bedrock-agent-runtime bedrock-agent; do
    # shellcheck disable=SC2086 # the list is meant to be split
    aws ec2 create-vpc-endpoint --region "$REGION" --vpc-id "$VPC_ID" --vpc-endpoint-type Interface \
        --service-name "com.amazonaws.${REGION}.${service}" --subnet-ids $SUBNET_IDS \
        --security-group-ids "$group_id" --private-dns-enabled --policy-document "file://$work/endpoint.json" \
        --query VpcEndpoint.VpcEndpointId --output text
done

# Every condition must hold before the Deny bites, so each line after the first is an exception: calls that a
# service makes, and the roles Bedrock assumes for its own work, never come from a VPC of yours.
cat > "$work/scp.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ModelsFromApprovedNetworksOnly",
      "Effect": "Deny",
      "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
      "Resource": "*",
      "Condition": {
        "StringNotEqualsIfExists": {"aws:SourceVpc": ["${VPC_ID}"]},
        "BoolIfExists": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"},
        "ArnNotLikeIfExists": {"aws:PrincipalArn": ["${SERVICE_ROLE_ARN}"]}
      }
    }
  ]
}
JSON
policy_id=$(aws organizations create-policy --type SERVICE_CONTROL_POLICY --name bedrock-private-path \
    --description "Model calls come from approved networks" --content "file://$work/scp.json" \
    --query Policy.PolicySummary.Id --output text)
aws organizations attach-policy --policy-id "$policy_id" --target-id "$TARGET_ID"

# Proof: four endpoints, available, with private names.
aws ec2 describe-vpc-endpoints --region "$REGION" --filters "Name=vpc-id,Values=$VPC_ID" \
    --query 'VpcEndpoints[].[ServiceName,State,PrivateDnsEnabled]' --output text
