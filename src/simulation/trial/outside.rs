//! The world that a case describes: services and stores that answer as its mocks say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::call::{Argument, Errand, Failure, Operation, Reply};
use crate::flow::{Mock, MockAnswer, MockOf, MockReply, Span};
use crate::time::Duration;

/// How long a service is left alone between two tries: what the pauses of a live node are about.
const TRY_PAUSE: Duration = Duration::from_millis(200);

/// The world outside of one call.
#[derive(Debug)]
pub(super) struct Outside<'c> {
    mocks: BTreeMap<&'c MockOf, &'c Mock>,
    /// How many answers each mock has given.
    turns: BTreeMap<MockOf, usize>,
    /// Everything that was asked, in order.
    pub(super) asked: Vec<Asked>,
    /// The number of the last thing that a store without a mock has kept.
    kept: u32,
}

/// One thing that was asked.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) of: MockOf,
    /// The tries that were made.
    pub(super) tries: u32,
    /// What it was asked with.
    pub(super) with: Vec<Argument>,
    /// What kind of ticket; empty for anything else.
    pub(super) kind: Arc<str>,
    /// Whether it came to something.
    pub(super) kept: bool,
}

impl<'c> Outside<'c> {
    pub(super) fn new(mocks: &'c [Mock]) -> Self {
        Self {
            mocks: mocks.iter().map(|mock| (&mock.of, mock)).collect(),
            turns: BTreeMap::new(),
            asked: Vec::new(),
            kept: 0,
        }
    }

    /// What comes of a request, and after how long. What fails is tried again as often as the request allows.
    pub(super) fn answer(&mut self, what: &Errand) -> (Duration, Reply) {
        let (of, with, tries, kind) = match what {
            Errand::Operation(Operation { service, operation, with, tries, .. }) => {
                let of =
                    MockOf::Operation { service: service.clone(), operation: operation.clone() };
                (of, with.clone(), (*tries).max(1), Arc::from(""))
            }
            Errand::Ticket(ticket) => {
                (MockOf::Tickets, ticket.with.clone(), 1, ticket.kind.clone())
            }
            Errand::Callback(_) => (MockOf::Callbacks, Vec::new(), 1, Arc::from("")),
        };
        let mut after = Duration::ZERO;
        let mut made = 0;
        let reply = loop {
            made += 1;
            let answer = self.next(&of);
            after += answer.after;
            match answer.what {
                MockReply::Failed(failure) if made < tries && failure != Failure::Unavailable => {
                    after += TRY_PAUSE;
                }
                what => break reply(what),
            }
        };
        let kept = !matches!(reply, Reply::Failed(_) | Reply::NotFound);
        self.asked.push(Asked { of, tries: made, with, kind, kept });
        (after, reply)
    }

    /// The next answer of a mock. A store without a mock keeps everything; a service without one is not to be had.
    fn next(&mut self, of: &MockOf) -> MockAnswer {
        let at_once = |what| MockAnswer { after: Duration::ZERO, what };
        let Some(mock) = self.mocks.get(of) else {
            return match of {
                MockOf::Operation { .. } => at_once(MockReply::Failed(Failure::Unavailable)),
                MockOf::Tickets | MockOf::Callbacks => {
                    self.kept += 1;
                    at_once(MockReply::Kept(self.kept.to_string().into()))
                }
            };
        };
        let turn = self.turns.entry(of.clone()).or_default();
        let place = (*turn).min(mock.answers.len().saturating_sub(1));
        *turn += 1;
        let unavailable = || at_once(MockReply::Failed(Failure::Unavailable));
        mock.answers.get(place).cloned().unwrap_or_else(unavailable)
    }

    /// How many wishes to be called back were kept.
    pub(super) fn wishes_kept(&self) -> usize {
        self.asked.iter().filter(|asked| asked.of == MockOf::Callbacks && asked.kept).count()
    }

    /// The mocks that were asked.
    pub(super) fn used(&self) -> BTreeSet<Span> {
        self.turns.keys().filter_map(|of| self.mocks.get(of)).map(|mock| mock.span).collect()
    }

    /// The operations that were asked without a mock.
    pub(super) fn unmocked(&self) -> BTreeSet<MockOf> {
        let operations =
            self.asked.iter().filter(|asked| matches!(asked.of, MockOf::Operation { .. }));
        let unmocked = operations.filter(|asked| !self.mocks.contains_key(&asked.of));
        unmocked.map(|asked| asked.of.clone()).collect()
    }
}

fn reply(what: MockReply) -> Reply {
    match what {
        MockReply::Body(body) => Reply::Answered(body),
        MockReply::NotFound => Reply::NotFound,
        MockReply::Failed(failure) => Reply::Failed(failure),
        MockReply::Kept(number) => Reply::Kept(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Language, Ticket};

    fn ask(tries: u32) -> Errand {
        Errand::Operation(Operation {
            service: "shop".into(),
            operation: "find".into(),
            with: Vec::new(),
            tries,
            idempotency_key: "1".into(),
        })
    }

    fn mock(answers: &[(u64, MockReply)]) -> [Mock; 1] {
        let answer = |(ms, what): &(u64, MockReply)| MockAnswer {
            after: Duration::from_millis(*ms),
            what: what.clone(),
        };
        let of = MockOf::Operation { service: "shop".into(), operation: "find".into() };
        [Mock { span: Span::default(), of, answers: answers.iter().map(answer).collect() }]
    }

    #[test]
    fn what_fails_is_tried_again_and_takes_its_time() {
        let failed = || MockReply::Failed(Failure::Timeout);
        let body = || MockReply::Body(true.into());
        for (answers, tries, wanted, made, ms) in [
            (vec![(400, body())], 3, Reply::Answered(true.into()), 1, 400),
            (vec![(3_000, failed())], 2, Reply::Failed(Failure::Timeout), 2, 6_200),
            (vec![(3_000, failed()), (10, body())], 2, Reply::Answered(true.into()), 2, 3_210),
            (vec![(3_000, failed()), (10, body())], 1, Reply::Failed(Failure::Timeout), 1, 3_000),
            (vec![(5, MockReply::NotFound)], 2, Reply::NotFound, 1, 5),
        ] {
            let mocks = mock(&answers);
            let mut outside = Outside::new(&mocks);
            let (after, reply) = outside.answer(&ask(tries));
            assert_eq!((after, reply), (Duration::from_millis(ms), wanted));
            assert_eq!(outside.asked[0].tries, made);
            assert_eq!(outside.used().len(), 1);
            assert!(outside.unmocked().is_empty());
        }
    }

    #[test]
    fn successive_answers_come_in_turn_and_the_last_one_stays() {
        let mocks = mock(&[(0, MockReply::NotFound), (0, MockReply::Body(1.into()))]);
        let mut outside = Outside::new(&mocks);
        let replies: Vec<_> = (0..3).map(|_| outside.answer(&ask(1)).1).collect();
        let one = Reply::Answered(1.into());
        assert_eq!(replies, [Reply::NotFound, one.clone(), one]);
    }

    #[test]
    fn without_a_mock_a_service_is_not_to_be_had_and_a_store_keeps() {
        let mut outside = Outside::new(&[]);
        assert_eq!(outside.answer(&ask(3)).1, Reply::Failed(Failure::Unavailable));
        assert_eq!(outside.asked[0].tries, 1);
        assert_eq!(outside.unmocked().len(), 1);
        let ticket = Ticket {
            kind: "complaint".into(),
            with: Vec::new(),
            recording: None,
            due: None,
            language: Language::from("en"),
        };
        assert_eq!(outside.answer(&Errand::Ticket(ticket)).1, Reply::Kept("1".into()));
        assert_eq!((&*outside.asked[1].kind, outside.asked[1].kept), ("complaint", true));
        assert_eq!(outside.unmocked().len(), 1);
    }
}
