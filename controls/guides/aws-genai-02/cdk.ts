// aws-genai-02: harm filters and personal data rules, in a published guardrail version.
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { aws_bedrock as bedrock } from 'aws-cdk-lib';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

export interface GuardrailProps extends cdk.StackProps {
  readonly guardrailName: string;
  readonly guardrailProfileId: string;
  readonly keyArn: string;
}

const HARM = ['HATE', 'SEXUAL', 'VIOLENCE', 'INSULTS', 'MISCONDUCT'];
// Masked or refused; the secret and the password weigh more than the access key's id.
const PERSONAL: Record<string, string> = {
  EMAIL: 'ANONYMIZE',
  AWS_ACCESS_KEY: 'BLOCK',
  AWS_SECRET_KEY: 'BLOCK',
  PASSWORD: 'BLOCK',
};

export class ContentGuardrailStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: GuardrailProps) {
    super(scope, id, props);
    const both = ['TEXT', 'IMAGE'];
    const guardrail = new bedrock.CfnGuardrail(this, 'Guardrail', {
      name: props.guardrailName,
      description: 'Blocks harmful content and prompt attacks, masks or blocks personal data.',
      blockedInputMessaging: 'This request cannot be processed.',
      blockedOutputsMessaging: 'The answer was withheld.',
      kmsKeyArn: props.keyArn,
      // Needed by the STANDARD tier, at a price in residency: texts may be assessed in every region of the profile.
      // Drop it and choose CLASSIC where that is not allowed.
      crossRegionConfig: {
        guardrailProfileArn: this.formatArn({
          service: 'bedrock',
          resource: 'guardrail-profile',
          resourceName: props.guardrailProfileId,
        }),
      },
      contentPolicyConfig: {
        contentFiltersTierConfig: { tierName: 'STANDARD' },
        filtersConfig: [
          ...HARM.map((type) => ({
            type,
            inputStrength: 'HIGH',
            outputStrength: 'HIGH',
            inputAction: 'BLOCK',
            outputAction: 'BLOCK',
            inputEnabled: true,
            outputEnabled: true,
            inputModalities: both,
            outputModalities: both,
          })),
          // Works on input alone, so its output strength is NONE.
          { type: 'PROMPT_ATTACK', inputStrength: 'HIGH', outputStrength: 'NONE', inputAction: 'BLOCK', inputEnabled: true },
        ],
      },
      sensitiveInformationPolicyConfig: {
        piiEntitiesConfig: Object.entries(PERSONAL).map(([type, action]) => ({
          type,
          action,
          inputAction: action,
          outputAction: action,
          inputEnabled: true,
          outputEnabled: true,
        })),
      },
    });
    // A new construct id with each change of the guardrail publishes the next number.
    const version = new bedrock.CfnGuardrailVersion(this, 'GuardrailV1', {
      guardrailIdentifier: guardrail.attrGuardrailId,
      description: 'Reviewed',
    });
    version.applyRemovalPolicy(cdk.RemovalPolicy.RETAIN);
    new cdk.CfnOutput(this, 'GuardrailArn', { value: guardrail.attrGuardrailArn });
    new cdk.CfnOutput(this, 'GuardrailVersion', { value: version.attrVersion });
  }
}

const app = new cdk.App();
const stack = new ContentGuardrailStack(app, 'ContentGuardrail', {
  env: { account: need('ACCOUNT_ID'), region: need('REGION') },
  guardrailName: need('GUARDRAIL_NAME'),
  guardrailProfileId: need('GUARDRAIL_PROFILE_ID'),
  keyArn: need('KEY_ARN'),
});
cdk.Tags.of(stack).add('CostCenter', need('COST_CENTER'));
cdk.Tags.of(stack).add('Environment', need('ENVIRONMENT'));
app.synth();
