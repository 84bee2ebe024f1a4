//! Whether the region logs model invocations, and where to.
//!
//! AWS answers with nothing where logging is off: that is an empty dataset, and no gap.

use super::logging_rows;
use crate::collect::context::{Context, Miss};
use crate::model::calls::bedrock::GET_MODEL_INVOCATION_LOGGING_CONFIGURATION;
use crate::model::dataset::Dataset;
use crate::model::snapshot::Regional;
use aws_sdk_bedrock::Client;

pub(super) async fn collect(ctx: &Context, client: &Client) -> Regional {
    let request = client.get_model_invocation_logging_configuration().send();
    let invocation_logging = match ctx
        .read(GET_MODEL_INVOCATION_LOGGING_CONFIGURATION, None, request)
        .await
    {
        Ok(answer) => Dataset::complete(answer.logging_config.iter().map(logging_rows::configuration).collect()),
        Err(Miss::Absent(_)) => Dataset::complete(Vec::new()),
        Err(Miss::Gap(gap)) => Dataset::unread(gap),
    };
    Regional {
        invocation_logging,
        ..Regional::default()
    }
}
