//! Callers and agents: plain SIP over UDP, all callers on one socket, each agent on one of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use sambung::call::CallId;
use sambung::history::{Fact, Standing};
use sambung::runtime::Clock;
use sambung::time::Instant;

use super::Chance;
use super::speaker::Speaker;

const NAMES: [&str; 3] = ["budi", "dewi", "sari"];
/// The longest rest of the loop that carries messages.
const BEAT: Duration = Duration::from_millis(2);

/// Everybody outside of the node.
pub(crate) struct Town {
    clock: Clock,
    chance: Chance,
    callers: UdpSocket,
    /// Where those are called who wanted to be called back: their lines are busy.
    customers: UdpSocket,
    /// Who leaves a message.
    speaker: Option<Speaker>,
    agents: Vec<(&'static str, UdpSocket)>,
    calls: BTreeMap<String, Call>,
    made: u64,
    rung: BTreeMap<String, u64>,
    /// The agents whose phones were told that a call is over.
    parted: BTreeSet<String>,
    due: Vec<(Instant, Deed)>,
    /// Whether agents answer always and at once, and callers stay.
    calm: bool,
}

/// A call of a caller.
#[derive(Debug, Clone)]
struct Call {
    number: String,
    /// The `To` of the answer, with its tag; none before.
    to: Option<String>,
    over: bool,
}

impl Call {
    fn is_up(&self) -> bool {
        self.to.is_some() && !self.over
    }
}

/// What was heard of the end of calls whose node died.
#[derive(Debug)]
pub(crate) struct Heard {
    /// How many callers and agents were in a call.
    pub(crate) up: usize,
    /// How many of them were told.
    pub(crate) heard: usize,
    /// After how long the last one was.
    pub(crate) took: Duration,
}

/// What somebody will do.
enum Deed {
    /// A caller calls, from a number.
    Calls(String),
    /// A caller hangs up.
    HangsUp(String),
    /// An agent's phone answers an INVITE so.
    Answers { agent: usize, invite: String, status: &'static str },
}

impl Town {
    pub(crate) fn new(seed: u64) -> Self {
        let socket = || {
            let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
            socket.set_nonblocking(true).expect("a socket that does not wait");
            socket
        };
        Self {
            clock: Clock::new(),
            chance: Chance(seed ^ 0x5eed),
            callers: socket(),
            customers: socket(),
            speaker: None,
            agents: NAMES.map(|name| (name, socket())).into(),
            calls: BTreeMap::new(),
            made: 0,
            rung: BTreeMap::new(),
            parted: BTreeSet::new(),
            due: Vec::new(),
            calm: false,
        }
    }

    /// A town in which agents answer always and at once, and callers stay.
    pub(crate) fn calm() -> Self {
        Self { calm: true, ..Self::new(1) }
    }

    /// The agents, and where their phones are.
    pub(crate) fn addresses(&self) -> Vec<(String, SocketAddr)> {
        let at = |socket: &UdpSocket| socket.local_addr().expect("bound");
        self.agents.iter().map(|(name, socket)| ((*name).to_owned(), at(socket))).collect()
    }

    /// Where customers are called.
    pub(crate) fn customers(&self) -> SocketAddr {
        self.customers.local_addr().expect("bound")
    }

    /// Somebody calls to leave a message, and hangs up after a while, if that is said.
    pub(crate) fn leaves_a_message(&mut self, node: SocketAddr, speaks: Option<Duration>) {
        self.made += 1;
        let speaks = speaks.map(sambung::time::Duration::from_std);
        self.speaker = Some(Speaker::calls(node, self.made, &self.clock, speaks));
    }

    /// Somebody hangs up who is in a call.
    pub(crate) fn one_hangs_up(&mut self, node: SocketAddr) {
        let up = self.calls.iter().find(|(_, call)| call.to.is_some() && !call.over);
        let id = up.expect("somebody is in a call").0.clone();
        self.sends(node, &id, "BYE", 2, "");
    }

    /// How often each agent was rung.
    pub(crate) fn rung(&self) -> impl Iterator<Item = (&String, u64)> {
        self.rung.iter().map(|(agent, rung)| (agent, *rung))
    }

    /// How many callers are in a call, as far as they know.
    pub(crate) fn up(&self) -> usize {
        self.calls.values().filter(|call| call.is_up()).count()
    }

    /// So many will call within the next second.
    pub(crate) fn calls(&mut self, count: u64) {
        for _ in 0..count {
            self.made += 1;
            // Most want a person; others leave a wish or some work.
            let kind = if self.calm {
                0
            } else {
                [0, 0, 0, 0, 0, 0, 8, 9][usize::try_from(self.made % 8).expect("below eight")]
            };
            let number = format!("+62811{kind}{:06}", self.made);
            let wait = self.chance_of(900);
            let at = self.after(wait);
            self.due.push((at, Deed::Calls(number)));
        }
    }

    fn chance_of(&mut self, millis: u64) -> u64 {
        self.chance.below(millis)
    }

    fn after(&self, millis: u64) -> Instant {
        self.clock.now() + sambung::time::Duration::from_millis(millis)
    }

    /// Somebody calls now.
    pub(crate) fn calls_from(&mut self, node: SocketAddr, number: &str) {
        self.made += 1;
        let id = format!("call{}x", self.made);
        self.calls.insert(id.clone(), Call { number: number.to_owned(), to: None, over: false });
        let port = self.callers.local_addr().expect("bound").port();
        let body = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\n"
        );
        self.sends(node, &id, "INVITE", 1, &body);
    }

    /// The number that a contact called from, by its key.
    pub(crate) fn number_of(&self, left: &Standing, contact: CallId) -> Option<String> {
        let Fact::CallBegan { called, .. } = &left.calls.get(&contact)?.began.fact else {
            return None;
        };
        // Each caller dials a number of their own, so that they are known by it.
        Some(format!("+62811{called}"))
    }

    /// Lets everybody do what they do for a while.
    pub(crate) fn lives_for(&mut self, node: SocketAddr, span: Duration) {
        let _: Option<()> = self.lives_until(node, span, || None);
    }

    /// The same until something is found.
    pub(crate) fn lives_until<T>(
        &mut self,
        node: SocketAddr,
        span: Duration,
        mut found: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let end = self.clock.now() + sambung::time::Duration::from_std(span);
        let mut look = self.clock.now();
        while self.clock.now() < end {
            self.beat(node);
            if self.clock.now() >= look {
                if let Some(found) = found() {
                    return Some(found);
                }
                look = self.after(20);
            }
            std::thread::park_timeout(BEAT);
        }
        None
    }

    /// Callers and agents who were in a call with the node that died hear from the next one that it is over.
    pub(crate) fn hears_the_end(&mut self, node: SocketAddr, talking: &[String]) -> Heard {
        let up: Vec<String> =
            self.calls.iter().filter(|(_, call)| call.is_up()).map(|(id, _)| id.clone()).collect();
        self.parted.clear();
        let (begin, end) = (self.clock.now(), self.after(3_000));
        let mut last = begin;
        let heard = |town: &Self| {
            let callers = up.iter().filter(|id| town.calls.get(*id).is_some_and(|call| call.over));
            callers.count() + talking.iter().filter(|agent| town.parted.contains(*agent)).count()
        };
        let mut so_far = 0;
        while self.clock.now() < end && so_far < up.len() + talking.len() {
            self.beat(node);
            if heard(self) > so_far {
                (so_far, last) = (heard(self), self.clock.now());
            }
            std::thread::park_timeout(BEAT);
        }
        self.checks_that_old_calls_are_unknown(node, &up);
        Heard { up: up.len() + talking.len(), heard: so_far, took: last.since(begin).to_std() }
    }

    /// Who was in a call with the node that died asks about it: the node knows of none.
    fn checks_that_old_calls_are_unknown(&mut self, node: SocketAddr, up: &[String]) {
        let mut calls = std::mem::take(&mut self.calls);
        let orphans = up.iter().filter_map(|id| calls.remove_entry(id));
        for (id, call) in orphans.collect::<Vec<_>>() {
            self.calls.insert(id.clone(), call);
            self.sends(node, &id, "BYE", 9, "");
            let wanted = format!("Call-ID: {id}@town\r\n");
            let end = self.after(3_000);
            let answer = loop {
                assert!(self.clock.now() < end, "a goodbye in an old call is not answered");
                let Some(message) = receive(&self.callers) else {
                    std::thread::park_timeout(BEAT);
                    continue;
                };
                if message.starts_with("SIP/2.0 ")
                    && message.contains(&wanted)
                    && message.contains("9 BYE")
                {
                    break message;
                }
            };
            assert!(answer.starts_with("SIP/2.0 481 "), "{answer}");
            self.calls.remove(&id);
        }
        self.calls.extend(calls);
    }

    fn beat(&mut self, node: SocketAddr) {
        let now = self.clock.now();
        let due: Vec<Deed>;
        (due, self.due) = {
            let (due, later): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.due).into_iter().partition(|(at, _)| *at <= now);
            (due.into_iter().map(|(_, deed)| deed).collect(), later)
        };
        for deed in due {
            match deed {
                Deed::Calls(number) => self.calls_from(node, &number),
                Deed::HangsUp(id) => {
                    if self.calls.get(&id).is_some_and(|call| call.to.is_some() && !call.over) {
                        self.sends(node, &id, "BYE", 2, "");
                    }
                }
                Deed::Answers { agent, invite, status } => {
                    self.answers(node, agent, &invite, status)
                }
            }
        }
        while let Some(message) = receive(&self.callers) {
            self.caller_hears(node, &message);
        }
        while let Some(message) = receive(&self.customers) {
            if message.starts_with("INVITE ") {
                let reply = response(&message, "486 Busy Here", "");
                self.customers.send_to(reply.as_bytes(), node).expect("sent");
            }
        }
        if let Some(speaker) = &mut self.speaker {
            speaker.beat(node, now);
        }
        for agent in 0..self.agents.len() {
            while let Some(message) = receive(&self.agents[agent].1) {
                self.agent_hears(node, agent, &message);
            }
        }
    }

    fn caller_hears(&mut self, node: SocketAddr, message: &str) {
        let Some(id) = header(message, "Call-ID: ").and_then(|id| id.strip_suffix("@town")) else {
            return;
        };
        let id = id.to_owned();
        let Some(call) = self.calls.get_mut(&id) else { return };
        if message.starts_with("BYE ") {
            call.over = true;
            let reply = response(message, "200 OK", "");
            self.callers.send_to(reply.as_bytes(), node).expect("sent");
        } else if message.starts_with("SIP/2.0 200 ") && message.contains("1 INVITE") {
            let first = call.to.is_none();
            call.to = header(message, "To: ").map(ToOwned::to_owned);
            self.sends(node, &id, "ACK", 1, "");
            if first && !self.calm {
                let stays = 200 + self.chance.below(4_000);
                self.due.push((self.after(stays), Deed::HangsUp(id)));
            }
        } else if message.starts_with("SIP/2.0 200 ") && message.contains("2 BYE") {
            call.over = true;
        }
    }

    fn agent_hears(&mut self, node: SocketAddr, agent: usize, message: &str) {
        let (name, socket) = &self.agents[agent];
        if message.starts_with("INVITE ") {
            let new = !self.due.iter().any(
                |(_, deed)| matches!(deed, Deed::Answers { invite, .. } if call_id(invite) == call_id(message)),
            );
            socket.send_to(response(message, "180 Ringing", "").as_bytes(), node).expect("sent");
            if new {
                *self.rung.entry((*name).to_owned()).or_default() += 1;
                let (after, status) = match self.chance.below(10) {
                    _ if self.calm => (20, "200 OK"),
                    0 => (50, "486 Busy Here"),
                    1 => (100, "603 Decline"),
                    2 => (60_000, "480 Temporarily Unavailable"),
                    _ => (50 + self.chance.below(400), "200 OK"),
                };
                let deed = Deed::Answers { agent, invite: message.to_owned(), status };
                self.due.push((self.after(after), deed));
            }
        } else if message.starts_with("BYE ") || message.starts_with("OPTIONS ") {
            if message.starts_with("BYE ") {
                self.parted.insert((*name).to_owned());
            }
            socket.send_to(response(message, "200 OK", "").as_bytes(), node).expect("sent");
        } else if message.starts_with("CANCEL ") {
            socket.send_to(response(message, "200 OK", "").as_bytes(), node).expect("sent");
            let of = |deed: &Deed| match deed {
                Deed::Answers { invite, .. } if call_id(invite) == call_id(message) => {
                    Some(invite.clone())
                }
                _ => None,
            };
            if let Some(invite) = self.due.iter().find_map(|(_, deed)| of(deed)) {
                self.due.retain(|(_, deed)| of(deed).is_none());
                let reply = response(&invite, "487 Request Terminated", "");
                self.agents[agent].1.send_to(reply.as_bytes(), node).expect("sent");
            }
        }
    }

    fn answers(&self, node: SocketAddr, agent: usize, invite: &str, status: &'static str) {
        let socket = &self.agents[agent].1;
        let port = socket.local_addr().expect("bound").port();
        let body = match status {
            "200 OK" => format!(
                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
                 a=rtpmap:101 telephone-event/8000\r\n"
            ),
            _ => String::new(),
        };
        socket.send_to(response(invite, status, &body).as_bytes(), node).expect("sent");
    }

    fn sends(&self, node: SocketAddr, id: &str, method: &str, number: u32, body: &str) {
        let call = &self.calls[id];
        let here = self.callers.local_addr().expect("bound");
        let called = call.number.strip_prefix("+62811").unwrap_or("100");
        let to = call.to.clone().unwrap_or_else(|| format!("<sip:{called}@{node}>"));
        let from = &call.number;
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let branch = method.to_lowercase();
        let message = format!(
            "{method} sip:{called}@{node} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{id}{branch}{number}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{from}@{here}>;tag=t{id}\r\nTo: {to}\r\nCall-ID: {id}@town\r\n\
             CSeq: {number} {method}\r\nContact: <sip:{from}@{here}>\r\n{kind}Content-Length: {length}\r\n\r\n{body}",
            length = body.len(),
        );
        self.callers.send_to(message.as_bytes(), node).expect("sent");
    }
}

/// The next message of a socket that is text.
pub(crate) fn receive(socket: &UdpSocket) -> Option<String> {
    let mut buffer = [0; 4_096];
    loop {
        let (length, _) = socket.recv_from(&mut buffer).ok()?;
        if let Ok(message) = std::str::from_utf8(&buffer[..length]) {
            return Some(message.to_owned());
        }
    }
}

/// A response to a request of the node.
pub(crate) fn response(request: &str, status: &str, body: &str) -> String {
    let to = header(request, "To: ").unwrap_or_default();
    let to = if to.contains("tag=") { to.to_owned() } else { format!("{to};tag=agent") };
    let kept: Vec<String> = request
        .lines()
        .filter(|line| {
            ["Via: ", "From: ", "Call-ID: ", "CSeq: ", "Record-Route: "]
                .iter()
                .any(|name| line.starts_with(name))
        })
        .map(|line| format!("{line}\r\n"))
        .collect();
    let contact = request.split_whitespace().nth(1).unwrap_or_default();
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "SIP/2.0 {status}\r\n{}To: {to}\r\nContact: <{contact}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        kept.concat(),
        body.len()
    )
}

fn call_id(message: &str) -> Option<&str> {
    header(message, "Call-ID: ")
}

/// The value of a header field.
pub(crate) fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.lines().find_map(|line| line.strip_prefix(name))
}
