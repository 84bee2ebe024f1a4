# aws-genai-04: invocation logging of one region, encrypted, kept for 400 days, masked, and watched.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25"
    }
  }
}

variable "log_group" {
  type        = string
  description = "Name of the log group."
}

variable "log_bucket" {
  type        = string
  description = "Name of the bucket for bodies that are too large for the group."
}

variable "log_role_name" {
  type        = string
  description = "Name of the delivery role."
}

variable "alarm_topic_arn" {
  type        = string
  description = "SNS topic that somebody reads."
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account     = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition
  region      = data.aws_region.current.region
  source_arn  = "arn:${local.partition}:bedrock:${local.region}:${local.account}:*"
  group_arn   = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${var.log_group}"
  bucket_arn  = "arn:${local.partition}:s3:::${var.log_bucket}"
  identifiers = [for n in ["EmailAddress", "AwsSecretKey", "CreditCardNumber"] : "arn:${local.partition}:dataprotection::aws:data-identifier/${n}"]
}

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }

  statement {
    sid       = "LogGroup"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = [local.group_arn]
    }
  }

  statement {
    sid       = "LargeBodies"
    actions   = ["kms:GenerateDataKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["bedrock.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.source_arn]
    }
  }
}

resource "aws_kms_key" "logs" {
  description         = "Bedrock invocation logs"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}

resource "aws_cloudwatch_log_group" "invocations" {
  name              = var.log_group
  retention_in_days = 400
  kms_key_id        = aws_kms_key.logs.arn
}

# Masked for readers without logs:Unmask; Bedrock stores prompts as they came.
resource "aws_cloudwatch_log_data_protection_policy" "mask" {
  log_group_name = aws_cloudwatch_log_group.invocations.name

  policy_document = jsonencode({
    Name    = "prompts"
    Version = "2021-06-01"
    Statement = [
      {
        Sid            = "find"
        DataIdentifier = local.identifiers
        Operation      = { Audit = { FindingsDestination = {} } }
      },
      {
        Sid            = "mask"
        DataIdentifier = local.identifiers
        Operation      = { Deidentify = { MaskConfig = {} } }
      },
    ]
  })
}

resource "aws_s3_bucket" "large" {
  bucket = var.log_bucket
}

resource "aws_s3_bucket_ownership_controls" "large" {
  bucket = aws_s3_bucket.large.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "large" {
  bucket                  = aws_s3_bucket.large.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "large" {
  bucket = aws_s3_bucket.large.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "large" {
  bucket = aws_s3_bucket.large.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.logs.arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "large" {
  bucket = aws_s3_bucket.large.id

  rule {
    id     = "keep-400-days"
    status = "Enabled"

    filter {}

    expiration {
      days = 400
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "Deliver"
    actions   = ["s3:PutObject"]
    resources = ["${local.bucket_arn}/large/AWSLogs/${local.account}/BedrockModelInvocationLogs/*"]

    principals {
      type        = "Service"
      identifiers = ["bedrock.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.source_arn]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "large" {
  bucket = aws_s3_bucket.large.id
  policy = data.aws_iam_policy_document.bucket.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["bedrock.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.source_arn]
    }
  }
}

data "aws_iam_policy_document" "deliver" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.group_arn}:log-stream:aws/bedrock/modelinvocations"]
  }
}

resource "aws_iam_role" "deliver" {
  name               = var.log_role_name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "deliver" {
  name   = "Deliver"
  role   = aws_iam_role.deliver.name
  policy = data.aws_iam_policy_document.deliver.json
}

# The provider has no argument for audio yet; what is not set is not off.
resource "aws_bedrock_model_invocation_logging_configuration" "this" {
  logging_config {
    text_data_delivery_enabled      = true
    image_data_delivery_enabled     = true
    embedding_data_delivery_enabled = true
    video_data_delivery_enabled     = true

    cloudwatch_config {
      log_group_name = aws_cloudwatch_log_group.invocations.name
      role_arn       = aws_iam_role.deliver.arn

      large_data_delivery_s3_config {
        bucket_name = aws_s3_bucket.large.id
        key_prefix  = "large"
      }
    }
  }

  depends_on = [aws_iam_role_policy.deliver, aws_s3_bucket_policy.large]
}

resource "aws_cloudwatch_metric_alarm" "silent" {
  alarm_name          = "bedrock-invocation-log-silent"
  alarm_description   = "No invocation was logged for an hour."
  namespace           = "AWS/Logs"
  metric_name         = "IncomingBytes"
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarm_topic_arn]

  dimensions = {
    LogGroupName = aws_cloudwatch_log_group.invocations.name
  }
}
