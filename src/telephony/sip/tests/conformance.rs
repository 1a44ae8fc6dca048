//! The adapter under the kit that holds any adapter against the contract: telephones made of text are its far side.

use std::collections::BTreeMap;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::*;
use crate::call::{Offer, SoundId, Symbol};
use crate::media::{Library, Recording as Sound};
use crate::telephony::kit::tests::{Far, Held, keeps_the_contract, key, length, plug, sound};
use crate::telephony::remote::wire::Simulate;

/// From one key to the next.
const KEY_GAP: std::time::Duration = std::time::Duration::from_millis(60);
/// The lengths of the texts that scenarios play.
const LENGTHS: [usize; 7] = [7, 10, 14, 28, 42, 140, 280];

/// All telephones of one node.
struct Telephones {
    node: SocketAddr,
    made: usize,
    /// By whom they call as.
    callers: BTreeMap<String, mpsc::UnboundedSender<Simulate>>,
    /// By the leg that they have become.
    legs: BTreeMap<LegId, mpsc::UnboundedSender<Simulate>>,
    /// The one that can be called.
    desk: mpsc::UnboundedSender<Simulate>,
}

impl Far for Telephones {
    fn offered(&mut self, leg: LegId, offer: &Offer) {
        let caller = offer.origin.caller.number.as_deref().expect("a telephone has a name");
        self.legs.extend(self.callers.get(caller).map(|phone| (leg, phone.clone())));
    }

    fn act(&mut self, leg: LegId, what: &Simulate) {
        let act = what.clone();
        if what.doing != "offer" {
            let phone = self.legs.get(&leg).unwrap_or(&self.desk);
            return phone.send(act).expect("the telephone is there");
        }
        let (phone, acts) = mpsc::unbounded_channel();
        let (user, node) = (USERS[self.made % USERS.len()], self.node);
        self.made += 1;
        phone.send(act).expect("the telephone is there");
        self.callers.insert(user.to_owned(), phone);
        tokio::spawn(async move { Telephone::new(Phone::new(user, node).await).live(acts).await });
    }
}

/// Whom telephones call as.
const USERS: [&str; 24] = [
    "301", "302", "303", "304", "305", "306", "307", "308", "309", "310", "311", "312", "313",
    "314", "315", "316", "317", "318", "319", "320", "321", "322", "323", "324",
];

/// One telephone that does what it is told and answers what it must.
struct Telephone {
    phone: Phone,
    /// Where the node listens for its audio.
    port: u16,
    /// Whether its own call was answered.
    talks: bool,
    /// The call that it was called by.
    invite: Option<Message>,
    packets: u16,
    keys: u32,
}

impl Telephone {
    fn new(phone: Phone) -> Self {
        Self { phone, port: 0, talks: false, invite: None, packets: 0, keys: 0 }
    }

    async fn live(mut self, mut acts: mpsc::UnboundedReceiver<Simulate>) {
        loop {
            tokio::select! {
                message = self.phone.next() => self.heard(message).await,
                act = acts.recv() => match act {
                    Some(what) => self.act(&what).await,
                    None => return,
                },
            }
        }
    }

    async fn heard(&mut self, message: Message) {
        match message.method() {
            "SIP/2.0" => self.answered(&message).await,
            "INVITE" => {
                self.phone.answer(&message, "180 Ringing", "").await;
                self.invite = Some(message);
            }
            "CANCEL" => {
                self.phone.answer(&message, "200 OK", "").await;
                if let Some(invite) = self.invite.take() {
                    self.phone.answer(&invite, "487 Request Terminated", "").await;
                }
            }
            "ACK" => {}
            _ => self.phone.answer(&message, "200 OK", "").await,
        }
    }

    async fn answered(&mut self, answer: &Message) {
        if !answer.header("CSeq").ends_with("INVITE") || answer.status() < 200 {
            return;
        }
        self.phone.reached(answer);
        self.phone.acknowledge("").await;
        if answer.status() == 200 {
            (self.talks, self.port) = (true, answer.audio_port());
        }
    }

    async fn act(&mut self, what: &Simulate) {
        match &*what.doing {
            "offer" => {
                let sdp = self.phone.sdp_with_keys();
                self.phone.invite("100", "", &sdp).await;
            }
            "press" => self.press(key(what)).await,
            "hangup" => match self.invite.take() {
                Some(invite) => self.phone.leave(&invite).await,
                None if self.talks => self.phone.within("BYE", "", "").await,
                None => self.phone.cancel().await,
            },
            "answer" => {
                let sdp = self.phone.sdp_with_keys();
                let invite = self.invite.as_ref().expect("it rings");
                self.phone.answer(invite, "200 OK", &sdp).await;
            }
            "busy" => {
                let invite = self.invite.take().expect("it rings");
                self.phone.answer(&invite, "486 Busy Here", "").await;
            }
            "hold" => self.change("a=sendonly\r\n").await,
            "resume" => self.change("a=sendrecv\r\n").await,
            other => panic!("nobody can `{other}`"),
        }
    }

    async fn change(&mut self, line: &str) {
        let sdp = self.phone.sdp_with_keys() + line;
        let uri = format!("sip:{}", self.phone.node);
        self.phone.invite_again(&uri, "", &sdp).await;
        // One change at a time (RFC 3261 §14.1).
        loop {
            let message = self.phone.next().await;
            let over = message.status() >= 200 && message.header("CSeq").ends_with("INVITE");
            self.heard(message).await;
            if over {
                return;
            }
        }
    }

    /// RFC 4733: a key of 80 ms.
    async fn press(&mut self, symbol: Symbol) {
        self.keys += 1;
        let time = self.keys * 8_000;
        for (end, length) in [(0, 160), (0, 320), (0, 480), (0x80, 640), (0x80, 640), (0x80, 640)] {
            self.packets += 1;
            let [high, low] = u16::to_be_bytes(length);
            let event = [symbol.event_code(), end | 10, high, low];
            self.phone.rtp(self.port, 101, (self.packets, time), &event).await;
        }
        sleep(KEY_GAP).await;
    }
}

/// Sounds as long as the texts that scenarios play.
fn texts() -> watch::Receiver<Arc<Library>> {
    let mut library = Library::new();
    let add = |library: &mut Library, name: SoundId, long: Duration| {
        let samples = usize::try_from(long.as_millis() * 8).expect("seconds");
        let loud: Vec<i16> =
            (0..samples).map(|n| if n % 20 < 10 { 4_000 } else { -4_000 }).collect();
        library.add(name, &Sound::from_samples(8_000, &loud));
    };
    for characters in LENGTHS {
        add(&mut library, sound(characters), length(&"a".repeat(characters)));
    }
    watch::channel(Arc::new(library)).1
}

#[tokio::test]
async fn the_sip_adapter_keeps_the_contract() {
    let library = texts();
    let on_loopback = |clock: Clock| {
        let library = library.clone();
        async move {
            let folder = tempfile::tempdir().expect("a folder");
            let (recordings, slot) = Recordings::open(folder.path(), clock).expect("a folder");
            let here = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
            let sockets = vec![Socket::new(Transport::Udp, here)];
            let mut settings = Settings::new(sockets, rtp_settings());
            settings.users = [("201".into(), Password::new("rahasia-201"))].into();
            settings.digests = vec![Algorithm::Md5];
            settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
            let adapter = SipAdapter::bind(settings, library).expect("a port is free");
            let adapter = adapter.recording(slot);
            let node = adapter.sockets()[0].address;
            let (desk, acts) = mpsc::unbounded_channel();
            let (callers, legs) = (BTreeMap::new(), BTreeMap::new());
            let telephones = Telephones { node, made: 0, callers, legs, desk };
            let plug = plug(adapter, telephones, clock);
            let mut phone = Phone::new("201", node).await;
            phone.register("rahasia-201", 60).await;
            tokio::spawn(Telephone::new(phone).live(acts));
            Held { plug, keep: Box::new((folder, recordings)) }
        }
    };
    keeps_the_contract(on_loopback, &["listen", "unlisten"]).await;
}
