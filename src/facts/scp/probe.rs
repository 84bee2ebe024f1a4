//! Questions to a set of SCPs in the name of principals that no policy can know: would this call be refused?
//!
//! The principals hold every permission, carry no tags and call directly, so that a refusal can only come from above,
//! and an exception for named roles, tagged principals or AWS's own services does not cover them. One that covers
//! every role does, and shows.

use crate::facts::fact::Reason;
use crate::iam::access::{Level, PolicyRef, PolicySet, Scps, Source, Verdict, decide};
pub use crate::iam::actions::INVOKE;
use crate::iam::context::{Context, Known, Request};
use crate::iam::document::Document;
use crate::iam::pattern::Pattern;
use crate::iam::principal::RequestingPrincipal;
use crate::iam::statement::{Effect, ResourceElement};
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

/// The key that carries the guardrail of a call.
pub const GUARDRAIL: &str = "bedrock:GuardrailIdentifier";
/// A name that no policy spells out.
pub const CANARY: &str = "canary7f3ab2c9";
const MODEL: &str = "foundation-model/canary7f3a.model-v1:0";
const CALLERS: [&str; 2] = ["role", "user"];

/// Things other than base models that the invoke actions take and that are authorised by themselves.
pub const TARGETS: [(&str, &str); 4] = [
    ("provisioned-model", "provisioned-model/canary7f3ab2c9"),
    ("custom-model-deployment", "custom-model-deployment/canary7f3ab2c9"),
    ("imported-model", "imported-model/canary7f3ab2c9"),
    ("marketplace endpoint", "marketplace/model-endpoint/all-access"),
];

static EVERYTHING: LazyLock<Option<Arc<Document>>> = LazyLock::new(|| {
    Document::parse(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#)
        .ok()
        .map(Arc::new)
});

/// What the Deny statements on `action` leave out by a `NotResource`: the pattern as written, and something it names that
/// runs a model and is authorised by itself.
pub fn left_out<'d>(
    documents: impl IntoIterator<Item = &'d Document>,
    action: &str,
    (account, partition, region): (&str, &str, &str),
) -> Vec<(String, String)> {
    let runs_a_model = |resource: &str| {
        resource.starts_with("foundation-model/")
            || TARGETS.iter().any(|(_, target)| {
                let kind = target.split_once('/').map_or("", |(kind, _)| kind);
                resource.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/'))
            })
    };
    let mut out = Vec::new();
    let statements = documents.into_iter().flat_map(|document| &document.statements);
    for statement in statements.filter(|one| one.effect == Effect::Deny && one.matches_action(action).is_possible()) {
        let ResourceElement::NotResource(list) = &statement.resources else {
            continue;
        };
        for pattern in list {
            let parts: Vec<&str> = pattern.text().splitn(6, ':').collect();
            let [_, _, _, place, owner, resource] = parts.as_slice() else {
                continue;
            };
            if !Pattern::glob(place).matches(region) || !runs_a_model(resource) {
                continue;
            }
            let owner = match *owner {
                "*" if resource.starts_with("foundation-model/") => "",
                owner if owner.contains(['*', '?', '$']) => account,
                owner => owner,
            };
            let resource = Pattern::glob(resource).instantiate(CANARY);
            let arn = format!("arn:{partition}:bedrock:{region}:{owner}:{resource}");
            if !out.iter().any(|(_, known)| *known == arn) {
                out.push((pattern.text().to_owned(), arn));
            }
        }
    }
    out
}

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is refused, whatever else it carries.
    Refused,
    /// It passes, or passes under the right values of these keys.
    Open(Vec<String>),
    /// Nobody can say.
    Undecided(Vec<String>),
}

impl Answer {
    /// Whether it is refused for certain.
    pub fn is_refused(&self) -> bool {
        *self == Self::Refused
    }

    /// Two calls of which the more permissive counts.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Open(keys), _) | (_, Self::Open(keys)) => Self::Open(keys),
            (Self::Undecided(why), _) | (_, Self::Undecided(why)) => Self::Undecided(why),
            (Self::Refused, Self::Refused) => Self::Refused,
        }
    }
}

/// Who is asked, and for which account.
#[derive(Debug)]
pub struct Asker {
    policies: PolicySet,
    account: String,
    partition: String,
    org_id: Option<String>,
    org_path: Option<String>,
    principal_tags: BTreeSet<String>,
}

impl Asker {
    /// Asks the SCPs on the path to an account.
    pub fn new(levels: impl Into<Arc<[Level]>>, account: &str, partition: &str, org_id: Option<&str>) -> Self {
        let levels: Arc<[Level]> = levels.into();
        let above: Vec<&str> = levels.iter().map(|level| level.target.as_str()).collect();
        let org_path = match (org_id, above.split_last()) {
            (Some(id), Some((_, units))) if !units.is_empty() => Some(format!("{id}/{}/", units.join("/"))),
            _ => None,
        };
        let documents = levels
            .iter()
            .flat_map(|level| &level.policies)
            .map(|policy| &policy.document);
        let conditions = documents
            .flat_map(|document| &document.statements)
            .flat_map(|statement| &statement.conditions);
        let principal_tags = conditions
            .map(crate::iam::condition::Condition::key_lower)
            .filter(|key| key.starts_with("aws:principaltag/"))
            .map(str::to_owned)
            .collect();
        Self {
            policies: PolicySet {
                identity: everything(Source::Identity).into_iter().collect(),
                scps: Scps::Levels(levels),
                ..PolicySet::default()
            },
            account: account.to_owned(),
            partition: partition.to_owned(),
            org_id: org_id.map(str::to_owned),
            org_path,
            principal_tags,
        }
    }

    /// Asks one policy by itself.
    pub fn alone(policy: &PolicyRef, account: &str, partition: &str, org_id: Option<&str>) -> Self {
        let mut policies: Vec<PolicyRef> = everything(Source::Scp).into_iter().collect();
        policies.push(policy.clone());
        let level = Level {
            target: account.to_owned(),
            policies,
            unread: Vec::new(),
        };
        Self::new(vec![level], account, partition, org_id)
    }

    /// The account for which it is asked.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The partition of its ARNs.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// A call of a base model in a region, with a guardrail or with none, by the weaker of the two invoke actions.
    pub fn invoke(&self, action: &str, region: &str, guardrail: Option<&str>) -> Answer {
        let model = format!("arn:{}:bedrock:{region}::{MODEL}", self.partition);
        self.invoke_on(action, region, &model, guardrail)
    }

    /// A call of some other target of the account.
    pub fn invoke_target(&self, action: &str, region: &str, target: &str, guardrail: Option<&str>) -> Answer {
        let arn = format!("arn:{}:bedrock:{region}:{}:{target}", self.partition, self.account);
        self.invoke_on(action, region, &arn, guardrail)
    }

    /// A call of whatever has this ARN.
    pub fn invoke_on(&self, action: &str, region: &str, resource: &str, guardrail: Option<&str>) -> Answer {
        let known = guardrail.map_or(Known::Absent, |arn| Known::Values(vec![arn.to_owned()]));
        self.ask(action, region, resource, &[(GUARDRAIL, known)])
    }

    /// Any other call; both kinds of principal make it.
    pub fn ask(&self, action: &str, region: &str, resource: &str, keys: &[(&str, Known)]) -> Answer {
        let answers = CALLERS.iter().map(|caller| {
            let mut context = self.context(caller, region);
            for (key, known) in keys {
                context.insert(key, known.clone());
            }
            let decision = decide(&self.policies, &Request::new(action, resource, context));
            match decision.verdict {
                Verdict::ExplicitDeny | Verdict::ImplicitDeny => Answer::Refused,
                Verdict::Allowed | Verdict::Conditional => Answer::Open(decision.conditions),
                Verdict::Unknown => Answer::Undecided(decision.unread),
            }
        });
        answers.fold(Answer::Refused, Answer::or)
    }

    fn context(&self, caller: &str, region: &str) -> Context {
        let arn = format!("arn:{}:iam::{}:{caller}/{CANARY}", self.partition, self.account);
        let mut context = Context::open()
            .set("aws:RequestedRegion", [region])
            .set("aws:ViaAWSService", ["false"])
            .absent("aws:CalledVia")
            .absent("aws:CalledViaFirst")
            .absent("aws:CalledViaLast")
            .absent("aws:PrincipalServiceName");
        for tag in &self.principal_tags {
            context.insert(tag, Known::Absent);
        }
        if let Some(id) = &self.org_id {
            context.insert("aws:PrincipalOrgID", Known::Values(vec![id.clone()]));
        }
        if let Some(path) = &self.org_path {
            context.insert("aws:PrincipalOrgPaths", Known::Values(vec![path.clone()]));
        }
        if let Some(who) = RequestingPrincipal::from_arn(&arn) {
            who.describe(&mut context);
        }
        context
    }
}

/// A policy that allows everything.
pub fn everything(source: Source) -> Option<PolicyRef> {
    EVERYTHING.as_ref().map(|document| PolicyRef {
        source,
        id: Arc::from("everything"),
        version: None,
        document: Arc::clone(document),
    })
}

/// Reasons from the texts of an answer.
pub fn reasons(texts: &[String]) -> Vec<Reason> {
    if texts.is_empty() {
        return vec![Reason::text("the service control policies cannot be judged")];
    }
    texts.iter().map(Reason::text).collect()
}
