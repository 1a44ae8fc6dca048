//! The agents of a case, logged in; those who are busy talk with callers of their own before the case begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::stage::SEED;
use crate::call::{AgentId, FlowHash, FlowId, Language, NodeId, QueueId, Target};
use crate::engine::{Agent, Input, Pattern, Route, Routes, Settings};
use crate::flow::{
    AnswerPolicy, Flow, Formula, Goto, HangupNode, Limits, Node, NodeIndex, QueueNode, Staff,
    Value, Verb,
};
use crate::interpreter::Program;
use crate::queue::AgentSettings;
use crate::simulation::{ItemDuration, LegState, Rehearsal, Side};
use crate::time::{Duration, Wall};

/// Sets the scene of one call: an engine of these settings with these agents.
pub(super) fn rehearse(
    mut settings: Settings,
    agents: &BTreeMap<QueueId, Staff>,
    wall: Wall,
    durations: ItemDuration,
) -> Rehearsal {
    for (queue, staff) in agents {
        log_in(&mut settings, queue, staff.count);
    }
    let busy: Vec<(&QueueId, Staff)> =
        agents.iter().filter(|(_, staff)| staff.busy).map(|(q, staff)| (q, *staff)).collect();
    let mut rehearsal = if busy.is_empty() {
        Rehearsal::new(settings, SEED, wall, durations)
    } else {
        occupied(settings, &busy, wall, durations)
    };
    while rehearsal.poll_heard().is_some() {}
    rehearsal.play_outside();
    rehearsal
}

/// Agents who serve one queue and are there from the start.
fn log_in(settings: &mut Settings, queue: &QueueId, count: u32) {
    for n in 1..=count {
        let user: Arc<str> = format!("{queue}-{n}").into();
        let id = AgentId::new(Arc::clone(&user));
        let agent = AgentSettings {
            queues: vec![queue.clone()],
            always_there: true,
            ..AgentSettings::default()
        };
        settings.queues.agents.insert(id.clone(), agent);
        settings
            .agents
            .insert(id, Agent { target: Target::User(user), accept: None, adapter: None });
    }
}

/// An engine whose agents of some queues are already in talks, with other callers in line.
fn occupied(
    settings: Settings,
    busy: &[(&QueueId, Staff)],
    wall: Wall,
    durations: ItemDuration,
) -> Rehearsal {
    let mut before = settings.clone();
    // The other callers got through before the doors closed.
    before.queue_hours.clear();
    let others: Vec<Program> = busy
        .iter()
        .map(|(queue, _)| Program { flow: Arc::new(straight_to(queue)), faqs: Vec::new() })
        .collect();
    let route = |program: &Program| {
        Route::new(Pattern::Exact(program.flow.id.as_str().into()), program.flow.id.clone())
    };
    before.routes = Routes::new(others.iter().map(route).collect());
    let others = others.into_iter().map(|program| (program.flow.id.clone(), Arc::new(program)));
    before.programs = Arc::new(others.collect());
    let mut rehearsal = Rehearsal::new(before, SEED, wall, durations);
    for (queue, staff) in busy {
        for _ in 0..staff.count {
            rehearsal.call(queue.as_str(), None);
            let ringing = rehearsal.phones.legs().find(|(_, leg)| {
                matches!((&leg.side, leg.state), (Side::Dialled(_), LegState::Ringing(_)))
            });
            if let Some((leg, _)) = ringing {
                rehearsal.pick_up(leg);
            }
        }
        for _ in 0..staff.waiting {
            rehearsal.call(queue.as_str(), None);
        }
    }
    rehearsal.tell(Input::Publish(Box::new(settings)));
    rehearsal
}

/// A flow that leads straight to a queue, without a word.
fn straight_to(queue: &QueueId) -> Flow {
    let (line, bye) = (NodeIndex(0), NodeIndex(1));
    let waits = QueueNode {
        queue: queue.clone(),
        skills: Vec::new(),
        priority: Formula::Constant(Value::Int(1)),
        tell: Vec::new(),
        greet: Vec::new(),
        whisper: Vec::new(),
        music: None,
        every: Vec::new(),
        announce: None,
        keys: Vec::new(),
        offer_callback: None,
        max_wait: Duration::from_mins(60),
        done: None,
        too_long: Goto::Node(bye),
        full: Goto::Node(bye),
        closed: Goto::Node(bye),
        unstaffed: Goto::Node(bye),
        called_back: None,
    };
    let node = |name: &str, verb| Node {
        id: NodeId::from(name),
        verb,
        subflow: None,
        pauses_recording: false,
    };
    Flow {
        id: FlowId::from(queue.as_str()),
        hash: FlowHash::from("0000000000000000"),
        languages: vec![Language::from("en")],
        start: line,
        answer: AnswerPolicy { after: Duration::ZERO, early: false },
        limits: Limits {
            call: Duration::from_mins(60),
            visits: 8,
            errors: 6,
            menus: Duration::from_mins(60),
        },
        nodes: vec![
            node("line", Verb::Queue(waits)),
            node("bye", Verb::Hangup(HangupNode { prompts: Vec::new() })),
        ],
        variables: IndexMap::new(),
        records: Vec::new().into(),
        subflows: Vec::new(),
        surveys: BTreeMap::new(),
        home: None,
        faqs: Vec::new(),
        escape: None,
        on_hangup: None,
        on_fault: None,
        built_in: BTreeMap::new(),
    }
}
