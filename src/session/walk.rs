//! Walking the flow: entering nodes, following outcomes, escaping from trouble.

use std::sync::Arc;

use super::budget::{Budget, Spending};
use super::playback::{Playback, group};
use super::question::built_in;
use super::state::{State, Then};
use super::{Moment, Session};
use crate::call::{Answering, CommandKind, HangupCause, PlayId, RINGING_TONE, SoundId, SymbolSet};
use crate::flow::{Bargein, Goto, NodeIndex, Place, Prompt, Value, Verb};
use crate::interpreter::{Fault, Memory, Program, Ring, Step, enter};
use crate::session::Action;
use crate::time::{Duration, Instant};

/// The most nodes in a row that a call may pass without sound, question or queue.
pub const MAX_SILENT_STEPS: u32 = 1_000;

/// How long the safe number rings.
const SAFE_RING: Duration = Duration::from_secs(60);

/// The most question nodes that `back` can go through; older ones are forgotten.
const MAX_TRAIL: usize = 32;

impl Session {
    pub(super) fn command(&mut self, kind: CommandKind) {
        self.actions.push_back(Action::Command(kind));
    }

    pub(super) fn pick_up(&mut self, now: Instant) {
        let answer = self.program.flow.answer;
        if answer.after.is_zero() {
            self.command(CommandKind::Accept(Answering::Answer));
            self.state = State::Answering;
        } else {
            self.command(CommandKind::Accept(if answer.early {
                Answering::Early
            } else {
                Answering::Ring
            }));
            if answer.early {
                self.command(CommandKind::Music(Some(SoundId::from(RINGING_TONE))));
            }
            self.state = State::Ringing { answer_at: now + answer.after };
        }
    }

    /// It has rung long enough.
    fn answer(&mut self) {
        if self.program.flow.answer.early {
            self.command(CommandKind::Music(None));
        }
        self.command(CommandKind::Accept(Answering::Answer));
        self.state = State::Answering;
    }

    pub(super) fn answered(&mut self, at: Moment<'_>) {
        self.journal.answered_at.get_or_insert(at.now);
        if matches!(self.state, State::Answering | State::Ringing { .. }) {
            let start = self.program.flow.start;
            self.go(start, at);
        }
    }

    pub(super) fn tick(&mut self, at: Moment<'_>) {
        if self.state.spending() != Spending::Outside && self.budget.flow_is_spent() {
            self.silence();
            return self.escape("limit_call", at);
        }
        if self.state.deadline().is_none_or(|deadline| at.now < deadline) {
            return;
        }
        if let Some(playback) = self.state.playback_mut()
            && playback.is_playing()
        {
            let stop = playback.give_up(at.now);
            let silent = !playback.is_playing();
            self.actions.extend(stop.map(Action::Command));
            if silent {
                self.fell_silent(at.now, at);
            }
            return;
        }
        match std::mem::replace(&mut self.state, State::Moving) {
            State::Ringing { .. } => self.answer(),
            State::Asking(asking) => self.asking_tick(asking, at),
            State::Leaving { cause, node, .. } => {
                self.state = State::Leaving { node, cause, until: at.now };
                self.finish_leaving(cause, at);
            }
            other @ (State::Answering
            | State::Saying { .. }
            | State::Queued { .. }
            | State::Dialling { .. }
            | State::Talking { .. }
            | State::Ended
            | State::Moving) => self.state = other,
        }
    }

    pub(super) fn play_stopped(&mut self, play: PlayId, at: Moment<'_>) {
        if let Some(playback) = self.state.playback_mut() {
            playback.stopped(play, at.now);
        }
    }

    pub(super) fn play_ended(&mut self, play: PlayId, audible_end: Instant, at: Moment<'_>) {
        if self.state.playback_mut().is_some_and(|playback| playback.ended(play, at.now)) {
            self.fell_silent(audible_end.min(at.now), at);
        }
    }

    /// The last part has been heard, or will not be: what was said is said, and a question waits for its answer.
    fn fell_silent(&mut self, audible_end: Instant, at: Moment<'_>) {
        match std::mem::replace(&mut self.state, State::Moving) {
            State::Saying { node, then, .. } => self.said_all(node, then, at),
            State::Asking(mut asking) => {
                asking.collector.prompt_ended(audible_end);
                self.state = State::Asking(asking);
            }
            other @ (State::Queued { .. }
            | State::Dialling { .. }
            | State::Ringing { .. }
            | State::Answering
            | State::Talking { .. }
            | State::Leaving { .. }
            | State::Ended
            | State::Moving) => self.state = other,
        }
    }

    /// Plays prompts; silence follows what the adapter reports.
    pub(super) fn play(
        &mut self,
        prompts: &[Arc<Prompt>],
        bargein: Bargein,
        keys: SymbolSet,
        now: Instant,
    ) -> Playback {
        let parts = group(prompts, bargein, self.memory.language());
        if parts.iter().any(|(rule, _)| *rule == Bargein::None) {
            self.type_ahead.flush();
        }
        let (playback, commands) = Playback::start(parts, keys, now, &mut self.plays);
        self.actions.extend(commands.into_iter().map(Action::Command));
        playback
    }

    /// Stops whatever plays.
    pub(super) fn silence(&mut self) {
        let stops = self.state.playback_mut().map(Playback::stop);
        self.actions.extend(stops.into_iter().flatten().map(Action::Command));
    }

    /// Leaves the present node by an outcome.
    pub(super) fn follow(
        &mut self,
        node: NodeIndex,
        outcome: impl Into<Arc<str>>,
        goto: Goto,
        at: Moment<'_>,
    ) {
        self.journal.leave(outcome);
        let next = self.target(node, goto);
        self.go(next, at);
    }

    fn target(&mut self, node: NodeIndex, goto: Goto) -> NodeIndex {
        match goto {
            Goto::Node(next) => next,
            Goto::Repeat | Goto::None | Goto::Failed => node,
            Goto::Back => {
                if self.trail.last() == Some(&node) {
                    self.trail.pop();
                }
                self.trail.last().copied().unwrap_or(node)
            }
        }
    }

    /// Enters nodes until one needs sound, an answer, a queue or the end.
    pub(super) fn go(&mut self, start: NodeIndex, at: Moment<'_>) {
        let mut node = start;
        for _ in 0..MAX_SILENT_STEPS {
            let flow = self.program.flow.clone();
            let here = flow.node(node);
            self.journal.enter(&here.id, here.verb.name(), at.now);
            if self.budget.visit(node) {
                return self.escape("loop_fuse", at);
            }
            let entered = enter(&flow, node, &mut self.memory, at.world);
            if entered.new_information {
                self.budget.news();
            }
            match entered.step {
                Step::Decided { outcome, goto } => {
                    self.journal.leave(outcome);
                    node = self.target(node, goto);
                }
                step => return self.begin(node, &here.verb, step, at),
            }
        }
        self.fault(Fault::EndlessLoop, at);
    }

    fn begin(&mut self, node: NodeIndex, verb: &Verb, step: Step, at: Moment<'_>) {
        match (step, verb) {
            (Step::Say, Verb::Say(say)) => {
                let then = Then::Go { outcome: "next", goto: say.next };
                self.say(node, &say.prompts, say.bargein, then, at);
            }
            (Step::Ask, _) => {
                self.trail.retain(|n| *n != node);
                if self.trail.len() == MAX_TRAIL {
                    self.trail.remove(0);
                }
                self.trail.push(node);
                self.ask(node, at);
            }
            (Step::Enqueue(wanted), Verb::Queue(queue)) => {
                self.enqueue(node, queue, wanted, at.now)
            }
            (Step::Ring(wanted), Verb::Transfer(_)) => self.ring(node, wanted, at.now),
            (Step::Hangup, Verb::Hangup(hangup)) => {
                let goodbye: Vec<_> = match hangup.prompts.as_slice() {
                    [] => built_in(&self.program.flow, "goodbye").into_iter().collect(),
                    own => own.to_vec(),
                };
                self.say(node, &goodbye, Bargein::None, Then::Hangup(HangupCause::Normal), at);
            }
            (Step::Fault(fault), _) => self.fault(fault, at),
            (Step::Decided { outcome, goto }, _) => self.follow(node, outcome, goto, at),
            (Step::Say | Step::Enqueue(_) | Step::Ring(_) | Step::Hangup, _) => {
                self.fault(Fault::EndlessLoop, at)
            }
        }
    }

    pub(super) fn say(
        &mut self,
        node: NodeIndex,
        prompts: &[Arc<Prompt>],
        bargein: Bargein,
        then: Then,
        at: Moment<'_>,
    ) {
        let playback = self.play(prompts, bargein, SymbolSet::NONE, at.now);
        if playback.is_playing() {
            self.state = State::Saying { node, playback, then };
        } else {
            self.said_all(node, then, at);
        }
    }

    pub(super) fn said_all(&mut self, node: NodeIndex, then: Then, at: Moment<'_>) {
        match then {
            Then::Go { outcome, goto } => self.follow(node, outcome, goto, at),
            Then::Hangup(cause) => {
                self.journal.leave_if_open("hangup");
                self.state = State::Saying { node, playback: Playback::default(), then };
                self.leave(cause, at.now);
            }
        }
    }

    /// Trouble: to the escape target once, else an apology and the end.
    pub(super) fn escape(&mut self, reason: &'static str, at: Moment<'_>) {
        self.journal.reason(reason);
        self.type_ahead.flush();
        let node = self.present_node();
        match self.program.flow.escape {
            Some(goto) if self.budget.escape() => self.follow(node, "escape", goto, at),
            _ => self.apologise(at),
        }
    }

    /// The built-in apology, then the end.
    pub(super) fn apologise(&mut self, at: Moment<'_>) {
        let node = self.present_node();
        self.last_words("apology", node, Then::Hangup(HangupCause::Normal), at);
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
    fn fault(&mut self, fault: Fault, at: Moment<'_>) {
        self.journal.reason(fault.name());
        self.type_ahead.flush();
        if let Some(node) = self.program.flow.on_fault
            && self.budget.escape()
        {
            return self.go(node, at);
        }
        if let Some(safe) = self.safe.program.take() {
            return self.change_flow(safe, at);
        }
        let node = self.present_node();
        if let Some(to) = self.safe.number.take() {
            return self.ring(
                node,
                Box::new(Ring { to, ring: SAFE_RING, caller_id: None }),
                at.now,
            );
        }
        self.last_words("fault", node, Then::Hangup(HangupCause::InternalError), at);
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
        self.program = program;
        self.go(flow.start, at);
    }
}
