//! The user agent: one value that owns every call, transaction and timer of a SIP endpoint.
//!
//! Messages are sorted in `receive`, calls of theirs live in `incoming`, calls of ours in `outgoing`, what goes on
//! inside an answered call in `within`, its end in `ending`. This file has the door and the clock.

mod asking;
mod broken;
mod early;
mod ending;
mod incoming;
mod lately;
mod outgoing;
mod parting;
mod receive;
mod refer;
mod refresh;
mod reliable;
mod replace;
mod retry;
mod within;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;

use asking::Asking;
use bytes::Bytes;
use sipx_sip::{HeaderName, Limits, Request, Response};

use super::chance::Chance;
use super::dialog::{Peer, State};
use super::event::{DialogId, Ending, Output, RequestId, SipEvent};
use super::input::Input;
use super::read;
use super::referral::Referrals;
use super::reply::Reply;
use super::settings::Settings;
use super::timetable::Timetable;
use super::transaction::{self, Hop, News, TransactionId, Transactions, User};
use super::transport::Transport;
use super::write::{self, Doorstep};
use crate::time::{Duration, Instant};
use broken::InHand;
use lately::Lately;

/// The most continuation lines that one header field may have.
const MAX_FOLDING_LINES: usize = 8;
/// The longest header field that is read, in bytes.
const MAX_HEADER_BYTES: usize = 8 * 1024;
/// The shortest T1, so that a repetition is always later than what it repeats.
const SHORTEST_T1: Duration = Duration::from_millis(1);
/// `Retry-After` of a 503, in seconds: spread so that those turned away do not all come back at once.
const RETRY_AFTER: (u64, u64) = (5, 15);

/// A SIP user agent as a machine: [`handle`](Self::handle) what comes in, then take every
/// [`poll_output`](Self::poll_output), then wait for the next message, order or
/// [`poll_timeout`](Self::poll_timeout). Same seed and inputs: same bytes out.
///
/// Its memory is bounded by its [`Settings`]; the outputs of one input are bounded too, if they are taken after each.
pub struct UserAgent {
    settings: Settings,
    limits: Limits,
    chance: Chance,
    transactions: Transactions,
    dialogs: BTreeMap<DialogId, Held>,
    /// Calls by our tag.
    tags: BTreeMap<u64, DialogId>,
    /// Unanswered calls of theirs by what names their INVITE whatever way it came.
    merges: BTreeMap<u64, DialogId>,
    deadlines: Timetable<DialogId>,
    /// What is open between REFER and the last word about it.
    referrals: BTreeMap<DialogId, Referrals>,
    referral_deadlines: Timetable<DialogId>,
    /// Requests of theirs whose call has ended before they were answered.
    orphans: Vec<TransactionId>,
    next_dialog: u64,
    draining: bool,
    asking: Asking,
    /// Whether there is no room above for one more call.
    full: bool,
    turned_away: Lately,
    answered: Lately,
    /// The message that is being worked on.
    reading: Option<(Hop, Bytes)>,
    /// The call that is being worked on: lost if that panics.
    in_hand: Option<InHand>,
    outbox: VecDeque<Output>,
}

/// A call and its place in the timetable.
struct Held {
    state: State,
    armed: Option<Instant>,
}

/// How much a user agent holds: for gauges, and for tests that nothing is left behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls, set-up and closing included.
    pub dialogs: usize,
    /// Transactions that are open.
    pub transactions: usize,
    /// Settled transactions that still absorb repetitions.
    pub settled: usize,
    /// Timers that run.
    pub timers: usize,
}

impl fmt::Debug for UserAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserAgent").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

impl UserAgent {
    /// Makes a user agent. `seed` must be secret and never used before: tags and branches come from it.
    #[must_use]
    pub fn new(mut settings: Settings, seed: [u8; 32]) -> Self {
        settings.t1 = settings.t1.max(SHORTEST_T1);
        settings.t2 = settings.t2.max(settings.t1);
        let limits = Limits {
            max_message_bytes: settings.max_message_bytes,
            max_body_bytes: settings.max_body_bytes,
            max_headers: settings.max_headers,
            max_header_bytes: MAX_HEADER_BYTES,
            max_folding_lines: MAX_FOLDING_LINES,
        };
        let memory = settings.give_up();
        Self {
            limits,
            chance: Chance::new(seed),
            transactions: Transactions::new(&settings),
            settings,
            dialogs: BTreeMap::new(),
            tags: BTreeMap::new(),
            merges: BTreeMap::new(),
            deadlines: Timetable::new(),
            referrals: BTreeMap::new(),
            referral_deadlines: Timetable::new(),
            orphans: Vec::new(),
            next_dialog: 0,
            draining: false,
            asking: Asking::default(),
            full: false,
            turned_away: Lately::new(memory),
            answered: Lately::new(memory),
            reading: None,
            in_hand: None,
            outbox: VecDeque::new(),
        }
    }

    /// An id for the next [`Input::Invite`].
    pub fn new_dialog(&mut self) -> DialogId {
        self.next_dialog += 1;
        DialogId(self.next_dialog)
    }

    /// Takes one input at `now`, which never runs back. Timers that are due fire first.
    pub fn handle(&mut self, now: Instant, input: Input) {
        self.fire(now);
        match input {
            Input::Tick => {}
            Input::Message { from, local, transport, bytes } => {
                let came = Hop { to: from, local, transport, fallback: None };
                self.reading = Some((came, bytes.clone()));
                self.message(now, came, &bytes);
                self.reading = None;
            }
            Input::Unsent { to, transport } => {
                for news in self.transactions.unsent(transport, to) {
                    self.news(now, news);
                }
            }
            Input::Ring { dialog } => self.progress(now, dialog, 180, Bytes::new()),
            Input::Early { dialog, sdp } => self.progress(now, dialog, 183, sdp),
            Input::Answer { dialog, sdp } => self.answer(now, dialog, sdp),
            Input::Refuse { dialog, status, headers, retry_after } => {
                let status = if (300..700).contains(&status) { status } else { 480 };
                let reply = Reply::new(status).headers(headers).retry_after(retry_after);
                self.refuse_call(now, dialog, reply);
            }
            Input::Invite(invite) => self.invite(now, &invite),
            Input::Ask(ask) => self.ask(now, &ask),
            Input::Redirect { dialog, place } => self.redirect(now, dialog, place),
            Input::Offer { dialog, sdp } => self.offer(now, dialog, sdp),
            Input::AnswerOffer { dialog, sdp } => self.answer_offer(now, dialog, sdp),
            Input::RefuseOffer { dialog, status } => self.refuse_offer(now, dialog, status),
            Input::Probe { dialog } => self.probe(now, dialog),
            Input::Info { dialog, content_type, body } => {
                self.inform(now, dialog, content_type, body);
            }
            Input::Refer { dialog, to, replaces } => self.refer(now, dialog, &to, replaces),
            Input::ReferProgress { dialog, status } => self.refer_progress(now, dialog, status),
            Input::Hangup { dialog, cause } => self.hang_up(now, dialog, cause),
            Input::Forsake { dialog } => self.forsake(now, dialog),
            Input::Part(parting) => drop(self.end_left_open(now, &parting)),
            Input::Reply { request, status, headers } => {
                self.register_reply(now, request, status, headers);
            }
            Input::Drain(draining) => self.draining = draining,
            Input::Full(full) => self.full = full,
        }
        self.answer_orphans(now);
    }

    /// The next thing to do for the owner; `None` when all is taken.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outbox.pop_front()
    }

    /// When [`Input::Tick`] is due if nothing else comes before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let dues = [
            self.transactions.next_deadline(),
            self.deadlines.next(),
            self.referral_deadlines.next(),
        ];
        dues.into_iter().flatten().min()
    }

    /// Whether a tag is that of a call in progress: one that we wrote ourselves.
    #[must_use]
    pub fn knows_tag(&self, tag: &str) -> bool {
        write::tag_number(tag.as_bytes()).is_some_and(|tag| self.tags.contains_key(&tag))
    }

    /// Whether a call goes over the connection to `to`.
    #[must_use]
    pub fn uses(&self, transport: Transport, to: SocketAddr) -> bool {
        let peers = self.dialogs.values().filter_map(|held| held.state.peer());
        peers.map(|peer| peer.seen).any(|seen| seen.transport == transport && seen.to == to)
    }

    /// How much is held at the moment.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let (transactions, settled) = self.transactions.len();
        Counts {
            dialogs: self.dialogs.len(),
            transactions,
            settled,
            timers: self.deadlines.len()
                + self.referral_deadlines.len()
                + self.transactions.timers(),
        }
    }

    /// Fires what is due, in order of time.
    fn fire(&mut self, now: Instant) {
        while let Some(at) = self.poll_timeout().filter(|at| *at <= now) {
            if self.deadlines.next() == Some(at) {
                if let Some(dialog) = self.deadlines.first() {
                    self.wake(now, dialog);
                }
            } else if self.referral_deadlines.next() == Some(at) {
                if let Some(dialog) = self.referral_deadlines.first() {
                    self.referral_limit(now, dialog);
                }
            } else if let Some(Some(news)) = self.transactions.fire(now, &mut self.outbox) {
                self.news(now, news);
            }
        }
    }

    fn news(&mut self, now: Instant, news: News) {
        match news {
            News::Response { id, user, response, challenged } => {
                let again = challenged
                    .is_some_and(|request| self.answer_challenge(now, user, request, &response));
                if !again {
                    self.answered_to(now, user, id, &response);
                }
            }
            News::Timeout { user } => match user {
                User::Invite(dialog) => self.invite_timeout(dialog),
                User::Offer(dialog) | User::Probe(dialog) | User::Refresh(dialog) => {
                    self.lost(now, dialog);
                }
                User::Bye(dialog) => self.bye_done(dialog, true),
                User::Refer(dialog) => self.refer_over(dialog, 408),
                User::Notify(dialog) => self.notify_response(dialog, 408),
                User::Info(dialog) => self.informed_them(dialog, true),
                User::Ask(ask) => self.asked(ask, None),
                User::Referred(_) | User::Register(_) | User::Nobody => {}
            },
            News::Unanswered { id } => {
                let user = self.transactions.user(id);
                self.reply(now, id, Reply::new(500));
                if let Some(User::Offer(dialog)) = user {
                    self.offer_expired(now, dialog);
                }
            }
        }
    }

    fn answered_to(&mut self, now: Instant, user: User, id: TransactionId, response: &Response) {
        if response.status.is_final() {
            self.asking.settled(user);
        }
        match user {
            User::Invite(dialog) => self.invite_response(now, dialog, id, response),
            User::Offer(dialog) => self.offer_response(now, dialog, id, response),
            User::Bye(dialog) => self.bye_done(dialog, response.status.is_final()),
            User::Probe(dialog) => self.probe_response(now, dialog, response.status.code()),
            User::Refresh(dialog) => self.refresh_response(now, dialog, response),
            User::Refer(dialog) => self.refer_response(dialog, response),
            User::Notify(dialog) => self.notify_response(dialog, response.status.code()),
            User::Info(dialog) => self.informed_them(dialog, response.status.is_final()),
            User::Ask(ask) => self.asked(ask, Some(response)),
            User::Referred(_) | User::Register(_) | User::Nobody => {}
        }
    }

    /// Takes a call out to work on it; every path puts it back with `keep` or ends it with `forget`.
    fn take(&mut self, dialog: DialogId) -> Option<State> {
        let mut held = self.dialogs.remove(&dialog)?;
        self.in_hand = Some(InHand::new(dialog, &held.state));
        self.deadlines.arm(dialog, &mut held.armed, None);
        Some(held.state)
    }

    fn keep(&mut self, dialog: DialogId, state: State) {
        let mut held = Held { armed: None, state };
        self.in_hand = None;
        self.deadlines.arm(dialog, &mut held.armed, held.state.deadline());
        self.dialogs.insert(dialog, held);
    }

    fn forget(&mut self, state: &State) {
        self.in_hand = None;
        if let Some(dialog) = self.tags.remove(&state.local_tag()) {
            self.asking.forget(dialog);
        }
        if let State::Incoming(call) = state {
            self.merges.remove(&call.merge);
        }
    }

    fn new_tag(&mut self, dialog: DialogId) -> u64 {
        loop {
            let tag = self.chance.token();
            if let std::collections::btree_map::Entry::Vacant(entry) = self.tags.entry(tag) {
                entry.insert(dialog);
                return tag;
            }
        }
    }

    fn emit(&mut self, event: SipEvent) {
        self.outbox.push_back(Output::Event(event));
    }

    fn ended(&mut self, dialog: DialogId, ending: Ending) {
        self.drop_referrals(dialog);
        self.emit(SipEvent::Ended { dialog, ending });
    }

    /// Answers a request of theirs within its transaction; what was sent, if that settled it.
    fn reply(&mut self, now: Instant, id: TransactionId, reply: Reply) -> Option<(Hop, Bytes)> {
        let request = self.transactions.request(id)?;
        let response = self.response(request, reply);
        self.transactions.respond(now, id, response, &mut self.outbox)
    }

    /// Answers a request without remembering it (RFC 3261 §8.2.7).
    fn reply_once(&mut self, request: &Request, hop: Hop, reply: Reply) {
        let response = self.response(request, reply);
        let bytes = write::response_bytes(&response);
        self.outbox.push_back(transaction::send(hop, bytes));
    }

    fn response(&self, request: &Request, reply: Reply) -> Response {
        let tagless = reply.wants_tag();
        let reply = match reply.is_doorstep() {
            true => reply.header("Supported", &self.settings.supported()),
            false => reply,
        };
        let reply = if tagless { reply.tag(fingerprint(&self.chance, request)) } else { reply };
        reply.to_request(request, self.settings.server_name.as_deref())
    }

    /// Where the far side of a call is told to reach us.
    fn doorstep(&self, peer: &Peer) -> Doorstep {
        self.doorstep_at(peer.next_hop(&self.settings), peer.is_sips())
    }

    fn doorstep_at(&self, hop: Hop, sips: bool) -> Doorstep {
        let address = self.settings.advertised(hop.transport, hop.local);
        Doorstep { address, transport: hop.transport, sips }
    }

    fn register_reply(
        &mut self,
        now: Instant,
        request: RequestId,
        status: u16,
        headers: Vec<(String, String)>,
    ) {
        let id = TransactionId(request.0);
        if matches!(self.transactions.user(id), Some(User::Register(_))) {
            let status = if (200..700).contains(&status) { status } else { 500 };
            let request = self.transactions.request(id);
            let tried = request.is_some_and(|r| r.headers.count(&HeaderName::Authorization) > 0);
            self.reply(now, id, Reply::new(status).headers(headers));
            if status == 401 && !tried {
                // Whoever tries nothing takes no memory; a repetition is challenged anew (RFC 3261 §8.2.7).
                self.transactions.forget(id);
            }
        }
    }
}

/// The answer to those who come when there is no room; `chance` spreads when they may come again.
fn overload_reply(chance: u64) -> Reply {
    let (low, high) = RETRY_AFTER;
    let seconds = low + chance % (high - low + 1);
    Reply::new(503).header("Retry-After", &seconds.to_string())
}

/// What names a request whatever way it came: Call-ID, From tag and `CSeq` (RFC 3261 §8.2.2.2). The same for every
/// copy of it, so it also serves as the tag of an answer that is not remembered.
fn fingerprint(chance: &Chance, request: &Request) -> u64 {
    let headers = &request.headers;
    chance.derived(&[
        &read::value(headers, &HeaderName::CallId),
        &read::from_tag(headers),
        &read::value(headers, &HeaderName::CSeq),
    ])
}
