// aws-genai-08: documents of one prefix, the role that reads them, and the data source that ingests them.
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { aws_bedrock as bedrock, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

export interface KnowledgeSourceProps extends cdk.StackProps {
  readonly knowledgeBaseId: string;
  readonly kbRoleName: string;
  readonly dataSourceName: string;
  readonly sourceBucket: string;
  readonly sourcePrefix: string;
  readonly vpcEndpointId: string;
  readonly adminRoleArn: string;
  readonly embeddingModelArn: string;
  readonly collectionArn: string;
  readonly keyArn: string;
  readonly transformFunctionArn: string;
  readonly intermediateBucket: string;
}

export class KnowledgeSourceStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: KnowledgeSourceProps) {
    super(scope, id, props);
    if (!/.\/$/.test(props.sourcePrefix)) throw new Error('end the prefix with a slash');
    const bucketArn = `arn:${this.partition}:s3:::${props.sourceBucket}`;
    const here = { StringEquals: { 'aws:ResourceAccount': this.account } };
    const allow = (sid: string, actions: string[], resources: string[], conditions?: iam.Conditions) =>
      new iam.PolicyStatement({ sid, actions, resources, conditions });

    const role = new iam.Role(this, 'KnowledgeBaseRole', {
      roleName: props.kbRoleName,
      assumedBy: new iam.ServicePrincipal('bedrock.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': this.account },
          ArnLike: {
            'aws:SourceArn': this.formatArn({
              service: 'bedrock',
              resource: 'knowledge-base',
              resourceName: props.knowledgeBaseId,
            }),
          },
        },
      }),
      inlinePolicies: {
        KnowledgeBaseNeeds: new iam.PolicyDocument({
          statements: [
            allow('ReadDocuments', ['s3:GetObject'], [`${bucketArn}/${props.sourcePrefix}*`], here),
            allow('ListDocuments', ['s3:ListBucket'], [bucketArn], {
              ...here,
              StringLike: { 's3:prefix': `${props.sourcePrefix}*` },
            }),
            // The only place it writes to.
            allow(
              'Intermediate',
              ['s3:GetObject', 's3:PutObject'],
              [`arn:${this.partition}:s3:::${props.intermediateBucket}/${props.knowledgeBaseId}/*`],
              here,
            ),
            allow('Redact', ['lambda:InvokeFunction'], [props.transformFunctionArn]),
            allow('Embed', ['bedrock:InvokeModel'], [props.embeddingModelArn]),
            allow('Store', ['aoss:APIAccessAll'], [props.collectionArn]),
            allow('Key', ['kms:Decrypt', 'kms:GenerateDataKey'], [props.keyArn]),
          ],
        }),
      },
    });

    const bucket = new s3.Bucket(this, 'Documents', {
      bucketName: props.sourceBucket,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: kms.Key.fromKeyArn(this, 'SourceKey', props.keyArn),
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
    });
    // All conditions of the Deny have to hold, so the roles are an exception: ingestion comes from AWS's network.
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'ApprovedNetworkOrKnowledgeBase',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
        resources: [bucket.arnForObjects('*')],
        conditions: {
          StringNotEqualsIfExists: { 'aws:SourceVpce': props.vpcEndpointId },
          ArnNotEqualsIfExists: { 'aws:PrincipalArn': [role.roleArn, props.adminRoleArn] },
        },
      }),
    );

    new bedrock.CfnDataSource(this, 'Source', {
      knowledgeBaseId: props.knowledgeBaseId,
      name: props.dataSourceName,
      dataDeletionPolicy: 'DELETE',
      dataSourceConfiguration: {
        type: 'S3',
        s3Configuration: {
          bucketArn: bucket.bucketArn,
          bucketOwnerAccountId: this.account,
          inclusionPrefixes: [props.sourcePrefix],
        },
      },
      serverSideEncryptionConfiguration: { kmsKeyArn: props.keyArn },
      // Bedrock has no redaction switch: this function sees every chunk before it is embedded.
      vectorIngestionConfiguration: {
        customTransformationConfiguration: {
          intermediateStorage: { s3Location: { uri: `s3://${props.intermediateBucket}/${props.knowledgeBaseId}/` } },
          transformations: [
            {
              stepToApply: 'POST_CHUNKING',
              transformationFunction: {
                transformationLambdaConfiguration: { lambdaArn: props.transformFunctionArn },
              },
            },
          ],
        },
      },
    });
  }
}

const app = new cdk.App();
new KnowledgeSourceStack(app, 'KnowledgeSource', {
  env: { account: need('ACCOUNT_ID'), region: need('REGION') },
  knowledgeBaseId: need('KNOWLEDGE_BASE_ID'),
  kbRoleName: need('KB_ROLE_NAME'),
  dataSourceName: need('DATA_SOURCE_NAME'),
  sourceBucket: need('SOURCE_BUCKET'),
  sourcePrefix: need('SOURCE_PREFIX'),
  vpcEndpointId: need('VPC_ENDPOINT_ID'),
  adminRoleArn: need('ADMIN_ROLE_ARN'),
  embeddingModelArn: need('EMBEDDING_MODEL_ARN'),
  collectionArn: need('COLLECTION_ARN'),
  keyArn: need('KEY_ARN'),
  transformFunctionArn: need('TRANSFORM_FUNCTION_ARN'),
  intermediateBucket: need('INTERMEDIATE_BUCKET'),
});
app.synth();
