//! Tools of agents and the functions behind them: their roles, and who may call them.

use super::{agent, arn, region, status};
use crate::facts::access::tests::{account, document, role};
use crate::facts::scp::tests::ACCOUNT;
use crate::model::report::Status;
use serde_json::{Value, json};

#[test]
fn a_function_whose_role_is_hidden_may_share_any_other() {
    let named = |account: &str, name: &str| format!("arn:aws:lambda:us-east-1:{account}:function:{name}");
    let (orders, tool) = (named(ACCOUNT, "orders"), arn("tool"));
    // The second function, and what became of reading it.
    let with = |second: &str, row: Option<&str>, tools_hidden: bool| {
        let mut snapshot = account(&json!({"roles": [role("tool", &json!([]), &Value::Null)]}));
        agent(&mut snapshot, "A1", &[("DRAFT", &arn("agent"))], &[]);
        agent(&mut snapshot, "A2", &[("DRAFT", &arn("agent"))], &[]);
        let facts = region(&mut snapshot);
        let group = |agent: &str, name: &str, lambda: &str| {
            json!({"agentId": agent, "agentVersion": "DRAFT", "actionGroupId": name, "actionGroupName": name,
                "actionGroupState": "ENABLED", "lambda": lambda})
        };
        let mut groups = vec![group("A1", "G1", &orders)];
        if !tools_hidden {
            groups.push(group("A1", "G2", second));
        }
        facts.action_groups.items = serde_json::from_value(json!(groups)).unwrap();
        let mut functions = vec![json!({"RequestedArn": orders, "Exists": true, "Role": tool})];
        functions.extend(row.map(|role| json!({"RequestedArn": second, "Exists": true, "Role": role})));
        facts.functions.items = serde_json::from_value(json!(functions)).unwrap();
        let denied = |operation: &str, resource: &str| {
            serde_json::from_value(
                json!({"service": "x", "operation": operation, "resource": resource, "kind": "denied"}),
            )
            .unwrap()
        };
        if tools_hidden {
            facts
                .action_groups
                .push_gap(denied("ListAgentActionGroups", "A2/DRAFT"));
        } else if row.is_none() {
            facts.functions.push_gap(denied("GetFunctionConfiguration", second));
        }
        status(&snapshot, "lambda-shared-role", "function:orders")
    };
    let other = named(ACCOUNT, "refunds");
    assert_eq!(with(&other, Some(&arn("second")), false), Some(Status::Pass));
    assert_eq!(with(&other, Some(&tool), false), Some(Status::Fail));
    assert_eq!(with(&other, None, false), Some(Status::Unknown));
    assert_eq!(with(&other, None, true), Some(Status::Unknown));
    // An alias of the same function is no second function.
    assert_eq!(with(&format!("{orders}:prod"), Some(&tool), false), Some(Status::Pass));
    // What another account runs cannot have a role of this one.
    assert_eq!(with(&named("444455556666", "refunds"), None, false), Some(Status::Pass));
}

#[test]
fn who_may_call_the_function() {
    let function = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:orders");
    let open = |statement: Value| {
        let mut snapshot = account(
            &json!({"roles": [role("agent", &json!([]), &Value::Null), role("tool", &json!([]), &Value::Null)]}),
        );
        agent(&mut snapshot, "A1", &[("DRAFT", &arn("agent"))], &[]);
        let facts = region(&mut snapshot);
        facts.action_groups.items = serde_json::from_value(json!([{"agentId": "A1", "agentVersion": "DRAFT",
            "actionGroupId": "G1", "actionGroupName": "orders", "actionGroupState": "ENABLED", "lambda": function}]))
        .unwrap();
        facts.functions.items = serde_json::from_value(json!([{"RequestedArn": function, "Exists": true,
            "FunctionArn": function, "Role": arn("tool")}]))
        .unwrap();
        let mut statement = statement;
        statement["Effect"] = json!("Allow");
        statement["Resource"] = json!(function);
        facts.function_policies.items =
            serde_json::from_value(json!([{"RequestedArn": function, "Policy": document(&json!([statement]))}]))
                .unwrap();
        status(&snapshot, "lambda-open", "function:orders")
    };
    for (statement, expected) in [
        (
            json!({"Principal": "*", "Action": "lambda:InvokeFunction"}),
            Status::Fail,
        ),
        (
            json!({"Principal": "*", "Action": "lambda:InvokeFunctionUrl",
                "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}}),
            Status::Fail,
        ),
        (
            json!({"Principal": "*", "Action": "lambda:InvokeFunction",
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}),
            Status::Pass,
        ),
        (
            json!({"Principal": {"AWS": "444455556666"}, "Action": "lambda:InvokeFunction"}),
            Status::Fail,
        ),
        (
            json!({"Principal": {"AWS": "444455556666"}, "Action": "lambda:UpdateFunctionCode"}),
            Status::Fail,
        ),
        (
            json!({"Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}, "Action": "lambda:UpdateFunctionCode"}),
            Status::Pass,
        ),
        (
            json!({"Principal": "*", "Action": "lambda:InvokeFunction",
                "Condition": {"StringEquals": {"aws:PrincipalAccount": "444455556666"}}}),
            Status::Fail,
        ),
        (
            json!({"Principal": "*", "Action": "lambda:InvokeFunction",
                "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}}),
            Status::Pass,
        ),
        (
            json!({"Principal": "*", "Action": "lambda:InvokeFunction",
                "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/caller"}}}),
            Status::Fail,
        ),
        (
            json!({"Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "lambda:InvokeFunction"}),
            Status::Fail,
        ),
        (
            json!({"Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "lambda:InvokeFunction",
                "Condition": {"StringEquals": {"AWS:SourceAccount": ACCOUNT}}}),
            Status::Pass,
        ),
        (
            json!({"Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "lambda:InvokeFunction",
                "Condition": {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}}),
            Status::Pass,
        ),
    ] {
        assert_eq!(open(statement.clone()), Some(expected), "{statement}");
    }
}

#[test]
fn a_tool_that_was_read_is_judged_though_another_was_not() {
    let mut snapshot = account(&json!({"roles": [role("agent", &json!([]), &Value::Null)]}));
    agent(&mut snapshot, "A1", &[("DRAFT", &arn("agent"))], &[]);
    let groups = &mut region(&mut snapshot).action_groups;
    groups.items = serde_json::from_value(json!([{"agentId": "A1", "agentVersion": "DRAFT", "actionGroupId": "G1",
        "actionGroupName": "code", "actionGroupState": "ENABLED", "parentActionSignature": "AMAZON.CodeInterpreter"}]))
    .unwrap();
    let denied = json!({"service": "bedrock-agent", "operation": "GetAgentActionGroup", "resource": "A1/DRAFT/G2",
        "kind": "denied"});
    groups.push_gap(serde_json::from_value(denied).unwrap());
    assert_eq!(
        status(&snapshot, "powerful-tool", "action-group/G1"),
        Some(Status::Fail)
    );
    assert_eq!(
        status(&snapshot, "powerful-tool", "action-group/unread"),
        Some(Status::Unknown)
    );
}

#[test]
fn a_function_that_another_account_denies_is_not_known_to_be_missing() {
    let of = |function_account: &str| {
        let function = format!("arn:aws:lambda:us-east-1:{function_account}:function:orders");
        let mut snapshot = account(&json!({"roles": [role("agent", &json!([]), &Value::Null)]}));
        agent(&mut snapshot, "A1", &[("DRAFT", &arn("agent"))], &[]);
        let facts = region(&mut snapshot);
        facts.action_groups.items = serde_json::from_value(json!([{"agentId": "A1", "agentVersion": "DRAFT",
            "actionGroupId": "G1", "actionGroupName": "orders", "actionGroupState": "ENABLED", "lambda": function}]))
        .unwrap();
        facts.functions.items = serde_json::from_value(json!([{"RequestedArn": function, "Exists": false}])).unwrap();
        facts.function_policies.items = serde_json::from_value(json!([{"RequestedArn": function}])).unwrap();
        ["lambda-role", "lambda-open", "lambda-shared-role"].map(|slug| status(&snapshot, slug, "function:orders"))
    };
    assert_eq!(of("444455556666"), [Some(Status::Unknown); 3]);
    assert_eq!(of(ACCOUNT), [Some(Status::Pass); 3]);
}
