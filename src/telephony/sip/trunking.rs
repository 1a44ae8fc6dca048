//! Trunks at work: whose call it is that comes in, which way a number goes out, and what to do when a way fails.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::leg::Phase;
use super::locate::{Located, Names, Wanted, locate, spoken};
use super::network::Network;
use super::settings::TrunkLine;
use super::switch::{Due, Switch};
use super::target::{Host, Place, place};
use super::transport::Socket;
use crate::call::{Dial, HangupCause, LegId};
use crate::sip::{
    Ending, Identity, Incoming, Input, Invite, Outlet, Transport, TrunkChange, TrunkId,
    TrunkOutput, TrunkSettings, Trunks, Unavailable, WayAddress,
};
use crate::time::{Duration, Instant};

/// How often the names of trunks are looked up again at the least; sooner if what was found holds no longer.
const LOOK_UP_EVERY: Duration = Duration::from_mins(5);
/// The soonest that a name is looked up again, also one that was not found.
const LOOK_UP_AGAIN: Duration = Duration::from_secs(15);
/// How long an address of a trunk may stay silent before the next one is tried.
const HEARD_WITHIN: Duration = Duration::from_secs(4);

/// The trunks, and where they are.
#[derive(Debug)]
pub(super) struct Trunking {
    pub(super) trunks: Trunks,
    /// Addresses that stand for names: which, and what is to be looked up.
    wanted: Vec<(TrunkId, usize, Wanted)>,
    /// Further addresses that calls of trunks come from.
    from: Vec<(Network, TrunkId)>,
    pub(super) lookups: JoinSet<(TrunkId, usize, Located)>,
    /// When names are looked up next.
    look_up_at: Option<Instant>,
}

/// A call of a trunk.
#[derive(Debug)]
pub(super) enum Carried {
    /// It came in.
    In(TrunkId),
    /// It goes out.
    Out(Box<Attempt>),
}

/// A call that goes out, as far as it is.
#[derive(Debug)]
pub(super) struct Attempt {
    outlet: Outlet,
    dial: Box<Dial>,
    /// When it has rung long enough, whatever ways it took.
    until: Instant,
}

/// What is believed of a call that comes in.
#[derive(Debug)]
pub(super) struct Facts {
    /// The called number.
    pub(super) called: Arc<str>,
    /// The caller's number, if somebody vouches for it.
    pub(super) asserted: Option<Arc<str>>,
    /// The trunk.
    pub(super) trunk_name: Option<Arc<str>>,
    /// The number that was called first.
    pub(super) diverted_from: Option<Arc<str>>,
}

impl Trunking {
    pub(super) fn new(lines: &[TrunkLine], sockets: &[Socket], secret: [u8; 32]) -> Self {
        let mut wanted = Vec::new();
        let mut from = Vec::new();
        let mut settings = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let trunk = TrunkId(number);
            from.extend(line.from.iter().map(|network| (*network, trunk)));
            let mut ways = Vec::new();
            for address in &line.addresses {
                match place(address) {
                    Some(Place { host: Host::Known(known), transport, .. }) => {
                        ways.push(WayAddress { address: Some(known), transport });
                    }
                    Some(Place { host: Host::Named(name, port), transport, fixed }) => {
                        let spoken = spoken(sockets);
                        let by = fixed.then_some(transport);
                        let name = Wanted { name: name.into(), port, transport: by, spoken };
                        wanted.push((trunk, ways.len(), name));
                        ways.push(WayAddress { address: None, transport });
                    }
                    None => tracing::error!(
                        trunk = %line.settings.name, %address, "An address cannot be reached."
                    ),
                }
            }
            settings.push(TrunkSettings { ways, ..line.settings.clone() });
        }
        Self {
            trunks: Trunks::new(Instant::ZERO, settings, secret),
            look_up_at: (!wanted.is_empty()).then_some(Instant::ZERO),
            wanted,
            from,
            lookups: JoinSet::new(),
        }
    }

    /// The trunk whose call comes from an address.
    pub(super) fn by_source(&self, source: SocketAddr) -> Option<TrunkId> {
        let in_range = || self.from.iter().find(|(network, _)| network.contains(source.ip()));
        self.trunks.by_source(source).or_else(|| in_range().map(|(_, trunk)| *trunk))
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        [self.trunks.poll_timeout(), self.look_up_at].into_iter().flatten().min()
    }

    /// Looks the names up.
    fn look_up(&mut self, now: Instant, names: &Arc<dyn Names>) {
        self.look_up_at = Some(now + LOOK_UP_EVERY);
        for (trunk, place, wanted) in self.wanted.clone() {
            let names = names.clone();
            self.lookups.spawn(async move { (trunk, place, locate(&*names, &wanted).await) });
        }
    }
}

impl Switch {
    /// Does what is due on trunks.
    pub(super) fn serve_trunks(&mut self, now: Instant) {
        if self.trunking.look_up_at.is_some_and(|at| at <= now) {
            self.trunking.look_up(now, &self.names);
        }
        if self.trunking.trunks.poll_timeout().is_some_and(|at| at <= now) {
            self.trunking.trunks.handle_timeout(now);
        }
    }

    /// A name of a trunk was looked up.
    pub(super) fn trunk_found(
        &mut self,
        now: Instant,
        trunk: TrunkId,
        place: usize,
        Located { spots, lasts }: Located,
    ) {
        for spot in &spots {
            if let Some(name) = &spot.name {
                self.sockets.name(spot.address, name);
            }
        }
        let again = now + lasts.max(LOOK_UP_AGAIN).min(LOOK_UP_EVERY);
        let sooner = self.trunking.look_up_at.map_or(again, |at| at.min(again));
        self.trunking.look_up_at = Some(sooner);
        if spots.is_empty() {
            tracing::warn!(trunk = %self.trunk_name(trunk), "The trunk's name is not found.");
        } else {
            let spots: Vec<_> = spots.iter().map(|spot| (spot.address, spot.transport)).collect();
            self.trunking.trunks.found(trunk, place, &spots);
        }
    }

    /// Carries out what the trunks ask for; whether there was anything.
    pub(super) fn pump_trunks(&mut self, now: Instant) -> bool {
        let mut any = false;
        while let Some(output) = self.trunking.trunks.poll_output() {
            any = true;
            match output {
                TrunkOutput::Ask(mut ask) => {
                    ask.local = self.way_to(now, ask.transport, ask.to_addr);
                    self.tell(now, Input::Ask(ask));
                }
                TrunkOutput::Changed { trunk, change } => self.trunk_changed(trunk, change),
            }
        }
        any
    }

    fn trunk_changed(&self, trunk: TrunkId, change: TrunkChange) {
        let trunk = self.trunk_name(trunk);
        match change {
            TrunkChange::Registered => tracing::info!(%trunk, "The trunk is registered."),
            TrunkChange::RegistrationFailed { status, wait } => {
                let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
                tracing::warn!(%trunk, status, %wait, "The trunk was not registered.");
            }
            TrunkChange::Up { address } => {
                tracing::info!(%trunk, %address, up = true, "The trunk answers again.");
            }
            TrunkChange::Down { address } => {
                tracing::warn!(%trunk, %address, up = false, "The trunk does not answer.");
            }
        }
    }

    pub(super) fn trunk_name(&self, trunk: TrunkId) -> Arc<str> {
        self.trunking.trunks.settings(trunk).map(|line| line.name.clone()).unwrap_or_default()
    }

    /// What a call says of itself that is believed: from a trunk what it vouches for, from anybody else nothing but the
    /// called number.
    pub(super) fn facts(&self, trunk: Option<TrunkId>, incoming: &Incoming) -> Facts {
        let Some(settings) = trunk.and_then(|trunk| self.trunking.trunks.settings(trunk)) else {
            let called = incoming.called.clone();
            return Facts { called, asserted: None, trunk_name: None, diverted_from: None };
        };
        // Where the request names our registration, what was dialled stands in `To`.
        let ours = settings.register.as_ref().is_some_and(|own| own.user == incoming.called);
        let by_to = (ours || incoming.called.is_empty()) && !incoming.to_user.is_empty();
        Facts {
            called: if by_to { &incoming.to_user } else { &incoming.called }.clone(),
            asserted: match settings.identity {
                Identity::Asserted => incoming.asserted.clone(),
                Identity::RemoteParty => incoming.remote_party.clone(),
                Identity::None => None,
            },
            trunk_name: Some(settings.name.clone()),
            diverted_from: incoming.diverted_from.clone(),
        }
    }

    /// Our address on the way to a peer.
    pub(super) fn way_to(
        &mut self,
        now: Instant,
        transport: Transport,
        to: SocketAddr,
    ) -> Option<SocketAddr> {
        let socket = self.socket_for(transport, to)?;
        self.local_address(now, socket, to.ip())
    }

    /// Calls a number by a trunk.
    pub(super) fn dial_number(&mut self, now: Instant, id: LegId, dial: Box<Dial>, number: &str) {
        let by = dial.trunk.as_deref();
        let outlet = match self.trunking.trunks.begin_by(now, number, by) {
            Ok(outlet) => outlet,
            Err(why) => {
                tracing::warn!(leg = %id, ?why, "No trunk takes the call.");
                let cause = match why {
                    Unavailable::NoTrunk | Unavailable::NoAddress => HangupCause::Unreachable,
                    Unavailable::Full | Unavailable::Draining => HangupCause::Overload,
                };
                return self.refused_by_us(now, id, cause);
            }
        };
        let until = now + dial.ring;
        let trunk = outlet.trunk;
        if !self.send_out(now, id, Attempt { outlet, dial, until }, true) {
            self.trunking.trunks.end_out(trunk);
            self.refused_by_us(now, id, HangupCause::Unreachable);
        }
    }

    /// Sends an INVITE on its way; `first` makes the leg. `false` if there is no way or no hop left.
    fn send_out(&mut self, now: Instant, id: LegId, attempt: Attempt, first: bool) -> bool {
        let Attempt { outlet, dial, until } = &attempt;
        let (outlet, dial, ring) = (outlet.clone(), dial.clone(), until.since(now));
        let Some(local) = self.way_to(now, outlet.transport, outlet.address) else { return false };
        let hops = self.hops_left(dial.beside);
        if hops == Some(0) {
            tracing::warn!(leg = %id, "The call has gone in a circle.");
            return false;
        }
        let opened = if first {
            self.open_leg(now, id, &dial, local, outlet.address)
        } else {
            self.move_leg(id, outlet.address.ip())
        };
        let Some((dialog, sdp)) = opened else { return false };
        let Some(settings) = self.trunking.trunks.settings(outlet.trunk) else { return false };
        let shown = settings.shown(dial.caller_id.as_deref());
        let invite = Invite {
            dialog,
            target: outlet.target,
            to: None,
            to_addr: outlet.address,
            transport: outlet.transport,
            local: Some(local),
            from_user: Some(shown.number.to_string()),
            from_host: Some(shown.host.to_string()),
            // What is for our own people is nobody else's business.
            from_display: None,
            routes: outlet.routes,
            login: outlet.login,
            heard_within: Some(HEARD_WITHIN),
            headers: shown.headers,
            max_forwards: hops,
            sdp,
            ring,
        };
        let trunk = self.trunk_name(outlet.trunk);
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.span.in_scope(|| tracing::info!(%trunk, to = %outlet.address, "A call goes out."));
            leg.carried = Some(Carried::Out(Box::new(attempt)));
        }
        self.tell(now, Input::Invite(Box::new(invite)));
        true
    }

    /// Gives a leg that is still calling another dialog.
    fn move_leg(
        &mut self,
        id: LegId,
        peer: IpAddr,
    ) -> Option<(crate::sip::DialogId, bytes::Bytes)> {
        let dialog = self.agent.new_dialog();
        let leg = self.legs.get_mut(&id)?;
        self.dialogs.remove(&leg.dialog);
        (leg.dialog, leg.peer) = (dialog, peer);
        self.dialogs.insert(dialog, id);
        Some((dialog, leg.session.offer().into()))
    }

    /// What `Max-Forwards` of a call says that is made on behalf of another.
    pub(super) fn hops_left(&self, beside: Option<LegId>) -> Option<u8> {
        let leg = beside.and_then(|id| self.legs.get(&id))?;
        Some(leg.max_forwards.saturating_sub(1))
    }

    /// A call by a trunk came to nothing: tries the next way. `false` if that was the last, or it is no such failure.
    pub(super) fn tries_next(&mut self, now: Instant, id: LegId, ending: Ending) -> bool {
        let failed = match ending {
            Ending::NoReply => true,
            Ending::Refused(status) | Ending::RefusedFor(status, _) => {
                matches!(status, 500 | 502 | 503 | 504)
            }
            Ending::Bye
            | Ending::ByeFor(_)
            | Ending::Cancelled
            | Ending::RingLimit
            | Ending::NoAck
            | Ending::Lost
            | Ending::TimeLimit
            | Ending::Ordered
            | Ending::Broken => false,
        };
        let Some(leg) = self.legs.get_mut(&id).filter(|_| failed) else { return false };
        let calling = matches!(leg.phase, Phase::Calling { rings: false });
        let Some(Carried::Out(mut attempt)) = leg.carried.take_if(|carried| {
            calling && matches!(carried, Carried::Out(attempt) if attempt.until > now)
        }) else {
            return false;
        };
        match self.trunking.trunks.next(now, &attempt.outlet) {
            Ok(outlet) => {
                let trunk = outlet.trunk;
                attempt.outlet = outlet;
                let sent = self.send_out(now, id, *attempt, false);
                if !sent {
                    self.trunking.trunks.end_out(trunk);
                }
                sent
            }
            Err(why) => {
                tracing::warn!(leg = %id, ?why, "No other trunk takes the call.");
                false
            }
        }
    }

    /// A leg was answered: from now on its trunk's limit counts.
    pub(super) fn limit_leg(&mut self, now: Instant, id: LegId) {
        let Some(carried) = self.legs.get(&id).and_then(|leg| leg.carried.as_ref()) else { return };
        let trunk = match carried {
            Carried::In(trunk) => *trunk,
            Carried::Out(attempt) => attempt.outlet.trunk,
        };
        if let Some(settings) = self.trunking.trunks.settings(trunk) {
            let at = now + settings.limits.length;
            self.schedule(at, id, Due::Limit);
        }
    }

    /// A leg of a trunk is gone.
    pub(super) fn leave_trunk(&mut self, carried: Option<Carried>) {
        match carried {
            Some(Carried::In(trunk)) => self.trunking.trunks.end_in(trunk),
            Some(Carried::Out(attempt)) => self.trunking.trunks.end_out(attempt.outlet.trunk),
            None => {}
        }
    }
}
