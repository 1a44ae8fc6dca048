//! Outgoing calls: from a target to an INVITE on its way.

use std::net::SocketAddr;

use bytes::Bytes;

use super::leg::{Leg, Phase};
use super::switch::Switch;
use super::target::{Host, Place, look_up, place};
use super::tell;
use crate::call::{Dial, EndedBy, EventKind, HangupCause, LegId, Target};
use crate::sip::{DialogId, Input, Invite, Preferences, Transport};
use crate::time::Instant;

/// Most names looked up at a time; further calls to names end as unreachable.
const MAX_SEARCHES: usize = 64;

/// Where an INVITE goes.
struct Way {
    /// The request URI.
    target: String,
    /// The address to send to.
    to: SocketAddr,
    /// The hops that it takes.
    routes: Vec<String>,
    /// How it travels.
    transport: Transport,
    /// Our side of the way; `None` = any socket of the transport and the family.
    local: Option<SocketAddr>,
}

/// What is known about where an INVITE goes.
enum Found {
    Way(Way),
    Name(String, u16, Transport),
    Nothing,
}

impl Switch {
    /// Calls somebody. Where there is no way to them, the leg ends at once as unreachable.
    pub(super) fn dial(&mut self, now: Instant, id: LegId, dial: Box<Dial>) {
        if let Target::Number(number) = &dial.to {
            let number = number.clone();
            return self.dial_number(now, id, dial, &number);
        }
        match self.find(&dial.to) {
            Found::Way(way) => self.invite(now, id, &dial, way),
            Found::Name(name, port, transport) if self.searches.len() < MAX_SEARCHES => {
                let places = self.sockets.places().iter();
                let spoken = places.filter(|place| place.transport == transport);
                let families = spoken.map(|place| place.address.is_ipv4()).collect();
                self.lookups.spawn(async move { (id, look_up(name, port, families).await) });
                self.searches.insert(id, dial);
            }
            Found::Name(..) | Found::Nothing => self.unreachable(now, id),
        }
    }

    /// A name was looked up.
    pub(super) fn found(&mut self, now: Instant, id: LegId, to: Option<SocketAddr>) {
        let Some(dial) = self.searches.remove(&id) else { return };
        let (Some(to), Some(target)) = (to, self.uri(&dial.to)) else {
            return self.unreachable(now, id);
        };
        let Some(Place { host, transport }) = place(&target) else {
            return self.unreachable(now, id);
        };
        if let Host::Named(name, _) = host {
            self.sockets.name(to, &name);
        }
        let way = Way { target, to, routes: Vec::new(), transport, local: None };
        self.invite(now, id, &dial, way);
    }

    fn find(&self, target: &Target) -> Found {
        if let Target::User(user) = target {
            return self.registrar.latest(user).map_or(Found::Nothing, |binding| {
                let (target, to) = (binding.contact.to_string(), binding.source);
                let routes = binding.path.to_vec();
                let (transport, local) = (binding.transport, Some(binding.local));
                Found::Way(Way { target, to, routes, transport, local })
            });
        }
        let Some(target) = self.uri(target) else { return Found::Nothing };
        match place(&target) {
            Some(Place { host: Host::Known(to), transport }) => {
                Found::Way(Way { target, to, routes: Vec::new(), transport, local: None })
            }
            Some(Place { host: Host::Named(name, port), transport }) => {
                Found::Name(name, port, transport)
            }
            None => Found::Nothing,
        }
    }

    /// The `sip:` address of a target that is no registered user.
    fn uri(&self, target: &Target) -> Option<String> {
        match target {
            Target::Address(address) => Some(address.to_string()),
            Target::Number(_) | Target::User(_) => None,
        }
    }

    fn invite(&mut self, now: Instant, id: LegId, dial: &Dial, way: Way) {
        let peer = way.to.ip();
        let local = way.local.or_else(|| {
            let socket = self.socket_for(way.transport, way.to)?;
            self.local_address(now, socket, peer)
        });
        let Some(local) = local else { return self.unreachable(now, id) };
        let Some((dialog, sdp)) = self.open_leg(now, id, dial, local, way.to) else { return };
        let invite = Invite {
            dialog,
            target: way.target,
            to: None,
            to_addr: way.to,
            transport: way.transport,
            local: Some(local),
            from_user: Some(dial.caller_id.as_ref().unwrap_or(&self.settings.realm).to_string()),
            from_host: None,
            from_display: dial.display.as_ref().map(ToString::to_string),
            routes: way.routes,
            login: None,
            heard_within: None,
            headers: tell::headers(dial, way.transport.is_secure()),
            max_forwards: self.hops_left(dial.beside),
            sdp,
            ring: dial.ring,
        };
        tracing::info!(leg = %id, to = %way.to, "A call goes out.");
        self.tell(now, Input::Invite(Box::new(invite)));
    }

    /// Makes a leg that calls, with its port for media; its dialog, and our offer. Where there is no port, the leg
    /// ends.
    pub(super) fn open_leg(
        &mut self,
        now: Instant,
        id: LegId,
        dial: &Dial,
        local: SocketAddr,
        to: SocketAddr,
    ) -> Option<(DialogId, Bytes)> {
        let port = match self.media.open(id, dial.beside) {
            Ok(port) => port,
            Err(error) => {
                tracing::warn!(leg = %id, %error, "No port for media.");
                self.refused_by_us(now, id, HangupCause::Overload);
                return None;
            }
        };
        let dialog = self.agent.new_dialog();
        let audio = self.audio_beside(dial.beside);
        let address = self.media_address(local);
        let mut session = self.session((address, port), dialog, audio, None);
        let sdp = Bytes::from(session.offer());
        let leg = Leg::new(id, dialog, Phase::Calling { rings: false }, session, to.ip());
        self.guard.meet(now, to.ip());
        self.legs.insert(id, leg);
        self.dialogs.insert(dialog, id);
        Some((dialog, sdp))
    }

    /// What we would like; codec and packet time of the leg to be bridged first, so that audio passes between the two
    /// untouched.
    fn audio_beside(&self, beside: Option<LegId>) -> Preferences {
        let mut audio = self.settings.audio.clone();
        if let Some(agreed) = beside.and_then(|id| self.legs.get(&id)?.agreed) {
            audio.codecs.sort_by_key(|codec| *codec != agreed.codec);
            audio.packet_time = agreed.packet_time;
        }
        audio
    }

    fn unreachable(&mut self, now: Instant, id: LegId) {
        tracing::info!(leg = %id, "There is no way to whom to call.");
        self.refused_by_us(now, id, HangupCause::Unreachable);
    }

    /// Ends a leg that never came to be.
    pub(super) fn refused_by_us(&mut self, now: Instant, id: LegId, cause: HangupCause) {
        self.report(now, id, EventKind::Ended { by: EndedBy::System, cause, quality: None });
    }
}
