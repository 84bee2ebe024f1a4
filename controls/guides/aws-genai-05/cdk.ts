// aws-genai-05: a trail that sees model calls, agents, knowledge bases and the rest of Bedrock in every region.
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { aws_cloudtrail as cloudtrail, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

const DATA_TYPES = [
  'AgentAlias',
  'KnowledgeBase',
  'InlineAgent',
  'FlowAlias',
  'Guardrail',
  'Model',
  'AsyncInvoke',
  'PromptVersion',
];

export interface BedrockTrailProps extends cdk.StackProps {
  readonly trailName: string;
  readonly trailBucket: string;
}

export class BedrockTrailStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: BedrockTrailProps) {
    super(scope, id, props);
    const trailArn = this.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: props.trailName });
    const service = new iam.ServicePrincipal('cloudtrail.amazonaws.com');
    const fromTrail = { StringEquals: { 'aws:SourceArn': trailArn } };

    const key = new kms.Key(this, 'Key', { description: 'CloudTrail', enableKeyRotation: true });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Trail',
        principals: [service],
        actions: ['kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: fromTrail,
      }),
    );

    const bucket = new s3.Bucket(this, 'Bucket', {
      bucketName: props.trailBucket,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
    });
    // The source ARN keeps trails of other accounts from writing here.
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AclCheck',
        principals: [service],
        actions: ['s3:GetBucketAcl'],
        resources: [bucket.bucketArn],
        conditions: fromTrail,
      }),
    );
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Write',
        principals: [service],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${this.account}/*`)],
        conditions: { StringEquals: { 'aws:SourceArn': trailArn, 's3:x-amz-acl': 'bucket-owner-full-control' } },
      }),
    );

    const trail = new cloudtrail.CfnTrail(this, 'Trail', {
      trailName: props.trailName,
      s3BucketName: bucket.bucketName,
      kmsKeyId: key.keyArn,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      advancedEventSelectors: [
        // InvokeModel and Converse are in here: no filter on reads or writes.
        { name: 'Management events', fieldSelectors: [{ field: 'eventCategory', equalTo: ['Management'] }] },
        ...DATA_TYPES.map((type) => ({
          name: `Bedrock ${type}`,
          fieldSelectors: [
            { field: 'eventCategory', equalTo: ['Data'] },
            { field: 'resources.type', equalTo: [`AWS::Bedrock::${type}`] },
          ],
        })),
      ],
    });
    trail.node.addDependency(bucket);
  }
}

const app = new cdk.App();
new BedrockTrailStack(app, 'BedrockTrail', {
  env: { account: need('ACCOUNT_ID'), region: need('REGION') },
  trailName: need('TRAIL_NAME'),
  trailBucket: need('TRAIL_BUCKET'),
});
app.synth();
