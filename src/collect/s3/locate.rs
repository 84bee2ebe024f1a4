//! Whether a bucket is there, where, and whose it is.
//!
//! The question is put with the audited account as expected owner. A refusal may mean a stranger's bucket or a missing
//! permission: only a call that works without that header and fails with it proves the stranger. Two operations are
//! tried, because auditors often may make one and not the other. A bucket of another region is followed there.

use super::dialect::translating;
use super::rows;
use crate::collect::context::{Context, Miss};
use crate::model::aws::s3::Bucket;
use crate::model::calls::Call;
use crate::model::calls::s3::{GET_BUCKET_LOCATION, HEAD_BUCKET};
use crate::model::gap::{Gap, GapKind};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::cell::RefCell;
use std::error::Error;

/// What is known of a bucket's place and owner.
pub(super) struct Located {
    /// The bucket; absent where not even its existence is known.
    pub(super) row: Option<Bucket>,
    /// Why something about it is not known.
    pub(super) gap: Option<Gap>,
}

/// A client whose requests name the bucket in the path, which every endpoint understands, a local one included.
pub(super) fn client(ctx: &Context) -> Client {
    Client::from_conf(config(ctx).build())
}

/// What such a client is made of.
pub(super) fn config(ctx: &Context) -> Builder {
    let mut config = Builder::from(ctx.config()).force_path_style(true);
    if let Some(http) = ctx.config().http_client() {
        config.set_http_client(Some(translating(http)));
    }
    config
}

/// One way of asking.
#[derive(Clone, Copy)]
struct Try {
    call: &'static Call,
    as_owner: bool,
}

const TRIES: [Try; 4] = [
    Try {
        call: GET_BUCKET_LOCATION,
        as_owner: true,
    },
    Try {
        call: GET_BUCKET_LOCATION,
        as_owner: false,
    },
    Try {
        call: HEAD_BUCKET,
        as_owner: true,
    },
    Try {
        call: HEAD_BUCKET,
        as_owner: false,
    },
];

/// Finds the bucket, beginning in the region that is the best guess.
pub(super) async fn locate(ctx: &Context, name: &str, guess: &str) -> Located {
    let row = |region: Option<String>, exists: bool, owned: Option<bool>| Bucket {
        name: name.to_owned(),
        exists,
        region,
        owned,
    };
    let seen = RefCell::new(None);
    let mut denied: Option<Gap> = None;
    let mut garbled = None;
    for attempt in TRIES {
        if garbled == Some(attempt.call) {
            continue;
        }
        let hint = seen.borrow().clone();
        match ask(ctx, name, hint.as_deref().unwrap_or(guess), attempt, &seen).await {
            Ok(region) => {
                return Located {
                    row: Some(row(Some(region), true, Some(attempt.as_owner))),
                    gap: None,
                };
            }
            Err(Miss::Absent(_)) => {
                return Located {
                    row: Some(row(None, false, None)),
                    gap: None,
                };
            }
            Err(Miss::Gap(gap)) if gap.kind == GapKind::Denied => {
                denied.get_or_insert(gap);
            }
            // An answer that cannot be understood says nothing about the other operation.
            Err(Miss::Gap(gap)) if gap.kind == GapKind::Malformed && attempt.call == GET_BUCKET_LOCATION => {
                garbled = Some(attempt.call);
                denied.get_or_insert(gap);
            }
            Err(Miss::Gap(gap)) => {
                return Located {
                    row: None,
                    gap: Some(denied.unwrap_or(gap)),
                };
            }
        }
    }
    // S3 says that a bucket is missing even to those who may do nothing: a refusal means that there is one.
    Located {
        row: Some(row(seen.into_inner(), true, None)),
        gap: denied,
    }
}

/// Asks in one region, and once more in the region that S3 points to.
async fn ask(
    ctx: &Context,
    name: &str,
    region: &str,
    attempt: Try,
    seen: &RefCell<Option<String>>,
) -> Result<String, Miss> {
    let first = ask_in(ctx, name, region, attempt, seen).await;
    let elsewhere = seen.borrow().clone().filter(|pointed| pointed != region);
    match (first, elsewhere) {
        (Err(Miss::Gap(_)), Some(elsewhere)) => ask_in(ctx, name, &elsewhere, attempt, seen).await,
        (answer, _) => answer,
    }
}

async fn ask_in(
    ctx: &Context,
    name: &str,
    region: &str,
    attempt: Try,
    seen: &RefCell<Option<String>>,
) -> Result<String, Miss> {
    let ctx = ctx.in_region(region);
    let client = client(&ctx);
    let owner = attempt.as_owner.then(|| ctx.account().to_owned());
    if attempt.call == GET_BUCKET_LOCATION {
        let request = client
            .get_bucket_location()
            .bucket(name)
            .set_expected_bucket_owner(owner);
        let answer = ctx.read(attempt.call, Some(name), noting(request.send(), seen)).await?;
        return Ok(rows::region(answer.location_constraint.as_ref()));
    }
    let request = client.head_bucket().bucket(name).set_expected_bucket_owner(owner);
    let answer = ctx.read(attempt.call, Some(name), noting(request.send(), seen)).await?;
    Ok(answer.bucket_region.unwrap_or_else(|| region.to_owned()))
}

/// Notes the region that an error answer names, which S3 gives even to those whom it refuses.
async fn noting<T, E>(
    request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    seen: &RefCell<Option<String>>,
) -> Result<T, SdkError<E, HttpResponse>>
where
    E: Error + ProvideErrorMetadata + 'static,
{
    let answer = request.await;
    if let Err(error) = &answer
        && let Some(region) = error
            .raw_response()
            .and_then(|raw| raw.headers().get("x-amz-bucket-region"))
        && is_region(region)
    {
        *seen.borrow_mut() = Some(region.to_owned());
    }
    answer
}

/// The text becomes part of a host name.
fn is_region(text: &str) -> bool {
    text.len() < 40 && text.contains('-') && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::is_region;

    #[test]
    fn a_region_is_a_harmless_name() {
        assert!(is_region("ap-southeast-7"));
        for text in ["", "evil.example.com", "a/b-c", "x y-z"] {
            assert!(!is_region(text), "{text}");
        }
    }
}
