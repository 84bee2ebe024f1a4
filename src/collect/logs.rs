//! The log groups that invocation logging names, and the keys that they are encrypted with.
//!
//! AWS lists by prefix, so a namesake with a longer name must not pass for the group itself. The row's key and a gap's
//! `resource` are the group's name, also where the configuration has its ARN.
//! API: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html>.

use super::context::Context;
use super::{Harvest, kms, references};
use crate::model::aws::observability as row;
use crate::model::calls::logs::DESCRIBE_LOG_GROUPS;
use crate::model::dataset::Dataset;
use crate::model::gap::Gap;
use crate::model::snapshot::Regional;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::LogGroup;
use futures::future::join_all;

/// Reads what the region's logging configuration names.
pub(super) async fn collect(ctx: &Context, found: &Harvest) -> Harvest {
    let client = Client::new(ctx.config());
    let names = references::log_groups(&found.regional);
    let mut log_groups = Dataset::complete(Vec::new());
    for answer in join_all(names.iter().map(|name| group(ctx, &client, name))).await {
        match answer {
            Ok(row) => log_groups.items.push(row),
            Err(gap) => log_groups.push_gap(gap),
        }
    }
    let keys = log_groups.items.iter().filter_map(|group| group.kms_key_id.clone());
    let keys = kms::keys(ctx, ctx.region(), keys.collect()).await;
    Harvest::from(Regional {
        log_groups,
        keys,
        ..Regional::default()
    })
}

async fn group(ctx: &Context, client: &Client, name: &str) -> Result<row::LogGroup, Gap> {
    let pages = ctx
        .pages(
            DESCRIBE_LOG_GROUPS,
            Some(name),
            |token| {
                let request = client.describe_log_groups().log_group_name_prefix(name);
                request.set_next_token(token).send()
            },
            |page| (page.log_groups.unwrap_or_default(), page.next_token),
        )
        .await;
    let (groups, gap) = pages.split();
    match (exact(name, &groups), gap) {
        (Some(group), _) => Ok(row(name, group)),
        (None, Some(gap)) => Err(gap),
        (None, None) => Ok(row::LogGroup {
            log_group_name: name.to_owned(),
            ..row::LogGroup::default()
        }),
    }
}

fn exact<'a>(name: &str, groups: &'a [LogGroup]) -> Option<&'a LogGroup> {
    groups
        .iter()
        .find(|group| group.log_group_name.as_deref() == Some(name))
}

fn row(name: &str, x: &LogGroup) -> row::LogGroup {
    row::LogGroup {
        log_group_name: name.to_owned(),
        exists: true,
        arn: x
            .log_group_arn
            .clone()
            .or_else(|| x.arn.as_deref().map(|arn| arn.trim_end_matches(":*").to_owned())),
        retention_in_days: x.retention_in_days.map(i64::from),
        kms_key_id: x.kms_key_id.clone().filter(|key| !key.is_empty()),
        data_protection_status: x
            .data_protection_status
            .as_ref()
            .map(|status| status.as_str().to_owned()),
        inherited_properties: x
            .inherited_properties()
            .iter()
            .map(|property| property.as_str().to_owned())
            .collect(),
        log_group_class: x.log_group_class.as_ref().map(|class| class.as_str().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_name_is_another_group() {
        let group = |name: &str| LogGroup::builder().log_group_name(name).build();
        let groups = [group("/bedrock/a-old"), group("/bedrock/a")];
        assert_eq!(exact("/bedrock/a", &groups), groups.get(1));
        assert_eq!(exact("/bedrock", &groups), None);
    }

    #[test]
    fn the_arn_loses_its_streams() {
        let group = LogGroup::builder()
            .arn("arn:aws:logs:eu-west-1:111122223333:log-group:g:*")
            .build();
        let row = row("g", &group);
        assert_eq!(
            row.arn.as_deref(),
            Some("arn:aws:logs:eu-west-1:111122223333:log-group:g")
        );
        assert_eq!((row.retention_in_days, row.data_protection_status), (None, None));
    }
}
