//! Every operation, failing in every way: nothing panics or hangs, the gap says what happened, no fault makes anything
//! look better than it is, and what does not depend on the failed read is judged as before.
//!
//! One account makes every call of the table; what it comes to without faults is what each faulted run is held against.

use crate::support::collecting::{Patience, REGION, attempt, named};
use crate::support::estate::Estate;
use crate::support::fake_aws::{FakeAws, Fault, World};
use bedrock_audit::audit;
use bedrock_audit::collect::{Cancel, CollectError};
use bedrock_audit::control::catalog::Catalog;
use bedrock_audit::model::calls::{self, Call};
use bedrock_audit::model::gap::{Gap, GapKind};
use bedrock_audit::model::report::{Report, Status};
use bedrock_audit::model::severity::Severity;
use bedrock_audit::model::snapshot::Snapshot;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

/// Two tries, so that a fault which passes is told from one that stays.
const PATIENCE: Patience = Patience {
    attempts: 2,
    each: Duration::from_secs(20),
    backoff: Duration::from_millis(1),
};
/// For silence alone, which costs this much for each call that meets it.
const SHORT: Patience = Patience {
    attempts: 1,
    each: Duration::from_millis(700),
    backoff: Duration::from_millis(1),
};

/// The account, with the two detours that make the calls which others stand in for.
fn world() -> World {
    Estate::small(&[REGION])
        .world()
        .fault_when(
            "organizations",
            "ListAccountsForParent",
            json!({"ParentId": "ou-1"}),
            Fault::Deny,
        )
        .fault_when("s3", "GetBucketLocation", json!({"Bucket": detoured()}), Fault::Deny)
}

fn detoured() -> String {
    format!("documents-{REGION}-0")
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::builtin(&audit::subjects()).unwrap());

/// What the account comes to when nothing fails.
static UNHARMED: LazyLock<Judged> = LazyLock::new(|| {
    let aws = FakeAws::start(world());
    Judged::of(&read(&aws, PATIENCE).unwrap())
});

fn read(aws: &FakeAws, patience: Patience) -> Result<Snapshot, CollectError> {
    attempt(aws, &named(&[REGION]), &Cancel::default(), patience)
}

/// A snapshot's verdicts: of each subject of each rule, and of each rule as a whole.
struct Judged {
    report: Report,
    subjects: BTreeMap<String, (String, Status)>,
    rules: BTreeMap<String, BTreeSet<&'static str>>,
}

impl Judged {
    fn of(snapshot: &Snapshot) -> Self {
        let settings = audit::Settings {
            params: audit::default_params(&CATALOG),
            show_passed: true,
            ..audit::Settings::default()
        };
        let now = "2026-02-01T00:00:00Z".parse().unwrap();
        let report = audit::run(&CATALOG, snapshot, &settings, now).unwrap();
        let mut subjects = BTreeMap::new();
        let mut rules: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
        for finding in &report.findings {
            let told = format!("{} {}", finding.rule_id, finding.resource.arn);
            subjects.insert(finding.id.clone(), (told, finding.status));
            rules
                .entry(finding.rule_id.clone())
                .or_default()
                .insert(word(finding.status));
        }
        Self {
            report,
            subjects,
            rules,
        }
    }

    /// Every rule that was judged, with its severity.
    fn severities(&self) -> BTreeMap<&String, Severity> {
        let all = self.report.findings.iter();
        all.map(|finding| (&finding.rule_id, finding.severity)).collect()
    }

    fn has(&self, rule: &str, status: Status) -> bool {
        self.rules
            .get(rule)
            .is_some_and(|statuses| statuses.contains(word(status)))
    }
}

fn control_of(rule: &str) -> &str {
    rule.split_once('.').map_or(rule, |(control, _)| control)
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::Unknown => "unknown",
        Status::NotApplicable => "not applicable",
    }
}

/// What a faulted run may not have done.
fn objections(judged: &Judged) -> Vec<String> {
    let mut wrong = Vec::new();
    for (id, (told, status)) in &judged.subjects {
        let before = UNHARMED.subjects.get(id).map(|(_, status)| *status);
        if *status == Status::Pass && matches!(before, Some(Status::Fail | Status::Unknown)) {
            wrong.push(format!("{told} passes and was {before:?}"));
        }
    }
    for (id, (told, before)) in &UNHARMED.subjects {
        let now = judged.subjects.get(id).map(|(_, status)| *status);
        if *before == Status::Fail && now == Some(Status::NotApplicable) {
            wrong.push(format!("{told} failed and is no matter any more"));
        }
    }
    // A subject that nobody can list may answer for several rules by one UNKNOWN: what is CRITICAL by itself, and each
    // control as a whole.
    for (rule, severity) in UNHARMED.severities() {
        let scope = if severity == Severity::Critical {
            rule.as_str()
        } else {
            control_of(rule)
        };
        let speaks = |status| {
            judged
                .rules
                .iter()
                .any(|(id, said)| id.starts_with(scope) && said.contains(word(status)))
        };
        if UNHARMED.has(rule, Status::Fail) && !speaks(Status::Fail) && !speaks(Status::Unknown) {
            wrong.push(format!("{rule} failed and is silent"));
        }
    }
    wrong
}

/// Controls of which the table says that they do not need the call, and which came out differently.
fn collateral(call: &Call, judged: &Judged) -> Vec<String> {
    let other = |told: &str| !call.controls.iter().any(|control| told.starts_with(control));
    let changed = |(id, (told, status)): (&String, &(String, Status))| {
        let now = judged.subjects.get(id).map(|(_, status)| *status);
        (other(told) && now != Some(*status)).then(|| format!("{told} was {status:?} and is {now:?}"))
    };
    UNHARMED.subjects.iter().filter_map(changed).collect()
}

/// Calls that only the answers to others lead to, by how many of those come before.
const LATER: [&[&str]; 4] = [
    &[
        "iam:GetPolicy",
        "organizations:ListOrganizationalUnitsForParent",
        "organizations:ListAccountsForParent",
        "organizations:DescribePolicy",
        "organizations:ListTargetsForPolicy",
        "organizations:ListDelegatedServicesForAccount",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventDataStore",
        "bedrock:GetGuardrail",
        "bedrock:ListTagsForResource",
        "bedrock:GetResourcePolicy",
        "bedrock-agent:GetAgent",
        "bedrock-agent:ListAgentAliases",
        "bedrock-agent:GetKnowledgeBase",
        "bedrock-agent:ListDataSources",
        "bedrock-agent:GetFlow",
        "bedrock-agent:ListFlowAliases",
        "bedrock-agent:GetPrompt",
        "logs:DescribeLogGroups",
        "cloudwatch:DescribeAlarms",
        "s3:GetBucketLocation",
    ],
    &[
        "iam:GetPolicyVersion",
        "organizations:ListAccounts",
        "bedrock-agent:GetAgentAlias",
        "bedrock-agent:GetDataSource",
        "bedrock-agent:GetFlowVersion",
        "bedrock-agent:ListAgentActionGroups",
        "bedrock-agent:ListAgentCollaborators",
        "bedrock-agent:ListAgentKnowledgeBases",
    ],
    &[
        "bedrock-agent:GetAgentVersion",
        "bedrock-agent:GetAgentActionGroup",
        "s3:HeadBucket",
        "s3:GetBucketPolicy",
        "s3:GetBucketEncryption",
        "s3:GetBucketLifecycleConfiguration",
        "s3:GetBucketVersioning",
        "s3:GetPublicAccessBlock",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketAcl",
        "s3control:GetPublicAccessBlock",
    ],
    &["kms:DescribeKey", "lambda:GetFunctionConfiguration", "lambda:GetPolicy"],
];

/// The table in layers: within one, no call needs the answer to another, so that all of them may fail at once.
fn layers() -> Vec<Vec<&'static Call>> {
    let depth = |call: &Call| {
        let at = LATER.iter().position(|names| names.contains(&name(call).as_str()));
        at.map_or(0, |at| at + 1)
    };
    let calls = || calls::ALL.iter().copied().filter(|call| call.service != "sts");
    (0..=LATER.len())
        .map(|layer| calls().filter(|call| depth(call) == layer).collect())
        .collect()
}

fn alone() -> Vec<Vec<&'static Call>> {
    layers().into_iter().flatten().map(|call| vec![call]).collect()
}

fn name(call: &Call) -> String {
    format!("{}:{}", call.service, call.operation)
}

/// Lets the calls of each group fail in one way, and hands each run to `judge`.
fn every(
    groups: Vec<Vec<&'static Call>>,
    fault: &Fault,
    patience: Patience,
    judge: impl Fn(&[&Call], &Snapshot) -> Vec<String>,
) {
    let mut wrong = Vec::new();
    for group in groups {
        let world = group.iter().fold(world(), |world, call| {
            world.fault(call.service, call.operation, fault.clone())
        });
        let aws = FakeAws::start(world);
        let names: Vec<String> = group.iter().map(|call| name(call)).collect();
        let begin = names.first().cloned().unwrap_or_default();
        match read(&aws, patience) {
            Err(error) => wrong.push(format!("{begin}: no start: {error}")),
            Ok(snapshot) => wrong.extend(
                judge(&group, &snapshot)
                    .into_iter()
                    .map(|text| format!("{begin}: {text}")),
            ),
        }
        assert_eq!(aws.writes(), Vec::<String>::new());
        let made = aws.operations();
        wrong.extend(
            names
                .iter()
                .filter(|name| !made.contains(*name))
                .map(|name| format!("{name} was never called")),
        );
    }
    assert!(wrong.is_empty(), "{fault:?}:\n{}", wrong.join("\n"));
}

/// The demands on a fault that stays: a gap of such a kind for each call, and nothing better than before.
fn stays(kinds: &'static [GapKind]) -> impl Fn(&[&Call], &Snapshot) -> Vec<String> {
    move |group, snapshot| {
        let judged = Judged::of(snapshot);
        let mut wrong = objections(&judged);
        for call in group {
            let told = |service: &str, operation: &str| service == call.service && operation == call.operation;
            let mut gaps = snapshot.gaps().filter(|(_, gap)| told(&gap.service, &gap.operation));
            let excused = stood_in_for(call) || (kinds.contains(&GapKind::Malformed) && harmless_in_part(call));
            if !gaps.any(|(_, gap)| kinds.contains(&gap.kind)) && !excused {
                wrong.push(format!("{} left no gap of the kind", name(call)));
            }
        }
        if let [call] = group {
            wrong.extend(collateral(call, &judged));
        }
        if !snapshot.complete {
            wrong.push("the collection did not end".to_owned());
        }
        wrong
    }
}

/// Calls that another one stands in for, so that nothing may be missing without them.
fn stood_in_for(call: &Call) -> bool {
    ["GetBucketLocation", "HeadBucket", "ListAccountsForParent"].contains(&call.operation)
}

/// Calls whose answer here is that there is no such thing: half of that is understood, for the code comes first. And
/// one whose answer is any text at all, which the rules must make sense of.
fn harmless_in_part(call: &Call) -> bool {
    [
        "GetResourcePolicy",
        "GetBucketLifecycleConfiguration",
        "GetPublicAccessBlock",
        "GetBucketOwnershipControls",
        "GetBucketPolicy",
    ]
    .contains(&call.operation)
}

#[test]
fn the_account_of_this_test_makes_every_call_of_the_table() {
    let aws = FakeAws::start(world());
    read(&aws, PATIENCE).unwrap();
    let made = aws.operations();
    let missing: Vec<String> = calls::ALL
        .iter()
        .map(|call| format!("{}:{}", call.service, call.operation))
        .filter(|name| !made.contains(name))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
    assert_eq!(aws.unexpected(), Vec::<String>::new());
    let silent: Vec<&str> = CATALOG
        .entries()
        .iter()
        .flat_map(|entry| &entry.rules)
        .map(|rule| rule.id.as_str())
        .filter(|rule| !UNHARMED.has(rule, Status::Fail))
        .collect();
    assert!(silent.len() < 45, "too few rules fail: {silent:?}");
}

#[test]
fn denied() {
    every(alone(), &Fault::Deny, PATIENCE, stays(&[GapKind::Denied]));
}

#[test]
fn throttled_for_ever() {
    every(layers(), &Fault::Throttle, PATIENCE, stays(&[GapKind::Throttled]));
}

#[test]
fn a_server_error() {
    every(layers(), &Fault::Http500, PATIENCE, stays(&[GapKind::Server]));
}

#[test]
fn a_connection_that_breaks() {
    every(layers(), &Fault::Reset, PATIENCE, stays(&[GapKind::Network]));
}

#[test]
fn silence() {
    every(layers(), &Fault::Hang, SHORT, stays(&[GapKind::Timeout]));
}

#[test]
fn half_an_answer() {
    every(
        layers(),
        &Fault::Truncate,
        PATIENCE,
        stays(&[GapKind::Network, GapKind::Malformed]),
    );
}

#[test]
fn an_answer_that_is_none() {
    every(layers(), &Fault::Garbage, PATIENCE, stays(&[GapKind::Malformed]));
}

#[test]
fn throttled_and_then_fine() {
    every(layers(), &Fault::Throttle.times(1), PATIENCE, |_, snapshot| {
        let judged = Judged::of(snapshot);
        let mut wrong = Vec::new();
        if judged.subjects != UNHARMED.subjects {
            wrong.push("the findings differ".to_owned());
        }
        if judged.report.gaps.len() != UNHARMED.report.gaps.len() {
            wrong.push(format!("{:?}", judged.report.gaps));
        }
        wrong
    });
}

#[test]
fn pages_without_end() {
    every(layers(), &Fault::RepeatToken, PATIENCE, |group, snapshot| {
        let judged = Judged::of(snapshot);
        let mut wrong = objections(&judged);
        for call in group {
            // What has no pages is not harmed, and all lists have: a policy of one page is no list.
            let listed =
                call.operation.starts_with("List") && !UNPAGED.contains(&call.operation) && !stood_in_for(call);
            let told = |gap: &Gap| gap.operation == call.operation && gap.kind == GapKind::Malformed;
            if listed && !snapshot.gaps().any(|(_, gap)| told(gap)) {
                wrong.push(format!("{} left no gap", name(call)));
            }
        }
        wrong
    });
}

/// Lists that AWS gives in one piece, or of which one page is enough.
const UNPAGED: [&str; 3] = ["ListFoundationModels", "ListTagsForResource", "ListMetrics"];

#[test]
fn credentials_that_end_midway() {
    every(alone(), &Fault::ExpiredCredentials, PATIENCE, |group, snapshot| {
        let judged = Judged::of(snapshot);
        let mut wrong = objections(&judged);
        // The answer to HEAD has no body, and so cannot say what was wrong with the credentials.
        if group.iter().any(|call| call.operation == "HeadBucket") {
            return wrong;
        }
        if snapshot.complete {
            wrong.push("it passes for complete".to_owned());
        }
        if !snapshot.gaps().any(|(_, gap)| gap.kind == GapKind::Credentials) {
            wrong.push("no gap speaks of credentials".to_owned());
        }
        wrong
    });
}

#[test]
fn who_is_asking_must_be_known() {
    let begin = |fault| read(&FakeAws::start(world().fault("sts", "*", fault)), SHORT).unwrap_err();
    assert!(matches!(begin(Fault::Deny), CollectError::Identity(_)));
    assert!(matches!(begin(Fault::ExpiredCredentials), CollectError::Expired));
    for fault in [Fault::Reset, Fault::Hang, Fault::Truncate, Fault::Garbage] {
        let error = begin(fault.clone());
        assert!(matches!(error, CollectError::Unreachable(_)), "{fault:?}: {error}");
    }
}

#[test]
fn a_clock_that_is_wrong_is_told_from_a_missing_permission() {
    let skewed = Fault::Error {
        code: "RequestTimeTooSkewed",
        status: 403,
        message: "The difference between the request time and the current time is too large.",
    };
    let aws = FakeAws::start(world().fault("s3", "*", skewed.clone()));
    let judged = read(&aws, PATIENCE).unwrap();
    assert!(
        judged
            .gaps()
            .any(|(_, gap)| gap.service == "s3" && gap.kind == GapKind::Credentials)
    );
    assert_eq!(objections(&Judged::of(&judged)), Vec::<String>::new());
    let start = read(&FakeAws::start(world().fault("sts", "*", skewed)), SHORT).unwrap_err();
    assert!(start.to_string().contains("clock"), "{start}");
}

/// More than a service allows is asked of it, and it says so until less is asked: nothing may be lost on the way.
#[test]
fn throttled_above_a_rate() {
    let mut estate = Estate::small(&[REGION]);
    estate.guardrails = 40;
    let limited = estate
        .world()
        .fault("bedrock", "GetGuardrail", Fault::above(30.0, 4.0))
        .fault("organizations", "*", Fault::above(20.0, 2.0));
    let patience = Patience {
        attempts: 8,
        backoff: Duration::from_millis(40),
        ..PATIENCE
    };
    let aws = FakeAws::start(limited);
    let snapshot = read(&aws, patience).unwrap();
    let gaps: Vec<_> = snapshot.gaps().collect();
    assert_eq!(gaps, []);
    let details: usize = snapshot
        .accounts
        .values()
        .map(|account| account.regions[REGION].guardrail_details.items.len())
        .sum();
    assert_eq!(details, 80);
    let asked = aws.count("bedrock", "GetGuardrail");
    assert!((81..600).contains(&asked), "{asked} requests for 80 answers");
}
