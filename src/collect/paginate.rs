//! Lists to their very end, and the way from answers to datasets.
//!
//! An empty page with a token is not the end. A token that comes back is a contradiction, and a gap rather than an
//! endless loop. Pages before a failure stay; the gap says that more may have followed.

use super::context::{Context, Miss};
use crate::model::calls::Call;
use crate::model::dataset::Dataset;
use crate::model::gap::{Gap, GapKind};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::collections::HashSet;
use std::error::Error;

/// More pages than any account can fill.
const MOST_PAGES: usize = 20_000;
/// More empty pages than stand before the first item of any list.
const MOST_EMPTY_PAGES: usize = 99;

/// How far to follow a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// To its end.
    End,
    /// To the first page that holds anything.
    Something,
}

/// What a list brought, and why there is not more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pages<T> {
    /// The items of every page that came.
    pub(super) items: Vec<T>,
    /// What ended it before the end.
    pub(super) missing: Option<Miss>,
}

impl<T> Pages<T> {
    /// The dataset of these items, each made a row.
    pub(super) fn dataset<R>(self, row: impl FnMut(T) -> R) -> Dataset<R> {
        let (items, gap) = self.split();
        let mut dataset = Dataset::complete(items.into_iter().map(row).collect());
        dataset.gaps.extend(gap);
        dataset
    }

    /// The items and the gap; a list of something that is not there is empty.
    pub(super) fn split(self) -> (Vec<T>, Option<Gap>) {
        (self.items, self.missing.and_then(Miss::gap))
    }
}

/// The dataset of single reads: what is absent by now was deleted in between and is no gap.
pub(super) fn gather<R>(reads: impl IntoIterator<Item = Result<R, Miss>>) -> Dataset<R> {
    let mut dataset = Dataset::complete(Vec::new());
    for read in reads {
        match read {
            Ok(row) => dataset.items.push(row),
            Err(miss) => {
                if let Some(gap) = miss.gap() {
                    dataset.push_gap(gap);
                }
            }
        }
    }
    dataset
}

/// Puts what a single read brought into its dataset. What is gone by now was deleted while we read, and leaves no trace.
pub(super) fn put<R>(dataset: &mut Dataset<R>, answer: Result<R, Miss>) {
    dataset.collected = true;
    match answer {
        Ok(row) => dataset.items.push(row),
        Err(miss) => miss.gap().into_iter().for_each(|gap| dataset.push_gap(gap)),
    }
}

/// Whether a thing was deleted since it was listed, so that it must not stand in the list either.
pub(super) fn gone<R>(answer: &Result<R, Miss>) -> bool {
    matches!(answer, Err(Miss::Absent(_)))
}

/// Keeps the rows of a list that are still there, told in the order of the list.
pub(super) fn keep<R>(rows: &mut Vec<R>, there: impl IntoIterator<Item = bool>) {
    let mut there = there.into_iter();
    rows.retain(|_| there.next().unwrap_or(true));
}

impl Context {
    /// Follows a list to its end: `ask` makes the call for a token, `take` splits an answer into items and next token.
    pub(super) async fn pages<P, T, E, F>(
        &self,
        call: &'static Call,
        resource: Option<&str>,
        ask: impl FnMut(Option<String>) -> F,
        take: impl Fn(P) -> (Vec<T>, Option<String>),
    ) -> Pages<T>
    where
        F: Future<Output = Result<P, SdkError<E, HttpResponse>>>,
        E: Error + ProvideErrorMetadata + 'static,
    {
        self.follow(Until::End, call, resource, ask, take).await
    }

    /// The same as far as the first page that holds anything: for a list of which it matters only whether it is empty.
    pub(super) async fn first_items<P, T, E, F>(
        &self,
        call: &'static Call,
        ask: impl FnMut(Option<String>) -> F,
        take: impl Fn(P) -> (Vec<T>, Option<String>),
    ) -> Pages<T>
    where
        F: Future<Output = Result<P, SdkError<E, HttpResponse>>>,
        E: Error + ProvideErrorMetadata + 'static,
    {
        self.follow(Until::Something, call, None, ask, take).await
    }

    async fn follow<P, T, E, F>(
        &self,
        until: Until,
        call: &'static Call,
        resource: Option<&str>,
        mut ask: impl FnMut(Option<String>) -> F,
        take: impl Fn(P) -> (Vec<T>, Option<String>),
    ) -> Pages<T>
    where
        F: Future<Output = Result<P, SdkError<E, HttpResponse>>>,
        E: Error + ProvideErrorMetadata + 'static,
    {
        let malformed = |message: &str| Miss::Gap(self.gap(call, resource, GapKind::Malformed, message));
        let page = |token| {
            let answer = self.read(call, resource, ask(token));
            async { answer.await.map(&take) }
        };
        walk(until, page, malformed).await
    }
}

async fn walk<T, F>(
    until: Until,
    mut page: impl FnMut(Option<String>) -> F,
    malformed: impl Fn(&str) -> Miss,
) -> Pages<T>
where
    F: Future<Output = Result<(Vec<T>, Option<String>), Miss>>,
{
    let most = match until {
        Until::End => MOST_PAGES,
        Until::Something => MOST_EMPTY_PAGES,
    };
    let mut items = Vec::new();
    let mut seen = HashSet::new();
    let mut token = None;
    let missing = loop {
        let first = token.is_none();
        match page(token).await {
            Ok((more, next)) => {
                items.extend(more);
                if until == Until::Something && !items.is_empty() {
                    break None;
                }
                match next.filter(|next| !next.is_empty()) {
                    None => break None,
                    Some(next) if !seen.insert(next.clone()) => break Some(malformed("the page token repeats itself")),
                    Some(_) if seen.len() > most => break Some(malformed("the list does not end")),
                    Some(next) => token = Some(next),
                }
            }
            Err(miss) if first => break Some(miss),
            Err(miss) => break Some(midway(miss)),
        }
    };
    Pages { items, missing }
}

/// A list that has begun is offered, and what it lists is there: a failure now hides rows whatever it is called.
fn midway(miss: Miss) -> Miss {
    let mut gap = miss.into_gap();
    if gap.means_absent() || gap.kind == GapKind::NotFound {
        gap.kind = GapKind::Server;
    }
    Miss::Gap(gap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::calls;

    fn miss(kind: GapKind) -> Miss {
        let call = calls::bedrock::LIST_GUARDRAILS;
        Miss::Gap(Gap {
            region: None,
            service: call.service.into(),
            operation: call.operation.into(),
            resource: None,
            kind,
            code: None,
            message: String::new(),
            permission: None,
        })
    }

    type Page = Result<(Vec<u8>, Option<String>), Miss>;

    async fn run(pages: Vec<Page>) -> Pages<u8> {
        run_until(Until::End, pages).await
    }

    async fn run_until(until: Until, pages: Vec<Page>) -> Pages<u8> {
        let mut pages = pages.into_iter();
        walk(
            until,
            |_| std::future::ready(pages.next().expect("asked beyond the end")),
            |_| miss(GapKind::Malformed),
        )
        .await
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands where a call that may fail does")]
    fn page(items: &[u8], next: Option<&str>) -> Page {
        Ok((items.to_vec(), next.map(str::to_owned)))
    }

    #[tokio::test]
    async fn an_empty_page_with_a_token_is_not_the_end() {
        let read = run(vec![page(&[1], Some("a")), page(&[], Some("b")), page(&[2], Some(""))]).await;
        assert_eq!((read.items, read.missing), (vec![1, 2], None));
    }

    #[tokio::test]
    async fn the_first_page_that_holds_anything_can_be_enough() {
        let some = vec![page(&[], Some("a")), page(&[1], Some("b"))];
        let read = run_until(Until::Something, some).await;
        assert_eq!((read.items, read.missing), (vec![1], None));
        let none: Vec<Page> = (0..=MOST_EMPTY_PAGES)
            .map(|at| page(&[], Some(&at.to_string())))
            .collect();
        let read = run_until(Until::Something, none).await;
        assert_eq!(read.missing, Some(miss(GapKind::Malformed)));
    }

    #[tokio::test]
    async fn a_repeated_token_ends_in_a_gap() {
        let read = run(vec![
            page(&[1], Some("a")),
            page(&[2], Some("b")),
            page(&[3], Some("a")),
        ])
        .await;
        assert_eq!(read.items, [1, 2, 3]);
        assert_eq!(read.missing, Some(miss(GapKind::Malformed)));
    }

    #[tokio::test]
    async fn a_failing_page_keeps_the_ones_before() {
        let read = run(vec![page(&[1], Some("a")), Err(miss(GapKind::Denied))]).await;
        assert_eq!((read.items, read.missing), (vec![1], Some(miss(GapKind::Denied))));
        let read = run(vec![page(&[1], Some("a")), Err(miss(GapKind::Unsupported))]).await;
        assert_eq!(
            read.missing,
            Some(miss(GapKind::Server)),
            "the first page proved that it is offered"
        );
    }

    #[tokio::test]
    async fn what_a_region_lacks_is_an_empty_list() {
        let dataset = run(vec![Err(miss(GapKind::Unsupported))]).await.dataset(|item| item);
        assert!(dataset.is_complete() && dataset.gaps.len() == 1);
    }
}
