//! Who from outside gets into a bucket: by its policy, by its access control list, and in spite of its blocks.
//!
//! A block, whoever set it, counts only against what is public: an account that is named gets in past it, unless the
//! same policy lets in the public too. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>

use super::Findings;
use super::block::{Home, Switch};
use super::perimeter::Perimeter;
use crate::facts::access::trust::{STRANGE_ORG, STRANGE_ORG_PATH, namesakes, stranger};
use crate::facts::fact::{self, Fact, Reason};
use crate::iam::context::{Context, Known, Request};
use crate::iam::principal::{PrincipalElement, RequestingPrincipal};
use crate::iam::reach::CANARY;
use crate::iam::resource_policy::{ResourceDecision, decide_resource_policy};
use crate::iam::statement::{Effect, ResourceElement};
use crate::iam::tri::Tri;
use std::collections::BTreeSet;

/// What a stranger might do.
const ACTIONS: [&str; 5] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:PutBucketPolicy",
];

/// Everybody, or everybody with an AWS account.
const PUBLIC_GROUPS: [&str; 2] = ["/global/AllUsers", "/global/AuthenticatedUsers"];

/// What the policy lets in: the public, and accounts by name.
#[derive(Debug, Default)]
struct ByPolicy {
    public: BTreeSet<String>,
    foreign: BTreeSet<String>,
    doubts: Vec<String>,
}

/// Outsiders who get into the bucket. `policy` is `None` where there is none.
pub(super) fn outsiders(
    home: &Home<'_>,
    policy: &Fact<Option<Perimeter<'_>>>,
    remarks: &mut Vec<String>,
) -> Fact<Vec<String>> {
    let mut found = Findings::default();
    let owner = home
        .global
        .bucket_acls
        .items
        .iter()
        .find(|row| row.bucket == home.bucket)
        .and_then(|row| row.owner_id.as_deref());
    match policy {
        Fact::Known(Some(perimeter)) => {
            let by = by_policy(perimeter, home.bucket, owner);
            let public = !by.public.is_empty();
            match home.blocked(Switch::RestrictPublicBuckets) {
                Fact::Known(Some(who)) if public => remarks.push(format!(
                    "the policy is public ({}); the block of public access of the {who} keeps strangers out",
                    by.public.iter().cloned().collect::<Vec<_>>().join(", ")
                )),
                Fact::Unread(reasons) if public => found.doubt(&reasons),
                _ => {
                    for text in by.public.into_iter().chain(by.foreign) {
                        found.fault(text);
                    }
                }
            }
            found.doubt(&by.doubts.into_iter().map(Reason::text).collect::<Vec<_>>());
        }
        Fact::Known(None) => {}
        Fact::Unread(reasons) => found.doubt(reasons),
    }
    by_list(home, &mut found);
    found.fact()
}

fn by_policy(perimeter: &Perimeter<'_>, bucket: &str, owner: Option<&str>) -> ByPolicy {
    let mut found = ByPolicy::default();
    let partition = perimeter.partition;
    let own = format!("arn:{partition}:s3:::{bucket}");
    let mut resources = BTreeSet::from([own.clone(), format!("{own}/{CANARY}")]);
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let mut canonical: BTreeSet<&str> = BTreeSet::new();
    let mut called: BTreeSet<RequestingPrincipal> = BTreeSet::new();
    let statements = perimeter.document.statements.iter();
    for statement in statements.filter(|one| one.effect == Effect::Allow) {
        if let ResourceElement::Resource(list) = &statement.resources {
            let inside = list.iter().map(|one| one.instantiate(CANARY));
            resources.extend(inside.filter(|text| text.starts_with(&format!("{own}/"))));
        }
        called.extend(namesakes(statement, perimeter.account));
        if let PrincipalElement::Principal(set) = &statement.principals {
            named.extend(set.aws.iter().map(String::as_str));
            canonical.extend(set.canonical_user.iter().map(String::as_str));
        }
    }
    let ask = |who: &RequestingPrincipal, action: &str, resource: &str, context: Context| -> ResourceDecision {
        let mut context = context;
        perimeter.untagged(&mut context);
        decide_resource_policy(perimeter.document, who, &Request::new(action, resource, context))
    };
    let mut asking = vec![RequestingPrincipal::Anonymous, stranger(partition)];
    asking.extend(called);
    let fits =
        |action: &str, resource: &str| (resource == own) == matches!(action, "s3:ListBucket" | "s3:PutBucketPolicy");
    for (action, resource) in ACTIONS
        .iter()
        .flat_map(|action| resources.iter().map(move |resource| (*action, resource.as_str())))
        .filter(|(action, resource)| fits(action, resource))
    {
        for who in &asking {
            let decision = ask(who, action, resource, outsider(perimeter, who));
            let by: Vec<&str> = decision.allowed_by.iter().map(|one| one.statement.as_str()).collect();
            let who = if *who == RequestingPrincipal::Anonymous {
                "anybody"
            } else {
                "anybody with an AWS account"
            };
            match decision.effective() {
                Tri::False => {}
                Tri::Maybe if !decision.doubts.is_empty() => found.doubts.extend(decision.doubts),
                _ => {
                    let statements = by.join(", ");
                    found
                        .public
                        .insert(format!("{who} may {action} (statement {statements})"));
                    break;
                }
            }
        }
        for entry in &named {
            let Some(who) = foreigner(entry, perimeter) else {
                continue;
            };
            // A condition of any kind bounds another account, as long as it is one that a request may fail.
            let mut context = Context::open()
                .set("aws:SecureTransport", ["true"])
                .set("aws:ResourceAccount", [perimeter.account]);
            who.describe(&mut context);
            let decision = ask(&who, action, resource, context);
            if decision.effective().is_true() {
                found.foreign.insert(format!("{entry} may {action}"));
            } else if decision.effective() == Tri::Maybe {
                found.doubts.extend(decision.doubts);
            }
        }
        for id in canonical.iter().filter(|id| owner != Some(**id)) {
            let who = RequestingPrincipal::CanonicalUser((*id).to_owned());
            let decision = ask(&who, action, resource, perimeter.outside());
            if decision.effective().is_possible() {
                match owner {
                    Some(_) => {
                        found.foreign.insert(format!("canonical user {id} may {action}"));
                    }
                    None => found
                        .doubts
                        .push(format!("whose canonical user {id} is could not be told")),
                }
            }
        }
    }
    found
}

/// What AWS would send for somebody outside the account, on the internet.
fn outsider(perimeter: &Perimeter<'_>, who: &RequestingPrincipal) -> Context {
    let mut context = perimeter.outside();
    let organization = if *who == RequestingPrincipal::Anonymous {
        for key in [
            "aws:PrincipalArn",
            "aws:PrincipalAccount",
            "aws:PrincipalType",
            "aws:userid",
        ] {
            context.insert(key, Known::Absent);
        }
        [Known::Absent, Known::Absent]
    } else {
        context.insert("aws:userid", Known::Values(vec![format!("AROAZQ7CANARY:{CANARY}")]));
        [STRANGE_ORG, STRANGE_ORG_PATH].map(|text| Known::Values(vec![text.to_owned()]))
    };
    for (key, known) in ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"]
        .into_iter()
        .zip(organization)
    {
        context.insert(key, known);
    }
    context
}

/// Somebody of another account whom an entry of a `Principal` element means.
fn foreigner(entry: &str, perimeter: &Perimeter<'_>) -> Option<RequestingPrincipal> {
    let who = match RequestingPrincipal::from_arn(entry)? {
        RequestingPrincipal::Root(account) => {
            RequestingPrincipal::Role(format!("arn:{}:iam::{account}:role/{CANARY}", perimeter.partition))
        }
        who => who,
    };
    (who.account()? != perimeter.account).then_some(who)
}

/// What the access control list lets in, where lists count at all.
fn by_list(home: &Home<'_>, found: &mut Findings) {
    let Home { global, bucket, .. } = home;
    let ownership = fact::looked_up(global.bucket_ownership.find(bucket), "bucket ownership");
    let mut hidden = match ownership {
        Fact::Known(Some(row)) if row.object_ownership.as_deref() == Some("BucketOwnerEnforced") => return,
        Fact::Known(Some(_)) => Vec::new(),
        Fact::Known(None) => home.not_collected("ownership"),
        Fact::Unread(reasons) => reasons,
    };
    let row = match fact::looked_up(global.bucket_acls.find(bucket), "bucket access control lists") {
        Fact::Known(Some(row)) => row,
        Fact::Known(None) => return found.doubt(&home.not_collected("access control list")),
        Fact::Unread(reasons) => return found.doubt(&reasons),
    };
    let (mut public, mut foreign) = (Vec::new(), Vec::new());
    for grant in &row.grants {
        let group = grant.grantee_uri.as_deref().unwrap_or("");
        if let Some(name) = PUBLIC_GROUPS.iter().find(|name| group.ends_with(*name)) {
            let name = name.rsplit('/').next().unwrap_or("");
            public.push(format!("the access control list gives {} to {name}", grant.permission));
        } else if let (Some(id), Some(owner)) = (&grant.grantee_id, &row.owner_id)
            && id != owner
        {
            foreign.push(format!(
                "the access control list gives {} to canonical user {id}",
                grant.permission
            ));
        }
    }
    if !public.is_empty() {
        match home.blocked(Switch::IgnorePublicAcls) {
            Fact::Known(Some(_)) => public.clear(),
            Fact::Known(None) => {}
            Fact::Unread(reasons) => hidden.extend(reasons),
        }
    }
    public.extend(foreign);
    if public.is_empty() {
        return;
    }
    if hidden.is_empty() {
        for text in public {
            found.fault(text);
        }
    } else {
        found.doubt(&hidden);
    }
}
