//! Random inputs over time; after every step the machine's invariants and a history kept from outside must hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::Strategy as Any;
use proptest::prelude::*;

use super::script::{call, settings};
use crate::call::{AgentId, CallId};
use crate::history::{Exit, Medium};
use crate::queue::{
    AgentState, Contact, Input, Membership, OfferFailure, OfferId, Output, Queues, Ring, Settings,
    Strategy,
};
use crate::time::{Duration, Instant};

const AGENTS: [&str; 4] = ["agus", "budi", "dewi", "sari"];

/// One random step: how long to wait, and what happens then.
#[derive(Debug, Clone, Copy)]
enum Step {
    Enter {
        caller: u64,
        queue: &'static str,
        english: bool,
        priority: u8,
        age_s: u64,
        wait_s: u64,
    },
    Leave(u64),
    /// A caller's line is out of touch, or back.
    Hold(u64, bool),
    Reachable(usize, bool),
    Break(usize),
    Resume(usize),
    WrapUpDone(usize),
    Part(u64),
    LogOut(usize, bool),
    Longer(usize),
    Prioritise(u64, u8),
    Move(u64, &'static str),
    /// The operator changes how many may wait, how agents are chosen and reached, and which queues there are.
    Change(bool, u32, Strategy),
    /// What an agent does with the offer that many offers ago.
    Offer(u64, Reaction),
}

#[derive(Debug, Clone, Copy)]
enum Reaction {
    Ring,
    Answer,
    Join,
    Fail(OfferFailure),
    Release,
}

fn strategy() -> impl Any<Value = Strategy> {
    prop_oneof![
        Just(Strategy::LongestIdle),
        Just(Strategy::RoundRobin),
        Just(Strategy::FewestCalls),
        Just(Strategy::LeastTalk),
        Just(Strategy::Linear),
        Just(Strategy::Random),
        Just(Strategy::Weighted),
        (0..4_u32).prop_map(|most| Strategy::RingAll { most })
    ]
}

/// Rings that open while the test's callers wait, and agents of two levels.
fn rings(settings: &mut Settings, strategy: Strategy, open_s: u64) {
    let after = Duration::from_secs(open_s);
    let first = Ring { after, levels: [2].into(), ..Ring::default() };
    let second = Ring {
        after: after + Duration::from_secs(10),
        drop_skills: ["language".into()].into(),
        ..Ring::default()
    };
    for queue in settings.queues.values_mut() {
        queue.strategy = strategy;
        queue.rings = vec![first.clone(), second.clone()];
    }
    for (n, agent) in (0_u32..).zip(settings.agents.values_mut()) {
        let level = if n % 2 == 0 { 1 } else { 2 };
        let member = Membership { level, weight: n + 1, position: 9 - n };
        agent.memberships = agent.queues.iter().map(|queue| (queue.clone(), member)).collect();
    }
}

fn step() -> impl Any<Value = (u64, Step)> {
    let agent = 0..AGENTS.len();
    let queue = prop_oneof![4 => Just("service"), 4 => Just("sales"), 1 => Just("repairs")];
    let other = prop_oneof![Just("service"), Just("sales")];
    let enter = (1..12_u64, queue, any::<bool>(), 1..4_u8, 0..30_u64, 0..90_u64);
    let failure = prop_oneof![
        Just(OfferFailure::Rejected),
        Just(OfferFailure::Busy),
        Just(OfferFailure::NoAnswer),
        Just(OfferFailure::Unreachable)
    ];
    let reaction = prop_oneof![
        2 => Just(Reaction::Ring),
        4 => Just(Reaction::Answer),
        3 => Just(Reaction::Join),
        2 => failure.prop_map(Reaction::Fail),
        2 => Just(Reaction::Release)
    ];
    let step = prop_oneof![
        6 => enter.prop_map(|(caller, queue, english, priority, age_s, wait_s)| {
            Step::Enter { caller, queue, english, priority, age_s, wait_s }
        }),
        2 => (1..12_u64).prop_map(Step::Leave),
        3 => (1..12_u64, any::<bool>()).prop_map(|(caller, held)| Step::Hold(caller, held)),
        4 => (agent.clone(), prop::bool::weighted(0.7)).prop_map(|(a, on)| Step::Reachable(a, on)),
        1 => agent.clone().prop_map(Step::Break),
        2 => agent.clone().prop_map(Step::Resume),
        1 => agent.clone().prop_map(Step::WrapUpDone),
        3 => (1..12_u64).prop_map(Step::Part),
        1 => (agent.clone(), prop::bool::weighted(0.3)).prop_map(|(a, out)| Step::LogOut(a, out)),
        1 => agent.clone().prop_map(Step::Longer),
        2 => (1..12_u64, 1..9_u8).prop_map(|(n, priority)| Step::Prioritise(n, priority)),
        1 => (1..12_u64, other).prop_map(|(n, queue)| Step::Move(n, queue)),
        1 => (any::<bool>(), 0..8_u32, strategy()).prop_map(|(new, most, by)| Step::Change(new, most, by)),
        12 => (0..3_u64, reaction).prop_map(|(back, reaction)| Step::Offer(back, reaction)),
    ];
    (prop_oneof![Just(0_u64), 0..3_000_u64, 0..40_000_u64], step)
}

/// What is known from outside about a caller in line.
#[derive(Debug)]
struct Known {
    contact: Contact,
    offered_before: bool,
    entered_in_step: u64,
}

/// Everything seen from outside.
#[derive(Default)]
struct History {
    step: u64,
    entered: u64,
    connected: u64,
    left: u64,
    gone: u64,
    in_line: BTreeMap<CallId, Known>,
    held: BTreeSet<CallId>,
    live: BTreeMap<OfferId, (CallId, AgentId)>,
    /// The offers that others may be made beside of.
    together: BTreeSet<OfferId>,
    /// The offer of each caller that was answered first.
    joining: BTreeMap<CallId, OfferId>,
    states: BTreeMap<AgentId, AgentState>,
    pending: Option<Contact>,
}

impl History {
    fn see(&mut self, output: Output) {
        match output {
            Output::Entered { contact, .. } => {
                let call = contact.call;
                self.entered += 1;
                // Who is moved enters without having asked, with the place of before.
                let contact = self.pending.take().unwrap_or_else(|| *contact.clone());
                let known = Known { contact, offered_before: false, entered_in_step: self.step };
                assert!(self.in_line.insert(call, known).is_none(), "entered twice");
            }
            Output::Refused { .. } => self.pending = None,
            Output::Offer { offer, call, agent, together, .. } => {
                self.together.extend(together.then_some(offer));
                self.offered(offer, call, agent);
            }
            Output::Join { offer, call, agent } => {
                assert_eq!(self.live.get(&offer), Some(&(call, agent)), "only a live offer joins");
                let other = self.joining.insert(call, offer);
                let gone = other.is_none_or(|other| !self.live.contains_key(&other));
                assert!(gone, "one agent at a time");
            }
            Output::Cancel { offer, .. } => {
                assert!(!self.live.contains_key(&offer), "how it ended is told first");
            }
            Output::Reprioritised { call, priority, .. } => {
                let known = self.in_line.get_mut(&call).expect("only who waits is moved up");
                known.contact.priority = priority;
            }
            Output::OfferEnded { offer, call, agent, .. } => {
                assert_eq!(self.live.remove(&offer), Some((call, agent)), "only a live offer ends");
            }
            Output::Connected { offer, call, agent, .. } => {
                assert_eq!(self.live.remove(&offer), Some((call, agent)));
                assert!(self.live.values().all(|(other, _)| *other != call), "others ring on");
                self.in_line.remove(&call).expect("only who waits is connected");
                self.connected += 1;
            }
            Output::TooLate { offer, .. } => assert!(!self.live.contains_key(&offer)),
            Output::Left { call, how, .. } => {
                self.in_line.remove(&call).expect("only who waits leaves");
                assert!(self.live.values().all(|(offered, _)| *offered != call));
                match how {
                    Exit::Timeout | Exit::Unstaffed => self.gone += 1,
                    _ => self.left += 1,
                }
            }
            Output::Moved { call, .. } => assert!(self.in_line.contains_key(&call)),
            Output::AgentState { agent, from, to, .. } => {
                let known = self.states.insert(agent, to).unwrap_or(AgentState::Offline);
                assert_eq!(known, from, "states follow each other");
            }
        }
    }

    fn offered(&mut self, offer: OfferId, call: CallId, agent: AgentId) {
        let reserved =
            matches!(&self.states[&agent], AgentState::Reserved(live) if live.offer == offer);
        assert!(reserved, "rung only while ready");
        let together =
            |other: &OfferId| self.together.contains(other) && self.together.contains(&offer);
        let busy =
            self.live.iter().any(|(other, (c, a))| *a == agent || *c == call && !together(other));
        assert!(!busy, "one live offer per agent and, unless all are rung, per contact");
        let joining = self.joining.get(&call).is_some_and(|first| self.live.contains_key(first));
        assert!(!joining, "nobody is added to an answered caller");
        assert!(!self.held.contains(&call), "nobody is offered to who is out of touch");
        self.live.insert(offer, (call, agent));
        let mine = self.in_line.get_mut(&call).expect("only who waits is offered");
        mine.offered_before = true;
        let mine = &self.in_line[&call].contact;
        for (other, known) in &self.in_line {
            let like = |a: &Contact, b: &Contact| {
                a.queue == b.queue && a.skills == b.skills && a.priority == b.priority
            };
            let overtaken = !known.offered_before
                && !self.held.contains(&known.contact.call)
                && known.entered_in_step < self.step
                && like(&known.contact, mine)
                && known.contact.enqueued_at < mine.enqueued_at;
            assert!(!overtaken, "{call} overtook {other}");
        }
    }

    fn check(&self, queues: &Queues) {
        let waiting: usize =
            ["service", "sales", "repairs"].iter().map(|&q| queues.waiting(&q.into())).sum();
        assert_eq!(waiting, self.in_line.len());
        let waiting = u64::try_from(waiting).expect("small");
        assert_eq!(self.entered, self.connected + self.left + self.gone + waiting);
        for (call, agent) in self.live.values() {
            assert!(!queues.explain(*call, agent).may_offer(), "an offered call waits no more");
        }
    }
}

struct Run {
    queues: Queues,
    history: History,
    now: Instant,
    last_offer: u64,
}

impl Run {
    fn new(strategy: Strategy, open_s: u64) -> Self {
        let both: &[&str] = &["service", "sales"];
        let mut settings = Settings {
            release_limit: Duration::from_secs(8),
            talk_limit: Duration::from_secs(120),
            age_credit: Duration::from_secs(20),
            ..settings(&[
                ("agus", both, &[("language", &["id", "en"])]),
                ("budi", &["service"], &[("language", &["id"])]),
                ("dewi", &["sales"], &[]),
                ("sari", both, &[]),
            ])
        };
        rings(&mut settings, strategy, open_s);
        let queues = Queues::new(settings);
        Self { queues, history: History::default(), now: Instant::ZERO, last_offer: 0 }
    }

    fn input(&mut self, input: Input) {
        self.history.step += 1;
        // Due timers come first: what they end was not ended by this input.
        self.queues.handle(self.now, Input::Tick);
        self.drain();
        if let Input::Enqueue(Contact { call, .. }) | Input::Leave { call, .. } = &input {
            self.leave(*call);
        }
        match &input {
            Input::Hold { call } => {
                self.history.held.insert(*call);
            }
            Input::Unhold { call } => {
                self.history.held.remove(call);
            }
            _ => {}
        }
        if let Input::Enqueue(contact) = &input {
            self.history.pending = Some(contact.clone());
        }
        self.queues.handle(self.now, input);
        self.drain();
        self.queues.check_invariants();
        self.history.check(&self.queues);
        assert!(self.queues.poll_timeout().is_none_or(|at| at >= self.now), "nothing is overdue");
    }

    /// A caller in line leaves; a live offer must be taken back in the same step.
    fn leave(&mut self, call: CallId) {
        if !self.history.in_line.contains_key(&call) {
            return;
        }
        let of = |(_, (caller, _)): &(&OfferId, &(CallId, AgentId))| *caller == call;
        let live: Vec<OfferId> = self.history.live.iter().filter(of).map(|(o, _)| *o).collect();
        self.queues.handle(self.now, Input::Leave { call, how: Exit::Abandoned });
        let told = self.drain();
        let taken_back =
            |o: &&Output| matches!(o, Output::Cancel { offer, .. } if live.contains(offer));
        assert_eq!(live.len(), told.iter().filter(taken_back).count(), "in the same step");
    }

    fn drain(&mut self) -> Vec<Output> {
        let outputs: Vec<_> = std::iter::from_fn(|| self.queues.poll_output()).collect();
        for output in &outputs {
            if let Output::Offer { offer, .. } = output {
                self.last_offer = offer.0;
            }
            self.history.see(output.clone());
        }
        outputs
    }

    /// Waits, ticking on time when `punctual`, else only at the end, as a busy driver would.
    fn wait(&mut self, ms: u64, punctual: bool) {
        let until = self.now + Duration::from_millis(ms);
        while let Some(at) = self.queues.poll_timeout().filter(|&at| punctual && at <= until) {
            self.now = self.now.max(at);
            self.input(Input::Tick);
        }
        self.now = until;
    }

    fn take(&mut self, step: Step) {
        let agent = |n: usize| AgentId::from(AGENTS[n]);
        let input = match step {
            Step::Enter { caller, queue, english, priority, age_s, wait_s } => {
                let skill = || (Arc::from("language"), Arc::from("en"));
                Input::Enqueue(Contact {
                    call: call(caller),
                    queue: queue.into(),
                    skills: english.then(skill).into_iter().collect(),
                    priority,
                    enqueued_at: self.now.before(Duration::from_secs(age_s)),
                    max_wait: Duration::from_secs(wait_s),
                    medium: if wait_s % 7 == 0 { Medium::Callback } else { Medium::Voice },
                    again: false,
                    longest_expected: None,
                    closes_at: None,
                })
            }
            Step::Hold(n, true) => Input::Hold { call: call(n) },
            Step::Hold(n, false) => Input::Unhold { call: call(n) },
            Step::Leave(n) => Input::Leave { call: call(n), how: Exit::Abandoned },
            Step::Reachable(n, reachable) => Input::Reachable { agent: agent(n), reachable },
            Step::Break(n) => Input::Break { agent: agent(n), reason: "lunch".into() },
            Step::Resume(n) => Input::Resume { agent: agent(n) },
            Step::WrapUpDone(n) => Input::WrapUpDone { agent: agent(n) },
            Step::Part(n) => Input::TalkEnded { call: call(n) },
            Step::LogOut(n, true) => Input::LogOut { agent: agent(n) },
            Step::LogOut(n, false) => Input::LogIn { agent: agent(n) },
            Step::Longer(n) => Input::ExtendWrapUp { agent: agent(n), by: Duration::from_secs(9) },
            Step::Prioritise(n, priority) => Input::Reprioritise { call: call(n), priority },
            Step::Move(n, queue) => {
                Input::Move { call: call(n), queue: queue.into(), closes_at: None }
            }
            Step::Change(new, max_calls, strategy) => {
                let queue: &[&str] = if new { &["repairs"] } else { &["sales"] };
                let mut changed = settings(&[("agus", queue, &[]), ("sari", queue, &[])]);
                rings(&mut changed, strategy, u64::from(max_calls));
                changed.queues.values_mut().for_each(|queue| queue.max_calls = max_calls);
                Input::Change(Box::new(changed))
            }
            Step::Offer(back, reaction) => {
                let offer = OfferId(self.last_offer.saturating_sub(back));
                match reaction {
                    Reaction::Ring => Input::Ringing { offer },
                    Reaction::Answer => Input::Answered { offer },
                    Reaction::Join => Input::Joined { offer },
                    Reaction::Fail(cause) => Input::Failed { offer, cause },
                    Reaction::Release => Input::Released { offer },
                }
            }
        };
        self.input(input);
    }
}

proptest! {
    #[test]
    fn random_days_break_no_invariant(
        steps in prop::collection::vec(step(), 1..150),
        punctual: bool,
        strategy in strategy(),
        open_s in 0..40_u64,
    ) {
        let mut run = Run::new(strategy, open_s);
        for agent in AGENTS {
            run.input(Input::Reachable { agent: agent.into(), reachable: true });
        }
        for (ms, step) in steps {
            run.wait(ms, punctual);
            run.take(step);
        }
        // Everybody comes to an end by themselves: no state is without a deadline.
        for agent in AGENTS {
            run.input(Input::Reachable { agent: agent.into(), reachable: false });
        }
        for n in 1..12 {
            run.input(Input::Unhold { call: call(n) });
            run.input(Input::TalkEnded { call: call(n) });
        }
        run.wait(300_000, true);
        run.input(Input::Tick);
        prop_assert!(run.history.in_line.is_empty(), "nobody waits forever");
        let offline = |a: &str| run.queues.agent_state(&a.into()) == Some(&AgentState::Offline);
        prop_assert!(AGENTS.iter().all(|a| offline(a)), "nobody is stuck");
        prop_assert_eq!(run.queues.poll_timeout(), None, "no timer is left");
    }
}
