//! Two user agents in virtual time, joined by a link that can lose, repeat and reorder.

mod asking;
mod bench;
mod broken;
mod calls;
mod chaos;
mod faults;
mod forks;
mod memory;
mod offers;
mod parting;
mod races;
mod redirects;
mod refer;
mod reliable;
mod replace;
mod routes;
mod rules;
mod sessions;
mod torture;
mod transports;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use bytes::Bytes;

use super::{Counts, UserAgent};
use crate::call::HangupCause;
use crate::sip::{DialogId, Input, Invite, Listen, Output, Settings, SipEvent, Transport};
use crate::time::{Duration, Instant};

/// One way over the link.
const DELAY: Duration = Duration::from_millis(10);

/// An offer and an answer: what they say means nothing here.
pub(super) const OFFER: &str =
    "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nm=audio 4000 RTP/AVP 0\r\n";
pub(super) const ANSWER: &str =
    "v=0\r\no=- 2 2 IN IP4 10.0.0.2\r\ns=-\r\nm=audio 5000 RTP/AVP 0\r\n";

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// 10.0.0.1, who usually calls.
    A,
    /// 10.0.0.2, who usually answers.
    B,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    pub(super) fn address(self) -> SocketAddr {
        match self {
            Self::A => "10.0.0.1:5060".parse().unwrap(),
            Self::B => "10.0.0.2:5060".parse().unwrap(),
        }
    }
}

/// What the link does to datagrams.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// Per mille lost.
    pub(super) loss: u64,
    /// Per mille sent twice.
    pub(super) twice: u64,
    /// The most extra delay, in milliseconds; makes later ones overtake.
    pub(super) jitter: u64,
    /// The state of the link's chance.
    pub(super) seed: u64,
}

impl Faults {
    /// A step of xorshift64*.
    pub(super) fn draw(&mut self, below: u64) -> u64 {
        self.seed ^= self.seed >> 12;
        self.seed ^= self.seed << 25;
        self.seed ^= self.seed >> 27;
        (self.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % below.max(1)
    }
}

/// Two user agents and the link between them.
pub(super) struct Net {
    pub(super) now: Instant,
    pub(super) a: UserAgent,
    pub(super) b: UserAgent,
    pub(super) events: BTreeMap<Side, VecDeque<SipEvent>>,
    pub(super) faults: Faults,
    /// Datagrams to lose: the start of their line in the ladder, and how many.
    pub(super) lose: Vec<(&'static str, usize)>,
    pub(super) ladder: Vec<String>,
    wire: BTreeMap<(Instant, u64), (Side, Bytes)>,
    sent: u64,
}

pub(super) fn settings(side: Side) -> Settings {
    Settings::new(vec![Listen {
        transport: Transport::Udp,
        local: side.address(),
        advertised: side.address(),
    }])
}

impl Net {
    pub(super) fn new() -> Self {
        Self::with(settings(Side::A), settings(Side::B))
    }

    pub(super) fn with(a: Settings, b: Settings) -> Self {
        Self {
            now: Instant::ZERO,
            a: UserAgent::new(a, [0xa; 32]),
            b: UserAgent::new(b, [0xb; 32]),
            events: BTreeMap::from([(Side::A, VecDeque::new()), (Side::B, VecDeque::new())]),
            faults: Faults { seed: 1, ..Faults::default() },
            lose: Vec::new(),
            ladder: Vec::new(),
            wire: BTreeMap::new(),
            sent: 0,
        }
    }

    pub(super) fn agent(&mut self, side: Side) -> &mut UserAgent {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }

    /// Tells one side something, and takes what it has to say.
    pub(super) fn tell(&mut self, side: Side, input: Input) {
        let now = self.now;
        self.agent(side).handle(now, input);
        while let Some(output) = self.agent(side).poll_output() {
            match output {
                Output::Send { to, local, bytes, .. } => self.send(side, to, local, &bytes),
                Output::Event(event) => {
                    self.ladder.push(format!("{now} {side:?} : {}", say(&event)));
                    self.events.get_mut(&side).unwrap().push_back(event);
                }
            }
        }
    }

    fn send(&mut self, side: Side, to: SocketAddr, local: SocketAddr, bytes: &Bytes) {
        assert_eq!(local, side.address());
        let line = format!("{side:?} {}", summary(bytes));
        if to != side.other().address() {
            self.ladder.push(format!("{} {line} to {to}", self.now));
            return;
        }
        let planned = self.lose.iter_mut().find(|(start, n)| *n > 0 && line.starts_with(start));
        let planned = planned.map(|(_, n)| *n -= 1).is_some();
        if planned || self.faults.draw(1_000) < self.faults.loss {
            self.ladder.push(format!("{} {line} (lost)", self.now));
            return;
        }
        self.ladder.push(format!("{} {line}", self.now));
        let copies = 1 + usize::from(self.faults.draw(1_000) < self.faults.twice);
        for _ in 0..copies {
            let jitter = Duration::from_millis(self.faults.draw(self.faults.jitter + 1));
            self.sent += 1;
            self.wire.insert((self.now + DELAY + jitter, self.sent), (side.other(), bytes.clone()));
        }
    }

    fn next(&self) -> Option<Instant> {
        let wire = self.wire.keys().next().map(|(at, _)| *at);
        [wire, self.a.poll_timeout(), self.b.poll_timeout()].into_iter().flatten().min()
    }

    /// Lets the next thing happen, if it does so before `until`.
    pub(super) fn step(&mut self, until: Instant) -> bool {
        let Some(at) = self.next().filter(|at| *at <= until) else { return false };
        self.now = self.now + at.since(self.now);
        if let Some(key) = self.wire.keys().next().copied().filter(|(due, _)| *due <= at) {
            let (side, bytes) = self.wire.remove(&key).unwrap();
            let (from, local) = (side.other().address(), side.address());
            self.tell(side, Input::Message { from, local, transport: Transport::Udp, bytes });
        } else if self.a.poll_timeout() == Some(at) {
            self.tell(Side::A, Input::Tick);
        } else {
            self.tell(Side::B, Input::Tick);
        }
        true
    }

    /// Lets time pass.
    pub(super) fn run(&mut self, span: Duration) {
        let until = self.now + span;
        while self.step(until) {}
        self.now = until;
    }

    /// Lets everything end, and checks that nothing is left on either side.
    pub(super) fn settle(&mut self) {
        self.run(Duration::from_mins(5));
        assert_eq!((self.a.counts(), self.b.counts()), (Counts::default(), Counts::default()));
        assert!(self.a.referrals.is_empty() && self.b.referrals.is_empty());
        assert!(self.a.tags.is_empty() && self.b.tags.is_empty() && self.b.merges.is_empty());
    }

    /// Lets one side call the other.
    pub(super) fn call(&mut self, side: Side) -> DialogId {
        let dialog = self.agent(side).new_dialog();
        self.tell(side, Input::Invite(Box::new(invite(dialog, side.other().address()))));
        dialog
    }

    /// The next event of one side.
    pub(super) fn event(&mut self, side: Side) -> SipEvent {
        let events = self.events.get_mut(&side).unwrap();
        events.pop_front().unwrap_or_else(|| panic!("{side:?} has no event:\n{}", self.story()))
    }

    /// The call that came in at one side.
    pub(super) fn incoming(&mut self, side: Side) -> DialogId {
        match self.event(side) {
            SipEvent::Incoming(incoming) => incoming.dialog,
            other => panic!("{other:?}\n{}", self.story()),
        }
    }

    /// An established call from A to B; both ids.
    pub(super) fn established(&mut self) -> (DialogId, DialogId) {
        let ours = self.call(Side::A);
        self.run(Duration::from_millis(100));
        let theirs = self.incoming(Side::B);
        self.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
        self.run(Duration::from_millis(100));
        self.events.values_mut().for_each(VecDeque::clear);
        (ours, theirs)
    }

    pub(super) fn hang_up(&mut self, side: Side, dialog: DialogId) {
        self.tell(side, Input::Hangup { dialog, cause: HangupCause::Normal });
    }

    pub(super) fn story(&self) -> String {
        self.ladder.join("\n")
    }
}

pub(super) fn invite(dialog: DialogId, to_addr: SocketAddr) -> Invite {
    Invite {
        dialog,
        target: format!("sip:100@{to_addr}"),
        to: None,
        to_addr,
        transport: Transport::Udp,
        local: None,
        routes: Vec::new(),
        login: None,
        heard_within: None,
        from_user: Some("+628115550123".into()),
        from_host: None,
        from_display: Some("Sari".into()),
        headers: Vec::new(),
        max_forwards: None,
        sdp: OFFER.into(),
        ring: Duration::from_secs(30),
    }
}

/// A datagram in a few words: `INVITE 1 sdp`, `200 OK (1 INVITE) sdp`.
pub(super) fn summary(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let field = |name: &str| {
        let line = text.lines().find(|line| line.to_lowercase().starts_with(name));
        line.and_then(|line| line.split_once(": ")).map(|(_, v)| v.to_owned()).unwrap_or_default()
    };
    let start = text.lines().next().unwrap_or_default().to_owned();
    let sdp = match field("content-type").split(';').next().unwrap_or_default() {
        "" => "",
        "application/sdp" => " sdp",
        "message/sipfrag" => " sipfrag",
        _ => " body",
    };
    let after = match field("retry-after").as_str() {
        "" => String::new(),
        _ => " retry-after".to_owned(),
    };
    match start.strip_prefix("SIP/2.0 ") {
        Some(status) => format!("{status} ({}){sdp}{after}", field("cseq")),
        None => {
            let method = start.split(' ').next().unwrap_or_default().to_owned();
            let number = field("cseq").split(' ').next().unwrap_or_default().to_owned();
            format!("{method} {number}{sdp}")
        }
    }
}

fn say(event: &SipEvent) -> String {
    let sdp = |sdp: &Option<Bytes>| if sdp.is_some() { " sdp" } else { "" };
    match event {
        SipEvent::Incoming(i) => format!("{} incoming for {}{}", i.dialog, i.called, sdp(&i.sdp)),
        SipEvent::Ringing { dialog } => format!("{dialog} ringing"),
        SipEvent::Early { dialog, .. } => format!("{dialog} early media"),
        SipEvent::Answered { dialog, sdp: s } => format!("{dialog} answered{}", sdp(s)),
        SipEvent::Established { dialog, sdp: s } => format!("{dialog} established{}", sdp(s)),
        SipEvent::RemoteOffer { dialog, sdp: s } => format!("{dialog} remote offer{}", sdp(s)),
        SipEvent::RemoteAnswer { dialog, sdp: s } => format!("{dialog} remote answer{}", sdp(s)),
        SipEvent::OfferRefused { dialog, status } => format!("{dialog} offer refused {status}"),
        SipEvent::Redirected { dialog, targets } => format!("{dialog} redirected {targets:?}"),
        SipEvent::Info { dialog, content_type, .. } => format!("{dialog} info {content_type}"),
        SipEvent::Informed { dialog } => format!("{dialog} informed"),
        SipEvent::Refer { dialog, refer } => format!("{dialog} refer to {}", refer.user),
        SipEvent::Referred { dialog, status } => format!("{dialog} referred {status}"),
        SipEvent::Alive { dialog } => format!("{dialog} alive"),
        SipEvent::Ended { dialog, ending } => format!("{dialog} ended: {ending:?}"),
        SipEvent::Asked { answer, .. } => format!("asked: {:?}", answer.status),
        SipEvent::Register(r) => format!("register {}", r.to_user),
    }
}
