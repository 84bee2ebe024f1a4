#!/usr/bin/env bash
# aws-genai-05: a trail over all regions that records management events and every kind of Bedrock data event, without
# narrowing either, into an encrypted bucket that takes deliveries from this trail only.
#
# Placeholders
#   PARTITION, REGION, ACCOUNT_ID   REGION becomes the trail's home region
#   TRAIL_NAME        name for the trail
#   TRAIL_BUCKET      name for its bucket
set -euo pipefail
: "${PARTITION:=aws}" "${REGION:?}" "${ACCOUNT_ID:?}" "${TRAIL_NAME:?}" "${TRAIL_BUCKET:?}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
trail_arn="arn:${PARTITION}:cloudtrail:${REGION}:${ACCOUNT_ID}:trail/${TRAIL_NAME}"

cat > "$work/key.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": "arn:${PARTITION}:iam::${ACCOUNT_ID}:root"}, "Action": "kms:*", "Resource": "*"},
    {
      "Sid": "Trail", "Effect": "Allow",
      "Principal": {"Service": "cloudtrail.amazonaws.com"},
      "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
      "Resource": "*",
      "Condition": {"StringEquals": {"aws:SourceArn": "${trail_arn}"}}
    }
  ]
}
JSON
key_arn=$(aws kms create-key --region "$REGION" --description "CloudTrail" --policy "file://$work/key.json" \
    --query KeyMetadata.Arn --output text)
aws kms enable-key-rotation --region "$REGION" --key-id "$key_arn"

# In us-east-1 leave --create-bucket-configuration out.
aws s3api create-bucket --region "$REGION" --bucket "$TRAIL_BUCKET" \
    --create-bucket-configuration "LocationConstraint=$REGION" --object-ownership BucketOwnerEnforced
aws s3api put-public-access-block --region "$REGION" --bucket "$TRAIL_BUCKET" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
aws s3api put-bucket-versioning --region "$REGION" --bucket "$TRAIL_BUCKET" --versioning-configuration Status=Enabled
# The source ARN keeps trails of other accounts from writing here.
cat > "$work/bucket.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AclCheck", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
      "Action": "s3:GetBucketAcl", "Resource": "arn:${PARTITION}:s3:::${TRAIL_BUCKET}",
      "Condition": {"StringEquals": {"aws:SourceArn": "${trail_arn}"}}
    },
    {
      "Sid": "Write", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
      "Action": "s3:PutObject", "Resource": "arn:${PARTITION}:s3:::${TRAIL_BUCKET}/AWSLogs/${ACCOUNT_ID}/*",
      "Condition": {"StringEquals": {"aws:SourceArn": "${trail_arn}", "s3:x-amz-acl": "bucket-owner-full-control"}}
    },
    {
      "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
      "Resource": ["arn:${PARTITION}:s3:::${TRAIL_BUCKET}", "arn:${PARTITION}:s3:::${TRAIL_BUCKET}/*"],
      "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    }
  ]
}
JSON
aws s3api put-bucket-policy --region "$REGION" --bucket "$TRAIL_BUCKET" --policy "file://$work/bucket.json"

aws cloudtrail create-trail --region "$REGION" --name "$TRAIL_NAME" --s3-bucket-name "$TRAIL_BUCKET" \
    --is-multi-region-trail --include-global-service-events --enable-log-file-validation --kms-key-id "$key_arn"

# The management selector holds InvokeModel and Converse, so it must not be limited to reads or writes.
# Only one type fits into a data selector, hence one selector each.
selectors='[{"Name": "Management events", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}'
for type in AgentAlias KnowledgeBase InlineAgent FlowAlias Guardrail Model AsyncInvoke PromptVersion; do
    selectors+=", {\"Name\": \"Bedrock ${type}\", \"FieldSelectors\": [{\"Field\": \"eventCategory\", \"Equals\": [\"Data\"]}, {\"Field\": \"resources.type\", \"Equals\": [\"AWS::Bedrock::${type}\"]}]}"
done
aws cloudtrail put-event-selectors --region "$REGION" --trail-name "$trail_arn" --advanced-event-selectors "${selectors}]"
aws cloudtrail start-logging --region "$REGION" --name "$trail_arn"

# Proof: logging, and no delivery error.
aws cloudtrail get-trail-status --region "$REGION" --name "$trail_arn" \
    --query '[IsLogging,LatestDeliveryError]' --output text
