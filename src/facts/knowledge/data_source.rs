//! The subject `data_source`: what feeds a knowledge base, how narrowly, and what is done to it on the way in.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_DataSource.html>

use super::estate::{Base, Source, bases};
use super::location::{is_open_corpus, kind};
use crate::facts::Kind;
use crate::facts::context::Context;
use crate::facts::fact::{Fact, Reason};
use crate::facts::subject::Subject;
use schemars::JsonSchema;
use serde::Serialize;

/// A data source of a knowledge base.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct DataSourceFacts {
    /// Its id; `*` where this stands for data sources that could not be listed.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The name of the knowledge base that it feeds.
    pub knowledge_base: String,
    /// `AVAILABLE` …
    pub status: String,
    /// Whether it and its knowledge base work: neither failed nor going away.
    pub live: bool,
    /// `S3`, `WEB`, `CUSTOM` …; for a managed connector what it connects to.
    pub kind: Fact<String>,
    /// Whether it reads a bucket.
    pub reads_s3: Fact<bool>,
    /// The bucket; empty where it reads none.
    pub bucket: Fact<String>,
    /// What keys must begin with; empty where the whole bucket is read.
    pub prefixes: Fact<Vec<String>>,
    /// Whether anybody on the web, or any caller of the ingestion API, decides what it brings in.
    pub open_corpus: Fact<bool>,
    /// Whether documents pass through chunks that a function could change.
    pub transformable: Fact<bool>,
    /// Functions that transform what is ingested.
    pub transformations: Fact<Vec<String>>,
    /// The key for data in transit through ingestion; empty where it is one of AWS.
    pub key: Fact<String>,
    /// What a reader should know besides.
    pub remarks: Vec<String>,
}

/// The kind of subject.
pub const KIND: Kind = Kind::of::<DataSourceFacts>("data_source", "A data source of a knowledge base.", subjects);

/// Every data source.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut out = Vec::new();
    for base in bases(ctx) {
        for source in &base.sources {
            let arn = arn(&base, source);
            let resource = base.at.resource("data_source", arn, source.name.as_str());
            out.push(Subject::new(resource, None, &of(&base, source)));
        }
    }
    out
}

/// The ARN form of a data source.
pub(super) fn arn(base: &Base<'_>, source: &Source<'_>) -> String {
    format!("{}/data-source/{}", base.arn(), source.id)
}

fn of(base: &Base<'_>, source: &Source<'_>) -> DataSourceFacts {
    let row = &source.row;
    let location = source.location();
    let kind = row.clone().and_then(kind);
    let transformable = match row.known().map(|row| row.type_.as_str()) {
        Some("REDSHIFT_METADATA") => Fact::Known(false),
        _ => match base.row.clone().map(|base| base.type_.as_str()) {
            Fact::Known("KENDRA" | "SQL") => Fact::Known(false),
            // A data source says enough by itself where its knowledge base is hidden.
            _ => row.clone().map(|_| true),
        },
    };
    let mut facts = DataSourceFacts {
        id: source.id.clone(),
        name: source.name.clone(),
        knowledge_base: base.name.clone(),
        status: source.status.clone(),
        live: base.live() && source.live(),
        reads_s3: location.clone().map(|place| place.is_some()),
        bucket: location
            .clone()
            .map(|place| place.map_or_else(String::new, |it| it.bucket)),
        prefixes: location.map(|place| place.map_or_else(Vec::new, |it| it.prefixes)),
        open_corpus: kind.clone().map(|kind| is_open_corpus(&kind)),
        kind,
        transformable,
        transformations: row.clone().map(|row| row.transformation_lambda_arns.clone()),
        key: key(base, source),
        remarks: Vec::new(),
    };
    remark(base, source, &mut facts);
    facts
}

/// The data source's own key, or the one that a managed knowledge base has for all of them.
fn key(base: &Base<'_>, source: &Source<'_>) -> Fact<String> {
    source.row.clone().and_then(|row| {
        let own = row.kms_key_arn.clone().filter(|key| !key.is_empty());
        match (own, row.type_.as_str()) {
            (Some(key), _) => Fact::Known(key),
            (None, "MANAGED_KNOWLEDGE_BASE_CONNECTOR") => base
                .row
                .clone()
                .map(|base| base.kms_key_arn.clone().unwrap_or_default()),
            (None, _) => Fact::Known(String::new()),
        }
    })
}

fn remark(base: &Base<'_>, source: &Source<'_>, facts: &mut DataSourceFacts) {
    if !facts.live {
        let (base, source) = (&base.status, &source.status);
        facts.remarks.push(format!(
            "not judged: the knowledge base is {base} and the data source {source}"
        ));
    }
    let Some(row) = source.row.known() else { return };
    match row.type_.as_str() {
        "CONFLUENCE" | "SALESFORCE" | "SHAREPOINT" => facts.remarks.push(format!(
            "what may be read is decided by the account that {} gave to the connector",
            row.type_
        )),
        "CUSTOM" => facts
            .remarks
            .push("documents come in through the ingestion API and pass no bucket".to_owned()),
        _ => {}
    }
    if row.data_deletion_policy.as_deref() == Some("RETAIN") {
        facts
            .remarks
            .push("what was indexed stays in the index when the data source is deleted".to_owned());
    }
    if row.parsing_strategy.as_deref() == Some("BEDROCK_FOUNDATION_MODEL") {
        facts
            .remarks
            .push("a model parses the documents, which is no dependable redaction".to_owned());
    }
}

/// Why a data source cannot be told to read S3 or not.
pub(super) fn hidden(source: &Source<'_>) -> Option<Vec<Reason>> {
    match source.location() {
        Fact::Known(_) => None,
        Fact::Unread(reasons) => Some(reasons),
    }
}
