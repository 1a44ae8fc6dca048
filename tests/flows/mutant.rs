//! Flows with one way led elsewhere: what the tests of a flow must notice.

use std::sync::Arc;

use sambung::call::FlowId;
use sambung::flow::{Flow, Goto, Input, NodeIndex, QueueKeyAction, QueueNode, Verb};

/// A flow in which one way leads elsewhere.
#[derive(Debug)]
pub(crate) struct Mutant {
    /// The node and the outcome, such as `main.1`.
    pub(crate) way: String,
    /// The node that the way leaves; `None` for what is asked of no node.
    pub(crate) node: Option<NodeIndex>,
    /// The outcome.
    pub(crate) outcome: Arc<str>,
    /// Where it leads now.
    pub(crate) to: String,
    /// The flow.
    pub(crate) flow: Flow,
}

/// Every flow that differs from this one in a single way: each outcome, each command at each question, each
/// `return`, the start and the escape, led to the node that stands next in the file after the right one.
pub(crate) fn mutants(flow: &Flow) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for at in (0..flow.nodes.len()).map(index) {
        // What ships with the program has its tests there.
        if flow.node(at).subflow.is_some_and(|of| flow.subflow(of).is_shipped()) {
            continue;
        }
        for nth in 0..roads(&mut flow.node(at).verb.clone()).len() {
            let mut copy = flow.clone();
            let mut ways = roads(&mut copy.nodes[at.0 as usize].verb);
            let (outcome, goto) = &mut ways[nth];
            let outcome = Arc::clone(outcome);
            **goto = Goto::Node(other(flow, at, **goto));
            let to = name(flow, **goto);
            let way = format!("{}.{outcome}", flow.node(at).id);
            mutants.push(Mutant { way, node: Some(at), outcome, to, flow: copy });
        }
        mutants.extend(returning_otherwise(flow, at));
    }
    let mut copy = flow.clone();
    copy.start = other(flow, flow.start, Goto::Node(flow.start));
    let to = name(flow, Goto::Node(copy.start));
    mutants.push(Mutant { way: "start".into(), node: None, outcome: "".into(), to, flow: copy });
    if let Some(escape) = flow.escape {
        let mut copy = flow.clone();
        let away = Goto::Node(other(flow, flow.start, escape));
        copy.escape = Some(away);
        let to = name(flow, away);
        mutants.push(Mutant {
            way: "escape".into(),
            node: None,
            outcome: "".into(),
            to,
            flow: copy,
        });
    }
    mutants
}

/// A `return` that says another outcome of its subflow.
fn returning_otherwise(flow: &Flow, at: NodeIndex) -> Option<Mutant> {
    let node = flow.node(at);
    let Verb::Return(end) = &node.verb else { return None };
    let outcomes = &flow.subflow(node.subflow?).outcomes;
    let place = outcomes.iter().position(|outcome| *outcome == end.outcome)?;
    let to = Arc::clone(&outcomes[(place + 1) % outcomes.len()]);
    let mut copy = flow.clone();
    if let Verb::Return(end) = &mut copy.nodes[at.0 as usize].verb {
        end.outcome = Arc::clone(&to);
    }
    let way = format!("{}.return", node.id);
    let to = to.to_string();
    Some(Mutant { way, node: Some(at), outcome: "".into(), to, flow: copy })
}

/// The node after the right one in the order of the file, within the flow or the subflow that the way stands in.
fn other(flow: &Flow, from: NodeIndex, right: Goto) -> NodeIndex {
    let scope = flow.node(from).subflow;
    let right = match right {
        Goto::Node(node) => node,
        Goto::Back | Goto::Repeat | Goto::None | Goto::Failed => from,
    };
    let count = flow.nodes.len();
    let mut after = (1..=count).map(|step| index((right.0 as usize + step) % count));
    after.find(|node| flow.node(*node).subflow == scope && *node != right).expect("another node")
}

fn index(at: usize) -> NodeIndex {
    NodeIndex(u32::try_from(at).expect("few nodes"))
}

fn name(flow: &Flow, goto: Goto) -> String {
    match goto {
        Goto::Node(node) => flow.node(node).id.to_string(),
        other => format!("{other:?}"),
    }
}

/// Every way out of a node, to be changed; the order is that of [`Verb::ways`], which knows nothing of `hung_up`.
fn roads(verb: &mut Verb) -> Vec<(Arc<str>, &mut Goto)> {
    match verb {
        Verb::Say(say) => vec![("next".into(), &mut say.next)],
        Verb::Set(set) => vec![("next".into(), &mut set.next)],
        Verb::Note(note) => vec![("next".into(), &mut note.next)],
        Verb::Menu(menu) | Verb::Confirm(menu) => {
            let choices = menu.choices.iter_mut();
            let choices = choices.map(|choice| (choice.name.clone(), &mut choice.goto));
            choices.chain(asked(&mut menu.input)).collect()
        }
        Verb::Collect(collect) => {
            let ok = ("ok".into(), &mut collect.ok);
            std::iter::once(ok).chain(asked(&mut collect.input)).collect()
        }
        Verb::Answer(answer) => {
            let done = ("done".into(), &mut answer.done);
            let unknown = ("unknown".into(), &mut answer.unknown);
            [done, unknown].into_iter().chain(commands(&mut answer.input)).collect()
        }
        Verb::Branch(branch) => {
            let arms = (1..).zip(&mut branch.arms);
            let arms = arms.map(|(nth, (_, goto))| (format!("when {nth}").into(), goto));
            arms.chain([("else".into(), &mut branch.otherwise)]).collect()
        }
        Verb::Hours(hours) => vec![
            ("open".into(), &mut hours.open),
            ("closed".into(), &mut hours.closed),
            ("holiday".into(), &mut hours.holiday),
        ],
        Verb::Http(http) => vec![
            ("ok".into(), &mut http.ok),
            ("not_found".into(), &mut http.not_found),
            ("failed".into(), &mut http.failed),
        ],
        Verb::Ticket(ticket) => {
            vec![("ok".into(), &mut ticket.ok), ("failed".into(), &mut ticket.failed)]
        }
        Verb::Callback(call) => {
            vec![("ok".into(), &mut call.ok), ("failed".into(), &mut call.failed)]
        }
        Verb::Call(call) => {
            let outcomes = call.outcomes.iter_mut();
            let outcomes = outcomes.map(|(outcome, goto)| (outcome.clone(), goto));
            outcomes.chain(maybe("failed", &mut call.failed)).collect()
        }
        Verb::Record(record) => {
            let ok = ("ok".into(), &mut record.ok);
            let empty = maybe("empty", &mut record.empty);
            [ok].into_iter().chain(empty).chain(maybe("hung_up", &mut record.hung_up)).collect()
        }
        Verb::Queue(queue) => out_of_line(queue),
        Verb::Transfer(transfer) => [
            ("done", &mut transfer.done),
            ("busy", &mut transfer.busy),
            ("no_answer", &mut transfer.no_answer),
            ("failed", &mut transfer.failed),
        ]
        .into_iter()
        .filter_map(|(outcome, goto)| maybe(outcome, goto))
        .collect(),
        Verb::Return(_) | Verb::Hangup(_) => Vec::new(),
    }
}

/// Every way out of a line.
fn out_of_line(queue: &mut QueueNode) -> Vec<(Arc<str>, &mut Goto)> {
    let nobody = [
        ("too_long".into(), &mut queue.too_long),
        ("full".into(), &mut queue.full),
        ("closed".into(), &mut queue.closed),
        ("unstaffed".into(), &mut queue.unstaffed),
    ];
    let done = maybe("done", &mut queue.done).into_iter().chain(nobody);
    let keys = queue.keys.iter_mut().filter_map(|key| match &mut key.action {
        QueueKeyAction::Leave(goto) => Some((key.key.to_string().into(), goto)),
        _ => None,
    });
    done.chain(maybe("called_back", &mut queue.called_back)).chain(keys).collect()
}

fn asked(input: &mut Input) -> impl Iterator<Item = (Arc<str>, &mut Goto)> {
    let commands = input.commands.iter_mut();
    let commands = commands.map(|command| (command.keys.to_string().into(), &mut command.goto));
    maybe("failed", &mut input.failed).into_iter().chain(commands)
}

fn commands(input: &mut Input) -> impl Iterator<Item = (Arc<str>, &mut Goto)> {
    input.commands.iter_mut().map(|command| (command.keys.to_string().into(), &mut command.goto))
}

fn maybe<'a>(outcome: &str, goto: &'a mut Option<Goto>) -> Option<(Arc<str>, &'a mut Goto)> {
    goto.as_mut().map(|goto| (outcome.into(), goto))
}

/// What is changed here is what the flow itself calls its ways.
pub(crate) fn knows_every_way(flow: &Flow) -> bool {
    flow.nodes.iter().all(|node| {
        let ways: Vec<_> = node.verb.ways().into_iter().map(|w| (w.outcome, w.goto)).collect();
        let mut verb = node.verb.clone();
        let own: Vec<_> = roads(&mut verb).into_iter().map(|(name, goto)| (name, *goto)).collect();
        own.into_iter().filter(|(outcome, _)| &**outcome != "hung_up").eq(ways)
    })
}

/// The figure in words.
pub(crate) fn title(flow: &FlowId, caught: usize, all: usize) -> String {
    let tenths = caught * 1_000 / all.max(1);
    format!("{flow}: {caught} of {all} mutants caught, {}.{} %", tenths / 10, tenths % 10)
}
