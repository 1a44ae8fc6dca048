//! One trunk: its addresses, its registration and its calls.

use std::net::SocketAddr;
use std::sync::Arc;

use super::list::{Outlet, TrunkChange, TrunkId};
use super::purse::Purse;
use super::registration::{Outcome, Registering};
use super::settings::TrunkSettings;
use super::way::Way;
use crate::sip::ask::{Answer, Ask, AskId, AskMethod};
use crate::sip::chance::Chance;
use crate::sip::transport::Transport;
use crate::time::{Duration, Instant};

/// How long an answer to OPTIONS is awaited.
const PROBE_LIMIT: Duration = Duration::from_secs(5);
/// How long an answer to REGISTER is awaited.
const REGISTER_LIMIT: Duration = Duration::from_secs(16);
/// The most addresses of one place.
const MAX_ADDRESSES: usize = 8;
/// When nothing can be asked for want of an address, it is looked for again after this.
const NO_ADDRESS_WAIT: Duration = Duration::from_secs(5);

/// One trunk.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) settings: TrunkSettings,
    pub(super) ways: Vec<Way>,
    pub(super) purse: Purse,
    registering: Option<Registering>,
    /// The Call-ID of our registrations.
    call_id: Arc<str>,
    /// Which way registrations take.
    way: usize,
    /// The way for our calls that the registration named (RFC 3608).
    service_route: Vec<String>,
}

impl Line {
    pub(super) fn new(now: Instant, settings: TrunkSettings, chance: &mut Chance) -> Self {
        let mut ways: Vec<Way> = (0..)
            .zip(&settings.ways)
            .map(|(n, way)| Way::new(n, way.address, way.transport))
            .collect();
        for way in ways.iter_mut().filter(|_| settings.keepalive.is_some()) {
            // Spread, so that many trunks are not asked in one moment.
            way.probe_at = Some(now + Duration::from_millis(chance.between(0, 1_000)));
        }
        let registering =
            settings.register.as_ref().map(|register| Registering::new(now, register.expires));
        let call_id = format!("{:016x}{:016x}", chance.token(), chance.token()).into();
        let (purse, service_route) = (Purse::default(), Vec::new());
        Self { settings, ways, purse, registering, call_id, way: 0, service_route }
    }

    /// The addresses of a place are known, in the order in which they are to be tried. What is known of those that were
    /// known before stays.
    pub(super) fn found(&mut self, place: usize, spots: &[(SocketAddr, Transport)]) {
        let registrar = self.ways.get(self.way).and_then(|way| way.address);
        let Some(start) = self.ways.iter().position(|way| way.place == place) else { return };
        let count = self.ways.iter().filter(|way| way.place == place).count();
        let mut known: Vec<Way> = self.ways.drain(start..start + count).collect();
        let probe_at = known.iter().filter_map(|way| way.probe_at).min();
        for (at, (address, transport)) in spots.iter().take(MAX_ADDRESSES).enumerate() {
            let same = |way: &Way| (way.address, way.transport) == (Some(*address), *transport);
            let way = match known.iter().position(same) {
                Some(position) => known.swap_remove(position),
                None => {
                    let mut way = Way::new(place, Some(*address), *transport);
                    way.probe_at = probe_at;
                    way
                }
            };
            self.ways.insert(start + at, way);
        }
        let again = self.ways.iter().position(|way| way.address == registrar);
        self.way = again.unwrap_or(0);
    }

    /// How many digits of a number its patterns name; `None` if the number is not for it.
    pub(super) fn digits_for(&self, number: &str) -> Option<usize> {
        let fitting = self.settings.numbers.iter().filter(|pattern| pattern.fits(number));
        fitting.map(|pattern| pattern.digits()).max()
    }

    /// The way for a call: the first that is up and not tried. Where all are down, the first of all, unless the call
    /// has been tried here already.
    pub(super) fn best_way(
        &self,
        now: Instant,
        tried: impl Fn(SocketAddr) -> bool,
        again: bool,
    ) -> Option<usize> {
        let known = || {
            let ways = self.ways.iter().enumerate();
            ways.filter(|(_, way)| way.address.is_some_and(|address| !tried(address)))
        };
        let up = known().find(|(_, way)| way.is_up(now));
        let any = || known().next().filter(|_| !again);
        up.or_else(any).map(|(place, _)| place)
    }

    /// The way out, put into words.
    pub(super) fn outlet(
        &self,
        (trunk, way): (usize, usize),
        number: &str,
        tried: &[(usize, SocketAddr)],
    ) -> Option<Outlet> {
        let taken = self.ways.get(way)?;
        let address = taken.address?;
        let parameter = self.parameter(taken.transport);
        let routes = if self.settings.routes.is_empty() {
            self.service_route.clone()
        } else {
            self.settings.routes.clone()
        };
        Some(Outlet {
            trunk: TrunkId(trunk),
            address,
            transport: taken.transport,
            target: format!("sip:{number}@{}{parameter}", self.settings.domain),
            routes,
            login: self.settings.login.clone(),
            number: number.into(),
            tried: tried.iter().copied().chain([(trunk, address)]).collect(),
        })
    }

    fn parameter(&self, transport: Transport) -> &'static str {
        if self.settings.routes.is_empty() { transport.parameter(false) } else { "" }
    }

    /// Takes its registration back and asks nothing more.
    pub(super) fn stop(&mut self) {
        if let Some(registering) = &mut self.registering {
            registering.stop();
        }
        self.ways.iter_mut().for_each(|way| way.probe_at = None);
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let probes = self.ways.iter().filter_map(|way| way.probe_at);
        let registration = self.registering.as_ref().and_then(Registering::deadline);
        probes.chain(registration).min()
    }

    /// What is to be asked now.
    pub(super) fn due(
        &mut self,
        now: Instant,
        next: &mut impl FnMut() -> AskId,
        chance: &mut Chance,
    ) -> Vec<Ask> {
        let mut asks = Vec::new();
        for place in 0..self.ways.len() {
            asks.extend(self.probe(now, place, next));
        }
        if self.registering.as_ref().and_then(Registering::deadline).is_some_and(|at| at <= now) {
            asks.extend(self.register(now, next, chance));
        }
        asks
    }

    /// OPTIONS to one address.
    fn probe(
        &mut self,
        now: Instant,
        place: usize,
        next: &mut impl FnMut() -> AskId,
    ) -> Option<Ask> {
        let every = self.settings.keepalive?;
        let way = self.ways.get_mut(place)?;
        way.probe_at.filter(|at| *at <= now)?;
        let Some(address) = way.address else {
            way.probe_at = Some(now + NO_ADDRESS_WAIT);
            return None;
        };
        way.probe_at = Some(now + every);
        if way.probe.is_some() {
            return None;
        }
        let id = next();
        way.probe = Some(id);
        let transport = way.transport;
        let target = format!("sip:{address}{}", transport.parameter(false));
        let call_id = format!("{}{:x}", self.call_id, id.0).into();
        Some(Ask {
            id,
            method: AskMethod::Options,
            to: target.clone(),
            target,
            from: self.own_uri(),
            to_addr: address,
            transport,
            local: None,
            call_id,
            cseq: 1,
            contact: Some(self.own_user()),
            routes: Vec::new(),
            headers: Vec::new(),
            login: self.settings.login.clone(),
            limit: PROBE_LIMIT,
        })
    }

    /// REGISTER to the address in turn.
    fn register(
        &mut self,
        now: Instant,
        next: &mut impl FnMut() -> AskId,
        chance: &mut Chance,
    ) -> Option<Ask> {
        let way = self.registrar(now);
        let registering = self.registering.as_mut()?;
        let Some((place, address)) = way else {
            registering.postpone(now, chance);
            return None;
        };
        let id = next();
        let expires = registering.begin(now, id)?;
        let cseq = registering.cseq + 1;
        self.way = place;
        let transport = self.ways.get(place)?.transport;
        let own = self.own_uri();
        Some(Ask {
            id,
            method: AskMethod::Register,
            target: format!("sip:{}{}", self.settings.domain, self.parameter(transport)),
            to: own.clone(),
            from: own,
            to_addr: address,
            transport,
            local: None,
            call_id: self.call_id.clone(),
            cseq,
            contact: Some(self.own_user()),
            routes: self.settings.routes.clone(),
            headers: vec![
                ("Expires".to_owned(), expires.as_secs().to_string()),
                ("Supported".to_owned(), "path".to_owned()),
            ],
            login: self.settings.login.clone(),
            limit: REGISTER_LIMIT,
        })
    }

    /// The way that the next registration takes: the one of the last, while it is up.
    fn registrar(&self, now: Instant) -> Option<(usize, SocketAddr)> {
        let last = self.ways.get(self.way).filter(|way| way.is_up(now));
        match last.and_then(|way| way.address) {
            Some(address) => Some((self.way, address)),
            None => {
                let place = self.best_way(now, |_| false, false)?;
                Some((place, self.ways.get(place)?.address?))
            }
        }
    }

    fn own_user(&self) -> Arc<str> {
        match &self.settings.register {
            Some(register) => register.user.clone(),
            None => self.settings.own_number.clone(),
        }
    }

    fn own_uri(&self) -> String {
        format!("sip:{}@{}", self.own_user(), self.settings.domain)
    }

    /// Takes what came of a registration; `None` if the answer is for something else.
    pub(super) fn registered(
        &mut self,
        now: Instant,
        ask: AskId,
        answer: &Answer,
        chance: &mut Chance,
    ) -> Option<Outcome> {
        let registering = self.registering.as_mut().filter(|r| r.awaits(ask))?;
        let outcome = registering.answered(now, answer, chance);
        if registering.stands() {
            self.service_route.clone_from(&answer.service_route);
        }
        let unreachable = matches!(answer.status, None | Some(500..=599));
        if unreachable && !self.ways.is_empty() {
            self.way = (self.way + 1) % self.ways.len();
        }
        Some(outcome)
    }

    /// Takes what came of OPTIONS. Whoever answers is there, whatever the answer; 503 says that no call is taken.
    pub(super) fn probed(&mut self, ask: AskId, answer: &Answer) -> Option<TrunkChange> {
        let way = self.ways.iter_mut().find(|way| way.probe == Some(ask))?;
        way.probe = None;
        let address = way.address?;
        let there = answer.status.is_some_and(|status| status != 503 && status != 408);
        if there {
            way.answered().then_some(TrunkChange::Up { address })
        } else {
            way.missed().then_some(TrunkChange::Down { address })
        }
    }
}
