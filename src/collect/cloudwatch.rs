//! Signs of use and of watchfulness: the metrics of Bedrock, and alarms on what log groups take in.
//!
//! One page with a metric is enough, since any metric shows that the region was used within about two weeks; a narrower
//! window (`RecentlyActive`) would forget yesterday's use. Alarms are read only where a log group is named.
//! API: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html>.

use super::context::Context;
use super::{Harvest, references};
use crate::model::aws::observability as row;
use crate::model::calls::cloudwatch::{DESCRIBE_ALARMS, LIST_METRICS};
use crate::model::dataset::Dataset;
use crate::model::snapshot::Regional;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{AlarmType, Dimension, MetricAlarm};
use std::collections::BTreeSet;

const NAMESPACE: &str = "AWS/Logs";
const METRIC: &str = "IncomingBytes";
/// Alarms asked for in one page, the most that the service gives.
const PAGE: i32 = 100;

/// The region's Bedrock metrics.
pub(super) async fn metrics(ctx: &Context) -> Regional {
    let client = Client::new(ctx.config());
    let ask = |token| {
        let request = client.list_metrics().namespace("AWS/Bedrock");
        request.set_next_token(token).send()
    };
    let bedrock_metrics = ctx
        .first_items(LIST_METRICS, ask, |page| {
            let metrics = page.metrics.unwrap_or_default().into_iter();
            // The same metric stands there once for each model.
            let names: BTreeSet<String> = metrics.filter_map(|x| x.metric_name).collect();
            (names.into_iter().collect(), page.next_token)
        })
        .await
        .dataset(|metric_name| row::Metric { metric_name });
    Regional {
        bedrock_metrics,
        ..Regional::default()
    }
}

/// The alarms that would notice silence in the log group which the region's logging names.
pub(super) async fn alarms(ctx: &Context, found: &Harvest) -> Harvest {
    if references::log_groups(&found.regional).is_empty() {
        return Harvest::default();
    }
    let client = Client::new(ctx.config());
    let mut alarms = ctx
        .pages(
            DESCRIBE_ALARMS,
            None,
            |token| {
                let request = client.describe_alarms().alarm_types(AlarmType::MetricAlarm);
                request.max_records(PAGE).set_next_token(token).send()
            },
            |page| (page.metric_alarms.unwrap_or_default(), page.next_token),
        )
        .await
        .dataset(|x| alarm(&x));
    let rows = std::mem::take(&mut alarms.items);
    let mut watching = Dataset::complete(rows.into_iter().flatten().collect());
    watching.gaps = alarms.gaps;
    Harvest::from(Regional {
        alarms: watching,
        ..Regional::default()
    })
}

/// The row of an alarm on incoming bytes, be it one on the metric itself or on an expression over it.
fn alarm(x: &MetricAlarm) -> Option<row::MetricAlarm> {
    let is_bytes = |space: Option<&str>, name: Option<&str>| space == Some(NAMESPACE) && name == Some(METRIC);
    let own = is_bytes(x.namespace.as_deref(), x.metric_name.as_deref()).then(|| x.dimensions());
    let inner = x
        .metrics()
        .iter()
        .filter_map(|query| query.metric_stat.as_ref()?.metric.as_ref())
        .filter(|metric| is_bytes(metric.namespace.as_deref(), metric.metric_name.as_deref()))
        .map(aws_sdk_cloudwatch::types::Metric::dimensions);
    let found: Vec<&[Dimension]> = own.into_iter().chain(inner).collect();
    if found.is_empty() {
        return None;
    }
    let dimensions: BTreeSet<(String, String)> = found
        .into_iter()
        .flatten()
        .map(|x| (x.name.clone().unwrap_or_default(), x.value.clone().unwrap_or_default()))
        .collect();
    Some(row::MetricAlarm {
        alarm_name: x.alarm_name.clone().unwrap_or_default(),
        alarm_arn: x.alarm_arn.clone().unwrap_or_default(),
        actions_enabled: x.actions_enabled,
        alarm_actions: x.alarm_actions().to_vec(),
        namespace: Some(NAMESPACE.to_owned()),
        metric_name: Some(METRIC.to_owned()),
        dimensions: dimensions
            .into_iter()
            .map(|(name, value)| row::Dimension { name, value })
            .collect(),
        comparison_operator: x
            .comparison_operator
            .as_ref()
            .map(|operator| operator.as_str().to_owned()),
        threshold: x.threshold,
        treat_missing_data: x.treat_missing_data.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricStat};

    fn query(namespace: &str, group: &str) -> MetricDataQuery {
        let dimension = Dimension::builder().name("LogGroupName").value(group).build();
        let metric = Metric::builder()
            .namespace(namespace)
            .metric_name(METRIC)
            .dimensions(dimension)
            .build();
        MetricDataQuery::builder()
            .metric_stat(MetricStat::builder().metric(metric).build())
            .build()
    }

    #[test]
    fn an_alarm_on_an_expression_counts() {
        let x = MetricAlarm::builder()
            .alarm_name("a")
            .comparison_operator("LessThanLowerThreshold".into())
            .metrics(
                MetricDataQuery::builder()
                    .expression("ANOMALY_DETECTION_BAND(m1)")
                    .build(),
            )
            .metrics(query(NAMESPACE, "b"))
            .metrics(query(NAMESPACE, "a"))
            .metrics(query("Custom", "c"))
            .build();
        let row = alarm(&x).unwrap();
        let groups: Vec<&str> = row
            .dimensions
            .iter()
            .map(|dimension| dimension.value.as_str())
            .collect();
        assert_eq!(groups, ["a", "b"]);
        assert_eq!((row.metric_name.as_deref(), row.threshold), (Some(METRIC), None));
    }

    #[test]
    fn other_alarms_are_left_out() {
        let x = MetricAlarm::builder()
            .namespace(NAMESPACE)
            .metric_name("IncomingLogEvents");
        assert_eq!(alarm(&x.build()), None);
        assert_eq!(
            alarm(&MetricAlarm::builder().metrics(query("Custom", "c")).build()),
            None
        );
    }
}
