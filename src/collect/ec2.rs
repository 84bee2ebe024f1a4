//! Regions of the account, and the VPC endpoints through which a region's Bedrock is reached.
//!
//! API: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html>.

use super::context::Context;
use crate::model::aws::ec2::{Region, VpcEndpoint};
use crate::model::calls::ec2::{DESCRIBE_REGIONS, DESCRIBE_VPC_ENDPOINTS};
use crate::model::dataset::Dataset;
use crate::model::gap::GapKind;
use crate::model::policy_text::PolicyText;
use crate::model::snapshot::Regional;
use aws_sdk_ec2::types;
use std::time::Duration;
use tokio::time::timeout;

/// Nothing starts before the regions are known, and a built-in list can stand in for the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Every region of the partition and whether the account may use it, as the first of `homes` that answers tells.
pub(super) async fn regions(ctx: &Context, homes: &[&str]) -> Dataset<Region> {
    let mut known = Dataset::default();
    for home in homes {
        known = regions_from(&ctx.in_region(home)).await;
        if known.is_complete() {
            break;
        }
    }
    known
}

async fn regions_from(ctx: &Context) -> Dataset<Region> {
    let client = aws_sdk_ec2::Client::new(ctx.config());
    let request = client.describe_regions().all_regions(true).send();
    let Ok(read) = timeout(PATIENCE, ctx.read(DESCRIBE_REGIONS, None, request)).await else {
        return Dataset::unread(ctx.gap(DESCRIBE_REGIONS, None, GapKind::Timeout, "no answer in time"));
    };
    let regions = match read {
        Ok(answer) => answer.regions.unwrap_or_default(),
        Err(miss) => return Dataset::unread(miss.into_gap()),
    };
    Dataset::complete(
        regions
            .into_iter()
            .map(|region| Region {
                region_name: region.region_name.unwrap_or_default(),
                opt_in_status: region.opt_in_status,
            })
            .collect(),
    )
}

/// The region's endpoints for any service of Bedrock.
pub(super) async fn collect(ctx: &Context) -> Regional {
    let client = aws_sdk_ec2::Client::new(ctx.config());
    let filter = types::Filter::builder()
        .name("service-name")
        .values("*.bedrock*")
        .build();
    let pages = ctx
        .pages(
            DESCRIBE_VPC_ENDPOINTS,
            None,
            |token| {
                client
                    .describe_vpc_endpoints()
                    .filters(filter.clone())
                    .set_next_token(token)
                    .send()
            },
            |page| (page.vpc_endpoints.unwrap_or_default(), page.next_token),
        )
        .await;
    Regional {
        vpc_endpoints: pages.dataset(endpoint),
        ..Regional::default()
    }
}

fn endpoint(endpoint: types::VpcEndpoint) -> VpcEndpoint {
    let text = |text: Option<String>| text.unwrap_or_default();
    VpcEndpoint {
        vpc_endpoint_id: text(endpoint.vpc_endpoint_id),
        vpc_endpoint_type: endpoint
            .vpc_endpoint_type
            .map(|kind| kind.as_str().to_owned())
            .unwrap_or_default(),
        vpc_id: text(endpoint.vpc_id),
        service_name: text(endpoint.service_name),
        service_region: endpoint.service_region,
        state: endpoint
            .state
            .map(|state| state.as_str().to_owned())
            .unwrap_or_default(),
        policy_document: endpoint
            .policy_document
            .filter(|text| !text.is_empty())
            .map(PolicyText::from),
        private_dns_enabled: endpoint.private_dns_enabled,
        subnet_ids: endpoint.subnet_ids.unwrap_or_default(),
        network_interface_ids: endpoint.network_interface_ids.unwrap_or_default(),
        owner_id: endpoint.owner_id,
        requester_managed: endpoint.requester_managed,
    }
}
