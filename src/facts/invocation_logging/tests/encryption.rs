//! Only a key of the customer that works encrypts, and what could not be read may have none.

use super::*;

#[test]
fn only_a_working_key_of_our_own_encrypts() {
    assert_eq!(
        changed("/regional/log_groups/0/KmsKeyId", json!(null), "encryption"),
        Status::Fail
    );
    for state in ["Disabled", "PendingDeletion"] {
        assert_eq!(
            changed("/regional/keys/0/KeyState", json!(state), "encryption"),
            Status::Fail,
            "{state}"
        );
    }
    assert_eq!(
        changed("/regional/keys/0/KeyManager", json!("AWS"), "encryption"),
        Status::Fail
    );
    assert_eq!(
        changed("/regional/keys/0/Exists", json!(false), "encryption"),
        Status::Fail
    );
    let foreign = json!({"collected": true, "gaps": [{"region": "us-east-1", "service": "kms", "operation": "DescribeKey", "resource": KEY, "kind": "denied"}]});
    assert_eq!(changed("/regional/keys", foreign, "encryption"), Status::Unknown);
    let rules = "/global/bucket_encryption/0/Rules";
    assert_eq!(changed(rules, json!([]), "encryption"), Status::Fail);
    assert_eq!(
        changed(rules, json!([{"SSEAlgorithm": "AES256"}]), "encryption"),
        Status::Fail
    );
    assert_eq!(
        changed(rules, json!([{"SSEAlgorithm": "aws:kms"}]), "encryption"),
        Status::Fail
    );
    assert_eq!(
        changed(
            rules,
            json!([{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:us-east-1:111122223333:alias/aws/s3"}]),
            "encryption"
        ),
        Status::Fail
    );
    assert_eq!(
        changed(
            rules,
            json!([{"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": KEY}]),
            "encryption"
        ),
        Status::Pass
    );
    // A fault that was seen stands, whatever else is hidden.
    let mut both = good();
    both["regional"]["log_groups"][0]["KmsKeyId"] = json!(null);
    both["global"]["bucket_encryption"] = json!({"collected": true, "gaps": [{"service": "s3", "operation": "GetBucketEncryption", "resource": "logs", "kind": "denied"}]});
    assert_eq!(status(&both, "encryption"), Status::Fail);
}

#[test]
fn a_group_that_could_not_be_read_may_have_no_key() {
    let hidden = json!({"collected": true, "gaps": [{"region": "us-east-1", "service": "logs", "operation": "DescribeLogGroups", "resource": "/bedrock", "kind": "denied"}]});
    for rule in ["encryption", "destination", "data-protection"] {
        assert_eq!(
            changed("/regional/log_groups", hidden.clone(), rule),
            Status::Unknown,
            "{rule}"
        );
    }
    // One that is not there has nothing to encrypt, and is lost.
    let gone = json!([{"LogGroupName": "/bedrock", "Exists": false}]);
    assert_eq!(changed("/regional/log_groups", gone, "encryption"), Status::Pass);
}

#[test]
fn a_key_counts_in_whichever_region_it_was_read() {
    let mut world = good();
    let other = KEY.replace("us-east-1", "us-east-2");
    world["global"]["bucket_encryption"][0]["Rules"][0]["KMSMasterKeyID"] = json!(other);
    let mut snapshot = snapshot(&world);
    assert_eq!(status_in(&snapshot, "encryption").0, Status::Unknown);
    let account = snapshot.accounts.get_mut("111122223333").unwrap();
    let mut region = crate::model::snapshot::Regional::default();
    region.mark_collected();
    region.keys.items = serde_json::from_value(
        json!([{"RequestedId": other, "Exists": true, "KeyManager": "CUSTOMER", "KeyState": "Enabled"}]),
    )
    .unwrap();
    account.regions.insert("us-east-2".into(), region);
    assert_eq!(status_in(&snapshot, "encryption").0, Status::Pass);
}

#[test]
fn an_alias_means_the_key_of_the_bucket_s_own_region_wherever_it_was_read() {
    let mut world = good();
    world["global"]["bucket_encryption"][0]["Rules"][0]["KMSMasterKeyID"] = json!("alias/logs");
    let row = |region: &str, state: &str| {
        json!({"RequestedId": "alias/logs", "Exists": true, "KeyManager": "CUSTOMER", "KeyState": state,
            "Arn": format!("arn:aws:kms:{region}:111122223333:key/k9")})
    };
    let status = |here: Value, elsewhere: Value| {
        let mut world = world.clone();
        let keys = world["regional"]["keys"].as_array_mut().unwrap();
        keys.extend(here.as_array().unwrap().iter().cloned());
        let mut snapshot = snapshot(&world);
        let account = snapshot.accounts.get_mut("111122223333").unwrap();
        let mut region = crate::model::snapshot::Regional::default();
        region.mark_collected();
        region.keys.items = serde_json::from_value(elsewhere).unwrap();
        account.regions.insert("us-west-2".into(), region);
        status_in(&snapshot, "encryption").0
    };
    // The bucket lives in us-east-1, and us-west-2 logs to it too.
    let (works, waits) = (row("us-east-1", "Enabled"), row("us-east-1", "PendingDeletion"));
    assert_eq!(status(json!([]), json!([works])), Status::Pass);
    assert_eq!(status(json!([]), json!([waits])), Status::Fail);
    // A namesake in another region is another key.
    let namesake = row("us-west-2", "PendingDeletion");
    assert_eq!(status(json!([]), json!([namesake])), Status::Unknown);
    assert_eq!(status(json!([namesake]), json!([works])), Status::Pass);
}
