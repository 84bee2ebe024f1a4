//! The way that calls take to Bedrock: endpoints by region, each endpoint by itself, and the public path.

mod endpoint;
mod policy;
mod public_path;

use super::context::{Context, Place};
use super::fact::{self, Fact};
use crate::model::aws::ec2::VpcEndpoint;
pub use endpoint::{EndpointFacts, KIND};
pub use public_path::{AccountNetwork, of_account};
use schemars::JsonSchema;
use serde::Serialize;

/// The Bedrock services with an endpoint, without their FIPS twins.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/vpc-interface-endpoints.html>
const SERVICES: [&str; 5] = [
    "bedrock",
    "bedrock-runtime",
    "bedrock-agent",
    "bedrock-agent-runtime",
    "bedrock-mantle",
];

/// Private endpoints that serve a region.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct RegionEndpoints {
    /// Whether an endpoint for `bedrock-runtime` or its FIPS twin works.
    pub runtime: Fact<bool>,
    /// Whether one for `bedrock` or its FIPS twin works.
    pub control: Fact<bool>,
    /// Whether agents, knowledge bases or flows exist.
    pub uses_agents: Fact<bool>,
    /// Which of `bedrock-agent-runtime` and `bedrock-agent` lack one.
    pub missing_agent: Fact<Vec<String>>,
    /// The endpoints that work.
    pub working: Vec<String>,
    /// Endpoints that are there and do not count, with the reason.
    pub unusable: Vec<String>,
}

/// The Bedrock service of an endpoint and the region that it serves; `None` for a service of another kind.
fn service(row: &VpcEndpoint) -> Option<(&'static str, &str)> {
    let name = row.service_name.strip_prefix("cn.").unwrap_or(&row.service_name);
    let (region, service) = name.strip_prefix("com.amazonaws.")?.split_once('.')?;
    let plain = service.strip_suffix("-fips").unwrap_or(service);
    let known = SERVICES.into_iter().find(|known| *known == plain)?;
    Some((
        known,
        row.service_region
            .as_deref()
            .filter(|of| !of.is_empty())
            .unwrap_or(region),
    ))
}

/// Why an endpoint carries nothing, if so.
fn unusable(row: &VpcEndpoint) -> Option<String> {
    if row.vpc_endpoint_type != "Interface" {
        return Some(format!("its type is {}", row.vpc_endpoint_type));
    }
    if !row.state.eq_ignore_ascii_case("available") {
        return Some(format!("its state is {}", row.state));
    }
    if row.subnet_ids.is_empty() && row.network_interface_ids.is_empty() {
        return Some("it has no network interface".to_owned());
    }
    None
}

/// The facts of a region. An endpoint in another region of the account may serve it.
pub(super) fn region(ctx: &Context<'_>, at: &Place<'_>) -> RegionEndpoints {
    let mut facts = RegionEndpoints::default();
    let mut served = Vec::new();
    for place in ctx.places().filter(|place| place.account_id == at.account_id) {
        for row in &place.facts.vpc_endpoints.items {
            let Some((name, _)) = service(row).filter(|(_, region)| *region == at.region) else {
                continue;
            };
            let label = format!("{} ({})", row.vpc_endpoint_id, row.service_name);
            if let Some(why) = unusable(row) {
                facts.unusable.push(format!("{label}: {why}"));
            } else {
                facts.working.push(label);
                served.push(name);
            }
        }
    }
    let doubts = fact::doubts(&at.facts.vpc_endpoints, "VPC endpoints");
    let serves = |name: &str| served.contains(&name);
    facts.runtime = Fact::fault(serves("bedrock-runtime"), doubts.clone());
    facts.control = Fact::fault(serves("bedrock"), doubts.clone());
    let missing: Vec<String> = ["bedrock-agent-runtime", "bedrock-agent"]
        .into_iter()
        .filter(|name| !serves(name))
        .map(str::to_owned)
        .collect();
    facts.missing_agent = match (missing.is_empty(), doubts.is_empty()) {
        (false, false) => Fact::Unread(doubts),
        _ => Fact::Known(missing),
    };
    let rows = at.facts;
    let seen = !(rows.agents.items.is_empty() && rows.knowledge_bases.items.is_empty() && rows.flows.items.is_empty());
    let mut hidden = fact::doubts(&rows.agents, "agents");
    hidden.extend(fact::doubts(&rows.knowledge_bases, "knowledge bases"));
    hidden.extend(fact::doubts(&rows.flows, "flows"));
    facts.uses_agents = Fact::fault(seen, hidden);
    facts
}

#[cfg(test)]
mod tests;
