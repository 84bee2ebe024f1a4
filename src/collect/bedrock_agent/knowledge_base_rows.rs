//! Knowledge bases and data sources as the SDK answers them, turned into rows.
//!
//! Locations stay the `s3://bucket/prefix` text that AWS gave. The free-form document of a managed connector becomes
//! JSON with sorted members, so that the same answer always gives the same bytes.

use super::document;
use crate::model::aws::bedrock_agent as row;
use aws_sdk_bedrockagent::types;

pub(super) fn summary(x: &types::KnowledgeBaseSummary) -> row::KnowledgeBaseSummary {
    row::KnowledgeBaseSummary {
        knowledge_base_id: x.knowledge_base_id.clone(),
        name: x.name.clone(),
        status: x.status.as_str().to_owned(),
    }
}

pub(super) fn detail(x: &types::KnowledgeBase) -> row::KnowledgeBase {
    let configuration = x.knowledge_base_configuration.as_ref();
    let vector = configuration.and_then(|it| it.vector_knowledge_base_configuration.as_ref());
    let managed = configuration.and_then(|it| it.managed_knowledge_base_configuration.as_ref());
    let supplemental = vector
        .and_then(|it| it.supplemental_data_storage_configuration.as_ref())
        .or_else(|| managed.and_then(|it| it.supplemental_data_storage_configuration.as_ref()));
    row::KnowledgeBase {
        knowledge_base_arn: x.knowledge_base_arn.clone(),
        knowledge_base_id: x.knowledge_base_id.clone(),
        name: x.name.clone(),
        status: x.status.as_str().to_owned(),
        role_arn: Some(x.role_arn.clone()).filter(|arn| !arn.is_empty()),
        type_: configuration
            .map(|it| it.r#type.as_str().to_owned())
            .unwrap_or_default(),
        embedding_model_arn: vector
            .map(|it| it.embedding_model_arn.clone())
            .or_else(|| managed.and_then(|it| it.embedding_model_arn.clone())),
        supplemental_storage_uris: supplemental
            .map(|storage| {
                let places = storage.storage_locations.iter();
                places
                    .filter_map(|place| place.s3_location.as_ref().map(|at| at.uri.clone()))
                    .collect()
            })
            .unwrap_or_default(),
        storage_type: x
            .storage_configuration
            .as_ref()
            .map(|storage| storage.r#type.as_str().to_owned()),
        kms_key_arn: managed
            .and_then(|it| it.server_side_encryption_configuration.as_ref())
            .and_then(|encryption| encryption.kms_key_arn.clone()),
    }
}

pub(super) fn data_source_summary(x: &types::DataSourceSummary) -> row::DataSourceSummary {
    row::DataSourceSummary {
        knowledge_base_id: x.knowledge_base_id.clone(),
        data_source_id: x.data_source_id.clone(),
        name: x.name.clone(),
        status: x.status.as_str().to_owned(),
    }
}

pub(super) fn data_source(x: &types::DataSource) -> row::DataSource {
    let configuration = x.data_source_configuration.as_ref();
    let s3 = configuration.and_then(|it| it.s3_configuration.as_ref());
    let ingestion = x.vector_ingestion_configuration.as_ref();
    let transformation = ingestion.and_then(|it| it.custom_transformation_configuration.as_ref());
    let parsing = ingestion.and_then(|it| it.parsing_configuration.as_ref());
    row::DataSource {
        knowledge_base_id: x.knowledge_base_id.clone(),
        data_source_id: x.data_source_id.clone(),
        name: x.name.clone(),
        status: x.status.as_str().to_owned(),
        data_deletion_policy: x.data_deletion_policy.as_ref().map(|policy| policy.as_str().to_owned()),
        type_: configuration
            .map(|it| it.r#type.as_str().to_owned())
            .unwrap_or_default(),
        bucket_arn: s3.map(|it| it.bucket_arn.clone()),
        inclusion_prefixes: s3.and_then(|it| it.inclusion_prefixes.clone()),
        bucket_owner_account_id: s3.and_then(|it| it.bucket_owner_account_id.clone()),
        connector_parameters: configuration
            .and_then(|it| it.managed_knowledge_base_connector_configuration.as_ref())
            .and_then(|connector| connector.connector_parameters.as_ref())
            .map(document::json),
        kms_key_arn: x
            .server_side_encryption_configuration
            .as_ref()
            .and_then(|encryption| encryption.kms_key_arn.clone()),
        transformation_lambda_arns: transformation
            .map(|it| it.transformations.iter().filter_map(transformation_lambda).collect())
            .unwrap_or_default(),
        intermediate_storage_uri: transformation
            .and_then(|it| it.intermediate_storage.as_ref())
            .and_then(|storage| storage.s3_location.as_ref())
            .map(|place| place.uri.clone()),
        parsing_strategy: parsing.map(|it| it.parsing_strategy.as_str().to_owned()),
        parsing_model_arn: parsing
            .and_then(|it| it.bedrock_foundation_model_configuration.as_ref())
            .map(|model| model.model_arn.clone()),
        enrichment_model_arn: ingestion
            .and_then(|it| it.context_enrichment_configuration.as_ref())
            .and_then(|it| it.bedrock_foundation_model_configuration.as_ref())
            .map(|model| model.model_arn.clone()),
    }
}

fn transformation_lambda(x: &types::Transformation) -> Option<String> {
    let function = x.transformation_function.as_ref()?;
    let lambda = function.transformation_lambda_configuration.as_ref()?;
    Some(lambda.lambda_arn.clone()).filter(|arn| !arn.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::DateTime;

    #[test]
    fn a_source_of_an_unknown_kind_has_no_bucket() {
        let epoch = DateTime::from_secs(0);
        let source = types::DataSource::builder()
            .knowledge_base_id("K")
            .data_source_id("D")
            .name("d")
            .status("SLEEPING".into())
            .created_at(epoch)
            .updated_at(epoch)
            .data_source_configuration(
                types::DataSourceConfiguration::builder()
                    .r#type("TELEGRAPH".into())
                    .build()
                    .unwrap(),
            )
            .build()
            .unwrap();
        let row = data_source(&source);
        assert_eq!((row.type_.as_str(), row.status.as_str()), ("TELEGRAPH", "SLEEPING"));
        assert_eq!((row.bucket_arn, row.inclusion_prefixes), (None, None));
        assert!(row.transformation_lambda_arns.is_empty());
    }
}
