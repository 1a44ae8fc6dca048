//! Transactions in flight (RFC 3261 §17, RFC 6026): the parser crate's state machines while something is open,
//! and no more than the bytes to repeat once it is settled.
//!
//! ```text
//!            accept                    respond(final)            64·T1
//!  request ─────────▶ Serving ───────────────────────▶ Replied ────────▶ gone     not INVITE
//!                        │  └── respond(2xx) ────────▶ Absorbing ──────▶ gone     INVITE
//!                        └── respond(300–699) ─▶ (same) ──ACK──▶ Absorbing ─T4─▶ gone
//!
//!            start                     final response
//!  request ─────────▶ Asking ────────────────────────▶ gone                       not INVITE
//!                        └── 200–699 ────────────────▶ Acknowledged ─32 s─▶ gone  INVITE
//! ```
//!
//! It must not know what a dialog is: whoever opened a transaction is a [`User`] that is told of its responses.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use sipx_sip::transaction::{
    ClientTransaction, Output as Step, Reliability, ServerTransaction, Timer, Timers,
    TransactionKey, TuEvent,
};
use sipx_sip::{Method, Request, Response};

use super::event::{DialogId, Output, RequestId};
use super::read;
use super::settings::Settings;
use super::timetable::Timetable;
use super::write;
use crate::time::{Duration, Instant};

/// Timer D of RFC 3261 on UDP: how long a refused INVITE of ours goes on acknowledging.
const TIMER_D: Duration = Duration::from_secs(32);
/// The most sides of one forked INVITE that are acknowledged.
const MAX_FORKS: usize = 8;

/// One transaction; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TransactionId(pub(super) u64);

/// Where the messages of a transaction go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hop {
    /// The far side.
    pub(super) to: SocketAddr,
    /// Our socket.
    pub(super) local: SocketAddr,
}

/// Who opened a transaction, or whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum User {
    /// An INVITE that opens a call.
    Invite(DialogId),
    /// A re-INVITE or UPDATE inside a call.
    Offer(DialogId),
    /// Our BYE.
    Bye(DialogId),
    /// Our OPTIONS inside a call.
    Probe(DialogId),
    /// A REGISTER that waits for its reply.
    Register(RequestId),
    /// Nobody waits for the outcome.
    Nobody,
}

/// What a transaction has to tell its user.
#[derive(Debug)]
pub(super) enum News {
    /// A response to a request of ours. For INVITE every 2xx is told, repetitions too.
    Response { id: TransactionId, user: User, response: Box<Response> },
    /// No final response within 64·T1.
    Timeout { user: User },
    /// A request that nobody answered within 64·T1.
    Unanswered { id: TransactionId },
}

/// A transaction's matching key (RFC 3261 §17.1.3, §17.2.3), flattened so that it has an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(Arc<[u8]>);

impl Key {
    /// The key of a received request; ACK has its INVITE's. `None` without a readable `Via`.
    pub(super) fn of_request(request: &Request) -> Option<Self> {
        TransactionKey::from_request(request).map(|key| Self::flat(b's', key))
    }

    /// The key of the INVITE that a CANCEL means.
    pub(super) fn of_cancelled(cancel: &Request) -> Option<Self> {
        TransactionKey::for_cancelled_invite(cancel).map(|key| Self::flat(b's', key))
    }

    fn of_sent(request: &Request) -> Option<Self> {
        TransactionKey::from_sent_request(request).map(|key| Self::flat(b'c', key))
    }

    fn of_response(response: &Response) -> Option<Self> {
        TransactionKey::from_response(response).map(|key| Self::flat(b'c', key))
    }

    fn flat(side: u8, key: TransactionKey) -> Self {
        let parts: Vec<Vec<u8>> = match key {
            TransactionKey::Rfc3261 { branch, sent_by, method } => vec![branch, sent_by, method],
            TransactionKey::Legacy {
                request_uri,
                top_via,
                from_tag,
                to_tag,
                call_id,
                cseq,
                method,
            } => {
                let number = cseq.to_be_bytes().to_vec();
                vec![request_uri, top_via, from_tag, to_tag, call_id, number, method]
            }
        };
        let mut flat = vec![side];
        for part in parts {
            flat.extend_from_slice(&part);
            flat.push(0);
        }
        Self(flat.into())
    }
}

/// One acknowledgement that is repeated for every repetition of what it acknowledges.
#[derive(Debug)]
struct Ack {
    tag: Box<[u8]>,
    hop: Hop,
    bytes: Bytes,
}

/// Timers of a machine, at most three at once.
type Clocks = Vec<(Timer, Instant)>;

/// How far a transaction is.
#[derive(Debug)]
enum Phase {
    /// A request of theirs that is open, or a refused INVITE that waits for its ACK.
    Serving { machine: Box<ServerTransaction>, clocks: Clocks, answer_by: Option<Instant> },
    /// A request of ours that is open; `until` ends it whatever the machine would wait for.
    Asking { machine: Box<ClientTransaction>, clocks: Clocks, until: Option<Instant> },
    /// Their request was answered; the answer is repeated as often as the request.
    Replied { bytes: Bytes, until: Instant },
    /// Their INVITE is settled; repetitions of it mean nothing.
    Absorbing { until: Instant },
    /// Our INVITE is settled; repetitions of the answer get their ACK again.
    Acknowledged { acks: Vec<Ack>, until: Instant },
}

impl Phase {
    fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Serving { clocks, answer_by, .. } => {
                clocks.iter().map(|(_, at)| *at).chain(*answer_by).min()
            }
            Self::Asking { clocks, until, .. } => {
                clocks.iter().map(|(_, at)| *at).chain(*until).min()
            }
            Self::Replied { until, .. }
            | Self::Absorbing { until }
            | Self::Acknowledged { until, .. } => Some(*until),
        }
    }

    fn is_settled(&self) -> bool {
        match self {
            Self::Serving { .. } | Self::Asking { .. } => false,
            Self::Replied { .. } | Self::Absorbing { .. } | Self::Acknowledged { .. } => true,
        }
    }
}

#[derive(Debug)]
struct Entry {
    key: Key,
    hop: Hop,
    user: User,
    phase: Phase,
    armed: Option<Instant>,
}

/// All transactions of a user agent.
#[derive(Debug)]
pub(super) struct Transactions {
    timers: Timers,
    give_up: Duration,
    limit: usize,
    next: u64,
    by_key: BTreeMap<Key, TransactionId>,
    entries: BTreeMap<TransactionId, Entry>,
    /// Deadlines of open transactions.
    open: Timetable<TransactionId>,
    /// Deadlines of settled ones: the first to go when room is needed.
    settled: Timetable<TransactionId>,
}

impl Transactions {
    /// No transactions yet.
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            timers: Timers {
                t1: settings.t1.to_std(),
                t2: settings.t2.to_std(),
                t4: settings.t4.to_std(),
            },
            give_up: settings.give_up(),
            limit: settings.max_transactions,
            next: 0,
            by_key: BTreeMap::new(),
            entries: BTreeMap::new(),
            open: Timetable::new(),
            settled: Timetable::new(),
        }
    }

    /// How many transactions are open, and how many only absorb repetitions.
    pub(super) fn len(&self) -> (usize, usize) {
        let settled = self.settled.len();
        (self.entries.len() - settled, settled)
    }

    /// Whether one more may be opened; settled ones give way.
    pub(super) fn has_room(&self) -> bool {
        self.len().0 < self.limit
    }

    /// The transaction with this key.
    pub(super) fn find(&self, key: &Key) -> Option<TransactionId> {
        self.by_key.get(key).copied()
    }

    /// Whom a transaction concerns.
    pub(super) fn user(&self, id: TransactionId) -> Option<User> {
        self.entries.get(&id).map(|entry| entry.user)
    }

    /// The request of theirs that a transaction still has open.
    pub(super) fn request(&self, id: TransactionId) -> Option<&Request> {
        match &self.entries.get(&id)?.phase {
            Phase::Serving { machine, .. } => Some(machine.request()),
            Phase::Asking { .. }
            | Phase::Replied { .. }
            | Phase::Absorbing { .. }
            | Phase::Acknowledged { .. } => None,
        }
    }

    /// The request of ours that a transaction still has open.
    pub(super) fn asked(&self, id: TransactionId) -> Option<(&Request, Hop)> {
        let entry = self.entries.get(&id)?;
        match &entry.phase {
            Phase::Asking { machine, .. } => Some((machine.request(), entry.hop)),
            Phase::Serving { .. }
            | Phase::Replied { .. }
            | Phase::Absorbing { .. }
            | Phase::Acknowledged { .. } => None,
        }
    }

    /// Opens a transaction for a request of theirs that has none yet.
    pub(super) fn accept(
        &mut self,
        now: Instant,
        key: Key,
        request: Request,
        hop: Hop,
        user: User,
    ) -> TransactionId {
        let answer_by = (request.method != Method::Invite).then(|| now + self.give_up);
        let (machine, _) = ServerTransaction::new(request, Reliability::Unreliable, self.timers);
        let phase = Phase::Serving { machine: Box::new(machine), clocks: Vec::new(), answer_by };
        self.insert(key, hop, user, phase)
    }

    /// Sends a request of ours; `None` if it has no `Via` to be matched by.
    pub(super) fn start(
        &mut self,
        now: Instant,
        request: Request,
        hop: Hop,
        user: User,
        outbox: &mut VecDeque<Output>,
    ) -> Option<TransactionId> {
        let key = Key::of_sent(&request)?;
        let (machine, steps) =
            ClientTransaction::new(request, Reliability::Unreliable, self.timers);
        let phase = Phase::Asking { machine: Box::new(machine), clocks: Vec::new(), until: None };
        let id = self.insert(key, hop, user, phase);
        self.perform(now, id, &steps, outbox);
        Some(id)
    }

    fn insert(&mut self, key: Key, hop: Hop, user: User, phase: Phase) -> TransactionId {
        while self.entries.len() >= self.limit {
            let Some(oldest) = self.settled.first() else { break };
            self.drop_entry(oldest);
        }
        self.next += 1;
        let id = TransactionId(self.next);
        self.by_key.insert(key.clone(), id);
        self.entries.insert(id, Entry { key, hop, user, phase, armed: None });
        self.arm(id);
        id
    }

    /// Takes a request that belongs to a transaction. `true` if it is an ACK that its user must see.
    pub(super) fn repeated(
        &mut self,
        now: Instant,
        id: TransactionId,
        request: &Request,
        outbox: &mut VecDeque<Output>,
    ) -> bool {
        let is_ack = request.method == Method::Ack;
        let Some(entry) = self.entries.get_mut(&id) else { return is_ack };
        match &mut entry.phase {
            Phase::Serving { machine, .. } => {
                let steps = machine.on_request(request);
                let hop = entry.hop;
                if is_ack {
                    self.settle(
                        id,
                        Phase::Absorbing { until: now + Duration::from_std(self.timers.t4) },
                    );
                } else {
                    send_all(hop, &steps, outbox);
                }
                false
            }
            Phase::Replied { bytes, .. } => {
                outbox.push_back(send(entry.hop, bytes.clone()));
                false
            }
            Phase::Absorbing { .. } => is_ack,
            Phase::Asking { .. } | Phase::Acknowledged { .. } => false,
        }
    }

    /// Answers a request of theirs. Gives what was sent, if the answer settled the transaction.
    pub(super) fn respond(
        &mut self,
        now: Instant,
        id: TransactionId,
        response: Response,
        outbox: &mut VecDeque<Output>,
    ) -> Option<(Hop, Bytes)> {
        let entry = self.entries.get_mut(&id)?;
        let hop = entry.hop;
        let Phase::Serving { machine, answer_by, .. } = &mut entry.phase else { return None };
        let status = response.status;
        let is_invite = machine.request().method == Method::Invite;
        if status.is_provisional() || (is_invite && !status.is_success()) {
            *answer_by = None;
            let steps = machine.on_tu_response(response);
            self.perform(now, id, &steps, outbox);
            return None;
        }
        let bytes = write::response_bytes(&response);
        outbox.push_back(send(hop, bytes.clone()));
        let until = now + self.give_up;
        let phase = if is_invite {
            Phase::Absorbing { until }
        } else {
            Phase::Replied { bytes: bytes.clone(), until }
        };
        self.settle(id, phase);
        Some((hop, bytes))
    }

    /// Takes a response to a request of ours. Responses that belong to nothing are dropped.
    pub(super) fn receive(
        &mut self,
        now: Instant,
        response: Response,
        outbox: &mut VecDeque<Output>,
    ) -> Option<News> {
        let id = self.find(&Key::of_response(&response)?)?;
        let entry = self.entries.get_mut(&id)?;
        let user = entry.user;
        match &mut entry.phase {
            Phase::Asking { machine, .. } => {
                let is_invite = machine.request().method == Method::Invite;
                let (status, tag) = (response.status, read::to_tag(&response.headers));
                let hop = entry.hop;
                let steps = machine.on_response(response);
                let sent = send_all(hop, &steps, outbox);
                if status.is_provisional() {
                    self.clocks_only(now, id, &steps);
                } else if is_invite {
                    let ack = sent.map(|bytes| Ack { tag: tag.unwrap_or_default(), hop, bytes });
                    let until = now + if ack.is_some() { TIMER_D } else { self.give_up };
                    self.settle(id, Phase::Acknowledged { acks: ack.into_iter().collect(), until });
                } else {
                    self.drop_entry(id);
                }
                let response = steps.into_iter().find_map(told)?;
                Some(News::Response { id, user, response })
            }
            Phase::Acknowledged { acks, .. } => {
                let tag = read::to_tag(&response.headers).unwrap_or_default();
                let known = acks.iter().find(|ack| ack.tag == tag || !response.status.is_success());
                if let Some(ack) = known {
                    outbox.push_back(send(ack.hop, ack.bytes.clone()));
                    return None;
                }
                let more = response.status.is_success() && acks.len() < MAX_FORKS;
                more.then(|| News::Response { id, user, response: Box::new(response) })
            }
            Phase::Serving { .. } | Phase::Replied { .. } | Phase::Absorbing { .. } => None,
        }
    }

    /// Sends the ACK of a 2xx, and again for every repetition of it.
    pub(super) fn acknowledge(
        &mut self,
        id: TransactionId,
        tag: &[u8],
        hop: Hop,
        bytes: Bytes,
        outbox: &mut VecDeque<Output>,
    ) {
        outbox.push_back(send(hop, bytes.clone()));
        if let Some(Entry { phase: Phase::Acknowledged { acks, .. }, .. }) =
            self.entries.get_mut(&id)
        {
            acks.push(Ack { tag: tag.into(), hop, bytes });
        }
    }

    /// Sets when a request of ours is given up even though it was heard of.
    pub(super) fn limit(&mut self, id: TransactionId, at: Instant) {
        if let Some(Entry { phase: Phase::Asking { until, .. }, .. }) = self.entries.get_mut(&id) {
            *until = Some(at);
        }
        self.arm(id);
    }

    /// Where a transaction's messages go.
    pub(super) fn hop(&self, id: TransactionId) -> Option<Hop> {
        self.entries.get(&id).map(|entry| entry.hop)
    }

    /// Changes whom a transaction concerns, once that is known.
    pub(super) fn assign(&mut self, id: TransactionId, user: User) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.user = user;
        }
    }

    /// How many timers run.
    pub(super) fn timers(&self) -> usize {
        self.open.len() + self.settled.len()
    }

    /// The next deadline.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        [self.open.next(), self.settled.next()].into_iter().flatten().min()
    }

    /// Fires one timer that is due. `None` when none is left; `Some(None)` when one fired and nobody need know.
    pub(super) fn fire(
        &mut self,
        now: Instant,
        outbox: &mut VecDeque<Output>,
    ) -> Option<Option<News>> {
        if self.settled.next().is_some_and(|at| at <= now) {
            self.drop_entry(self.settled.first()?);
            return Some(None);
        }
        if self.open.next().is_none_or(|at| at > now) {
            return None;
        }
        let id = self.open.first()?;
        Some(self.fire_open(now, id, outbox))
    }

    fn fire_open(
        &mut self,
        now: Instant,
        id: TransactionId,
        outbox: &mut VecDeque<Output>,
    ) -> Option<News> {
        let entry = self.entries.get_mut(&id)?;
        let user = entry.user;
        let steps = match &mut entry.phase {
            Phase::Serving { machine, clocks, answer_by } => match take_due(clocks, now) {
                Some(timer) => machine.on_timer(timer),
                None => {
                    *answer_by = None;
                    self.arm(id);
                    return Some(News::Unanswered { id });
                }
            },
            Phase::Asking { machine, clocks, .. } => match take_due(clocks, now) {
                Some(timer) => machine.on_timer(timer),
                None => {
                    self.drop_entry(id);
                    return Some(News::Timeout { user });
                }
            },
            Phase::Replied { .. } | Phase::Absorbing { .. } | Phase::Acknowledged { .. } => {
                Vec::new()
            }
        };
        let asking = matches!(entry.phase, Phase::Asking { .. });
        let timeout = steps
            .iter()
            .any(|step| matches!(step, Step::ToTu(event) if matches!(**event, TuEvent::Timeout)));
        self.perform(now, id, &steps, outbox);
        (timeout && asking).then_some(News::Timeout { user })
    }

    /// Does what a machine asks for: sends, sets and clears clocks, ends the entry.
    fn perform(
        &mut self,
        now: Instant,
        id: TransactionId,
        steps: &[Step],
        outbox: &mut VecDeque<Output>,
    ) {
        let Some(entry) = self.entries.get(&id) else { return };
        send_all(entry.hop, steps, outbox);
        self.clocks_only(now, id, steps);
        if steps.iter().any(|step| matches!(step, Step::Terminated(_))) {
            self.drop_entry(id);
        }
    }

    fn clocks_only(&mut self, now: Instant, id: TransactionId, steps: &[Step]) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if let Phase::Serving { clocks, .. } | Phase::Asking { clocks, .. } = &mut entry.phase {
            for step in steps {
                match step {
                    Step::SetTimer { timer, after } => {
                        clocks.retain(|(other, _)| other != timer);
                        clocks.push((*timer, now + Duration::from_std(*after)));
                    }
                    Step::ClearTimer(timer) => clocks.retain(|(other, _)| other != timer),
                    _ => {}
                }
            }
        }
        self.arm(id);
    }

    fn settle(&mut self, id: TransactionId, phase: Phase) {
        if let Some(entry) = self.entries.get_mut(&id) {
            self.open.arm(id, &mut entry.armed, None);
            entry.phase = phase;
        }
        self.arm(id);
    }

    fn arm(&mut self, id: TransactionId) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let at = entry.phase.deadline();
        let table = if entry.phase.is_settled() { &mut self.settled } else { &mut self.open };
        table.arm(id, &mut entry.armed, at);
    }

    fn drop_entry(&mut self, id: TransactionId) {
        let Some(mut entry) = self.entries.remove(&id) else { return };
        let table = if entry.phase.is_settled() { &mut self.settled } else { &mut self.open };
        table.arm(id, &mut entry.armed, None);
        if self.by_key.get(&entry.key) == Some(&id) {
            self.by_key.remove(&entry.key);
        }
    }
}

/// Takes the earliest clock that is due.
fn take_due(clocks: &mut Clocks, now: Instant) -> Option<Timer> {
    let due = clocks.iter().enumerate().filter(|(_, (_, at))| *at <= now);
    let (index, _) = due.min_by_key(|(_, (_, at))| *at)?;
    Some(clocks.swap_remove(index).0)
}

/// Queues a datagram.
pub(super) fn send(hop: Hop, bytes: Bytes) -> Output {
    Output::Send { to: hop.to, local: hop.local, bytes }
}

/// Queues every message among the steps; the bytes of the last one.
fn send_all(hop: Hop, steps: &[Step], outbox: &mut VecDeque<Output>) -> Option<Bytes> {
    let mut last = None;
    for step in steps {
        if let Step::Send(message) = step {
            let bytes = write::message_bytes(message);
            outbox.push_back(send(hop, bytes.clone()));
            last = Some(bytes);
        }
    }
    last
}

fn told(step: Step) -> Option<Box<Response>> {
    match step {
        Step::ToTu(event) => match *event {
            TuEvent::Response(response) => Some(response),
            _ => None,
        },
        _ => None,
    }
}
