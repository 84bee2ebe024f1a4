//! Reads an account through the AWS API into a snapshot. Nothing else in the crate knows the SDK.
//!
//! Collectors are plain async functions in three tables: what an account has once, what each region has, and what the
//! rows of a region point at. A collector cannot fail; it brings rows and gaps. All of them run at once in one task,
//! and nothing waits for another region: what a region refers to is read as soon as that region's own rows are in.

mod bedrock;
mod bedrock_agent;
mod cancel;
mod classify;
mod cloudtrail;
mod cloudwatch;
mod context;
mod ec2;
mod iam;
mod kms;
mod lambda;
mod listen;
mod logs;
mod message;
mod organizations;
mod pace;
mod paginate;
mod plan;
mod progress;
mod references;
mod regions;
mod s3;
mod session;
mod sts;
mod times;

pub use cancel::{Cancel, Stop};
pub use plan::{CollectError, Plan};
pub use progress::{Bar, Progress, Silent};

use crate::model::snapshot::{Account, Global, Regional, Snapshot};
use aws_types::SdkConfig;
use context::{Context, Start};
use futures::FutureExt;
use futures::future::{LocalBoxFuture, join, join_all, try_join};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a collector that worked in one region brought: rows of that region, and account-wide rows found there.
#[derive(Debug, Default)]
struct Harvest {
    global: Global,
    regional: Regional,
}

impl Harvest {
    fn absorb(&mut self, other: Self) {
        self.global.absorb(other.global);
        self.regional.absorb(other.regional);
    }
}

impl From<Regional> for Harvest {
    fn from(regional: Regional) -> Self {
        Self {
            regional,
            ..Self::default()
        }
    }
}

impl From<Global> for Harvest {
    fn from(global: Global) -> Self {
        Self {
            global,
            ..Self::default()
        }
    }
}

/// A row of a table of collectors: its name, the services it asks, and the function.
struct Collector<Run> {
    name: &'static str,
    services: &'static [&'static str],
    run: Run,
}

/// Once for the account.
type OnAccount = for<'a> fn(&'a Context) -> LocalBoxFuture<'a, Global>;
/// Once for each region.
type OnRegion = for<'a> fn(&'a Context) -> LocalBoxFuture<'a, Harvest>;
/// Once for each region, on what the others found there.
type OnReferences = for<'a> fn(&'a Context, &'a Harvest) -> LocalBoxFuture<'a, Harvest>;

const GLOBAL: &[Collector<OnAccount>] = &[
    Collector {
        name: "iam",
        services: &["iam"],
        run: |ctx| iam::collect(ctx).boxed_local(),
    },
    Collector {
        name: "organizations",
        services: &["organizations"],
        run: |ctx| organizations::collect(ctx).boxed_local(),
    },
];

/// The collectors of a region that need not wait for each other, and those that read what they point at.
struct Stage {
    rows: &'static [Collector<OnRegion>],
    then: &'static [Collector<OnReferences>],
}

/// Agents take the longest, so that what the rest points at is read meanwhile.
const STAGES: &[Stage] = &[
    Stage {
        rows: RESOURCES,
        then: &[LOGS, ALARMS, S3, LAMBDA, ON_OFFER],
    },
    Stage {
        rows: ORCHESTRATION,
        then: &[FOREIGN, LAMBDA, ON_OFFER],
    },
];

const RESOURCES: &[Collector<OnRegion>] = &[
    Collector {
        name: "ec2",
        services: &["ec2"],
        run: |ctx| ec2::collect(ctx).map(Harvest::from).boxed_local(),
    },
    Collector {
        name: "cloudtrail",
        services: &["cloudtrail"],
        run: |ctx| cloudtrail::collect(ctx).map(Harvest::from).boxed_local(),
    },
    Collector {
        name: "bedrock",
        services: &["bedrock"],
        run: |ctx| bedrock::collect(ctx).map(Harvest::from).boxed_local(),
    },
    Collector {
        name: "knowledge bases",
        services: &["bedrock-agent"],
        run: |ctx| bedrock_agent::knowledge_bases(ctx).map(Harvest::from).boxed_local(),
    },
    Collector {
        name: "cloudwatch metrics",
        services: &["cloudwatch"],
        run: |ctx| cloudwatch::metrics(ctx).map(Harvest::from).boxed_local(),
    },
];

const ORCHESTRATION: &[Collector<OnRegion>] = &[Collector {
    name: "agents and flows",
    services: &["bedrock-agent"],
    run: |ctx| bedrock_agent::orchestration(ctx).map(Harvest::from).boxed_local(),
}];

const FOREIGN: Collector<OnReferences> = Collector {
    name: "foreign guardrails",
    services: &["bedrock"],
    run: |ctx, found| bedrock::foreign(ctx, &found.regional).map(Harvest::from).boxed_local(),
};

const ON_OFFER: Collector<OnReferences> = Collector {
    name: "models on offer",
    services: &["bedrock"],
    run: |ctx, found| bedrock::on_offer(ctx, &found.regional).map(Harvest::from).boxed_local(),
};

const LOGS: Collector<OnReferences> = Collector {
    name: "logs",
    services: &["logs"],
    run: |ctx, found| logs::collect(ctx, found).boxed_local(),
};

const ALARMS: Collector<OnReferences> = Collector {
    name: "cloudwatch alarms",
    services: &["cloudwatch"],
    run: |ctx, found| cloudwatch::alarms(ctx, found).boxed_local(),
};

const S3: Collector<OnReferences> = Collector {
    name: "s3",
    services: &["s3", "s3control"],
    run: |ctx, found| s3::collect(ctx, found).boxed_local(),
};

const LAMBDA: Collector<OnReferences> = Collector {
    name: "lambda",
    services: &["lambda"],
    run: |ctx, found| lambda::collect(ctx, found).boxed_local(),
};

/// Reads the account of the plan's credentials.
///
/// An error means that there was no start; all that goes wrong later is a gap in the snapshot.
pub async fn collect(
    plan: &Plan,
    captured_at: String,
    progress: Arc<dyn Progress>,
    cancel: Cancel,
) -> Result<Snapshot, CollectError> {
    let config = session::load(plan).await?;
    collect_with(config, plan, captured_at, progress, cancel).await
}

/// The same with a ready-made configuration of the SDK, for those who have one.
pub async fn collect_with(
    config: SdkConfig,
    plan: &Plan,
    captured_at: String,
    progress: Arc<dyn Progress>,
    cancel: Cancel,
) -> Result<Snapshot, CollectError> {
    let work = run(config, plan, captured_at, Arc::clone(&progress), cancel.clone()).boxed_local();
    let clock = async {
        if let Some(deadline) = plan.deadline {
            tokio::time::sleep(deadline).await;
            cancel.stop(Stop::Deadline);
        }
        std::future::pending::<()>().await;
    };
    let snapshot = tokio::select! {
        snapshot = work => snapshot,
        () = clock => Err(CollectError::Stopped),
    };
    progress.finish();
    snapshot
}

async fn run(
    config: SdkConfig,
    plan: &Plan,
    captured_at: String,
    progress: Arc<dyn Progress>,
    cancel: Cancel,
) -> Result<Snapshot, CollectError> {
    let home = config.region().map_or("us-east-1", |region| region.as_ref()).to_owned();
    let partition = regions::partition_of_region(&home);
    let context = |account: String, partition: &str, not_opted_in| {
        Context::new(Start {
            config: config.clone(),
            account,
            partition: partition.to_owned(),
            not_opted_in,
            named: !plan.regions.is_empty(),
            concurrency: plan.concurrency,
            cancel: cancel.clone(),
            progress: Arc::clone(&progress),
        })
    };
    let before = context(String::new(), partition.name, BTreeSet::new());
    // A region may be closed to this account or by its organization; what is asked here, another one answers too.
    let mut homes = vec![home.as_str(), partition.global_region];
    homes.dedup();
    let (mut identity, known) = try_join(
        sts::identity(&config, &homes, plan, &cancel),
        ec2::regions(&before, &homes).map(Ok),
    )
    .await?;

    // Credentials hold in one partition. A stand-in for AWS may not know in which; the region that was chosen does.
    if partition.name != identity.partition && partition != regions::partition_of_region("") {
        partition.name.clone_into(&mut identity.partition);
    }
    let told = known.is_complete() && !known.items.is_empty();
    if told && let Some(name) = plan.regions.iter().find(|name| !regions::exists(name, &known.items)) {
        return Err(CollectError::NoSuchRegion(name.clone()));
    }
    let scope = if plan.regions.is_empty() {
        let enabled = told.then_some(known.items.as_slice());
        regions::default_scope(regions::partition_named(&identity.partition), enabled)
    } else {
        plan.regions.clone()
    };
    if scope.is_empty() {
        return Err(CollectError::NoRegions(identity.partition));
    }
    let not_opted_in = known
        .items
        .iter()
        .filter(|region| !regions::is_enabled(region))
        .map(|region| region.region_name.clone())
        .collect();
    let context = context(identity.account.clone(), &identity.partition, not_opted_in);

    let mut account = read(&context, plan, &scope, progress.as_ref()).await;
    account.partition = identity.partition;
    account.named_regions = plan.regions.iter().cloned().collect();
    account.global.regions.absorb(known);

    let mut snapshot = Snapshot::new(captured_at);
    snapshot.complete = cancel.reason().is_none();
    snapshot.accounts.insert(identity.account, account);
    snapshot.sort();
    Ok(snapshot)
}

/// Runs every collector that the plan wants over the account and its regions, all at once.
async fn read(context: &Context, plan: &Plan, scope: &[String], progress: &dyn Progress) -> Account {
    let steps = GLOBAL.len()
        + scope.len()
            * STAGES
                .iter()
                .map(|stage| stage.rows.len() + stage.then.len())
                .sum::<usize>();
    progress.expect(u64::try_from(steps).unwrap_or(u64::MAX));
    let global = join_all(GLOBAL.iter().map(|row| async move {
        let rows = if plan.wants(row.services) {
            (row.run)(context).await
        } else {
            Global::default()
        };
        context.step(row.name);
        rows
    }));
    let regions: BTreeSet<&String> = scope.iter().collect();
    let regional = join_all(regions.into_iter().map(|region| async move {
        let context = context.in_region(region);
        (region.clone(), region_of(&context, plan).boxed_local().await)
    }));
    let (global, regional) = join(global, regional).await;
    let mut account = Account {
        regions: BTreeMap::new(),
        ..Account::default()
    };
    for rows in global {
        account.global.absorb(rows);
    }
    for (region, harvest) in regional {
        account.global.absorb(harvest.global);
        account.regions.insert(region, harvest.regional);
    }
    policy_guardrails(context, plan, &mut account).await;
    account
}

/// The guardrails of other accounts that the organization enforces: known only when both its policy and the regions
/// have been read, and asked for because nobody else's scan says whether they hold here.
async fn policy_guardrails(context: &Context, plan: &Plan, account: &mut Account) {
    let asked = references::policy_guardrails(context.account(), &account.global);
    if asked.is_empty() || !plan.wants(&["bedrock"]) {
        return;
    }
    join_all(account.regions.iter_mut().map(|(region, rows)| {
        let (context, asked) = (context.in_region(region), &asked);
        async move {
            let more = bedrock::of_policy(&context, rows, asked).await;
            rows.absorb(more);
        }
    }))
    .await;
}

async fn region_of(context: &Context, plan: &Plan) -> Harvest {
    let stages = join_all(STAGES.iter().map(|stage| stage_of(stage, context, plan))).await;
    united(Harvest::default(), stages)
}

async fn stage_of(stage: &Stage, context: &Context, plan: &Plan) -> Harvest {
    let found = join_all(stage.rows.iter().map(|row| async move {
        let harvest = if plan.wants(row.services) {
            (row.run)(context).await
        } else {
            Harvest::default()
        };
        context.step(row.name);
        harvest
    }))
    .await;
    let harvest = united(Harvest::default(), found);
    let found = join_all(stage.then.iter().map(|row| {
        let harvest = &harvest;
        async move {
            let more = if plan.wants(row.services) {
                (row.run)(context, harvest).await
            } else {
                Harvest::default()
            };
            context.step(row.name);
            more
        }
    }))
    .await;
    united(harvest, found)
}

fn united(mut harvest: Harvest, found: Vec<Harvest>) -> Harvest {
    for more in found {
        harvest.absorb(more);
    }
    harvest
}
