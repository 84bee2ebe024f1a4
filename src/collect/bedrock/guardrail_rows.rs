//! Guardrails as the SDK answers them, turned into rows.
//!
//! Enumerations go through `as_str`, so that a value AWS added yesterday arrives as the text that AWS sent. Patterns
//! of custom regexes and blocked messages are left behind: no rule asks for them, and they may quote private data.

use crate::model::aws::bedrock as row;
use aws_sdk_bedrock::operation::get_guardrail::GetGuardrailOutput;
use aws_sdk_bedrock::types;

pub(super) fn summary(x: &types::GuardrailSummary) -> row::GuardrailSummary {
    row::GuardrailSummary {
        arn: x.arn.clone(),
        id: x.id.clone(),
        version: x.version.clone(),
        name: x.name.clone(),
        status: x.status.as_str().to_owned(),
        guardrail_profile_arn: x
            .cross_region_details
            .as_ref()
            .and_then(|details| details.guardrail_profile_arn.clone()),
    }
}

pub(super) fn detail(x: &GetGuardrailOutput) -> row::Guardrail {
    let personal = x.sensitive_information_policy.as_ref();
    let profile = x.cross_region_details.as_ref();
    row::Guardrail {
        guardrail_arn: x.guardrail_arn.clone(),
        guardrail_id: x.guardrail_id.clone(),
        version: x.version.clone(),
        name: x.name.clone(),
        status: x.status.as_str().to_owned(),
        content_policy: x.content_policy.as_ref().map(content_policy),
        pii_entities: personal
            .map(|policy| policy.pii_entities().iter().map(pii_entity).collect())
            .unwrap_or_default(),
        regex_names: personal
            .map(|policy| policy.regexes().iter().map(|regex| regex.name.clone()).collect())
            .unwrap_or_default(),
        kms_key_arn: x.kms_key_arn.clone(),
        guardrail_profile_id: profile.and_then(|details| details.guardrail_profile_id.clone()),
        guardrail_profile_arn: profile.and_then(|details| details.guardrail_profile_arn.clone()),
    }
}

fn content_policy(x: &types::GuardrailContentPolicy) -> row::ContentPolicy {
    row::ContentPolicy {
        filters: x.filters().iter().map(content_filter).collect(),
        tier_name: x.tier.as_ref().map(|tier| tier.tier_name.as_str().to_owned()),
    }
}

fn content_filter(x: &types::GuardrailContentFilter) -> row::ContentFilter {
    let modalities = |list: &Option<Vec<types::GuardrailModality>>| {
        list.as_ref()
            .map(|list| list.iter().map(|modality| modality.as_str().to_owned()).collect())
    };
    row::ContentFilter {
        type_: x.r#type.as_str().to_owned(),
        input_strength: x.input_strength.as_str().to_owned(),
        output_strength: x.output_strength.as_str().to_owned(),
        input_modalities: modalities(&x.input_modalities),
        output_modalities: modalities(&x.output_modalities),
        input_action: x.input_action.as_ref().map(|action| action.as_str().to_owned()),
        output_action: x.output_action.as_ref().map(|action| action.as_str().to_owned()),
        input_enabled: x.input_enabled,
        output_enabled: x.output_enabled,
    }
}

fn pii_entity(x: &types::GuardrailPiiEntity) -> row::PiiEntity {
    row::PiiEntity {
        type_: x.r#type.as_str().to_owned(),
        action: x.action.as_str().to_owned(),
        input_action: x.input_action.as_ref().map(|action| action.as_str().to_owned()),
        output_action: x.output_action.as_ref().map(|action| action.as_str().to_owned()),
        input_enabled: x.input_enabled,
        output_enabled: x.output_enabled,
    }
}

pub(super) fn enforced(x: &types::AccountEnforcedGuardrailOutputConfiguration) -> row::EnforcedGuardrail {
    let selective = x.selective_content_guarding.as_ref();
    let mode = |mode: Option<&types::SelectiveGuardingMode>| mode.map(|mode| mode.as_str().to_owned());
    #[expect(deprecated, reason = "whether callers' tags are honoured still stands here")]
    let input_tags = x.input_tags.as_ref();
    row::EnforcedGuardrail {
        config_id: x.config_id.clone(),
        guardrail_arn: x.guardrail_arn.clone().unwrap_or_default(),
        guardrail_id: x.guardrail_id.clone(),
        guardrail_version: x.guardrail_version.clone().unwrap_or_default(),
        input_tags: input_tags.map(|tags| tags.as_str().to_owned()),
        selective_system: mode(selective.and_then(|guarding| guarding.system.as_ref())),
        selective_messages: mode(selective.and_then(|guarding| guarding.messages.as_ref())),
        included_models: x
            .model_enforcement
            .as_ref()
            .map(|models| models.included_models.clone())
            .unwrap_or_default(),
        excluded_models: x
            .model_enforcement
            .as_ref()
            .map(|models| models.excluded_models.clone())
            .unwrap_or_default(),
        owner: x.owner.as_ref().map(|owner| owner.as_str().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::dataset::Row;

    #[test]
    fn an_unknown_value_keeps_its_text() {
        let filter = types::GuardrailContentFilter::builder()
            .r#type("TELEPATHY".into())
            .input_strength("EXTREME".into())
            .output_strength(types::GuardrailFilterStrength::None)
            .input_action("WHISPER".into())
            .input_modalities("SMELL".into())
            .build()
            .unwrap();
        let row = content_filter(&filter);
        assert_eq!(
            (
                row.type_.as_str(),
                row.input_strength.as_str(),
                row.output_strength.as_str()
            ),
            ("TELEPATHY", "EXTREME", "NONE")
        );
        assert_eq!(row.input_action.as_deref(), Some("WHISPER"));
        assert_eq!(row.input_modalities, Some(vec!["SMELL".to_owned()]));
        // Absent is not empty: a rule that judges modalities must see that none were told.
        assert_eq!(row.output_modalities, None);
    }

    #[test]
    fn absent_switches_stay_absent() {
        let entity = types::GuardrailPiiEntity::builder()
            .r#type(types::GuardrailPiiEntityType::Email)
            .action(types::GuardrailSensitiveInformationAction::Anonymize)
            .input_enabled(false)
            .build()
            .unwrap();
        let row = pii_entity(&entity);
        assert_eq!((row.input_enabled, row.output_enabled), (Some(false), None));
        assert_eq!((row.input_action, row.output_action), (None, None));
    }

    #[test]
    fn an_enforced_guardrail_is_keyed_by_its_version() {
        let output = types::AccountEnforcedGuardrailOutputConfiguration::builder()
            .guardrail_arn("arn:aws:bedrock:us-east-1:111122223333:guardrail/abc")
            .guardrail_version("3")
            .model_enforcement(
                types::ModelEnforcement::builder()
                    .included_models("ALL")
                    .set_excluded_models(Some(vec![]))
                    .build()
                    .unwrap(),
            )
            .build();
        let row = enforced(&output);
        assert_eq!(row.key(), "arn:aws:bedrock:us-east-1:111122223333:guardrail/abc:3");
        assert_eq!(row.included_models, ["ALL"]);
    }
}
