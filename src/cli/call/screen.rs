//! What the console caller sees.

use std::io::{self, Write};

use crate::call::{Command, CommandKind, Dial, EventKind, Item, LegId, Report, Target};
use crate::engine::Notice;
use crate::simulation::{Heard, ItemDuration};
use crate::time::{Duration, Instant};

/// Prints what is heard, one line each.
pub(super) struct Screen<W> {
    out: W,
    item_duration: ItemDuration,
}

impl<W: Write> Screen<W> {
    pub(super) const fn new(out: W, item_duration: ItemDuration) -> Self {
        Self { out, item_duration }
    }

    pub(super) fn show(&mut self, heard: &Heard) -> io::Result<()> {
        match heard {
            // An agent's phone that is told to stop is no end of the call; the offer says how it went.
            Heard::Command(_, Command { leg, kind: CommandKind::Hangup(_) })
                if !is_callers(*leg) =>
            {
                Ok(())
            }
            Heard::Command(at, Command { kind, .. }) => self.command(*at, kind),
            Heard::Report(_, Report::Leg(event)) => match &event.kind {
                EventKind::Bridged if is_callers(event.leg) => {
                    self.say("* You are talking. `/agent hangup` or ^D ends it.")
                }
                _ => Ok(()),
            },
            // What the outside is asked is shown with its answer.
            Heard::Report(_, Report::Endpoint { .. } | Report::Away | Report::Back)
            | Heard::Request(..)
            | Heard::Journal(_)
            | Heard::Fact(..) => Ok(()),
            Heard::Notice(_, notice) => match notice {
                Notice::Queued { queue, position, .. } => {
                    self.say(&format!("* You wait in queue `{queue}` at place {position}."))
                }
                Notice::Led { queue, position, .. } => {
                    self.say(&format!("* You are led to queue `{queue}`, place {position}."))
                }
                Notice::OfferFailed { agent, result, .. } => {
                    self.say(&format!("* Agent {agent}: {result}."))
                }
                Notice::TransferRefused { cause, .. } => {
                    self.say(&format!("* The transfer was refused: {cause:?}."))
                }
                Notice::TransferFailed { cause, .. } => {
                    self.say(&format!("* The transfer came to nothing: {cause:?}."))
                }
                Notice::CallFault { what, .. } => self.say(&format!("* Fault: {what}.")),
                Notice::CallRefused { cause, .. } => {
                    self.say(&format!("* The call was refused: {cause:?}."))
                }
                _ => Ok(()),
            },
            Heard::Record(record) => {
                let json = serde_json::to_string_pretty(record).map_err(io::Error::other)?;
                self.say(&format!("* The call is over. Its record:\n{json}"))
            }
        }
    }

    pub(super) fn say(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{line}")?;
        self.out.flush()
    }

    fn command(&mut self, at: Instant, kind: &CommandKind) -> io::Result<()> {
        match kind {
            CommandKind::Play(play) => {
                let prompts = play.items.chunk_by(|one, next| {
                    one.prompt == next.prompt && one.language == next.language
                });
                prompts.into_iter().try_for_each(|items| self.prompt(items))
            }
            CommandKind::Record(recording) => self.say(&format!(
                "* You are recorded for up to {}: type what you say, {:?} or an empty line.",
                recording.limit, recording.end_on
            )),
            CommandKind::Music(Some(sound)) => self.say(&format!("~ music: {sound}")),
            CommandKind::Dial(dial) => self.dial(dial),
            CommandKind::Hangup(cause) => self.say(&format!("* Hung up at {at} s: {cause:?}.")),
            _ => Ok(()),
        }
    }

    /// A prompt in one line, however many sounds it is put together from.
    fn prompt(&mut self, items: &[Item]) -> io::Result<()> {
        let Some(first) = items.first() else { return Ok(()) };
        let span = items.iter().fold(Duration::ZERO, |sum, item| sum + (self.item_duration)(item));
        let tenths = span.as_millis().div_ceil(100);
        let words = items.iter().map(|item| item.text.trim()).filter(|text| !text.is_empty());
        let text = words.collect::<Vec<_>>().join(" ");
        self.say(&format!("> {text}   [{}, {}.{} s]", first.prompt, tenths / 10, tenths % 10))
    }

    fn dial(&mut self, dial: &Dial) -> io::Result<()> {
        match &dial.to {
            Target::Number(to) | Target::Address(to)
                if dial.tell.is_empty() && dial.display.is_none() =>
            {
                self.say(&format!("* Transfer to {to}."))
            }
            Target::Number(to) | Target::Address(to) | Target::User(to) => {
                let told: Vec<_> = dial.tell.iter().map(|told| format!("{told:?}")).collect();
                let display = dial.display.as_deref().unwrap_or_default();
                self.say(&format!(
                    "* The phone of agent {to} rings: {display} [{}]",
                    told.join(", ")
                ))?;
                self.say(
                    "  Type `/agent answer` or `/agent reject`, or an empty line to let it ring.",
                )
            }
        }
    }
}

/// Whether a leg is the caller's: the adapter's own legs have odd numbers, those that the engine dials even ones.
const fn is_callers(leg: LegId) -> bool {
    leg.number % 2 == 1
}
