//! What event selectors take: every operator, AND inside a selector, OR across selectors, basic selectors too.
//!
//! A need (one kind of event) is spread over a small grid of points: each of its event names and one name nobody knows
//! yet, each as a read and as a write event. Selectors that take every point together cover the need in full, however
//! they share the work; a point that hangs on a resource or an identity is taken in part.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html>

use crate::iam::tri::Tri;
use crate::model::aws::cloudtrail::{AdvancedEventSelector, EventSelector, FieldSelector};
use std::collections::BTreeSet;

/// The event source of Bedrock's calls.
const SOURCE: &str = "bedrock.amazonaws.com";
/// An event name that no selector can spell out.
const NAMELESS: &str = "\u{10ffff}";

/// A resource type of data events.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventType {
    /// Its name.
    pub name: &'static str,
    /// What its ARNs have after the account; empty where nobody says.
    pub path: &'static str,
}

/// One kind of event that should be recorded. Without types: management events.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    /// How findings call it.
    pub event: &'static str,
    /// The calls behind it.
    pub names: &'static [&'static str],
    /// The types that record it, any one of them.
    pub types: &'static [EventType],
}

const fn data(name: &'static str, path: &'static str) -> EventType {
    EventType { name, path }
}

/// Calls of models: management events, whatever the page says.
pub(super) const MODEL_INVOCATIONS: Need = Need {
    event: "InvokeModel and Converse management events",
    names: &[
        "InvokeModel",
        "InvokeModelWithResponseStream",
        "Converse",
        "ConverseStream",
    ],
    types: &[],
};
/// Calls of agents.
pub(super) const AGENTS: Need = Need {
    event: "AWS::Bedrock::AgentAlias",
    names: &["InvokeAgent"],
    types: &[data("AWS::Bedrock::AgentAlias", "agent-alias/")],
};
/// Queries of knowledge bases.
pub(super) const KNOWLEDGE_BASES: Need = Need {
    event: "AWS::Bedrock::KnowledgeBase",
    names: &["Retrieve", "RetrieveAndGenerate"],
    types: &[data("AWS::Bedrock::KnowledgeBase", "knowledge-base/")],
};
/// What else should be recorded.
pub(super) const EXTENDED: &[Need] = &[
    Need {
        event: "AWS::Bedrock::InlineAgent",
        names: &["InvokeInlineAgent"],
        types: &[data("AWS::Bedrock::InlineAgent", "")],
    },
    Need {
        event: "AWS::Bedrock::FlowAlias",
        names: &["InvokeFlow"],
        types: &[data("AWS::Bedrock::FlowAlias", "flow/")],
    },
    Need {
        event: "AWS::Bedrock::Guardrail",
        names: &["ApplyGuardrail"],
        types: &[data("AWS::Bedrock::Guardrail", "guardrail/")],
    },
    Need {
        event: "AWS::Bedrock::Model",
        names: &["InvokeModelWithBidirectionalStream"],
        types: &[data(MODEL, "")],
    },
    Need {
        event: "AWS::Bedrock::AsyncInvoke",
        names: &["GetAsyncInvoke", "StartAsyncInvoke"],
        types: &[data("AWS::Bedrock::AsyncInvoke", "async-invoke/")],
    },
    Need {
        event: "AWS::Bedrock::Prompt or PromptVersion",
        names: &["RenderPrompt"],
        types: &[
            data("AWS::Bedrock::Prompt", "prompt/"),
            data("AWS::Bedrock::PromptVersion", "prompt/"),
        ],
    },
];

/// The one type whose resources may belong to AWS itself, so that their ARNs carry no account.
const MODEL: &str = "AWS::Bedrock::Model";

/// The types that exist, as of November 2026.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html>
pub(super) const KNOWN_TYPES: &[&str] = &[
    "AWS::Bedrock::AgentAlias",
    "AWS::Bedrock::AsyncInvoke",
    "AWS::Bedrock::AutomatedReasoningPolicy",
    "AWS::Bedrock::AutomatedReasoningPolicyVersion",
    "AWS::Bedrock::Blueprint",
    "AWS::Bedrock::DataAutomationInvocation",
    "AWS::Bedrock::DataAutomationProfile",
    "AWS::Bedrock::DataAutomationProject",
    "AWS::Bedrock::FlowAlias",
    "AWS::Bedrock::FlowExecution",
    "AWS::Bedrock::Guardrail",
    "AWS::Bedrock::InlineAgent",
    "AWS::Bedrock::KnowledgeBase",
    "AWS::Bedrock::Model",
    "AWS::Bedrock::Prompt",
    "AWS::Bedrock::PromptVersion",
    "AWS::Bedrock::Session",
    "AWS::Bedrock::Tool",
];

/// How types of Bedrock begin, or would if its endpoints named types. CloudTrail has none of the latter.
const OUR_PREFIXES: [&str; 4] = [
    "AWS::Bedrock::",
    "AWS::BedrockRuntime::",
    "AWS::BedrockAgent::",
    "AWS::BedrockAgentRuntime::",
];

/// Where events come from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub partition: &'a str,
    pub region: &'a str,
    pub account: &'a str,
}

/// The selectors of a trail or store.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selectors<'a> {
    pub basic: &'a [EventSelector],
    pub advanced: &'a [AdvancedEventSelector],
}

/// How much of a need is taken.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Taken {
    points: Vec<Tri>,
    /// The filters that keep it from being whole.
    pub filters: BTreeSet<String>,
}

impl Taken {
    /// Nothing of it.
    pub(super) fn nothing(need: &Need) -> Self {
        Self {
            points: vec![Tri::False; (need.names.len() + 1) * 2],
            filters: BTreeSet::new(),
        }
    }

    /// Every event of the kind.
    pub(super) fn is_full(&self) -> bool {
        self.points.iter().all(|point| point.is_true())
    }

    /// Some event that exists today; the nameless points stand last and do not count.
    pub(super) fn is_some(&self) -> bool {
        let real = self.points.len().saturating_sub(2);
        self.points.iter().take(real).any(|point| point.is_possible())
    }

    /// What both take together.
    pub(super) fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.points.iter_mut().zip(&other.points) {
            *mine = mine.or(*theirs);
        }
        self.filters.extend(other.filters.iter().cloned());
    }
}

/// An event at one point of a need's grid.
struct Probe<'a> {
    name: &'a str,
    read_only: bool,
    /// `None` for management events.
    kind: Option<&'a EventType>,
    /// What the ARN of the resource begins with.
    stem: String,
}

/// What the selectors take of a need's events from one place.
pub(super) fn taken(selectors: Selectors<'_>, need: &Need, origin: Origin<'_>) -> Taken {
    let mut all = Taken::nothing(need);
    for (index, selector) in selectors.basic.iter().enumerate() {
        all.join(&one(
            need,
            origin,
            |probe| basic(selector, probe),
            || vec![format!("basic selector {}: {}", index + 1, basic_text(selector))],
        ));
    }
    for (index, selector) in selectors.advanced.iter().enumerate() {
        let name = selector.name.as_deref().filter(|name| !name.is_empty()).map_or_else(
            || format!("selector {}", index + 1),
            |name| format!("selector `{name}`"),
        );
        all.join(&one(
            need,
            origin,
            |probe| advanced(selector, probe),
            || {
                let probes = probes(need, origin);
                let narrows = |field: &&FieldSelector| {
                    let answers: Vec<Tri> = probes.iter().map(|probe| holds(field, probe)).collect();
                    answers.iter().any(|answer| !answer.is_true())
                        && !field.field.eq_ignore_ascii_case("resources.type")
                };
                let fields = selector.field_selectors.iter().filter(narrows);
                fields.map(|field| format!("{name}: {}", field_text(field))).collect()
            },
        ));
    }
    all
}

/// What one selector takes, with its filters where that is a part.
fn one(need: &Need, origin: Origin<'_>, takes: impl Fn(&Probe<'_>) -> Tri, filters: impl Fn() -> Vec<String>) -> Taken {
    let probes = probes(need, origin);
    let kinds = need.types.len().max(1);
    let points = probes
        .chunks(kinds)
        .map(|types| types.iter().map(&takes).fold(Tri::False, Tri::or))
        .collect();
    let mut taken = Taken {
        points,
        filters: BTreeSet::new(),
    };
    if taken.is_some() && !taken.is_full() {
        taken.filters.extend(filters());
    }
    taken
}

/// Every point, each once for every type that may record it.
fn probes<'a>(need: &'a Need, origin: Origin<'_>) -> Vec<Probe<'a>> {
    let names = need.names.iter().copied().chain([NAMELESS]);
    let kinds: Vec<Option<&EventType>> = if need.types.is_empty() {
        vec![None]
    } else {
        need.types.iter().map(Some).collect()
    };
    names
        .flat_map(|name| [true, false].map(|read_only| (name, read_only)))
        .flat_map(|(name, read_only)| {
            kinds.iter().map(move |kind| Probe {
                name,
                read_only,
                kind: *kind,
                stem: kind.map_or_else(String::new, |kind| stem(kind, origin)),
            })
        })
        .collect()
}

fn stem(kind: &EventType, origin: Origin<'_>) -> String {
    let Origin {
        partition,
        region,
        account,
    } = origin;
    if kind.name == MODEL {
        return format!("arn:{partition}:bedrock:{region}:");
    }
    format!("arn:{partition}:bedrock:{region}:{account}:{}", kind.path)
}

fn basic(selector: &EventSelector, probe: &Probe<'_>) -> Tri {
    // No basic selector takes data events of Bedrock.
    if probe.kind.is_some()
        || selector.include_management_events == Some(false)
        || selector
            .exclude_management_event_sources
            .iter()
            .any(|source| source == SOURCE)
    {
        return Tri::False;
    }
    match selector.read_write_type.as_deref() {
        None | Some("All") => Tri::True,
        Some("ReadOnly") => probe.read_only.into(),
        Some("WriteOnly") => (!probe.read_only).into(),
        Some(_) => Tri::Maybe,
    }
}

fn basic_text(selector: &EventSelector) -> String {
    format!("ReadWriteType {}", selector.read_write_type.as_deref().unwrap_or("All"))
}

fn advanced(selector: &AdvancedEventSelector, probe: &Probe<'_>) -> Tri {
    let names = |field: &str| {
        let mut fields = selector.field_selectors.iter();
        fields.any(|selector| selector.field.eq_ignore_ascii_case(field))
    };
    // CloudTrail wants a category; a selector without one can only mean the data events whose type it names.
    if !names("eventCategory") && (probe.kind.is_none() || !names("resources.type")) {
        return Tri::False;
    }
    selector
        .field_selectors
        .iter()
        .map(|field| holds(field, probe))
        .fold(Tri::True, Tri::and)
}

/// Whether a condition lets an event through; `Maybe` where that hangs on what the event will carry.
fn holds(field: &FieldSelector, probe: &Probe<'_>) -> Tri {
    let category = if probe.kind.is_some() { "Data" } else { "Management" };
    let read_only = if probe.read_only { "true" } else { "false" };
    match (field.field.to_ascii_lowercase().as_str(), probe.kind) {
        ("eventcategory", _) => value(field, category),
        ("readonly", _) => value(field, read_only),
        ("eventsource", _) => value(field, SOURCE),
        ("eventname", _) => value(field, probe.name),
        ("eventtype", _) => value(field, "AwsApiCall"),
        ("resources.type", Some(kind)) => value(field, kind.name),
        ("resources.arn", Some(_)) => resource(field, &probe.stem),
        _ if is_empty(field) => Tri::True,
        _ => Tri::Maybe,
    }
}

fn is_empty(field: &FieldSelector) -> bool {
    !asks(field) && field.not_equals.is_empty() && field.not_starts_with.is_empty() && field.not_ends_with.is_empty()
}

/// Whether any operator selects rather than deselects.
fn asks(field: &FieldSelector) -> bool {
    !(field.equals.is_empty() && field.starts_with.is_empty() && field.ends_with.is_empty())
}

/// A condition on a field whose value is known.
fn value(field: &FieldSelector, value: &str) -> Tri {
    let wanted = !asks(field)
        || field.equals.iter().any(|text| text == value)
        || field.starts_with.iter().any(|text| value.starts_with(text.as_str()))
        || field.ends_with.iter().any(|text| value.ends_with(text.as_str()));
    let refused = field.not_equals.iter().any(|text| text == value)
        || field
            .not_starts_with
            .iter()
            .any(|text| value.starts_with(text.as_str()))
        || field.not_ends_with.iter().any(|text| value.ends_with(text.as_str()));
    (wanted && !refused).into()
}

/// A condition on an ARN of which only the beginning is known.
fn resource(field: &FieldSelector, stem: &str) -> Tri {
    let whole = |text: &String| if text.starts_with(stem) { Tri::Maybe } else { Tri::False };
    let start = |text: &String| {
        if stem.starts_with(text.as_str()) {
            Tri::True
        } else {
            whole(text)
        }
    };
    let end = |text: &String| if text.is_empty() { Tri::True } else { Tri::Maybe };
    let any = |answers: &mut dyn Iterator<Item = Tri>| answers.fold(Tri::False, Tri::or);
    let wanted = if asks(field) {
        any(&mut field
            .equals
            .iter()
            .map(whole)
            .chain(field.starts_with.iter().map(start))
            .chain(field.ends_with.iter().map(end)))
    } else {
        Tri::True
    };
    let refused = any(&mut field
        .not_equals
        .iter()
        .map(whole)
        .chain(field.not_starts_with.iter().map(start))
        .chain(field.not_ends_with.iter().map(end)));
    wanted.and(!refused)
}

/// A condition in words.
fn field_text(field: &FieldSelector) -> String {
    let operators = [
        ("Equals", &field.equals),
        ("StartsWith", &field.starts_with),
        ("EndsWith", &field.ends_with),
        ("NotEquals", &field.not_equals),
        ("NotStartsWith", &field.not_starts_with),
        ("NotEndsWith", &field.not_ends_with),
    ];
    let parts: Vec<String> = operators
        .iter()
        .filter(|(_, values)| !values.is_empty())
        .map(|(name, values)| format!("{name} {}", values.join(", ")))
        .collect();
    format!("{} {}", field.field, parts.join(" and "))
}

/// The types of Bedrock that the selectors ask for although they do not exist, or although their selector cannot take
/// them.
pub(super) fn dead_types(selectors: Selectors<'_>) -> Vec<String> {
    let ours = |text: &str| {
        OUR_PREFIXES.iter().any(|prefix| {
            text.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
    };
    let mut dead = BTreeSet::new();
    for selector in selectors.advanced {
        let types = selector
            .field_selectors
            .iter()
            .filter(|field| field.field.eq_ignore_ascii_case("resources.type"));
        for field in types {
            let names = field.equals.iter();
            dead.extend(
                names
                    .filter(|name| ours(name) && !KNOWN_TYPES.contains(&name.as_str()))
                    .cloned(),
            );
            let starts = field.starts_with.iter();
            let leads_nowhere =
                |start: &&String| ours(start) && !KNOWN_TYPES.iter().any(|known| known.starts_with(start.as_str()));
            dead.extend(starts.filter(leads_nowhere).map(|start| format!("{start}…")));
        }
    }
    for selector in selectors.basic {
        let types = selector.data_resources.iter().map(|resource| &resource.type_);
        let basic = types.filter(|name| ours(name));
        dead.extend(basic.map(|name| format!("{name} in a basic selector")));
    }
    dead.into_iter().collect()
}
