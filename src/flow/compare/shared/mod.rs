//! What flows share: queues, opening hours and services.

mod hours;
mod service;
mod users;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::flow::compare::Used;
use crate::flow::compare::change::{Change, Group, Origin, Touch};
use crate::flow::compile::Compiled;
use crate::flow::definition::{CallbackDefinition, QueueDefinition, RingDefinition, RingStrategy};
use crate::flow::source::Span;

/// Both versions of what flows share.
pub(super) struct Shared<'a> {
    pub(super) old: &'a Compiled,
    pub(super) new: &'a Compiled,
    pub(super) used: &'a Used,
    /// Whether everything counts, and not only what the compared flows use.
    pub(super) whole: bool,
}

/// The definitions of one kind in one version, by name, with their places.
struct Kind<'a, T> {
    list: BTreeMap<&'a str, &'a T>,
    places: &'a BTreeMap<Arc<str>, Span>,
}

impl<'a, T> Kind<'a, T> {
    fn new(
        list: &'a [T],
        name: impl Fn(&'a T) -> &'a str,
        places: &'a BTreeMap<Arc<str>, Span>,
    ) -> Self {
        Self { list: list.iter().map(|one| (name(one), one)).collect(), places }
    }
}

impl Shared<'_> {
    /// Everything that changed.
    pub(super) fn changes(&self) -> Vec<Change> {
        let (old, new) = (self.old, self.new);
        let calendars = (
            Kind::new(&old.calendars, |c| &c.name, &old.shared_places.calendars),
            Kind::new(&new.calendars, |c| &c.name, &new.shared_places.calendars),
        );
        let queues = (
            Kind::new(&old.queues, |q| q.name.as_str(), &old.shared_places.queues),
            Kind::new(&new.queues, |q| q.name.as_str(), &new.shared_places.queues),
        );
        let services = (
            Kind::new(&old.services, |s| &s.name, &old.shared_places.services),
            Kind::new(&new.services, |s| &s.name, &new.shared_places.services),
        );
        let mut changes = self.told((Group::Hours, "calendar"), &calendars, hours::differences);
        changes.extend(self.told((Group::People, "queue"), &queues, queue));
        let types = (service::types(old), service::types(new));
        changes.extend(self.told((Group::Services, "service"), &services, |was, now| {
            service::differences((was, types.0), (now, types.1))
        }));
        changes
    }

    /// What changed of one kind; `differ` tells it of one that both versions have.
    fn told<T>(
        &self,
        (group, kind): (Group, &str),
        (old, new): &(Kind<'_, T>, Kind<'_, T>),
        differ: impl Fn(&T, &T) -> Vec<(Group, String)>,
    ) -> Vec<Change> {
        let names: BTreeSet<&str> = old.list.keys().chain(new.list.keys()).copied().collect();
        let mut changes = Vec::new();
        for name in names.into_iter().filter(|name| self.counts(group, name)) {
            let place = new.places.get(name).map(|span| Origin::New(*span));
            let place = place.or_else(|| old.places.get(name).map(|span| Origin::Old(*span)));
            let lines = match (old.list.get(name), new.list.get(name)) {
                (Some(was), Some(now)) => differ(was, now),
                (Some(_), None) => vec![(group, format!("the {kind} `{name}` is gone"))],
                (None, Some(_)) => vec![(group, format!("the {kind} `{name}` is new"))],
                (None, None) => Vec::new(),
            };
            for (group, what) in lines {
                let mut change = Change::whole(group, what, place);
                change.touches = self.users(kind, name);
                changes.push(change);
            }
        }
        changes
    }

    fn counts(&self, group: Group, name: &str) -> bool {
        let used = match group {
            Group::Hours => &self.used.calendars,
            Group::People => &self.used.queues,
            _ => &self.used.services,
        };
        self.whole || used.contains(name)
    }

    /// The steps of the old version that use a thing.
    fn users(&self, kind: &str, name: &str) -> BTreeSet<Touch> {
        let mut touches = BTreeSet::new();
        for flow in &self.old.flows {
            for node in &flow.nodes {
                let uses = users::of(flow, node);
                let used = match kind {
                    "calendar" => {
                        let by_queue = self
                            .old
                            .queues
                            .iter()
                            .filter(|q| uses.queues.contains(q.name.as_str()));
                        uses.calendars.contains(name)
                            || by_queue.into_iter().any(|q| q.hours.as_deref() == Some(name))
                    }
                    "queue" => uses.queues.contains(name),
                    _ => uses.services.contains(name),
                };
                if used {
                    touches.insert(Touch::NodeOf(flow.id.clone(), node.id.clone()));
                }
            }
        }
        touches
    }
}

impl Used {
    /// Takes in what a flow uses of what is shared.
    pub(super) fn read(&mut self, flow: &crate::flow::node::Flow, compiled: &Compiled) {
        for node in &flow.nodes {
            let mut uses = users::of(flow, node);
            self.queues.append(&mut uses.queues);
            self.calendars.append(&mut uses.calendars);
            self.services.append(&mut uses.services);
        }
        let queues = compiled.queues.iter().filter(|q| self.queues.contains(q.name.as_str()));
        self.calendars.extend(queues.filter_map(|queue| queue.hours.clone()));
    }
}

/// How agents are chosen, in words.
fn chosen(strategy: RingStrategy) -> String {
    match strategy {
        RingStrategy::LongestIdle => "who has been idle longest".to_owned(),
        RingStrategy::RoundRobin => "whose last turn is the longest ago".to_owned(),
        RingStrategy::FewestCalls => "who has had the fewest calls".to_owned(),
        RingStrategy::LeastTalk => "who has talked the least".to_owned(),
        RingStrategy::Linear => "who stands first in the list".to_owned(),
        RingStrategy::Random => "drawn by chance".to_owned(),
        RingStrategy::Weighted => "drawn by weight".to_owned(),
        RingStrategy::RingAll { most } => format!("all who are idle, at most {most} together"),
    }
}

/// What changed of a queue.
fn queue(was: &QueueDefinition, now: &QueueDefinition) -> Vec<(Group, String)> {
    let QueueDefinition {
        name,
        hours,
        closing_tells,
        max_calls,
        strategy,
        rings,
        ring_timeout,
        wrap_up,
        callbacks,
    } = now;
    let open = |hours: &Option<Arc<str>>| {
        hours
            .as_ref()
            .map_or_else(|| "always open".to_owned(), |hours| format!("open as `{hours}`"))
    };
    let called = |callbacks: &Option<CallbackDefinition>| match callbacks {
        None => "not at all".to_owned(),
        Some(rules) => format!(
            "{} first, {} times within {} at {}",
            if rules.customer_first { "the customer" } else { "an agent" },
            rules.attempts,
            rules.expires,
            rules.allow.join(", ")
        ),
    };
    let all = [
        ("the queue", open(&was.hours), open(hours)),
        (
            "who is in line at closing time of",
            at_closing(was.closing_tells),
            at_closing(*closing_tells),
        ),
        ("the limit of callers in", was.max_calls.to_string(), max_calls.to_string()),
        ("the agent who is rung for", chosen(was.strategy), chosen(*strategy)),
        (
            "the agents who are reached in time from",
            rings_in_words(&was.rings),
            rings_in_words(rings),
        ),
        (
            "the time that one agent is rung for",
            was.ring_timeout.to_string(),
            ring_timeout.to_string(),
        ),
        ("how people are called back from", called(&was.callbacks), called(callbacks)),
        ("the time that agents have after a call of", was.wrap_up.to_string(), wrap_up.to_string()),
    ];
    let changed = all.into_iter().filter(|(_, was, now)| was != now);
    let told = changed
        .map(|(what, was, now)| (Group::People, format!("{what} `{name}` was {was}, now {now}")));
    told.collect()
}

/// What becomes of callers in line when the hours end.
fn at_closing(tells: bool) -> String {
    if tells { "told so" } else { "served" }.to_owned()
}

/// `all at once`, or `level 2 after 30s, without language after 1m`.
fn rings_in_words(rings: &[RingDefinition]) -> String {
    let words = |ring: &RingDefinition| {
        let levels: Vec<String> = ring.levels.iter().map(ToString::to_string).collect();
        let levels = (!levels.is_empty()).then(|| format!("level {}", levels.join(" and ")));
        let skills: Vec<&str> = ring.drop_skills.iter().map(|skill| &**skill).collect();
        let skills = (!skills.is_empty()).then(|| format!("without {}", skills.join(" and ")));
        let what: Vec<String> = levels.into_iter().chain(skills).collect();
        format!("{} after {}", what.join(" "), ring.after)
    };
    let words: Vec<String> = rings.iter().map(words).collect();
    if words.is_empty() { "all at once".to_owned() } else { words.join(", ") }
}
