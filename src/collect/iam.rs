//! IAM, read in bulk: one paged call brings every user, group, role and customer policy with its documents.
//!
//! Managed policies that it leaves out but somebody carries are fetched one by one. Documents travel percent-encoded
//! and are decoded here, and only here; they are otherwise passed on as they are.
//! API: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>.

use super::context::{Context, Miss};
use super::times::rfc3339;
use crate::model::arn::Arn;
use crate::model::aws::iam::{
    AttachedPolicy, Group, InlinePolicy, ManagedPolicy, PermissionsBoundary, Role, RoleLastUsed,
    ServiceSpecificCredential, Tag, User,
};
use crate::model::calls::iam::{
    GET_ACCOUNT_AUTHORIZATION_DETAILS, GET_POLICY, GET_POLICY_VERSION, LIST_SERVICE_SPECIFIC_CREDENTIALS,
};
use crate::model::dataset::Dataset;
use crate::model::gap::Gap;
use crate::model::policy_text::PolicyText;
use crate::model::snapshot::Global;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{self, EntityType};
use futures::future::{join, join_all};
use percent_encoding::percent_decode_str;
use std::collections::BTreeSet;

const PAGE: i32 = 1000;
const BEDROCK: &str = "bedrock.amazonaws.com";

/// Users, groups, roles, their policies, and the long-term Bedrock API keys.
pub(super) async fn collect(ctx: &Context) -> Global {
    let client = Client::new(ctx.config());
    let (mut global, keys) = join(authorization_details(ctx, &client), api_keys(ctx, &client)).await;
    global.service_specific_credentials = keys;
    global
}

async fn authorization_details(ctx: &Context, client: &Client) -> Global {
    let ask = |marker| {
        client
            .get_account_authorization_details()
            .set_filter(Some(vec![
                EntityType::User,
                EntityType::Group,
                EntityType::Role,
                EntityType::LocalManagedPolicy,
                EntityType::AwsManagedPolicy,
            ]))
            .max_items(PAGE)
            .set_marker(marker)
            .send()
    };
    let pages = ctx
        .pages(GET_ACCOUNT_AUTHORIZATION_DETAILS, None, ask, |mut page| {
            let next = page.marker.take().filter(|_| page.is_truncated);
            (vec![page], next)
        })
        .await;
    let (pages, gap) = pages.split();
    let mut global = Global {
        users: Dataset::complete(Vec::new()),
        groups: Dataset::complete(Vec::new()),
        roles: Dataset::complete(Vec::new()),
        policies: Dataset::complete(Vec::new()),
        ..Global::default()
    };
    for page in pages {
        let (users, groups) = (page.user_detail_list, page.group_detail_list);
        global.users.items.extend(users.into_iter().flatten().map(user));
        global.groups.items.extend(groups.into_iter().flatten().map(group));
        global
            .roles
            .items
            .extend(page.role_detail_list.into_iter().flatten().map(role));
        let policies = page.policies.into_iter().flatten().map(managed_policy);
        // AWS may list its whole catalogue; what nobody carries grants nothing.
        global
            .policies
            .items
            .extend(policies.filter(|policy| !is_aws_managed(&policy.arn) || is_used(policy)));
    }
    if let Some(gap) = gap {
        global.users.push_gap(gap.clone());
        global.groups.push_gap(gap.clone());
        global.roles.push_gap(gap.clone());
        global.policies.push_gap(gap);
    }
    complete_policies(ctx, client, &mut global).await;
    global
}

/// Fetches the policies that somebody carries and the bulk read did not bring, or brought without their text.
async fn complete_policies(ctx: &Context, client: &Client, global: &mut Global) {
    let carried = carried_policies(global);
    let (whole, partial): (Vec<_>, Vec<_>) = std::mem::take(&mut global.policies.items)
        .into_iter()
        .partition(|policy| policy.document.is_some());
    let known: BTreeSet<&String> = whole.iter().chain(&partial).map(|policy| &policy.arn).collect();
    let missing = join_all(
        carried
            .iter()
            .filter(|arn| !known.contains(arn))
            .map(|arn| fetch_policy(ctx, client, arn)),
    );
    let partial = join_all(partial.iter().cloned().map(|policy| fetch_text(ctx, client, policy)));
    let (missing, partial) = join(missing, partial).await;
    global.policies.items = whole;
    for (policy, gap) in missing.into_iter().chain(partial) {
        global.policies.items.extend(policy);
        if let Some(gap) = gap {
            global.policies.push_gap(gap);
        }
    }
}

fn carried_policies(global: &Global) -> BTreeSet<String> {
    let users = global.users.items.iter();
    let roles = global.roles.items.iter();
    let attached = users
        .clone()
        .flat_map(|user| &user.attached_managed_policies)
        .chain(
            global
                .groups
                .items
                .iter()
                .flat_map(|group| &group.attached_managed_policies),
        )
        .chain(roles.clone().flat_map(|role| &role.attached_managed_policies))
        .map(|policy| &policy.policy_arn);
    let boundaries = users
        .filter_map(|user| user.permissions_boundary.as_ref())
        .chain(roles.filter_map(|role| role.permissions_boundary.as_ref()))
        .map(|boundary| &boundary.permissions_boundary_arn);
    attached
        .chain(boundaries)
        .filter(|arn| !arn.is_empty())
        .cloned()
        .collect()
}

type Fetched = (Option<ManagedPolicy>, Option<Gap>);

async fn fetch_policy(ctx: &Context, client: &Client, arn: &str) -> Fetched {
    let request = client.get_policy().policy_arn(arn).send();
    let policy = match ctx.read(GET_POLICY, Some(arn), request).await {
        Ok(answer) => answer.policy,
        // It was deleted while we read.
        Err(Miss::Absent(_)) => return (None, None),
        // Somebody carries it all the same, and nobody knows what it grants.
        Err(Miss::Gap(gap)) => return (Some(carried(arn)), Some(gap)),
    };
    let Some(policy) = policy else { return (None, None) };
    let policy = ManagedPolicy {
        arn: arn.to_owned(),
        policy_name: policy.policy_name.unwrap_or_else(|| name_of(arn)),
        attachment_count: policy.attachment_count.map(i64::from),
        permissions_boundary_usage_count: policy.permissions_boundary_usage_count.map(i64::from),
        default_version_id: policy.default_version_id,
        document: None,
    };
    fetch_text(ctx, client, policy).await
}

/// A policy of which no more is known than that somebody carries it.
fn carried(arn: &str) -> ManagedPolicy {
    ManagedPolicy {
        arn: arn.to_owned(),
        policy_name: arn.rsplit('/').next().unwrap_or_default().to_owned(),
        ..ManagedPolicy::default()
    }
}

/// A policy whose text cannot be read stays, so that everybody sees that it is carried.
async fn fetch_text(ctx: &Context, client: &Client, mut policy: ManagedPolicy) -> Fetched {
    let request = client
        .get_policy_version()
        .policy_arn(&policy.arn)
        .set_version_id(policy.default_version_id.clone())
        .send();
    match ctx.read(GET_POLICY_VERSION, Some(&policy.arn), request).await {
        Ok(answer) => {
            policy.document = answer.policy_version.and_then(|version| version.document).map(decode);
            (Some(policy), None)
        }
        Err(miss) => (Some(policy), Some(miss.into_gap())),
    }
}

async fn api_keys(ctx: &Context, client: &Client) -> Dataset<ServiceSpecificCredential> {
    let ask = |marker| {
        client
            .list_service_specific_credentials()
            .all_users(true)
            .service_name(BEDROCK)
            .set_marker(marker)
            .send()
    };
    let pages = ctx
        .pages(LIST_SERVICE_SPECIFIC_CREDENTIALS, None, ask, |page| {
            let next = page.marker.filter(|_| page.is_truncated);
            (page.service_specific_credentials.unwrap_or_default(), next)
        })
        .await;
    let mut keys = pages.dataset(|key| ServiceSpecificCredential {
        service_specific_credential_id: key.service_specific_credential_id,
        user_name: key.user_name,
        service_name: key.service_name,
        status: key.status.as_str().to_owned(),
        create_date: rfc3339(key.create_date),
        expiration_date: key.expiration_date.and_then(rfc3339),
        service_credential_alias: key.service_credential_alias,
    });
    keys.items.retain(|key| key.service_name == BEDROCK);
    keys
}

fn user(user: types::UserDetail) -> User {
    User {
        arn: user.arn.unwrap_or_default(),
        user_name: user.user_name.unwrap_or_default(),
        user_id: user.user_id.unwrap_or_default(),
        path: user.path.unwrap_or_default(),
        create_date: user.create_date.and_then(rfc3339),
        user_policy_list: inline(user.user_policy_list),
        group_list: user.group_list.unwrap_or_default(),
        attached_managed_policies: attached(user.attached_managed_policies),
        permissions_boundary: boundary(user.permissions_boundary),
        tags: tags(user.tags),
    }
}

fn group(group: types::GroupDetail) -> Group {
    Group {
        arn: group.arn.unwrap_or_default(),
        group_name: group.group_name.unwrap_or_default(),
        path: group.path.unwrap_or_default(),
        group_policy_list: inline(group.group_policy_list),
        attached_managed_policies: attached(group.attached_managed_policies),
    }
}

fn role(role: types::RoleDetail) -> Role {
    Role {
        arn: role.arn.unwrap_or_default(),
        role_name: role.role_name.unwrap_or_default(),
        role_id: role.role_id.unwrap_or_default(),
        path: role.path.unwrap_or_default(),
        create_date: role.create_date.and_then(rfc3339),
        assume_role_policy_document: role.assume_role_policy_document.map(decode).unwrap_or_default(),
        role_policy_list: inline(role.role_policy_list),
        attached_managed_policies: attached(role.attached_managed_policies),
        permissions_boundary: boundary(role.permissions_boundary),
        role_last_used: role.role_last_used.map(|used| RoleLastUsed {
            last_used_date: used.last_used_date.and_then(rfc3339),
            region: used.region,
        }),
        tags: tags(role.tags),
    }
}

fn managed_policy(policy: types::ManagedPolicyDetail) -> ManagedPolicy {
    let arn = policy.arn.unwrap_or_default();
    let versions = policy.policy_version_list.unwrap_or_default();
    let document = versions
        .into_iter()
        .find(|version| version.is_default_version)
        .and_then(|version| version.document)
        .map(decode);
    ManagedPolicy {
        policy_name: policy.policy_name.unwrap_or_else(|| name_of(&arn)),
        arn,
        attachment_count: policy.attachment_count.map(i64::from),
        permissions_boundary_usage_count: policy.permissions_boundary_usage_count.map(i64::from),
        default_version_id: policy.default_version_id,
        document,
    }
}

/// Stand-ins of AWS leave the name out where the ARN has it, and people know a policy by nothing else.
fn name_of(arn: &str) -> String {
    Arn::parse(arn).map_or_else(String::new, |arn| arn.name().to_owned())
}

fn is_aws_managed(arn: &str) -> bool {
    arn.contains(":iam::aws:policy/")
}

fn is_used(policy: &ManagedPolicy) -> bool {
    let count = |count: Option<i64>| count.is_none_or(|count| count > 0);
    count(policy.attachment_count) || policy.permissions_boundary_usage_count.is_some_and(|count| count > 0)
}

fn inline(policies: Option<Vec<types::PolicyDetail>>) -> Vec<InlinePolicy> {
    policies
        .unwrap_or_default()
        .into_iter()
        .map(|policy| InlinePolicy {
            policy_name: policy.policy_name.unwrap_or_default(),
            policy_document: policy.policy_document.map(decode).unwrap_or_default(),
        })
        .collect()
}

fn attached(policies: Option<Vec<types::AttachedPolicy>>) -> Vec<AttachedPolicy> {
    policies
        .unwrap_or_default()
        .into_iter()
        .map(|policy| AttachedPolicy {
            policy_name: policy.policy_name.unwrap_or_default(),
            policy_arn: policy.policy_arn.unwrap_or_default(),
        })
        .collect()
}

fn boundary(boundary: Option<types::AttachedPermissionsBoundary>) -> Option<PermissionsBoundary> {
    boundary
        .and_then(|boundary| boundary.permissions_boundary_arn)
        .map(|permissions_boundary_arn| PermissionsBoundary {
            permissions_boundary_arn,
        })
}

fn tags(tags: Option<Vec<types::Tag>>) -> Vec<Tag> {
    tags.unwrap_or_default()
        .into_iter()
        .map(|tag| Tag {
            key: tag.key,
            value: tag.value,
        })
        .collect()
}

/// Undoes the percent-encoding of RFC 3986, in which a plus is a plus. Text that is JSON already was not encoded.
fn decode(document: String) -> PolicyText {
    if document.trim_start().starts_with('{') {
        return PolicyText::from(document);
    }
    PolicyText::from(percent_decode_str(&document).decode_utf8_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_percent_decoded_and_a_plus_stays() {
        assert_eq!(decode("%7B%22a%22%3A%22b+c%22%7D".into()).as_str(), r#"{"a":"b+c"}"#);
        assert_eq!(decode(r#"{"a":"100%25"}"#.into()).as_str(), r#"{"a":"100%25"}"#);
    }

    #[test]
    fn only_what_somebody_carries_counts_among_the_policies_of_aws() {
        let policy = |attached, bounds| ManagedPolicy {
            arn: "arn:aws:iam::aws:policy/ReadOnlyAccess".into(),
            attachment_count: attached,
            permissions_boundary_usage_count: bounds,
            ..ManagedPolicy::default()
        };
        assert!(is_aws_managed(&policy(None, None).arn));
        assert!(!is_aws_managed("arn:aws:iam::111122223333:policy/mine"));
        assert!(is_used(&policy(Some(1), None)) && is_used(&policy(Some(0), Some(1))) && is_used(&policy(None, None)));
        assert!(!is_used(&policy(Some(0), Some(0))));
    }
}
