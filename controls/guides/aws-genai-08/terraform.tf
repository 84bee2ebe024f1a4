# aws-genai-08: the role of one knowledge base, its data source, and the policy of the bucket it reads.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25"
    }
  }
}

variable "knowledge_base_id" {
  type        = string
  description = "The knowledge base. Create it with the trust on knowledge-base/* and set its id here afterwards."
}

variable "kb_role_name" {
  type        = string
  description = "Name of its own role."
}

variable "data_source_name" {
  type        = string
  description = "Name of the data source."
}

variable "source_bucket" {
  type        = string
  description = "Bucket with the documents."
}

variable "source_prefix" {
  type        = string
  description = "Prefix of the documents, with a slash at its end."

  validation {
    condition     = endswith(var.source_prefix, "/") && length(var.source_prefix) > 1
    error_message = "Without a slash at the end, prefixes that begin alike are read as well."
  }
}

variable "vpc_endpoint_id" {
  type        = string
  description = "S3 endpoint of the network in which people and pipelines work."
}

variable "admin_role_arn" {
  type        = string
  description = "Role that may get at the bucket from elsewhere when all else fails."
}

variable "embedding_model_arn" {
  type        = string
  description = "Embedding model."
}

variable "collection_arn" {
  type        = string
  description = "OpenSearch Serverless collection with the vectors."
}

variable "key_arn" {
  type        = string
  description = "Customer-managed key for data in transit through ingestion."
}

variable "transform_function_arn" {
  type        = string
  description = "Lambda function, with version or alias, that redacts chunks."
}

variable "intermediate_bucket" {
  type        = string
  description = "Bucket for its input and output."
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account    = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  bucket_arn = "arn:${local.partition}:s3:::${var.source_bucket}"
  kb_arn     = "arn:${local.partition}:bedrock:${data.aws_region.current.region}:${local.account}:knowledge-base/${var.knowledge_base_id}"
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
      values   = [local.kb_arn]
    }
  }
}

data "aws_iam_policy_document" "needs" {
  statement {
    sid       = "ReadDocuments"
    actions   = ["s3:GetObject"]
    resources = ["${local.bucket_arn}/${var.source_prefix}*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "ListDocuments"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${var.source_prefix}*"]
    }
  }

  # The only place it writes to.
  statement {
    sid       = "Intermediate"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${var.intermediate_bucket}/${var.knowledge_base_id}/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "Redact"
    actions   = ["lambda:InvokeFunction"]
    resources = [var.transform_function_arn]
  }

  statement {
    sid       = "Embed"
    actions   = ["bedrock:InvokeModel"]
    resources = [var.embedding_model_arn]
  }

  statement {
    sid       = "Store"
    actions   = ["aoss:APIAccessAll"]
    resources = [var.collection_arn]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.key_arn]
  }
}

resource "aws_iam_role" "knowledge_base" {
  name               = var.kb_role_name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "needs" {
  name   = "KnowledgeBaseNeeds"
  role   = aws_iam_role.knowledge_base.name
  policy = data.aws_iam_policy_document.needs.json
}

resource "aws_s3_bucket_versioning" "source" {
  bucket = var.source_bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "source" {
  bucket                  = var.source_bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# All conditions of the Deny have to hold, so the role list is an exception: ingestion comes from AWS's network.
data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "ApprovedNetworkOrKnowledgeBase"
    effect    = "Deny"
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]
    resources = ["${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEqualsIfExists"
      variable = "aws:SourceVpce"
      values   = [var.vpc_endpoint_id]
    }

    condition {
      test     = "ArnNotEqualsIfExists"
      variable = "aws:PrincipalArn"
      values   = [aws_iam_role.knowledge_base.arn, var.admin_role_arn]
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

resource "aws_s3_bucket_policy" "source" {
  bucket = var.source_bucket
  policy = data.aws_iam_policy_document.bucket.json
}

resource "aws_bedrockagent_data_source" "documents" {
  knowledge_base_id    = var.knowledge_base_id
  name                 = var.data_source_name
  data_deletion_policy = "DELETE"

  data_source_configuration {
    type = "S3"

    s3_configuration {
      bucket_arn              = local.bucket_arn
      bucket_owner_account_id = local.account
      inclusion_prefixes      = [var.source_prefix]
    }
  }

  server_side_encryption_configuration {
    kms_key_arn = var.key_arn
  }

  # Bedrock has no redaction switch: this function sees every chunk before it is embedded.
  vector_ingestion_configuration {
    custom_transformation_configuration {
      intermediate_storage {
        s3_location {
          uri = "s3://${var.intermediate_bucket}/${var.knowledge_base_id}/"
        }
      }

      transformation {
        step_to_apply = "POST_CHUNKING"

        transformation_function {
          transformation_lambda_configuration {
            lambda_arn = var.transform_function_arn
          }
        }
      }
    }
  }
}
