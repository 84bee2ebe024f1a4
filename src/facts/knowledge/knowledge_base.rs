//! The subject `knowledge_base`: its service role, and whether what it names is there.
//!
//! A role that is known to be missing is a lost destination, and nothing else is asked of it.
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html>

use super::Findings;
use super::estate::{Base, Source, UNLISTED, bases};
use super::role::{self, Holder};
use crate::facts::Kind;
use crate::facts::access::regions;
use crate::facts::context::Context;
use crate::facts::fact::{self, Fact, Reason};
use crate::facts::service_trust::{self, ServiceTrust, Setting};
use crate::facts::subject::Subject;
use crate::iam::reach::Place;
use crate::model::arn::Arn;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A knowledge base.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct KnowledgeBaseFacts {
    /// Its id; `*` where this stands for knowledge bases that could not be listed.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `ACTIVE` …
    pub status: String,
    /// Whether it works: neither failed nor going away.
    pub live: bool,
    /// `VECTOR`, `KENDRA`, `SQL`, `MANAGED`.
    pub kind: Fact<String>,
    /// Its service role.
    pub role: Fact<String>,
    /// Whether that role is there and belongs to the account, so that it can be judged.
    pub role_found: Fact<bool>,
    /// Whether a data source of it reads a bucket.
    pub reads_s3: Fact<bool>,
    /// Whether AWS says that it lists no data sources here, so that there is nothing to hold the role against.
    pub sources_unsupported: bool,
    /// What its data sources and working storage are configured with, as `bucket/prefix`.
    pub configured: Vec<String>,
    /// The role or buckets that are missing, or not the account's.
    pub lost: Fact<Vec<String>>,
    /// Objects outside of that which the role can read.
    pub reads_outside: Fact<Vec<String>>,
    /// What the role can write or delete where documents come from.
    pub writes: Fact<Vec<String>>,
    /// What makes the role's trust policy open.
    pub trust_open: Fact<Vec<String>>,
    /// The one source key that the trust policy lacks; empty where it lacks none or both.
    pub trust_missing: Fact<String>,
    /// Who else uses the role.
    pub shared_with: Fact<Vec<String>>,
    /// What a reader should know besides.
    pub remarks: Vec<String>,
}

/// The kind of subject.
pub const KIND: Kind =
    Kind::of::<KnowledgeBaseFacts>("knowledge_base", "A knowledge base with its service role.", subjects);

/// Every knowledge base.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let bases = bases(ctx);
    let accounts = ctx.snapshot.accounts.keys().map(String::as_str);
    let hidden: BTreeMap<&str, Vec<Reason>> = accounts
        .map(|account| (account, role::hidden_users(ctx, account, &bases)))
        .collect();
    bases
        .par_iter()
        .map(|base| {
            let resource = base.at.resource("knowledge_base", base.arn(), base.name.as_str());
            let hidden = hidden.get(base.at.account_id).map_or(&[][..], Vec::as_slice);
            Subject::new(resource, None, &of(ctx, base, hidden))
        })
        .collect()
}

fn of(ctx: &Context<'_>, base: &Base<'_>, hidden_users: &[Reason]) -> KnowledgeBaseFacts {
    let mut facts = KnowledgeBaseFacts {
        id: base.id.clone(),
        name: base.name.clone(),
        status: base.status.clone(),
        live: base.live(),
        kind: base.row.clone().map(|row| row.type_.clone()),
        role: base.role(),
        sources_unsupported: base.sources_unsupported,
        ..KnowledgeBaseFacts::default()
    };
    if !facts.live {
        facts.remarks.push(if base.offered {
            format!("not judged: it is {}", base.status)
        } else {
            "not judged: AWS does not offer the call that describes it".to_owned()
        });
        return facts;
    }
    let of = |source: &Source<'_>| source.location().known().cloned().flatten();
    let places: Vec<Place> = base.live_sources().filter_map(of).flat_map(|it| it.places()).collect();
    // A source that failed or is going away is still configured, and what it names is no stranger to the role.
    let configured: Vec<Place> = base.sources.iter().filter_map(of).flat_map(|it| it.places()).collect();
    let reasons = base
        .live_sources()
        .filter_map(super::data_source::hidden)
        .flatten()
        .collect();
    facts.reads_s3 = Fact::fault(!places.is_empty(), reasons);
    let words = |place: &Place| format!("{}/{}", place.bucket, place.prefix);
    facts.configured = configured.iter().chain(&base.working_storage()).map(words).collect();
    let mut lost = Findings::default();
    buckets(base, &mut lost, &mut facts.remarks);
    let holder = holder(ctx, base, &mut lost);
    facts.lost = lost.fact();
    facts.role_found = match &holder {
        Fact::Known(found) => Fact::Known(found.is_some()),
        Fact::Unread(reasons) => Fact::Unread(reasons.clone()),
    };
    match holder {
        Fact::Known(Some(holder)) => {
            facts.reads_outside = role::reads_outside(&holder, base, &configured, &mut facts.remarks);
            facts.writes = role::writes(&holder, base, &places);
            facts.shared_with = role::shared_with(ctx, base, &holder, hidden_users);
            let trust = trust(base, &holder);
            facts.trust_open = trust.clone().map(|trust| trust.faults());
            facts.trust_missing = trust.map(|trust| trust.missing_key().unwrap_or("").to_owned());
        }
        Fact::Known(None) => {}
        Fact::Unread(reasons) => {
            facts.reads_outside = Fact::Unread(reasons.clone());
            facts.writes = Fact::Unread(reasons.clone());
            facts.shared_with = Fact::Unread(reasons.clone());
            facts.trust_open = Fact::Unread(reasons.clone());
            facts.trust_missing = Fact::Unread(reasons);
        }
    }
    facts
}

/// The service role, `None` where it is known to be missing or another account's.
fn holder<'c, 'a>(ctx: &'c Context<'a>, base: &Base<'_>, lost: &mut Findings) -> Fact<Option<Holder<'c, 'a>>> {
    let arn = match base.role() {
        Fact::Known(arn) => arn,
        Fact::Unread(reasons) => {
            lost.doubt(&reasons);
            return Fact::Unread(reasons);
        }
    };
    if arn.is_empty() {
        lost.fault("no service role is named".to_owned());
        return Fact::Known(None);
    }
    if Arn::parse(&arn).is_some_and(|parsed| parsed.account != base.at.account_id) {
        lost.fault(format!("role {arn} belongs to another account"));
        return Fact::Known(None);
    }
    let Some(iam) = ctx.iam(base.at.account_id) else {
        let reason = Reason::not_collected("IAM roles");
        lost.doubt(std::slice::from_ref(&reason));
        return Fact::unread(reason);
    };
    match iam.role(&arn) {
        Some(role) => Fact::Known(Some(Holder { iam, role })),
        None if iam.doubts.is_empty() => {
            lost.fault(format!("role {arn} does not exist"));
            Fact::Known(None)
        }
        None => {
            lost.doubt(&iam.doubts);
            Fact::Unread(iam.doubts.clone())
        }
    }
}

/// Buckets that are gone, or that a stranger holds.
fn buckets(base: &Base<'_>, lost: &mut Findings, remarks: &mut Vec<String>) {
    let mut named: Vec<(String, Option<String>)> = Vec::new();
    for source in base.live_sources() {
        match source.location() {
            Fact::Known(Some(place)) => named.push((place.bucket, place.owner)),
            Fact::Known(None) => {}
            Fact::Unread(reasons) => lost.doubt(&reasons),
        }
    }
    named.extend(base.working_storage().into_iter().map(|place| (place.bucket, None)));
    named.sort();
    named.dedup();
    for (name, owner) in named {
        let rows = &base.at.account.global.buckets;
        match fact::looked_up(rows.find(&name), "buckets") {
            Fact::Known(Some(row)) if !row.exists => lost.fault(format!("bucket {name} does not exist")),
            Fact::Known(Some(row)) => match (row.owned, owner) {
                (Some(true), _) => {}
                // Bedrock asks for that owner too, so that a bucket somebody else made in its place is refused.
                (_, Some(owner)) if owner != base.at.account_id => {
                    remarks.push(format!("bucket {name} is configured as one of account {owner}"));
                }
                (Some(false), _) => lost.fault(format!("bucket {name} belongs to another account")),
                (None, _) => lost.doubt(&[Reason::text(format!("who owns bucket {name} could not be told"))]),
            },
            Fact::Known(None) => lost.doubt(&[Reason::text(format!("bucket {name} was not collected"))]),
            Fact::Unread(reasons) => lost.doubt(&reasons),
        }
    }
}

fn trust(base: &Base<'_>, holder: &Holder<'_, '_>) -> Fact<ServiceTrust> {
    let Some(row) = holder.role.role() else {
        return Fact::default();
    };
    let regions = regions(base.at.account);
    let sources = if base.id == UNLISTED {
        Vec::new()
    } else {
        vec![base.arn()]
    };
    let setting = Setting {
        account: base.at.account_id,
        partition: base.at.partition(),
        regions: &regions,
        sources: &sources,
        resource_type: "knowledge-base",
        action: "sts:AssumeRole",
        target: &row.arn,
    };
    service_trust::judge(row.assume_role_policy_document.as_str(), setting)
}
