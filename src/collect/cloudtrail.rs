//! What CloudTrail records: trails with what they take and whether they deliver, and event data stores.
//!
//! A trail of several regions shows up in each of them and is read once, in its home region, scanned or not.
//! API: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/>.

use super::context::{Context, Miss};
use super::paginate::gather;
use super::times::rfc3339;
use crate::model::arn::Arn;
use crate::model::aws::cloudtrail::{
    AdvancedEventSelector, DataResource, EventDataStore, EventSelector, FieldSelector, Trail, TrailSelectors,
    TrailStatus,
};
use crate::model::calls::cloudtrail::{
    DESCRIBE_TRAILS, GET_EVENT_DATA_STORE, GET_EVENT_SELECTORS, GET_TRAIL_STATUS, LIST_EVENT_DATA_STORES,
};
use crate::model::dataset::Dataset;
use crate::model::snapshot::Global;
use aws_sdk_cloudtrail::{Client, types};
use futures::future::{join, join_all};

/// Trails and stores that this region shows and no other region showed before.
pub(super) async fn collect(ctx: &Context) -> Global {
    let client = Client::new(ctx.config());
    let (mut global, stores) = join(trails(ctx, &client), event_data_stores(ctx, &client)).await;
    global.event_data_stores = stores;
    global
}

async fn trails(ctx: &Context, client: &Client) -> Global {
    let request = client.describe_trails().include_shadow_trails(true).send();
    let trails = match ctx.read(DESCRIBE_TRAILS, None, request).await {
        Ok(answer) => Dataset::complete(
            answer
                .trail_list
                .unwrap_or_default()
                .into_iter()
                .map(trail)
                .filter(|trail| ctx.claim("trail", &trail.trail_arn))
                .collect(),
        ),
        Err(miss) => Dataset::unread(miss.into_gap()),
    };
    let (selectors, statuses) = join(
        join_all(trails.items.iter().map(|trail| selectors(ctx, trail))),
        join_all(trails.items.iter().map(|trail| status(ctx, trail))),
    )
    .await;
    Global {
        trails,
        trail_selectors: gather(selectors),
        trail_statuses: gather(statuses),
        ..Global::default()
    }
}

fn trail(trail: types::Trail) -> Trail {
    let arn = trail.trail_arn.unwrap_or_default();
    let home = Arn::parse(&arn).map(|arn| arn.region.to_owned()).unwrap_or_default();
    Trail {
        name: trail.name.unwrap_or_default(),
        home_region: trail.home_region.filter(|region| !region.is_empty()).unwrap_or(home),
        is_multi_region_trail: trail.is_multi_region_trail.unwrap_or(false),
        is_organization_trail: trail.is_organization_trail.unwrap_or(false),
        s3_bucket_name: trail.s3_bucket_name,
        kms_key_id: trail.kms_key_id,
        log_file_validation_enabled: trail.log_file_validation_enabled,
        trail_arn: arn,
    }
}

/// The context of a trail's home region.
fn home(ctx: &Context, trail: &Trail) -> Context {
    if trail.home_region.is_empty() {
        ctx.clone()
    } else {
        ctx.in_region(&trail.home_region)
    }
}

/// A trail that is listed is there. One that AWS then claims not to know belongs to the organization, and is hidden.
fn hidden(miss: Miss) -> Miss {
    Miss::Gap(miss.into_gap())
}

async fn selectors(ctx: &Context, trail: &Trail) -> Result<TrailSelectors, Miss> {
    let ctx = home(ctx, trail);
    let client = Client::new(ctx.config());
    let request = client.get_event_selectors().trail_name(&trail.trail_arn).send();
    let answer = ctx
        .read(GET_EVENT_SELECTORS, Some(&trail.trail_arn), request)
        .await
        .map_err(hidden)?;
    Ok(TrailSelectors {
        trail_arn: trail.trail_arn.clone(),
        event_selectors: answer
            .event_selectors
            .unwrap_or_default()
            .into_iter()
            .map(basic)
            .collect(),
        advanced_event_selectors: answer
            .advanced_event_selectors
            .unwrap_or_default()
            .into_iter()
            .map(advanced)
            .collect(),
    })
}

async fn status(ctx: &Context, trail: &Trail) -> Result<TrailStatus, Miss> {
    let ctx = home(ctx, trail);
    let client = Client::new(ctx.config());
    let request = client.get_trail_status().name(&trail.trail_arn).send();
    let answer = ctx
        .read(GET_TRAIL_STATUS, Some(&trail.trail_arn), request)
        .await
        .map_err(hidden)?;
    Ok(TrailStatus {
        trail_arn: trail.trail_arn.clone(),
        is_logging: answer.is_logging,
        latest_delivery_error: answer.latest_delivery_error.filter(|error| !error.is_empty()),
        latest_delivery_time: answer.latest_delivery_time.and_then(rfc3339),
        stop_logging_time: answer.stop_logging_time.and_then(rfc3339),
    })
}

fn basic(selector: types::EventSelector) -> EventSelector {
    EventSelector {
        read_write_type: selector.read_write_type.map(|kind| kind.as_str().to_owned()),
        include_management_events: selector.include_management_events,
        data_resources: selector
            .data_resources
            .unwrap_or_default()
            .into_iter()
            .map(|resource| DataResource {
                type_: resource.r#type.unwrap_or_default(),
                values: resource.values.unwrap_or_default(),
            })
            .collect(),
        exclude_management_event_sources: selector.exclude_management_event_sources.unwrap_or_default(),
    }
}

fn advanced(selector: types::AdvancedEventSelector) -> AdvancedEventSelector {
    AdvancedEventSelector {
        name: selector.name,
        field_selectors: selector
            .field_selectors
            .into_iter()
            .map(|field| FieldSelector {
                field: field.field,
                equals: field.equals.unwrap_or_default(),
                starts_with: field.starts_with.unwrap_or_default(),
                ends_with: field.ends_with.unwrap_or_default(),
                not_equals: field.not_equals.unwrap_or_default(),
                not_starts_with: field.not_starts_with.unwrap_or_default(),
                not_ends_with: field.not_ends_with.unwrap_or_default(),
            })
            .collect(),
    }
}

async fn event_data_stores(ctx: &Context, client: &Client) -> Dataset<EventDataStore> {
    let ask = |token| client.list_event_data_stores().set_next_token(token).send();
    let pages = ctx
        .pages(LIST_EVENT_DATA_STORES, None, ask, |page| {
            (page.event_data_stores.unwrap_or_default(), page.next_token)
        })
        .await;
    let (listed, gap) = pages.split();
    let rows = listed
        .into_iter()
        .map(|store| {
            (
                store.event_data_store_arn.unwrap_or_default(),
                store.name.unwrap_or_default(),
            )
        })
        .filter(|(arn, _)| ctx.claim("event data store", arn))
        .map(|(arn, name)| async move {
            let request = client.get_event_data_store().event_data_store(&arn).send();
            let row = EventDataStore {
                region: ctx.region().to_owned(),
                event_data_store_arn: arn.clone(),
                name,
                ..EventDataStore::default()
            };
            match ctx.read(GET_EVENT_DATA_STORE, Some(&arn), request).await {
                Ok(answer) => {
                    let selectors = answer.advanced_event_selectors.unwrap_or_default();
                    let row = EventDataStore {
                        status: answer.status.map(|status| status.as_str().to_owned()),
                        multi_region_enabled: answer.multi_region_enabled,
                        organization_enabled: answer.organization_enabled,
                        advanced_event_selectors: selectors.into_iter().map(advanced).collect(),
                        ..row
                    };
                    (Some(row), None)
                }
                Err(Miss::Absent(_)) => (None, None),
                // It exists, and only what it takes is unknown.
                Err(Miss::Gap(gap)) => (Some(row), Some(gap)),
            }
        });
    let mut dataset = Dataset::complete(Vec::new());
    dataset.gaps.extend(gap);
    for (row, gap) in join_all(rows).await {
        dataset.items.extend(row);
        dataset.gaps.extend(gap);
    }
    dataset
}
