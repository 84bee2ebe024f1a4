// aws-genai-03: Bedrock endpoints in a VPC, and in the management account the SCP that makes them the only way.
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { aws_ec2 as ec2, aws_organizations as organizations } from 'aws-cdk-lib';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

export interface EndpointProps extends cdk.StackProps {
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly subnetIds: string[];
  readonly orgId: string;
}

export class BedrockEndpointsStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: EndpointProps) {
    super(scope, id, props);
    if (props.subnetIds.length < 2) throw new Error('one subnet is one zone: name two or more');
    const group = new ec2.CfnSecurityGroup(this, 'EndpointGroup', {
      groupDescription: 'HTTPS from the VPC to the Bedrock endpoints',
      vpcId: props.vpcId,
      securityGroupIngress: [{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: props.vpcCidr }],
    });
    for (const service of ['bedrock-runtime', 'bedrock', 'bedrock-agent-runtime', 'bedrock-agent']) {
      new ec2.CfnVPCEndpoint(this, `Endpoint-${service}`, {
        vpcEndpointType: 'Interface',
        vpcId: props.vpcId,
        serviceName: `com.amazonaws.${this.region}.${service}`,
        subnetIds: props.subnetIds,
        securityGroupIds: [group.attrGroupId],
        privateDnsEnabled: true,
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'OwnOrganizationOnly',
              Effect: 'Allow',
              Principal: '*',
              Action: 'bedrock:*',
              Resource: '*',
              Condition: { StringEquals: { 'aws:PrincipalOrgID': props.orgId } },
            },
          ],
        },
      });
    }
  }
}

export interface PrivatePathProps extends cdk.StackProps {
  readonly vpcId: string;
  readonly serviceRoleArn: string;
  readonly targetId: string;
}

// For the management account.
export class PrivatePathPolicyStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: PrivatePathProps) {
    super(scope, id, props);
    new organizations.CfnPolicy(this, 'PrivatePath', {
      name: 'bedrock-private-path',
      description: 'Model calls come from approved networks',
      type: 'SERVICE_CONTROL_POLICY',
      targetIds: [props.targetId],
      content: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'ModelsFromApprovedNetworksOnly',
            Effect: 'Deny',
            Action: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
            Resource: '*',
            // All have to hold, so those after the first are exceptions for what Bedrock does itself.
            Condition: {
              StringNotEqualsIfExists: { 'aws:SourceVpc': [props.vpcId] },
              BoolIfExists: { 'aws:ViaAWSService': 'false', 'aws:PrincipalIsAWSService': 'false' },
              ArnNotLikeIfExists: { 'aws:PrincipalArn': [props.serviceRoleArn] },
            },
          },
        ],
      },
    });
  }
}

const app = new cdk.App();
new BedrockEndpointsStack(app, 'BedrockEndpoints', {
  env: { account: need('ACCOUNT_ID'), region: need('REGION') },
  vpcId: need('VPC_ID'),
  vpcCidr: need('VPC_CIDR'),
  subnetIds: need('SUBNET_IDS').split(/\s+/),
  orgId: need('ORG_ID'),
});
new PrivatePathPolicyStack(app, 'PrivatePathPolicy', {
  env: { account: need('MANAGEMENT_ACCOUNT_ID'), region: 'us-east-1' },
  vpcId: need('VPC_ID'),
  serviceRoleArn: need('SERVICE_ROLE_ARN'),
  targetId: need('TARGET_ID'),
});
app.synth();
