//! One call, from INVITE to the answer of its BYE.
//!
//! ```text
//!  Inviting ──1xx──▶ Ringing ──200──▶ Talking ──its time is over──▶ Leaving ──200──▶ Over
//!     │                  │ refused, 8 s   │ BYE from there              │ 8 s          ▲
//!     └──────────────────┴────────────────┴─────────────────────────────┴──────────────┘
//! ```

use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use super::message::{Dialog, Ends, Message};
use super::script::{Prompts, Script};
use super::signalling::Signalling;
use super::stream::{Hearing, Speech, Tone};
use crate::media::MasterKey;

/// The first repetition of a request comes after T1, the next after twice that … (RFC 3261 §17.1.1.2), in µs.
const T1: i64 = 500_000;
/// How long an answer may take, in µs.
const PATIENCE: i64 = 8_000_000;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli::bench) enum Ending {
    /// As it should.
    Complete,
    /// With this status.
    Refused(u16),
    /// The INVITE had no answer, or one that could not be used.
    Unanswered,
    /// The answer had no key, and one was offered.
    Unencrypted,
    /// The first prompt was not heard.
    NoPrompt,
    /// The prompt after the key was not heard.
    NoSecondPrompt,
    /// The other side hung up.
    HungUpOn,
    /// The BYE had no answer.
    ByeUnanswered,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("complete"),
            Self::Refused(status) => write!(f, "refused with {status}"),
            Self::Unanswered => f.write_str("not answered"),
            Self::Unencrypted => f.write_str("answered in the clear"),
            Self::NoPrompt => f.write_str("without a prompt"),
            Self::NoSecondPrompt => f.write_str("without the prompt after the key"),
            Self::HungUpOn => f.write_str("hung up on"),
            Self::ByeUnanswered => f.write_str("without an answer to BYE"),
        }
    }
}

/// What a call is about.
#[derive(Debug)]
enum State {
    /// Nobody has answered the INVITE yet.
    Inviting(Waiting),
    /// The INVITE was heard, and need not be repeated.
    Ringing {
        since: i64,
    },
    Talking {
        dialog: Dialog,
        since: i64,
        speech: Box<Speech>,
    },
    Leaving {
        dialog: Dialog,
        waiting: Waiting,
    },
    Over(Ending),
}

/// A request that waits for its answer.
#[derive(Debug)]
struct Waiting {
    since: i64,
    repeats: u32,
}

/// Moments of a call, in µs since 1970.
#[derive(Debug, Default)]
pub(super) struct Moments {
    pub(super) invited: i64,
    pub(super) answered: Option<i64>,
    pub(super) first_packet: Option<i64>,
    pub(super) first_prompt: Option<i64>,
    pub(super) key_pressed: Option<i64>,
    pub(super) key_released: Option<i64>,
    pub(super) second_prompt: Option<i64>,
}

/// The sockets of a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) sip: &'a Signalling,
    pub(super) audio: &'a UdpSocket,
    pub(super) audio_port: u16,
    pub(super) ends: Ends,
}

impl Line<'_> {
    fn send(&self, text: &str) {
        self.sip.send(text);
    }
}

/// One call.
#[derive(Debug)]
pub(super) struct Call {
    number: usize,
    script: Script,
    prompts: Prompts,
    state: State,
    /// What our audio is encrypted with, if it is.
    key: Option<MasterKey>,
    pub(super) moments: Moments,
    pub(super) hearing: Hearing,
    /// Requests that were sent again.
    pub(super) repeats: u32,
}

impl Call {
    /// Sends the INVITE.
    pub(super) fn begin(
        number: usize,
        (script, prompts): (Script, Prompts),
        key: Option<MasterKey>,
        line: Line<'_>,
        now: i64,
    ) -> Self {
        line.send(&line.ends.invite(number, line.audio_port, key.as_ref()));
        Self {
            number,
            key,
            script,
            prompts,
            state: State::Inviting(Waiting { since: now, repeats: 0 }),
            moments: Moments { invited: now, ..Moments::default() },
            hearing: Hearing::default(),
            repeats: 0,
        }
    }

    /// How it ended, if it has.
    pub(super) const fn ending(&self) -> Option<Ending> {
        match &self.state {
            State::Over(ending) => Some(*ending),
            State::Inviting(_)
            | State::Ringing { .. }
            | State::Talking { .. }
            | State::Leaving { .. } => None,
        }
    }

    /// Whether sound is expected.
    pub(super) const fn is_talking(&self) -> bool {
        matches!(self.state, State::Talking { .. })
    }

    /// Takes a SIP message of this call. Returns the port that its sound will come from, when it is answered.
    pub(super) fn take(&mut self, at: i64, message: Message<'_>, line: Line<'_>) -> Option<u16> {
        let Some(status) = message.status() else {
            self.requested(message, line);
            return None;
        };
        match (&self.state, message.method(), status) {
            (State::Inviting(_), Some("INVITE"), 0..200) => {
                // It was heard (RFC 3261 §17.1.1.2).
                self.state = State::Ringing { since: self.moments.invited };
                None
            }
            (_, _, 0..200) => None,
            (State::Inviting(_) | State::Ringing { .. }, Some("INVITE"), 200) => {
                self.answered(at, message, line)
            }
            (State::Inviting(_) | State::Ringing { .. }, Some("INVITE"), _) => {
                line.send(&line.ends.ack_refusal(self.number, message));
                self.state = State::Over(Ending::Refused(status));
                None
            }
            (State::Talking { dialog, .. } | State::Leaving { dialog, .. }, Some("INVITE"), _) => {
                line.send(&line.ends.ack(self.number, dialog));
                None
            }
            (State::Leaving { .. }, Some("BYE"), _) => {
                self.state = State::Over(self.verdict());
                None
            }
            _ => None,
        }
    }

    fn answered(&mut self, at: i64, message: Message<'_>, line: Line<'_>) -> Option<u16> {
        let (dialog, port) = (message.dialog(), message.audio_port());
        let (Some(dialog), Some(port)) = (dialog, port) else {
            self.state = State::Over(Ending::Unanswered);
            return None;
        };
        line.send(&line.ends.ack(self.number, &dialog));
        if self.key.is_some() {
            let Some(theirs) = message.key() else {
                self.state = State::Over(Ending::Unencrypted);
                return None;
            };
            self.hearing.decipher(&theirs);
        }
        self.moments.answered = Some(at);
        let to = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        let speech = Box::new(Speech::new(self.number, to, self.key.as_ref()));
        self.state = State::Talking { dialog, since: at, speech };
        Some(port)
    }

    /// A request from there: all are granted, a BYE ends the call.
    fn requested(&mut self, message: Message<'_>, line: Line<'_>) {
        if message.method() == Some("ACK") {
            return;
        }
        line.send(&message.ok());
        if message.method() == Some("BYE") && self.is_talking() {
            self.state = State::Over(Ending::HungUpOn);
        }
    }

    /// Takes a packet of sound.
    pub(super) fn hear(&mut self, at: i64, datagram: &[u8]) {
        if !self.is_talking() {
            return;
        }
        let moments = &mut self.moments;
        match self.hearing.take(at, datagram) {
            Some(Tone::First) => _ = moments.first_prompt.get_or_insert(at),
            Some(Tone::Second) => _ = moments.second_prompt.get_or_insert(at),
            Some(Tone::Silence) => {}
            None => return,
        }
        moments.first_packet.get_or_insert(at);
    }

    /// Does what is due; to be called every 20 ms.
    pub(super) fn tick(&mut self, now: i64, line: Line<'_>) {
        match &mut self.state {
            State::Inviting(waiting) => {
                if now - waiting.since > PATIENCE {
                    self.state = State::Over(Ending::Unanswered);
                } else if waiting.is_due(now) {
                    self.repeats += 1;
                    let invite = line.ends.invite(self.number, line.audio_port, self.key.as_ref());
                    line.send(&invite);
                }
            }
            State::Ringing { since } => {
                if now - *since > PATIENCE {
                    self.state = State::Over(Ending::Unanswered);
                }
            }
            State::Talking { since, speech, .. } => {
                let talked = now - *since;
                if talked >= self.script.talk {
                    self.leave(now, line);
                    return;
                }
                if self.script.key_after.is_some_and(|after| talked >= after) && !speech.pressed() {
                    speech.press(self.script.held);
                    self.moments.key_pressed = Some(now);
                }
                if speech.send(line.audio) {
                    self.moments.key_released = Some(now);
                }
            }
            State::Leaving { waiting, dialog } => {
                if now - waiting.since > PATIENCE {
                    self.state = State::Over(Ending::ByeUnanswered);
                } else if waiting.is_due(now) {
                    self.repeats += 1;
                    line.send(&line.ends.bye(self.number, dialog));
                }
            }
            State::Over(_) => {}
        }
    }

    fn leave(&mut self, now: i64, line: Line<'_>) {
        let over = State::Over(Ending::Complete);
        if let State::Talking { dialog, .. } = std::mem::replace(&mut self.state, over) {
            line.send(&line.ends.bye(self.number, &dialog));
            self.state = State::Leaving { dialog, waiting: Waiting { since: now, repeats: 0 } };
        }
    }

    const fn verdict(&self) -> Ending {
        let Moments { first_packet, first_prompt, second_prompt, .. } = &self.moments;
        match self.prompts {
            Prompts::Ours if first_prompt.is_none() => Ending::NoPrompt,
            Prompts::Ours if self.script.key_after.is_some() && second_prompt.is_none() => {
                Ending::NoSecondPrompt
            }
            Prompts::Others if first_packet.is_none() => Ending::NoPrompt,
            Prompts::Ours | Prompts::Others => Ending::Complete,
        }
    }
}

impl Waiting {
    /// Whether the request is to be sent again now, which is then counted.
    const fn is_due(&mut self, now: i64) -> bool {
        let due = now - self.since >= T1 * ((2 << self.repeats) - 1);
        if due {
            self.repeats += 1;
        }
        due
    }
}
