// aws-genai-01: a role that can invoke one Bedrock model through one inference profile.
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { aws_iam as iam } from 'aws-cdk-lib';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

export interface ModelInvokerProps extends cdk.StackProps {
  readonly roleName: string;
  readonly policyName: string;
  readonly appPrincipalArn: string;
  readonly modelId: string;
  readonly inferenceProfileId: string;
  readonly destinationRegions: string[];
}

export class ModelInvokerStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: ModelInvokerProps) {
    super(scope, id, props);
    const actions = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
    const profileArn = this.formatArn({
      service: 'bedrock',
      resource: 'inference-profile',
      resourceName: props.inferenceProfileId,
    });
    // Foundation models belong to no account, hence the empty field.
    const modelArns = props.destinationRegions.map((region) =>
      this.formatArn({ service: 'bedrock', region, account: '', resource: 'foundation-model', resourceName: props.modelId }),
    );
    const policy = new iam.ManagedPolicy(this, 'InvokePolicy', {
      managedPolicyName: props.policyName,
      statements: [
        new iam.PolicyStatement({ sid: 'UseOneProfile', actions, resources: [profileArn] }),
        new iam.PolicyStatement({
          sid: 'ReachItsModelOnlyThroughIt',
          actions,
          resources: modelArns,
          conditions: { ArnEquals: { 'bedrock:InferenceProfileArn': profileArn } },
        }),
      ],
    });
    const role = new iam.Role(this, 'InvokerRole', {
      roleName: props.roleName,
      assumedBy: new iam.ArnPrincipal(props.appPrincipalArn),
      managedPolicies: [policy],
    });
    new cdk.CfnOutput(this, 'InvokerRoleArn', { value: role.roleArn });
  }
}

const app = new cdk.App();
new ModelInvokerStack(app, 'ModelInvoker', {
  env: { account: need('ACCOUNT_ID'), region: need('REGION') },
  roleName: need('ROLE_NAME'),
  policyName: need('POLICY_NAME'),
  appPrincipalArn: need('APP_PRINCIPAL_ARN'),
  modelId: need('MODEL_ID'),
  inferenceProfileId: need('INFERENCE_PROFILE_ID'),
  destinationRegions: need('DESTINATION_REGIONS').split(/\s+/),
});
app.synth();
