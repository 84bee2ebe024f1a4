// aws-genai-04: invocation logging of one region, encrypted, kept for 400 days, masked and watched.
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  aws_cloudwatch as cloudwatch,
  aws_cloudwatch_actions as actions,
  aws_iam as iam,
  aws_kms as kms,
  aws_logs as logs,
  aws_s3 as s3,
  aws_sns as sns,
  custom_resources as custom,
} from 'aws-cdk-lib';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

export interface InvocationLoggingProps extends cdk.StackProps {
  readonly logGroup: string;
  readonly logBucket: string;
  readonly logRoleName: string;
  readonly alarmTopicArn: string;
}

export class InvocationLoggingStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: InvocationLoggingProps) {
    super(scope, id, props);
    const sourceArn = this.formatArn({ service: 'bedrock', resource: '*' });
    const groupArn = `arn:${this.partition}:logs:${this.region}:${this.account}:log-group:${props.logGroup}`;
    const fromHere = { StringEquals: { 'aws:SourceAccount': this.account }, ArnLike: { 'aws:SourceArn': sourceArn } };

    const key = new kms.Key(this, 'Key', { description: 'Bedrock invocation logs', enableKeyRotation: true });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'LogGroup',
        principals: [new iam.ServicePrincipal(`logs.${this.region}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': groupArn } },
      }),
    );
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'LargeBodies',
        principals: [new iam.ServicePrincipal('bedrock.amazonaws.com')],
        actions: ['kms:GenerateDataKey'],
        resources: ['*'],
        conditions: fromHere,
      }),
    );

    const group = new logs.LogGroup(this, 'Group', {
      logGroupName: props.logGroup,
      retention: logs.RetentionDays.THIRTEEN_MONTHS, // 400 days
      encryptionKey: key,
      // Masked for readers without logs:Unmask; Bedrock stores prompts as they came.
      dataProtectionPolicy: new logs.DataProtectionPolicy({
        identifiers: [
          logs.DataIdentifier.EMAILADDRESS,
          logs.DataIdentifier.AWSSECRETKEY,
          logs.DataIdentifier.CREDITCARDNUMBER,
        ],
      }),
    });

    const bucket = new s3.Bucket(this, 'Large', {
      bucketName: props.logBucket,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        { id: 'keep-400-days', expiration: cdk.Duration.days(400), noncurrentVersionExpiration: cdk.Duration.days(30) },
      ],
    });
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Deliver',
        principals: [new iam.ServicePrincipal('bedrock.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`large/AWSLogs/${this.account}/BedrockModelInvocationLogs/*`)],
        conditions: fromHere,
      }),
    );

    const role = new iam.Role(this, 'DeliveryRole', {
      roleName: props.logRoleName,
      assumedBy: new iam.ServicePrincipal('bedrock.amazonaws.com', { conditions: fromHere }),
      inlinePolicies: {
        Deliver: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [`${groupArn}:log-stream:aws/bedrock/modelinvocations`],
            }),
          ],
        }),
      },
    });

    // CloudFormation has no resource for this setting. There is no onDelete: going dark is a decision of its own.
    const put: custom.AwsSdkCall = {
      service: '@aws-sdk/client-bedrock',
      action: 'PutModelInvocationLoggingConfiguration',
      physicalResourceId: custom.PhysicalResourceId.of('invocation-logging'),
      parameters: {
        loggingConfig: {
          cloudWatchConfig: {
            logGroupName: group.logGroupName,
            roleArn: role.roleArn,
            largeDataDeliveryS3Config: { bucketName: bucket.bucketName, keyPrefix: 'large' },
          },
          textDataDeliveryEnabled: true,
          imageDataDeliveryEnabled: true,
          embeddingDataDeliveryEnabled: true,
          videoDataDeliveryEnabled: true,
        },
      },
    };
    const setting = new custom.AwsCustomResource(this, 'Setting', {
      onCreate: put,
      onUpdate: put,
      installLatestAwsSdk: false,
      policy: custom.AwsCustomResourcePolicy.fromStatements([
        new iam.PolicyStatement({ actions: ['bedrock:PutModelInvocationLoggingConfiguration'], resources: ['*'] }),
        new iam.PolicyStatement({
          actions: ['iam:PassRole'],
          resources: [role.roleArn],
          conditions: { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } },
        }),
      ]),
    });
    setting.node.addDependency(bucket);

    const alarm = new cloudwatch.Alarm(this, 'SilenceAlarm', {
      alarmName: 'bedrock-invocation-log-silent',
      alarmDescription: 'No invocation was logged for an hour.',
      metric: new cloudwatch.Metric({
        namespace: 'AWS/Logs',
        metricName: 'IncomingBytes',
        dimensionsMap: { LogGroupName: group.logGroupName },
        statistic: cloudwatch.Stats.SUM,
        period: cdk.Duration.hours(1),
      }),
      evaluationPeriods: 1,
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
    alarm.addAlarmAction(new actions.SnsAction(sns.Topic.fromTopicArn(this, 'Topic', props.alarmTopicArn)));
  }
}

const app = new cdk.App();
new InvocationLoggingStack(app, 'InvocationLogging', {
  env: { account: need('ACCOUNT_ID'), region: need('REGION') },
  logGroup: need('LOG_GROUP'),
  logBucket: need('LOG_BUCKET'),
  logRoleName: need('LOG_ROLE_NAME'),
  alarmTopicArn: need('ALARM_TOPIC_ARN'),
});
app.synth();
