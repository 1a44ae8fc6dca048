//! Made histories: days of a call centre as rows, from a seed. The same seed gives the same rows.

use std::collections::BTreeMap;

use sambung::call::{CallId, EndedBy, HangupCause};
use sambung::history::{
    AgentStatus, CallbackEnd, CallerKey, Entry, Exit, Fact, Medium, OfferId, OfferResult, Outcome,
    Row, TryResult,
};
use sambung::time::Wall;

/// 2026-03-04 08:00 in Jakarta, in microseconds.
const EIGHT: i64 = 1_772_586_000_000_000;
const SECOND: i64 = 1_000_000;
/// How long it is open each day.
const OPEN: i64 = 9 * 3_600 * SECOND;

/// What is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    pub(crate) seed: u64,
    pub(crate) days: u32,
    pub(crate) calls_a_day: u32,
    pub(crate) agents: u32,
}

struct Maker<'e> {
    made: Made,
    chance: u64,
    /// Rows that are still to come, in order of time.
    rows: BTreeMap<(i64, u64), Fact>,
    next: u64,
    seq: u64,
    offers: u64,
    /// When each agent is free.
    free: Vec<i64>,
    each: &'e mut dyn FnMut(&Entry),
}

/// Hands on every entry, in order; gives how many there were.
pub(crate) fn make(made: Made, each: &mut dyn FnMut(&Entry)) -> u64 {
    let mut maker = Maker {
        made,
        chance: made.seed,
        rows: BTreeMap::new(),
        next: 0,
        seq: 0,
        offers: 0,
        free: vec![0; usize::try_from(made.agents).expect("few")],
        each,
    };
    maker.row(EIGHT - SECOND, Fact::NodeStarted { version: "1".into() });
    for day in 0..i64::from(made.days) {
        maker.day(EIGHT + day * 24 * 3_600 * SECOND);
    }
    maker.flush(i64::MAX);
    maker.seq
}

impl Maker<'_> {
    fn row(&mut self, at: i64, fact: Fact) {
        self.next += 1;
        self.rows.insert((at, self.next), fact);
    }

    /// Hands on all rows before a moment.
    fn flush(&mut self, before: i64) {
        while let Some(first) = self.rows.first_entry()
            && first.key().0 < before
        {
            let ((at, _), fact) = first.remove_entry();
            self.seq += 1;
            let row = Row::new(Wall::from_unix_micros(at), fact);
            (self.each)(&Entry { epoch: 1, seq: self.seq, row });
        }
    }

    /// A number below `limit` (splitmix64).
    fn below(&mut self, limit: i64) -> i64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.chance;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((z ^ (z >> 31)) >> 1).expect("63 bits") % limit
    }

    fn day(&mut self, opens: i64) {
        for n in 0..self.free.len() {
            self.free[n] = opens;
            self.agent(opens, n, AgentStatus::Ready, None);
        }
        for call in 0..self.made.calls_a_day {
            let arrives = opens + OPEN * i64::from(call) / i64::from(self.made.calls_a_day);
            self.flush(arrives);
            let shift = self.below(SECOND);
            self.call(arrives + shift, opens + OPEN);
        }
        let closes = self.free.iter().copied().fold(opens + OPEN, i64::max);
        for n in 0..self.free.len() {
            self.agent(closes + SECOND, n, AgentStatus::Offline, None);
        }
        self.flush(closes + 2 * SECOND);
    }

    fn agent(&mut self, at: i64, n: usize, status: AgentStatus, about: Option<CallId>) {
        let fact = Fact::AgentChanged {
            agent: name(n).as_str().into(),
            status,
            reason: (status == AgentStatus::Break).then(|| "lunch".into()),
            contact: about,
            queue: about.map(|_| queue(n).into()),
            until: None,
            idle_since: None,
            pending: None,
            by: None,
        };
        self.row(at, fact);
    }

    /// One call: settled by the flow, or led to a line.
    fn call(&mut self, t: i64, closes: i64) {
        let chance = u128::try_from(self.below(i64::MAX)).expect("positive");
        let contact = CallId::new(u64::try_from(t / 1_000).expect("after 1970"), chance);
        let callers = i64::from(self.made.calls_a_day) * 20;
        let number = self.below(callers);
        let caller = (number % 9 > 0).then(|| CallerKey(format!("{number:032x}").into()));
        let began = Fact::CallBegan {
            contact,
            caller: caller.clone(),
            called: "100".into(),
            trunk: None,
            flow: Some("toko".into()),
            flow_hash: None,
        };
        self.row(t, began);
        let asks = t + (5 + self.below(60)) * SECOND;
        let (end, outcome) = match self.below(10) {
            0 | 1 => (asks, Outcome::Resolved),
            2 => (asks, Outcome::AbandonedInIvr),
            _ => (self.line(asks, contact, caller, closes), Outcome::ToHuman),
        };
        let topic = Some(["order", "bill", "other"][place(self.below(3))].into());
        let (cause, by) = (HangupCause::Normal, EndedBy::Caller);
        self.row(end, Fact::CallEnded { contact, outcome, cause, by, language: None, topic });
    }

    /// A stay in line; gives when the call is over.
    fn line(&mut self, t: i64, contact: CallId, caller: Option<CallerKey>, closes: i64) -> i64 {
        let technical = self.below(4) == 0;
        let agents = (0..self.free.len()).filter(|n| (n % 3 == 2) == technical);
        let agent = agents.min_by_key(|n| self.free[*n]).expect("at least three agents");
        self.enqueued(t, contact, agent, Medium::Voice);
        let rings = (self.free[agent] + SECOND / 2).max(t + SECOND / 10);
        let patience = (3 + self.below(300)) * SECOND;
        if t + patience < rings || rings > closes {
            return self.gave_up(
                t + patience.min(closes.max(t + SECOND) - t),
                contact,
                agent,
                caller,
            );
        }
        let missed = self.below(25) == 0;
        let answers = rings + (2 + self.below(6)) * SECOND;
        self.offer(rings, contact, agent);
        if missed {
            let over = rings + 15 * SECOND;
            self.closed(over, contact, agent, OfferResult::NoAnswer);
            self.agent(over, agent, AgentStatus::Ready, None);
            self.free[agent] = over;
            return self.gave_up(over + 5 * SECOND, contact, agent, caller);
        }
        let over = answers + (30 + self.below(300)) * SECOND;
        self.answered(answers, over, contact, agent);
        let rests = over + (10 + self.below(50)) * SECOND;
        let pause = if self.below(40) == 0 { 600 * SECOND } else { 0 };
        if pause > 0 {
            self.agent(rests, agent, AgentStatus::Break, None);
        }
        self.agent(rests + pause, agent, AgentStatus::Ready, None);
        self.free[agent] = rests + pause;
        self.survey(over, contact, agent)
    }

    fn enqueued(&mut self, t: i64, contact: CallId, agent: usize, medium: Medium) {
        let (order, queue) = (Wall::from_unix_micros(t), queue(agent).into());
        let (priority, skills, again) = (5, Vec::new(), false);
        self.row(t, Fact::Enqueued { contact, queue, medium, priority, order, skills, again });
    }

    /// The caller hangs up, presses a key, or asks to be called back.
    fn gave_up(&mut self, t: i64, contact: CallId, agent: usize, caller: Option<CallerKey>) -> i64 {
        let (how, key) = match self.below(12) {
            0 => (Exit::Key, Some("2".into())),
            1 => (Exit::Timeout, None),
            2 => (Exit::Callback, Some("1".into())),
            _ => (Exit::Abandoned, None),
        };
        self.row(t, Fact::Left { contact, queue: queue(agent).into(), how, key });
        if how == Exit::Callback {
            self.callback(t, contact, agent, caller);
        }
        t
    }

    fn callback(&mut self, t: i64, call: CallId, agent: usize, caller: Option<CallerKey>) {
        let chance = u128::try_from(self.below(i64::MAX)).expect("positive");
        let contact = CallId::new(u64::try_from(t / 1_000).expect("after 1970"), chance);
        let callback = self.next;
        let (order, expires) =
            (Wall::from_unix_micros(t), Wall::from_unix_micros(t + 3_600 * SECOND));
        let asked = Fact::CallbackAsked {
            callback,
            contact,
            call,
            queue: queue(agent).into(),
            caller,
            language: "id".into(),
            order,
            priority: 5,
            not_before: None,
            expires,
            adapter: None,
            trunk: None,
        };
        self.row(t, asked);
        self.enqueued(t, contact, agent, Medium::Callback);
        let reached = self.below(4) > 0;
        let at = t + 600 * SECOND;
        if reached {
            // Somebody finds the time between two calls.
            self.offer_alone(at, contact, agent);
            let agent = Some(name(agent).as_str().into());
            let result = TryResult::Connected;
            let tried =
                Fact::CallbackTried { callback, contact, attempt: 1, agent, result, again: None };
            self.row(at + 20 * SECOND, tried);
        } else {
            let (queue, how) = (queue(agent).into(), Exit::Withdrawn);
            self.row(at, Fact::Left { contact, queue, how, key: None });
        }
        let how = if reached { CallbackEnd::Done } else { CallbackEnd::CalledAgain };
        self.row(at + 200 * SECOND, Fact::CallbackEnded { callback, contact, how });
    }

    fn offer_alone(&mut self, t: i64, contact: CallId, agent: usize) {
        self.offers += 1;
        let (offer, queue, who) = (OfferId(self.offers), queue(agent), name(agent));
        let until = Wall::from_unix_micros(t + 20 * SECOND);
        let agent = who.as_str();
        let offered = Fact::Offered {
            offer,
            contact,
            queue: queue.into(),
            agent: agent.into(),
            until,
            together: false,
        };
        self.row(t, offered);
        self.row(t, Fact::Rang { offer, contact, agent: agent.into() });
        let (q, a) = (queue.into(), agent.into());
        self.row(t + 5 * SECOND, Fact::Answered { offer, contact, queue: q, agent: a });
        let queue = Some(queue.into());
        let by = EndedBy::Agent;
        self.row(t + 180 * SECOND, Fact::TalkEnded { contact, queue, agent: agent.into(), by });
    }

    fn offer(&mut self, t: i64, contact: CallId, agent: usize) {
        self.offers += 1;
        let offer = OfferId(self.offers);
        let until = Wall::from_unix_micros(t + 20 * SECOND);
        let who = || name(agent).as_str().into();
        let offered = Fact::Offered {
            offer,
            contact,
            queue: queue(agent).into(),
            agent: who(),
            until,
            together: false,
        };
        self.row(t, offered);
        self.agent(t, agent, AgentStatus::Reserved, Some(contact));
        self.row(t + SECOND / 10, Fact::Rang { offer, contact, agent: who() });
        self.agent(t + SECOND / 10, agent, AgentStatus::Ringing, Some(contact));
    }

    fn closed(&mut self, t: i64, contact: CallId, agent: usize, result: OfferResult) {
        let (offer, queue) = (OfferId(self.offers), queue(agent).into());
        let agent = name(agent).as_str().into();
        self.row(t, Fact::OfferClosed { offer, contact, queue, agent, result });
    }

    fn answered(&mut self, t: i64, over: i64, contact: CallId, agent: usize) {
        let offer = OfferId(self.offers);
        let who = || name(agent).as_str().into();
        let answered = Fact::Answered { offer, contact, queue: queue(agent).into(), agent: who() };
        self.row(t, answered);
        self.agent(t, agent, AgentStatus::Talking, Some(contact));
        if self.below(5) == 0 {
            self.row(t + 10 * SECOND, Fact::Held { contact, agent: Some(who()) });
            self.row(t + 25 * SECOND, Fact::Resumed { contact, agent: Some(who()) });
        }
        let (queue, by) = (Some(queue(agent).into()), EndedBy::Caller);
        self.row(over, Fact::TalkEnded { contact, queue, agent: who(), by });
        self.agent(over, agent, AgentStatus::Wrapup, Some(contact));
    }

    /// Every third caller is asked, and every second of them answers; gives when the call is over.
    fn survey(&mut self, t: i64, contact: CallId, agent: usize) -> i64 {
        if self.below(3) > 0 {
            return t;
        }
        let queue = Some(queue(agent).into());
        let agent = Some(name(agent).as_str().into());
        let (q, a, flow_hash) = (queue.clone(), agent.clone(), None);
        self.row(t + SECOND, Fact::SurveyAsked { contact, queue: q, agent: a, flow_hash });
        if self.below(2) > 0 {
            return t + 2 * SECOND;
        }
        let score = [5, 5, 4, 4, 3, 1][place(self.below(6))];
        let question = "csat".into();
        let fact = Fact::Surveyed { contact, question, score, queue, agent, flow_hash: None };
        self.row(t + 8 * SECOND, fact);
        t + 9 * SECOND
    }
}

fn name(agent: usize) -> String {
    format!("agent-{:02}", agent + 1)
}

/// The queue of an agent: every third serves the second one.
const fn queue(agent: usize) -> &'static str {
    if agent % 3 == 2 { "technical" } else { "service" }
}

fn place(n: i64) -> usize {
    usize::try_from(n).expect("small")
}
