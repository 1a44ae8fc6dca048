//! Every parser that strangers reach, as one function of bytes each: `tests/fuzzing.rs` and the targets beside this
//! file run the same. What must hold for any bytes is asserted here; that none of them panics goes without saying.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use sambung::cli::{channels_of_wav, keys_of_file};
use sambung::media::{
    KeyReceiver, MAX_CHANNELS, Reception, Recording, RtpPacket, Source, SourcePolicy, parse_control,
};
use sambung::sip::{
    Algorithm, Attempt, Authenticator, Guard, GuardSettings, Input, Listen, OfferAnswer, Origin,
    Output, Preferences, Settings, SipEvent, Transport, UserAgent, Verdict,
};
use sambung::time::{Duration, Instant};

/// Calls that the user agent may have at once: few, so that its bounds are met.
const MAX_DIALOGS: usize = 40;
/// Transactions that it may have at once.
const MAX_TRANSACTIONS: usize = 200;
/// Ourselves.
const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 5060);
/// Whoever sends.
const THERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9)), 5060);

/// The machines behind the parsers, with all that came before.
#[derive(Debug)]
pub(crate) struct Parsers {
    now: Instant,
    agent: UserAgent,
    guard: Guard,
    authenticator: Authenticator,
    source: Source,
    reception: Reception,
    keys: KeyReceiver,
}

impl Default for Parsers {
    fn default() -> Self {
        let listen = Listen { transport: Transport::Udp, local: HERE, advertised: HERE };
        let mut settings = Settings::new(vec![listen]);
        settings.max_dialogs = MAX_DIALOGS;
        settings.max_transactions = MAX_TRANSACTIONS;
        let algorithms = [Algorithm::Sha256, Algorithm::Md5];
        let now = Instant::from_micros(1_000_000);
        Self {
            now,
            agent: UserAgent::new(settings, [1; 32]),
            guard: Guard::new(GuardSettings::default(), [2; 32]),
            authenticator: Authenticator::new("sambung", [3; 32], &algorithms),
            source: Source::new(THERE, SourcePolicy::Learn { signalling: THERE.ip() }, now),
            reception: Reception::default(),
            keys: KeyReceiver::default(),
        }
    }
}

impl Parsers {
    /// A SIP message: what it does to a user agent in the midst of others like it.
    pub(crate) fn sip(&mut self, bytes: &[u8]) {
        self.now += Duration::from_millis(7);
        let message = Input::Message {
            from: THERE,
            local: HERE,
            transport: Transport::Udp,
            bytes: bytes.to_vec().into(),
        };
        self.agent.handle(self.now, message);
        let mut orders = Vec::new();
        let mut outputs = 0;
        while let Some(output) = self.agent.poll_output() {
            outputs += 1;
            // Every second call is taken, every second one is left to its time.
            if let Output::Event(SipEvent::Incoming(incoming)) = output
                && incoming.dialog.0 % 2 == 0
            {
                let sdp = b"v=0\r\n".to_vec().into();
                orders.push(Input::Answer { dialog: incoming.dialog, sdp });
            }
        }
        for order in orders {
            self.agent.handle(self.now, order);
        }
        while self.agent.poll_output().is_some() {
            outputs += 1;
        }
        assert!(outputs <= 10 * MAX_TRANSACTIONS, "{outputs} outputs of one message");
        let counts = self.agent.counts();
        assert!(counts.dialogs <= MAX_DIALOGS, "{counts:?}");
        assert!(counts.transactions <= 2 * MAX_TRANSACTIONS, "{counts:?}");
    }

    /// The look that the guard takes at a datagram.
    pub(crate) fn glance(&mut self, bytes: &[u8]) {
        self.now += Duration::from_millis(50);
        for origin in [Origin::Listed, Origin::Phones, Origin::Stranger] {
            let _heard = self.guard.admit(self.now, THERE.ip(), origin, bytes, |tag| tag == "1");
            while self.guard.poll_news().is_some() {}
        }
    }

    /// A session description, as an offer and as an answer.
    pub(crate) fn sdp(&mut self, bytes: &[u8]) {
        let open = || OfferAnswer::new(HERE.ip(), 20_000, 7, Preferences::default());
        if let Ok((_, answer)) = open().answer(bytes) {
            assert!(answer.starts_with("v=0\r\n") && answer.ends_with("\r\n"), "{answer:?}");
        }
        let mut ours = open();
        assert!(ours.offer().starts_with("v=0\r\n"));
        let _agreed = ours.accept(bytes);
    }

    /// An RTP packet: who it is from, and where it stands.
    pub(crate) fn rtp(&mut self, bytes: &[u8]) {
        self.now += Duration::from_millis(20);
        if let Some(packet) = RtpPacket::parse(bytes) {
            assert!(packet.payload.len() <= bytes.len());
            self.source.judge(THERE, &packet.header);
            self.reception.receive(&packet.header, Some(8_000), self.now);
        }
    }

    /// An RTCP packet.
    pub(crate) fn rtcp(&mut self, bytes: &[u8]) {
        if let Some(packets) = parse_control(bytes) {
            assert!(packets.len() <= bytes.len(), "{} packets", packets.len());
        }
    }

    /// A telephone-event.
    pub(crate) fn keys(&mut self, bytes: &[u8]) {
        if let Some(packet) = RtpPacket::parse(bytes) {
            let presses = self.keys.receive(&packet.header, packet.payload, 8_000);
            assert!(presses.count() <= packet.payload.len() / 4, "more keys than events");
        }
    }

    /// An `Authorization` header.
    pub(crate) fn digest(&mut self, bytes: &[u8]) {
        self.now += Duration::from_millis(1);
        let text = String::from_utf8_lossy(bytes);
        let attempt = Attempt {
            source: THERE.ip(),
            method: "REGISTER",
            uri: "sip:sambung",
            authorization: &[&text],
        };
        let verdict = self.authenticator.judge(self.now, attempt, |user| {
            (user == "201").then_some("a password that no bytes contain")
        });
        assert!(!matches!(verdict, Verdict::Granted { .. }), "let in by {text:?}");
    }

    /// A packet capture, as `sambung dtmf` reads them.
    pub(crate) fn capture(&mut self, bytes: &[u8]) {
        if let Some(keys) = keys_of_file(bytes) {
            assert!(keys.len() <= bytes.len(), "more keys than bytes");
        }
    }

    /// A WAV file however it is written, as `sambung dtmf` reads them.
    pub(crate) fn wave(&mut self, bytes: &[u8]) {
        if let Some(channels) = channels_of_wav(bytes) {
            let samples: usize = channels.iter().map(|channel| channel.samples.len()).sum();
            assert!(channels.len() <= usize::from(MAX_CHANNELS), "{} channels", channels.len());
            assert!(samples > 0 && samples <= bytes.len(), "{samples} of {} bytes", bytes.len());
        }
    }

    /// A WAV file, as prompts and recordings are read.
    pub(crate) fn wav(&mut self, bytes: &[u8]) {
        if let Ok(recording) = Recording::from_wav(bytes) {
            assert!(recording.to_samples().len() <= bytes.len() * 8, "more than was there");
        }
    }
}
