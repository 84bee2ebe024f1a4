//! What S3 says about a bucket before it looks at the operation: no such name, another region, another owner.
//!
//! Only in force when a world declares buckets, so that tests of single answers need none.

use serde_json::{Value, json};

use super::wire::ApiError;
use super::world::{Call, World};

#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) region: String,
    pub(super) owner: String,
}

/// The refusal that a declared world has for this call, if any.
pub(super) fn gate(world: &World, call: &Call) -> Option<ApiError> {
    if call.service != "s3" || world.buckets.is_empty() {
        return None;
    }
    let name = call.text("Bucket")?;
    let Some(bucket) = world.buckets.get(&name) else {
        return Some(ApiError::new(
            "NoSuchBucket",
            404,
            "The specified bucket does not exist",
        ));
    };
    if bucket.region != call.region && call.operation != "GetBucketLocation" {
        let away = ApiError::new(
            "PermanentRedirect",
            301,
            "The bucket you are attempting to access must be addressed elsewhere",
        );
        return Some(away.header("x-amz-bucket-region", &bucket.region));
    }
    if call
        .text("ExpectedBucketOwner")
        .is_some_and(|expected| expected != bucket.owner)
    {
        return Some(ApiError::new("AccessDenied", 403, "Access Denied"));
    }
    None
}

/// What follows from the declaration alone.
pub(super) fn known(world: &World, call: &Call) -> Option<Value> {
    let region = &world.buckets.get(&call.text("Bucket")?)?.region;
    match call.operation.as_str() {
        // The oldest region has no name here; see
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html.
        "GetBucketLocation" if region == "us-east-1" => Some(json!({})),
        "GetBucketLocation" => Some(json!({ "LocationConstraint": region })),
        "HeadBucket" => Some(json!({ "BucketRegion": region })),
        _ => None,
    }
}
