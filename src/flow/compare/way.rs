//! Where the ways lead that are not keys: what follows, what fails, what the outside answers, and conditions.

use std::sync::Arc;

use super::change::{Change, Group, Touch};
use super::choice::{Both, touching};
use super::pair::{Pair, Target};
use crate::flow::node::{
    Branch, Flow, Goto, Node, NodeIndex, QueueKeyAction, QueueNode, Transfer, Verb,
};

/// How many steps a detour over new nodes may have and still be told as one.
const MAX_DETOUR: usize = 8;

/// Where a call ends that no way is written for.
const APOLOGY: Target = Target::End("the built-in apology and the end of the call");
const GOODBYE: Target = Target::End("the built-in goodbye and the end of the call");
const END: Target = Target::End("the end of the call");
const NOTHING: Target = Target::End("nothing more");

/// A way out of a node that no key takes.
#[derive(Debug)]
struct Outlet {
    outcome: Arc<str>,
    /// What makes a call take it, to be read before "led to".
    said: String,
    target: Target,
    group: Group,
}

/// The ways of one node, in the order in which they are told.
struct Outlets {
    from: NodeIndex,
    list: Vec<Outlet>,
}

impl Outlets {
    fn add(&mut self, outcome: &str, said: &str, goto: Goto) {
        self.put(outcome, said, Target::of(goto, self.from));
    }

    fn or(&mut self, outcome: &str, said: &str, goto: Option<Goto>, else_: Target) {
        self.put(outcome, said, goto.map_or(else_, |goto| Target::of(goto, self.from)));
    }

    fn put(&mut self, outcome: &str, said: &str, target: Target) {
        let (outcome, said) = (outcome.into(), said.to_owned());
        self.list.push(Outlet { outcome, said, target, group: Group::Ways });
    }

    fn queue(&mut self, queue: &QueueNode) {
        self.or("done", "the end of the talk", queue.done, GOODBYE);
        self.add("too_long", "waiting too long", queue.too_long);
        self.add("full", "a full queue", queue.full);
        self.add("closed", "a closed queue", queue.closed);
        self.add("unstaffed", "a queue without agents", queue.unstaffed);
        let by_key = queue.keys.iter().any(|key| key.action == QueueKeyAction::CallBack);
        if queue.offer_callback.is_some() || by_key {
            self.or("called_back", "asking to be called back", queue.called_back, GOODBYE);
        }
        for key in &queue.keys {
            if let QueueKeyAction::Leave(goto) = key.action {
                let said = format!("key {} while waiting", key.key);
                self.add(&key.key.to_string(), &said, goto);
            }
        }
    }

    fn transfer(&mut self, transfer: &Transfer) {
        let failed = transfer.failed.map_or(APOLOGY, |goto| Target::of(goto, self.from));
        self.or("done", "the end of the talk", transfer.done, END);
        self.or("busy", "a busy number", transfer.busy, failed);
        self.or("no_answer", "a number that nobody answers", transfer.no_answer, failed);
        self.put("failed", "a number that cannot be reached", failed);
    }
}

/// Every way out of a node that no key takes; conditions are told elsewhere.
fn outlets(flow: &Flow, from: NodeIndex, node: &Node) -> Vec<Outlet> {
    let mut ways = Outlets { from, list: Vec::new() };
    match &node.verb {
        Verb::Say(say) => ways.add("next", "the way on", say.next),
        Verb::Menu(menu) | Verb::Confirm(menu) => {
            ways.or("failed", "giving no answer", menu.input.failed, APOLOGY);
        }
        Verb::Collect(collect) => {
            ways.add("ok", "an answer", collect.ok);
            ways.or("failed", "giving no answer", collect.input.failed, APOLOGY);
        }
        Verb::Answer(answer) => {
            ways.add("done", "having no further question", answer.done);
            ways.add("unknown", "a question without an answer", answer.unknown);
        }
        Verb::Set(set) => ways.add("next", "the way on", set.next),
        Verb::Note(note) => ways.add("next", "the way on", note.next),
        Verb::Branch(_) | Verb::Return(_) | Verb::Hangup(_) => {}
        Verb::Hours(hours) => {
            ways.add("open", "being open", hours.open);
            ways.add("closed", "being closed", hours.closed);
            ways.add("holiday", "a holiday", hours.holiday);
        }
        Verb::Http(http) => {
            ways.add("ok", "a reply", http.ok);
            ways.add("not_found", "the reply that there is no such thing", http.not_found);
            ways.add("failed", "no reply", http.failed);
        }
        Verb::Call(call) => {
            for (outcome, goto) in &call.outcomes {
                let said = format!("`{outcome}` of `{}`", flow.subflow(call.subflow).name);
                ways.add(outcome, &said, *goto);
            }
            ways.or("failed", "giving no answer in the subflow", call.failed, APOLOGY);
        }
        Verb::Record(record) => {
            ways.add("ok", "a message", record.ok);
            ways.or("empty", "saying nothing", record.empty, APOLOGY);
            ways.or("hung_up", "hanging up after a message", record.hung_up, NOTHING);
            if let Some(last) = ways.list.last_mut() {
                last.group = Group::Unnoticed;
            }
        }
        Verb::Ticket(ticket) => {
            ways.add("ok", "a ticket that is kept", ticket.ok);
            ways.add("failed", "a ticket that cannot be kept", ticket.failed);
        }
        Verb::Queue(queue) => ways.queue(queue),
        Verb::Callback(callback) => {
            ways.add("ok", "a wish that is kept", callback.ok);
            ways.add("failed", "a wish that cannot be kept", callback.failed);
        }
        Verb::Transfer(transfer) => ways.transfer(transfer),
    }
    ways.list
}

impl Pair<'_> {
    /// Ways that lead elsewhere.
    pub(super) fn ways(&self, both: Both<'_>) -> Vec<Change> {
        let ((old_index, old), (new_index, new)) = both;
        if let (Verb::Branch(before), Verb::Branch(after)) = (&old.verb, &new.verb) {
            return self.conditions(both, before, after);
        }
        let before = outlets(self.old.flow, old_index, old);
        let after = outlets(self.new.flow, new_index, new);
        let mut changes = Vec::new();
        for was in &before {
            let touch = Touch::Way(old.id.clone(), was.outcome.clone());
            let what = match after.iter().find(|now| now.outcome == was.outcome) {
                Some(now) if self.same_target(was.target, now.target) => continue,
                Some(now) => format!("{} {}", was.said, self.led(was.target, now.target)),
                None => {
                    format!("{} led to {} and is gone", was.said, was.target.said(self.old.flow))
                }
            };
            changes.push(touching(self.at(was.group, (old, new), what), touch));
        }
        for now in after.iter().filter(|now| !before.iter().any(|b| b.outcome == now.outcome)) {
            let what =
                format!("{} is new: it leads to {}", now.said, now.target.said(self.new.flow));
            changes.push(self.at(now.group, (old, new), what));
        }
        changes
    }

    /// "led to `a`, now to `b`"; a detour over new or gone nodes is told as one.
    pub(super) fn led(&self, was: Target, now: Target) -> String {
        let (from, to) = (was.said(self.old.flow), now.said(self.new.flow));
        let is_new = |index| self.nodes.old_of(index).is_none();
        let is_gone = |index| self.nodes.new_of(index).is_none();
        if let Some((names, end)) = detour(self.new.flow, now, is_new)
            && self.same_target(was, end)
        {
            return format!("led to {from}, now first to {names} and then on as before");
        }
        if let Some((names, end)) = detour(self.old.flow, was, is_gone)
            && self.same_target(end, now)
        {
            return format!("led first to {names}, now at once to {to}");
        }
        format!("led to {from}, now to {to}")
    }

    fn conditions(&self, both: Both<'_>, before: &Branch, after: &Branch) -> Vec<Change> {
        let ((old_index, old), (new_index, new)) = both;
        let old_arms: Vec<(String, Target)> = before
            .arms
            .iter()
            .map(|(when, goto)| (self.old.formula(when), Target::of(*goto, old_index)))
            .collect();
        let new_arms: Vec<(String, Target)> = after
            .arms
            .iter()
            .map(|(when, goto)| (self.new.formula(when), Target::of(*goto, new_index)))
            .collect();
        let mut changes = Vec::new();
        let mut tell = |what: String, outcome: Option<String>| {
            let change = self.at(Group::Ways, (old, new), what);
            changes.push(match outcome {
                Some(outcome) => {
                    touching(change, Touch::Way(old.id.clone(), outcome.as_str().into()))
                }
                None => change,
            });
        };
        for (nth, (when, was)) in (1_usize..).zip(&old_arms) {
            let outcome = Some(format!("when {nth}"));
            match new_arms.iter().find(|(other, _)| other == when) {
                Some((_, now)) if self.same_target(*was, *now) => {}
                Some((_, now)) => {
                    tell(format!("the condition `{when}` {}", self.led(*was, *now)), outcome);
                }
                None => {
                    let to = was.said(self.old.flow);
                    tell(format!("the condition `{when}` is gone; it led to {to}"), outcome);
                }
            }
        }
        for (when, now) in &new_arms {
            if !old_arms.iter().any(|(other, _)| other == when) {
                let to = now.said(self.new.flow);
                tell(format!("the condition `{when}` is new: it leads to {to}"), None);
            }
        }
        let order = |of: &[(String, Target)], other: &[(String, Target)]| -> Vec<String> {
            let shared = of.iter().filter(|(when, _)| other.iter().any(|(o, _)| o == when));
            shared.map(|(when, _)| when.clone()).collect()
        };
        if order(&old_arms, &new_arms) != order(&new_arms, &old_arms) {
            tell("the conditions are looked at in another order".to_owned(), None);
        }
        let was = Target::of(before.otherwise, old_index);
        let now = Target::of(after.otherwise, new_index);
        if !self.same_target(was, now) {
            tell(format!("no condition that holds {}", self.led(was, now)), Some("else".into()));
        }
        changes
    }
}

/// The nodes that only one version has and that lead straight on, from `start` to the first one that both have.
fn detour(
    flow: &Flow,
    start: Target,
    alone: impl Fn(NodeIndex) -> bool,
) -> Option<(String, Target)> {
    let mut names = Vec::new();
    let mut at = start;
    while let Target::Node(index) = at {
        if !alone(index) || names.len() >= MAX_DETOUR {
            break;
        }
        let node = flow.node(index);
        let next = match &node.verb {
            Verb::Say(say) => say.next,
            Verb::Set(set) => set.next,
            Verb::Note(note) => note.next,
            Verb::Menu(_)
            | Verb::Collect(_)
            | Verb::Confirm(_)
            | Verb::Answer(_)
            | Verb::Branch(_)
            | Verb::Hours(_)
            | Verb::Http(_)
            | Verb::Call(_)
            | Verb::Record(_)
            | Verb::Ticket(_)
            | Verb::Queue(_)
            | Verb::Callback(_)
            | Verb::Transfer(_)
            | Verb::Return(_)
            | Verb::Hangup(_) => break,
        };
        names.push(format!("`{}`", node.id));
        at = Target::of(next, index);
    }
    (!names.is_empty()).then(|| (names.join(", "), at))
}
