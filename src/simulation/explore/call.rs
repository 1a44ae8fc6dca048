//! One call on paper that stops wherever somebody has to decide: the caller, or the world.

use std::sync::Arc;

use super::canary;
use super::world::World;
use crate::call::{CommandKind, EndedBy, Errand, HangupCause, Item, NodeId, Told};
use crate::flow::{Ending, NodeIndex, QueueNode, Verb};
use crate::session::{Action, Attention, Session};
use crate::simulation::{Solo, endings};
use crate::time::Duration;

/// The longest that a call may go on in the flow without anybody deciding anything: a loop that talks for ever.
pub(super) const LONGEST_TALE: Duration = Duration::from_mins(10);

/// The most steps between two rests, and in one wait.
const MOST_STEPS: usize = 10_000;

/// Where a call stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// A question was asked and all is silent.
    Question,
    /// The caller is recorded.
    Recording,
    /// Something was asked of a service or a store.
    Request,
    /// The caller waits in line; the queue has not said yet whether it takes them.
    Line,
    /// The queue has taken the caller in.
    InLine,
    /// A number is rung.
    Ringing,
    /// The call is over.
    Over,
    /// It goes on and on by itself.
    Endless,
}

/// What was seen of a call between two rests.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// Time in the flow.
    pub(super) flow: Duration,
    /// The nodes that were entered, in order.
    pub(super) nodes: Vec<NodeId>,
    /// A fault of the flow, in the words of the record, with its node.
    pub(super) fault: Option<(NodeId, &'static str)>,
    /// A limit or the loop fuse took the call: why.
    pub(super) escaped: Option<&'static str>,
    /// The caller talked with a person.
    pub(super) person: bool,
    /// How the flow ended the call.
    pub(super) ended: Option<End>,
    /// What leaked: where, and what.
    pub(super) leak: Option<(&'static str, Arc<str>)>,
    /// What of a person's stands in clear where others read: where, and what.
    pub(super) personal: Option<(&'static str, Arc<str>)>,
    /// The longest silence that was ours.
    pub(super) silence: Duration,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    /// Whether the caller hung up.
    pub(super) by_caller: bool,
    /// Whether the caller made more errors than a call may have, or used up its time.
    pub(super) spent: bool,
    /// What the call came to, as tests name it.
    pub(super) endings: Vec<Ending>,
    /// The node that it ended at.
    pub(super) node: Option<NodeId>,
}

/// A call on paper.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) solo: Solo,
    /// What was asked last and is not answered.
    pub(super) asked: Option<Box<Errand>>,
    /// Whether the queue has taken the caller in.
    pub(super) in_line: bool,
    silent: Duration,
}

impl Call {
    /// Rings, and goes on to the first rest.
    pub(super) fn begin(world: &World, seen: &mut Seen) -> Self {
        let solo = Solo::new(world.setting());
        let mut call = Self { solo, asked: None, in_line: false, silent: Duration::ZERO };
        call.run(seen);
        call
    }

    pub(super) const fn session(&self) -> &Session {
        self.solo.session()
    }

    /// The node that the call is at.
    pub(super) fn node(&self) -> Option<NodeIndex> {
        self.session().at_node()
    }

    /// The `queue` node that the call waits at.
    pub(super) fn queue(&self) -> Option<QueueNode> {
        let node = self.node()?;
        match &self.session().program().flow.node(node).verb {
            Verb::Queue(queue) => Some(queue.clone()),
            _ => None,
        }
    }

    /// Where the call stops now; `None` while it goes on by itself.
    pub(super) fn rest(&self) -> Option<Rest> {
        let session = self.session();
        if session.is_ended() {
            return Some(Rest::Over);
        }
        if session.awaits_reply() && self.asked.is_some() {
            return Some(Rest::Request);
        }
        let silent = !self.solo.is_playing();
        match session.attention() {
            Attention::Asked if silent && !session.is_typing() => Some(Rest::Question),
            Attention::Recorded if silent => Some(Rest::Recording),
            Attention::Waiting => Some(match (self.queue().is_some(), self.in_line) {
                (false, _) => Rest::Ringing,
                (true, false) => Rest::Line,
                (true, true) => Rest::InLine,
            }),
            Attention::Asked
            | Attention::Recorded
            | Attention::Ringing
            | Attention::Hearing
            | Attention::Talking
            | Attention::Gone => None,
        }
    }

    /// Goes on to the next rest.
    pub(super) fn run(&mut self, seen: &mut Seen) -> Rest {
        let began = self.session().flow_time();
        for _ in 0..MOST_STEPS {
            self.look(seen);
            if let Some(rest) = self.rest() {
                self.note(seen, began);
                return rest;
            }
            let spent = self.session().flow_time().saturating_sub(began);
            if spent >= LONGEST_TALE || !self.step(seen) {
                break;
            }
        }
        self.note(seen, began);
        Rest::Endless
    }

    /// Lets a span pass, whatever happens in it.
    pub(super) fn pass(&mut self, span: Duration, seen: &mut Seen) {
        let began = self.session().flow_time();
        let end = self.solo.now() + span;
        for _ in 0..MOST_STEPS {
            if self.solo.next_due().is_none_or(|due| due > end) || !self.step(seen) {
                break;
            }
            self.look(seen);
        }
        self.solo.run_until(end);
        self.look(seen);
        self.note(seen, began);
    }

    /// The time of the next thing that happens by itself comes.
    fn step(&mut self, seen: &mut Seen) -> bool {
        let before = self.solo.now();
        let silent = !self.solo.is_playing()
            && self.solo.is_answered()
            && self.session().attention() == Attention::Hearing;
        let moved = self.solo.run_to_next();
        let span = self.solo.now().since(before);
        self.silent = if silent { self.silent + span } else { Duration::ZERO };
        seen.silence = seen.silence.max(self.silent);
        moved
    }

    /// Looks at what the session did.
    fn look(&mut self, seen: &mut Seen) {
        while let Some((_, action)) = self.solo.poll() {
            match action {
                Action::Command(CommandKind::Play(play)) => self.listen(&play.items, seen),
                Action::Command(_) | Action::Ring(_) | Action::HangupPeer(_) => {}
                Action::Enqueue(wanted) => {
                    self.in_line = false;
                    for told in &wanted.tell {
                        let Told { value, .. } = told;
                        canary::find(seen, "what the agent is told", value);
                    }
                }
                Action::LeaveQueue { .. } | Action::Rejoin { .. } => self.in_line = false,
                Action::Told { .. } => {}
                Action::Request(errand) => {
                    canary::request(seen, &errand);
                    self.asked = Some(errand);
                }
                Action::Abandon => self.asked = None,
                Action::Record(record) => {
                    canary::record(seen, &record);
                    let by_caller = record.ended_by == EndedBy::Caller;
                    for step in &record.steps {
                        Self::reason(step.node.clone(), step.reason, seen);
                    }
                    if record.cause == HangupCause::InternalError && seen.fault.is_none() {
                        let node = record.ended_at.as_ref().map(|place| place.node.clone());
                        seen.fault = node.map(|node| (node, "fault"));
                    }
                    let spent = record.steps.iter().any(|step| step.reason.is_some_and(is_limit));
                    seen.ended = Some(End {
                        by_caller,
                        spent,
                        endings: endings(&record).into_iter().collect(),
                        node: record.steps.last().map(|step| step.node.clone()),
                    });
                    seen.nodes = record.steps.into_iter().map(|step| step.node).collect();
                }
            }
        }
    }

    fn listen(&self, items: &[Item], seen: &mut Seen) {
        let words: Vec<&str> =
            items.iter().map(|item| &*item.text).filter(|text| !text.is_empty()).collect();
        canary::find(seen, "a prompt", &words.join(" "));
        canary::spoken(seen, &words.join(" "), self.session().language());
    }

    /// Takes over what the session wrote down since the last rest.
    fn note(&self, seen: &mut Seen, began: Duration) {
        let session = self.session();
        seen.flow += session.flow_time().saturating_sub(began);
        if session.is_ended() {
            return;
        }
        seen.nodes.clear();
        for step in session.steps() {
            Self::reason(step.node.clone(), step.reason, seen);
            seen.nodes.push(step.node.clone());
        }
    }

    fn reason(node: NodeId, reason: Option<&'static str>, seen: &mut Seen) {
        let Some(reason) = reason else { return };
        if reason.starts_with("fault_") && seen.fault.is_none() {
            seen.fault = Some((node, reason));
        } else if ["loop_fuse", "limit_call"].contains(&reason) {
            seen.escaped = Some(reason);
        }
    }
}

/// Whether a reason in a record is that a limit of the call was reached.
fn is_limit(reason: &str) -> bool {
    ["error_budget", "no_input_budget", "limit_call"].contains(&reason)
}
