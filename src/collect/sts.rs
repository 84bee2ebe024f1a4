//! Who is asking: the account and partition that the credentials belong to.
//!
//! The first call of every collection, and the one whose failure means that there is nothing to collect.

use super::cancel::{Cancel, Stop};
use super::classify::{Place, Shape, Symptom, Verdict, found_no_credentials, verdict};
use super::plan::{CollectError, Plan};
use crate::model::arn::Arn;
use crate::model::calls;
use crate::model::gap::GapKind;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

/// The caller.
pub(super) struct Identity {
    pub(super) account: String,
    pub(super) partition: String,
}

/// Asks STS in the first of `homes` that knows the credentials.
pub(super) async fn identity(
    config: &SdkConfig,
    homes: &[&str],
    plan: &Plan,
    cancel: &Cancel,
) -> Result<Identity, CollectError> {
    let mut first_error = None;
    for home in homes {
        match identity_at(config, home, plan, cancel).await {
            Err(error @ (CollectError::Rejected(_) | CollectError::Unreachable(_) | CollectError::Identity(_))) => {
                // The user's own region explains best what is wrong.
                first_error.get_or_insert(error);
            }
            done => return done,
        }
    }
    Err(first_error.unwrap_or(CollectError::Stopped))
}

/// Few attempts: a wrong endpoint or a closed network should be told soon.
async fn identity_at(config: &SdkConfig, home: &str, plan: &Plan, cancel: &Cancel) -> Result<Identity, CollectError> {
    let attempts = config.retry_config().map_or(3, RetryConfig::max_attempts).min(3);
    let retry = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let config = config
        .to_builder()
        .region(Region::new(home.to_owned()))
        .retry_config(retry.with_max_attempts(attempts))
        .build();
    let client = aws_sdk_sts::Client::new(&config);
    let stopped = async {
        // Credentials that failed elsewhere fail here too, and this call can say how.
        if cancel.stopped().await == Stop::Credentials {
            std::future::pending::<()>().await;
        }
    };
    let answer = tokio::select! {
        biased;
        () = stopped => return Err(CollectError::Stopped),
        answer = client.get_caller_identity().send() => answer,
    };
    let caller = answer.map_err(|error| explain(plan, &Symptom::of(&error), found_no_credentials(&error)))?;
    let arn = caller.arn.unwrap_or_default();
    match (Arn::parse(&arn), caller.account) {
        (Some(arn), Some(account)) if !account.is_empty() => Ok(Identity {
            account,
            partition: arn.partition.to_owned(),
        }),
        _ => Err(CollectError::Identity("the answer names no account".to_owned())),
    }
}

fn explain(plan: &Plan, symptom: &Symptom, none_found: bool) -> CollectError {
    let said = match &symptom.code {
        Some(code) if !symptom.message.contains(code.as_str()) => format!("{code}: {}", symptom.message),
        _ => symptom.message.clone(),
    };
    if symptom.is_expired() || said.contains("ExpiredToken") {
        return CollectError::Expired;
    }
    if symptom.shape == Shape::NoCredentials {
        // The metadata service stands last in the chain: its refusal means that nothing before it had any either.
        let none_found = none_found || said.contains("IMDS");
        return match (&plan.role_arn, &plan.profile) {
            _ if none_found && plan.profile.is_none() => CollectError::NoCredentials,
            (None, Some(profile)) => CollectError::Profile(profile.clone()),
            (Some(role), _) => CollectError::AssumeRole {
                role: role.clone(),
                reason: said,
            },
            _ => CollectError::CredentialSource(said),
        };
    }
    let anywhere = Place {
        offers_bedrock: true,
        not_opted_in: false,
    };
    match verdict(calls::sts::GET_CALLER_IDENTITY, false, symptom, anywhere) {
        Verdict::Gap(GapKind::Credentials) => CollectError::Rejected(said),
        Verdict::Gap(GapKind::Network | GapKind::Timeout | GapKind::Malformed) => CollectError::Unreachable(said),
        _ => CollectError::Identity(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symptom(shape: Shape, code: Option<&str>) -> Symptom {
        Symptom {
            shape,
            code: code.map(str::to_owned),
            status: None,
            message: "said".into(),
            from_aws: true,
        }
    }

    #[test]
    fn a_metadata_service_that_refuses_means_that_there_are_no_credentials() {
        let refused = Symptom {
            message: "failed to load IMDS session token: request forbidden".into(),
            ..symptom(Shape::NoCredentials, None)
        };
        let error = explain(&Plan::default(), &refused, false);
        assert!(matches!(error, CollectError::NoCredentials), "{error}");
    }

    #[test]
    fn each_failure_says_what_to_do() {
        let plan = Plan::default();
        let none = explain(&plan, &symptom(Shape::NoCredentials, None), true);
        assert!(none.to_string().contains("aws sso login"), "{none}");
        let expired = explain(&plan, &symptom(Shape::Answered, Some("ExpiredToken")), false);
        assert!(matches!(expired, CollectError::Expired));
        let wrong = explain(&plan, &symptom(Shape::Answered, Some("InvalidClientTokenId")), false);
        assert!(wrong.to_string().contains("InvalidClientTokenId"), "{wrong}");
        assert!(matches!(
            explain(&plan, &symptom(Shape::Unreachable, None), false),
            CollectError::Unreachable(_)
        ));
        let role = Plan {
            role_arn: Some("arn:aws:iam::111122223333:role/audit".into()),
            ..Plan::default()
        };
        let refused = explain(&role, &symptom(Shape::NoCredentials, None), false);
        assert!(matches!(refused, CollectError::AssumeRole { .. }));
    }
}
