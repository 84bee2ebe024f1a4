//! The Lambda functions that agents, flows and knowledge bases name: execution role and resource policy.
//!
//! The resource policy belongs to a qualifier (version or alias) where the ARN has one. The configuration alone is read
//! and never the function itself, whose answer would carry a link to its code. Row keys and a gap's `resource` are the
//! ARN as it was found. A function of another account is asked for like any other; usually that is refused.
//! API: <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html>.

use super::context::{Context, Miss};
use super::{Harvest, references};
use crate::model::arn::Arn;
use crate::model::aws::observability::{Function, FunctionPolicy};
use crate::model::calls::lambda::{GET_FUNCTION_CONFIGURATION, GET_POLICY};
use crate::model::dataset::Dataset;
use crate::model::policy_text::PolicyText;
use crate::model::snapshot::Regional;
use aws_sdk_lambda::Client;
use futures::future::join_all;

/// Reads what the region's rows name.
pub(super) async fn collect(ctx: &Context, found: &Harvest) -> Harvest {
    let mut names = references::functions(&found.regional);
    names.retain(|named| ctx.claim("function", &format!("{} {named}", ctx.region())));
    let each = join_all(names.iter().map(|named| async move {
        let ctx = match Arn::parse(named) {
            Some(arn) if !arn.region.is_empty() => ctx.in_region(arn.region),
            _ => ctx.clone(),
        };
        let client = Client::new(ctx.config());
        tokio::join!(function(&ctx, &client, named), policy(&ctx, &client, named))
    }))
    .await;
    let mut rows = Regional::default();
    rows.functions.collected = true;
    rows.function_policies.collected = true;
    for (function, policy) in each {
        put(&mut rows.functions, function);
        put(&mut rows.function_policies, policy);
    }
    Harvest::from(rows)
}

fn put<T>(dataset: &mut Dataset<T>, answer: Result<T, Miss>) {
    match answer {
        Ok(row) => dataset.items.push(row),
        Err(miss) => dataset.push_gap(miss.into_gap()),
    }
}

/// The function and the qualifier that a name holds.
fn split(named: &str) -> (String, Option<String>) {
    let Some(arn) = Arn::parse(named) else {
        return (named.to_owned(), None);
    };
    let mut parts = arn.resource.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("function"), Some(name), Some(qualifier)) if !qualifier.is_empty() => {
            let resource = format!("function:{name}");
            let bare = Arn {
                resource: &resource,
                ..arn
            };
            (bare.to_string(), Some(qualifier.to_owned()))
        }
        _ => (named.to_owned(), None),
    }
}

async fn function(ctx: &Context, client: &Client, named: &str) -> Result<Function, Miss> {
    let (name, qualifier) = split(named);
    let request = client.get_function_configuration().function_name(name);
    let request = request.set_qualifier(qualifier).send();
    match ctx.read(GET_FUNCTION_CONFIGURATION, Some(named), request).await {
        Ok(answer) => Ok(Function {
            requested_arn: named.to_owned(),
            exists: true,
            function_arn: answer.function_arn,
            function_name: answer.function_name,
            role: answer.role,
            runtime: answer.runtime.map(|runtime| runtime.as_str().to_owned()),
        }),
        Err(Miss::Absent(_)) => Ok(Function {
            requested_arn: named.to_owned(),
            ..Function::default()
        }),
        Err(miss) => Err(miss),
    }
}

async fn policy(ctx: &Context, client: &Client, named: &str) -> Result<FunctionPolicy, Miss> {
    let (name, qualifier) = split(named);
    let request = client.get_policy().function_name(name).set_qualifier(qualifier).send();
    let policy = match ctx.read(GET_POLICY, Some(named), request).await {
        Ok(answer) => answer.policy.filter(|text| !text.is_empty()).map(PolicyText::from),
        Err(Miss::Absent(_)) => None,
        Err(miss) => return Err(miss),
    };
    Ok(FunctionPolicy {
        requested_arn: named.to_owned(),
        policy,
    })
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_qualifier_is_asked_for_apart() {
        let bare = "arn:aws:lambda:us-east-1:111122223333:function:orders";
        assert_eq!(split(bare), (bare.to_owned(), None));
        assert_eq!(
            split(&format!("{bare}:prod")),
            (bare.to_owned(), Some("prod".to_owned()))
        );
        assert_eq!(split("orders"), ("orders".to_owned(), None));
    }
}
