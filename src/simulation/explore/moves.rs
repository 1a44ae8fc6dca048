//! What can happen next: what a caller can do at a rest, and what the world can answer.

use std::fmt;
use std::sync::Arc;

use super::call::{Call, Rest, Seen};
use crate::call::{Digits, Failure, HangupCause, Reply};
use crate::flow::Verb;
use crate::session::{Input, PeerNews, QueueNews};
use crate::time::Duration;

/// How long a conversation lasts on paper.
pub(super) const TALK: Duration = Duration::from_secs(60);

/// How long a caller waits for an agent who is free.
pub(super) const SHORT_WAIT: Duration = Duration::from_secs(5);

/// How long a short message is.
pub(super) const SHORT_MESSAGE: Duration = Duration::from_secs(5);

/// How long a service takes that is well.
pub(super) const SERVICE_TIME: Duration = Duration::from_millis(400);

/// The number that a store gives.
pub(super) const KEPT_AS: &str = "1001";

/// The agent who answers.
pub(super) const AGENT: &str = "agent";

/// One thing that happens.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Move {
    /// The caller presses keys.
    Keys { keys: Digits, what: Pressed },
    /// The caller says something that is an answer.
    Say(Arc<str>),
    /// The caller says nothing until the question is missed.
    Silence,
    /// The same, and it is the last error that the call may make.
    LastMiss,
    /// The caller speaks into the recording for so long, and ends it.
    Speak(Duration),
    /// The caller hangs up; a message that was begun is long enough to be kept.
    HangUp,
    /// What was asked is answered.
    Answer(Reply),
    /// Nothing is answered, until it is no longer waited for.
    NoAnswer,
    /// An agent answers, talks, and hangs up.
    AgentTalks,
    /// The wait is over its limit.
    TooLong,
    /// The queue takes no more callers.
    Full,
    /// Nobody is logged in.
    Unstaffed,
    /// The queue is closed.
    Closed,
    /// The caller takes the offer to be called back.
    TakeOffer(Digits),
    /// The caller presses a key that the queue gives a meaning.
    KeyInLine(Digits),
    /// The number that is rung answers, talks and hangs up.
    TargetTalks,
    /// The number that is rung cannot be connected.
    TargetFails(HangupCause),
}

/// What keys are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pressed {
    /// A valid answer.
    Answer,
    /// A command that leads to a node.
    Command,
    /// The command that leads back.
    Back,
    /// The command that asks again.
    Repeat,
    /// No answer.
    Wrong,
}

impl Move {
    /// Whether the caller chose it to get on: not by missing a question, not by hanging up.
    pub(super) const fn is_own_choice(&self) -> bool {
        match self {
            Self::Keys { what, .. } => match what {
                Pressed::Answer | Pressed::Command | Pressed::Back => true,
                Pressed::Repeat | Pressed::Wrong => false,
            },
            Self::Say(_) | Self::Speak(_) | Self::TakeOffer(_) | Self::KeyInLine(_) => true,
            Self::Silence
            | Self::LastMiss
            | Self::HangUp
            | Self::Answer(_)
            | Self::NoAnswer
            | Self::AgentTalks
            | Self::TooLong
            | Self::Full
            | Self::Unstaffed
            | Self::Closed
            | Self::TargetTalks
            | Self::TargetFails(_) => false,
        }
    }

    /// Whether the caller did something or let a question go by.
    pub(super) const fn is_callers(&self) -> bool {
        matches!(self, Self::Silence | Self::LastMiss | Self::HangUp | Self::Keys { .. })
            || self.is_own_choice()
    }

    /// Whether it can happen while nothing outside works: no service, no store, no agent, no number.
    pub(super) const fn happens_when_all_is_down(&self) -> bool {
        match self {
            Self::Answer(_) | Self::AgentTalks | Self::TooLong | Self::Full | Self::TargetTalks => {
                false
            }
            Self::TargetFails(cause) => matches!(cause, HangupCause::Unreachable),
            Self::Keys { .. }
            | Self::Say(_)
            | Self::Silence
            | Self::LastMiss
            | Self::Speak(_)
            | Self::HangUp
            | Self::NoAnswer
            | Self::Unstaffed
            | Self::Closed
            | Self::TakeOffer(_)
            | Self::KeyInLine(_) => true,
        }
    }

    /// Plays it, and goes on to the next rest.
    pub(super) fn play(&self, call: &mut Call, seen: &mut Seen) -> Rest {
        match self {
            Self::Keys { keys, .. } => call.solo.press(keys),
            Self::Say(words) => call.solo.say(words),
            Self::Silence | Self::LastMiss => {
                if call.rest() == Some(Rest::Question) {
                    call.pass_question(seen);
                } else {
                    call.pass_recording(seen);
                }
            }
            Self::Speak(length) => {
                call.solo.speak(*length);
                call.pass(*length, seen);
                if call.rest() == Some(Rest::Recording) {
                    call.solo.press(&call.end_key());
                }
            }
            Self::HangUp => {
                if call.rest() == Some(Rest::Recording) {
                    call.solo.speak(SHORT_MESSAGE);
                    call.pass(SHORT_MESSAGE, seen);
                }
                call.solo.hang_up();
            }
            Self::Answer(reply) => {
                call.pass(SERVICE_TIME, seen);
                call.asked = None;
                call.solo.tell(Input::Reply(reply.clone()));
            }
            Self::NoAnswer => call.pass_request(seen),
            Self::AgentTalks => {
                call.enter_line(SHORT_WAIT, seen);
                call.solo.agent_answers(AGENT.into());
                call.in_line = false;
                seen.person = true;
                call.pass(TALK, seen);
                call.solo.other_hangs_up();
            }
            Self::TooLong => {
                let longest = call.queue().map_or(Duration::ZERO, |queue| queue.max_wait);
                call.enter_line(longest, seen);
                call.leave_line(QueueNews::Expired);
            }
            Self::Full => call.leave_line(QueueNews::Full),
            Self::Unstaffed => call.leave_line(QueueNews::Unstaffed),
            Self::Closed => call.leave_line(QueueNews::Closed),
            Self::TakeOffer(keys) => call.take_offer(keys, seen),
            Self::KeyInLine(keys) => {
                call.enter_line(SHORT_WAIT, seen);
                call.solo.press(keys);
            }
            Self::TargetTalks => {
                call.pass(SHORT_WAIT, seen);
                call.solo.target_answers();
                seen.person = true;
                call.pass(TALK, seen);
                call.solo.other_hangs_up();
            }
            Self::TargetFails(cause) => {
                if *cause == HangupCause::NoAnswer {
                    call.pass(call.ring_limit(), seen);
                }
                call.solo.tell(Input::Peer(PeerNews::Failed(*cause)));
            }
        }
        call.run(seen)
    }
}

impl Call {
    /// The question waits until it is missed.
    fn pass_question(&mut self, seen: &mut Seen) {
        let due = self.solo.next_due();
        if let Some(due) = due {
            self.pass(due.since(self.solo.now()), seen);
        }
    }

    fn pass_recording(&mut self, seen: &mut Seen) {
        while self.rest() == Some(Rest::Recording) {
            let Some(due) = self.solo.next_due() else { break };
            self.pass(due.since(self.solo.now()), seen);
        }
    }

    fn pass_request(&mut self, seen: &mut Seen) {
        while self.rest() == Some(Rest::Request) {
            let Some(due) = self.solo.next_due() else { break };
            self.pass(due.since(self.solo.now()), seen);
        }
    }

    /// The queue takes the caller in, if it has not, and time passes there.
    fn enter_line(&mut self, wait: Duration, seen: &mut Seen) {
        if !std::mem::replace(&mut self.in_line, true) {
            self.solo.tell(Input::Queue(QueueNews::Entered { position: 1 }));
        }
        self.pass(wait, seen);
    }

    fn leave_line(&mut self, news: QueueNews) {
        self.in_line = false;
        self.solo.tell(Input::Queue(news));
    }

    fn take_offer(&mut self, keys: &Digits, seen: &mut Seen) {
        let longest = self.queue().map_or(Duration::ZERO, |queue| queue.max_wait);
        self.enter_line(Duration::ZERO, seen);
        let end = self.solo.now() + longest;
        while !self.session().offers_callback() && self.solo.now() < end {
            let Some(due) = self.solo.next_due() else { break };
            self.pass(due.since(self.solo.now()), seen);
        }
        while self.solo.is_playing() {
            let Some(due) = self.solo.next_due() else { break };
            self.pass(due.since(self.solo.now()), seen);
        }
        self.solo.press(keys);
    }

    fn end_key(&self) -> Digits {
        let end =
            self.node().and_then(|node| match &self.session().program().flow.node(node).verb {
                Verb::Record(record) => record.end,
                _ => None,
            });
        end.or_else(|| crate::call::Symbol::from_char('#')).into_iter().collect()
    }

    fn ring_limit(&self) -> Duration {
        let node = self.node();
        node.map_or(Duration::ZERO, |node| match &self.session().program().flow.node(node).verb {
            Verb::Transfer(transfer) => transfer.ring,
            _ => Duration::ZERO,
        })
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys { keys, .. } => write!(f, "{keys}"),
            Self::Say(words) => write!(f, "say \"{words}\""),
            Self::Silence | Self::LastMiss => f.write_str("silence"),
            Self::Speak(length) => write!(f, "speak {}", seconds(*length)),
            Self::HangUp => f.write_str("hang up"),
            Self::Answer(Reply::Answered(json)) => write!(f, "(answer {json})"),
            Self::Answer(Reply::NotFound) => f.write_str("(not found)"),
            Self::Answer(Reply::Kept(_)) => f.write_str("(kept)"),
            Self::Answer(Reply::Failed(failure)) => write!(f, "({})", failure_words(*failure)),
            Self::NoAnswer => f.write_str("(no answer)"),
            Self::AgentTalks => f.write_str("(an agent talks)"),
            Self::TooLong => f.write_str("(wait too long)"),
            Self::Full => f.write_str("(queue full)"),
            Self::Unstaffed => f.write_str("(nobody logged in)"),
            Self::Closed => f.write_str("(queue closed)"),
            Self::TakeOffer(keys) => write!(f, "(wait for the offer) {keys}"),
            Self::KeyInLine(keys) => write!(f, "(in line) {keys}"),
            Self::TargetTalks => f.write_str("(the number answers)"),
            Self::TargetFails(HangupCause::Busy) => f.write_str("(busy)"),
            Self::TargetFails(HangupCause::NoAnswer) => f.write_str("(nobody picks up)"),
            Self::TargetFails(_) => f.write_str("(cannot be reached)"),
        }
    }
}

const fn failure_words(failure: Failure) -> &'static str {
    match failure {
        Failure::Timeout => "timeout",
        Failure::Refused => "refused",
        Failure::Error
        | Failure::BadShape
        | Failure::CircuitOpen
        | Failure::Busy
        | Failure::Unavailable => "error",
    }
}

/// A span in words: `58 s`, `2 min`, `17 min 20 s`.
pub fn seconds(span: Duration) -> String {
    let seconds = span.as_millis().div_ceil(1_000);
    match (seconds / 60, seconds % 60) {
        (0, rest) => format!("{rest} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, rest) => format!("{minutes} min {rest} s"),
    }
}
