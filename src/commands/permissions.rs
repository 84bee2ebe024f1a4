//! `permissions`: the least-privilege IAM policy, printed from the table of calls that the collectors use.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>. The actions only read settings;
//! none of them reads what a model was asked, or what a bucket or knowledge base holds.

use super::known;
use super::print;
use crate::cli::PermissionsArgs;
use crate::config::check;
use crate::exit::ExitStatus;
use crate::model::calls::{ALL, Call};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Asked before any control comes into play: which regions there are.
const ALWAYS: &[&str] = &["ec2:DescribeRegions"];

/// Runs the command.
pub(super) fn run(args: &PermissionsArgs) -> anyhow::Result<ExitStatus> {
    let catalog = known::of(None)?;
    let controls = check::controls(&args.control, "--control", &catalog)?;
    print(&format!("{:#}\n", policy(controls.as_ref())))
}

fn policy(controls: Option<&BTreeSet<String>>) -> Value {
    let wanted = |call: &&&Call| {
        call.controls.is_empty() || controls.is_none_or(|ids| call.controls.iter().any(|id| ids.contains(*id)))
    };
    let mut services: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let permissions = ALL.iter().filter(wanted).filter_map(|call| call.needs());
    for permission in permissions.chain(ALWAYS.iter().copied()) {
        let service = permission.split(':').next().unwrap_or_default();
        services.entry(service).or_default().insert(permission);
    }
    let statements: Vec<Value> = services
        .iter()
        .map(|(service, actions)| json!({"Sid": sid(service), "Effect": "Allow", "Action": actions, "Resource": "*"}))
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A statement id of letters and digits, which is all that IAM allows.
fn sid(service: &str) -> String {
    let words = service.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    format!("BedrockAudit{}", words.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::document::Document;
    use crate::iam::tri::Tri;

    fn actions(policy: &Value) -> Vec<String> {
        let statements = policy["Statement"].as_array().unwrap();
        let actions = statements
            .iter()
            .flat_map(|statement| statement["Action"].as_array().unwrap().clone());
        actions.map(|action| action.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn asks_for_reads_of_settings_alone() {
        let actions = actions(&policy(None));
        assert!(actions.len() > 30);
        for action in &actions {
            let name = action.split(':').nth(1).unwrap();
            assert!(
                ["Get", "List", "Describe"].iter().any(|verb| name.starts_with(verb)),
                "{action}"
            );
            assert!(!action.contains('*'));
        }
        let mut unique = actions.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), actions.len());
    }

    /// What reads prompts, answers, documents or code, and what changes something or runs a model.
    const NEVER: &[&str] = &[
        "aoss:APIAccessAll",
        "bedrock:ApplyGuardrail",
        "bedrock:CreateGuardrail",
        "bedrock:DeleteGuardrail",
        "bedrock:DeleteModelInvocationLoggingConfiguration",
        "bedrock:GetAsyncInvoke",
        "bedrock:GetDocumentContent",
        "bedrock:GetInvocationStep",
        "bedrock:GetKnowledgeBaseDocuments",
        "bedrock:GetSession",
        "bedrock:InvokeAgent",
        "bedrock:InvokeModel",
        "bedrock:ListKnowledgeBaseDocuments",
        "bedrock:PutModelInvocationLoggingConfiguration",
        "bedrock:Retrieve",
        "bedrock:RetrieveAndGenerate",
        "bedrock:UpdateGuardrail",
        "dynamodb:GetItem",
        "iam:CreateServiceSpecificCredential",
        "iam:PassRole",
        "kms:Decrypt",
        "lambda:GetFunction",
        "lambda:InvokeFunction",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:GetQueryResults",
        "logs:StartQuery",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutBucketPolicy",
        "secretsmanager:GetSecretValue",
        "sts:AssumeRole",
    ];

    #[test]
    fn our_own_engine_reads_it_and_finds_neither_writes_nor_content() {
        let catalog = known::of(None).unwrap();
        let one = |id: &str| policy(Some(&BTreeSet::from([id.to_owned()])));
        let narrow = catalog.entries().iter().map(|entry| one(&entry.control.id));
        for policy in std::iter::once(policy(None)).chain(narrow) {
            let document = Document::parse(&policy.to_string()).unwrap();
            assert_eq!(document.warnings, Vec::<String>::new());
            for statement in &document.statements {
                for action in NEVER {
                    assert_eq!(statement.matches_action(action), Tri::False, "{action}");
                }
            }
            let asks = |action: &str| {
                document
                    .statements
                    .iter()
                    .any(|s| s.matches_action(action) == Tri::True)
            };
            assert!(asks("ec2:DescribeRegions"));
        }
    }

    #[test]
    fn a_control_narrows_it() {
        let narrow = actions(&policy(Some(&BTreeSet::from(["aws-genai-05".to_owned()]))));
        assert!(narrow.iter().any(|action| action == "cloudtrail:GetTrailStatus"));
        assert!(narrow.iter().any(|action| action == "ec2:DescribeRegions"));
        assert!(!narrow.iter().any(|action| action.starts_with("kms:")));
    }

    #[test]
    fn sids_are_letters_and_digits() {
        assert_eq!(sid("bedrock-agent"), "BedrockAuditBedrockAgent");
    }
}
