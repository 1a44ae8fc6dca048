//! Walking the flow: entering nodes, following outcomes, escaping from trouble.

use std::sync::Arc;

use super::asking::is_secret;
use super::budget::Spending;
use super::playback::{Playback, group};
use super::question::built_in;
use super::state::{State, Then};
use super::taping::Stage;
use super::{Moment, Session};
use crate::bug::{self, Bug};
use crate::call::{
    Answering, CommandKind, HangupCause, Item, JournalEvent, PlayId, RINGING_TONE, SoundId,
    SymbolSet,
};
use crate::flow::{Bargein, Goto, Node, NodeIndex, Prompt, Verb};
use crate::interpreter::{Fault, Step, View, enter, read_slot};
use crate::session::Action;
use crate::time::Instant;

/// The most nodes in a row that a call may pass without sound, question or queue.
pub const MAX_SILENT_STEPS: u32 = 1_000;

/// The most question nodes that `back` can go through; older ones are forgotten.
const MAX_TRAIL: usize = 32;

/// Where a walk through silent nodes came to.
#[derive(Debug)]
pub(super) enum Halt {
    /// A node needs something that takes time, or could not be carried out.
    At(NodeIndex, Step),
    /// The call is to escape, for this reason.
    Escape(&'static str),
    /// A way leads nowhere but to the built-in apology.
    Apologise(NodeIndex),
}

impl Session {
    pub(super) fn command(&mut self, kind: CommandKind) {
        debug_assert!(!self.gone, "{} to a leg that is gone", kind.name());
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
        self.journal.answered.get_or_insert((at.now, at.world.stood_still));
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
        let unheard = self.state.playback().filter(|p| p.limit().is_some_and(|l| l <= at.now));
        if let Some(playback) = unheard {
            if playback.has_failed() && self.unplayable(at) {
                return;
            }
            self.give_up_play(at);
            if self.state.deadline().is_none_or(|deadline| at.now < deadline) {
                return;
            }
        }
        self.due(at);
    }

    /// The end of the playing part was never reported.
    fn give_up_play(&mut self, at: Moment<'_>) {
        let Some(playback) = self.state.playback_mut() else { return };
        let stop = playback.give_up(at.now);
        let silent = !playback.is_playing();
        self.actions.extend(stop.map(Action::Command));
        if silent {
            self.fell_silent(at.now, at);
        }
    }

    /// What the state waited for is due.
    fn due(&mut self, at: Moment<'_>) {
        match std::mem::replace(&mut self.state, State::Moving) {
            State::Ringing { .. } => self.answer(),
            State::Asking(asking) => self.asking_tick(asking, at),
            State::Waiting(waiting) => self.waiting_tick(waiting, at),
            State::Recording(taping) => self.taping_tick(taping, at),
            State::Queued(line) => self.line_tick(line, at),
            State::Parted(parted) => self.parted_tick(*parted, at),
            State::Leaving { cause, node, .. } => {
                self.state = State::Leaving { node, cause, until: at.now };
                self.finish_leaving(cause, at);
            }
            other @ (State::Answering
            | State::Saying { .. }
            | State::Dialling { .. }
            | State::Talking { .. }
            | State::Transferring { .. }
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
        self.note(JournalEvent::Silent);
        match std::mem::replace(&mut self.state, State::Moving) {
            State::Saying { node, then, .. } => self.said_all(node, then, at),
            State::Asking(mut asking) => {
                if !bug::is(Bug::FirstKeyNotTimed) {
                    asking.collector.prompt_ended(audible_end);
                }
                self.state = State::Asking(asking);
            }
            State::Recording(taping) => match taping.stage {
                Stage::Announcing(_) => self.begin_recording(taping.node, at),
                Stage::Taping { .. } | Stage::Left { .. } => self.state = State::Recording(taping),
            },
            other @ (State::Queued(_)
            | State::Waiting(_)
            | State::Dialling { .. }
            | State::Ringing { .. }
            | State::Answering
            | State::Talking { .. }
            | State::Transferring { .. }
            | State::Leaving { .. }
            | State::Parted(_)
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
        at: Moment<'_>,
    ) -> Playback {
        let parts = self.parts(prompts, bargein, at);
        if parts.iter().any(|(rule, _)| *rule == Bargein::None) {
            self.type_ahead.flush();
        }
        self.journal.heard(&parts);
        let (playback, commands) = Playback::start(parts, keys, at.now, &mut self.plays);
        self.actions.extend(commands.into_iter().map(Action::Command));
        playback
    }

    /// Prompts as items, their values read aloud. A value that cannot be read is left out, and the journal says so.
    pub(super) fn parts(
        &mut self,
        prompts: &[Arc<Prompt>],
        bargein: Bargein,
        at: Moment<'_>,
    ) -> Vec<(Bargein, Vec<Item>)> {
        let flow = self.program.flow.clone();
        let view = View { flow: &flow, memory: &self.memory, world: at.world };
        let mut empty = false;
        let parts = group(prompts, bargein, self.memory.language(), |slot, prompt, language| {
            let items = read_slot(slot, prompt, language, &view);
            empty |= items.is_none();
            items.unwrap_or_default()
        });
        if empty {
            self.journal.remark("slot_empty");
        }
        parts
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
        self.take(node, goto, at);
    }

    /// Enters nodes until one needs sound, an answer, a queue or the end.
    pub(super) fn go(&mut self, start: NodeIndex, at: Moment<'_>) {
        match self.walk(start, MAX_SILENT_STEPS, at) {
            Halt::At(node, step) => {
                let flow = self.program.flow.clone();
                self.begin(node, &flow.node(node).verb, step, at);
            }
            Halt::Escape(reason) => self.escape(reason, at),
            Halt::Apologise(node) => self.apologise_at(node, at),
        }
    }

    /// Enters nodes, at most `most` of them, as long as each decides by itself.
    pub(super) fn walk(&mut self, start: NodeIndex, most: u32, at: Moment<'_>) -> Halt {
        let flow = self.program.flow.clone();
        let mut node = start;
        for _ in 0..most {
            self.leave_visits(node);
            let here = flow.node(node);
            self.journal.enter(&here.id, here.verb.name(), at.now);
            self.mask(here);
            if self.budget.visit(node) {
                return Halt::Escape("loop_fuse");
            }
            let entered = enter(&flow, node, &mut self.memory, at.world);
            if entered.new_information {
                self.budget.news();
            }
            let way = match entered.step {
                Step::Decided { outcome, goto } => {
                    self.journal.leave(outcome);
                    (node, goto)
                }
                Step::Refused { outcome, reason, goto } => {
                    self.journal.reason(reason);
                    self.journal.leave(outcome);
                    (node, goto)
                }
                Step::Visit(subflow) => {
                    node = self.visit(node, subflow);
                    continue;
                }
                Step::Return { outcome, values } => {
                    self.journal.leave(Arc::clone(&outcome));
                    match self.give_back(&outcome, values) {
                        Some(way) => way,
                        None => return Halt::At(node, Step::Fault(Fault::Outcome)),
                    }
                }
                step => return Halt::At(node, step),
            };
            match self.target(way.0, way.1) {
                Some(next) => node = next,
                None => return Halt::Apologise(way.0),
            }
        }
        Halt::At(node, Step::Fault(Fault::EndlessLoop))
    }

    /// Keys and words are kept from recordings where the flow says so, and wherever a secret is asked for.
    fn mask(&mut self, node: &Node) {
        let wanted = node.pauses_recording || is_secret(&node.verb);
        if wanted != self.masked && !self.gone {
            self.masked = wanted;
            self.command(CommandKind::Mask(wanted));
        }
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
            (Step::Enqueue(wanted), Verb::Queue(queue)) => self.enqueue(node, queue, wanted, at),
            (Step::Ring(wanted), Verb::Transfer(_)) => self.ring(node, wanted, at),
            (Step::Request(errand), _) => self.request(node, verb, errand, at),
            (Step::Record, Verb::Record(record)) => self.announce_recording(node, record, at),
            (Step::Hangup, Verb::Hangup(hangup)) => {
                let goodbye: Vec<_> = match hangup.prompts.as_slice() {
                    [] => built_in(&self.program.flow, "goodbye").into_iter().collect(),
                    own => own.to_vec(),
                };
                self.say(node, &goodbye, Bargein::None, Then::Hangup(HangupCause::Normal), at);
            }
            (Step::Fault(fault), _) => self.fault(fault, at),
            (
                Step::Say
                | Step::Enqueue(_)
                | Step::Ring(_)
                | Step::Hangup
                | Step::Record
                | Step::Decided { .. }
                | Step::Refused { .. }
                | Step::Visit(_)
                | Step::Return { .. },
                _,
            ) => self.fault(Fault::EndlessLoop, at),
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
        let playback = self.play(prompts, bargein, SymbolSet::NONE, at);
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
}
