// aws-genai-07: role and boundary of one agent, and the permission to call its tool function.
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

export interface AgentBoundsProps extends cdk.StackProps {
  readonly agentId: string;
  readonly agentRoleName: string;
  readonly boundaryName: string;
  readonly modelId: string;
  readonly inferenceProfileId: string;
  readonly destinationRegions: string[];
  readonly guardrailId: string;
  readonly knowledgeBaseId: string;
  readonly schemaBucket: string;
  readonly schemaKey: string;
  readonly functionName: string;
}

export class AgentRoleStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: AgentBoundsProps) {
    super(scope, id, props);
    const invoke = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
    const own = (resource: string, resourceName: string) => this.formatArn({ service: 'bedrock', resource, resourceName });
    const agentArn = own('agent', props.agentId);
    const profileArn = own('inference-profile', props.inferenceProfileId);
    const parts = [own('guardrail', props.guardrailId), own('knowledge-base', props.knowledgeBaseId)];
    const schemaArn = `arn:${this.partition}:s3:::${props.schemaBucket}/${props.schemaKey}`;
    const modelArns = props.destinationRegions.map((region) =>
      this.formatArn({ service: 'bedrock', region, account: '', resource: 'foundation-model', resourceName: props.modelId }),
    );

    // A ceiling: attaching more to the role later gives it nothing beyond this.
    const boundary = new iam.ManagedPolicy(this, 'Boundary', {
      managedPolicyName: props.boundaryName,
      statements: [
        new iam.PolicyStatement({ sid: 'Models', actions: invoke, resources: modelArns }),
        new iam.PolicyStatement({ sid: 'Profile', actions: [...invoke, 'bedrock:GetInferenceProfile'], resources: [profileArn] }),
        new iam.PolicyStatement({ sid: 'Parts', actions: ['bedrock:ApplyGuardrail', 'bedrock:Retrieve'], resources: parts }),
        new iam.PolicyStatement({ sid: 'Schema', actions: ['s3:GetObject'], resources: [schemaArn] }),
      ],
    });

    // No lambda:InvokeFunction: tools are called under the function's own resource policy.
    const needs = new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({ sid: 'Profile', actions: [...invoke, 'bedrock:GetInferenceProfile'], resources: [profileArn] }),
        new iam.PolicyStatement({
          sid: 'ModelThroughProfile',
          actions: invoke,
          resources: modelArns,
          conditions: { ArnEquals: { 'bedrock:InferenceProfileArn': profileArn } },
        }),
        new iam.PolicyStatement({ sid: 'Parts', actions: ['bedrock:ApplyGuardrail', 'bedrock:Retrieve'], resources: parts }),
        new iam.PolicyStatement({
          sid: 'Schema',
          actions: ['s3:GetObject'],
          resources: [schemaArn],
          conditions: { StringEquals: { 'aws:ResourceAccount': this.account } },
        }),
      ],
    });

    new iam.Role(this, 'AgentRole', {
      roleName: props.agentRoleName,
      permissionsBoundary: boundary,
      inlinePolicies: { AgentNeeds: needs },
      assumedBy: new iam.ServicePrincipal('bedrock.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': this.account },
          ArnLike: { 'aws:SourceArn': agentArn },
        },
      }),
    });

    new lambda.CfnPermission(this, 'ToolPermission', {
      functionName: props.functionName,
      action: 'lambda:InvokeFunction',
      principal: 'bedrock.amazonaws.com',
      sourceAccount: this.account,
      sourceArn: agentArn,
    });
  }
}

const app = new cdk.App();
new AgentRoleStack(app, 'AgentRole', {
  env: { account: need('ACCOUNT_ID'), region: need('REGION') },
  agentId: need('AGENT_ID'),
  agentRoleName: need('AGENT_ROLE_NAME'),
  boundaryName: need('BOUNDARY_NAME'),
  modelId: need('MODEL_ID'),
  inferenceProfileId: need('INFERENCE_PROFILE_ID'),
  destinationRegions: need('DESTINATION_REGIONS').split(/\s+/),
  guardrailId: need('GUARDRAIL_ID'),
  knowledgeBaseId: need('KNOWLEDGE_BASE_ID'),
  schemaBucket: need('SCHEMA_BUCKET'),
  schemaKey: need('SCHEMA_KEY'),
  functionName: need('FUNCTION_NAME'),
});
app.synth();
