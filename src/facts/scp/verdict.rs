//! What a set of SCPs makes of calls without a guardrail, with anybody's guardrail, and with an approved one.
//!
//! Only calls are tried, no operator is looked at: how a policy is written decides nothing, what it refuses does. Its
//! text is used to learn which guardrails it names, because those are the calls worth trying.

use super::probe::{Answer, Asker, CANARY, GUARDRAIL, INVOKE};
use crate::iam::document::Document;
use crate::iam::pattern::Pattern;
use crate::model::arn::Arn;
use schemars::JsonSchema;
use serde::Serialize;

/// The length of a guardrail's id: a wildcard behind so many characters stands for versions.
const ID_LENGTH: usize = 12;

/// What SCPs ask of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Calls without a guardrail pass.
    #[default]
    None,
    /// Some guardrail is asked for, and one that nobody approved will do.
    Presence,
    /// Only the guardrails that are named pass.
    Strong,
    /// No guardrail that is named passes in a numbered version.
    BlocksAll,
}

/// The answer for one region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judged {
    /// What is asked.
    pub means: Means,
    /// Calls without a guardrail that pass, in words.
    pub openings: Vec<String>,
    /// Guardrails nobody approved that pass.
    pub unapproved: Vec<String>,
    /// What kept the answer open.
    pub undecided: Vec<String>,
}

/// A guardrail that a condition names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedGuardrail {
    /// As written.
    pub written: String,
    /// The ARN without version, wildcards left in; empty where it has no such form.
    base: String,
    version: String,
}

/// The guardrails that the conditions of a policy name, in the order in which they stand.
pub fn named(document: &Document, account: &str) -> Vec<NamedGuardrail> {
    let conditions = document.statements.iter().flat_map(|statement| &statement.conditions);
    let mut found: Vec<NamedGuardrail> = conditions
        .filter(|condition| condition.key.eq_ignore_ascii_case(GUARDRAIL))
        .flat_map(|condition| &condition.values)
        .filter(|value| !matches!(value.as_str(), "true" | "false"))
        .map(|value| NamedGuardrail::read(value, account))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Whether a policy has a Deny that looks at the guardrail of a call.
pub fn concerns(document: &Document) -> bool {
    document.statements.iter().any(|statement| {
        statement.effect == crate::iam::statement::Effect::Deny
            && statement
                .conditions
                .iter()
                .any(|condition| condition.key.eq_ignore_ascii_case(GUARDRAIL))
    })
}

impl NamedGuardrail {
    fn read(written: &str, account: &str) -> Self {
        let text = fill(written, account);
        let (base, version) = match text.split_once(":guardrail/") {
            Some((head, rest)) => match rest.split_once(':') {
                Some((id, version)) => (format!("{head}:guardrail/{id}"), version.to_owned()),
                None => match rest.split_once('*') {
                    Some((id, tail)) if id.len() >= ID_LENGTH && tail.is_empty() => {
                        (format!("{head}:guardrail/{id}"), "*".to_owned())
                    }
                    _ => (text.clone(), String::new()),
                },
            },
            None => (text.clone(), String::new()),
        };
        Self {
            written: written.to_owned(),
            base,
            version,
        }
    }

    /// Whether it names no guardrail in particular.
    fn is_wild(&self) -> bool {
        match self.base.split_once(":guardrail/") {
            Some((_, id)) => id.contains(['*', '?']),
            None => self.base.contains(['*', '?']),
        }
    }

    /// Calls that would use it: the ARN as callers send it, bare for the DRAFT and with numbers.
    fn candidates(&self, asker: &Asker, region: &str) -> Vec<String> {
        let Some((_, id)) = self.base.split_once(":guardrail/") else {
            return Vec::new();
        };
        let (mut at, mut account) = (region, asker.account());
        if let Some(arn) = Arn::parse(&self.base) {
            let plain = |text: &str| !text.is_empty() && !text.contains(['*', '?']);
            at = if plain(arn.region) { arn.region } else { region };
            account = if plain(arn.account) { arn.account } else { account };
        }
        let base = format!("arn:{}:bedrock:{at}:{account}:guardrail/{id}", asker.partition());
        let mut all: Vec<String> = ["1", "7"].iter().map(|number| format!("{base}:{number}")).collect();
        if !self.version.is_empty() && self.version.bytes().all(|byte| byte.is_ascii_digit()) {
            all.push(format!("{base}:{}", self.version));
        }
        all
    }
}

/// The account's own id in the place of its variable; any other variable may be anything.
fn fill(written: &str, account: &str) -> String {
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push_str("${");
            rest = after;
            continue;
        };
        let own = name.trim().eq_ignore_ascii_case("aws:PrincipalAccount")
            || name.trim().eq_ignore_ascii_case("aws:ResourceAccount");
        out.push_str(if own { account } else { "*" });
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Judges calls of base models in one region.
pub fn judge(asker: &Asker, named: &[NamedGuardrail], region: &str) -> Judged {
    let mut judged = Judged::default();
    for action in INVOKE {
        match asker.invoke(action, region, None) {
            Answer::Refused => {}
            Answer::Open(keys) => judged.openings.push(opening(action, &format!("in {region}"), &keys)),
            Answer::Undecided(why) => judged.undecided.extend(why),
        }
    }
    if !judged.openings.is_empty() || !judged.undecided.is_empty() {
        return judged;
    }
    for guardrail in strangers(asker, named, region) {
        let answers = INVOKE.map(|action| asker.invoke(action, region, Some(&guardrail)));
        let open = answers.iter().any(|answer| matches!(answer, Answer::Open(_)));
        for answer in answers {
            if let Answer::Undecided(why) = answer {
                judged.undecided.extend(why);
            }
        }
        if open {
            judged.unapproved.push(guardrail);
        }
    }
    if !judged.unapproved.is_empty() {
        judged.undecided.clear();
    }
    // Whether more than presence is asked may be for a policy to say that could not be read.
    judged.means = if !judged.unapproved.is_empty() || !judged.undecided.is_empty() {
        Means::Presence
    } else if approved_passes(asker, named, region) {
        Means::Strong
    } else {
        Means::BlocksAll
    };
    judged
}

/// Whether any guardrail that is named passes in a numbered version.
fn approved_passes(asker: &Asker, named: &[NamedGuardrail], region: &str) -> bool {
    let mut candidates = named
        .iter()
        .filter(|name| !name.is_wild())
        .flat_map(|name| name.candidates(asker, region));
    candidates.any(|guardrail| passes(asker, region, &guardrail))
}

fn passes(asker: &Asker, region: &str, guardrail: &str) -> bool {
    INVOKE
        .iter()
        .any(|action| !asker.invoke(action, region, Some(guardrail)).is_refused())
}

/// Guardrails that nobody approved: of another account, of this one, and whatever fits a name with a wildcard.
fn strangers(asker: &Asker, named: &[NamedGuardrail], region: &str) -> Vec<String> {
    let (partition, account) = (asker.partition(), asker.account());
    let own = format!("arn:{partition}:bedrock:{region}:{account}:guardrail/{CANARY}");
    let foreign = format!("arn:{partition}:bedrock:{region}:000000000000:guardrail/{CANARY}:1");
    let mut all = vec![format!("{own}:1"), own, foreign];
    for name in named.iter().filter(|name| name.is_wild()) {
        let of_here = name.base.replacen(":*:", &format!(":{region}:"), 1);
        let filled = Pattern::glob(&of_here).instantiate(CANARY);
        all.push(format!("{filled}:1"));
        all.push(filled);
    }
    all
}

/// A call that passes, in words.
pub fn opening(action: &str, place: &str, keys: &[String]) -> String {
    let action = action.trim_start_matches("bedrock:");
    if keys.is_empty() {
        format!("{action} {place}")
    } else {
        format!("{action} {place}, depending on {}", keys.join(", "))
    }
}
