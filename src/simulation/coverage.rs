//! What calls have touched of a flow: nodes, ways out of them, prompts by language.
//!
//! Built from what tests did and from the records of live calls alike, so that both can be held side by side. The names
//! of outcomes are those of [`Verb::ways`].

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::call::{CallRecord, Language, NodeId, PromptId};
use crate::flow::{Flow, Goto, Node, Verb, WayKind};

/// Outcomes that a record may name beside the ways of its node: the call ended or went on without the flow having said
/// where to. `command` stands for the keys beside it.
pub const EXTRA_OUTCOMES: [&str; 11] = [
    "busy",
    "called_back",
    "command",
    "done",
    "empty",
    "escape",
    "failed",
    "hangup",
    "left",
    "moved",
    "no_answer",
];

/// What there is to cover in a flow.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The nodes in the order of the flow, each with its ways.
    nodes: Vec<(NodeId, Vec<Lane>)>,
    places: BTreeMap<NodeId, usize>,
    /// The flow's own prompts by language.
    prompts: Vec<(Language, PromptId)>,
}

/// One way that a call can take out of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Its outcome: `ok`, the name of a choice, the keys of a command.
    pub outcome: Arc<str>,
    /// Whether it is a command, which works at many questions alike.
    pub is_command: bool,
}

/// How often each thing was touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    nodes: BTreeMap<NodeId, u64>,
    ways: BTreeMap<(NodeId, Arc<str>), u64>,
    prompts: BTreeMap<(Language, PromptId), u64>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// What was touched.
    pub touched: usize,
    /// What there is.
    pub all: usize,
}

/// Coverage in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Nodes.
    pub nodes: Share,
    /// Outcomes, commands left out.
    pub outcomes: Share,
    /// Commands, counted at each question where they work.
    pub commands: Share,
    /// The flow's own prompts, by language.
    pub prompts: BTreeMap<Language, Share>,
}

impl Ground {
    /// What there is in a flow, without shipped subflows; `prompts` are its texts by language, without the built-in ones.
    #[must_use]
    pub fn of(flow: &Flow, prompts: impl IntoIterator<Item = (Language, PromptId)>) -> Self {
        let mut prompts: Vec<_> = prompts.into_iter().collect();
        prompts.sort();
        prompts.dedup();
        let own = |node: &&Node| !node.subflow.is_some_and(|of| flow.subflow(of).is_shipped());
        let nodes = flow.nodes.iter().filter(own);
        let nodes: Vec<_> = nodes.map(|node| (node.id.clone(), lanes(flow, &node.verb))).collect();
        let places = nodes.iter().map(|(id, _)| id.clone()).zip(0..).collect();
        Self { nodes, places, prompts }
    }

    /// The nodes in the order of the flow, each with its ways.
    pub fn nodes(&self) -> impl Iterator<Item = (&NodeId, &[Lane])> {
        self.nodes.iter().map(|(id, lanes)| (id, &lanes[..]))
    }

    /// The ways of a node; `None` if the flow has no such node.
    #[must_use]
    pub fn lanes(&self, node: &str) -> Option<&[Lane]> {
        self.places.get(node).and_then(|place| self.nodes.get(*place)).map(|(_, l)| &l[..])
    }

    /// The way that a step of a record stands for. `None` for an outcome that is no way, and for a node of another flow.
    #[must_use]
    pub fn lane(&self, node: &str, outcome: &str, keys: Option<&str>) -> Option<&Lane> {
        let lanes = self.lanes(node)?;
        let named = |name: &str, command| {
            lanes.iter().find(|l| l.is_command == command && *l.outcome == *name)
        };
        match outcome {
            "command" => named(keys?, true),
            // Without a way of their own these go where `failed` goes.
            "busy" | "no_answer" => named(outcome, false).or_else(|| named("failed", false)),
            _ => named(outcome, false),
        }
    }
}

/// The ways that calls take, as records name them. A command that only asks again, or is switched off, leaves no node.
/// Neither does a shipped subflow that fails: none of them does.
fn lanes(flow: &Flow, verb: &Verb) -> Vec<Lane> {
    let mut lanes = Vec::new();
    let never_fails = match verb {
        Verb::Call(call) => flow.subflow(call.subflow).is_shipped(),
        _ => false,
    };
    for way in verb.ways().into_iter().filter(|w| !(never_fails && w.kind == WayKind::Failed)) {
        let is_command = way.kind == WayKind::Command;
        if !(is_command && matches!(way.goto, Goto::Repeat | Goto::None)) {
            lanes.push(Lane { outcome: way.outcome, is_command });
        }
    }
    if let Verb::Record(record) = verb
        && record.hung_up.is_some()
    {
        lanes.push(Lane { outcome: "hung_up".into(), is_command: false });
    }
    lanes
}

impl Coverage {
    /// A node was visited and left by `outcome`, if it was left.
    pub fn visit(
        &mut self,
        ground: &Ground,
        node: &str,
        outcome: Option<&str>,
        keys: Option<&str>,
    ) {
        let node = NodeId::from(node);
        if let Some(lane) = outcome.and_then(|outcome| ground.lane(node.as_str(), outcome, keys)) {
            *self.ways.entry((node.clone(), lane.outcome.clone())).or_default() += 1;
        }
        *self.nodes.entry(node).or_default() += 1;
    }

    /// Everything that a call's record tells.
    pub fn record(&mut self, ground: &Ground, record: &CallRecord) {
        for step in &record.steps {
            self.visit(ground, step.node.as_str(), step.outcome.as_deref(), step.keys.as_deref());
        }
    }

    /// A prompt was heard.
    pub fn hear(&mut self, language: &Language, prompt: &PromptId) {
        *self.prompts.entry((language.clone(), prompt.clone())).or_default() += 1;
    }

    /// Adds what other calls have touched.
    pub fn add(&mut self, other: &Self) {
        add(&mut self.nodes, &other.nodes);
        add(&mut self.ways, &other.ways);
        add(&mut self.prompts, &other.prompts);
    }

    /// How often a node was visited.
    #[must_use]
    pub fn of_node(&self, node: &NodeId) -> u64 {
        self.nodes.get(node).copied().unwrap_or(0)
    }

    /// How often a node was left by a way.
    #[must_use]
    pub fn of_way(&self, node: &NodeId, outcome: &Arc<str>) -> u64 {
        self.ways.get(&(node.clone(), outcome.clone())).copied().unwrap_or(0)
    }

    /// How much of a flow this is.
    #[must_use]
    pub fn figures(&self, ground: &Ground) -> Figures {
        let mut figures = Figures::default();
        for (node, lanes) in ground.nodes() {
            figures.nodes.count(self.of_node(node) > 0);
            for lane in lanes {
                let taken = self.of_way(node, &lane.outcome) > 0;
                let share =
                    if lane.is_command { &mut figures.commands } else { &mut figures.outcomes };
                share.count(taken);
            }
        }
        for (language, prompt) in &ground.prompts {
            let heard = self.prompts.contains_key(&(language.clone(), prompt.clone()));
            figures.prompts.entry(language.clone()).or_default().count(heard);
        }
        figures
    }

    /// The nodes that were never visited.
    pub fn unvisited<'a>(&'a self, ground: &'a Ground) -> impl Iterator<Item = &'a NodeId> {
        ground.nodes().map(|(node, _)| node).filter(|node| self.of_node(node) == 0)
    }

    /// The ways of visited nodes that were never taken, commands left out.
    pub fn untaken<'a>(
        &'a self,
        ground: &'a Ground,
    ) -> impl Iterator<Item = (&'a NodeId, &'a Arc<str>)> {
        let visited = ground.nodes().filter(|(node, _)| self.of_node(node) > 0);
        visited.flat_map(move |(node, lanes)| {
            let untaken = lanes
                .iter()
                .filter(move |lane| !lane.is_command && self.of_way(node, &lane.outcome) == 0);
            untaken.map(move |lane| (node, &lane.outcome))
        })
    }

    /// The flow's own prompts that were never heard, by language.
    pub fn unheard<'a>(
        &'a self,
        ground: &'a Ground,
    ) -> impl Iterator<Item = &'a (Language, PromptId)> {
        ground.prompts.iter().filter(|prompt| !self.prompts.contains_key(prompt))
    }

    /// The ways that were taken, with how often.
    pub fn ways(&self) -> impl Iterator<Item = (&NodeId, &Arc<str>, u64)> {
        self.ways.iter().map(|((node, outcome), count)| (node, outcome, *count))
    }
}

impl Share {
    fn count(&mut self, touched: bool) {
        self.all += 1;
        self.touched += usize::from(touched);
    }
}

impl std::ops::AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.touched += other.touched;
        self.all += other.all;
    }
}

impl std::fmt::Display for Share {
    /// `31/33`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.touched, self.all)
    }
}

fn add<K: Ord + Clone>(to: &mut BTreeMap<K, u64>, from: &BTreeMap<K, u64>) {
    for (key, count) in from {
        *to.entry(key.clone()).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Facts, Sources, compile};

    const SHOP: &str = "
sambung: 1
flow: shop
language: en
start: main
vars: { message: { type: recording } }
commands: { '0': night, '#': repeat }
nodes:
  main:
    menu: { text: Press one or two. }
    choices: { 1: leave, 2: bye }
    failed: bye
  leave:
    record: { text: Speak now please. }
    into: message
    ok: bye
    hung_up: after
  after: { note: { left: 'yes' }, next: bye }
  night: { transfer: '+62215550100', failed: bye }
  bye: { hangup: { text: Goodbye then. } }
";

    #[test]
    fn steps_of_records_are_counted_as_ways() {
        let compiled = compile(&Sources::one("shop.yaml", SHOP.as_bytes()), &Facts::default());
        let flow = compiled.flow().unwrap_or_else(|| panic!("{:?}", compiled.diagnostics.list));
        let prompts = [("en", "hello"), ("en", "never")].map(|(l, p)| (l.into(), p.into()));
        let ground = Ground::of(flow, prompts);
        let mut coverage = Coverage::default();
        for (node, outcome, keys, way) in [
            ("main", Some("1"), Some("1"), Some("1")),
            ("main", Some("command"), Some("0"), Some("0")),
            ("main", Some("escape"), None, None),
            ("leave", Some("hung_up"), None, Some("hung_up")),
            ("leave", Some("empty"), None, None),
            ("night", Some("busy"), None, Some("failed")),
            ("night", Some("done"), None, None),
            ("bye", Some("hangup"), None, None),
            ("elsewhere", Some("next"), None, None),
        ] {
            let before: u64 = coverage.ways().map(|(_, _, count)| count).sum();
            coverage.visit(&ground, node, outcome, keys);
            let lane = outcome.and_then(|outcome| ground.lane(node, outcome, keys));
            assert_eq!(lane.map(|lane| &*lane.outcome), way, "{node} {outcome:?}");
            let after: u64 = coverage.ways().map(|(_, _, count)| count).sum();
            assert_eq!(after - before, u64::from(way.is_some()), "{node} {outcome:?}");
        }
        coverage.hear(&"en".into(), &"hello".into());
        let figures = coverage.figures(&ground);
        let shares = [figures.nodes, figures.outcomes, figures.commands, figures.prompts["en"]];
        assert_eq!(shares.map(|share| share.to_string()), ["4/5", "3/7", "1/1", "1/2"]);
        let untaken: Vec<_> =
            coverage.untaken(&ground).map(|(node, way)| format!("{node}.{way}")).collect();
        assert_eq!(untaken, ["main.2", "main.failed", "leave.ok"]);
        let unvisited: Vec<_> = coverage.unvisited(&ground).map(NodeId::as_str).collect();
        assert_eq!(unvisited, ["after"]);
        let unheard: Vec<_> =
            coverage.unheard(&ground).map(|(_, prompt)| prompt.as_str()).collect();
        assert_eq!(unheard, ["never"]);
        let mut twice = coverage.clone();
        twice.add(&coverage);
        assert_eq!(twice.of_node(&"main".into()), 6);
    }
}
