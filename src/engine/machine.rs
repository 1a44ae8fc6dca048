//! The engine itself: who is told what happened.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::audit::Audit;
use super::callback::Callbacks;
use super::claims::Claims;
use super::clock::WallClock;
use super::ear::Ears;
use super::handover::Handover;
use super::history::Teller;
use super::hold::Hold;
use super::input::Input;
use super::legs::{Legs, Role};
use super::notice::Notice;
use super::output::Output;
use super::pace::Pace;
use super::places::Places;
use super::routes::Called;
use super::settings::Settings;
use super::together::Joining;
use crate::call::{
    AdapterId, AgentId, CallId, Callback, CommandKind, EndedBy, Event, EventKind, HangupCause,
    LegId, Offer, Quality, QueueId, Report, RequestId, Target, TransferStep,
};
use crate::interpreter::Enqueue;
use crate::queue::{self, OfferFailure, Queues};
use crate::session::{Arrival, Input as SessionInput, PeerNews, QueueNews, Safe, Session};
use crate::time::Instant;

/// All calls and queues of a node. One value, one owner, no locks.
#[derive(Debug)]
pub struct Engine {
    /// What new calls live by.
    pub(super) settings: Arc<Settings>,
    pub(super) calls: BTreeMap<CallId, Call>,
    pub(super) legs: Legs,
    pub(super) queues: Queues,
    pub(super) outputs: VecDeque<Output>,
    pub(super) clock: WallClock,
    pub(super) now: Instant,
    pub(super) timers: BTreeSet<(Instant, CallId)>,
    /// Which call waits for which answer; a call waits for one at a time.
    pub(super) requests: BTreeMap<RequestId, CallId>,
    /// The number of the last request.
    pub(super) requested: u64,
    pub(super) users: BTreeMap<Arc<str>, AgentId>,
    chance: Chance,
    draining: bool,
    /// Tells the history, where one is kept.
    pub(super) teller: Option<Teller>,
    /// The offers that are not durable yet.
    pub(super) claims: Claims,
    /// The places in line of callers who were cut off or hung up.
    pub(super) places: Places,
    /// The agents who are spoken to alone.
    pub(super) ears: Ears,
    /// Who is to be called back.
    pub(super) callbacks: Callbacks,
    /// When the agents who hold a caller are reminded of them.
    pub(super) reminders: BTreeMap<CallId, Instant>,
    /// The wishes to be called back that the store is asked to keep, each with the adapter it came by.
    pub(super) wished: BTreeMap<RequestId, (Callback, AdapterId)>,
    /// The adapters that are out of touch.
    pub(super) away: BTreeSet<AdapterId>,
    pub(super) strays: u64,
    /// How many transfers were asked for by those who may not.
    pub(super) refused_transfers: u64,
    /// Who ordered what is being carried out; `None` = nobody, or the agent it is about.
    pub(super) by: Option<Arc<str>>,
    /// The contact that is being led to another queue, and from which.
    pub(super) led_from: Option<(CallId, QueueId)>,
    /// What has changed since the last check, if anybody checks.
    pub(super) audit: Option<Audit>,
}

/// One live call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) session: Session,
    /// What the node was told when the call began: the call lives by it until its end.
    pub(super) settings: Arc<Settings>,
    pub(super) leg: LegId,
    /// What the session's timer is set to, on the engine's clock.
    pub(super) deadline: Option<Instant>,
    /// The call's own clock: it stands still while the caller's adapter is out of touch.
    pub(super) pace: Pace,
    pub(super) began: Instant,
    /// The request whose answer the call waits for.
    pub(super) request: Option<RequestId>,
    /// What the caller last wanted of a queue, and since when.
    pub(super) wanted: Option<Wanted>,
    /// Whether they were led to a person, or to a line for one.
    pub(super) to_human: bool,
    /// Which sides hold.
    pub(super) hold: Hold,
    /// To whom an agent is handing the caller over.
    pub(super) handover: Option<Handover>,
    /// How often agents have handed the caller over.
    pub(super) handovers: u8,
    /// Who has answered first of several agents, until the session knows.
    pub(super) joining: Option<Joining>,
}

/// What a caller wants of a queue.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) request: Enqueue,
    pub(super) since: Instant,
    /// Whether they are in line once more, after a talk that broke off.
    pub(super) again: bool,
    /// Whether the caller left the line by a key, unanswered.
    pub(super) left: bool,
}

impl Engine {
    /// Sets up a node without calls. `seed` makes the call ids; take it from the operating system in production.
    #[must_use]
    pub fn new(settings: Settings, seed: u64) -> Self {
        let users = settings.agents.iter().filter_map(|(id, agent)| match &agent.target {
            Target::User(user) => Some((user.clone(), id.clone())),
            Target::Address(_) | Target::Number(_) => None,
        });
        let teller = settings.history.then(Teller::default);
        Self {
            users: users.collect(),
            queues: Queues::new(settings.queues.clone()),
            settings: Arc::new(settings),
            calls: BTreeMap::new(),
            legs: Legs::default(),
            outputs: VecDeque::new(),
            clock: WallClock::default(),
            now: Instant::ZERO,
            timers: BTreeSet::new(),
            requests: BTreeMap::new(),
            requested: 0,
            chance: Chance(seed),
            draining: false,
            teller,
            claims: Claims::default(),
            places: Places::default(),
            ears: Ears::default(),
            callbacks: Callbacks::default(),
            reminders: BTreeMap::new(),
            wished: BTreeMap::new(),
            away: BTreeSet::new(),
            strays: 0,
            refused_transfers: 0,
            by: None,
            led_from: None,
            audit: None,
        }
    }

    /// Tells the engine what happened at `now`. A `now` before an earlier one counts as that earlier one.
    pub fn handle(&mut self, now: Instant, input: Input) {
        self.now = self.now.max(now);
        match input {
            Input::Tick => self.tick(),
            Input::Report { report: Report::Leg(event), .. } => self.event(event),
            Input::Report { adapter, report: Report::Endpoint { user, reachable } } => {
                let theirs = |agent: &&AgentId| self.settings.adapter_of(agent, adapter) == adapter;
                if let Some(agent) = self.users.get(&user).filter(theirs).cloned() {
                    self.tell_queues(queue::Input::Reachable { agent, reachable });
                }
            }
            Input::Report { adapter, report: Report::Away } => self.adapter_away(adapter),
            Input::Report { adapter, report: Report::Back } => self.adapter_back(adapter),
            Input::Reply { request, reply } => self.reply(request, reply),
            Input::Claimed { offer, verdict } => self.claimed(offer, verdict),
            Input::Clock(wall) => {
                self.clock.read(self.now, wall);
                self.tell_staff();
            }
            Input::Ordered { by, order } => self.ordered(by, order),
            Input::Publish(settings) => self.publish(*settings),
            Input::Drain => self.draining = true,
            Input::HangupAll(cause) => self.hangup_all(cause),
            Input::AdapterLost(adapter) => self.adapter_lost(adapter),
            Input::Mend(adrift) => self.mend(&adrift),
        }
    }

    /// The next thing to be done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let calls = self.timers.first().map(|(at, _)| *at);
        let reminder = self.reminders.values().min().copied();
        let own = [self.claims.poll_timeout(), self.ears.poll_timeout(), reminder];
        let others = [calls, self.queues.poll_timeout(), self.callbacks.poll_timeout()];
        own.into_iter().chain(others).flatten().min()
    }

    /// How many calls are live.
    #[must_use]
    pub fn live_calls(&self) -> usize {
        self.calls.len()
    }

    /// How many legs are known: callers, agents, transfer targets.
    #[must_use]
    pub fn live_legs(&self) -> usize {
        self.legs.len()
    }

    /// How many events came for legs that are gone, and answers that nobody waited for.
    #[must_use]
    pub const fn strays(&self) -> u64 {
        self.strays
    }

    /// How many transfers were asked for by somebody who may not, or to where nobody may be sent.
    #[must_use]
    pub const fn refused_transfers(&self) -> u64 {
        self.refused_transfers
    }

    /// Whether new calls are refused.
    #[must_use]
    pub const fn is_draining(&self) -> bool {
        self.draining
    }

    /// The queues, to look at.
    #[must_use]
    pub const fn queues(&self) -> &Queues {
        &self.queues
    }

    fn tick(&mut self) {
        while let Some(&(at, id)) = self.timers.first() {
            if at > self.now {
                break;
            }
            self.step(id, SessionInput::Tick);
            if self.timers.first() == Some(&(at, id)) {
                // The session did not move its deadline: ask again later rather than spin.
                self.timers.remove(&(at, id));
                if let Some(call) = self.calls.get_mut(&id) {
                    call.deadline = None;
                }
            }
        }
        self.claims_due();
        self.ears_due();
        self.callbacks_due();
        self.reminders_due();
        self.tell_queues(queue::Input::Tick);
    }

    fn event(&mut self, event: Event) {
        match event.kind {
            EventKind::Offered(offer) => return self.offered(event.leg, offer),
            EventKind::TransferRequested(wanted) => {
                return self.transfer_requested(event.leg, &wanted);
            }
            _ => {}
        }
        self.measured(event.leg, &event.kind);
        match self.legs.get(event.leg).cloned() {
            Some(Role::Caller(call)) => self.caller_event(call, event),
            Some(role) => self.peer_event(&role, &event),
            None => self.strays += 1,
        }
    }

    fn offered(&mut self, leg: LegId, offer: Offer) {
        if self.legs.get(leg).is_some() {
            self.strays += 1;
            return;
        }
        if offer.replaces.is_some() {
            return self.takes_place(leg, &offer);
        }
        if self.takes_code(leg, &offer) || self.consults(leg, &offer) {
            return;
        }
        let full = self.draining || self.calls.len() >= self.settings.max_calls;
        let settings = Arc::clone(&self.settings);
        let called = Called {
            number: &offer.origin.called,
            trunk: offer.origin.trunk.as_deref(),
            wall: self.clock.at(self.now),
            calendars: &settings.calendars,
        };
        let program = settings.routes.flow(called).and_then(|flow| settings.programs.get(flow));
        let program = program.cloned();
        let program = match program {
            Some(program) if !full => program,
            Some(_) => return self.refuse(leg, HangupCause::Overload),
            None => return self.refuse(leg, HangupCause::NotFound),
        };
        let id = self.new_call_id();
        let adapter =
            settings.adapters.get(usize::from(leg.adapter.0)).cloned().unwrap_or_default();
        let safe = settings.safe_flow.as_ref().and_then(|flow| settings.programs.get(flow));
        let safe = safe.cloned();
        self.notice(Notice::CallStarted { call: id, leg, flow: program.flow.id.clone() });
        self.call_began(id, &offer.origin, &program.flow);
        let Offer { origin, dtmf, speech, .. } = offer;
        let arrival = Arrival { id, origin, adapter, dtmf, speech };
        let number = settings.safe_number.clone();
        let mut session = Session::new(program, Safe { program: safe, number }, arrival, self.now);
        if settings.journals {
            session.keep_journal(self.clock.at(self.now));
        }
        settings.record_talks.into_iter().for_each(|how| session.record_talks(how));
        self.legs.insert(leg, Role::Caller(id));
        self.calls.insert(
            id,
            Call {
                session,
                settings,
                leg,
                deadline: None,
                pace: Pace::default(),
                began: self.now,
                request: None,
                wanted: None,
                to_human: false,
                hold: Hold::default(),
                handover: None,
                handovers: 0,
                joining: None,
            },
        );
        if self.away.contains(&leg.adapter) {
            self.stand_still(id);
        }
        self.carry_out(id);
    }

    /// An id for a call, or for a wish that stands in line.
    pub(super) fn new_call_id(&mut self) -> CallId {
        let unix_ms = u64::try_from(self.clock.at(self.now).as_unix_millis()).unwrap_or(0);
        CallId::new(unix_ms, self.chance.next())
    }

    pub(super) fn refuse(&mut self, leg: LegId, cause: HangupCause) {
        self.notice(Notice::CallRefused { leg, cause });
        self.command(leg, CommandKind::Refuse(cause));
    }

    fn caller_event(&mut self, call: CallId, event: Event) {
        match &event.kind {
            EventKind::Ended { .. } => {
                self.legs.remove(event.leg);
            }
            EventKind::Held => self.caller_held(call, true),
            EventKind::Resumed => self.caller_held(call, false),
            EventKind::Recorded { recording, end, lasted } => {
                self.recorded(call, recording, *end, *lasted);
            }
            EventKind::Bridged => self.bridged(call),
            EventKind::Rejected { command: CommandKind::Bridge(_), .. } => {
                if self.bridge_rejected(call) {
                    return;
                }
                self.hangup_peer(call, HangupCause::InternalError);
            }
            _ => {}
        }
        if let Some(input) = SessionInput::of(event.kind) {
            let pace = self.calls.get(&call).map(|call| call.pace).unwrap_or_default();
            self.step(call, pace.own(input));
        }
    }

    fn peer_event(&mut self, role: &Role, event: &Event) {
        match role {
            Role::Consulting { with, .. } => {
                return self.consulting_event(event.leg, *with, &event.kind);
            }
            Role::Consulted { by, .. } => return self.consulted_event(event.leg, *by, &event.kind),
            Role::Customer { wish } => return self.customer_event(*wish, event.leg, &event.kind),
            Role::Code { .. } => return self.code_event(event.leg, &event.kind),
            Role::Caller(_) | Role::Agent { .. } | Role::Colleague { .. } | Role::Target { .. } => {
            }
        }
        match &event.kind {
            EventKind::Ringing => self.peer_rings(role, event.leg),
            EventKind::Answered => self.peer_answered(role, event.leg),
            EventKind::Held => self.peer_held(role, true),
            EventKind::Resumed => self.peer_held(role, false),
            EventKind::Ended { cause, .. } => self.peer_ended(event.leg, *cause),
            EventKind::Rejected { command: CommandKind::Dial(_), .. } => {
                self.peer_ended(event.leg, HangupCause::Unreachable);
            }
            EventKind::MediaLost => {
                self.command(event.leg, CommandKind::Hangup(HangupCause::MediaLost));
            }
            EventKind::Digit { symbol, .. } => self.ear_key(event.leg, *symbol),
            EventKind::PlayEnded { play, .. } => {
                if !self.last_words_said(event.leg) {
                    self.ear_silent(event.leg, *play);
                }
            }
            EventKind::Offered(_)
            | EventKind::Said { .. }
            | EventKind::Recorded { .. }
            | EventKind::SpeechStarted
            | EventKind::SpeechEnded
            | EventKind::TransferRequested(_)
            | EventKind::TransferProgress(_)
            | EventKind::Bridged
            | EventKind::Unbridged { .. }
            | EventKind::MediaRestored
            | EventKind::Rejected { .. } => {}
        }
    }

    fn peer_rings(&mut self, role: &Role, leg: LegId) {
        match role {
            Role::Agent { offer, .. } => self.tell_queues(queue::Input::Ringing { offer: *offer }),
            Role::Target { call, .. } | Role::Colleague { call, .. } => {
                let handover = self.calls.get(call).and_then(|call| call.handover.as_ref());
                let from = handover.filter(|handover| handover.to == leg).and_then(|h| h.from);
                if let Some(from) = from {
                    self.command(from, CommandKind::TransferProgress(TransferStep::Ringing));
                }
            }
            Role::Caller(_)
            | Role::Code { .. }
            | Role::Consulting { .. }
            | Role::Consulted { .. }
            | Role::Customer { .. } => {}
        }
    }

    fn peer_answered(&mut self, role: &Role, leg: LegId) {
        match role {
            Role::Agent { call, offer, agent, .. } => {
                self.agent_picked_up(leg, *call, *offer, agent);
            }
            Role::Target { call, .. } | Role::Colleague { call, .. }
                if self.is_handed_to(*call, leg) =>
            {
                self.handover_answered(*call);
            }
            Role::Target { call, .. } => {
                self.legs.connected(leg);
                self.step(*call, SessionInput::Peer(PeerNews::Answered { leg }));
            }
            Role::Caller(_)
            | Role::Code { .. }
            | Role::Colleague { .. }
            | Role::Consulting { .. }
            | Role::Consulted { .. }
            | Role::Customer { .. } => {}
        }
    }

    /// Whether a caller is on the way to whoever is on this leg.
    fn is_handed_to(&self, call: CallId, leg: LegId) -> bool {
        let handover = self.calls.get(&call).and_then(|call| call.handover.as_ref());
        handover.is_some_and(|handover| handover.to == leg)
    }

    /// The agent of a talk is gone: hung up, or without a word.
    fn talk_ended(&mut self, call: CallId, leg: LegId, cause: HangupCause) {
        if self.hands_over_unseen(call, leg) {
            return;
        }
        self.cancel_handover(call);
        if let Some(call) = self.calls.get_mut(&call) {
            call.hold.peer = false;
        }
        if cause == HangupCause::MediaLost {
            self.parts(call, EndedBy::System);
            self.tell_queues(queue::Input::Vanished { call });
            return self.step(call, SessionInput::Peer(PeerNews::Lost));
        }
        self.parts(call, EndedBy::Agent);
        self.tell_queues(queue::Input::TalkEnded { call });
        self.step(call, SessionInput::Peer(PeerNews::Ended));
    }

    pub(super) fn peer_ended(&mut self, leg: LegId, cause: HangupCause) {
        let role = self.legs.remove(leg);
        let alone = self.ears.ended(leg);
        if let Some(Role::Target { call, .. } | Role::Colleague { call, .. }) = &role
            && self.is_handed_to(*call, leg)
        {
            return self.handover_failed(*call, cause);
        }
        match role {
            Some(Role::Agent { call, agent, talking: true, .. })
                if !self.calls.contains_key(&call) =>
            {
                self.callback_agent_gone(call, (leg, agent), cause);
            }
            Some(
                Role::Agent { call, talking: true, .. }
                | Role::Colleague { call, talking: true, .. },
            ) => self.talk_ended(call, leg, cause),
            Some(Role::Agent { call, offer, agent, talking: false })
                if self.unjoin(call, offer) =>
            {
                self.join_failed(call, offer, agent);
            }
            // Picked up, and put down before the caller was there.
            Some(Role::Agent { call, offer, agent, talking: false }) if alone => {
                self.offer_refused(call, offer, agent, (OfferFailure::NotAccepted, "not_accepted"));
            }
            Some(Role::Agent { call, offer, agent, talking: false }) => {
                self.offer_failed(call, offer, agent, cause);
            }
            Some(Role::Target { call, talking: true }) => {
                self.step(call, SessionInput::Peer(PeerNews::Ended))
            }
            Some(Role::Target { call, talking: false }) => {
                self.step(call, SessionInput::Peer(PeerNews::Failed(cause)))
            }
            Some(
                Role::Caller(_)
                | Role::Code { .. }
                | Role::Colleague { .. }
                | Role::Consulting { .. }
                | Role::Consulted { .. }
                | Role::Customer { .. },
            )
            | None => self.strays += 1,
        }
    }

    fn offer_failed(
        &mut self,
        call: CallId,
        offer: queue::OfferId,
        agent: AgentId,
        cause: HangupCause,
    ) {
        let (failure, result) = match cause {
            HangupCause::Busy => (OfferFailure::Busy, "busy"),
            HangupCause::NoAnswer => (OfferFailure::NoAnswer, "no_answer"),
            HangupCause::Rejected => (OfferFailure::Rejected, "rejected"),
            HangupCause::Cancelled => (OfferFailure::NoAnswer, "cancelled"),
            _ => (OfferFailure::Unreachable, "unreachable"),
        };
        self.offer_refused(call, offer, agent, (failure, result));
    }

    /// An offer came to nothing.
    pub(super) fn offer_refused(
        &mut self,
        call: CallId,
        offer: queue::OfferId,
        agent: AgentId,
        (cause, result): (OfferFailure, &'static str),
    ) {
        self.notice(Notice::OfferFailed { call, agent: agent.clone(), result });
        let news = QueueNews::OfferEnded { agent, result };
        self.step(call, SessionInput::Queue(news));
        self.tell_queues(queue::Input::Failed { offer, cause });
    }

    fn hangup_all(&mut self, cause: HangupCause) {
        let calls: Vec<_> = self.calls.keys().copied().collect();
        for call in calls {
            self.step(call, SessionInput::Close(cause));
        }
    }

    fn adapter_lost(&mut self, adapter: AdapterId) {
        self.adapter_back(adapter);
        self.legs.forget_talks(adapter);
        for leg in self.legs.of(adapter) {
            let kind = EventKind::Ended {
                by: EndedBy::System,
                cause: HangupCause::AdapterLost,
                quality: None::<Quality>,
            };
            self.event(Event { at: self.now, leg, kind });
        }
    }
}

/// Numbers by chance: splitmix64 over the seed.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u128 {
        (u128::from(self.half()) << 64) | u128::from(self.half())
    }

    const fn half(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
