#!/usr/bin/env bash
# aws-genai-08: one prefix of one versioned bucket feeds one knowledge base; objects can be read from your network or
# by that knowledge base's role, which can read this prefix and write nothing in it.
#
# Placeholders
#   PARTITION, REGION, ACCOUNT_ID
#   KNOWLEDGE_BASE_ID, KB_ROLE_NAME     the knowledge base, and its own role
#   DATA_SOURCE_ID, DATA_SOURCE_NAME    its data source
#   SOURCE_BUCKET, SOURCE_PREFIX        the documents; the prefix ends with a slash
#   VPC_ENDPOINT_ID                     S3 endpoint of the network in which people and pipelines work
#   ADMIN_ROLE_ARN                      role that may get at the bucket from elsewhere when all else fails
#   EMBEDDING_MODEL_ARN, COLLECTION_ARN the embedding model and the OpenSearch Serverless collection
#   KEY_ARN                             customer-managed key for data in transit through ingestion
#   TRANSFORM_FUNCTION_ARN              Lambda function (with version or alias) that redacts chunks
#   INTERMEDIATE_BUCKET                 bucket for its input and output
set -euo pipefail
: "${PARTITION:=aws}" "${REGION:?}" "${ACCOUNT_ID:?}" "${KNOWLEDGE_BASE_ID:?}" "${KB_ROLE_NAME:?}" "${DATA_SOURCE_ID:?}"
: "${DATA_SOURCE_NAME:?}" "${SOURCE_BUCKET:?}" "${SOURCE_PREFIX:?}" "${VPC_ENDPOINT_ID:?}" "${ADMIN_ROLE_ARN:?}"
: "${EMBEDDING_MODEL_ARN:?}" "${COLLECTION_ARN:?}" "${KEY_ARN:?}" "${TRANSFORM_FUNCTION_ARN:?}" "${INTERMEDIATE_BUCKET:?}"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
bucket_arn="arn:${PARTITION}:s3:::${SOURCE_BUCKET}"
kb_arn="arn:${PARTITION}:bedrock:${REGION}:${ACCOUNT_ID}:knowledge-base/${KNOWLEDGE_BASE_ID}"
kb_role_arn="arn:${PARTITION}:iam::${ACCOUNT_ID}:role/${KB_ROLE_NAME}"

# Versions are the way back from a poisoned document.
aws s3api put-bucket-versioning --region "$REGION" --bucket "$SOURCE_BUCKET" --versioning-configuration Status=Enabled
aws s3api put-public-access-block --region "$REGION" --bucket "$SOURCE_BUCKET" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true

# A Deny bites when all its conditions hold: not through the endpoint AND not one of the two roles. Ingestion reads
# from AWS's network under the knowledge base's role, so without that exception it would stop. To go by network
# instead of endpoint, use aws:SourceVpc in the same place.
cat > "$work/bucket.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ApprovedNetworkOrKnowledgeBase",
      "Effect": "Deny",
      "Principal": "*",
      "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
      "Resource": "${bucket_arn}/*",
      "Condition": {
        "StringNotEqualsIfExists": {"aws:SourceVpce": "${VPC_ENDPOINT_ID}"},
        "ArnNotEqualsIfExists": {"aws:PrincipalArn": ["${kb_role_arn}", "${ADMIN_ROLE_ARN}"]}
      }
    },
    {
      "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
      "Resource": ["${bucket_arn}", "${bucket_arn}/*"],
      "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    }
  ]
}
JSON
aws s3api put-bucket-policy --region "$REGION" --bucket "$SOURCE_BUCKET" --policy "file://$work/bucket.json"

cat > "$work/trust.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"Service": "bedrock.amazonaws.com"},
      "Action": "sts:AssumeRole",
      "Condition": {"StringEquals": {"aws:SourceAccount": "${ACCOUNT_ID}"}, "ArnLike": {"aws:SourceArn": "${kb_arn}"}}
    }
  ]
}
JSON
# Writing happens in the intermediate bucket alone.
cat > "$work/role.json" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ReadDocuments", "Effect": "Allow", "Action": "s3:GetObject",
      "Resource": "${bucket_arn}/${SOURCE_PREFIX}*",
      "Condition": {"StringEquals": {"aws:ResourceAccount": "${ACCOUNT_ID}"}}
    },
    {
      "Sid": "ListDocuments", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "${bucket_arn}",
      "Condition": {"StringEquals": {"aws:ResourceAccount": "${ACCOUNT_ID}"}, "StringLike": {"s3:prefix": "${SOURCE_PREFIX}*"}}
    },
    {
      "Sid": "Intermediate", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
      "Resource": "arn:${PARTITION}:s3:::${INTERMEDIATE_BUCKET}/${KNOWLEDGE_BASE_ID}/*",
      "Condition": {"StringEquals": {"aws:ResourceAccount": "${ACCOUNT_ID}"}}
    },
    {"Sid": "Redact", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "${TRANSFORM_FUNCTION_ARN}"},
    {"Sid": "Embed", "Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "${EMBEDDING_MODEL_ARN}"},
    {"Sid": "Store", "Effect": "Allow", "Action": "aoss:APIAccessAll", "Resource": "${COLLECTION_ARN}"},
    {"Sid": "Key", "Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "${KEY_ARN}"}
  ]
}
JSON
aws iam update-assume-role-policy --role-name "$KB_ROLE_NAME" --policy-document "file://$work/trust.json"
aws iam put-role-policy --role-name "$KB_ROLE_NAME" --policy-name KnowledgeBaseNeeds --policy-document "file://$work/role.json"
# What it holds besides; detach what is broader than the above.
aws iam list-attached-role-policies --role-name "$KB_ROLE_NAME"
aws iam list-role-policies --role-name "$KB_ROLE_NAME"

# Bedrock has no redaction switch: a transformation function sees every chunk before it is embedded.
# An update replaces the data source, so repeat chunking and parsing settings that you have. A transformation can
# be set on a new data source only in some cases; if this is refused, create the source anew with the same values.
cat > "$work/source.json" <<JSON
{
  "type": "S3",
  "s3Configuration": {
    "bucketArn": "${bucket_arn}",
    "bucketOwnerAccountId": "${ACCOUNT_ID}",
    "inclusionPrefixes": ["${SOURCE_PREFIX}"]
  }
}
JSON
cat > "$work/ingestion.json" <<JSON
{
  "customTransformationConfiguration": {
    "intermediateStorage": {"s3Location": {"uri": "s3://${INTERMEDIATE_BUCKET}/${KNOWLEDGE_BASE_ID}/"}},
    "transformations": [
      {
        "stepToApply": "POST_CHUNKING",
        "transformationFunction": {"transformationLambdaConfiguration": {"lambdaArn": "${TRANSFORM_FUNCTION_ARN}"}}
      }
    ]
  }
}
JSON
aws bedrock-agent update-data-source --region "$REGION" \
    --knowledge-base-id "$KNOWLEDGE_BASE_ID" --data-source-id "$DATA_SOURCE_ID" --name "$DATA_SOURCE_NAME" \
    --data-deletion-policy DELETE --data-source-configuration "file://$work/source.json" \
    --server-side-encryption-configuration "kmsKeyArn=$KEY_ARN" \
    --vector-ingestion-configuration "file://$work/ingestion.json"

# Proof: ingestion still works under the new rules.
aws bedrock-agent start-ingestion-job --region "$REGION" \
    --knowledge-base-id "$KNOWLEDGE_BASE_ID" --data-source-id "$DATA_SOURCE_ID"
