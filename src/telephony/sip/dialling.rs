//! Outgoing calls: from a target to the ways that lead there.

use std::net::SocketAddr;

use bytes::Bytes;

use super::fork::{Telephone, Way};
use super::leg::{Leg, Phase};
use super::locate::{Wanted, locate, spoken};
use super::switch::Switch;
use super::target::{Host, Place, Search, Spot, place, route};
use crate::call::{Dial, EndedBy, EventKind, HangupCause, LegId, Target};
use crate::sip::{Binding, DialogId, Preferences};
use crate::time::Instant;

/// Most names looked up at a time; further calls to names end as unreachable.
const MAX_SEARCHES: usize = 64;

impl Switch {
    /// Calls somebody. Where there is no way to them, the leg ends at once as unreachable.
    pub(super) fn dial(&mut self, now: Instant, id: LegId, dial: Box<Dial>) {
        match &dial.to {
            Target::Number(number) => {
                let number = number.clone();
                self.dial_number(now, id, dial, &number);
            }
            Target::User(user) => {
                let groups = telephones(self.registrar.bindings(user));
                self.ring(now, id, dial, groups);
            }
            Target::Address(address) => match self.towards(address) {
                Some(place) => {
                    self.searches.insert(id, dial);
                    self.seek(now, Search::Dial(id), place);
                }
                None => self.unreachable(now, id),
            },
        }
    }

    /// The place that calls to an address are sent to: the proxy that they go through, else its own.
    pub(super) fn towards(&self, address: &str) -> Option<Place> {
        place(self.settings.outbound.as_deref().unwrap_or(address))
    }

    /// Finds the spots of a place.
    pub(super) fn seek(&mut self, now: Instant, search: Search, place: Place) {
        let Place { host, transport, fixed } = place;
        match host {
            Host::Known(address) => {
                self.found(now, search, vec![Spot { address, transport, name: None }]);
            }
            Host::Named(name, port) if self.lookups.len() < MAX_SEARCHES => {
                let transport = fixed.then_some(transport);
                let spoken = spoken(self.sockets.places());
                let wanted = Wanted { name: name.into(), port, transport, spoken };
                let names = self.names.clone();
                self.lookups.spawn(async move { (search, locate(&*names, &wanted).await.spots) });
            }
            Host::Named(..) => self.found(now, search, Vec::new()),
        }
    }

    /// A place was looked up.
    pub(super) fn found(&mut self, now: Instant, search: Search, spots: Vec<Spot>) {
        for spot in &spots {
            if let Some(name) = &spot.name {
                self.sockets.name(spot.address, name);
            }
        }
        match search {
            Search::Dial(id) => {
                self.at_work = Some(id);
                let Some(dial) = self.searches.remove(&id) else { return };
                let ways = match &dial.to {
                    Target::Address(address) => self.ways(address, spots),
                    Target::Number(_) | Target::User(_) => Telephone::new(),
                };
                self.ring(now, id, dial, vec![vec![ways]]);
            }
            Search::Redirect(dialog) => self.led_on(now, dialog, spots),
        }
    }

    /// The ways to an address whose place, or that of the proxy before it, was found.
    pub(super) fn ways(&self, address: &str, spots: Vec<Spot>) -> Telephone {
        let proxy = self.settings.outbound.as_deref();
        let way = |spot: Spot| Way {
            target: address.to_owned(),
            to: spot.address,
            routes: proxy.map(route).into_iter().collect(),
            transport: spot.transport,
            local: None,
        };
        spots.into_iter().map(way).collect()
    }

    /// Makes a leg that calls by a trunk, with its port for media; its dialog, and our offer. Where there is no port, the
    /// leg ends.
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
    pub(super) fn audio_beside(&self, beside: Option<LegId>) -> Preferences {
        let mut audio = self.settings.audio.clone();
        if let Some(agreed) = beside.and_then(|id| self.legs.get(&id)?.agreed) {
            audio.codecs.sort_by_key(|codec| *codec != agreed.codec);
            audio.packet_time = agreed.packet_time;
        }
        audio
    }

    pub(super) fn unreachable(&mut self, now: Instant, id: LegId) {
        tracing::info!(leg = %id, "There is no way to whom to call.");
        self.refused_by_us(now, id, HangupCause::Unreachable);
    }

    /// Ends a leg that never came to be.
    pub(super) fn refused_by_us(&mut self, now: Instant, id: LegId, cause: HangupCause) {
        self.report(now, id, EventKind::Ended { by: EndedBy::System, cause, quality: None });
    }
}

/// The telephones of a user in the order in which they are rung: those alike together.
fn telephones(bindings: &[Binding]) -> Vec<Vec<Telephone>> {
    let alike = bindings.chunk_by(|one, other| one.preference == other.preference);
    alike.map(|group| group.iter().map(|binding| [way_to(binding)].into()).collect()).collect()
}

fn way_to(binding: &Binding) -> Way {
    Way {
        target: binding.contact.to_string(),
        to: binding.source,
        routes: binding.path.to_vec(),
        transport: binding.transport,
        local: Some(binding.local),
    }
}
