//! The organization around the account: its tree, its policies, and who administers them.
//!
//! A member account may ask which organization it is in and what its own effective policy is, and nothing more; all
//! else then stands as gaps. The tree is walked from its roots, which tells every parent with fewer calls than asking
//! for the parents of each account.
//! API: <https://docs.aws.amazon.com/organizations/latest/APIReference/>.

use super::context::{Context, Miss};
use super::paginate::{Pages, gather};
use crate::model::aws::organizations::{
    Account, DelegatedAdministrator, EffectivePolicy, Organization, OrganizationalUnit, Policy, PolicyTarget,
    PolicyTypeStatus, ResourcePolicy, Root,
};
use crate::model::calls::organizations as calls;
use crate::model::dataset::Dataset;
use crate::model::gap::{Gap, GapKind};
use crate::model::policy_text::PolicyText;
use crate::model::snapshot::Global;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{self, EffectivePolicyType, PolicyType};
use futures::FutureExt;
use futures::future::{LocalBoxFuture, join, join_all, join5};
use std::collections::BTreeSet;

/// Everything about the organization; all of it known to be empty for an account that is in none.
pub(super) async fn collect(ctx: &Context) -> Global {
    let client = Client::new(ctx.config());
    let request = client.describe_organization().send();
    let organization = match ctx.read(calls::DESCRIBE_ORGANIZATION, None, request).await {
        Ok(answer) => Dataset::complete(answer.organization.into_iter().map(organization).collect()),
        Err(Miss::Absent(_)) => return no_organization(),
        Err(Miss::Gap(gap)) => Dataset::unread(gap),
    };
    let (tree, policies, effective, administrators, resource_policy) = join5(
        tree(ctx, &client),
        policies(ctx, &client),
        effective_policy(ctx, &client),
        delegated_administrators(ctx, &client),
        resource_policy(ctx, &client),
    )
    .await;
    Global {
        organization,
        organization_roots: tree.roots,
        organizational_units: tree.units,
        organization_accounts: tree.accounts,
        organization_policies: policies,
        effective_policies: effective,
        delegated_administrators: administrators,
        organization_resource_policy: resource_policy,
        ..Global::default()
    }
}

fn no_organization() -> Global {
    Global {
        organization: Dataset::complete(Vec::new()),
        organization_roots: Dataset::complete(Vec::new()),
        organizational_units: Dataset::complete(Vec::new()),
        organization_accounts: Dataset::complete(Vec::new()),
        organization_policies: Dataset::complete(Vec::new()),
        effective_policies: Dataset::complete(Vec::new()),
        delegated_administrators: Dataset::complete(Vec::new()),
        organization_resource_policy: Dataset::complete(Vec::new()),
        ..Global::default()
    }
}

fn organization(organization: types::Organization) -> Organization {
    Organization {
        id: organization.id.unwrap_or_default(),
        arn: organization.arn.unwrap_or_default(),
        feature_set: organization
            .feature_set
            .map(|set| set.as_str().to_owned())
            .unwrap_or_default(),
        master_account_id: organization.master_account_id.unwrap_or_default(),
    }
}

struct Tree {
    roots: Dataset<Root>,
    units: Dataset<OrganizationalUnit>,
    accounts: Dataset<Account>,
}

async fn tree(ctx: &Context, client: &Client) -> Tree {
    let ask = |token| client.list_roots().set_next_token(token).send();
    let pages = ctx.pages(calls::LIST_ROOTS, None, ask, |page| {
        (page.roots.unwrap_or_default(), page.next_token)
    });
    let roots = pages.await.dataset(root);
    let branches = join_all(roots.items.iter().map(|root| branch(ctx, client, root.id.clone()))).await;
    let mut tree = Tree {
        units: Dataset::complete(Vec::new()),
        accounts: Dataset::complete(Vec::new()),
        roots,
    };
    for (units, accounts) in branches {
        tree.units.absorb(units);
        tree.accounts.absorb(accounts);
    }
    for gap in &tree.roots.gaps {
        tree.units.push_gap(gap.clone());
        tree.accounts.push_gap(gap.clone());
    }
    // A unit that nobody could list hides its accounts as well.
    if !(tree.accounts.gaps.is_empty() && tree.units.gaps.is_empty()) {
        all_accounts(ctx, client, &mut tree.accounts).await;
    }
    tree
}

/// Where a branch of the tree is closed, the flat list still tells which accounts there are, though not where.
async fn all_accounts(ctx: &Context, client: &Client, accounts: &mut Dataset<Account>) {
    let ask = |token| client.list_accounts().set_next_token(token).send();
    let take = |page: aws_sdk_organizations::operation::list_accounts::ListAccountsOutput| {
        (page.accounts.unwrap_or_default(), page.next_token)
    };
    let all = ctx.pages(calls::LIST_ACCOUNTS, None, ask, take).await;
    let all = all.dataset(|row| account(row, None));
    let placed: BTreeSet<String> = accounts.items.iter().map(|row| row.id.clone()).collect();
    accounts
        .items
        .extend(all.items.into_iter().filter(|row| !placed.contains(&row.id)));
    if all.gaps.is_empty() {
        // No account is missing. That of a closed branch is in the list, and its gap says why nobody knows its place.
        accounts.gaps.retain(|gap| gap.resource.is_some());
    } else {
        accounts.gaps.iter_mut().for_each(|gap| gap.resource = None);
    }
    for gap in all.gaps {
        accounts.push_gap(gap);
    }
}

type Branch = (Dataset<OrganizationalUnit>, Dataset<Account>);

/// Units and accounts below a parent, at any depth.
fn branch<'a>(ctx: &'a Context, client: &'a Client, parent: String) -> LocalBoxFuture<'a, Branch> {
    async move {
        let ask_units = |token| {
            let request = client.list_organizational_units_for_parent().parent_id(&parent);
            request.set_next_token(token).send()
        };
        let ask_accounts = |token| {
            let request = client.list_accounts_for_parent().parent_id(&parent);
            request.set_next_token(token).send()
        };
        let (units, accounts) = join(
            ctx.pages(
                calls::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
                Some(&parent),
                ask_units,
                |page| (page.organizational_units.unwrap_or_default(), page.next_token),
            ),
            ctx.pages(calls::LIST_ACCOUNTS_FOR_PARENT, Some(&parent), ask_accounts, |page| {
                (page.accounts.unwrap_or_default(), page.next_token)
            }),
        )
        .await;
        let mut units = below(units, &parent, |row| unit(row, &parent));
        units.gaps.iter_mut().for_each(|gap| gap.resource = None);
        let mut accounts = below(accounts, &parent, |row| account(row, Some(&parent)));
        let deeper = units
            .items
            .iter()
            .filter(|unit| ctx.claim("organizational unit", &unit.id))
            .map(|unit| branch(ctx, client, unit.id.clone()));
        for (more_units, more_accounts) in join_all(deeper).await {
            units.absorb(more_units);
            accounts.absorb(more_accounts);
        }
        (units, accounts)
    }
    .boxed_local()
}

/// Rows below one parent. What is hidden there could be any unit, so that a gap of units is about the whole list.
fn below<T, R>(pages: Pages<T>, parent: &str, row: impl FnMut(T) -> R) -> Dataset<R> {
    let (items, gap) = pages.split();
    let mut dataset = Dataset::complete(items.into_iter().map(row).collect());
    dataset.gaps.extend(gap.map(|gap| Gap {
        message: format!("below {parent}: {}", gap.message),
        ..gap
    }));
    dataset
}

fn root(root: types::Root) -> Root {
    Root {
        id: root.id.unwrap_or_default(),
        arn: root.arn.unwrap_or_default(),
        name: root.name.unwrap_or_default(),
        policy_types: root
            .policy_types
            .unwrap_or_default()
            .into_iter()
            .map(|policy_type| PolicyTypeStatus {
                type_: policy_type
                    .r#type
                    .map(|name| name.as_str().to_owned())
                    .unwrap_or_default(),
                status: policy_type
                    .status
                    .map(|status| status.as_str().to_owned())
                    .unwrap_or_default(),
            })
            .collect(),
    }
}

fn unit(unit: types::OrganizationalUnit, parent: &str) -> OrganizationalUnit {
    OrganizationalUnit {
        id: unit.id.unwrap_or_default(),
        arn: unit.arn.unwrap_or_default(),
        name: unit.name.unwrap_or_default(),
        parent_id: parent.to_owned(),
    }
}

fn account(account: types::Account, parent: Option<&str>) -> Account {
    let status = account.status.map(|status| status.as_str().to_owned());
    Account {
        id: account.id.unwrap_or_default(),
        arn: account.arn.unwrap_or_default(),
        name: account.name.unwrap_or_default(),
        state: account
            .state
            .map(|state| state.as_str().to_owned())
            .or(status)
            .unwrap_or_default(),
        parent_id: parent.map(str::to_owned),
    }
}

async fn policies(ctx: &Context, client: &Client) -> Dataset<Policy> {
    let (mut scps, bedrock) = join(
        policies_of(ctx, client, PolicyType::ServiceControlPolicy),
        policies_of(ctx, client, PolicyType::BedrockPolicy),
    )
    .await;
    scps.absorb(bedrock);
    scps
}

async fn policies_of(ctx: &Context, client: &Client, policy_type: PolicyType) -> Dataset<Policy> {
    let ask = |token| {
        let request = client.list_policies().filter(policy_type.clone());
        request.set_next_token(token).send()
    };
    let pages = ctx
        .pages(calls::LIST_POLICIES, None, ask, |page| {
            (page.policies.unwrap_or_default(), page.next_token)
        })
        .await;
    let (summaries, gap) = pages.split();
    let gap = gap.map(of_known_type);
    let rows = join_all(
        summaries
            .into_iter()
            .map(|summary| policy(ctx, client, &policy_type, summary)),
    )
    .await;
    let mut dataset = Dataset::complete(Vec::new());
    dataset.gaps.extend(gap);
    for (row, gaps) in rows {
        dataset.items.push(row);
        for gap in gaps {
            dataset.push_gap(gap);
        }
    }
    dataset
}

/// A partition that does not know a policy type yet refuses its name, and then no policy of that type can be there.
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPolicies.html>
fn of_known_type(mut gap: Gap) -> Gap {
    if gap.code.as_deref() == Some("InvalidInputException") {
        gap.kind = GapKind::Unsupported;
    }
    gap
}

/// A policy that exists stays in the list even where its text or its targets cannot be read.
async fn policy(
    ctx: &Context,
    client: &Client,
    policy_type: &PolicyType,
    summary: types::PolicySummary,
) -> (Policy, Vec<Gap>) {
    let id = summary.id.unwrap_or_default();
    let arn = summary.arn.unwrap_or_default();
    let ask_targets = |token| {
        client
            .list_targets_for_policy()
            .policy_id(&id)
            .set_next_token(token)
            .send()
    };
    let (described, targets) = join(
        ctx.read(
            calls::DESCRIBE_POLICY,
            Some(&arn),
            client.describe_policy().policy_id(&id).send(),
        ),
        ctx.pages(calls::LIST_TARGETS_FOR_POLICY, Some(&arn), ask_targets, |page| {
            (page.targets.unwrap_or_default(), page.next_token)
        }),
    )
    .await;
    let mut gaps = Vec::new();
    let content = described
        .map_err(|miss| gaps.push(miss.into_gap()))
        .ok()
        .and_then(|answer| answer.policy)
        .and_then(|policy| policy.content)
        .map(PolicyText::from);
    // Half a list of targets would pass for the whole of it.
    let targets = match targets.missing {
        None => Some(targets.items.into_iter().map(target).collect()),
        Some(miss) => {
            gaps.push(miss.into_gap());
            None
        }
    };
    let row = Policy {
        id,
        arn,
        name: summary.name.unwrap_or_default(),
        type_: summary
            .r#type
            .map_or_else(|| policy_type.as_str().to_owned(), |name| name.as_str().to_owned()),
        aws_managed: summary.aws_managed,
        content,
        targets,
    };
    (row, gaps)
}

fn target(target: types::PolicyTargetSummary) -> PolicyTarget {
    PolicyTarget {
        target_id: target.target_id.unwrap_or_default(),
        type_: target.r#type.map(|name| name.as_str().to_owned()).unwrap_or_default(),
    }
}

async fn effective_policy(ctx: &Context, client: &Client) -> Dataset<EffectivePolicy> {
    let request = client
        .describe_effective_policy()
        .policy_type(EffectivePolicyType::BedrockPolicy)
        .send();
    let read = ctx.read(calls::DESCRIBE_EFFECTIVE_POLICY, None, request).await;
    let policy = read.map(|answer| answer.effective_policy).map_err(|miss| match miss {
        Miss::Gap(gap) => Miss::Gap(of_known_type(gap)),
        absent @ Miss::Absent(_) => absent,
    });
    flatten(policy, |policy| EffectivePolicy {
        policy_type: policy.policy_type.map_or_else(
            || EffectivePolicyType::BedrockPolicy.as_str().to_owned(),
            |name| name.as_str().to_owned(),
        ),
        target_id: policy.target_id.unwrap_or_else(|| ctx.account().to_owned()),
        policy_content: policy.policy_content.map(PolicyText::from).unwrap_or_default(),
    })
}

async fn delegated_administrators(ctx: &Context, client: &Client) -> Dataset<DelegatedAdministrator> {
    let ask = |token| client.list_delegated_administrators().set_next_token(token).send();
    let pages = ctx
        .pages(calls::LIST_DELEGATED_ADMINISTRATORS, None, ask, |page| {
            (page.delegated_administrators.unwrap_or_default(), page.next_token)
        })
        .await;
    let (administrators, gap) = pages.split();
    let rows = join_all(administrators.into_iter().map(|administrator| async move {
        let id = administrator.id.unwrap_or_default();
        let ask = |token| {
            let request = client.list_delegated_services_for_account().account_id(&id);
            request.set_next_token(token).send()
        };
        let services = ctx
            .pages(calls::LIST_DELEGATED_SERVICES_FOR_ACCOUNT, Some(&id), ask, |page| {
                (page.delegated_services.unwrap_or_default(), page.next_token)
            })
            .await;
        let names = services
            .items
            .into_iter()
            .filter_map(|service| service.service_principal)
            .collect();
        let row = DelegatedAdministrator {
            service_principals: services.missing.is_none().then_some(names),
            id,
        };
        (row, services.missing.map(Miss::into_gap))
    }))
    .await;
    let mut dataset = Dataset::complete(Vec::new());
    dataset.gaps.extend(gap);
    for (row, gap) in rows {
        dataset.items.push(row);
        dataset.gaps.extend(gap);
    }
    dataset
}

async fn resource_policy(ctx: &Context, client: &Client) -> Dataset<ResourcePolicy> {
    let request = client.describe_resource_policy().send();
    let read = ctx.read(calls::DESCRIBE_RESOURCE_POLICY, None, request).await;
    let policy = read.map(|answer| answer.resource_policy);
    flatten(policy, |policy| ResourcePolicy {
        arn: policy
            .resource_policy_summary
            .and_then(|summary| summary.arn)
            .unwrap_or_default(),
        content: policy.content.map(PolicyText::from).unwrap_or_default(),
    })
}

/// The dataset of a read whose answer may hold nothing.
fn flatten<T, R>(read: Result<Option<T>, Miss>, row: impl FnOnce(T) -> R) -> Dataset<R> {
    gather(read.transpose().map(|read| read.map(row)))
}
