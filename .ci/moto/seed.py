"""Fills moto with an account that has good and bad parts, through the SDK that everybody uses."""
import io
import json
import os
import time
import urllib.error
import urllib.request
import zipfile

import boto3

HOME, BARE = "us-east-1", "eu-central-1"
ACCOUNT = "123456789012"


def client(service, region=HOME):
    return boto3.client(service, region_name=region)


def wait_for_server():
    for _ in range(300):
        try:
            return urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/moto-api/", timeout=1)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("moto did not start")


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource, sid="Some", **more):
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(service, **condition):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return document(statement)


ONE_MODEL = f"arn:aws:bedrock:{HOME}::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"


def identities():
    iam = client("iam")

    def role(name, service="lambda.amazonaws.com", inline=None, **more):
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service), **more)["Role"]["Arn"]
        for policy, text in (inline or {}).items():
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=text)
        return arn

    any_model = document(allow("bedrock:InvokeModel*", "*"))
    role("reaches-everything", inline={"wide": any_model})
    role("reaches-one", inline={"narrow": document(allow("bedrock:InvokeModel", ONE_MODEL))})
    boundary = iam.create_policy(PolicyName="no-models", PolicyDocument=document(allow("s3:*", "*")))["Policy"]["Arn"]
    role("fenced-in", inline={"cancelled": any_model}, PermissionsBoundary=boundary)
    denied = document(allow("bedrock:*", "*"), {"Sid": "Never", "Effect": "Deny", "Action": "bedrock:Invoke*", "Resource": "*"})
    role("denied-again", inline={"denied": denied})
    half = document(allow("bedrock:InvokeModel*", "*"), {"Sid": "Half", "Effect": "Deny", "Action": "bedrock:InvokeModel", "Resource": "*"})
    role("half-denied", inline={"half": half})
    role("runs-the-place")
    iam.attach_role_policy(RoleName="runs-the-place", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    family = document(allow("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/anthropic.*", sid="Family"))
    shared = iam.create_policy(PolicyName="one-family", PolicyDocument=family)["Policy"]["Arn"]
    role("likes-a-family")
    iam.attach_role_policy(RoleName="likes-a-family", PolicyArn=shared)
    iam.create_group(GroupName="analysts")
    iam.attach_group_policy(GroupName="analysts", PolicyArn=shared)
    iam.create_user(UserName="ana")
    iam.add_user_to_group(UserName="ana", GroupName="analysts")
    iam.create_policy(PolicyName="nobody-has-it", PolicyDocument=any_model)
    role("agent", service="bedrock.amazonaws.com", inline={"buckets": document(allow("s3:GetObject", "arn:aws:s3:::*/*"))})
    return role("logs", service="bedrock.amazonaws.com", inline={"write": document(allow(["logs:CreateLogStream", "logs:PutLogEvents"], "*"))})


def network():
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{HOME}{'ab'[n]}")["Subnet"]["SubnetId"] for n in range(2)]
    own = document({"Effect": "Allow", "Principal": "*", "Action": "bedrock:*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}})
    for service in ("bedrock-runtime", "bedrock"):
        ec2.create_vpc_endpoint(
            VpcId=vpc, VpcEndpointType="Interface", ServiceName=f"com.amazonaws.{HOME}.{service}", SubnetIds=subnets, PrivateDnsEnabled=True, PolicyDocument=own
        )
    # Its name begins alike, and it is another service.
    ec2.create_vpc_endpoint(
        VpcId=vpc, VpcEndpointType="Interface", ServiceName=f"com.amazonaws.{HOME}.bedrock-agent-runtime", SubnetIds=subnets[:1], PrivateDnsEnabled=False, PolicyDocument=own
    )


def logging(role):
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    logs = client("logs")
    logs.create_log_group(logGroupName="/bedrock/invocations", kmsKeyId=key)
    logs.put_retention_policy(logGroupName="/bedrock/invocations", retentionInDays=30)
    s3 = client("s3")
    s3.create_bucket(Bucket="large-bodies")
    s3.put_bucket_encryption(
        Bucket="large-bodies", ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    )
    client("bedrock").put_model_invocation_logging_configuration(
        loggingConfig={
            "cloudWatchConfig": {"logGroupName": "/bedrock/invocations", "roleArn": role, "largeDataDeliveryS3Config": {"bucketName": "large-bodies", "keyPrefix": "bodies"}},
            "textDataDeliveryEnabled": True,
            "imageDataDeliveryEnabled": False,
            "embeddingDataDeliveryEnabled": True,
        }
    )


def trails():
    client("s3").create_bucket(Bucket="trail-bucket")
    client("s3").put_bucket_policy(
        Bucket="trail-bucket",
        Policy=document(
            {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::trail-bucket"},
            {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::trail-bucket/*"},
        ),
    )
    trail = client("cloudtrail")
    trail.create_trail(Name="everything", S3BucketName="trail-bucket", IsMultiRegionTrail=True)
    trail.put_event_selectors(
        TrailName="everything",
        AdvancedEventSelectors=[
            {"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
            {"Name": "agents", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::Bedrock::AgentAlias"]}]},
        ],
    )
    trail.start_logging(Name="everything")


def tools():
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("tool.py", "def handler(event, context):\n    return None\n")
    client("lambda").create_function(
        FunctionName="tool", Runtime="python3.13", Role=f"arn:aws:iam::{ACCOUNT}:role/reaches-one", Handler="tool.handler", Code={"ZipFile": code.getvalue()}
    )
    client("bedrock-agent").create_agent(agentName="helper", agentResourceRoleArn=f"arn:aws:iam::{ACCOUNT}:role/agent", foundationModel="anthropic.claude-3-haiku-20240307-v1:0")


def organization():
    organizations = client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]
    member = organizations.create_account(Email="member@example.com", AccountName="member")["CreateAccountStatus"]["AccountId"]
    organizations.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    guard = {
        "Effect": "Deny",
        "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
        "Resource": "*",
        "Condition": {"StringNotLike": {"bedrock:GuardrailIdentifier": f"arn:aws:bedrock:{HOME}:{ACCOUNT}:guardrail/abcdef012345:*"}},
    }
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    policy = organizations.create_policy(Name="guarded", Description="Guardrails only", Type="SERVICE_CONTROL_POLICY", Content=document(guard))["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=unit)


wait_for_server()
role = identities()
network()
logging(role)
trails()
tools()
organization()
