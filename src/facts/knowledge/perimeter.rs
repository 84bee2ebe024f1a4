//! Whether a bucket policy keeps its documents to approved VPCs, asked by probing.
//!
//! Ordinary principals that no policy names ask for an object from the internet, from a VPC nobody approved, and from
//! every VPC that the policy itself names. The documents are kept where the first two are refused for certain and one
//! of the last is not; how the statement is written does not matter. An address range is no VPC: a refusal that no VPC
//! lifts does not count. Where ordinary principals of the account slip through a Deny that holds for others, an
//! exception has undone it.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html>

use crate::facts::access::trust::{STRANGE_ORG, STRANGE_ORG_PATH, STRANGER};
use crate::iam::context::{Context, Known, Request};
use crate::iam::document::Document;
use crate::iam::principal::RequestingPrincipal;
use crate::iam::reach::CANARY;
use crate::iam::resource_policy::{ResourceDecision, decide_resource_policy};
use crate::iam::statement::Effect;
use crate::iam::tri::Tri;

/// Keys that only a request through a VPC endpoint carries.
pub(super) const VPC_KEYS: [&str; 7] = [
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:SourceVpcArn",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
];

/// Keys that come with requests of services or through access points, none of which the probes are.
const NOT_SENT: [&str; 12] = [
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "s3:DataAccessPointArn",
    "s3:DataAccessPointAccount",
];

/// An address of the internet that no policy approves (RFC 5737).
const OUTSIDE: &str = "203.0.113.77";
/// An address that a VPC hands on (RFC 5737).
const INSIDE: &str = "198.51.100.77";

/// What the policy does about one object and principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kept {
    /// To approved VPCs, by these statements.
    Yes(Vec<String>),
    /// Not; the text says what gets through.
    No(String),
    /// It cannot be judged.
    Unknown(Vec<String>),
}

/// A bucket policy to put questions to.
pub(super) struct Perimeter<'d> {
    pub(super) document: &'d Document,
    pub(super) partition: &'d str,
    /// The account whose ordinary principals ask.
    pub(super) account: &'d str,
    /// What is known of the organization's keys for that account.
    pub(super) organization: Context,
}

impl Perimeter<'_> {
    /// The object that stands for every one under a prefix.
    pub(super) fn object(&self, bucket: &str, prefix: &str) -> String {
        format!("arn:{}:s3:::{bucket}/{prefix}{CANARY}", self.partition)
    }

    /// A request from outside every VPC.
    pub(super) fn outside(&self) -> Context {
        let mut context = Context::open()
            .set("aws:SecureTransport", ["true"])
            .set("aws:ViaAWSService", ["false"])
            .set("aws:PrincipalIsAWSService", ["false"])
            .set("aws:ResourceAccount", [self.account])
            .set("aws:SourceIp", [OUTSIDE]);
        for key in VPC_KEYS.iter().chain(&NOT_SENT) {
            context = context.absent(key);
        }
        context
    }

    /// Tags that the policy asks for and that a principal does not carry are absent.
    pub(super) fn untagged(&self, context: &mut Context) {
        let conditions = self.document.statements.iter().flat_map(|one| &one.conditions);
        for key in conditions.map(crate::iam::condition::Condition::key_lower) {
            if key.starts_with("aws:principaltag/") && context.explicit(key).is_none() {
                context.insert(key, Known::Absent);
            }
        }
    }

    fn ask(&self, who: &Prober, object: &str, mut context: Context) -> ResourceDecision {
        who.describe(self, &mut context);
        self.untagged(&mut context);
        decide_resource_policy(self.document, &who.who, &Request::new("s3:GetObject", object, context))
    }

    /// Whether the policy keeps an object from this principal but through approved VPCs.
    fn keeps(&self, who: &Prober, object: &str) -> Kept {
        let outside = self.ask(who, object, self.outside());
        match outside.deny {
            Tri::True => {}
            Tri::Maybe if !outside.doubts.is_empty() => return Kept::Unknown(outside.doubts),
            Tri::Maybe => {
                let keys = outside.deny_conditions.join(", ");
                return Kept::No(format!("whether it is refused outside depends on {keys} alone"));
            }
            Tri::False => return Kept::No("nothing refuses it from outside every VPC".to_owned()),
        }
        let foreign = self.ask(who, object, self.vpc(&[]));
        if !foreign.deny.is_true() {
            if !foreign.doubts.is_empty() {
                return Kept::Unknown(foreign.doubts);
            }
            return Kept::No("any VPC, that of a stranger too, gets through".to_owned());
        }
        let approved = self
            .approved()
            .iter()
            .any(|keys| !self.ask(who, object, self.vpc(keys)).deny.is_true());
        if approved {
            Kept::Yes(outside.denied_by.iter().map(|one| one.statement.clone()).collect())
        } else {
            Kept::No("what refuses it from outside asks for no VPC or endpoint".to_owned())
        }
    }

    /// A request through a VPC that has these values; where none is given, a VPC that nobody approved.
    fn vpc(&self, keys: &[(String, String)]) -> Context {
        let mut context = self.outside();
        context.insert("aws:SourceIp", Known::Absent);
        let foreign = [
            ("aws:SourceVpc", format!("vpc-0{CANARY}")),
            ("aws:SourceVpce", format!("vpce-0{CANARY}")),
            (
                "aws:SourceVpcArn",
                format!("arn:{}:ec2:us-east-1:{STRANGER}:vpc/vpc-0{CANARY}", self.partition),
            ),
            ("aws:VpcSourceIp", INSIDE.to_owned()),
            ("aws:VpceAccount", STRANGER.to_owned()),
            ("aws:VpceOrgID", STRANGE_ORG.to_owned()),
            ("aws:VpceOrgPaths", STRANGE_ORG_PATH.to_owned()),
        ];
        for (key, value) in foreign {
            context.insert(key, Known::Values(vec![value]));
        }
        for (key, value) in keys {
            context.insert(key, Known::Values(vec![value.clone()]));
        }
        context
    }

    /// The VPCs that the policy names: each value by itself, and pairs of values of different keys.
    fn approved(&self) -> Vec<Vec<(String, String)>> {
        let mut named: Vec<(String, String)> = Vec::new();
        let denies = self.document.statements.iter().filter(|one| one.effect == Effect::Deny);
        for condition in denies.flat_map(|one| &one.conditions) {
            let key = condition.key_lower();
            if !VPC_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)) {
                continue;
            }
            let patterns: Vec<String> = condition.patterns().iter().map(|one| one.instantiate(CANARY)).collect();
            let plain = condition.values.iter().map(|value| {
                // An address range stands for its first address.
                value
                    .split_once('/')
                    .map_or(value.as_str(), |(first, _)| first)
                    .to_owned()
            });
            let values: Vec<String> = if patterns.is_empty() { plain.collect() } else { patterns };
            for value in values {
                let pair = (key.to_owned(), value);
                if !named.contains(&pair) && named.len() < 64 {
                    named.push(pair);
                }
            }
        }
        // An organization may stand as the principal's own in a variable.
        let mut out: Vec<Vec<(String, String)>> = named.iter().map(|one| vec![one.clone()]).collect();
        for (at, first) in named.iter().enumerate() {
            for second in named.iter().skip(at + 1).filter(|second| second.0 != first.0) {
                out.push(vec![first.clone(), second.clone()]);
            }
        }
        if out.len() > 1 {
            out.push(named);
        }
        out
    }

    /// What becomes of an object: whether it is kept from ordinary principals, or only an exception lets them through.
    pub(super) fn judge(&self, object: &str) -> Judgement {
        let mut open: Option<String> = None;
        let mut unknown: Vec<String> = Vec::new();
        let mut by: Vec<String> = Vec::new();
        let mut excepted: Vec<&'static str> = Vec::new();
        for prober in Prober::ordinary(self) {
            match self.keeps(&prober, object) {
                Kept::Yes(statements) => by = statements,
                Kept::No(why) => {
                    excepted.push(prober.label);
                    open = open.or(Some(why));
                }
                Kept::Unknown(doubts) => unknown.extend(doubts),
            }
        }
        let Some(why) = open else {
            return if unknown.is_empty() {
                Judgement::Kept(by)
            } else {
                Judgement::Unknown(unknown)
            };
        };
        for prober in Prober::all(self) {
            if let Kept::Yes(statements) = self.keeps(&prober, object) {
                return Judgement::Excepted(statements, excepted.join(" and "));
            }
        }
        if unknown.is_empty() {
            Judgement::Open(why)
        } else {
            Judgement::Unknown(unknown)
        }
    }
}

/// What becomes of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judgement {
    /// These statements keep it to approved VPCs.
    Kept(Vec<String>),
    /// They would, but for an exception that lets these ordinary principals through.
    Excepted(Vec<String>, String),
    /// Nothing keeps it; the text says what gets through.
    Open(String),
    /// It cannot be judged.
    Unknown(Vec<String>),
}

/// Somebody who asks.
struct Prober {
    who: RequestingPrincipal,
    label: &'static str,
    own: bool,
}

impl Prober {
    fn ordinary(of: &Perimeter<'_>) -> Vec<Self> {
        let arn = |rest: &str| format!("arn:{}:iam::{}:{rest}/{CANARY}", of.partition, of.account);
        vec![
            Self {
                who: RequestingPrincipal::Role(arn("role")),
                label: "any role",
                own: true,
            },
            Self {
                who: RequestingPrincipal::User(arn("user")),
                label: "any user",
                own: true,
            },
        ]
    }

    /// The ordinary ones, a stranger, and somebody without credentials.
    fn all(of: &Perimeter<'_>) -> Vec<Self> {
        let mut all = Self::ordinary(of);
        all.push(Self {
            who: RequestingPrincipal::Role(format!("arn:{}:iam::{STRANGER}:role/{CANARY}", of.partition)),
            label: "a stranger's role",
            own: false,
        });
        all.push(Self {
            who: RequestingPrincipal::Anonymous,
            label: "anybody",
            own: false,
        });
        all
    }

    fn describe(&self, of: &Perimeter<'_>, context: &mut Context) {
        let text = |value: &str| Known::Values(vec![value.to_owned()]);
        let organization = ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"];
        match &self.who {
            RequestingPrincipal::Anonymous => {
                for key in [
                    "aws:PrincipalArn",
                    "aws:PrincipalAccount",
                    "aws:PrincipalType",
                    "aws:userid",
                ] {
                    context.insert(key, Known::Absent);
                }
                for key in organization {
                    context.insert(key, Known::Absent);
                }
            }
            who => {
                let (kind, id) = match who {
                    RequestingPrincipal::User(_) => ("User", "AIDAZQ7CANARY".to_owned()),
                    _ => ("AssumedRole", format!("AROAZQ7CANARY:{CANARY}")),
                };
                context.insert("aws:PrincipalType", text(kind));
                context.insert("aws:userid", text(&id));
                let name = if kind == "User" { text(CANARY) } else { Known::Absent };
                context.insert("aws:username", name);
                for key in organization {
                    if !self.own {
                        context.insert(
                            key,
                            text(if key.ends_with("ID") {
                                STRANGE_ORG
                            } else {
                                STRANGE_ORG_PATH
                            }),
                        );
                    } else if let Some(known) = of.organization.explicit(key) {
                        context.insert(key, known.clone());
                    }
                }
                who.describe(context);
            }
        }
    }
}
