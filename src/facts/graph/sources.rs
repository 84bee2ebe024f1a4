//! Where references to guardrails come from, and what keeps the list of them from being complete.

use super::key::GuardrailKey;
use super::policy::{self, Named};
use super::reference::{By, Reference};
use super::routed::Routed;
use crate::facts::context::{Place, global_resource};
use crate::facts::fact::{self, Fact, Reason};
use crate::model::aws::bedrock_agent::{AgentVersion, FlowVersion, GuardrailReference};
use crate::model::policy_text::PolicyText;
use crate::model::snapshot::Account;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

type Found<'a> = (Vec<Reference<'a>>, Vec<Reason>);

/// References of agents, flows and the account's enforced configuration in one region.
pub(super) fn of_place<'a>(
    at: Place<'a>,
    agents: &[Routed<'a, AgentVersion>],
    flows: &[Routed<'a, FlowVersion>],
) -> Found<'a> {
    let mut references = Vec::new();
    let mut unlisted = Vec::new();
    for agent in agents {
        match &agent.row {
            Fact::Unread(reasons) if agent.unlisted => unlisted.extend(reasons.iter().cloned()),
            Fact::Unread(reasons) => references.push(unread(By::Agent, agent, reasons)),
            Fact::Known(row) => {
                let configured = row.guardrail_configuration.as_ref().filter(|named| is_named(named));
                references.extend(configured.map(|named| {
                    let key = GuardrailKey::named(&at, &named.guardrail_identifier, &named.guardrail_version);
                    reference(By::Agent, agent, agent.path(), named, key)
                }));
            }
        }
    }
    for flow in flows {
        match &flow.row {
            Fact::Unread(reasons) if flow.unlisted => unlisted.extend(reasons.iter().cloned()),
            Fact::Unread(reasons) => references.push(unread(By::Flow, flow, reasons)),
            Fact::Known(row) => references.extend(of_nodes(at, flow, row)),
        }
    }
    for row in &at.facts.enforced_guardrails.items {
        let key = GuardrailKey::named(&at, &row.guardrail_arn, &row.guardrail_version);
        references.push(Reference {
            account_id: at.account_id,
            region: Some(at.region),
            by: By::EnforcedConfiguration,
            resource: at.resource(
                "enforced_guardrail",
                key.arn(),
                format!("{} (version {})", key.id, key.version),
            ),
            key: "account".to_owned(),
            text: format!("enforced configuration of account {} in {}", at.account_id, at.region),
            version: String::new(),
            written: row.guardrail_arn.clone(),
            guardrail: Fact::Known(key),
            by_pattern: false,
        });
    }
    unlisted.extend(fact::doubts(&at.facts.enforced_guardrails, "enforced guardrails"));
    unlisted.sort();
    unlisted.dedup();
    if !unlisted.is_empty() {
        references.push(Reference {
            account_id: at.account_id,
            region: Some(at.region),
            by: By::Unlisted,
            resource: at.resource("region", at.region_arn(), at.region),
            key: "references".to_owned(),
            text: format!("what could not be listed in {}", at.region),
            version: String::new(),
            written: String::new(),
            guardrail: Fact::Unread(unlisted),
            by_pattern: false,
        });
    }
    let doubts = references
        .iter()
        .flat_map(|reference| reference.guardrail.reasons().iter().cloned());
    let doubts = doubts.collect();
    (references, doubts)
}

fn is_named(reference: &GuardrailReference) -> bool {
    !reference.guardrail_identifier.is_empty()
}

fn reference<'a, T>(
    by: By,
    from: &Routed<'a, T>,
    text: String,
    named: &GuardrailReference,
    key: GuardrailKey,
) -> Reference<'a> {
    Reference {
        key: format!("{}/{}", from.version, key.arn()),
        text,
        written: named.guardrail_identifier.clone(),
        guardrail: Fact::Known(key),
        ..unread(by, from, &[])
    }
}

fn unread<'a, T>(by: By, from: &Routed<'a, T>, reasons: &[Reason]) -> Reference<'a> {
    let kind = if by == By::Agent { "agent" } else { "flow" };
    Reference {
        account_id: from.at.account_id,
        region: Some(from.at.region),
        by,
        resource: from.at.resource(kind, from.arn(), from.title()),
        key: from.version.clone(),
        text: from.path(),
        version: from.version.clone(),
        written: String::new(),
        guardrail: Fact::Unread(reasons.to_vec()),
        by_pattern: false,
    }
}

/// One reference a flow version and guardrail version, however many nodes share it.
fn of_nodes<'a>(at: Place<'a>, flow: &Routed<'a, FlowVersion>, row: &FlowVersion) -> Vec<Reference<'a>> {
    let mut nodes: BTreeMap<GuardrailKey, (&GuardrailReference, BTreeSet<&str>)> = BTreeMap::new();
    for node in &row.nodes {
        if let Some(named) = node.guardrail_configuration.as_ref().filter(|named| is_named(named)) {
            let key = GuardrailKey::named(&at, &named.guardrail_identifier, &named.guardrail_version);
            nodes
                .entry(key)
                .or_insert((named, BTreeSet::new()))
                .1
                .insert(&node.name);
        }
    }
    let text = |names: BTreeSet<&str>| {
        let names: Vec<&str> = names.into_iter().collect();
        let word = if names.len() == 1 { "node" } else { "nodes" };
        format!("{}, {word} {}", flow.path(), names.join(", "))
    };
    nodes
        .into_iter()
        .map(|(key, (named, names))| reference(By::Flow, flow, text(names), named, key))
        .collect()
}

/// References of the policies that an account can see.
pub(super) fn of_account<'a>(
    account_id: &'a str,
    account: &'a Account,
    known: &BTreeSet<(String, String, String)>,
) -> Found<'a> {
    let mut policies = Policies {
        account_id,
        known,
        references: Vec::new(),
        doubts: Vec::new(),
    };
    let global = &account.global;
    policies
        .doubts
        .extend(fact::doubts(&global.effective_policies, "effective Bedrock policies"));
    for row in global
        .effective_policies
        .items
        .iter()
        .filter(|row| row.policy_type == "BEDROCK_POLICY")
    {
        let what = format!("BEDROCK_POLICY in effect for account {}", row.target_id);
        policies.bedrock(&what, &row.policy_content);
    }
    policies
        .doubts
        .extend(fact::doubts(&global.organization_policies, "organization policies"));
    for row in &global.organization_policies.items {
        let Some(text) = &row.content else {
            let gaps: Vec<_> = global.organization_policies.gaps_of(&row.arn).collect();
            let why = Fact::<()>::unread_gaps(&gaps, &format!("the contents of policy {}", row.name));
            policies.doubts.extend(why.reasons().iter().cloned());
            continue;
        };
        if row.type_ == "BEDROCK_POLICY" {
            policies.bedrock(&format!("BEDROCK_POLICY {}", row.name), text);
        } else {
            policies.conditions(
                By::Scp,
                &Owner::new("scp", &row.arn, &row.name),
                format_args!("SCP {}", row.name),
                text,
            );
        }
    }
    policies.identities(account);
    (policies.references, policies.doubts)
}

struct Owner<'o> {
    kind: &'static str,
    arn: &'o str,
    name: &'o str,
}

impl<'o> Owner<'o> {
    fn new(kind: &'static str, arn: &'o str, name: &'o str) -> Self {
        Self { kind, arn, name }
    }
}

struct Policies<'a, 'k> {
    account_id: &'a str,
    /// Account, region and id of every guardrail that is known, for patterns.
    known: &'k BTreeSet<(String, String, String)>,
    references: Vec<Reference<'a>>,
    doubts: Vec<Reason>,
}

impl Policies<'_, '_> {
    /// Identity policies; those that could not be read leave no doubt, for only what is bound by configuration or by
    /// the organization decides which versions count.
    fn identities(&mut self, account: &Account) {
        let global = &account.global;
        for row in global
            .policies
            .items
            .iter()
            .filter(|row| row.attachment_count != Some(0))
        {
            if let Some(text) = &row.document {
                let owner = Owner::new("iam_policy", &row.arn, &row.policy_name);
                let what = format_args!("policy {}", row.policy_name);
                self.conditions(By::IdentityPolicy, &owner, what, text);
            }
        }
        let users = global
            .users
            .items
            .iter()
            .map(|row| ("iam_user", "user", &row.arn, &row.user_name, &row.user_policy_list));
        let groups = global.groups.items.iter();
        let groups = groups.map(|row| ("iam_group", "group", &row.arn, &row.group_name, &row.group_policy_list));
        let roles = global
            .roles
            .items
            .iter()
            .map(|row| ("iam_role", "role", &row.arn, &row.role_name, &row.role_policy_list));
        for (kind, word, arn, name, policies) in users.chain(groups).chain(roles) {
            for inline in policies {
                self.conditions(
                    By::IdentityPolicy,
                    &Owner::new(kind, arn, name),
                    format_args!("inline policy {} of {word} {name}", inline.policy_name),
                    &inline.policy_document,
                );
            }
        }
    }

    fn bedrock(&mut self, what: &str, text: &PolicyText) {
        match policy::in_bedrock_policy(text.as_str()) {
            Err(error) => self.doubts.push(Reason::text(format!("{what} is no JSON: {error}"))),
            Ok(found) => {
                for named in found {
                    let key = GuardrailKey::parse(&named.identifier);
                    let guardrail = key.map_or_else(
                        || {
                            let reason = format!("{what} names `{}`, which is no guardrail", named.identifier);
                            Fact::unread(Reason::text(reason))
                        },
                        Fact::Known,
                    );
                    let owner = Owner::new("enforced_guardrail", &named.identifier, what);
                    self.push(By::BedrockPolicy, &owner, what, &named, guardrail, false);
                }
            }
        }
    }

    fn conditions(&mut self, by: By, owner: &Owner<'_>, what: fmt::Arguments<'_>, text: &PolicyText) {
        let found = match policy::in_conditions(text.as_str()) {
            Ok(found) => found,
            Err(error) => {
                if by == By::Scp {
                    self.doubts.push(Reason::text(format!("{what} is no JSON: {error}")));
                }
                return;
            }
        };
        for named in found {
            let what = format!("{what} (statement {})", named.place);
            for (key, by_pattern) in self.meant(&named) {
                self.push(by, owner, &what, &named, Fact::Known(key), by_pattern);
            }
        }
    }

    /// A name in a condition: one guardrail, or with a wildcard for the account or region every known one of that id.
    /// A wildcard for the id, or a variable, names none.
    fn meant(&self, named: &Named) -> Vec<(GuardrailKey, bool)> {
        let Some(key) = GuardrailKey::parse(&named.identifier) else {
            return Vec::new();
        };
        let wild = |text: &str| text.contains(['*', '?', '$']);
        if wild(&key.id) {
            return Vec::new();
        }
        if !wild(&key.account) && !wild(&key.region) {
            return vec![(key, false)];
        }
        let fits = |pattern: &str, text: &str| {
            let pattern = crate::facts::params::Override {
                resource: pattern.to_owned(),
                values: serde_json::Map::new(),
            };
            pattern.takes_in(text)
        };
        let same = self
            .known
            .iter()
            .filter(|(account, region, id)| *id == key.id && fits(&key.account, account) && fits(&key.region, region));
        same.map(|(account, region, _)| {
            let key = GuardrailKey {
                account: account.clone(),
                region: region.clone(),
                ..key.clone()
            };
            (key, true)
        })
        .collect()
    }

    fn push(
        &mut self,
        by: By,
        owner: &Owner<'_>,
        text: &str,
        named: &Named,
        guardrail: Fact<GuardrailKey>,
        by_pattern: bool,
    ) {
        self.references.push(Reference {
            account_id: self.account_id,
            region: None,
            by,
            resource: global_resource(self.account_id, owner.kind, owner.arn, owner.name),
            key: format!("{text}/{}/{}", named.place, named.identifier),
            text: text.to_owned(),
            version: String::new(),
            written: named.identifier.clone(),
            guardrail,
            by_pattern,
        });
    }
}
