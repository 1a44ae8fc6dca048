//! Many callers on one socket, with SIP written by hand: each INVITE and BYE is repeated as RFC 3261 §17.1 has it,
//! every answer is acknowledged as often as it comes, and all that happens is timed.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::support::wait;

/// RFC 3261 T1.
const T1: Duration = Duration::from_millis(500);
/// RFC 3261 T2.
const T2: Duration = Duration::from_secs(4);
/// 64·T1: when a BYE without an answer is given up.
const GIVE_UP: Duration = Duration::from_secs(32);
/// How often the timers are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// The discard port, for audio that nobody listens to.
const DISCARD: u16 = 9;

/// What the callers do.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The program's address, as it stands in Request-URIs.
    pub(crate) server: SocketAddr,
    /// Whom they call.
    pub(crate) number: &'static str,
    /// How many calls.
    pub(crate) calls: usize,
    /// How many calls begin in a second.
    pub(crate) per_second: u64,
    /// How long each lasts once it is answered.
    pub(crate) talk: Duration,
    /// How long a call may take to be answered or refused.
    pub(crate) patience: Duration,
    /// Where the audio goes.
    pub(crate) audio: u16,
}

impl Plan {
    /// One call of a second.
    pub(crate) fn to(server: SocketAddr) -> Self {
        Self {
            server,
            number: "100",
            calls: 1,
            per_second: 10,
            talk: Duration::from_secs(1),
            patience: Duration::from_secs(10),
            audio: DISCARD,
        }
    }
}

/// How one call went.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// When it began.
    pub(crate) started: Instant,
    /// How long the answer took; `None` = there was none.
    pub(crate) answered: Option<Duration>,
    /// The status that refused it, how long that took, and its `Retry-After` in seconds.
    pub(crate) refused: Option<(u16, Duration, Option<u64>)>,
    /// Whether the far side hung up before the caller did.
    pub(crate) cut_off: bool,
}

/// The callers of one socket.
#[derive(Debug)]
pub(crate) struct Callers {
    socket: UdpSocket,
    /// Where their datagrams go.
    to: SocketAddr,
    /// The address they name as their own.
    own: SocketAddr,
}

/// Where a call stands.
#[derive(Debug)]
enum State {
    /// The INVITE is out; when it is repeated, `None` once anything came back.
    Inviting(Option<Repetition>),
    /// The final answer was acknowledged with this.
    Talking { until: Instant, to: String },
    /// The BYE is out.
    Leaving { bye: String, repetition: Repetition, until: Instant },
    /// All over.
    Over,
}

#[derive(Debug, Clone, Copy)]
struct Repetition {
    at: Instant,
    span: Duration,
}

#[derive(Debug)]
struct Call {
    state: State,
    outcome: Outcome,
}

impl Callers {
    /// Callers on loopback who call straight.
    pub(crate) fn at(address: Ipv4Addr, to: SocketAddr) -> Self {
        let socket = UdpSocket::bind((address, 0)).expect("loopback has room");
        let own = socket.local_addr().expect("it is bound");
        Self::over(socket, to, own)
    }

    /// Callers who send to one side of a relay and are seen at the other.
    pub(crate) fn behind(front: SocketAddr, back: SocketAddr) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has room");
        Self::over(socket, front, back)
    }

    fn over(socket: UdpSocket, to: SocketAddr, own: SocketAddr) -> Self {
        socket.set_read_timeout(Some(LOOK_EVERY)).expect("a socket takes a time-out");
        Self { socket, to, own }
    }

    /// Makes the calls and tells how each went, in order, once all are over.
    pub(crate) fn run(&self, plan: &Plan) -> Vec<Outcome> {
        let begin = wait::now();
        let apart = Duration::from_micros(1_000_000 / plan.per_second);
        let mut calls: BTreeMap<usize, Call> = BTreeMap::new();
        let mut next = 0;
        let mut buffer = [0; 65_536];
        loop {
            while next < plan.calls
                && wait::now() >= begin + apart * u32::try_from(next).expect("few")
            {
                calls.insert(next, self.dial(plan, next));
                next += 1;
            }
            // As many as are there; the first may be waited for.
            for _ in 0..64 {
                let Ok((length, _)) = self.socket.recv_from(&mut buffer) else { break };
                let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                self.receive(plan, &mut calls, &text);
            }
            let now = wait::now();
            let mut open = next < plan.calls;
            for (number, call) in &mut calls {
                self.look_at(plan, *number, call, now);
                open |= !matches!(call.state, State::Over);
            }
            if !open {
                break;
            }
        }
        self.acknowledge_the_last(plan, &mut calls);
        calls.into_values().map(|call| call.outcome).collect()
    }

    /// A far side that has not heard the last ACK or answer asks for it again.
    fn acknowledge_the_last(&self, plan: &Plan, calls: &mut BTreeMap<usize, Call>) {
        let quiet = T2 + T1;
        let mut last = wait::now();
        let mut buffer = [0; 65_536];
        while self.to != plan.server && last.elapsed() < quiet {
            let Ok((length, _)) = self.socket.recv_from(&mut buffer) else { continue };
            last = wait::now();
            self.receive(plan, calls, &String::from_utf8_lossy(&buffer[..length]));
        }
    }

    fn dial(&self, plan: &Plan, number: usize) -> Call {
        let now = wait::now();
        self.send(&self.invite(plan, number));
        let repetition = Repetition { at: now + T1, span: T1 };
        let outcome = Outcome { started: now, answered: None, refused: None, cut_off: false };
        Call { state: State::Inviting(Some(repetition)), outcome }
    }

    /// Works on the timers of a call.
    fn look_at(&self, plan: &Plan, number: usize, call: &mut Call, now: Instant) {
        match &mut call.state {
            State::Inviting(_) if now >= call.outcome.started + plan.patience => {
                call.state = State::Over;
            }
            State::Inviting(Some(repetition)) if now >= repetition.at => {
                repetition.span *= 2;
                repetition.at = now + repetition.span;
                self.send(&self.invite(plan, number));
            }
            State::Talking { until, to } if now >= *until => {
                let bye = self.within(plan, number, "BYE", 2, to);
                self.send(&bye);
                call.state = State::Leaving {
                    bye,
                    repetition: Repetition { at: now + T1, span: T1 },
                    until: now + GIVE_UP,
                };
            }
            State::Leaving { until, .. } if now >= *until => call.state = State::Over,
            State::Leaving { bye, repetition, .. } if now >= repetition.at => {
                repetition.span = (repetition.span * 2).min(T2);
                repetition.at = now + repetition.span;
                self.send(bye);
            }
            State::Inviting(_) | State::Talking { .. } | State::Leaving { .. } | State::Over => {}
        }
    }

    /// Works on one message.
    fn receive(&self, plan: &Plan, calls: &mut BTreeMap<usize, Call>, text: &str) {
        let Some(number) = number_of(text) else { return };
        let Some(call) = calls.get_mut(&number) else { return };
        let Some(rest) = text.strip_prefix("SIP/2.0 ") else {
            self.requested(call, text);
            return;
        };
        let status: u16 = rest.split(' ').next().and_then(|s| s.parse().ok()).unwrap_or(0);
        let method = header(text, "CSeq").split(' ').nth(1).unwrap_or_default();
        match (method, status) {
            ("INVITE", 0..200) => {
                if let State::Inviting(repetition) = &mut call.state {
                    *repetition = None;
                }
            }
            ("INVITE", 200..300) => self.answered(plan, number, call, text),
            ("INVITE", _) => {
                let to = header(text, "To").to_owned();
                self.send(&self.acknowledgement(plan, number, &to, "invite"));
                if matches!(call.state, State::Inviting(_)) {
                    let retry_after = header(text, "Retry-After").parse().ok();
                    call.outcome.refused =
                        Some((status, call.outcome.started.elapsed(), retry_after));
                    call.state = State::Over;
                }
            }
            ("BYE", 200..) => {
                if matches!(call.state, State::Leaving { .. }) {
                    call.state = State::Over;
                }
            }
            _ => {}
        }
    }

    fn answered(&self, plan: &Plan, number: usize, call: &mut Call, text: &str) {
        let to = header(text, "To").to_owned();
        self.send(&self.acknowledgement(plan, number, &to, "ack"));
        if matches!(call.state, State::Inviting(_)) {
            call.outcome.answered = Some(call.outcome.started.elapsed());
            call.state = State::Talking { until: wait::now() + plan.talk, to };
        }
    }

    /// Answers a request of the far side: its BYE.
    fn requested(&self, call: &mut Call, text: &str) {
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let copied: String = head
            .lines()
            .filter(|line| {
                ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|h| line.starts_with(h))
            })
            .map(|line| format!("{line}\r\n"))
            .collect();
        if text.starts_with("ACK ") {
            return;
        }
        self.send(&format!("SIP/2.0 200 OK\r\n{copied}Content-Length: 0\r\n\r\n"));
        if text.starts_with("BYE ") && matches!(call.state, State::Talking { .. }) {
            call.outcome.cut_off = true;
            call.state = State::Over;
        }
    }

    fn invite(&self, plan: &Plan, number: usize) -> String {
        let (own, audio) = (self.own, plan.audio);
        let body = format!(
            "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {audio} RTP/AVP 0 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\n",
            ip = own.ip(),
        );
        let to = format!("<sip:{}@{}>", plan.number, plan.server);
        let extra =
            format!("Contact: <sip:caller{number}@{own}>\r\nContent-Type: application/sdp\r\n");
        self.message(plan, number, ("INVITE", 1, "invite"), &to, (&extra, &body))
    }

    fn within(&self, plan: &Plan, number: usize, method: &str, cseq: u32, to: &str) -> String {
        self.message(plan, number, (method, cseq, method), to, ("", ""))
    }

    fn acknowledgement(&self, plan: &Plan, number: usize, to: &str, branch: &str) -> String {
        self.message(plan, number, ("ACK", 1, branch), to, ("", ""))
    }

    fn message(
        &self,
        plan: &Plan,
        number: usize,
        (method, cseq, branch): (&str, u32, &str),
        to: &str,
        (extra, body): (&str, &str),
    ) -> String {
        let own = self.own;
        format!(
            "{method} sip:{called}@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bK{port}x{number}{branch}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:caller{number}@{own}>;tag=caller{number}\r\nTo: {to}\r\n\
             Call-ID: {number}.{port}@callers\r\nCSeq: {cseq} {method}\r\n{extra}Content-Length: {length}\r\n\r\n{body}",
            called = plan.number,
            server = plan.server,
            port = own.port(),
            length = body.len(),
        )
    }

    fn send(&self, text: &str) {
        // A far side that is gone refuses; the timers notice.
        drop(self.socket.send_to(text.as_bytes(), self.to));
    }
}

/// Which call a message belongs to.
fn number_of(text: &str) -> Option<usize> {
    header(text, "Call-ID").split('.').next()?.parse().ok()
}

/// The value of a header field; empty if it is not there.
fn header<'a>(text: &'a str, name: &str) -> &'a str {
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map_or("", |(_, value)| value.trim())
}
