//! stub
use super::context::Context;
use crate::model::snapshot::Global;
pub(super) async fn collect(_ctx: &Context) -> Global {
    Global::default()
}
