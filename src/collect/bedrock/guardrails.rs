//! Guardrails with every version in full, their tags and resource policies, and what the account enforces.
//!
//! The list without an id tells the DRAFTs, the list of one guardrail its numbered versions too. All versions are read,
//! because which of them count is known only when everything that may refer to one has been read.

use super::guardrail_rows as rows;
use crate::collect::context::{Context, Miss};
use crate::collect::paginate::{Pages, gone, keep, put};
use crate::collect::references;
use crate::model::arn::Arn;
use crate::model::aws::bedrock::{EnforcedGuardrail, Guardrail, ResourcePolicy, ResourceTags};
use crate::model::aws::versioned_arn;
use crate::model::calls::bedrock::{
    GET_GUARDRAIL, GET_RESOURCE_POLICY, LIST_ENFORCED_GUARDRAILS_CONFIGURATION, LIST_GUARDRAILS, LIST_TAGS_FOR_RESOURCE,
};
use crate::model::dataset::{Dataset, Row};
use crate::model::policy_text::PolicyText;
use crate::model::snapshot::Regional;
use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::types;
use futures::future::join_all;
use std::collections::BTreeSet;

/// Items asked for in one page, the most that the service gives.
const PAGE: i32 = 1000;

pub(super) async fn collect(ctx: &Context, client: &Client) -> Regional {
    let (mut rows, enforced) = tokio::join!(all(ctx, client), enforced(ctx, client));
    let stray: BTreeSet<(String, String)> = enforced
        .items
        .iter()
        .filter(|row| !row.guardrail_arn.is_empty() && !told_of(&rows, &row.key()))
        .map(|row| (row.guardrail_arn.clone(), row.guardrail_version.clone()))
        .collect();
    rows.enforced_guardrails = enforced;
    rows.absorb(named(ctx, client, stray).await);
    rows
}

/// The guardrails of other accounts that agents and flows of the region use.
pub(in crate::collect) async fn foreign(ctx: &Context, found: &Regional) -> Regional {
    let client = Client::new(ctx.config());
    let asked = references::foreign_guardrails(ctx.account(), found)
        .into_iter()
        .filter(|(arn, version)| !told_of(found, &versioned_arn(arn, version)));
    named(ctx, &client, asked.collect()).await
}

/// Guardrails that a policy over the account names, as far as they live in this region.
pub(in crate::collect) async fn of_policy(
    ctx: &Context,
    found: &Regional,
    asked: &BTreeSet<(String, String)>,
) -> Regional {
    let client = Client::new(ctx.config());
    let new = asked
        .iter()
        .filter(|(arn, version)| !told_of(found, &versioned_arn(arn, version)));
    named(ctx, &client, new.cloned().collect()).await
}

/// Whether the details say something of this version, be it only why it could not be read.
fn told_of(rows: &Regional, key: &str) -> bool {
    let details = &rows.guardrail_details;
    details.gaps_of(key).next().is_some() || details.items.iter().any(|row| row.key() == key)
}

/// Versions that something names and no list showed. Here absence is a fact that somebody relies on: a gap says so.
async fn named(ctx: &Context, client: &Client, asked: BTreeSet<(String, String)>) -> Regional {
    let mut rows = Regional::default();
    // A guardrail is asked for where it lives; one of another region cannot be in force here.
    let here = asked
        .iter()
        .filter(|(arn, _)| Arn::parse(arn).is_none_or(|arn| arn.region == ctx.region()))
        .filter(|(arn, version)| ctx.claim("guardrail of another list", &versioned_arn(arn, version)));
    for answer in join_all(here.map(|(arn, version)| detail(ctx, client, arn, version))).await {
        match answer {
            Ok(row) => rows.guardrail_details.items.push(row),
            Err(miss) => rows.guardrail_details.push_gap(miss.into_gap()),
        }
    }
    rows
}

async fn all(ctx: &Context, client: &Client) -> Regional {
    let drafts = list(ctx, client, None).await;
    let each = join_all(drafts.items.iter().map(|x| one(ctx, client, &x.arn))).await;
    let mut rows = Regional {
        guardrails: drafts.dataset(|x| rows::summary(&x)),
        ..Regional::default()
    };
    keep(&mut rows.guardrails.items, each.iter().map(|(there, _)| *there));
    for (_, more) in each {
        rows.absorb(more);
    }
    // Read or not, the question was asked of every guardrail there is.
    let gaps: Vec<_> = rows.guardrails.list_gaps().cloned().collect();
    rows.guardrail_details.collected = true;
    rows.tags.collected = true;
    rows.resource_policies.collected = true;
    for gap in gaps {
        rows.guardrail_details.push_gap(gap.clone());
        rows.tags.push_gap(gap.clone());
        rows.resource_policies.push_gap(gap);
    }
    rows
}

/// Whether a guardrail's DRAFT is still there, and everything about the guardrail.
async fn one(ctx: &Context, client: &Client, arn: &str) -> (bool, Regional) {
    let (draft, numbered, tags, policy) = tokio::join!(
        detail(ctx, client, arn, "DRAFT"),
        numbered(ctx, client, arn),
        tags(ctx, client, arn),
        policy(ctx, client, arn),
    );
    let mut rows = numbered;
    let there = !gone(&draft);
    put(&mut rows.guardrail_details, draft);
    put(&mut rows.tags, tags);
    put(&mut rows.resource_policies, policy);
    (there, rows)
}

async fn numbered(ctx: &Context, client: &Client, arn: &str) -> Regional {
    let mut versions = list(ctx, client, Some(arn)).await;
    // This list holds the DRAFT as well, which the first list has told already.
    versions.items.retain(|x| x.version != "DRAFT");
    let details = join_all(versions.items.iter().map(|x| detail(ctx, client, &x.arn, &x.version))).await;
    let mut rows = Regional {
        guardrails: versions.dataset(|x| rows::summary(&x)),
        ..Regional::default()
    };
    keep(&mut rows.guardrails.items, details.iter().map(|answer| !gone(answer)));
    for answer in details {
        put(&mut rows.guardrail_details, answer);
    }
    // Versions that were not listed have no details either.
    for gap in rows.guardrails.gaps.clone() {
        rows.guardrail_details.push_gap(gap);
    }
    rows
}

async fn list(ctx: &Context, client: &Client, of: Option<&str>) -> Pages<types::GuardrailSummary> {
    let ask = |token| {
        let request = client.list_guardrails().max_results(PAGE).set_next_token(token);
        request.set_guardrail_identifier(of.map(str::to_owned)).send()
    };
    ctx.pages(LIST_GUARDRAILS, of, ask, |page| (page.guardrails, page.next_token))
        .await
}

async fn detail(ctx: &Context, client: &Client, arn: &str, version: &str) -> Result<Guardrail, Miss> {
    let request = client
        .get_guardrail()
        .guardrail_identifier(arn)
        .guardrail_version(version)
        .send();
    let answer = ctx
        .read(GET_GUARDRAIL, Some(&versioned_arn(arn, version)), request)
        .await?;
    Ok(rows::detail(&answer))
}

async fn tags(ctx: &Context, client: &Client, arn: &str) -> Result<ResourceTags, Miss> {
    let request = client.list_tags_for_resource().resource_arn(arn).send();
    let answer = ctx.read(LIST_TAGS_FOR_RESOURCE, Some(arn), request).await?;
    let tags = answer.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone()));
    Ok(ResourceTags {
        resource_arn: arn.to_owned(),
        tags: tags.collect(),
    })
}

async fn policy(ctx: &Context, client: &Client, arn: &str) -> Result<ResourcePolicy, Miss> {
    let request = client.get_resource_policy().resource_arn(arn).send();
    let policy = match ctx.read(GET_RESOURCE_POLICY, Some(arn), request).await {
        Ok(answer) => answer
            .resource_policy
            .filter(|text| !text.is_empty())
            .map(PolicyText::from),
        Err(Miss::Absent(_)) => None,
        Err(miss) => return Err(miss),
    };
    Ok(ResourcePolicy {
        resource_arn: arn.to_owned(),
        policy,
    })
}

async fn enforced(ctx: &Context, client: &Client) -> Dataset<EnforcedGuardrail> {
    ctx.pages(
        LIST_ENFORCED_GUARDRAILS_CONFIGURATION,
        None,
        |token| {
            client
                .list_enforced_guardrails_configuration()
                .set_next_token(token)
                .send()
        },
        |page| (page.guardrails_config, page.next_token),
    )
    .await
    .dataset(|x| rows::enforced(&x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gap::{Gap, GapKind};

    #[test]
    fn a_version_that_could_not_be_read_is_not_asked_for_again() {
        let mut rows = Regional::default();
        assert!(!told_of(&rows, "arn:1"));
        rows.guardrail_details.push_gap(Gap {
            region: None,
            service: "bedrock".into(),
            operation: "GetGuardrail".into(),
            resource: Some("arn:1".into()),
            kind: GapKind::Denied,
            code: None,
            message: String::new(),
            permission: None,
        });
        assert!(told_of(&rows, "arn:1") && !told_of(&rows, "arn:2"));
    }
}
