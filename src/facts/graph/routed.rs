//! Versions of agents and flows that count: the DRAFT, and what a working alias routes to.
//!
//! What could not be read stands here too, with the reasons: a version whose call failed, the versions of one whose
//! aliases are hidden, and those of a region whose list is. So nobody mistakes silence for absence.

use crate::facts::context::Place;
use crate::facts::fact::{self, Fact, Reason};
use crate::facts::graph::key::DRAFT;
use crate::model::aws::bedrock_agent::{AgentAlias, AgentVersion, FlowVersion};
use crate::model::dataset::{Dataset, Lookup, Row};
use crate::model::gap::GapKind;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// One version of an agent or a flow.
#[derive(Debug, Clone)]
pub struct Routed<'a, T> {
    /// Where it is.
    pub at: Place<'a>,
    /// The id; `*` where a whole list is hidden.
    pub id: String,
    /// The name, the id where nothing told it.
    pub name: String,
    /// `DRAFT`, a number, or `*` for versions that could not be listed.
    pub version: String,
    /// The names of the aliases that route to it.
    pub aliases: Vec<String>,
    /// The version in full, or why nobody knows it.
    pub row: Fact<&'a T>,
    /// Whether this stands for versions that could not be listed, instead of for one.
    pub unlisted: bool,
    kind: &'static str,
}

impl<T> Routed<'_, T> {
    /// The ARN of the agent or flow.
    pub fn arn(&self) -> String {
        self.at.arn(&format!("{}/{}", self.kind, self.id))
    }

    /// The name with the version, as findings call it.
    pub fn title(&self) -> String {
        match (self.unlisted, self.version.as_str()) {
            (true, _) if self.id == "*" => self.name.clone(),
            (true, _) => format!("{} (versions behind its aliases)", self.name),
            (false, DRAFT) => format!("{} (DRAFT)", self.name),
            (false, version) => format!("{} (version {version})", self.name),
        }
    }

    /// The path on which calls reach it, for example `agent support (alias prod → version 1)`.
    pub fn path(&self) -> String {
        let (kind, name) = (self.kind, &self.name);
        let version = if self.version == DRAFT {
            DRAFT.to_owned()
        } else {
            format!("version {}", self.version)
        };
        match self.aliases.as_slice() {
            [] => format!("{kind} {name} ({version})"),
            [one] => format!("{kind} {name} (alias {one} → {version})"),
            many => format!("{kind} {name} (aliases {} → {version})", many.join(", ")),
        }
    }
}

/// Whether calls through this alias reach the versions it routes to.
pub fn routes(alias: &AgentAlias) -> bool {
    alias.agent_alias_status == "PREPARED" && alias.alias_invocation_state.as_deref() != Some("REJECT_INVOCATIONS")
}

/// The agent versions of a place that count.
pub fn agents(at: Place<'_>) -> Vec<Routed<'_, AgentVersion>> {
    let facts = at.facts;
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for row in &facts.agent_versions.items {
        names.insert(&row.agent_id, &row.agent_name);
    }
    for row in &facts.agents.items {
        names.insert(&row.agent_id, &row.agent_name);
    }
    let mut routes_of = Routes::new();
    for alias in facts.agent_aliases.items.iter().filter(|alias| routes(alias)) {
        for version in &alias.agent_versions {
            add_route(&mut routes_of, &alias.agent_id, version, &alias.agent_alias_name);
        }
    }
    Listing {
        at,
        kind: "agent",
        many: "agents",
        names,
        routes: routes_of,
        list_doubts: fact::doubts(&facts.agents, "agents"),
        rows: &facts.agent_versions,
    }
    .versions(&facts.agent_aliases)
}

/// The flow versions of a place that count.
pub fn flows(at: Place<'_>) -> Vec<Routed<'_, FlowVersion>> {
    let facts = at.facts;
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for row in &facts.flow_versions.items {
        names.insert(&row.id, &row.name);
    }
    for row in &facts.flows.items {
        names.insert(&row.id, &row.name);
    }
    let mut routes_of = Routes::new();
    for alias in &facts.flow_aliases.items {
        for version in &alias.flow_versions {
            add_route(&mut routes_of, &alias.flow_id, version, &alias.name);
        }
    }
    Listing {
        at,
        kind: "flow",
        many: "flows",
        names,
        routes: routes_of,
        list_doubts: fact::doubts(&facts.flows, "flows"),
        rows: &facts.flow_versions,
    }
    .versions(&facts.flow_aliases)
}

/// Names of aliases by id and version.
type Routes<'a> = BTreeMap<&'a str, BTreeMap<&'a str, BTreeSet<&'a str>>>;

fn add_route<'a>(routes: &mut Routes<'a>, id: &'a str, version: &'a str, alias: &'a str) {
    routes.entry(id).or_default().entry(version).or_default().insert(alias);
}

struct Listing<'a, T> {
    at: Place<'a>,
    kind: &'static str,
    many: &'static str,
    names: BTreeMap<&'a str, &'a str>,
    routes: Routes<'a>,
    list_doubts: Vec<Reason>,
    rows: &'a Dataset<T>,
}

impl<'a, T: Row> Listing<'a, T> {
    fn versions<A>(&self, aliases: &Dataset<A>) -> Vec<Routed<'a, T>> {
        let rows: BTreeMap<Cow<'a, str>, &'a T> = self.rows.items.iter().map(|row| (row.key(), row)).collect();
        let mut found = Vec::new();
        let none = BTreeMap::new();
        for (id, name) in &self.names {
            let routes = self.routes.get(id).unwrap_or(&none);
            let numbered = routes.keys().copied().filter(|version| *version != DRAFT);
            for version in std::iter::once(DRAFT).chain(numbered) {
                let key = format!("{id}/{version}");
                let lookup = rows
                    .get(key.as_str())
                    .map_or_else(|| self.rows.absent(&key), |row| Lookup::Found(*row));
                let Some(row) = self.row(lookup, version) else { continue };
                found.push(Routed {
                    aliases: routes
                        .get(version)
                        .map_or_else(Vec::new, |names| names.iter().map(|name| (*name).to_owned()).collect()),
                    ..self.one(id, name, version, row, false)
                });
            }
            let hidden = hidden_below(aliases, id);
            if !hidden.is_empty() {
                found.push(self.one(id, name, "*", Fact::Unread(hidden), true));
            }
        }
        let mut doubts = self.list_doubts.clone();
        doubts.extend(aliases.list_gaps().map(Reason::gap));
        if !doubts.is_empty() {
            let name = format!("{} of {}", self.many, self.at.region);
            found.push(self.one("*", &name, "*", Fact::Unread(doubts), true));
        }
        found
    }

    /// `None` where the version is gone: nothing that is not there is in use.
    fn row(&self, lookup: Lookup<'a, T>, version: &str) -> Option<Fact<&'a T>> {
        match lookup {
            Lookup::Found(row) => Some(Fact::Known(row)),
            // Listed a moment ago and gone at the next call.
            Lookup::Missing if version == DRAFT => None,
            Lookup::Missing => Some(Fact::unread(Reason::text(format!(
                "version {version} is routed to by an alias and stands nowhere in what was read"
            )))),
            Lookup::Unread(gaps) if !gaps.is_empty() && gaps.iter().all(|gap| gap.kind == GapKind::NotFound) => None,
            Lookup::Unread(gaps) => Some(Fact::unread_gaps(&gaps, &format!("versions of {}", self.many))),
        }
    }

    fn one(&self, id: &str, name: &str, version: &str, row: Fact<&'a T>, unlisted: bool) -> Routed<'a, T> {
        Routed {
            at: self.at,
            id: id.to_owned(),
            name: if name.is_empty() { id } else { name }.to_owned(),
            version: version.to_owned(),
            aliases: Vec::new(),
            row,
            unlisted,
            kind: self.kind,
        }
    }
}

/// Why rows below this id may be missing from a dataset; a gap about the whole list is told once, for the region.
pub(super) fn hidden_below<A>(dataset: &Dataset<A>, id: &str) -> Vec<Reason> {
    if !dataset.collected {
        return vec![Reason::not_collected("aliases")];
    }
    let below = |resource: &str| {
        resource
            .strip_prefix(id)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    dataset
        .gaps
        .iter()
        .filter(|gap| !gap.means_absent() && gap.kind != GapKind::NotFound)
        .filter(|gap| gap.resource.as_deref().is_some_and(below))
        .map(Reason::gap)
        .collect()
}
