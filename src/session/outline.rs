//! A call as one of the many that a flow can have: what tells it apart from others, and what is set aside to look on.
//!
//! For whoever looks at all calls of a flow on paper. A live call is never touched.

use std::fmt::Write as _;

use super::Session;
use super::budget::Budget;
use super::collector::Pick;
use super::entry;
use super::journal::Journal;
use super::question::Stage;
use super::state::State;
use crate::call::Digits;
use crate::flow::{Entry, Goto, NodeIndex};
use crate::interpreter::Heeded;
use crate::time::{Duration, Instant};

impl Session {
    /// The place of the node that the call is at.
    #[must_use]
    pub const fn at_node(&self) -> Option<NodeIndex> {
        self.state.node()
    }

    /// The time that the call has spent in the flow, as its limits count it.
    #[must_use]
    pub const fn flow_time(&self) -> Duration {
        self.budget.flow_time()
    }

    /// The question nodes that `back` can go through, the present one last.
    #[must_use]
    pub fn trail(&self) -> &[NodeIndex] {
        &self.trail
    }

    /// What tells the call apart from others of the same flow that go on differently: where it stands, how often a
    /// question was missed, what it speaks, the subflows that it is in, and what is heeded of its variables. Left out
    /// is all that only counts or records: time, limits, visits, notes, and the way that led here.
    ///
    /// It may hold what a caller entered in clear: it belongs to calls on paper alone.
    #[must_use]
    pub fn outline(&self, heeded: &Heeded) -> String {
        let mut text = String::with_capacity(64);
        self.outline_state(&mut text);
        let escaped = if self.budget.has_escaped() { "escaped " } else { "" };
        let mut visits = String::new();
        for visit in &self.visits {
            visits.push_str(&format!("{}>", visit.call_node().0));
        }
        let rest = write!(
            text,
            " {escaped}{visits} {}",
            self.memory.outline(heeded, self.program.flow.fallback())
        );
        debug_assert!(rest.is_ok(), "text takes text");
        text
    }

    fn outline_state(&self, text: &mut String) {
        let node = self.state.node().map_or(u32::MAX, |node| node.0);
        let done = match &self.state {
            State::Ringing { .. } | State::Answering => write!(text, "ringing"),
            State::Saying { .. } => write!(text, "saying {node}"),
            State::Asking(asking) => write!(
                text,
                "asking {node} {} {} {} {} {} {}",
                stage(&asking.stage),
                asking.no_inputs,
                asking.no_matches,
                asking.re_entries,
                asking.answers,
                asking.unknown
            ),
            State::Waiting(_) => write!(text, "waiting {node}"),
            State::Recording(taping) => write!(text, "recording {node} {}", taping.listens()),
            State::Queued(line) => write!(text, "queued {node} {}", line.outline()),
            State::Dialling { .. } => write!(text, "dialling {node}"),
            State::Talking { .. } => write!(text, "talking {node}"),
            State::Transferring { .. } => write!(text, "handed over {node}"),
            State::Parted(_) => write!(text, "parted {node}"),
            State::Leaving { .. } | State::Ended | State::Moving => write!(text, "over"),
        };
        debug_assert!(done.is_ok(), "text takes text");
    }

    /// Sets the call on anew from where it stands, at `now`: nothing of its limits is used up, and its record is empty.
    /// Whether the escape was taken stays known.
    pub fn begin_anew(&mut self, now: Instant) {
        let limits = self.program.flow.limits;
        let escaped = self.budget.has_escaped();
        self.budget = Budget::new(limits, now);
        if escaped {
            let first = self.budget.escape();
            debug_assert!(first, "a new budget has not escaped");
        }
        self.journal = Journal::new(now);
        self.journal.answered = Some((now, Duration::ZERO));
        if let Some(index) = self.state.node() {
            let node = self.program.flow.node(index);
            self.journal.enter(&node.id, node.verb.name(), now);
        }
        for visit in &mut self.visits {
            visit.forget_place();
        }
        self.late_end = None;
        self.type_ahead.flush();
    }

    /// The next question that the call misses is one too many.
    pub const fn use_up_errors(&mut self) {
        self.budget.use_up_errors();
    }

    /// What the question that the call waits at takes as an answer; `None` while nothing is asked.
    #[must_use]
    pub fn asked(&self) -> Option<Asked> {
        let State::Asking(asking) = &self.state else { return None };
        let input = self.program.flow.node(asking.node).verb.input();
        let commands = input.map(|input| input.commands.as_slice()).unwrap_or_default();
        let (keyed, entry) = asking.collector.answers();
        let keyed = keyed.iter().map(|(keys, pick)| {
            let kind = match pick {
                Pick::Command(nth) => match commands.get(*nth).map(|command| command.goto) {
                    Some(Goto::Repeat) => Keyed::Repeat,
                    Some(Goto::Back) => Keyed::Back,
                    _ => Keyed::Command,
                },
                Pick::Choice(_) | Pick::FaqEntry(_) | Pick::Yes | Pick::No => Keyed::Answer,
            };
            (keys.clone(), kind)
        });
        Some(Asked {
            node: asking.node,
            keyed: keyed.collect(),
            entry,
            begins: asking.stage == Stage::Question,
            missed: asking.no_inputs + asking.no_matches,
        })
    }
}

/// A question as it stands.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The node that asks.
    pub node: NodeIndex,
    /// Answers and commands that are named by keys; an answer comes before a command of the same keys.
    pub keyed: Vec<(Digits, Keyed)>,
    /// What a free entry may look like, where one is the answer.
    pub entry: Option<Entry>,
    /// Whether it is the node's own question, and not one about its answer.
    pub begins: bool,
    /// How often it was missed in this visit.
    pub missed: u32,
}

/// What keys do at a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyed {
    /// They answer it.
    Answer,
    /// They have it asked again.
    Repeat,
    /// They lead back to the question before.
    Back,
    /// They lead to a node.
    Command,
}

/// Whether keys, without the one that ends them, are an entry of this kind.
#[must_use]
pub fn accepts(entry: &Entry, keys: &Digits) -> bool {
    let length = entry.min_length..=entry.max_length;
    length.contains(&keys.len()) && entry::value(entry, keys).is_ok()
}

fn stage(stage: &Stage) -> String {
    match stage {
        Stage::Question => "question".to_owned(),
        Stage::Again => "again".to_owned(),
        Stage::ReadBack { value } => format!("read back {}", value.text()),
        Stage::DidYouMean { entry, again } => format!("did you mean {entry} {again}"),
    }
}
