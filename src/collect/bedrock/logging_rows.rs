//! The model invocation logging configuration as the SDK answers it, turned into a row.
//!
//! A modality's switch that AWS left out stays out: absent is not false.

use crate::model::aws::bedrock as row;
use aws_sdk_bedrock::types;

pub(super) fn configuration(x: &types::LoggingConfig) -> row::LoggingConfiguration {
    row::LoggingConfiguration {
        cloud_watch_config: x.cloud_watch_config.as_ref().map(|config| row::CloudWatchDestination {
            log_group_name: config.log_group_name.clone(),
            role_arn: Some(config.role_arn.clone()).filter(|arn| !arn.is_empty()),
            large_data_delivery_s3_config: config.large_data_delivery_s3_config.as_ref().map(bucket),
        }),
        s3_config: x.s3_config.as_ref().map(bucket),
        text_data_delivery_enabled: x.text_data_delivery_enabled,
        image_data_delivery_enabled: x.image_data_delivery_enabled,
        embedding_data_delivery_enabled: x.embedding_data_delivery_enabled,
        video_data_delivery_enabled: x.video_data_delivery_enabled,
        audio_data_delivery_enabled: x.audio_data_delivery_enabled,
    }
}

fn bucket(x: &types::S3Config) -> row::S3Destination {
    row::S3Destination {
        bucket_name: x.bucket_name.clone(),
        key_prefix: x.key_prefix.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_switches_are_not_false() {
        let config = types::LoggingConfig::builder()
            .text_data_delivery_enabled(true)
            .image_data_delivery_enabled(false)
            .s3_config(types::S3Config::builder().bucket_name("logs").build().unwrap())
            .build();
        let row = configuration(&config);
        assert_eq!(row.text_data_delivery_enabled, Some(true));
        assert_eq!(row.image_data_delivery_enabled, Some(false));
        assert_eq!(row.video_data_delivery_enabled, None);
        assert_eq!(row.cloud_watch_config, None);
        assert_eq!(row.s3_config.unwrap().key_prefix, None);
    }
}
