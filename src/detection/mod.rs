//! What notices that a control is lost, ready to deploy: made from the signals of the guides.
//!
//! Every maker gives the same answer to the same event, as far as its language can say it; what it cannot say stands in
//! the description. Negated comparisons hold for records without the field, in all of them.

mod cloudwatch;
mod eventbridge;
mod insights;
mod sigma;
mod template;
mod yaml;

use crate::control::catalog::Entry;
use crate::control::guide::{Alert, Guide, Signal};

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Queries of CloudWatch Logs Insights.
    Insights,
    /// EventBridge rules in a CloudFormation template.
    Eventbridge,
    /// Sigma rules.
    Sigma,
    /// Metric filters and alarms in a CloudFormation template.
    Cloudwatch,
}

/// The detections of these controls; those without a guide add nothing.
pub fn render(format: Format, entries: &[&Entry]) -> String {
    match format {
        Format::Insights => insights::text(entries),
        Format::Eventbridge => eventbridge::template(entries),
        Format::Sigma => sigma::documents(entries),
        Format::Cloudwatch => cloudwatch::template(entries),
    }
}

/// A signal with what stands around it.
#[derive(Debug, Clone, Copy)]
struct Detection<'a> {
    entry: &'a Entry,
    signal: &'a Signal,
    alert: Option<&'a Alert>,
}

impl Detection<'_> {
    /// `CONTROL/SIGNAL`.
    fn id(&self) -> String {
        format!("{}/{}", self.entry.control.id, self.signal.id.get_ref())
    }

    /// The same in the letters that names in AWS may have.
    fn slug(&self) -> String {
        self.id().replace(['/', '.'], "-")
    }

    /// The same in letters and digits.
    fn logical_id(&self) -> String {
        let id = self.id();
        let words = id.split(|c: char| !c.is_ascii_alphanumeric());
        words.map(template::capitalized).collect()
    }
}

/// Every signal that a single event decides.
fn events<'a>(entries: &[&'a Entry]) -> Vec<Detection<'a>> {
    signals(entries).filter(|found| found.signal.is_static).collect()
}

/// Every signal that has to be measured.
fn measured<'a>(entries: &[&'a Entry]) -> Vec<Detection<'a>> {
    signals(entries).filter(|found| !found.signal.is_static).collect()
}

fn signals<'a>(entries: &[&'a Entry]) -> impl Iterator<Item = Detection<'a>> {
    let of = |entry: &'a Entry, guide: &'a Guide| {
        guide.signals.iter().map(move |signal| Detection {
            entry,
            signal,
            alert: guide.alert(signal),
        })
    };
    let guides: Vec<(&'a Entry, &'a Guide)> = entries
        .iter()
        .filter_map(|entry| Some((*entry, entry.guide.as_ref()?)))
        .collect();
    guides.into_iter().flat_map(move |(entry, guide)| of(entry, guide))
}

#[cfg(test)]
mod tests;
