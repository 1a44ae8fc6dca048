//! Trouble: the escape target, the built-in apology, faults, the safe flow and the safe number.

use std::sync::Arc;

use super::budget::Budget;
use super::question::built_in;
use super::state::{State, Then};
use super::{Moment, Session};
use crate::call::{HangupCause, PlayId};
use crate::flow::{Bargein, NodeIndex, Place, Value};
use crate::interpreter::{Fault, Memory, Program, Ring};
use crate::time::Duration;

/// How long the safe number rings.
const SAFE_RING: Duration = Duration::from_secs(60);

impl Session {
    /// Trouble: to the escape target once, else an apology and the end.
    pub(super) fn escape(&mut self, reason: &'static str, at: Moment<'_>) {
        self.journal.reason(reason);
        self.type_ahead.flush();
        let node = self.present_node();
        self.let_go();
        match self.program.flow.escape {
            Some(goto) if self.budget.escape() => self.follow(node, "escape", goto, at),
            _ => self.apologise(at),
        }
    }

    /// The built-in apology, then the end.
    pub(super) fn apologise(&mut self, at: Moment<'_>) {
        let node = self.present_node();
        self.apologise_at(node, at);
    }

    /// The built-in apology at a node, then the end.
    pub(super) fn apologise_at(&mut self, node: NodeIndex, at: Moment<'_>) {
        self.last_words("apology", node, Then::Hangup(HangupCause::Normal), at);
    }

    /// What the present state holds outside is let go: words, a request, a recording.
    fn let_go(&mut self) {
        self.silence();
        self.abandon();
        self.stop_recording();
    }

    /// A built-in line before something final.
    pub(super) fn last_words(&mut self, name: &str, node: NodeIndex, then: Then, at: Moment<'_>) {
        let words: Vec<_> = built_in(&self.program.flow, name).into_iter().collect();
        self.say(node, &words, Bargein::None, then, at);
    }

    fn present_node(&self) -> NodeIndex {
        self.state.node().or(self.trail.last().copied()).unwrap_or(self.program.flow.start)
    }

    /// A node could not be carried out: `on_fault`, else the safe flow, else the safe number, else a line and the end.
    pub(super) fn fault(&mut self, fault: Fault, at: Moment<'_>) {
        self.journal.reason(fault.name());
        self.type_ahead.flush();
        let node = self.present_node();
        self.let_go();
        self.state = State::Moving;
        if let Some(node) = self.program.flow.on_fault
            && self.budget.escape()
        {
            return self.go(node, at);
        }
        if let Some(safe) = self.safe.program.take() {
            return self.change_flow(safe, at);
        }
        if !self.ring_safe_number(node, at) {
            self.last_words("fault", node, Then::Hangup(HangupCause::InternalError), at);
        }
    }

    /// Rings the safe number, once per call; `false` if there is none.
    fn ring_safe_number(&mut self, node: NodeIndex, at: Moment<'_>) -> bool {
        let Some(to) = self.safe.number.take() else { return false };
        self.ring(node, Box::new(Ring { to, ring: SAFE_RING, caller_id: None }), at);
        true
    }

    pub(super) fn play_failed(&mut self, play: PlayId, at: Moment<'_>) {
        if let Some(playback) = self.state.playback_mut() {
            playback.failed(play, at.now);
        }
    }

    /// Nothing of a prompt could be heard, and the leg is still there: the call goes to the safe number, where there is
    /// one; else it goes on. Returns whether it goes to the number.
    pub(super) fn unplayable(&mut self, at: Moment<'_>) -> bool {
        self.journal.reason("play_failed");
        match &self.state {
            State::Saying { then: Then::Go { .. }, .. }
            | State::Asking(_)
            | State::Waiting(_)
            | State::Recording(_) => {
                let node = self.present_node();
                if self.safe.number.is_none() {
                    return false;
                }
                self.let_go();
                self.ring_safe_number(node, at)
            }
            // In line, while a number is rung and at the end there is nothing better to be had.
            State::Saying { then: Then::Hangup(_), .. }
            | State::Ringing { .. }
            | State::Answering
            | State::Queued(_)
            | State::Dialling { .. }
            | State::Talking { .. }
            | State::Transferring { .. }
            | State::Leaving { .. }
            | State::Parted(_)
            | State::Ended
            | State::Moving => false,
        }
    }

    /// Goes on with another flow from its start: its own variables and budget, the same caller, language and notes.
    fn change_flow(&mut self, program: Arc<Program>, at: Moment<'_>) {
        let flow = program.flow.clone();
        let mut memory =
            Memory::new(&flow, self.memory.facts().clone()).with_notes(self.memory.take_notes());
        if let Some(language) = self.memory.listening_language() {
            memory.set(&flow, Place::CallLanguage, Value::Text(language.as_str().into()));
        }
        self.memory = memory;
        self.budget = Budget::new(flow.limits, at.now);
        self.trail.clear();
        self.visits.clear();
        self.program = program;
        self.go(flow.start, at);
    }
}
