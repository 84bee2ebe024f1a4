//! Error codes by what they mean, over all services that are asked.

pub(super) const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "Client.UnauthorizedOperation",
    "UnauthorizedException",
    "UnauthorizedAccess",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
    "Forbidden",
    "AllAccessDisabled",
    "KMSAccessDeniedException",
    "OperationNotPermittedException",
];

pub(in crate::collect) const THROTTLED: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "Throttled",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "TooManyRequests",
    "RequestLimitExceeded",
    "SlowDown",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
];

/// The credentials are past their end: no later call can succeed. EC2 says it in its own way.
pub(super) const EXPIRED: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "TokenRefreshRequired",
    "RequestExpired",
];

pub(super) const REJECTED: &[&str] = &[
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorizedException",
    "AuthFailure",
    "OptInRequired",
    "SubscriptionRequiredException",
    "RequestTimeTooSkewed",
    "RequestInTheFuture",
];

pub(super) const TIMEOUT: &[&str] = &["RequestTimeout", "RequestTimeoutException"];

/// The operation itself is unknown to the endpoint.
pub(super) const UNKNOWN_OPERATION: &[&str] = &[
    "UnknownOperationException",
    "UnknownOperation",
    "InvalidAction",
    // IAM's word for a kind of API key that the partition does not have.
    "NotSupportedService",
    "ServiceNotSupportedException",
];

/// The operation is known, and not offered here; about one thing it may mean that this thing does not allow it.
pub(super) const UNSUPPORTED_LIST: &str = "UnsupportedOperationException";

/// Nothing of that name, where a name was given.
pub(super) const NOT_FOUND: &[&str] = &[
    "ResourceNotFoundException",
    "NoSuchEntity",
    "NoSuchEntityException",
    "NotFoundException",
    "NotFound",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
    "OwnershipControlsNotFoundError",
    "TrailNotFoundException",
    "EventDataStoreNotFoundException",
    "PolicyNotFoundException",
    "TargetNotFoundException",
    "ParentNotFoundException",
    "AccountNotFoundException",
];

/// Answers about the account itself, which need no name.
pub(super) const NOT_IN_USE: &[&str] = &[
    "AWSOrganizationsNotInUseException",
    "EffectivePolicyNotFoundException",
    "ResourcePolicyNotFoundException",
    "PolicyTypeNotEnabledException",
];

/// What a refusal says, in lower case, where the account lacks the feature and not the permission: it was never switched
/// on, or AWS takes no new customers for it.
pub(super) const FEATURE_OFF: &[&str] = &["not authorized to invoke this api operation", "new customers"];
