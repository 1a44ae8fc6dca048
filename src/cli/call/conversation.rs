//! The console caller's side of one call, in virtual time.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::line::Line;
use super::outside::{self, Answered, Outside};
use super::screen::Screen;
use crate::call::{CommandKind, Digits, HangupCause, LegId, Origin, RequestId, Target};
use crate::session::Attention;
use crate::simulation::{Heard, LegState, Rehearsal, Side, speech_duration};

/// What can be typed.
pub(super) const HELP: &str = "\
What to type:
  keys 0-9 * #    pressed when the prompt has ended; with a leading `!` now, into the prompt
  other text      is speech; while you are recorded, it takes as long as it takes to say
  empty line      waits for the next thing that happens
  /agent answer|reject|hangup    plays the agent of a queue
  /agent transfer NUMBER         hands the caller over, as far as `transfers` allows it
  ^D              hangs up";

/// The most steps that an empty line may take.
const MAX_STEPS: u32 = 10_000;

/// One call at the console.
pub(super) struct Conversation<W> {
    rehearsal: Rehearsal,
    screen: Screen<W>,
    leg: LegId,
    /// Who plays the world that calls ask.
    outside: Outside,
    /// What was asked and is not answered yet, in words.
    asked: BTreeMap<RequestId, String>,
    /// Things shown since the last line of typing.
    shown: usize,
    /// Who else listens to what happens.
    ear: Option<Ear>,
}

/// Somebody who listens to a call.
pub(super) type Ear = Box<dyn FnMut(LegId, &Heard)>;

impl<W: Write> Conversation<W> {
    /// Begins the call.
    pub(super) fn begin(
        mut rehearsal: Rehearsal,
        screen: Screen<W>,
        outside: Outside,
        origin: Origin,
    ) -> Self {
        let leg = rehearsal.call_from(origin);
        let asked = BTreeMap::new();
        Self { rehearsal, screen, leg, outside, asked, shown: 0, ear: None }
    }

    /// Lets somebody listen.
    #[cfg(feature = "speaker")]
    pub(super) fn listen(&mut self, ear: Ear) {
        self.ear = Some(ear);
    }

    /// Lets time pass until `now`.
    #[cfg(feature = "speaker")]
    pub(super) fn run_until(&mut self, now: crate::time::Instant) -> io::Result<()> {
        for answered in self.outside.poll() {
            self.answered(answered)?;
        }
        self.rehearsal.run_until(now);
        self.drain()
    }

    /// Obeys one line of typing without letting time pass.
    #[cfg(feature = "speaker")]
    pub(super) fn obey_now(&mut self, line: &str) -> io::Result<()> {
        match Line::parse(line) {
            Line::Keys(keys) | Line::KeysNow(keys) => self.press(&keys),
            Line::Speech(text) => {
                if self.is_recorded() {
                    self.rehearsal.speak(self.leg, speech_duration(&text));
                } else {
                    self.rehearsal.say(self.leg, &text);
                }
                self.drain()
            }
            Line::Silence => Ok(()),
            other => self.act(other),
        }
    }

    fn is_recorded(&self) -> bool {
        self.rehearsal.engine().attention(self.leg) == Some(Attention::Recorded)
    }

    pub(super) fn is_over(&self) -> bool {
        self.rehearsal.phones.leg(self.leg).is_none()
    }

    /// Obeys one line of typing.
    pub(super) fn obey(&mut self, line: &str) -> io::Result<()> {
        self.shown = 0;
        match Line::parse(line) {
            Line::Keys(keys) => {
                self.rehearsal.run_to_silence(self.leg);
                self.drain()?;
                self.press(&keys)?;
            }
            Line::KeysNow(keys) => self.press(&keys)?,
            Line::Speech(text) => {
                self.rehearsal.run_to_silence(self.leg);
                if self.is_recorded() {
                    let length = speech_duration(&text);
                    self.rehearsal.speak(self.leg, length);
                    self.rehearsal.run_for(length);
                } else {
                    self.rehearsal.say(self.leg, &text);
                }
            }
            Line::Silence => self.wait()?,
            other => self.act(other)?,
        }
        self.attend()
    }

    /// What takes no time: the agent's doings and help.
    fn act(&mut self, line: Line) -> io::Result<()> {
        match line {
            Line::AgentAnswers => self.agent(true, |rehearsal, leg| rehearsal.pick_up(leg)),
            Line::AgentRejects => {
                self.agent(true, |rehearsal, leg| rehearsal.hang_up(leg, HangupCause::Rejected))
            }
            Line::AgentHangsUp => {
                self.agent(false, |rehearsal, leg| rehearsal.hang_up(leg, HangupCause::Normal))
            }
            Line::AgentTransfers(to) => {
                self.agent(false, |rehearsal, leg| rehearsal.refer(leg, &to, None))
            }
            Line::Help => self.screen.say(HELP),
            Line::Unknown(command) => {
                self.screen.say(&format!("* There is no `{command}`; `/help` lists what there is."))
            }
            Line::Keys(_) | Line::KeysNow(_) | Line::Speech(_) | Line::Silence => Ok(()),
        }
    }

    /// The caller hangs up; the record is shown.
    pub(super) fn hang_up(&mut self) -> io::Result<()> {
        self.rehearsal.hang_up(self.leg, HangupCause::Normal);
        self.drain()
    }

    /// What is still to come after the call: legs that end, the record.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        for _ in 0..MAX_STEPS {
            if self.rehearsal.engine().live_calls() == 0 {
                break;
            }
            self.wait_for_answers()?;
            if !self.rehearsal.run_to_next() {
                break;
            }
            self.drain()?;
        }
        self.drain()
    }

    fn press(&mut self, keys: &Digits) -> io::Result<()> {
        self.rehearsal.press(self.leg, keys);
        self.drain()
    }

    /// Time passes until the caller is asked something, waits, talks, or is gone.
    pub(super) fn attend(&mut self) -> io::Result<()> {
        self.drain()?;
        for _ in 0..MAX_STEPS {
            self.wait_for_answers()?;
            let attention = self.rehearsal.engine().attention(self.leg);
            let passes = self.rehearsal.awaits_reply()
                || matches!(
                    attention,
                    Some(Attention::Ringing | Attention::Hearing | Attention::Gone)
                );
            if !passes || !self.rehearsal.run_to_next() {
                break;
            }
            self.drain()?;
        }
        Ok(())
    }

    /// Time passes until something new is shown.
    fn wait(&mut self) -> io::Result<()> {
        self.rehearsal.run_to_silence(self.leg);
        self.drain()?;
        for _ in 0..MAX_STEPS {
            self.wait_for_answers()?;
            if self.shown > 0 {
                return Ok(());
            }
            if !self.rehearsal.run_to_next() {
                return self.screen.say("* Nothing more will happen by itself.");
            }
            self.drain()?;
        }
        Ok(())
    }

    fn agent(&mut self, ringing: bool, act: impl FnOnce(&mut Rehearsal, LegId)) -> io::Result<()> {
        let leg = self.rehearsal.phones.legs().find_map(|(id, leg)| {
            let rings = matches!(leg.state, LegState::Ringing(_));
            (matches!(leg.side, Side::Dialled(_)) && rings == ringing).then_some(id)
        });
        match leg {
            Some(leg) => act(&mut self.rehearsal, leg),
            None if ringing => return self.screen.say("* No agent's phone rings."),
            None => return self.screen.say("* No agent is on the line."),
        }
        self.drain()
    }

    /// Lets what the world outside was asked come back; how long that took goes into the call's time.
    fn wait_for_answers(&mut self) -> io::Result<()> {
        for answered in self.outside.wait() {
            self.answered(answered)?;
        }
        Ok(())
    }

    fn answered(&mut self, answered: Answered) -> io::Result<()> {
        let Answered { request, at, reply } = answered;
        if let Some(about) = self.asked.remove(&request) {
            self.shown += 1;
            self.screen.say(&format!("* {about}: {}.", outside::outcome(&reply)))?;
        }
        self.rehearsal.reply(at, request, reply);
        Ok(())
    }

    /// Shows what was heard. A transfer is taken as answered and done at once: nobody is there to play it.
    fn drain(&mut self) -> io::Result<()> {
        while let Some(heard) = self.rehearsal.poll_heard() {
            if !matches!(heard, Heard::Notice(..) | Heard::Report(..)) {
                self.shown += 1;
            }
            self.screen.show(&heard)?;
            if let Some(ear) = &mut self.ear {
                ear(self.leg, &heard);
            }
            if let Heard::Request(at, request) = heard {
                self.asked.insert(request.id, outside::about(&request.what));
                if let Some(answered) = self.outside.ask(at, &request) {
                    self.answered(answered)?;
                }
                continue;
            }
            if let Heard::Command(_, command) = &heard
                && let CommandKind::Dial(dial) = &command.kind
                && dial.display.is_none()
                && let Target::Number(_) | Target::Address(_) = &dial.to
            {
                self.rehearsal.pick_up(command.leg);
                self.rehearsal.hang_up(command.leg, HangupCause::Normal);
            }
        }
        Ok(())
    }
}
