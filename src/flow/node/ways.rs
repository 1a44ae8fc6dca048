//! The ways out of a node: what the graph, its checks, its picture and the coverage of tests all look at.

use std::sync::Arc;

use super::{Goto, Input, QueueKeyAction, QueueNode, Verb};

/// One way out of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The outcome: `next`, `ok`, the name of a choice, the keys of a command.
    pub outcome: Arc<str>,
    /// Where it leads.
    pub goto: Goto,
    /// What makes a call take it.
    pub kind: WayKind,
}

/// What makes a call take a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WayKind {
    /// Nobody chooses: the flow goes on by itself (`next`, a `branch`, `open`, `ok` of `http`).
    Passing,
    /// The caller answers.
    Answer,
    /// The caller presses or says a command.
    Command,
    /// The caller did not answer: the retries ran out, or nothing was said.
    Failed,
    /// Something outside did not work: a service, the store, a number that could not be connected.
    Trouble,
    /// No person could be had: a queue is full, closed or unstaffed, or the wait was too long.
    Nobody,
    /// A conversation with a person has ended.
    Talked,
}

impl Verb {
    /// Every way out, those of commands last. Ends of a call have none; nor has `return`, whose outcome leads where
    /// the `call` says.
    #[must_use]
    pub fn ways(&self) -> Vec<Way> {
        let mut ways = Ways(Vec::new());
        match self {
            Self::Say(say) => ways.add("next", say.next, WayKind::Passing),
            Self::Menu(menu) | Self::Confirm(menu) => {
                for choice in &menu.choices {
                    ways.add(choice.name.clone(), choice.goto, WayKind::Answer);
                }
                ways.input(&menu.input);
            }
            Self::Collect(collect) => {
                ways.add("ok", collect.ok, WayKind::Answer);
                ways.input(&collect.input);
            }
            Self::Answer(answer) => {
                ways.add("done", answer.done, WayKind::Answer);
                ways.add("unknown", answer.unknown, WayKind::Failed);
                ways.commands(&answer.input);
            }
            Self::Set(set) => ways.add("next", set.next, WayKind::Passing),
            Self::Note(note) => ways.add("next", note.next, WayKind::Passing),
            Self::Branch(branch) => {
                for (nth, (_, goto)) in (1_usize..).zip(&branch.arms) {
                    ways.add(format!("when {nth}"), *goto, WayKind::Passing);
                }
                ways.add("else", branch.otherwise, WayKind::Passing);
            }
            Self::Hours(hours) => {
                ways.add("open", hours.open, WayKind::Passing);
                ways.add("closed", hours.closed, WayKind::Passing);
                ways.add("holiday", hours.holiday, WayKind::Passing);
            }
            Self::Http(http) => {
                ways.add("ok", http.ok, WayKind::Passing);
                ways.add("not_found", http.not_found, WayKind::Trouble);
                ways.add("failed", http.failed, WayKind::Trouble);
            }
            Self::Call(call) => {
                for (outcome, goto) in &call.outcomes {
                    ways.add(outcome.clone(), *goto, WayKind::Passing);
                }
                ways.maybe("failed", call.failed, WayKind::Failed);
            }
            Self::Record(record) => {
                ways.add("ok", record.ok, WayKind::Answer);
                ways.maybe("empty", record.empty, WayKind::Failed);
            }
            Self::Ticket(ticket) => {
                ways.add("ok", ticket.ok, WayKind::Passing);
                ways.add("failed", ticket.failed, WayKind::Trouble);
            }
            Self::Queue(queue) => ways.queue(queue),
            Self::Callback(callback) => {
                ways.add("ok", callback.ok, WayKind::Passing);
                ways.add("failed", callback.failed, WayKind::Trouble);
            }
            Self::Transfer(transfer) => {
                ways.maybe("done", transfer.done, WayKind::Talked);
                ways.maybe("busy", transfer.busy, WayKind::Trouble);
                ways.maybe("no_answer", transfer.no_answer, WayKind::Trouble);
                ways.maybe("failed", transfer.failed, WayKind::Trouble);
            }
            Self::Return(_) | Self::Hangup(_) => {}
        }
        ways.0
    }
}

struct Ways(Vec<Way>);

impl Ways {
    fn add(&mut self, outcome: impl Into<Arc<str>>, goto: Goto, kind: WayKind) {
        self.0.push(Way { outcome: outcome.into(), goto, kind });
    }

    fn maybe(&mut self, outcome: &'static str, goto: Option<Goto>, kind: WayKind) {
        if let Some(goto) = goto {
            self.add(outcome, goto, kind);
        }
    }

    fn queue(&mut self, queue: &QueueNode) {
        self.maybe("done", queue.done, WayKind::Talked);
        self.add("too_long", queue.too_long, WayKind::Nobody);
        self.add("full", queue.full, WayKind::Nobody);
        self.add("closed", queue.closed, WayKind::Nobody);
        self.add("unstaffed", queue.unstaffed, WayKind::Nobody);
        self.maybe("called_back", queue.called_back, WayKind::Answer);
        for key in &queue.keys {
            match &key.action {
                QueueKeyAction::Leave(goto) => {
                    self.add(key.key.to_string(), *goto, WayKind::Answer);
                }
                QueueKeyAction::CallBack | QueueKeyAction::Repeat | QueueKeyAction::Language(_) => {
                }
            }
        }
    }

    fn input(&mut self, input: &Input) {
        self.maybe("failed", input.failed, WayKind::Failed);
        self.commands(input);
    }

    fn commands(&mut self, input: &Input) {
        for command in &input.commands {
            self.add(command.keys.to_string(), command.goto, WayKind::Command);
        }
    }
}
