//! Where the host of a SIP address is (RFC 3263): which transport, which servers in which order, at which addresses.
//!
//! ```text
//!  sip:budi@telko.example ─▶ NAPTR: SIP+D2T ─▶ SRV _sip._tcp.telko.example ─▶ a.telko.example:5060, b … ─▶ A, AAAA
//! ```
//!
//! What is asked is asked at once, so that a name without NAPTR and SRV costs no more than its address. Who knows the
//! records is behind [`Names`]; nothing here keeps them.

mod names;
mod system;
mod weigh;

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::target::{Host, Place, Spot, place};
use super::transport::Socket;
use crate::sip::Transport;
use crate::time::Duration;

#[cfg(test)]
pub(super) use names::Answer;
pub(super) use names::{Names, Naptr, Records, Srv};
pub(super) use system::SystemNames;

/// How long the search for a name may take.
const LIMIT: Duration = Duration::from_secs(4);
/// How long nothing is believed to be all there is.
const NOTHING_LASTS: Duration = Duration::from_secs(15);
/// The most spots of one name.
const MAX_SPOTS: usize = 8;
/// The transports that are looked for where nobody says which, the preferred one first.
const PREFERRED: [Transport; 3] = [Transport::Udp, Transport::Tcp, Transport::Tls];

/// What is looked for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The name.
    pub(super) name: Arc<str>,
    /// The port, where one is written: then there is no search for servers.
    pub(super) port: Option<u16>,
    /// How it is reached; `None` = the name decides.
    pub(super) transport: Option<Transport>,
    /// What we speak: transports, and whether to IPv4.
    pub(super) spoken: Vec<(Transport, bool)>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located {
    /// The spots, in the order in which they are to be tried.
    pub(super) spots: Vec<Spot>,
    /// How long that holds.
    pub(super) lasts: Duration,
}

/// One way to servers.
enum Step {
    /// By SRV records of this name.
    Servers(Transport, String),
    /// By the addresses of this name, at the usual port.
    Host(Transport, String),
}

/// Where a SIP address leads, as calls find it: addresses in the order in which they are tried, and how they are
/// reached. Takes a few seconds at most; none where it leads nowhere.
#[must_use]
pub fn whereabouts(address: &str) -> Vec<(SocketAddr, Transport)> {
    let Some(Place { host, transport, fixed }) = place(address) else { return Vec::new() };
    let (name, port) = match host {
        Host::Known(address) => return vec![(address, transport)],
        Host::Named(name, port) => (name.into(), port),
    };
    let both = PREFERRED.into_iter().flat_map(|spoken| [(spoken, true), (spoken, false)]);
    let wanted =
        Wanted { name, port, transport: fixed.then_some(transport), spoken: both.collect() };
    let names = SystemNames::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return Vec::new() };
    let spots = runtime.block_on(locate(&names, &wanted)).spots;
    spots.iter().map(|spot| (spot.address, spot.transport)).collect()
}

/// What our sockets speak.
pub(super) fn spoken(sockets: &[Socket]) -> Vec<(Transport, bool)> {
    sockets.iter().map(|socket| (socket.transport, socket.address.is_ipv4())).collect()
}

/// Looks a name up; no spots where it leads nowhere in time.
pub(super) async fn locate(names: &dyn Names, wanted: &Wanted) -> Located {
    let search = Search { names, wanted };
    let found = timeout(LIMIT.to_std(), search.run()).await;
    let (spots, lasts) = found.unwrap_or_default();
    let lasts = if spots.is_empty() { NOTHING_LASTS } else { lasts };
    Located { spots, lasts }
}

/// One search.
struct Search<'a> {
    names: &'a dyn Names,
    wanted: &'a Wanted,
}

impl Search<'_> {
    async fn run(&self) -> (Vec<Spot>, Duration) {
        let Wanted { name, port, transport, .. } = self.wanted;
        if let Some(port) = *port {
            return self.host(name, port, transport.unwrap_or(Transport::Udp)).await;
        }
        let usual = self.usual_steps();
        let servers = usual.iter().map(|(_, service)| self.names.srv(service));
        let naptr = async {
            match transport {
                None => self.names.naptr(name).await,
                Some(_) => Records::default(),
            }
        };
        let (naptr, servers, host) =
            tokio::join!(naptr, join_all(servers), self.names.addresses(name));
        let mut lasts = naptr.lasts;
        let known = |service: &str| {
            let place = usual.iter().position(|(_, usual)| usual.eq_ignore_ascii_case(service));
            place.and_then(|place| servers.get(place).cloned())
        };
        let mut steps = self.named_steps(naptr.found);
        if steps.is_empty() {
            let usual = usual.iter().cloned();
            steps.extend(usual.map(|(transport, service)| Step::Servers(transport, service)));
        }
        let mut spots = Vec::new();
        let mut is_served = false;
        for step in steps {
            let (found, life) = match step {
                Step::Servers(transport, service) => {
                    let records = match known(&service) {
                        Some(records) => records,
                        None => self.names.srv(&service).await,
                    };
                    is_served |= !records.found.is_empty();
                    self.servers(transport, records).await
                }
                Step::Host(transport, host) => {
                    is_served = true;
                    self.host(&host, transport.default_port(), transport).await
                }
            };
            spots.extend(found);
            lasts = lasts.min(life);
        }
        if !is_served {
            let transport = transport.unwrap_or(Transport::Udp);
            spots = self.at(host.found, transport.default_port(), transport);
            lasts = lasts.min(host.lasts);
        }
        spots.truncate(MAX_SPOTS);
        (spots, lasts)
    }

    fn speaks(&self, transport: Transport) -> bool {
        self.wanted.spoken.iter().any(|(spoken, _)| *spoken == transport)
    }

    /// The services that a name may have, and where their servers stand.
    fn usual_steps(&self) -> Vec<(Transport, String)> {
        let transports: Vec<Transport> = match self.wanted.transport {
            Some(transport) => vec![transport],
            None => PREFERRED.into_iter().filter(|one| self.speaks(*one)).collect(),
        };
        let prefixed = |transport| {
            let prefix = match transport {
                Transport::Udp => "_sip._udp",
                Transport::Tcp => "_sip._tcp",
                Transport::Tls => "_sips._tcp",
                Transport::Ws | Transport::Wss => return None,
            };
            Some((transport, format!("{prefix}.{}", self.wanted.name)))
        };
        transports.into_iter().filter_map(prefixed).collect()
    }

    /// The ways that NAPTR records name, of those that we can go.
    fn named_steps(&self, mut records: Vec<Naptr>) -> Vec<Step> {
        records.sort_by_key(|record| (record.order, record.preference));
        let step = |record: Naptr| {
            let transport = match record.service.to_ascii_uppercase().as_str() {
                "SIP+D2U" => Transport::Udp,
                "SIP+D2T" => Transport::Tcp,
                "SIPS+D2T" => Transport::Tls,
                _ => return None,
            };
            let step = match record.flags.to_ascii_lowercase().as_str() {
                "s" => Step::Servers(transport, record.replacement),
                "a" => Step::Host(transport, record.replacement),
                _ => return None,
            };
            self.speaks(transport).then_some(step)
        };
        records.into_iter().filter_map(step).take(PREFERRED.len()).collect()
    }

    /// Where servers are, in the order in which they are to be tried (RFC 2782).
    async fn servers(
        &self,
        transport: Transport,
        Records { found, lasts }: Records<Srv>,
    ) -> (Vec<Spot>, Duration) {
        let order = weigh::order(found, &|below| self.names.draw(below));
        // A target that is the root means that there is no such service.
        let real = order.iter().filter(|server| !server.target.is_empty()).take(MAX_SPOTS);
        let hosts = join_all(real.map(|server| self.host(&server.target, server.port, transport)));
        let mut all = (Vec::new(), lasts);
        for (spots, life) in hosts.await {
            all.0.extend(spots);
            all.1 = all.1.min(life);
        }
        all
    }

    async fn host(&self, host: &str, port: u16, transport: Transport) -> (Vec<Spot>, Duration) {
        let Records { found, lasts } = self.names.addresses(host).await;
        (self.at(found, port, transport), lasts)
    }

    fn at(&self, found: Vec<std::net::IpAddr>, port: u16, transport: Transport) -> Vec<Spot> {
        let reached = |ip: &std::net::IpAddr| {
            self.wanted.spoken.iter().any(|spoken| *spoken == (transport, ip.is_ipv4()))
        };
        let spot = |ip| Spot {
            address: SocketAddr::new(ip, port),
            transport,
            // A certificate bears the name that was asked for, not that of the server (RFC 5922 §7.1).
            name: Some(self.wanted.name.clone()),
        };
        found.into_iter().filter(reached).map(spot).collect()
    }
}

#[cfg(test)]
mod tests;
