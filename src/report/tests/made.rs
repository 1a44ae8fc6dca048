//! Histories by hand: short words, times in seconds since ten o'clock in Jakarta.

use crate::call::{CallId, EndedBy, HangupCause};
use crate::history::{
    AgentStatus, CallerKey, Entry, Exit, Fact, Medium, OfferId, OfferResult, Outcome, Row,
};
use crate::time::{Duration, Wall};

/// 2026-03-04 10:00 in Jakarta, in microseconds.
const TEN: i64 = 1_772_593_200_000_000;

/// A history that is being written.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) entries: Vec<Entry>,
    epoch: u64,
    seq: u64,
    offers: u64,
}

/// The moment so many seconds after ten.
pub(super) fn at(seconds: f64) -> Wall {
    #[expect(clippy::cast_possible_truncation, reason = "tests write small numbers")]
    Wall::from_unix_micros(TEN + (seconds * 1e6) as i64)
}

/// The contact of that number.
pub(super) fn contact(n: u32) -> CallId {
    CallId::new(u64::try_from(TEN / 1_000).expect("after 1970") + u64::from(n), u128::from(n))
}

/// The caller of that number.
pub(super) fn caller(n: u32) -> CallerKey {
    CallerKey(format!("{n:032x}").into())
}

impl Made {
    pub(super) fn new() -> Self {
        let mut made = Self { entries: Vec::new(), epoch: 0, seq: 0, offers: 0 };
        made.start(-7_200.0);
        made
    }

    /// A node starts.
    pub(super) fn start(&mut self, t: f64) {
        (self.epoch, self.seq) = (self.epoch + 1, 0);
        self.row(t, Fact::NodeStarted { version: "1".into() });
    }

    pub(super) fn row(&mut self, t: f64, fact: Fact) {
        self.seq += 1;
        let row = Row::new(at(t), fact);
        self.entries.push(Entry { epoch: self.epoch, seq: self.seq, row });
    }

    pub(super) fn call(&mut self, t: f64, n: u32, from: Option<u32>) {
        let fact = Fact::CallBegan {
            contact: contact(n),
            caller: from.map(caller),
            called: "100".into(),
            trunk: None,
            flow: Some("toko".into()),
            flow_hash: None,
        };
        self.row(t, fact);
    }

    pub(super) fn end(&mut self, t: f64, n: u32, outcome: Outcome, topic: Option<&str>) {
        let fact = Fact::CallEnded {
            contact: contact(n),
            outcome,
            cause: HangupCause::Normal,
            by: EndedBy::Caller,
            language: None,
            topic: topic.map(Into::into),
        };
        self.row(t, fact);
    }

    pub(super) fn enqueue(&mut self, t: f64, n: u32, queue: &str) {
        self.enqueue_as(t, n, queue, Medium::Voice, false);
    }

    pub(super) fn enqueue_as(&mut self, t: f64, n: u32, queue: &str, medium: Medium, again: bool) {
        let fact = Fact::Enqueued {
            contact: contact(n),
            queue: queue.into(),
            medium,
            priority: 5,
            order: at(t),
            skills: Vec::new(),
            again,
        };
        self.row(t, fact);
    }

    pub(super) fn leave(&mut self, t: f64, n: u32, queue: &str, how: Exit) {
        self.row(t, Fact::Left { contact: contact(n), queue: queue.into(), how, key: None });
    }

    pub(super) fn offer(&mut self, t: f64, n: u32, queue: &str, agent: &str) {
        self.offers += 1;
        let (offer, contact) = (OfferId(self.offers), contact(n));
        let (queue, agent) = (queue.into(), agent);
        let until = at(t + 20.0);
        let fact =
            Fact::Offered { offer, contact, queue, agent: agent.into(), until, together: false };
        self.row(t, fact);
        self.row(t, Fact::Rang { offer, contact, agent: agent.into() });
    }

    pub(super) fn miss(&mut self, t: f64, n: u32, queue: &str, agent: &str, result: OfferResult) {
        let (offer, contact) = (OfferId(self.offers), contact(n));
        let (queue, agent) = (queue.into(), agent.into());
        self.row(t, Fact::OfferClosed { offer, contact, queue, agent, result });
    }

    /// The agent answers an offer that was made before.
    pub(super) fn answer(&mut self, t: f64, n: u32, queue: &str, agent: &str) {
        let (offer, contact) = (OfferId(self.offers), contact(n));
        let fact = Fact::Answered { offer, contact, queue: queue.into(), agent: agent.into() };
        self.row(t, fact);
    }

    pub(super) fn talk_ended(&mut self, t: f64, n: u32, queue: &str, agent: &str) {
        let fact = Fact::TalkEnded {
            contact: contact(n),
            queue: Some(queue.into()),
            agent: agent.into(),
            by: EndedBy::Caller,
        };
        self.row(t, fact);
    }

    pub(super) fn agent(&mut self, t: f64, agent: &str, status: AgentStatus, about: Option<u32>) {
        let fact = Fact::AgentChanged {
            agent: agent.into(),
            status,
            reason: None,
            contact: about.map(contact),
            queue: about.map(|_| "service".into()),
            until: None,
            idle_since: None,
            pending: None,
            by: None,
        };
        self.row(t, fact);
    }

    /// A call that is taken into `service`, answered after `wait` seconds by `sari`, and talks for `talk` seconds.
    pub(super) fn served(&mut self, t: f64, n: u32, wait: f64, talk: f64) {
        self.call(t, n, Some(n));
        self.enqueue(t, n, "service");
        self.offer(t + wait, n, "service", "sari");
        self.answer(t + wait, n, "service", "sari");
        self.talk_ended(t + wait + talk, n, "service", "sari");
        self.end(t + wait + talk, n, Outcome::ToHuman, None);
    }

    /// A call that is taken into `service` and hangs up after `wait` seconds.
    pub(super) fn gave_up(&mut self, t: f64, n: u32, wait: f64) {
        self.call(t, n, Some(n));
        self.enqueue(t, n, "service");
        self.leave(t + wait, n, "service", Exit::Abandoned);
        self.end(t + wait, n, Outcome::ToHuman, None);
    }
}

/// So many seconds.
pub(super) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
