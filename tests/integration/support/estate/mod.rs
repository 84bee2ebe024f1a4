//! Invented accounts of any size, the same from the same numbers: what tests and benchmarks let the pretended AWS hold.
//!
//! A region in use holds at least one of everything that a collector asks about, well configured in one half and badly
//! in the other, so that every call of the table is made and most rules have both to say.

mod around;
mod models;
mod orchestration;
mod principals;

use super::fake_aws::World;

/// The account that everything stands in.
pub(crate) const ACCOUNT: &str = "111122223333";
/// When all of it was made.
const THEN: &str = "2026-01-01T00:00:00Z";

/// How much there is.
#[derive(Debug, Clone)]
pub(crate) struct Estate {
    /// Regions that the account has enabled.
    pub(crate) regions: Vec<String>,
    /// Those of them in which Bedrock is used.
    pub(crate) used: Vec<String>,
    /// IAM roles beside those that the estate needs.
    pub(crate) roles: usize,
    /// Guardrails in each region in use.
    pub(crate) guardrails: usize,
    /// Agents in each region in use.
    pub(crate) agents: usize,
    /// Knowledge bases in each region in use.
    pub(crate) knowledge_bases: usize,
    /// Flows in each region in use.
    pub(crate) flows: usize,
    /// Whether the account manages an organization.
    pub(crate) organization: bool,
}

impl Estate {
    /// Two of most things in the first of these regions, and nothing in the others.
    pub(crate) fn small(regions: &[&str]) -> Self {
        Self {
            regions: regions.iter().map(|region| (*region).to_owned()).collect(),
            used: regions.iter().take(1).map(|region| (*region).to_owned()).collect(),
            roles: 10,
            guardrails: 2,
            agents: 2,
            knowledge_bases: 2,
            flows: 1,
            organization: true,
        }
    }

    /// The pretended AWS that holds it.
    pub(crate) fn world(&self) -> World {
        let names: Vec<&str> = self.regions.iter().map(String::as_str).collect();
        let mut world = principals::stand(World::new(ACCOUNT).regions(&names), self);
        if self.organization {
            world = around::organization(world);
        }
        if let Some(home) = self.used.first() {
            world = around::trail(world, home);
        }
        for region in &self.regions {
            world = models::on_offer(world, region);
        }
        for region in &self.used {
            let place = Place { region, estate: self };
            world = models::stand(world, &place);
            world = orchestration::stand(world, &place);
            world = around::stand(world, &place);
        }
        world
    }
}

/// One region in use.
struct Place<'a> {
    region: &'a str,
    estate: &'a Estate,
}

impl Place<'_> {
    /// The ARN of something in this account and region.
    fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{ACCOUNT}:{resource}", self.region)
    }

    /// A name that no other region has.
    fn name(&self, kind: &str, number: usize) -> String {
        format!("{kind}-{}-{number}", self.region)
    }

    /// An id in the letters and digits that Bedrock allows.
    fn id(&self, kind: char, number: usize) -> String {
        let region: String = self.region.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("{kind}{region}{number}").to_ascii_uppercase()
    }

    fn guardrail(&self, number: usize) -> String {
        self.arn(
            "bedrock",
            &format!("guardrail/{}", self.id('G', number).to_ascii_lowercase()),
        )
    }

    fn function(&self, name: &str) -> String {
        self.arn("lambda", &format!("function:{name}"))
    }

    fn documents(&self, number: usize) -> String {
        self.name("documents", number)
    }

    fn logs(&self) -> String {
        format!("invocations-{}", self.region)
    }
}

fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}
