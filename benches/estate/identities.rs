//! Users, groups, roles and managed policies: five policies a principal, by attachment, inline, or through a group.

use super::policies;
use super::random::Random;
use super::{REGIONS, Sizes};
use bedrock_audit::model::aws::iam::{
    AttachedPolicy, Group, InlinePolicy, ManagedPolicy, PermissionsBoundary, Role, Tag, User,
};
use bedrock_audit::model::policy_text::PolicyText;
use bedrock_audit::model::snapshot::Global;

/// What is shared by the principals of an account.
struct Shared {
    managed: Vec<AttachedPolicy>,
    boundaries: Vec<String>,
}

/// Adds the IAM of an account.
pub(crate) fn fill(global: &mut Global, account: &str, sizes: &Sizes, random: &mut Random) {
    let shared = shared(global, account, sizes, random);
    let users = sizes.principals / 20;
    for number in 0..users.div_ceil(10) {
        global.groups.items.push(group(account, number, &shared, random));
    }
    let groups: Vec<String> = global
        .groups
        .items
        .iter()
        .map(|group| group.group_name.clone())
        .collect();
    for number in 0..users {
        global.users.items.push(user(account, number, &shared, &groups, random));
    }
    for number in users..sizes.principals {
        global.roles.items.push(role(account, number, &shared, random));
    }
}

fn shared(global: &mut Global, account: &str, sizes: &Sizes, random: &mut Random) -> Shared {
    let mut shared = Shared {
        managed: Vec::new(),
        boundaries: Vec::new(),
    };
    let mut add = |global: &mut Global, arn: String, document: PolicyText, bounds: bool| {
        let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
        if bounds {
            shared.boundaries.push(arn.clone());
        } else {
            shared.managed.push(AttachedPolicy {
                policy_name: name.clone(),
                policy_arn: arn.clone(),
            });
        }
        global.policies.items.push(ManagedPolicy {
            arn,
            policy_name: name,
            attachment_count: Some(1),
            permissions_boundary_usage_count: Some(i64::from(bounds)),
            default_version_id: Some("v3".to_owned()),
            document: Some(document),
        });
    };
    for number in 0..(20 + sizes.principals / 50) {
        let document = match number % 20 {
            7 => policies::models(random, REGIONS.first().copied().unwrap_or_default(), account),
            13 => policies::refusal(number / 20),
            _ => policies::service(account, number),
        };
        add(
            global,
            format!("arn:aws:iam::{account}:policy/team/shared-{number}"),
            document,
            false,
        );
    }
    add(
        global,
        "arn:aws:iam::aws:policy/AdministratorAccess".to_owned(),
        policies::everything(),
        false,
    );
    for number in 0..4 {
        let arn = format!("arn:aws:iam::{account}:policy/boundary-{number}");
        add(global, arn, policies::boundary(number), true);
    }
    shared
}

impl Shared {
    fn attach(&self, random: &mut Random, count: usize) -> Vec<AttachedPolicy> {
        // The administrator's policy is the last one, and few hold it.
        let usual = self
            .managed
            .get(..self.managed.len().saturating_sub(1))
            .unwrap_or_default();
        let mut list: Vec<AttachedPolicy> = Vec::new();
        while list.len() < count {
            let from = if random.percent(1) {
                self.managed.last()
            } else {
                random.one_of(usual)
            };
            match from {
                Some(policy) if !list.contains(policy) => list.push(policy.clone()),
                Some(_) => {}
                None => break,
            }
        }
        list
    }

    fn bound(&self, random: &mut Random) -> Option<PermissionsBoundary> {
        let bounded = random.percent(10);
        random
            .one_of(&self.boundaries)
            .filter(|_| bounded)
            .map(|arn| PermissionsBoundary {
                permissions_boundary_arn: arn.clone(),
            })
    }
}

fn inline(name: &str, policy_document: PolicyText) -> InlinePolicy {
    InlinePolicy {
        policy_name: name.to_owned(),
        policy_document,
    }
}

fn own(random: &mut Random, account: &str, name: &str) -> InlinePolicy {
    let region = random.one_of(&REGIONS).copied().unwrap_or_default();
    if random.percent(6) {
        inline("models", policies::models(random, region, account))
    } else {
        inline("application", policies::application(account, region, name))
    }
}

fn tags(random: &mut Random) -> Vec<Tag> {
    let team = random
        .one_of(&["ai", "web", "data", "core"])
        .copied()
        .unwrap_or_default();
    vec![Tag {
        key: "team".to_owned(),
        value: team.to_owned(),
    }]
}

fn group(account: &str, number: usize, shared: &Shared, random: &mut Random) -> Group {
    let group_name = format!("group-{number}");
    Group {
        arn: format!("arn:aws:iam::{account}:group/{group_name}"),
        path: "/".to_owned(),
        group_policy_list: vec![own(random, account, &group_name)],
        attached_managed_policies: shared.attach(random, 1),
        group_name,
    }
}

fn user(account: &str, number: usize, shared: &Shared, groups: &[String], random: &mut Random) -> User {
    let user_name = format!("user-{number}");
    User {
        arn: format!("arn:aws:iam::{account}:user/people/{user_name}"),
        user_id: format!("AIDA{}", random.id(17)),
        path: "/people/".to_owned(),
        create_date: Some("2025-03-01T10:00:00Z".to_owned()),
        user_policy_list: vec![
            inline("plumbing", policies::plumbing()),
            own(random, account, &user_name),
        ],
        group_list: random.one_of(groups).into_iter().cloned().collect(),
        attached_managed_policies: shared.attach(random, 1),
        permissions_boundary: shared.bound(random),
        tags: tags(random),
        user_name,
    }
}

fn role(account: &str, number: usize, shared: &Shared, random: &mut Random) -> Role {
    let role_name = format!("application-{number}");
    Role {
        arn: format!("arn:aws:iam::{account}:role/applications/{role_name}"),
        role_id: format!("AROA{}", random.id(17)),
        path: "/applications/".to_owned(),
        create_date: Some("2025-03-01T10:00:00Z".to_owned()),
        assume_role_policy_document: policies::trust(random, account),
        role_policy_list: vec![
            inline("plumbing", policies::plumbing()),
            own(random, account, &role_name),
            inline(
                "second",
                policies::application(account, "eu-west-1", &format!("{role_name}-b")),
            ),
        ],
        attached_managed_policies: shared.attach(random, 2),
        permissions_boundary: shared.bound(random),
        tags: tags(random),
        role_name,
        ..Role::default()
    }
}
