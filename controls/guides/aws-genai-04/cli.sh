#!/usr/bin/env bash
# aws-genai-04: invocation logging in one region, to an encrypted log group that keeps 400 days, with a bucket for
# bodies too large for it, masking of personal data, and an alarm on silence. Repeat per region in use.
#
# Placeholders
#   PARTITION, REGION, ACCOUNT_ID
#   LOG_GROUP         name for the log group, e.g. /bedrock/invocations
#   LOG_BUCKET        name for the bucket of large bodies
#   LOG_ROLE_NAME     name for the delivery role
#   ALARM_TOPIC_ARN   SNS topic that somebody reads
set -euo pipefail
: "${PARTITION:=aws}" "${REGION:?}" "${ACCOUNT_ID:?}" "${LOG_GROUP:?}" "${LOG_BUCKET:?}" "${LOG_ROLE_NAME:?}" "${ALARM_TOPIC_ARN:?}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
source_arn="arn:${PARTITION}:bedrock:${REGION}:${ACCOUNT_ID}:*"

# One key for both stores: CloudWatch Logs uses it for this group only, Bedrock for objects it delivers.
cat > "$work/key.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": "arn:${PARTITION}:iam::${ACCOUNT_ID}:root"}, "Action": "kms:*", "Resource": "*"},
    {
      "Sid": "LogGroup", "Effect": "Allow",
      "Principal": {"Service": "logs.${REGION}.amazonaws.com"},
      "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
      "Resource": "*",
      "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": "arn:${PARTITION}:logs:${REGION}:${ACCOUNT_ID}:log-group:${LOG_GROUP}"}}
    },
    {
      "Sid": "LargeBodies", "Effect": "Allow",
      "Principal": {"Service": "bedrock.amazonaws.com"},
      "Action": "kms:GenerateDataKey",
      "Resource": "*",
      "Condition": {"StringEquals": {"aws:SourceAccount": "${ACCOUNT_ID}"}, "ArnLike": {"aws:SourceArn": "${source_arn}"}}
    }
  ]
}
JSON
key_arn=$(aws kms create-key --region "$REGION" --description "Bedrock invocation logs" \
    --policy "file://$work/key.json" --query KeyMetadata.Arn --output text)
aws kms enable-key-rotation --region "$REGION" --key-id "$key_arn"

aws logs create-log-group --region "$REGION" --log-group-name "$LOG_GROUP" --kms-key-id "$key_arn"
aws logs put-retention-policy --region "$REGION" --log-group-name "$LOG_GROUP" --retention-in-days 400

# Masked for every reader without logs:Unmask. Bedrock itself stores prompts as they came.
identifier="arn:${PARTITION}:dataprotection::aws:data-identifier"
cat > "$work/masking.json" <<JSON
{
  "Name": "prompts",
  "Version": "2021-06-01",
  "Statement": [
    {
      "Sid": "find",
      "DataIdentifier": ["${identifier}/EmailAddress", "${identifier}/AwsSecretKey", "${identifier}/CreditCardNumber"],
      "Operation": {"Audit": {"FindingsDestination": {}}}
    },
    {
      "Sid": "mask",
      "DataIdentifier": ["${identifier}/EmailAddress", "${identifier}/AwsSecretKey", "${identifier}/CreditCardNumber"],
      "Operation": {"Deidentify": {"MaskConfig": {}}}
    }
  ]
}
JSON
aws logs put-data-protection-policy --region "$REGION" --log-group-identifier "$LOG_GROUP" \
    --policy-document "file://$work/masking.json"

# In us-east-1 leave --create-bucket-configuration out.
aws s3api create-bucket --region "$REGION" --bucket "$LOG_BUCKET" \
    --create-bucket-configuration "LocationConstraint=$REGION" --object-ownership BucketOwnerEnforced
aws s3api put-public-access-block --region "$REGION" --bucket "$LOG_BUCKET" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
aws s3api put-bucket-versioning --region "$REGION" --bucket "$LOG_BUCKET" --versioning-configuration Status=Enabled
aws s3api put-bucket-encryption --region "$REGION" --bucket "$LOG_BUCKET" --server-side-encryption-configuration \
    "{\"Rules\":[{\"ApplyServerSideEncryptionByDefault\":{\"SSEAlgorithm\":\"aws:kms\",\"KMSMasterKeyID\":\"$key_arn\"},\"BucketKeyEnabled\":true}]}"
aws s3api put-bucket-lifecycle-configuration --region "$REGION" --bucket "$LOG_BUCKET" --lifecycle-configuration \
    '{"Rules":[{"ID":"keep-400-days","Status":"Enabled","Filter":{"Prefix":""},"Expiration":{"Days":400},"NoncurrentVersionExpiration":{"NoncurrentDays":30}}]}'
cat > "$work/bucket.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Deliver", "Effect": "Allow",
      "Principal": {"Service": "bedrock.amazonaws.com"},
      "Action": "s3:PutObject",
      "Resource": "arn:${PARTITION}:s3:::${LOG_BUCKET}/large/AWSLogs/${ACCOUNT_ID}/BedrockModelInvocationLogs/*",
      "Condition": {"StringEquals": {"aws:SourceAccount": "${ACCOUNT_ID}"}, "ArnLike": {"aws:SourceArn": "${source_arn}"}}
    },
    {
      "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
      "Resource": ["arn:${PARTITION}:s3:::${LOG_BUCKET}", "arn:${PARTITION}:s3:::${LOG_BUCKET}/*"],
      "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    }
  ]
}
JSON
aws s3api put-bucket-policy --region "$REGION" --bucket "$LOG_BUCKET" --policy "file://$work/bucket.json"

cat > "$work/trust.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"Service": "bedrock.amazonaws.com"},
      "Action": "sts:AssumeRole",
      "Condition": {"StringEquals": {"aws:SourceAccount": "${ACCOUNT_ID}"}, "ArnLike": {"aws:SourceArn": "${source_arn}"}}
    }
  ]
}
JSON
cat > "$work/deliver.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
      "Resource": "arn:${PARTITION}:logs:${REGION}:${ACCOUNT_ID}:log-group:${LOG_GROUP}:log-stream:aws/bedrock/modelinvocations"
    }
  ]
}
JSON
role_arn=$(aws iam create-role --role-name "$LOG_ROLE_NAME" --assume-role-policy-document "file://$work/trust.json" \
    --query Role.Arn --output text)
aws iam put-role-policy --role-name "$LOG_ROLE_NAME" --policy-name Deliver --policy-document "file://$work/deliver.json"

cat > "$work/logging.json" <<JSON
{
  "cloudWatchConfig": {
    "logGroupName": "${LOG_GROUP}",
    "roleArn": "${role_arn}",
    "largeDataDeliveryS3Config": {"bucketName": "${LOG_BUCKET}", "keyPrefix": "large"}
  },
  "textDataDeliveryEnabled": true,
  "imageDataDeliveryEnabled": true,
  "embeddingDataDeliveryEnabled": true,
  "videoDataDeliveryEnabled": true,
  "audioDataDeliveryEnabled": true
}
JSON
# IAM takes some seconds to show a new role to Bedrock; if this is refused, run it again.
aws bedrock put-model-invocation-logging-configuration --region "$REGION" --logging-config "file://$work/logging.json"

# An hour without a byte raises the alarm, and so does an hour without data.
aws cloudwatch put-metric-alarm --region "$REGION" --alarm-name "bedrock-invocation-log-silent" \
    --namespace AWS/Logs --metric-name IncomingBytes --dimensions "Name=LogGroupName,Value=$LOG_GROUP" \
    --statistic Sum --period 3600 --evaluation-periods 1 --threshold 1 \
    --comparison-operator LessThanThreshold --treat-missing-data breaching --alarm-actions "$ALARM_TOPIC_ARN"

# Proof.
aws bedrock get-model-invocation-logging-configuration --region "$REGION"
