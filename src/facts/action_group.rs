//! The subject `action_group`: a tool of an agent. Groups that a Lambda function carries out are one subject a function,
//! because it is the function and its role that bound what the tool can do.

use super::agent_role::{
    self,
    privilege::{Judge, Privilege},
};
use super::context::{Context, Place};
use super::fact::{Fact, Reason, looked_up};
use super::graph::tools;
use super::service_trust::{self, Home, Setting};
use super::subject::Subject;
use crate::iam::document::Document;
use crate::iam::pattern::Pattern;
use crate::iam::reach::CANARY;
use crate::iam::statement::{ActionElement, Effect};
use crate::model::arn::Arn;
use crate::model::aws::observability::Function;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What an agent asks of a function.
const INVOKE: &str = "lambda:InvokeFunction";

/// One or more action groups behind the same function, or one without a function.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct ActionGroupFacts {
    /// The groups, as `agent (version): group`.
    pub groups: Vec<String>,
    /// Whether any of them is enabled.
    pub enabled: Fact<bool>,
    /// The function; absent where none is involved.
    pub lambda: Fact<Option<String>>,
    /// A built-in tool such as `AMAZON.CodeInterpreter`.
    pub signature: Option<String>,
    /// Whether that tool runs code or drives a computer.
    pub powerful: bool,
    /// The function's execution role.
    pub role: Fact<String>,
    /// What that role may do that no tool needs.
    pub role_broad: Fact<Vec<Privilege>>,
    /// Other action groups whose functions run with the same role.
    pub role_shared_with: Fact<Vec<String>>,
    /// Whom the function's resource policy lets in without bounds.
    pub open_to: Fact<Vec<String>>,
    /// Whether the function is among the approved ones, where some are given.
    pub approved: bool,
}

/// The kind of subject.
pub const KIND: crate::facts::Kind = crate::facts::Kind::of::<ActionGroupFacts>(
    "action_group",
    "A tool of an agent version that counts, with the function behind it.",
    subjects,
);

struct Group<'a> {
    at: Place<'a>,
    agent_arn: String,
    group_id: String,
    labels: Vec<String>,
    enabled: bool,
    lambda: Option<String>,
    signature: Option<String>,
    ids: BTreeSet<String>,
    unread: Vec<Reason>,
}

/// Every tool of every agent version that counts.
pub fn subjects(ctx: &Context<'_>) -> Vec<Subject> {
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for agent in &ctx.graph().agents {
        let (rows, reasons) = tools::action_groups_seen(agent);
        for row in rows {
            let lambda = row.lambda.clone().filter(|arn| !arn.is_empty());
            let key = lambda
                .clone()
                .unwrap_or_else(|| format!("{}/{}/{}", agent.arn(), row.agent_version, row.action_group_id));
            let group = groups.entry(key).or_insert_with(|| Group {
                at: agent.at,
                agent_arn: agent.arn(),
                group_id: row.action_group_id.clone(),
                labels: Vec::new(),
                enabled: false,
                lambda,
                signature: row.parent_action_signature.clone(),
                ids: BTreeSet::new(),
                unread: Vec::new(),
            });
            group
                .labels
                .push(format!("{}: {}", agent.title(), row.action_group_name));
            group.enabled |= row.action_group_state != "DISABLED";
            group
                .ids
                .insert(format!("{}/action-group/{}", agent.arn(), row.action_group_id));
        }
        if !reasons.is_empty() {
            let key = format!("{}/{}/unread", agent.arn(), agent.version);
            groups.entry(key).or_insert_with(|| Group {
                at: agent.at,
                agent_arn: agent.arn(),
                group_id: "unread".to_owned(),
                labels: vec![format!("{}: tools that could not be read", agent.title())],
                enabled: true,
                lambda: None,
                signature: None,
                ids: BTreeSet::new(),
                unread: reasons,
            });
        }
    }
    let roles = roles(&groups);
    groups
        .iter()
        .map(|(key, group)| subject(ctx, key, group, &roles))
        .collect()
}

/// Whether a function belongs to another account than the agent.
fn is_foreign(group: &Group<'_>, arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|arn| !arn.account.is_empty() && arn.account != group.at.account_id)
}

/// The function's row.
fn function<'a>(group: &Group<'a>) -> Option<Fact<Option<&'a Function>>> {
    let arn = group.lambda.as_deref()?;
    let functions = &group.at.facts.functions;
    Some(match looked_up(functions.find(arn), "functions") {
        // What another account says is not there may as well be hidden.
        Fact::Known(Some(row)) if !row.exists && is_foreign(group, arn) => {
            Fact::unread(Reason::text(format!("function {arn} belongs to another account")))
        }
        Fact::Known(Some(row)) if !row.exists => Fact::Known(None),
        // A function that nobody asked for is not a function that is missing.
        Fact::Known(None) => Fact::unread(Reason::text(format!("function {arn} was not read"))),
        other => other,
    })
}

/// Which action groups run with which execution role, as far as the roles of their functions are known.
#[derive(Default)]
struct Roles {
    /// By role, the functions with the groups they serve.
    known: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// By account and key of the group, why its function's role is not.
    unread: BTreeMap<(String, String), Vec<Reason>>,
}

impl Roles {
    /// Action groups besides this one whose functions run with its role.
    fn shared(&self, group: &Group<'_>, key: &str, role: &str) -> Fact<Vec<String>> {
        let own = group.lambda.as_deref().map(unqualified);
        let of_role = self.known.get(role).into_iter().flatten();
        // Another version or alias of the same function is no second function.
        let others: BTreeSet<&String> = of_role
            .filter(|(function, _)| Some(function.as_str()) != own)
            .flat_map(|(_, ids)| ids)
            .filter(|id| !group.ids.contains(*id))
            .collect();
        let others = others.into_iter().cloned().collect();
        // A function runs with a role of its own account.
        let account = Arn::parse(role).map_or(group.at.account_id, |arn| arn.account);
        let hidden = self
            .unread
            .iter()
            .filter(|((of, other), _)| of == account && other != key);
        Fact::faults(
            others,
            hidden.flat_map(|(_, reasons)| reasons.iter().cloned()).collect(),
        )
    }
}

/// The ARN of a function without the version or alias behind it.
fn unqualified(arn: &str) -> &str {
    let name = arn.match_indices(':').nth(6).map(|(at, _)| at);
    name.and_then(|at| arn.get(..at)).unwrap_or(arn)
}

fn roles(groups: &BTreeMap<String, Group<'_>>) -> Roles {
    let mut roles = Roles::default();
    for (key, group) in groups {
        let arn = group.lambda.as_deref().and_then(Arn::parse);
        let account = arn.map_or(group.at.account_id, |arn| arn.account).to_owned();
        match function(group) {
            Some(Fact::Known(Some(row))) => {
                if let (Some(role), Some(lambda)) = (&row.role, &group.lambda) {
                    let functions = roles.known.entry(role.clone()).or_default();
                    let ids = functions.entry(unqualified(lambda).to_owned()).or_default();
                    ids.extend(group.ids.iter().cloned());
                }
            }
            Some(Fact::Unread(reasons)) => {
                roles.unread.insert((account, key.clone()), reasons);
            }
            Some(Fact::Known(None)) => {}
            None if group.unread.is_empty() => {}
            None => {
                roles.unread.insert((account, key.clone()), group.unread.clone());
            }
        }
    }
    roles
}

fn subject(ctx: &Context<'_>, key: &str, group: &Group<'_>, roles: &Roles) -> Subject {
    let mut facts = ActionGroupFacts {
        groups: group.labels.clone(),
        enabled: if group.unread.is_empty() {
            Fact::Known(group.enabled)
        } else {
            Fact::Unread(group.unread.clone())
        },
        lambda: if group.unread.is_empty() {
            Fact::Known(group.lambda.clone())
        } else {
            Fact::Unread(group.unread.clone())
        },
        signature: group.signature.clone(),
        powerful: group.signature.as_deref().is_some_and(is_powerful),
        approved: true,
        ..ActionGroupFacts::default()
    };
    if let (Some(arn), Some(row)) = (&group.lambda, function(group)) {
        let approved = ctx.params.strings("aws-genai-07", "approved_lambdas");
        facts.approved = approved.is_none_or(|list| list.iter().any(|pattern| Pattern::glob(pattern).matches(arn)));
        judge(ctx, group, arn, row, roles, &mut facts);
    }
    let (arn, name) = match &group.lambda {
        Some(arn) => (
            arn.clone(),
            arn.split_once(":function:")
                .map_or(arn.as_str(), |(_, name)| name)
                .to_owned(),
        ),
        None => (
            format!("{}/action-group/{}", group.agent_arn, group.group_id),
            group.labels.join(", "),
        ),
    };
    Subject::new(
        group.at.resource("action_group", arn, name),
        Some(key.to_owned()),
        &facts,
    )
}

fn judge(
    ctx: &Context<'_>,
    group: &Group<'_>,
    arn: &str,
    row: Fact<Option<&Function>>,
    roles: &Roles,
    facts: &mut ActionGroupFacts,
) {
    let role = row.map(|row| row.and_then(|row| row.role.clone()).unwrap_or_default());
    facts.role = role.clone();
    facts.role_broad = role.clone().and_then(|role| broad(ctx, group.at, &role));
    facts.role_shared_with = role.and_then(|role| {
        if role.is_empty() {
            return Fact::Known(Vec::new());
        }
        // The key of a group with a function is the function.
        roles.shared(group, arn, &role)
    });
    facts.open_to = open_to(ctx, group, arn);
}

fn broad(ctx: &Context<'_>, at: Place<'_>, role: &str) -> Fact<Vec<Privilege>> {
    if role.is_empty() {
        return Fact::Known(Vec::new());
    }
    let Some(iam) = ctx.iam(at.account_id) else {
        return Fact::unread(Reason::not_collected("IAM roles"));
    };
    agent_role::find(iam, at.account_id, role).and_then(|principal| match principal {
        Some(principal) => Judge::new(iam, at.account, principal, &super::access::regions(at.account)).broad(),
        None => Fact::Known(Vec::new()),
    })
}

/// Whom the function's policy lets in without bounds.
fn open_to(ctx: &Context<'_>, group: &Group<'_>, arn: &str) -> Fact<Vec<String>> {
    looked_up(group.at.facts.function_policies.find(arn), "function policies").and_then(|row| {
        let Some(row) = row else {
            return Fact::unread(Reason::text(format!("the policy of function {arn} was not read")));
        };
        let Some(text) = &row.policy else {
            return match function(group) {
                Some(Fact::Unread(reasons)) if is_foreign(group, arn) => Fact::Unread(reasons),
                _ => Fact::Known(Vec::new()),
            };
        };
        let document = match Document::parse(text.as_str()) {
            Ok(document) => document,
            Err(error) => {
                return Fact::unread(Reason::text(format!(
                    "the policy of function {arn} cannot be understood: {error}"
                )));
            }
        };
        let organization = ctx.iam(group.at.account_id).map(|iam| &iam.org.organization);
        let organization = match organization.and_then(|row| row.known()) {
            Some(Some(row)) => Home::Organization(&row.id),
            Some(None) => Home::Alone,
            None => Home::Unread,
        };
        Fact::Known(strangers(&document, group, organization, arn))
    })
}

/// What somebody may be let in for: calls, a public URL as a door of its own, and whatever else the policy speaks of,
/// such as reading the code or changing it.
fn actions(document: &Document) -> BTreeSet<String> {
    let mut actions = BTreeSet::from([INVOKE.to_owned(), "lambda:InvokeFunctionUrl".to_owned()]);
    let allows = document.statements.iter().filter(|one| one.effect == Effect::Allow);
    for statement in allows {
        if let ActionElement::Action(list) = &statement.actions {
            let of_lambda = list.iter().filter(|action| action.service() == Some("lambda"));
            actions.extend(of_lambda.map(|action| format!("lambda:{}", action.name().instantiate(CANARY))));
        }
    }
    actions
}

/// Strangers whom the policy of a function lets in. Principals of the account itself and other services are none.
fn strangers(document: &Document, group: &Group<'_>, organization: Home<'_>, arn: &str) -> Vec<String> {
    let regions = &[group.at.region.to_owned()];
    let setting = |action| Setting {
        account: group.at.account_id,
        partition: group.at.partition(),
        regions,
        sources: std::slice::from_ref(&group.agent_arn),
        resource_type: "agent",
        action,
        target: arn,
    };
    let own = format!(":{}:", group.at.account_id);
    let is_stranger = |who: &String| {
        who == "*" || who.contains("::") && !who.contains(&own) || who.len() == 12 && who != group.at.account_id
    };
    let mut open: Vec<String> = Vec::new();
    for action in &actions(document) {
        let trust = service_trust::of_document(document, setting(action));
        let enters = |who: &&String| *who != "*" || service_trust::anybody(document, setting(action));
        open.extend(service_trust::named_outsiders(document, setting(action), organization));
        let others: Vec<String> = trust
            .others
            .iter()
            .filter(|who| is_stranger(who))
            .filter(enters)
            .cloned()
            .collect();
        open.extend(others);
        if action != INVOKE {
            continue;
        }
        let foreign = trust.foreign.iter();
        open.extend(foreign.map(|account| format!("{} on behalf of {account}", service_trust::BEDROCK)));
        let unbound = trust.bedrock && !trust.source_account && !trust.source_arn;
        if unbound && service_trust::serves_strangers(document, setting(action)) {
            open.push(format!("{} without source conditions", service_trust::BEDROCK));
        }
    }
    open.sort();
    open.dedup();
    open
}

/// Tools that run code or drive a computer.
fn is_powerful(signature: &str) -> bool {
    ["CodeInterpreter", "Computer", "Bash", "TextEditor"]
        .iter()
        .any(|tool| signature.ends_with(tool))
}
