//! The effort of a caller: how many seconds and keys lie between the start of a call and a person, an answer, a
//! message or the end.
//!
//! The typical caller hears every prompt to its end, makes no mistake and answers a second after each question. The
//! worst case takes the same way with every slip that the retries allow and the call's error budget bears. Waiting in
//! a queue and talking do not count, nor does what comes after a person.

mod cost;
mod route;

use std::sync::Arc;

use super::node::{Flow, Verb};
use super::timing::Timing;
use crate::call::{Language, NodeId};
use crate::time::Duration;

pub(crate) use cost::{Caller, Cost, Costs};
use route::Routes;

/// What a caller may want to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// A person: a queue, a transfer, or the promise of a call.
    Person,
    /// An answer of a FAQ.
    Answer,
    /// A message that is left.
    Message,
    /// The end of the call.
    End,
}

/// How far a goal is for callers of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effort {
    /// What is reached.
    pub goal: Goal,
    /// The node where it is reached.
    pub node: NodeId,
    /// The caller's language.
    pub language: Language,
    /// The time of the typical caller from the start of the call.
    pub typical: Duration,
    /// The time in the worst case, on the same way.
    pub worst: Duration,
    /// The keys that the typical caller presses.
    pub keys: u64,
    /// The nodes on the way, the goal last.
    pub way: Vec<NodeId>,
}

/// The effort to every goal of a flow, by goal, language and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowEffort {
    /// The flow's name as findings name it.
    pub flow: Arc<str>,
    /// Every goal that can be reached, people first.
    pub goals: Vec<Effort>,
}

impl FlowEffort {
    /// The nearest person for callers of a language.
    #[must_use]
    pub fn person(&self, language: &Language) -> Option<&Effort> {
        let mut people = self.goals.iter().filter(|effort| effort.goal == Goal::Person);
        people.find(|effort| effort.language == *language)
    }
}

/// Measures a flow.
pub(super) fn effort(flow: &Flow, timing: Timing<'_>) -> FlowEffort {
    let mut goals = Vec::new();
    for language in &flow.languages {
        let costs = Costs { flow, timing, language, caller: Caller::Typical };
        let routes = Routes::find(&costs);
        for (index, node) in flow.nodes.iter().enumerate() {
            let Some(goal) = goal(&node.verb) else { continue };
            let Some(route) = routes.to(index) else { continue };
            goals.push(Effort {
                goal,
                node: node.id.clone(),
                language: language.clone(),
                typical: route.time,
                worst: route.worst,
                keys: route.keys,
                way: route.way.iter().map(|v| flow.nodes[*v].id.clone()).collect(),
            });
        }
    }
    let place = |language: &Language| flow.languages.iter().position(|l| l == language);
    goals.sort_by_key(|effort| (effort.goal, place(&effort.language), effort.typical));
    FlowEffort { flow: flow.id.as_str().into(), goals }
}

const fn goal(verb: &Verb) -> Option<Goal> {
    match verb {
        Verb::Queue(_) | Verb::Callback(_) | Verb::Transfer(_) => Some(Goal::Person),
        Verb::Answer(_) => Some(Goal::Answer),
        Verb::Record(_) => Some(Goal::Message),
        Verb::Hangup(_) => Some(Goal::End),
        Verb::Say(_)
        | Verb::Menu(_)
        | Verb::Collect(_)
        | Verb::Confirm(_)
        | Verb::Set(_)
        | Verb::Branch(_)
        | Verb::Hours(_)
        | Verb::Http(_)
        | Verb::Call(_)
        | Verb::Ticket(_)
        | Verb::Note(_)
        | Verb::Return(_) => None,
    }
}
