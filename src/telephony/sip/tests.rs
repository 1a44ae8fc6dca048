//! The whole adapter on loopback against phones that write their SIP by hand.

mod abuse;
mod agents;
mod calls;
mod conformance;
mod forks;
mod gate;
mod limits;
mod line;
mod names;
mod phone;
mod pki;
mod sound;
mod torture;
mod transports;
mod trunks;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;
use crate::call::{
    AdapterId, Answering, Class, Command, CommandKind, Dial, EndedBy, EventKind, HangupCause,
    KeySource, LEAST_KEPT, LegId, Play, PlayId, Recording, RecordingEnd, Rejection, Report,
    SymbolSet, Target, Told,
};
use crate::runtime::{Adapter as _, AdapterError, Clock, Port, Wire};
use crate::storage::Recordings;
use crate::time::Duration;
use phone::{Message, PATIENCE, Phone};

/// A node with the adapter and nothing behind it: the test is the engine.
struct Node {
    wire: Wire,
    drain: watch::Sender<bool>,
    address: SocketAddr,
    sockets: Vec<Socket>,
    task: JoinHandle<Result<(), AdapterError>>,
}

impl Node {
    /// Loopback may call without a password.
    fn open() -> Self {
        Self::start(|settings| settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)])
    }

    fn start(change: impl FnOnce(&mut Settings)) -> Self {
        Self::try_start(change).expect("loopback has a free port")
    }

    /// Loopback may call without a password, and is recorded in `folder`.
    fn recording(folder: &std::path::Path) -> (Self, Recordings) {
        let (recordings, slot) = Recordings::open(folder, Clock::new()).expect("a folder");
        let allow = |settings: &mut Settings| {
            settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
        };
        let node = Self::start_as(allow, |adapter| adapter.recording(slot));
        (node.expect("loopback has a free port"), recordings)
    }

    fn try_start(change: impl FnOnce(&mut Settings)) -> Result<Self, AdapterError> {
        Self::start_as(change, |adapter| adapter)
    }

    fn start_as(
        change: impl FnOnce(&mut Settings),
        more: impl FnOnce(SipAdapter) -> SipAdapter,
    ) -> Result<Self, AdapterError> {
        let here = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
        let mut settings = Settings::new(vec![Socket::new(Transport::Udp, here)], rtp_settings());
        settings.users = [("201".into(), Password::new("rahasia-201"))].into();
        // What phones made of text know.
        settings.digests = vec![Algorithm::Sha256, Algorithm::Md5];
        change(&mut settings);
        let adapter = more(SipAdapter::bind(settings, library())?);
        let sockets = adapter.sockets().to_vec();
        let address = sockets[0].address;
        let (drain, drained) = watch::channel(false);
        let (port, wire) = Port::new(AdapterId(1), 10, drained, Clock::new());
        let task = tokio::spawn(Box::new(adapter).run(port));
        Ok(Self { wire, drain, address, sockets, task })
    }

    async fn report(&mut self) -> Report {
        let report = timeout(PATIENCE, self.wire.reports.recv()).await;
        report.expect("something is reported").expect("the adapter lives")
    }

    async fn event(&mut self) -> (LegId, EventKind) {
        match self.report().await {
            Report::Leg(event) => (event.leg, event.kind),
            Report::Endpoint { user, reachable } => panic!("{user} became reachable: {reachable}"),
            report @ (Report::Away | Report::Back) => panic!("{report:?}"),
        }
    }

    async fn order(&self, leg: LegId, kind: CommandKind) {
        self.wire.commands.send(Command { leg, kind }).await.expect("the adapter lives");
    }

    /// Nothing is left to report.
    fn is_silent(&mut self) -> bool {
        self.wire.reports.try_recv().is_err()
    }

    /// Dials a phone on a leg of its own.
    async fn dial(&self, number: u64, to: Target) -> LegId {
        let leg = LegId { adapter: self.wire.id, number };
        self.order(leg, CommandKind::Dial(Box::new(dial(to)))).await;
        leg
    }

    /// Lets the phone call and answers; both sides are there.
    async fn answered(&mut self, phone: &mut Phone) -> (LegId, Message) {
        let sdp = phone.sdp_with_keys();
        self.answered_with(phone, &sdp).await
    }

    async fn answered_with(&mut self, phone: &mut Phone, sdp: &str) -> (LegId, Message) {
        phone.invite("100", "", sdp).await;
        let (leg, _) = self.event().await;
        self.order(leg, CommandKind::Accept(Answering::Answer)).await;
        let answer = phone.expect(200).await;
        phone.acknowledge("").await;
        assert_eq!(self.event().await, (leg, EventKind::Answered));
        (leg, answer)
    }

    /// Takes the end of a leg; checks who and why.
    async fn ended(&mut self, leg: LegId, by: EndedBy, cause: HangupCause) {
        let (ended, kind) = self.event().await;
        let EventKind::Ended { by: found, cause: why, .. } = kind else { panic!("{kind:?}") };
        assert_eq!((ended, found, why), (leg, by, cause));
        assert!(self.is_silent(), "the end is the last event");
    }
}

fn dial(to: Target) -> Dial {
    Dial {
        to,
        trunk: None,
        caller_id: None,
        display: Some("service · order · 40 s".into()),
        tell: vec![
            Told { name: "topic".into(), value: "order".into(), class: Class::Public },
            Told { name: "phone".into(), value: "08123456789".into(), class: Class::Personal },
        ],
        pop_url: Some("https://desk.example/1".into()),
        beside: None,
        ring: Duration::from_secs(20),
    }
}

fn library() -> watch::Receiver<Arc<crate::media::Library>> {
    watch::channel(Arc::default()).1
}

fn rtp_settings() -> crate::telephony::rtp::Settings {
    crate::telephony::rtp::Settings { threads: 1, ..Default::default() }
}
