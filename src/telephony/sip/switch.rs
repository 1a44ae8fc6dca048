//! The one owner of everything the adapter holds: user agent, registrar, legs, and what waits to be reported.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::leg::{Leg, Phase};
use super::locate::Names;
use super::parting::Partings;
use super::reading::Letter;
use super::route::Routes;
use super::settings::Settings;
use super::target::{Search, Spot};
use super::transport::Sockets;
use super::trunking::Trunking;
use crate::call::{
    AdapterId, Dial, EndedBy, Event, EventKind, HangupCause, LegId, Quality, Report,
};
use crate::runtime::Exchange;
use crate::sip::{
    Authenticator, Change, DialogId, Guard, Input, Listen, Output, Registrar, UserAgent,
};
use crate::storage::RecordingSlot;
use crate::telephony::rtp;
use crate::time::{Duration, Instant};

/// Reports that may wait while the engine is behind; from there on no datagram and no media event is taken.
pub(super) const MAX_WAITING_REPORTS: usize = 4_096;
/// How long a leg waits for its media thread to say how the media was: a recording may have to reach the disk first.
const CLOSING_LIMIT: Duration = Duration::from_secs(3);
/// How much later than that it may be given up.
const CLOSING_GRAIN: Duration = Duration::from_secs(1);
/// Dialogs kept for each call: caller, agent, the telephones of one more that ring, and refused ones that are not gone
/// yet.
const DIALOGS_PER_CALL: usize = 8;

/// Everything the adapter holds.
#[derive(Debug)]
pub(super) struct Switch {
    pub(super) id: AdapterId,
    pub(super) settings: Settings,
    pub(super) sockets: Sockets,
    pub(super) guard: Guard,
    pub(super) agent: UserAgent,
    pub(super) authenticator: Authenticator,
    pub(super) registrar: Registrar,
    pub(super) trunking: Trunking,
    pub(super) partings: Partings,
    pub(super) routes: Routes,
    pub(super) media: rtp::Threads,
    /// The way to legs of other adapters.
    pub(super) exchange: Exchange,
    /// Where callers are recorded; `None` = nowhere.
    pub(super) recordings: Option<RecordingSlot>,
    pub(super) legs: BTreeMap<LegId, Leg>,
    pub(super) dialogs: BTreeMap<DialogId, LegId>,
    /// Who knows the names of others.
    pub(super) names: Arc<dyn Names>,
    /// Dials whose name is being looked up.
    pub(super) searches: BTreeMap<LegId, Box<Dial>>,
    /// Redirected calls whose new place is being looked up, and the address they go on to.
    pub(super) led_on: BTreeMap<DialogId, String>,
    pub(super) lookups: JoinSet<(Search, Vec<Spot>)>,
    /// The number of the next leg we offer: odd.
    pub(super) next_leg: u64,
    /// How many incoming calls there are.
    pub(super) calls: usize,
    pub(super) waiting: VecDeque<Report>,
    /// Messages of strangers that wait until those of others are done.
    pub(super) strangers: VecDeque<Letter>,
    /// What is due on legs.
    deadlines: BTreeMap<(Instant, LegId), Due>,
    pub(super) draining: bool,
    /// The leg that is being worked for.
    pub(super) at_work: Option<LegId>,
    /// Whether the user agent was told to turn new calls away.
    pub(super) full: bool,
    /// Until when no call is tried, because the last one found no port or no file for its media.
    pub(super) no_media_until: Instant,
}

/// What may be due on a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Its media thread should have said how the media was.
    Close,
    /// A silent far side is to be asked whether it is there.
    Ask,
    /// Its answer should be here.
    Answer,
    /// It has lasted as long as its trunk allows.
    Limit,
}

/// What a switch is made of beside its settings.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) id: AdapterId,
    pub(super) sockets: Sockets,
    pub(super) media: rtp::Threads,
    /// The way to legs of other adapters.
    pub(super) exchange: Exchange,
    /// Where callers are recorded; `None` = nowhere.
    pub(super) recordings: Option<RecordingSlot>,
    /// Last words of calls.
    pub(super) partings: Partings,
    /// Who knows the names of others.
    pub(super) names: Arc<dyn Names>,
    /// Unpredictable bytes: for tags and Call-IDs, for nonces, for the guard's tables, and for trunks.
    pub(super) secrets: [[u8; 32]; 4],
}

impl Switch {
    pub(super) fn new(settings: Settings, parts: Parts) -> Self {
        let listen = parts.sockets.places().iter().map(|socket| {
            let local = socket.address;
            let advertised = settings.advertise.filter(|ip| ip.is_ipv4() == local.is_ipv4());
            let advertised = SocketAddr::new(advertised.unwrap_or(local.ip()), local.port());
            Listen { transport: socket.transport, local, advertised }
        });
        let mut agent = crate::sip::Settings::new(listen.collect());
        agent.session_expires = settings.session_expires;
        agent.session_min = settings.session_min;
        agent.reliable = settings.reliable;
        agent.server_name = Some("Sambung".into());
        agent.max_dialogs = settings.max_calls.saturating_mul(DIALOGS_PER_CALL);
        let [tokens, nonces, places, waits] = parts.secrets;
        let trunking = Trunking::new(&settings.trunks, parts.sockets.places(), waits);
        Self {
            id: parts.id,
            sockets: parts.sockets,
            guard: Guard::new(settings.guard, places),
            agent: UserAgent::new(agent, tokens),
            authenticator: Authenticator::new(settings.realm.clone(), nonces, &settings.digests),
            registrar: Registrar::new(settings.registrar.clone()),
            trunking,
            partings: parts.partings,
            routes: Routes::default(),
            media: parts.media,
            exchange: parts.exchange,
            recordings: parts.recordings,
            legs: BTreeMap::new(),
            dialogs: BTreeMap::new(),
            names: parts.names,
            searches: BTreeMap::new(),
            led_on: BTreeMap::new(),
            lookups: JoinSet::new(),
            next_leg: 1,
            calls: 0,
            waiting: VecDeque::new(),
            strangers: VecDeque::new(),
            deadlines: BTreeMap::new(),
            draining: false,
            at_work: None,
            full: false,
            no_media_until: Instant::ZERO,
            settings,
        }
    }

    /// Carries out what the user agent asks for. What it asks may lead to further orders, each of which ends in
    /// finitely many outputs.
    pub(super) fn flush(&mut self, now: Instant) {
        loop {
            let Some(output) = self.agent.poll_output() else {
                if self.pump_trunks(now) {
                    continue;
                }
                return;
            };
            match output {
                Output::Send { to, local, transport, fallback, bytes } => {
                    tracing::trace!(%to, bytes = bytes.len(), "A message is sent.");
                    if let Some(socket) = self.socket_at(transport, local) {
                        self.sockets.send(socket, to, fallback, &bytes);
                    }
                }
                Output::Event(event) => self.contain(now, |switch| switch.happened(now, event)),
            }
        }
    }

    /// The address for media that `peer` can reach, on the way of `local`.
    pub(super) fn media_address(&self, local: SocketAddr) -> IpAddr {
        self.settings.advertise.unwrap_or(local.ip())
    }

    /// Puts an event of a leg behind those that wait.
    pub(super) fn report(&mut self, at: Instant, leg: LegId, kind: EventKind) {
        self.waiting.push_back(Report::Leg(Event { at, leg, kind }));
    }

    /// When something is to be done without anybody asking.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let due = self.deadlines.keys().next().map(|(at, _)| *at);
        let trunks = self.trunking.poll_timeout();
        let own = [self.agent.poll_timeout(), self.registrar.poll_timeout()];
        own.into_iter().chain([trunks, due, self.partings.poll_timeout()]).flatten().min()
    }

    /// Does what is due.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.agent.poll_timeout().is_some_and(|at| at <= now) {
            self.tell(now, Input::Tick);
        }
        if self.registrar.poll_timeout().is_some_and(|at| at <= now) {
            self.registrar.handle_timeout(now);
            self.report_reachability();
        }
        self.serve_trunks(now);
        self.part(now);
        while let Some(entry) = self.deadlines.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((_, leg), due) = entry.remove_entry();
            match due {
                Due::Close => self.closed(now, leg, None),
                Due::Ask => self.ask(now, leg),
                Due::Answer => self.unanswered(now, leg),
                Due::Limit => self.hang_up(now, leg, HangupCause::Timeout),
            }
        }
    }

    /// Remembers what is due on a leg. What the leg has outlived by then is without effect.
    pub(super) fn schedule(&mut self, at: Instant, leg: LegId, due: Due) {
        self.deadlines.insert((at, leg), due);
    }

    /// Reports who became reachable or is no longer.
    pub(super) fn report_reachability(&mut self) {
        while let Some(change) = self.registrar.poll_change() {
            let (user, reachable) = match change {
                Change::Reachable(user) => (user, true),
                Change::Unreachable(user) => (user, false),
            };
            tracing::info!(%user, reachable, "A phone changed.");
            self.waiting.push_back(Report::Endpoint { user, reachable });
        }
    }

    /// Ends a leg whose dialog is over: its media closes, and the last event follows when that is done.
    pub(super) fn end(&mut self, now: Instant, id: LegId, by: EndedBy, cause: HangupCause) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if matches!(leg.phase, Phase::Closing { .. }) {
            return;
        }
        leg.phase = Phase::Closing { by, cause };
        let others = leg.fork.take().map(|fork| fork.dialogs(leg.dialog)).unwrap_or_default();
        self.dialogs.remove(&leg.dialog);
        self.partings.over(leg.dialog);
        for dialog in others {
            self.dialogs.remove(&dialog);
            self.tell(now, Input::Hangup { dialog, cause });
        }
        self.media.close(id);
        // Most are closed long before; those that are not are seen to together.
        self.schedule((now + CLOSING_LIMIT).rounded_up(CLOSING_GRAIN), id, Due::Close);
    }

    /// Reports the end of a leg and forgets it.
    pub(super) fn closed(&mut self, now: Instant, id: LegId, quality: Option<Quality>) {
        let Some(Phase::Closing { by, cause }) = self.legs.get(&id).map(|leg| &leg.phase) else {
            return;
        };
        let (by, cause) = (*by, *cause);
        if let Some(leg) = self.legs.remove(&id) {
            self.guard.meet(now, leg.peer);
            self.leave_trunk(leg.carried);
            let foreign_keys = leg.foreign_keys;
            leg.span.in_scope(|| tracing::debug!(?by, ?cause, foreign_keys, "The leg ended."));
        }
        if is_ours(id) {
            self.calls -= 1;
        }
        self.report(now, id, EventKind::Ended { by, cause, quality });
    }

    /// Hangs up a leg for a reason of our own.
    pub(super) fn hang_up(&mut self, now: Instant, id: LegId, cause: HangupCause) {
        let Some(leg) = self.legs.get(&id) else { return };
        let dialog = leg.dialog;
        self.end(now, id, EndedBy::System, cause);
        self.tell(now, Input::Hangup { dialog, cause });
    }

    /// No new calls from now on; those in progress go on.
    pub(super) fn drain(&mut self, now: Instant) {
        self.draining = true;
        self.trunking.trunks.stop();
        tracing::info!(calls = self.calls, "No new calls are taken.");
        self.tell(now, Input::Drain(true));
    }

    /// Hangs up everything that is left.
    pub(super) fn hang_up_all(&mut self, now: Instant) {
        for leg in self.legs.keys().copied().collect::<Vec<_>>() {
            self.hang_up(now, leg, HangupCause::Shutdown);
        }
        self.trunking.trunks.stop();
        self.searches.clear();
        self.led_on.clear();
        self.lookups.abort_all();
    }

    /// Whether nothing is left: no leg, and nothing that a far side has still to be told.
    pub(super) fn is_quiet(&self) -> bool {
        let counts = self.agent.counts();
        self.legs.is_empty() && counts.dialogs == 0 && counts.transactions == 0
    }
}

/// Whether we offered the leg: those have odd numbers.
pub(super) const fn is_ours(leg: LegId) -> bool {
    leg.number % 2 == 1
}
