//! What a flow still does, silently, when the caller is gone: with a message whose sender hung up, and at the end of
//! every call (behaviours: hang-up). Whatever it asks of the outside is waited for, but not for long.

use super::ending::Ending;
use super::state::State;
use super::walk::Halt;
use super::{Action, Moment, Session};
use crate::bug::{self, Bug};
use crate::call::{Failure, Reply};
use crate::flow::NodeIndex;
use crate::interpreter::Step;
use crate::time::{Duration, Instant};

/// How long the silent nodes may take that follow a message, and those that follow a call.
pub const PARTING_LIMIT: Duration = Duration::from_secs(10);

/// The most silent nodes that run in a row after a hang-up.
const MAX_AFTER_HANGUP: u32 = 100;

/// A call whose leg is gone and whose record is not written yet.
#[derive(Debug, Clone)]
pub(super) struct Parted {
    /// The node that waits for an answer.
    pub(super) node: NodeIndex,
    /// What runs.
    part: Part,
    /// When it is no longer waited for.
    pub(super) until: Instant,
    /// What the record says of the end.
    ending: Ending,
}

/// Which of the flow's silent ends runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// `hung_up` of a `record` node.
    Message,
    /// `on_hangup` of the flow.
    Call,
}

impl Session {
    /// The caller is gone: a message is seen to, then `on_hangup`, then the record is written.
    pub(super) fn part(&mut self, message: Option<NodeIndex>, ending: Ending, at: Moment<'_>) {
        match message {
            Some(node) => {
                self.run_silently(node, Part::Message, at.now + PARTING_LIMIT, ending, at)
            }
            None => self.part_call(ending, at),
        }
    }

    fn part_call(&mut self, ending: Ending, at: Moment<'_>) {
        match self.program.flow.on_hangup {
            Some(_) if bug::is(Bug::OnHangupSkipped) && self.journal.agent.is_some() => {
                self.write_record(ending, at);
            }
            Some(node) => self.run_silently(node, Part::Call, at.now + PARTING_LIMIT, ending, at),
            None => self.write_record(ending, at),
        }
    }

    fn run_silently(
        &mut self,
        start: NodeIndex,
        part: Part,
        until: Instant,
        ending: Ending,
        at: Moment<'_>,
    ) {
        match self.walk(start, MAX_AFTER_HANGUP, at) {
            Halt::At(node, Step::Request(errand)) => {
                self.ask_outside(errand);
                let parted = Parted { node, part, until, ending };
                self.state = State::Parted(Box::new(parted));
                return;
            }
            Halt::At(_, Step::Fault(fault)) => self.journal.reason(fault.name()),
            Halt::Escape(reason) => self.journal.reason(reason),
            // There is nobody left to hear anything.
            Halt::At(..) | Halt::Apologise(_) => {}
        }
        self.parted_part(part, ending, at);
    }

    fn parted_part(&mut self, part: Part, ending: Ending, at: Moment<'_>) {
        match part {
            Part::Message => self.part_call(ending, at),
            Part::Call => self.write_record(ending, at),
        }
    }

    pub(super) fn parted_reply(&mut self, parted: Parted, reply: Reply, at: Moment<'_>) {
        let Parted { node, part, until, ending } = parted;
        let Some(settled) = self.settle(node, reply) else {
            return self.parted_part(part, ending, at);
        };
        self.journal.leave(settled.outcome);
        match self.target(node, settled.goto) {
            Some(next) => self.run_silently(next, part, until, ending, at),
            None => self.parted_part(part, ending, at),
        }
    }

    /// Time is up: the answer counts as lost, and the rest of the nodes is left out.
    pub(super) fn parted_tick(&mut self, parted: Parted, at: Moment<'_>) {
        self.actions.push_back(Action::Abandon);
        let Parted { node, part, ending, .. } = parted;
        if let Some(settled) = self.settle(node, Reply::Failed(Failure::Timeout)) {
            self.journal.leave(settled.outcome);
        }
        self.parted_part(part, ending, at);
    }

    /// The node shuts down: nothing is waited for any more.
    pub(super) fn part_at_once(&mut self, parted: Parted, at: Moment<'_>) {
        self.actions.push_back(Action::Abandon);
        self.journal.reason("abandoned");
        self.write_record(parted.ending, at);
    }
}
