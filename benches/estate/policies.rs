//! The texts of policies: some that everybody holds, some that speak of one application, some that reach models.

use super::random::Random;
use bedrock_audit::model::policy_text::PolicyText;
use serde_json::{Value, json};

/// A document of these statements.
pub(crate) fn document(statements: Value) -> PolicyText {
    PolicyText::from(json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}

/// `AdministratorAccess`.
pub(crate) fn everything() -> PolicyText {
    document(json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]))
}

/// What an application of its own may do: its table, its bucket, its queue, its secrets.
pub(crate) fn application(account: &str, region: &str, name: &str) -> PolicyText {
    document(json!([
        {
            "Sid": "Table", "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
            "Resource": [
                format!("arn:aws:dynamodb:{region}:{account}:table/{name}"),
                format!("arn:aws:dynamodb:{region}:{account}:table/{name}/index/*"),
            ],
        },
        {
            "Sid": "Objects", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": format!("arn:aws:s3:::{name}-data-{account}/*"),
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
        {
            "Sid": "Queue", "Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
            "Resource": format!("arn:aws:sqs:{region}:{account}:{name}"),
        },
    ]))
}

/// What every function and container needs; the same text in every principal that has it inline.
pub(crate) fn plumbing() -> PolicyText {
    document(json!([
        {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"},
        {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*",
         "Condition": {"StringEquals": {"cloudwatch:namespace": ["app", "custom"]}}},
    ]))
}

/// A managed policy for one service.
pub(crate) fn service(account: &str, number: usize) -> PolicyText {
    const SERVICES: [&str; 8] = ["s3", "dynamodb", "sqs", "sns", "kms", "ecr", "states", "events"];
    let name = SERVICES.get(number % SERVICES.len()).copied().unwrap_or("s3");
    document(json!([
        {"Sid": "Read", "Effect": "Allow", "Action": [format!("{name}:Get*"), format!("{name}:List*"), format!("{name}:Describe*")], "Resource": "*"},
        {"Sid": "Write", "Effect": "Allow", "Action": format!("{name}:Put*"), "Resource": format!("arn:aws:{name}:*:{account}:team-{number}-*")},
    ]))
}

/// A policy that reaches models, in one of the ways in which people write them.
pub(crate) fn models(random: &mut Random, region: &str, account: &str) -> PolicyText {
    let actions = json!(["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]);
    let claude = format!("arn:aws:bedrock:{region}::foundation-model/anthropic.claude-3-5-haiku-20241022-v1:0");
    let statement = match random.below(8) {
        0 => json!({"Sid": "Any", "Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}),
        1 => {
            json!({"Sid": "AnyModel", "Effect": "Allow", "Action": actions, "Resource": "arn:aws:bedrock:*::foundation-model/*"})
        }
        2 => {
            json!({"Sid": "Family", "Effect": "Allow", "Action": actions, "Resource": "arn:aws:bedrock:*::foundation-model/anthropic.*"})
        }
        3 => {
            json!({"Sid": "Versions", "Effect": "Allow", "Action": actions, "Resource": format!("arn:aws:bedrock:{region}::foundation-model/amazon.nova-pro-v1:*")})
        }
        4 => {
            json!({"Sid": "Guarded", "Effect": "Allow", "Action": actions, "Resource": "*",
            "Condition": {"StringLike": {"bedrock:GuardrailIdentifier": format!("arn:aws:bedrock:*:{account}:guardrail/*")}}})
        }
        5 => {
            json!({"Sid": "ByProfile", "Effect": "Allow", "Action": actions, "Resource": "arn:aws:bedrock:*::foundation-model/*",
            "Condition": {"ArnLike": {"bedrock:InferenceProfileArn": format!("arn:aws:bedrock:{region}:{account}:inference-profile/us.*")}}})
        }
        _ => json!({"Sid": "Named", "Effect": "Allow", "Action": actions, "Resource": [claude]}),
    };
    document(json!([statement]))
}

/// A policy that refuses: to everybody, or by who asks.
pub(crate) fn refusal(number: usize) -> PolicyText {
    document(match number % 3 {
        0 => {
            json!([{"Sid": "NoStreams", "Effect": "Deny", "Action": "bedrock:InvokeModelWithResponseStream", "Resource": "*"}])
        }
        1 => json!([{"Sid": "OwnTeam", "Effect": "Deny", "Action": "bedrock:*", "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:PrincipalTag/team": "ai"}}}]),
        _ => json!([{"Sid": "InRegion", "Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-central-1"]}}}]),
    })
}

/// A boundary that lets an application have its services, and models or not.
pub(crate) fn boundary(number: usize) -> PolicyText {
    let mut actions = vec!["s3:*", "dynamodb:*", "sqs:*", "logs:*"];
    if number.is_multiple_of(2) {
        actions.push("bedrock:InvokeModel");
    }
    document(json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]))
}

/// Who may assume a role.
pub(crate) fn trust(random: &mut Random, account: &str) -> PolicyText {
    let statement = match random.below(20) {
        0 => {
            json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": random.id(12)}}})
        }
        1 => {
            json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:role/deploy"}, "Action": "sts:AssumeRole"})
        }
        2 => json!({"Effect": "Allow",
            "Principal": {"Federated": format!("arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com")},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": format!("repo:org/{}:*", random.id(6))}}}),
        3..=7 => {
            json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}, "Action": "sts:AssumeRole"})
        }
        8..=12 => json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}),
        _ => json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}),
    };
    document(json!([statement]))
}

/// The trust policy of a role for an agent or a knowledge base; one in four is open.
pub(crate) fn bedrock_trust(random: &mut Random, account: &str, region: &str, kind: &str) -> PolicyText {
    let mut statement =
        json!({"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole"});
    if !random.percent(25)
        && let Value::Object(members) = &mut statement
    {
        members.insert(
            "Condition".to_owned(),
            json!({"StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": format!("arn:aws:bedrock:{region}:{account}:{kind}/*")}}),
        );
    }
    document(json!([statement]))
}
