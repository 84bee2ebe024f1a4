//! The walk: every knowledge base of every place with its data sources, whether described, hidden or unlisted.
//!
//! An id of `*` stands for what a failed list may hide.

use super::location::{Location, location, of_uri};
use crate::facts::context::{Context, Place};
use crate::facts::fact::{self, Fact, Reason};
use crate::iam::reach::Place as Objects;
use crate::model::aws::bedrock_agent::{DataSource, KnowledgeBase};
use crate::model::dataset::{Dataset, Row};
use std::collections::{HashMap, HashSet};

/// The id that stands for what could not be listed.
pub(super) const UNLISTED: &str = "*";

/// A knowledge base.
#[derive(Debug)]
pub(super) struct Base<'a> {
    pub(super) at: Place<'a>,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) status: String,
    /// The row, or why nobody knows it.
    pub(super) row: Fact<&'a KnowledgeBase>,
    /// Whether AWS offers the call that describes it; where it does not, there is nothing to judge.
    pub(super) offered: bool,
    /// Whether AWS does not offer the call that lists its data sources, or that describes one of them.
    pub(super) sources_unsupported: bool,
    pub(super) sources: Vec<Source<'a>>,
}

/// A data source.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) status: String,
    /// The row, or why nobody knows it.
    pub(super) row: Fact<&'a DataSource>,
    /// Whether AWS offers the call that describes it.
    pub(super) offered: bool,
}

impl Base<'_> {
    pub(super) fn arn(&self) -> String {
        self.at.arn(&format!("knowledge-base/{}", self.id))
    }

    /// Whether it works, so that there is something to judge.
    pub(super) fn live(&self) -> bool {
        self.offered && live(&self.status)
    }

    /// The service role; empty where none is named.
    pub(super) fn role(&self) -> Fact<String> {
        self.row
            .clone()
            .map(|row| row.role_arn.as_deref().unwrap_or("").to_owned())
    }

    /// Data sources that work, where the knowledge base does.
    pub(super) fn live_sources(&self) -> impl Iterator<Item = &Source<'_>> {
        self.sources.iter().filter(|source| self.live() && source.live())
    }

    /// Storage that the knowledge base writes itself: intermediate and supplemental.
    pub(super) fn working_storage(&self) -> Vec<Objects> {
        let own = self
            .row
            .known()
            .into_iter()
            .flat_map(|row| &row.supplemental_storage_uris);
        let steps = self
            .sources
            .iter()
            .filter_map(|source| source.row.known()?.intermediate_storage_uri.as_ref());
        own.chain(steps).filter_map(|uri| of_uri(uri)).collect()
    }

    /// Why more sources or storage may be configured than is known.
    pub(super) fn doubts(&self) -> Vec<Reason> {
        let offered = self.sources.iter().filter(|source| source.offered);
        let sources = offered.flat_map(|source| match source.location() {
            Fact::Known(_) => Vec::new(),
            Fact::Unread(reasons) => reasons,
        });
        self.row.reasons().iter().cloned().chain(sources).collect()
    }
}

impl Source<'_> {
    pub(super) fn location(&self) -> Fact<Option<Location>> {
        self.row.clone().and_then(location)
    }

    pub(super) fn live(&self) -> bool {
        self.offered && live(&self.status)
    }
}

/// What is being deleted, or never came to be, reads nothing.
fn live(status: &str) -> bool {
    !matches!(status, "DELETING" | "FAILED")
}

/// Every knowledge base of the snapshot.
pub(super) fn bases<'a>(ctx: &Context<'a>) -> Vec<Base<'a>> {
    ctx.places().flat_map(of_place).collect()
}

fn of_place(at: Place<'_>) -> Vec<Base<'_>> {
    let facts = at.facts;
    let mut sources = sources(at);
    let mut listed: Vec<Base<'_>> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut base = |id: &str, name: &str, status: &str, row| {
        let sources = of_base(at, id, sources.remove(id).unwrap_or_default());
        let lists = &facts.data_sources;
        Base {
            at,
            id: id.to_owned(),
            name: name.to_owned(),
            status: status.to_owned(),
            row,
            offered: !facts.knowledge_base_details.is_unsupported_of(id),
            sources_unsupported: lists.is_unsupported()
                || lists.is_unsupported_of(id)
                || sources.iter().any(|source| !source.offered),
            sources,
        }
    };
    for row in &facts.knowledge_bases.items {
        let id = row.knowledge_base_id.as_str();
        let detail = described(&facts.knowledge_base_details, id, "knowledge bases in full");
        seen.insert(id);
        listed.push(base(id, &row.name, &row.status, detail));
    }
    for row in &facts.knowledge_base_details.items {
        if seen.insert(&row.knowledge_base_id) {
            listed.push(base(&row.knowledge_base_id, &row.name, &row.status, Fact::Known(row)));
        }
    }
    let doubts = fact::doubts(&facts.knowledge_bases, "knowledge bases");
    if !doubts.is_empty() {
        listed.push(Base {
            at,
            id: UNLISTED.to_owned(),
            name: "knowledge bases that could not be listed".to_owned(),
            status: String::new(),
            row: Fact::Unread(doubts.clone()),
            offered: true,
            sources_unsupported: false,
            sources: vec![unlisted(doubts)],
        });
    }
    listed
}

/// The data sources of a place, by knowledge base.
fn sources(at: Place<'_>) -> HashMap<&str, Vec<Source<'_>>> {
    let facts = at.facts;
    let mut by_base: HashMap<&str, Vec<Source<'_>>> = HashMap::new();
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    for row in &facts.data_sources.items {
        seen.insert((&row.knowledge_base_id, &row.data_source_id));
        by_base.entry(&row.knowledge_base_id).or_default().push(Source {
            id: row.data_source_id.clone(),
            name: row.name.clone(),
            status: row.status.clone(),
            row: described(&facts.data_source_details, &row.key(), "data sources in full"),
            offered: !facts.data_source_details.is_unsupported_of(&row.key()),
        });
    }
    for row in &facts.data_source_details.items {
        if seen.insert((&row.knowledge_base_id, &row.data_source_id)) {
            by_base.entry(&row.knowledge_base_id).or_default().push(Source {
                id: row.data_source_id.clone(),
                name: row.name.clone(),
                status: row.status.clone(),
                row: Fact::Known(row),
                offered: true,
            });
        }
    }
    by_base
}

/// The data sources of one knowledge base, with a stand-in for those that may be hidden.
fn of_base<'a>(at: Place<'a>, base: &str, mut listed: Vec<Source<'a>>) -> Vec<Source<'a>> {
    let facts = at.facts;
    let mut doubts = fact::doubts(&facts.data_sources, "data sources");
    let own = facts.data_sources.gaps_of(base).filter(|gap| !gap.means_absent());
    doubts.extend(own.map(Reason::gap));
    if !doubts.is_empty() {
        listed.push(unlisted(doubts));
    }
    listed
}

fn unlisted<'a>(doubts: Vec<Reason>) -> Source<'a> {
    Source {
        id: UNLISTED.to_owned(),
        name: "data sources that could not be listed".to_owned(),
        status: String::new(),
        row: Fact::Unread(doubts),
        offered: true,
    }
}

/// A row that a list promised.
fn described<'a, T: Row>(dataset: &'a Dataset<T>, key: &str, what: &str) -> Fact<&'a T> {
    fact::looked_up(dataset.find(key), what).and_then(|row| match row {
        Some(row) => Fact::Known(row),
        None => Fact::unread(Reason::text(format!("{key} was not described"))),
    })
}
