// aws-genai-09: the approved guardrail on every model call, by SCP and by enforcement. For the management account.
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { aws_bedrock as bedrock, aws_organizations as organizations } from 'aws-cdk-lib';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

export interface GuardrailEnforcementProps extends cdk.StackProps {
  readonly targetId: string;
  readonly orgId: string;
  readonly guardrailArn: string;
  readonly guardrailVersion: string;
  readonly adminRoleArn: string;
}

export class GuardrailEnforcementStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: GuardrailEnforcementProps) {
    super(scope, id, props);
    const deny = (Sid: string, Action: string | string[], Condition?: object) => ({
      Sid,
      Effect: 'Deny',
      Action,
      Resource: '*',
      ...(Condition ? { Condition } : {}),
    });

    new organizations.CfnPolicy(this, 'Required', {
      name: 'bedrock-guardrail-required',
      description: 'Model calls carry the approved guardrail',
      type: 'SERVICE_CONTROL_POLICY',
      targetIds: [props.targetId],
      content: {
        Version: '2012-10-17',
        Statement: [
          // Negated, so a call without the key is denied as well; any numbered version passes, the draft does not.
          // Embedding calls carry no guardrail: except the exact role that ingests documents if you have one.
          deny('RequireGuardrail', ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'], {
            ArnNotLike: { 'bedrock:GuardrailIdentifier': [`${props.guardrailArn}:*`] },
          }),
          // One statement per tag: in one Null block they would deny only when both are missing.
          ...['CostCenter', 'Environment'].map((tag) =>
            deny(`GuardrailNeeds${tag}`, 'bedrock:CreateGuardrail', { Null: { [`aws:RequestTag/${tag}`]: 'true' } }),
          ),
          deny('NoMantle', 'bedrock-mantle:CreateInference'),
          deny(
            'KeepGuardrails',
            [
              'bedrock:UpdateGuardrail',
              'bedrock:DeleteGuardrail',
              'bedrock:PutEnforcedGuardrailConfiguration',
              'bedrock:DeleteEnforcedGuardrailConfiguration',
            ],
            { ArnNotLike: { 'aws:PrincipalArn': [props.adminRoleArn] } },
          ),
        ],
      },
    });

    // Lets members have the guardrail applied to their calls. The BEDROCK_POLICY that makes use of it is not among
    // the policy types CloudFormation creates; the CLI and Terraform guides have its text.
    new bedrock.CfnResourcePolicy(this, 'GuardrailAccess', {
      resourceArn: props.guardrailArn,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'ApplyFromOrganization',
            Effect: 'Allow',
            Principal: '*',
            Action: 'bedrock:ApplyGuardrail',
            Resource: props.guardrailArn,
            Condition: { StringEquals: { 'aws:PrincipalOrgID': props.orgId } },
          },
        ],
      },
    });

    // Applied by Bedrock itself in this account and region, whatever the caller names.
    new bedrock.CfnEnforcedGuardrailConfiguration(this, 'Enforced', {
      guardrailIdentifier: props.guardrailArn,
      guardrailVersion: props.guardrailVersion,
      selectiveContentGuarding: { system: 'COMPREHENSIVE', messages: 'COMPREHENSIVE' },
      modelEnforcement: { includedModels: ['ALL'], excludedModels: [] },
    });
  }
}

const app = new cdk.App();
new GuardrailEnforcementStack(app, 'GuardrailEnforcement', {
  env: { account: need('MANAGEMENT_ACCOUNT_ID'), region: need('REGION') },
  targetId: need('TARGET_ID'),
  orgId: need('ORG_ID'),
  guardrailArn: need('GUARDRAIL_ARN'),
  guardrailVersion: need('GUARDRAIL_VERSION'),
  adminRoleArn: need('ADMIN_ROLE_ARN'),
});
app.synth();
