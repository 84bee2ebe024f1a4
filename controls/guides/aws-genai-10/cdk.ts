// aws-genai-10: model calls stay in approved regions. For the management account.
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { aws_organizations as organizations } from 'aws-cdk-lib';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

export interface ApprovedRegionsProps extends cdk.StackProps {
  readonly approvedRegions: string[];
  readonly adminRoleArn: string;
  readonly targetId: string;
}

export class ApprovedRegionsStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: ApprovedRegionsProps) {
    super(scope, id, props);
    if (props.approvedRegions.includes('unspecified')) {
      throw new Error('`unspecified` stands for global profiles and would let them through');
    }
    const deny = (Sid: string, Action: string | string[], Condition: object) => ({
      Sid,
      Effect: 'Deny',
      Action,
      Resource: '*',
      Condition,
    });
    const invoke = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

    new organizations.CfnPolicy(this, 'Regions', {
      name: 'bedrock-approved-regions',
      description: 'Model calls stay in approved regions',
      type: 'SERVICE_CONTROL_POLICY',
      targetIds: [props.targetId],
      content: {
        Version: '2012-10-17',
        Statement: [
          // A profile is authorized in each region it may route to; one outside the list is enough to stop it.
          deny(
            'ApprovedRegionsOnly',
            [
              ...invoke,
              'bedrock:CreateModelInvocationJob',
              'bedrock:CreateProvisionedModelThroughput',
              'bedrock-mantle:CreateInference',
            ],
            { StringNotEquals: { 'aws:RequestedRegion': props.approvedRegions } },
          ),
          deny('NoGlobalProfiles', invoke, {
            StringEquals: { 'aws:RequestedRegion': 'unspecified' },
            ArnLike: { 'bedrock:InferenceProfileArn': `arn:${this.partition}:bedrock:*:*:inference-profile/global.*` },
          }),
          deny('ProfilesByPlatformOnly', 'bedrock:CreateInferenceProfile', {
            ArnNotLike: { 'aws:PrincipalArn': [props.adminRoleArn] },
          }),
        ],
      },
    });
  }
}

const app = new cdk.App();
new ApprovedRegionsStack(app, 'ApprovedRegions', {
  env: { account: need('MANAGEMENT_ACCOUNT_ID'), region: 'us-east-1' },
  approvedRegions: need('APPROVED_REGIONS').split(/\s+/),
  adminRoleArn: need('ADMIN_ROLE_ARN'),
  targetId: need('TARGET_ID'),
});
app.synth();
