//! The subject `vpc_endpoint`: a private endpoint of a Bedrock service.

use super::policy;
use super::{service, unusable};
use crate::facts::context::{Context, Place};
use crate::facts::fact::{Fact, Reason, doubts};
use crate::facts::subject::Subject;
use crate::facts::usage::Usage;
use crate::iam::document::Document;
use crate::model::aws::ec2::VpcEndpoint;
use crate::model::report::InUse;
use schemars::JsonSchema;
use serde::Serialize;

/// A private endpoint of a Bedrock service.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct EndpointFacts {
    /// Its id.
    pub id: String,
    /// The service, for example `com.amazonaws.us-east-1.bedrock-runtime`.
    pub service: String,
    /// The VPC.
    pub vpc: String,
    /// Whether it is an interface endpoint that works.
    pub usable: bool,
    /// Whether the service's public name resolves to it inside the VPC.
    pub private_dns: Fact<bool>,
    /// In how many subnets it has an address.
    pub subnets: Fact<usize>,
    /// Whether it has the full-access policy that AWS puts where none is given.
    pub default_policy: Fact<bool>,
    /// Statements of a policy of one's own that let strangers in.
    pub open_statements: Fact<Vec<String>>,
    /// What a reader should know besides.
    pub remarks: Vec<String>,
}

/// The kind of subject.
pub const KIND: crate::facts::Kind =
    crate::facts::Kind::of::<EndpointFacts>("vpc_endpoint", "A private endpoint of a Bedrock service.", subjects);

/// Every endpoint of a Bedrock service.
fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let of = |at: Place<'_>| {
        let named = |id: &str| {
            let partition = at.partition();
            format!("arn:{partition}:ec2:{}:{}:vpc-endpoint/{id}", at.region, at.account_id)
        };
        let rows = at.facts.vpc_endpoints.items.iter();
        let mut subjects: Vec<Subject> = rows
            .filter(|row| service(row).is_some())
            .map(|row| {
                let id = row.vpc_endpoint_id.as_str();
                Subject::new(at.resource("vpc_endpoint", named(id), id), None, &facts(&at, row))
            })
            .collect();
        let hidden = doubts(&at.facts.vpc_endpoints, "VPC endpoints");
        let used = ctx.usage(at.account_id, at.region).map(Usage::in_use);
        if !hidden.is_empty() && used != Some(InUse::No) {
            let resource = at.resource("vpc_endpoint", named("*"), format!("endpoints of {}", at.region));
            subjects.push(Subject::new(resource, None, &unlisted(&hidden)));
        }
        subjects
    };
    ctx.places().flat_map(of).collect()
}

/// What stands for endpoints that could not be listed.
fn unlisted(hidden: &[Reason]) -> EndpointFacts {
    EndpointFacts {
        usable: true,
        private_dns: Fact::Unread(hidden.to_vec()),
        subnets: Fact::Unread(hidden.to_vec()),
        default_policy: Fact::Unread(hidden.to_vec()),
        open_statements: Fact::Unread(hidden.to_vec()),
        ..EndpointFacts::default()
    }
}

fn facts(at: &Place<'_>, row: &VpcEndpoint) -> EndpointFacts {
    let mut remarks = Vec::new();
    if row.requester_managed == Some(true) {
        remarks.push("an AWS service manages it".to_owned());
    }
    if row.service_name.ends_with("-fips") {
        remarks.push("only clients that use the FIPS host names reach it".to_owned());
    }
    let (default_policy, open_statements) = match row.policy_document.as_ref().filter(|text| !text.as_str().is_empty())
    {
        None => (Fact::Known(true), Fact::default()),
        Some(text) => match Document::parse(text.as_str()) {
            Ok(document) if policy::is_default(&document) => (Fact::Known(true), Fact::default()),
            Ok(document) => {
                let service = service(row).map_or("", |(service, _)| service);
                (Fact::Known(false), policy::open_statements(&document, service, at))
            }
            Err(error) => {
                let reason = Reason::text(format!(
                    "the policy of endpoint {} cannot be understood: {error}",
                    row.vpc_endpoint_id
                ));
                (Fact::unread(reason.clone()), Fact::unread(reason))
            }
        },
    };
    EndpointFacts {
        id: row.vpc_endpoint_id.clone(),
        service: row.service_name.clone(),
        vpc: row.vpc_id.clone(),
        usable: unusable(row).is_none(),
        private_dns: row.private_dns_enabled.map_or_else(
            || {
                Fact::unread(Reason::text(format!(
                    "whether endpoint {} has private DNS was not told",
                    row.vpc_endpoint_id
                )))
            },
            Fact::Known,
        ),
        subnets: Fact::Known(row.subnet_ids.len()),
        default_policy,
        open_statements,
        remarks,
    }
}
