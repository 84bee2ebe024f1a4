//! Keys behind a log group or bucket: the customer's own, and in working order.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>

use super::Findings;
use crate::facts::context::Place;
use crate::facts::fact::{self, Fact, Reason};
use crate::model::arn::Arn;
use crate::model::aws::observability::{Key, LogGroup};

/// Judges the key of a log group.
pub(super) fn of_log_group(at: &Place<'_>, group: &LogGroup, found: &mut Findings) {
    let name = &group.log_group_name;
    match group.kms_key_id.as_deref().filter(|id| !id.is_empty()) {
        None => found.fault(format!("log group {name} has no KMS key")),
        Some(id) => judge(at, None, id, &format!("log group {name}"), found),
    }
}

/// Judges the key `id` that `whose` names; `home` is the region where the thing lives, as far as it is known.
pub(super) fn judge(at: &Place<'_>, home: Option<&str>, id: &str, whose: &str, found: &mut Findings) {
    let alias = id.rsplit_once(':').map_or(id, |(_, last)| last);
    if alias.starts_with("alias/aws/") {
        found.fault(format!("{whose} uses the AWS-managed key {alias}"));
        return;
    }
    let named = Named { id, home };
    let mut places: Vec<_> = at.account.regions.iter().collect();
    places.sort_by_key(|(region, _)| (*region != at.region, home != Some(region.as_str())));
    let row = places
        .into_iter()
        .flat_map(|(region, facts)| facts.keys.items.iter().map(move |row| (region, row)))
        .find(|(region, row)| named.is(row, region, at.region))
        .map(|(_, row)| row);
    let Some(row) = row else {
        let reasons = match fact::looked_up(at.facts.keys.find(id), "keys") {
            Fact::Unread(reasons) => reasons,
            Fact::Known(_) => vec![Reason::text(format!("key {id} of {whose} was not collected"))],
        };
        found.doubt(&reasons);
        return;
    };
    state(row, id, whose, found);
}

/// What a log group or a bucket calls its key, and the region where it lives.
struct Named<'a> {
    id: &'a str,
    home: Option<&'a str>,
}

impl Named<'_> {
    /// Whether a row that stands in `region` is about this key. A bucket that several regions name was read, with its
    /// key, by whichever of them came first, so that the row may stand in any; but an alias or a bare id means another
    /// key in each region, and only the ARN that KMS answered tells which.
    fn is(&self, row: &Key, region: &str, asking: &str) -> bool {
        if row.requested_id != self.id {
            return false;
        }
        let told = row.arn.as_deref().and_then(Arn::parse).map(|arn| arn.region);
        match (self.home, told) {
            _ if self.id.starts_with("arn:") => true,
            (Some(home), Some(told)) => home == told,
            _ => region == asking || self.home == Some(region),
        }
    }
}

fn state(row: &Key, id: &str, whose: &str, found: &mut Findings) {
    if !row.exists {
        found.fault(format!("{whose} names key {id}, which does not exist"));
        return;
    }
    if row.key_manager.as_deref() == Some("AWS") {
        found.fault(format!("{whose} uses the AWS-managed key {id}"));
        return;
    }
    match row.key_state.as_deref() {
        Some("Enabled" | "Updating") => {}
        Some("Creating") | None => {
            found.doubt(&[Reason::text(format!("the state of key {id} of {whose} is not settled"))]);
        }
        Some(state) => found.fault(format!("{whose} uses key {id}, which is {state}")),
    }
}
