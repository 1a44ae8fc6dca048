//! The scenarios, each with its name and what it asks.

mod audio;
mod calls;
mod keys;
mod link;
mod others;
mod plays;
mod speech;

use std::fmt;
use std::pin::Pin;

use super::stage::{Played, Stage};

/// How a scenario is played.
type Play = for<'a> fn(&'a mut Stage) -> Pin<Box<dyn Future<Output = Played> + Send + 'a>>;

/// One scenario.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Its name, stable.
    pub name: &'static str,
    /// What it asks of an adapter, in one line.
    pub asks: &'static str,
    pub(super) play: Play,
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario").field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! scenarios {
    ($($name:literal, $asks:literal, $play:path;)+) => {
        &[$(Scenario { name: $name, asks: $asks, play: |stage| Box::pin($play(stage)) },)+]
    };
}

/// All scenarios, the plainest first.
pub static SCENARIOS: &[Scenario] = scenarios! {
    "hello", "`hello` comes first, within 10 s", link::hello;
    "heartbeat", "a sign of life every 5 s", link::heartbeat;
    "acknowledge", "what the node sends is acknowledged", link::acknowledge;
    "unknown-command", "an unknown command is `rejected: unsupported`", link::unknown_command;
    "unknown-field", "unknown fields are passed over", link::unknown_field;
    "unknown-leg", "a command for an unknown leg is `rejected: unknown_leg`", link::unknown_leg;
    "seen-before", "a message whose `seq` was seen is dropped", link::seen_before;
    "junk", "a line that is no JSON does no harm", link::junk;
    "oversize", "a line of more than 64 KiB does no harm", link::oversize;
    "flood", "three hundred commands at once are all answered", link::flood;
    "offer", "a call is offered with `call` and `leg`", calls::offer;
    "ring", "a call that is to ring is not answered", calls::ring;
    "answer", "a call is answered once", calls::answer;
    "refuse", "a call that is refused ends", calls::refuse;
    "hangup-ringing", "the node hangs up while it rings", calls::hangup_ringing;
    "hangup-answered", "the node hangs up an answered call", calls::hangup_answered;
    "hangup-playing", "the node hangs up while something plays", calls::hangup_playing;
    "hangup-twice", "a second `hangup` does nothing", calls::hangup_twice;
    "caller-leaves-ringing", "the caller hangs up while it rings", calls::caller_leaves_ringing;
    "caller-leaves", "the caller hangs up an answered call", calls::caller_leaves;
    "caller-leaves-playing", "the caller hangs up while something plays", calls::caller_leaves_playing;
    "two-calls", "two calls do not touch each other", calls::two_calls;
    "many-calls", "twenty calls at once come and go", calls::many_calls;
    "play", "a prompt plays to its end", plays::play;
    "play-queue", "a second prompt follows the first without being told", plays::queue;
    "play-again", "a play after silence plays too", plays::again;
    "play-empty", "a prompt without words ends at once", plays::empty;
    "stop", "a play that is stopped ends", plays::stop;
    "stop-twice", "a second `stop` does nothing", plays::stop_twice;
    "stop-race", "a `stop` at the very end ends a play once", plays::stop_race;
    "stop-queued", "a play that waits can be stopped", plays::stop_queued;
    "music", "music goes on until it is stopped", plays::music;
    "keys", "every key is told once, in order, at the press", keys::keys;
    "stop-on", "a key of `stop_on` stops a play at once", keys::stop_on;
    "stop-on-other", "another key stops nothing", keys::stop_on_other;
    "stop-on-queue", "a key stops what waits and wants it too", keys::stop_on_queue;
    "mask", "secret keys are reported and stand nowhere else", keys::mask;
    "send-digits", "keys are pressed towards the far side, and not told as its own", keys::send_digits;
    "listen", "what is said is told once it is listened for", speech::listen;
    "unlisten", "what is said is told no more after `unlisten`", speech::unlisten;
    "record-key", "a recording ends by a key", others::record_key;
    "record-stop", "a recording ends by `stop_record`", others::record_stop;
    "record-hangup", "a recording ends before its leg does", others::record_hangup;
    "dial", "a phone is dialled and answers", others::dial;
    "dial-busy", "a phone that is busy ends by `busy`", others::dial_busy;
    "dial-deadline", "a phone that nobody answers ends by `no_answer`", others::dial_deadline;
    "dial-cancel", "a phone that rings can be hung up", others::dial_cancel;
    "bridge", "two legs are connected and taken apart", others::bridge;
    "bridge-left", "one of two connected legs ends and the other stays", others::bridge_left;
    "hold", "the far side holds and comes back", others::hold;
    "audio", "what a caller says comes as a frame each 20 ms", audio::audio;
    "audio-noise", "frames of unknown legs and of wrong lengths do no harm", audio::noise;
    "drain", "no call is offered after `drain`", link::drain;
    "reconnect", "a lost connection is made again, with the calls that are live", link::reconnect;
    "resend", "what was not acknowledged is sent again", link::resend;
    "farewell", "a program ends when its input does", link::farewell;
};
