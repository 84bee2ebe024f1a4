//! Who asks, and whether a `Principal` or `NotPrincipal` element means them.
//!
//! Resource, trust, endpoint and bucket policies name principals: everyone, an account (which hands the decision to
//! that account's own policies), a role or user, one session, a service, an identity provider.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use super::context::{Context, Known};
use super::tri::Tri;
use crate::model::arn::Arn;

/// The principals that an element lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrincipalSet {
    /// `"*"` or `{"AWS": "*"}`, which mean the same.
    pub everyone: bool,
    /// Account ids, account root ARNs, user, role and session ARNs; `*` included where it was written.
    pub aws: Vec<String>,
    /// Service principals such as `bedrock.amazonaws.com`.
    pub service: Vec<String>,
    /// Identity providers.
    pub federated: Vec<String>,
    /// Canonical user ids of S3.
    pub canonical_user: Vec<String>,
}

/// `Principal`, `NotPrincipal` or neither.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PrincipalElement {
    /// The principals it speaks of.
    Principal(PrincipalSet),
    /// It speaks of all but these.
    NotPrincipal(PrincipalSet),
    /// An identity policy, a boundary, an SCP.
    #[default]
    None,
}

impl PrincipalElement {
    /// It speaks to everybody, be it with exceptions.
    pub fn is_everyone(&self) -> bool {
        match self {
            Self::Principal(set) => set.everyone,
            Self::NotPrincipal(_) => true,
            Self::None => false,
        }
    }
}

/// The principal that makes a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequestingPrincipal {
    /// Some session of the role with this ARN.
    Role(String),
    /// The session with this `assumed-role` ARN.
    Session(String),
    /// The user with this ARN.
    User(String),
    /// The root user of the account with this id.
    Root(String),
    /// An AWS service, for example `bedrock.amazonaws.com`.
    Service(String),
    /// Someone whom this identity provider (ARN or host name) vouches for.
    Federated(String),
    /// The S3 canonical user with this id.
    CanonicalUser(String),
    /// Somebody without credentials.
    Anonymous,
}

/// How an element means a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Does it?
    pub tri: Tri,
    /// Only through its account, whose own policies then decide.
    pub by_account: bool,
}

impl RequestingPrincipal {
    /// A role, user, session or account root by its ARN (an account by its bare id too).
    pub fn from_arn(text: &str) -> Option<Self> {
        if is_account(text) {
            return Some(Self::Root(text.to_owned()));
        }
        let arn = Arn::parse(text)?;
        Some(match (arn.service, arn.resource_type()) {
            ("iam", "root") => Self::Root(arn.account.to_owned()),
            ("iam", "role") => Self::Role(text.to_owned()),
            ("iam", "user") => Self::User(text.to_owned()),
            ("iam", "oidc-provider" | "saml-provider") => Self::Federated(text.to_owned()),
            ("sts", "assumed-role") => Self::Session(text.to_owned()),
            _ => return None,
        })
    }

    /// The account it belongs to, where it belongs to one.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Root(account) => Some(account),
            Self::Role(arn) | Self::Session(arn) | Self::User(arn) => Arn::parse(arn).map(|arn| arn.account),
            _ => None,
        }
    }

    /// Fills in the principal keys that follow from who asks; what is set already stays.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
    pub fn describe(&self, context: &mut Context) {
        let value = |text: &str| Known::Values(vec![text.to_owned()]);
        let mut fill = |key: &str, known: Known| {
            if context.explicit(key).is_none() {
                context.insert(key, known);
            }
        };
        match self {
            Self::Role(arn) | Self::User(arn) => fill("aws:PrincipalArn", value(arn)),
            Self::Session(arn) => {
                // The key holds the role's ARN, whose path a session's ARN does not tell.
                if let Some(arn) = Arn::parse(arn) {
                    let role = arn.resource_id().split('/').next().unwrap_or("");
                    fill(
                        "aws:PrincipalArn",
                        value(&format!("arn:{}:iam::{}:role/{role}", arn.partition, arn.account)),
                    );
                }
            }
            Self::Root(account) => fill("aws:PrincipalArn", value(&format!("arn:aws:iam::{account}:root"))),
            Self::Service(name) => {
                fill("aws:PrincipalServiceName", value(name));
                fill("aws:PrincipalIsAWSService", value("true"));
                for key in [
                    "aws:PrincipalArn",
                    "aws:PrincipalAccount",
                    "aws:PrincipalOrgID",
                    "aws:PrincipalOrgPaths",
                ] {
                    fill(key, Known::Absent);
                }
            }
            Self::Anonymous | Self::Federated(_) | Self::CanonicalUser(_) => {}
        }
        if let Some(account) = self.account() {
            fill("aws:PrincipalAccount", value(account));
            fill("aws:PrincipalIsAWSService", value("false"));
        }
    }
}

impl PrincipalSet {
    /// Does the set name `who`?
    pub fn names(&self, who: &RequestingPrincipal) -> Named {
        let direct = |tri: Tri| Named { tri, by_account: false };
        if self.everyone {
            return direct(Tri::True);
        }
        match who {
            RequestingPrincipal::Service(name) => direct(
                self.service
                    .iter()
                    .any(|text| text == "*" || text.eq_ignore_ascii_case(name))
                    .into(),
            ),
            RequestingPrincipal::Federated(name) => direct(
                self.federated
                    .iter()
                    .any(|text| text == "*" || text == name || provider_host(text) == provider_host(name))
                    .into(),
            ),
            RequestingPrincipal::CanonicalUser(id) => direct(self.canonical_user.contains(id).into()),
            RequestingPrincipal::Anonymous => direct(Tri::False),
            _ => {
                let tri = self.names_directly(who);
                if tri.is_true() || !self.names_account_of(who) {
                    return direct(tri);
                }
                Named {
                    tri: Tri::True,
                    by_account: !matches!(who, RequestingPrincipal::Root(_)),
                }
            }
        }
    }

    fn names_directly(&self, who: &RequestingPrincipal) -> Tri {
        self.aws
            .iter()
            .map(|text| names_directly(text, who))
            .fold(Tri::False, Tri::or)
    }

    /// Whether a principal stands in the set whose account is that of `who`.
    fn names_another_of_its_account(&self, who: &RequestingPrincipal) -> bool {
        self.aws.iter().filter(|text| account_of(text).is_none()).any(|text| {
            let other = RequestingPrincipal::from_arn(text);
            other.is_some_and(|other| other.account() == who.account())
        })
    }

    fn names_account_of(&self, who: &RequestingPrincipal) -> bool {
        who.account()
            .is_some_and(|account| self.aws.iter().any(|text| account_of(text) == Some(account)))
    }
}

impl PrincipalElement {
    /// Does the element mean `who`?
    pub fn names(&self, who: &RequestingPrincipal) -> Named {
        match self {
            Self::None => Named {
                tri: Tri::True,
                by_account: false,
            },
            Self::Principal(set) => set.names(who),
            Self::NotPrincipal(set) => {
                let named = set.names(who);
                let tri = match who {
                    // AWS asks for the account and the principal (and session) to be listed; with one of them missing
                    // what happens is described as "might". Listed beside a principal of its own, the account stands
                    // there for that one's sake, and everybody else in it is meant.
                    RequestingPrincipal::Role(_) | RequestingPrincipal::Session(_) | RequestingPrincipal::User(_)
                        if !set.everyone && named.tri.is_possible() =>
                    {
                        let directly = set.names_directly(who);
                        if directly.is_true() && set.names_account_of(who) {
                            Tri::False
                        } else if !directly.is_possible() && set.names_another_of_its_account(who) {
                            Tri::True
                        } else {
                            Tri::Maybe
                        }
                    }
                    _ => !named.tri,
                };
                Named { tri, by_account: false }
            }
        }
    }
}

/// The account that an entry stands for as a whole.
pub fn account_of(text: &str) -> Option<&str> {
    if is_account(text) {
        return Some(text);
    }
    let arn = Arn::parse(text)?;
    (arn.service == "iam" && arn.resource == "root").then_some(arn.account)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The host of an identity provider, whether written as an ARN or plainly.
fn provider_host(text: &str) -> &str {
    text.split_once(":oidc-provider/").map_or(text, |(_, host)| host)
}

fn names_directly(text: &str, who: &RequestingPrincipal) -> Tri {
    match who {
        RequestingPrincipal::Role(role) if text == role => Tri::True,
        // The element may name one session of the role that asks, and which session it is is not known.
        RequestingPrincipal::Role(role) => match session_role(text) {
            Some(of) if Some(of) == role_name(role) => Tri::Maybe,
            _ => Tri::False,
        },
        RequestingPrincipal::Session(session) => {
            (text == session || role_name(text).is_some() && role_name(text) == session_role(session)).into()
        }
        RequestingPrincipal::User(user) => (text == user).into(),
        _ => Tri::False,
    }
}

/// The account and name of a role's ARN.
fn role_name(text: &str) -> Option<(&str, &str)> {
    let arn = Arn::parse(text)?;
    (arn.service == "iam" && arn.resource_type() == "role").then(|| (arn.account, arn.name()))
}

/// The account and role name of a session's ARN.
fn session_role(text: &str) -> Option<(&str, &str)> {
    let arn = Arn::parse(text)?;
    if arn.service != "sts" || arn.resource_type() != "assumed-role" {
        return None;
    }
    Some((arn.account, arn.resource_id().split('/').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(aws: &[&str]) -> PrincipalSet {
        PrincipalSet {
            aws: aws.iter().map(|text| (*text).to_owned()).collect(),
            ..PrincipalSet::default()
        }
    }

    fn role() -> RequestingPrincipal {
        RequestingPrincipal::Role("arn:aws:iam::111122223333:role/app/worker".to_owned())
    }

    #[test]
    fn accounts_delegate_and_roles_are_named() {
        for text in ["111122223333", "arn:aws:iam::111122223333:root"] {
            assert_eq!(
                set(&[text]).names(&role()),
                Named {
                    tri: Tri::True,
                    by_account: true
                },
                "{text}"
            );
        }
        let direct = set(&["arn:aws:iam::111122223333:role/app/worker"]).names(&role());
        assert_eq!(
            direct,
            Named {
                tri: Tri::True,
                by_account: false
            }
        );
        assert_eq!(set(&["444455556666"]).names(&role()).tri, Tri::False);
        assert_eq!(
            set(&["arn:aws:iam::111122223333:role/*"]).names(&role()).tri,
            Tri::False
        );
        assert_eq!(set(&["AROAEXAMPLEID"]).names(&role()).tri, Tri::False);
    }

    #[test]
    fn sessions() {
        let session = "arn:aws:sts::111122223333:assumed-role/worker/s1";
        assert_eq!(set(&[session]).names(&role()).tri, Tri::Maybe);
        let asking = RequestingPrincipal::from_arn(session).unwrap();
        assert_eq!(set(&[session]).names(&asking).tri, Tri::True);
        assert_eq!(
            set(&["arn:aws:iam::111122223333:role/app/worker"]).names(&asking).tri,
            Tri::True
        );
        assert_eq!(
            set(&["arn:aws:sts::111122223333:assumed-role/worker/s2"])
                .names(&asking)
                .tri,
            Tri::False
        );
    }

    #[test]
    fn not_principal_wants_account_and_principal() {
        let not = |aws: &[&str]| PrincipalElement::NotPrincipal(set(aws)).names(&role()).tri;
        assert_eq!(
            not(&["111122223333", "arn:aws:iam::111122223333:role/app/worker"]),
            Tri::False
        );
        assert_eq!(not(&["arn:aws:iam::111122223333:role/app/worker"]), Tri::Maybe);
        assert_eq!(not(&["arn:aws:iam::111122223333:role/other"]), Tri::True);
        // As AWS's own examples write it: the account stands there for the sake of the other role.
        assert_eq!(
            not(&["111122223333", "arn:aws:iam::111122223333:role/other"]),
            Tri::True
        );
        assert_eq!(not(&["111122223333"]), Tri::Maybe);
        assert_eq!(
            not(&["111122223333", "arn:aws:iam::444455556666:role/other"]),
            Tri::Maybe
        );
        assert_eq!(
            not(&["111122223333", "arn:aws:sts::111122223333:assumed-role/worker/s1"]),
            Tri::Maybe
        );
        assert_eq!(
            PrincipalElement::NotPrincipal(PrincipalSet {
                everyone: true,
                ..PrincipalSet::default()
            })
            .names(&role())
            .tri,
            Tri::False
        );
    }

    #[test]
    fn services_and_providers() {
        let services = PrincipalSet {
            service: vec!["bedrock.amazonaws.com".to_owned()],
            ..PrincipalSet::default()
        };
        assert!(
            services
                .names(&RequestingPrincipal::Service("bedrock.amazonaws.com".to_owned()))
                .tri
                .is_true()
        );
        assert!(services.names(&role()).tri.is_false());
        let providers = PrincipalSet {
            federated: vec!["arn:aws:iam::1:oidc-provider/host/x".to_owned()],
            ..PrincipalSet::default()
        };
        assert!(
            providers
                .names(&RequestingPrincipal::Federated("host/x".to_owned()))
                .tri
                .is_true()
        );
        let everyone = PrincipalSet {
            everyone: true,
            ..PrincipalSet::default()
        };
        assert!(everyone.names(&RequestingPrincipal::Anonymous).tri.is_true());
    }
}
