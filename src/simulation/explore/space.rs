//! Every state that a call of a flow can come to, found in breadth: by real calls, each played on from a copy.
//!
//! Two calls that stand alike are one state. What limits a call but does not lead it (time, the count of its errors,
//! how often it was where) begins anew in each state, so that these do not multiply the states; that the last error
//! is made is a way of its own, open at every question. The way back is told apart by the last
//! [`TRAIL`] questions.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::alphabet::{leads_back, moves};
use super::call::{Call, Rest, Seen};
use super::moves::{Move, Pressed};
use super::world::World;
use crate::call::NodeId;
use crate::flow::{Ahead, BuiltIn, CallRule, NodeIndex};
use crate::interpreter::Heeded;
use crate::session::Attention;
use crate::time::Duration;

/// How many questions before the present one tell states apart where a command leads back.
const TRAIL: usize = 2;

/// The states of a flow.
#[derive(Debug)]
pub(super) struct Space {
    pub(super) worlds: Vec<World>,
    pub(super) states: Vec<State>,
    pub(super) arrivals: Vec<Arrival>,
    /// Whether every state was found.
    pub(super) complete: bool,
    /// How many moves were played.
    pub(super) moves: usize,
    /// Where each state stands, by what tells it apart.
    known: BTreeMap<String, usize>,
    /// What is heeded at each node that a call came to.
    heeded: Vec<Option<Heeded>>,
    /// What was seen that must not be, each the first time: shortest ways first.
    pub(super) sights: BTreeMap<Sight, Found>,
}

/// A state.
#[derive(Debug)]
pub(super) struct State {
    pub(super) world: usize,
    pub(super) rest: Rest,
    pub(super) node: Option<NodeIndex>,
    /// Whether the caller has hung up.
    pub(super) gone: bool,
    /// Whether it was played on from.
    pub(super) explored: bool,
    /// The first way to it.
    pub(super) first: usize,
    pub(super) edges: Vec<Edge>,
    /// The questions before it, for each way back.
    trails: Vec<Vec<NodeIndex>>,
}

/// What leads from a state to another.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) what: Move,
    pub(super) to: usize,
    pub(super) flow: Duration,
    /// Whether the caller talked with a person on the way.
    pub(super) person: bool,
    /// Whether the flow ended the call in order.
    pub(super) ended: bool,
}

/// One way to a state.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) state: usize,
    pub(super) from: Option<(usize, Move)>,
}

/// Something that must not be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sight {
    /// A node could not be carried out.
    Fault,
    /// The call goes on and on, and nobody is asked.
    Endless,
    /// A secret stands where it must not.
    Leak,
    /// An author's rule, by its place, is broken.
    Rule(usize),
}

/// Where it was seen first.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// After this arrival,
    pub(super) arrival: usize,
    /// by this move; `None` = before the first.
    pub(super) by: Option<Move>,
    /// in words.
    pub(super) what: String,
}

/// A call that is to be played on.
struct Open {
    arrival: usize,
    call: Call,
    rules: u64,
}

struct Search<'a> {
    ahead: Ahead<'a>,
    rules: &'a [CallRule],
    back: bool,
    fault: bool,
    surveyed: bool,
    open: VecDeque<Open>,
    space: Space,
    most: usize,
}

/// Finds the states of a flow, at most `most` of them.
pub(super) fn search(worlds: Vec<World>, rules: &[CallRule], most: usize) -> Space {
    let Some(flow) = worlds.first().map(|world| Arc::clone(&world.stage.program.flow)) else {
        return Space::empty(worlds);
    };
    let mut search = Search {
        ahead: Ahead::of(&flow),
        rules,
        back: leads_back(&flow),
        fault: flow.heeds(BuiltIn::Fault),
        surveyed: flow.heeds(BuiltIn::CallSurveyed),
        open: VecDeque::new(),
        space: Space::empty(worlds),
        most,
    };
    search.space.heeded = vec![None; flow.nodes.len()];
    for world in 0..search.space.worlds.len() {
        let mut seen = Seen::default();
        let mut call = Call::begin(&search.space.worlds[world], &mut seen);
        let rest = call.rest().unwrap_or(Rest::Endless);
        let rules = search.look(&seen, rest, 0, search.space.arrivals.len(), None);
        call.begin_anew(&search.space.worlds[world]);
        search.arrive(world, call, rest, rules, None);
    }
    while let Some(open) = search.open.pop_front() {
        if search.space.states.len() > search.most {
            search.space.complete = false;
            break;
        }
        search.expand(&open);
    }
    search.space
}

impl Space {
    fn empty(worlds: Vec<World>) -> Self {
        Self {
            worlds,
            states: Vec::new(),
            arrivals: Vec::new(),
            complete: true,
            moves: 0,
            known: BTreeMap::new(),
            heeded: Vec::new(),
            sights: BTreeMap::new(),
        }
    }

    /// The world and the moves that lead to an arrival.
    pub(super) fn path(&self, arrival: usize) -> (usize, Vec<Move>) {
        let mut moves = Vec::new();
        let mut at = arrival;
        while let Some((from, by)) = self.arrivals.get(at).and_then(|one| one.from.as_ref()) {
            moves.push(by.clone());
            at = *from;
        }
        moves.reverse();
        (self.arrivals.get(at).map_or(0, |one| self.states[one.state].world), moves)
    }

    /// The state that a real call stands at; `visited` = the rules whose first node was visited.
    pub(super) fn state(&self, world: usize, call: &Call, visited: u64) -> Option<usize> {
        let rest = call.rest()?;
        let heeded = call.node().and_then(|node| self.heeded.get(node.0 as usize)?.as_ref());
        self.known.get(&key((world, rest, visited), call, heeded)).copied()
    }
}

impl Search<'_> {
    fn expand(&mut self, open: &Open) {
        let state = self.space.arrivals[open.arrival].state;
        let (world, rest) = (self.space.states[state].world, self.space.states[state].rest);
        let moves = moves(&open.call, rest, &self.space.worlds[world], &self.ahead);
        self.space.states[state].explored = true;
        let twin = self.twin(open);
        for what in moves {
            if let Some(twin) = twin.filter(|_| is_answer(&what)) {
                let edges = &self.space.states[twin].edges;
                let same: Vec<Edge> =
                    edges.iter().filter(|edge| edge.what == what).cloned().collect();
                if !same.is_empty() {
                    same.into_iter().for_each(|edge| self.connect(state, edge));
                    continue;
                }
            }
            self.play(open, state, what);
        }
    }

    fn play(&mut self, open: &Open, state: usize, what: Move) {
        self.space.moves += 1;
        let world = self.space.states[state].world;
        let mut call = open.call.clone();
        if what == Move::LastMiss {
            call.solo.use_up_errors();
        }
        let mut seen = Seen::default();
        let rest = what.play(&mut call, &mut seen);
        let rules = self.look(&seen, rest, open.rules, open.arrival, Some(&what));
        call.begin_anew(&self.space.worlds[world]);
        let ended = seen.ended.as_ref().is_some_and(|end| !end.by_caller) && seen.fault.is_none();
        let (flow, person) = (seen.flow, seen.person);
        let to = self.arrive(world, call, rest, rules, Some((open.arrival, what.clone())));
        self.connect(state, Edge { what, to, flow, person, ended });
    }

    fn connect(&mut self, state: usize, edge: Edge) {
        let edges = &mut self.space.states[state].edges;
        if !edges.iter().any(|known| known.to == edge.to && known.what == edge.what) {
            edges.push(edge);
        }
    }

    /// The state of the same question before it was missed: whoever answers goes on from both alike.
    fn twin(&self, open: &Open) -> Option<usize> {
        let (from, by) = self.space.arrivals[open.arrival].from.as_ref()?;
        let missed = matches!(by, Move::Silence | Move::Keys { what: Pressed::Wrong, .. });
        let before = self.space.arrivals[*from].state;
        let node = self.space.states[before].node;
        let asked = open.call.session().asked()?;
        (missed && asked.begins && asked.missed > 0 && node == Some(asked.node)).then_some(before)
    }

    /// A call has come to rest; returns its state.
    fn arrive(
        &mut self,
        world: usize,
        call: Call,
        rest: Rest,
        rules: u64,
        from: Option<(usize, Move)>,
    ) -> usize {
        let key = self.key(world, &call, rest, rules);
        let trail = self.trail(&call);
        let known = self.space.known.get(&key).copied();
        let state = known.unwrap_or(self.space.states.len());
        let arrival = self.space.arrivals.len();
        match known {
            Some(state) if self.space.states[state].trails.contains(&trail) => return state,
            Some(state) => self.space.states[state].trails.push(trail),
            None => {
                self.space.known.insert(key, state);
                self.space.states.push(State {
                    world,
                    rest,
                    node: call.node(),
                    gone: call.session().attention() == Attention::Gone,
                    explored: matches!(rest, Rest::Over | Rest::Endless),
                    first: arrival,
                    edges: Vec::new(),
                    trails: vec![trail],
                });
            }
        }
        self.space.arrivals.push(Arrival { state, from });
        if !matches!(rest, Rest::Over | Rest::Endless) {
            self.open.push_back(Open { arrival, call, rules });
        }
        state
    }

    fn key(&mut self, world: usize, call: &Call, rest: Rest, rules: u64) -> String {
        let (ahead, fault, surveyed) = (&self.ahead, self.fault, self.surveyed);
        let heeded = call.node().map(|node| {
            &*self.space.heeded[node.0 as usize].get_or_insert_with(|| Heeded {
                variables: ahead.live(node),
                numbers: ahead.numbers(),
                fault,
                surveyed,
            })
        });
        key((world, rest, rules), call, heeded)
    }

    /// The questions that `back` would lead to, where it is bound.
    fn trail(&self, call: &Call) -> Vec<NodeIndex> {
        if !self.back {
            return Vec::new();
        }
        call.session().trail().iter().rev().skip(1).take(TRAIL).copied().collect()
    }

    /// Looks for what must not be seen; returns which nodes of the rules were visited.
    fn look(
        &mut self,
        seen: &Seen,
        rest: Rest,
        visited: u64,
        arrival: usize,
        by: Option<&Move>,
    ) -> u64 {
        let mut sights = Vec::new();
        if let Some((node, reason)) = &seen.fault {
            sights.push((Sight::Fault, fault_words(node, reason)));
        }
        if rest == Rest::Endless {
            let nodes: Vec<&str> = seen.nodes.iter().rev().take(3).map(NodeId::as_str).collect();
            sights.push((Sight::Endless, format!("it goes on at `{}`", nodes.join("`, `"))));
        }
        if let Some((place, value)) = &seen.leak {
            sights.push((Sight::Leak, format!("`{value}` stands in {place}")));
        }
        let visited = super::rules::look(self.rules, seen, visited, &mut sights);
        for (sight, what) in sights {
            let found = Found { arrival, by: by.cloned(), what };
            self.space.sights.entry(sight).or_insert(found);
        }
        visited
    }
}

/// What tells the state of a call apart from all others.
fn key((world, rest, rules): (usize, Rest, u64), call: &Call, heeded: Option<&Heeded>) -> String {
    match heeded {
        _ if rest == Rest::Over => format!("{world} over"),
        None => format!("{world} {rest:?}"),
        Some(heeded) => {
            format!("{world} {rules} {} {}", call.in_line, call.session().outline(heeded))
        }
    }
}

impl Call {
    /// Nothing of its limits is used up, and it is as late as when the call came in.
    pub(super) fn begin_anew(&mut self, world: &World) {
        self.solo.begin_anew(world.wall);
    }
}

fn is_answer(what: &Move) -> bool {
    match what {
        Move::Keys { what, .. } => match what {
            Pressed::Answer | Pressed::Command | Pressed::Back => true,
            Pressed::Repeat | Pressed::Wrong => false,
        },
        Move::Say(_) => true,
        Move::Silence
        | Move::LastMiss
        | Move::Speak(_)
        | Move::HangUp
        | Move::Answer(_)
        | Move::NoAnswer
        | Move::AgentTalks
        | Move::TooLong
        | Move::Full
        | Move::Unstaffed
        | Move::Closed
        | Move::TakeOffer(_)
        | Move::KeyInLine(_)
        | Move::TargetTalks
        | Move::TargetFails(_) => false,
    }
}

fn fault_words(node: &NodeId, reason: &str) -> String {
    let why = match reason {
        "fault_formula" => "a formula has no value",
        "fault_calendar" => "there is no such calendar",
        "fault_number" => "there is no number to ring",
        "fault_recording" => "nothing can be recorded",
        "fault_outcome" => "the subflow ends in a way that its `call` does not know",
        "fault_endless_loop" => "an endless loop without a sound",
        _ => "it cannot be carried out",
    };
    format!("`{node}`: {why}")
}
