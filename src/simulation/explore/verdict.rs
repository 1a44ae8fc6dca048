//! What is true of a flow: each finding with its verdict, and a real call where it is not.

use std::sync::Arc;

use super::adversary::{Adversary, Outcome, Wrong};
use super::moves::{Move, seconds};
use super::replay::{Played, flow_time, play, with_errors};
use super::report::{Counterexample, Finding, Report, Verdict};
use super::script::Demand;
use super::space::{Found, Sight, Space, search};
use super::walks::{Walks, sights};
use super::world::{World, worlds};
use super::{Plan, Stage, circle, longest, rules, ways_out};
use crate::flow::{Ahead, CallRule, Flow};
use crate::time::Duration;

/// A call as it is to be played.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) world: usize,
    pub(super) moves: Vec<Move>,
    /// What is wrong then.
    pub(super) what: String,
}

/// Looks at every call of a flow.
#[must_use]
pub fn explore(stage: &Stage, plan: &Plan) -> Report {
    let flow = Arc::clone(&stage.program.flow);
    let ahead = Ahead::of(&flow);
    let space = search(worlds(stage), &plan.rules, plan.states);
    let walks = Walks { worlds: &space.worlds, ahead: &ahead, rules: &plan.rules };
    let walked = if space.complete { Vec::new() } else { walks.go(plan.calls, plan.seed) };
    let judge = Judge { space: &space, plan, flow: &flow, ahead: &ahead, walked };
    let mut findings = vec![judge.ways_out(), judge.circles(), judge.sight(Sight::Fault)];
    findings.push(judge.adversary(Adversary::Silent));
    findings.push(judge.adversary(Adversary::Masher));
    findings.push(judge.all_is_down());
    findings.push(judge.longest());
    findings.push(judge.sight(Sight::Leak));
    findings.extend(judge.rules());
    let (states, moves, complete) = (space.states.len(), space.moves, space.complete);
    Report { states, moves, complete, findings }
}

/// The name of a call that cannot get out.
const TRAP: &str = "trap";

struct Judge<'a> {
    space: &'a Space,
    plan: &'a Plan,
    flow: &'a Flow,
    ahead: &'a Ahead<'a>,
    walked: Vec<(Sight, Way)>,
}

/// Something that is to be told of a call.
struct Tale<'a> {
    name: &'static str,
    slow: bool,
    /// Whether the real call shows it.
    holds: &'a dyn Fn(&Played) -> bool,
    /// What a test demands after it.
    demand: &'a dyn Fn(&Played) -> Demand,
}

impl Judge<'_> {
    fn world(&self, way: &Way) -> &World {
        &self.space.worlds[way.world]
    }

    /// The verdict where nothing was found.
    fn clean(&self) -> Verdict {
        if self.space.complete { Verdict::Proved } else { Verdict::NotFound(self.plan.calls) }
    }

    /// Plays a way as a real call; it fails if the call shows what the tale says.
    fn tell(&self, way: &Way, tale: &Tale<'_>) -> Verdict {
        let world = self.world(way);
        let Some(moves) = with_errors(self.flow, world, &way.moves) else {
            return Verdict::Open(format!(
                "{}, but only after more errors than a call has",
                way.what
            ));
        };
        let played = play(world, &moves, tale.slow);
        if !played.whole || !(tale.holds)(&played) {
            return Verdict::Open(format!("{}, but no real call was found that does so", way.what));
        }
        let demand = (tale.demand)(&played);
        let mut lines = played.lines;
        if tale.name == TRAP {
            lines.push("and so on".to_owned());
        }
        let test = played.script.write(world, &way.what, &demand, &self.plan.rules);
        Verdict::Failed(Box::new(Counterexample {
            what: way.what.clone(),
            world: world.words(),
            lines,
            name: tale.name,
            test: test.into(),
        }))
    }

    fn way(&self, found: &Found) -> Way {
        let (world, mut moves) = self.space.path(found.arrival);
        moves.extend(found.by.clone());
        Way { world, moves, what: found.what.clone() }
    }

    fn seen(&self, sight: Sight) -> Option<Way> {
        let found = self.space.sights.get(&sight).map(|found| self.way(found));
        found.or_else(|| self.walked.iter().find(|(one, _)| *one == sight).map(|(_, w)| w.clone()))
    }

    fn ways_out(&self) -> Finding {
        let verdict = match ways_out::trap(self.space, false) {
            None => self.clean(),
            Some(trap) => self.trapped(&trap, TRAP),
        };
        Finding { what: "every state can reach a person or the end".to_owned(), verdict }
    }

    fn trapped(&self, trap: &ways_out::Trap, name: &'static str) -> Verdict {
        let (world, mut moves) = self.space.path(trap.arrival);
        moves.extend(trap.lap.iter().cloned());
        let state = &self.space.states[self.space.arrivals[trap.arrival].state];
        let node = state.node.map_or("the start", |node| self.flow.node(node).id.as_str());
        let what = format!("callers at `{node}` cannot get out by any choice of theirs");
        let end = || Demand { steps: vec!["end".to_owned()], ..Demand::default() };
        let tale =
            Tale { name, slow: false, holds: &|played| !played.script.ended, demand: &|_| end() };
        self.tell(&Way { world, moves, what }, &tale)
    }

    /// No call goes on by itself for ever.
    fn circles(&self) -> Finding {
        let what = "nobody is talked at for minutes without being asked".to_owned();
        if let Some(way) = self.seen(Sight::Endless) {
            let most = super::call::LONGEST_TALE.as_secs();
            let demand = || Demand {
                steps: vec![format!("wait: {most}s"), "end".to_owned()],
                then: vec![format!("lasts: \"< {most}s\"")],
                rule: None,
            };
            let tale = Tale {
                name: "endless",
                slow: false,
                holds: &|played| played.rest == super::call::Rest::Endless,
                demand: &|_| demand(),
            };
            return Finding { what, verdict: self.tell(&way, &tale) };
        }
        let Some(circle) = circle::find(self.space) else {
            return Finding { what, verdict: self.clean() };
        };
        let (world, mut moves) = self.space.path(circle.arrival);
        moves.extend(circle.lap);
        let state = &self.space.states[self.space.arrivals[circle.arrival].state];
        let node = state.node.map_or("the start", |node| self.flow.node(node).id.as_str());
        let words = format!("the call goes round and round at `{node}`, and nobody is asked");
        let demand = |played: &Played| Demand {
            steps: vec!["wait: 60s".to_owned()],
            then: std::iter::once("http:".to_owned())
                .chain(
                    played
                        .script
                        .asked()
                        .map(|(name, times)| format!("  {name}: {{ times: {times} }}")),
                )
                .collect(),
            rule: None,
        };
        let tale = Tale {
            name: "circle",
            slow: false,
            holds: &|played| !played.script.ended,
            demand: &demand,
        };
        Finding { what, verdict: self.tell(&Way { world, moves, what: words }, &tale) }
    }

    /// Something that must not be seen.
    fn sight(&self, sight: Sight) -> Finding {
        let (what, name) = match sight {
            Sight::Fault => ("every node can be carried out".to_owned(), "fault"),
            Sight::Endless => ("nothing goes on for ever".to_owned(), "endless"),
            Sight::Leak => {
                ("no secret in a prompt, a log, a record or at a person's desk".to_owned(), "leak")
            }
            Sight::Rule(place) => {
                let rule = self.plan.rules.get(place);
                (rule.map(rules::words).unwrap_or_default(), "rule")
            }
        };
        let Some(way) = self.seen(sight) else {
            return Finding { what, verdict: self.clean() };
        };
        let own = &self.plan.rules;
        let holds = |played: &Played| {
            sights(&played.seen, played.rest, own).iter().any(|(one, _)| *one == sight)
        };
        let demand = |played: &Played| match (sight, &played.seen.leak) {
            (Sight::Fault, _) => {
                Demand { steps: vec!["{ hear: fault, not: true }".to_owned()], ..Demand::default() }
            }
            (Sight::Leak, Some((_, value))) => {
                Demand { then: vec![format!("log_never_has: [\"{value}\"]")], ..Demand::default() }
            }
            _ => Demand::default(),
        };
        let tale = Tale { name, slow: false, holds: &holds, demand: &demand };
        Finding { what, verdict: self.tell(&way, &tale) }
    }

    /// A caller for whom the flow must be ready, in every world.
    fn adversary(&self, who: Adversary) -> Finding {
        let outcomes: Vec<(usize, Outcome)> = (0..self.space.worlds.len())
            .map(|world| (world, who.call(&self.space.worlds[world], self.ahead)))
            .collect();
        let (name, words) = match who {
            Adversary::Silent => ("silent", "the silent caller"),
            Adversary::Masher => ("wrong-keys", "the caller of wrong keys"),
            Adversary::Down => ("down", "with everything down, a caller"),
        };
        // A node that cannot be carried out is told for itself.
        let told = |wrong: &Wrong| *wrong == Wrong::Fault && self.seen(Sight::Fault).is_some();
        let wrong = outcomes
            .iter()
            .find_map(|(world, one)| Some((*world, one, one.wrong.filter(|wrong| !told(wrong))?)));
        if let Some((world, one, why)) = wrong {
            let way = Way { world, moves: one.moves.clone(), what: why.words().to_owned() };
            let most = one.lasted.as_secs();
            let tale = Tale {
                name,
                slow: false,
                holds: &|_| true,
                demand: &|_| Demand {
                    steps: vec!["end".to_owned()],
                    then: vec![format!("lasts: \"< {most}s\"")],
                    rule: None,
                },
            };
            return Finding { what: format!("{words} ends well"), verdict: self.tell(&way, &tale) };
        }
        let latest = outcomes.into_iter().max_by_key(|(_, one)| one.lasted);
        let what = match latest {
            Some((_, one)) => {
                let node = one.node.map(|node| format!(" ({node})")).unwrap_or_default();
                let how = if one.person { "comes to a person" } else { "ends" };
                format!("{words} {how} after {} at the latest{node}", seconds(one.lasted))
            }
            None => format!("{words} ends"),
        };
        // Each was a real call, in every world that there is.
        Finding { what, verdict: Verdict::Proved }
    }

    fn all_is_down(&self) -> Finding {
        let caught = ways_out::trap(self.space, false).is_some();
        match ways_out::trap(self.space, true).filter(|_| !caught) {
            Some(trap) => Finding {
                what: "everybody gets out when everything is down".to_owned(),
                verdict: self.trapped(&trap, "down"),
            },
            None => self.adversary(Adversary::Down),
        }
    }

    fn longest(&self) -> Finding {
        let own = self.plan.rules.iter().filter_map(|rule| match rule {
            CallRule::NeverLongerInFlow(limit) => Some(*limit),
            _ => None,
        });
        let limit: Option<Duration> = own.chain(self.plan.max_call).min();
        let bound = longest::bound(self.space, self.flow);
        let found = longest::find(self.space, self.flow, &self.plan.rules);
        let flow = found.as_ref().map_or(Duration::ZERO, |long| long.flow);
        let Some(limit) = limit else {
            let what = format!(
                "no call is longer than {} in the flow; the longest found takes {}",
                seconds(bound),
                seconds(flow)
            );
            return Finding { what, verdict: Verdict::Proved };
        };
        let what = format!("no call longer than {} in the flow", seconds(limit));
        if flow <= limit {
            let verdict = if bound <= limit {
                Verdict::Proved
            } else {
                let (flow, bound) = (seconds(flow), seconds(bound));
                Verdict::Open(format!("the longest found takes {flow}, the limits allow {bound}"))
            };
            return Finding { what, verdict };
        }
        let Some(long) = found else { return Finding { what, verdict: self.clean() } };
        let way = Way {
            world: long.world,
            moves: long.until(limit),
            what: format!("{} possible", seconds(flow)),
        };
        let stated = self.plan.rules.contains(&CallRule::NeverLongerInFlow(limit));
        let tale = Tale {
            name: "longest",
            slow: true,
            holds: &|played| flow_time(played) > limit,
            demand: &|played| Demand {
                // The time that makes it too long is still to pass where the script is a little quicker.
                steps: if played.script.ended { Vec::new() } else { vec!["wait: 30s".to_owned()] },
                rule: (!stated).then_some(CallRule::NeverLongerInFlow(limit)),
                ..Demand::default()
            },
        };
        Finding { what, verdict: self.tell(&way, &tale) }
    }

    fn rules(&self) -> Vec<Finding> {
        let judged = |rule: &CallRule| match rule {
            // Told with the longest call.
            CallRule::NeverLongerInFlow(_) => false,
            CallRule::EndsIn(_)
            | CallRule::NoSilenceLonger(_)
            | CallRule::NeverLogged(_)
            | CallRule::NeverBefore { .. } => true,
        };
        let own = self.plan.rules.iter().enumerate().filter(|(_, rule)| judged(rule));
        own.map(|(place, _)| self.sight(Sight::Rule(place))).collect()
    }
}
