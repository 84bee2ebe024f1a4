//! The subject `bucket`: a bucket that feeds knowledge bases, once however many data sources read it.
//!
//! Its policy is judged for every prefix that is read. A data source that could not be described stands here too,
//! because the bucket behind it cannot be called safe.

use super::Findings;
use super::block::Home;
use super::estate::{Base, bases};
use super::exposure;
use super::perimeter::{Judgement, Perimeter};
use crate::facts::Kind;
use crate::facts::context::{Context, Place};
use crate::facts::fact::{self, Fact, Reason};
use crate::facts::principals::describe_org;
use crate::facts::subject::Subject;
use crate::iam::context::{Context as RequestContext, Known, Request};
use crate::iam::document::Document;
use crate::iam::principal::RequestingPrincipal;
use crate::iam::resource_policy::decide_resource_policy;
use crate::iam::tri::Tri;
use crate::model::report::Resource;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A bucket that feeds knowledge bases.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct BucketFacts {
    /// Its name.
    pub name: String,
    /// Whether it is there, so that there is something to judge.
    pub exists: Fact<bool>,
    /// The data sources that read it.
    pub read_by: Vec<String>,
    /// The prefixes that are read; an empty one is the whole bucket.
    pub prefixes: Vec<String>,
    /// Whether it has a policy.
    pub has_policy: Fact<bool>,
    /// What can be read from outside approved VPCs, and why; what only an exception lets through is not among it.
    pub outside_vpc: Fact<Vec<String>>,
    /// Whether a Deny keeps it to approved VPCs, exceptions left aside.
    pub vpc_deny: Fact<bool>,
    /// The statements that do so.
    pub vpc_statements: Vec<String>,
    /// Exceptions of that Deny through which ordinary principals pass.
    pub vpc_holes: Fact<Vec<String>>,
    /// Knowledge bases whose role the policy refuses.
    pub blocked: Fact<Vec<String>>,
    /// Whether it keeps versions.
    pub versioned: Fact<bool>,
    /// Outsiders who get in.
    pub outsiders: Fact<Vec<String>>,
    /// What a reader should know besides.
    pub remarks: Vec<String>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<BucketFacts>("bucket", "A bucket that feeds knowledge bases.", subjects);

/// Who reads a bucket, and what.
#[derive(Default)]
struct Readers<'b, 'a> {
    at: Option<Place<'a>>,
    sources: Vec<String>,
    prefixes: BTreeSet<String>,
    owners: BTreeSet<String>,
    bases: Vec<&'b Base<'a>>,
}

/// Every source bucket, and a stand-in for each data source that may read one.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let bases = bases(ctx);
    let mut buckets: BTreeMap<(&str, String), Readers<'_, '_>> = BTreeMap::new();
    let mut out = Vec::new();
    for base in &bases {
        for source in base.live_sources() {
            let arn = super::data_source::arn(base, source);
            match source.location() {
                Fact::Known(None) => {}
                Fact::Known(Some(location)) => {
                    let readers = buckets
                        .entry((base.at.account_id, location.bucket.clone()))
                        .or_default();
                    readers.at = readers.at.or(Some(base.at));
                    readers
                        .prefixes
                        .extend(location.places().into_iter().map(|place| place.prefix));
                    readers.owners.extend(location.owner);
                    readers.sources.push(arn);
                    if !readers.bases.iter().any(|known| std::ptr::eq(*known, base)) {
                        readers.bases.push(base);
                    }
                }
                Fact::Unread(reasons) => {
                    let resource = base
                        .at
                        .resource("bucket", arn, format!("the bucket behind {}", source.name));
                    let facts = BucketFacts {
                        exists: Fact::Unread(reasons.clone()),
                        vpc_deny: Fact::Unread(reasons),
                        ..BucketFacts::default()
                    };
                    out.push(Subject::new(resource, None, &facts));
                }
            }
        }
    }
    for ((_, name), readers) in buckets {
        let Some(at) = readers.at else { continue };
        let home = at.account.global.buckets.items.iter().find(|row| row.name == name);
        let resource = Resource {
            kind: "bucket".to_owned(),
            arn: format!("arn:{}:s3:::{name}", at.partition()),
            name: name.clone(),
            region: Some(
                home.and_then(|row| row.region.clone())
                    .unwrap_or_else(|| at.region.to_owned()),
            ),
            account_id: at.account_id.to_owned(),
        };
        out.push(Subject::new(resource, None, &of(ctx, &at, &name, &readers)));
    }
    out
}

fn of(ctx: &Context<'_>, at: &Place<'_>, name: &str, readers: &Readers<'_, '_>) -> BucketFacts {
    let global = &at.account.global;
    let text = fact::looked_up(global.bucket_policies.find(name), "bucket policies").and_then(|row| match row {
        Some(row) => Fact::Known(row.policy.as_ref()),
        None => Fact::unread(Reason::text(format!("the policy of bucket {name} was not collected"))),
    });
    let mut facts = BucketFacts {
        name: name.to_owned(),
        exists: exists(at, name, text.known().is_some()),
        read_by: readers.sources.clone(),
        prefixes: readers.prefixes.iter().cloned().collect(),
        has_policy: text.clone().map(|text| text.is_some()),
        versioned: fact::looked_up(global.bucket_versioning.find(name), "bucket versioning").and_then(
            |row| match row {
                Some(row) => Fact::Known(row.status.as_deref() == Some("Enabled")),
                None => Fact::unread(Reason::text(format!(
                    "whether bucket {name} keeps versions was not collected"
                ))),
            },
        ),
        ..BucketFacts::default()
    };
    if facts.exists == Fact::Known(false) {
        facts.remarks.push("the bucket does not exist".to_owned());
        return facts;
    }
    let parsed = text.and_then(|text| match text.map(|text| Document::parse(text.as_str())) {
        None => Fact::Known(None),
        Some(Ok(document)) => Fact::Known(Some(document)),
        Some(Err(error)) => Fact::unread(Reason::text(format!(
            "the policy of bucket {name} cannot be understood ({error})"
        ))),
    });
    // Ordinary principals are those of the account that owns the bucket, as far as one is named.
    let owner = readers.owners.iter().next().map_or(at.account_id, String::as_str);
    let mut organization = RequestContext::open();
    if let Some(org) = ctx.org(owner) {
        describe_org(org, &mut organization);
    }
    let perimeter: Fact<Option<Perimeter<'_>>> = match &parsed {
        Fact::Known(document) => Fact::Known(document.as_ref().map(|document| Perimeter {
            document,
            partition: at.partition(),
            account: owner,
            organization,
        })),
        Fact::Unread(reasons) => Fact::Unread(reasons.clone()),
    };
    vpc(&perimeter, name, &mut facts);
    facts.blocked = blocked(ctx, &perimeter, name, readers);
    let home = Home {
        global,
        bucket: name,
        account: at.account_id,
        owners: &readers.owners,
    };
    facts.outsiders = exposure::outsiders(&home, &perimeter, &mut facts.remarks);
    facts
}

fn exists(at: &Place<'_>, name: &str, answered: bool) -> Fact<bool> {
    match fact::looked_up(at.account.global.buckets.find(name), "buckets") {
        Fact::Known(Some(row)) => Fact::Known(row.exists),
        // A bucket whose policy was read is there.
        _ if answered => Fact::Known(true),
        Fact::Known(None) => Fact::unread(Reason::text(format!("bucket {name} was not collected"))),
        Fact::Unread(reasons) => Fact::Unread(reasons),
    }
}

fn vpc(perimeter: &Fact<Option<Perimeter<'_>>>, name: &str, facts: &mut BucketFacts) {
    let perimeter = match perimeter {
        Fact::Known(Some(perimeter)) => perimeter,
        Fact::Known(None) => {
            facts.outside_vpc = Fact::Known(vec!["every object: the bucket has no policy".to_owned()]);
            return;
        }
        Fact::Unread(reasons) => {
            facts.outside_vpc = Fact::Unread(reasons.clone());
            facts.vpc_deny = Fact::Unread(reasons.clone());
            facts.vpc_holes = Fact::Unread(reasons.clone());
            return;
        }
    };
    let (mut open, mut holes) = (Findings::default(), Findings::default());
    let mut statements = BTreeSet::new();
    let mut denies = false;
    for prefix in facts.prefixes.clone() {
        let what = if prefix.is_empty() {
            "every object".to_owned()
        } else {
            format!("objects under {prefix}")
        };
        match perimeter.judge(&perimeter.object(name, &prefix)) {
            Judgement::Kept(by) => {
                denies = true;
                statements.extend(by);
            }
            Judgement::Excepted(by, who) => {
                denies = true;
                holes.fault(format!("{what} by {who} (exception in statement {})", by.join(", ")));
                statements.extend(by);
            }
            Judgement::Open(why) => open.fault(format!("{what}: {why}")),
            Judgement::Unknown(doubts) => {
                let reasons: Vec<Reason> = doubts.into_iter().map(Reason::text).collect();
                open.doubt(&reasons);
                holes.doubt(&reasons);
            }
        }
    }
    facts.vpc_deny = Fact::fault(denies, open.open.clone());
    facts.vpc_statements = statements.into_iter().collect();
    facts.outside_vpc = open.fact();
    facts.vpc_holes = holes.fact();
}

/// Knowledge bases whose role the policy refuses for certain, as Bedrock would ask with it.
fn blocked(
    ctx: &Context<'_>,
    perimeter: &Fact<Option<Perimeter<'_>>>,
    name: &str,
    readers: &Readers<'_, '_>,
) -> Fact<Vec<String>> {
    let mut found = Findings::default();
    let perimeter = match perimeter {
        Fact::Known(Some(perimeter)) => perimeter,
        Fact::Known(None) => return found.fact(),
        Fact::Unread(reasons) => return Fact::Unread(reasons.clone()),
    };
    for base in &readers.bases {
        let arn = match base.role() {
            Fact::Known(arn) if !arn.is_empty() => arn,
            Fact::Known(_) => continue,
            Fact::Unread(reasons) => {
                found.doubt(&reasons);
                continue;
            }
        };
        let mut context = perimeter.outside();
        // From where in its network Bedrock reads is not documented.
        context.insert("aws:SourceIp", Known::Unset);
        let iam = ctx.iam(base.at.account_id);
        let role = iam.and_then(|iam| Some((iam, iam.role(&arn)?)));
        if let Some((iam, role)) = role {
            if let Some(row) = role.role().filter(|row| !row.role_id.is_empty()) {
                context.insert("aws:userid", Known::Values(vec![format!("{}:bedrock", row.role_id)]));
            }
            role.describe(&iam.org, &mut context);
        }
        perimeter.untagged(&mut context);
        let who = RequestingPrincipal::Role(role.map_or(arn.clone(), |(_, role)| role.arn().to_owned()));
        let own = base
            .live_sources()
            .filter_map(|source| source.location().known().cloned().flatten());
        let places: Vec<_> = own
            .filter(|place| place.bucket == name)
            .flat_map(|place| place.places())
            .collect();
        for place in places {
            let object = perimeter.object(name, &place.prefix);
            let request = Request::new("s3:GetObject", object, context.clone());
            let decision = decide_resource_policy(perimeter.document, &who, &request);
            match decision.deny {
                Tri::True => {
                    let by: Vec<&str> = decision.denied_by.iter().map(|one| one.statement.as_str()).collect();
                    found.fault(format!("{} with role {arn} (statement {})", base.name, by.join(", ")));
                }
                Tri::Maybe if !decision.doubts.is_empty() => {
                    found.doubt(&decision.doubts.into_iter().map(Reason::text).collect::<Vec<_>>());
                }
                Tri::Maybe | Tri::False => {}
            }
        }
    }
    found.fact()
}
