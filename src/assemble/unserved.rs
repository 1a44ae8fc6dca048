//! What callers may wait for and no agent has: levels that rings name, skills that flows ask for.
//!
//! The reverse, an agent whom no ring reaches, `config` finds with what [`super::reached_levels`] says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::call::{AgentId, QueueId};
use crate::config::{Agent, NO_SUCH_LEVEL, NO_SUCH_SKILL};
use crate::flow::{
    Compiled, Diagnostic, Formula, QueueDefinition, QueueNode, Value, Verb, nearest,
};
use crate::queue;

/// A finding for each ring that lets nobody in, and for each node that asks a queue for what none of its agents has.
/// Queues that nobody serves yet are passed over: their callers hear so at once.
#[must_use]
pub fn unserved(compiled: &Compiled, agents: &BTreeMap<AgentId, Agent>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for queue in &compiled.queues {
        let place = compiled.shared_places.queues.get(queue.name.as_str());
        let held = levels_of(&queue.name, agents);
        if let Some(place) = place.filter(|_| !held.is_empty()) {
            let empty = empty_rings(queue, &held).into_iter();
            found.extend(empty.map(|(message, help)| {
                Diagnostic::new(&NO_SUCH_LEVEL, *place, message).help(help)
            }));
        }
    }
    for flow in &compiled.flows {
        let file = compiled.flow_files.iter().find(|file| file.flow == flow.id);
        for node in &flow.nodes {
            if let (Some(file), Verb::Queue(asks)) = (file, &node.verb)
                && let Some(place) = file.places.get(&node.id)
                && let Some((message, near)) = unknown_skill(asks, &compiled.queues, agents)
            {
                let finding = Diagnostic::new(&NO_SUCH_SKILL, *place, message);
                found.push(finding.did_you_mean(near.as_deref()));
            }
        }
    }
    found
}

/// The levels that the agents of a queue have.
fn levels_of(queue: &QueueId, agents: &BTreeMap<AgentId, Agent>) -> BTreeSet<u8> {
    let served = agents.values().flat_map(|agent| &agent.queues);
    served.filter(|(of, _)| of == queue).map(|(_, member)| member.level).collect()
}

/// What is wrong with the rings of a queue whose agents have these levels, and the way out.
fn empty_rings(queue: &QueueDefinition, held: &BTreeSet<u8>) -> Vec<(String, String)> {
    let name = &queue.name;
    let has = format!("its agents have {}", levels(held));
    let mut found = Vec::new();
    let mut reached = BTreeSet::new();
    if queue.rings.iter().any(|ring| !ring.levels.is_empty()) {
        let at_once = queue.rings.first().filter(|ring| ring.after.is_zero());
        let first = at_once.map(|ring| &ring.levels).filter(|levels| !levels.is_empty());
        reached = first.cloned().unwrap_or_else(|| BTreeSet::from([queue::FIRST_LEVEL]));
        if reached.is_disjoint(held) {
            let levels = levels(&reached);
            let message = format!(
                "callers of queue `{name}` wait for nobody at first: they reach {levels}, which no agent of it has"
            );
            found.push((message, format!("{has}: give one of them a level that is reached, or name theirs in a ring `after: 0s`")));
        }
    }
    for ring in &queue.rings {
        let is_new = ring.levels.difference(&reached).count() > 0;
        if is_new && ring.levels.is_disjoint(held) && ring.drop_skills.is_empty() {
            let levels = levels(&ring.levels);
            let message = format!(
                "the ring of queue `{name}` after {} lets nobody in: no agent of it has {levels}",
                ring.after
            );
            found.push((
                message,
                format!(
                    "{has}: name one of these, give an agent that level, or leave the ring out"
                ),
            ));
        }
        reached.extend(&ring.levels);
    }
    found
}

/// `level 2`, or `the levels 1, 2`.
fn levels(all: &BTreeSet<u8>) -> String {
    let named: Vec<String> = all.iter().map(ToString::to_string).collect();
    let what = if named.len() == 1 { "level" } else { "the levels" };
    format!("{what} {}", named.join(", "))
}

/// What a node asks for by name that no agent of its queue has, and the name that was meant, perhaps.
fn unknown_skill(
    asks: &QueueNode,
    queues: &[QueueDefinition],
    agents: &BTreeMap<AgentId, Agent>,
) -> Option<(String, Option<String>)> {
    let queue = queues.iter().find(|queue| queue.name == asks.queue)?;
    let is_dropped = |skill: &Arc<str>| queue.rings.iter().any(|r| r.drop_skills.contains(skill));
    let wanted = asks.skills.iter().filter_map(|(skill, formula)| match formula {
        Formula::Constant(Value::Text(value)) if !is_dropped(skill) => Some((skill, value)),
        _ => None,
    });
    let wanted: Vec<(&Arc<str>, &Arc<str>)> = wanted.collect();
    let serves = |agent: &&Agent| agent.queues.iter().any(|(of, _)| *of == asks.queue);
    let members: Vec<&Agent> = agents.values().filter(serves).collect();
    let has = |agent: &&Agent, (skill, value): &(&Arc<str>, &Arc<str>)| {
        agent.skills.get(*skill).is_none_or(|values| values.contains(value))
    };
    let served = members.iter().any(|agent| wanted.iter().all(|pair| has(agent, pair)));
    if served || members.is_empty() {
        return None;
    }
    let lacking = wanted.iter().find(|pair| !members.iter().any(|agent| has(agent, pair)));
    let Some((skill, value)) = lacking else {
        let all: Vec<String> = wanted.iter().map(|(s, v)| format!("`{s}: {v}`")).collect();
        let message =
            format!("no agent of queue `{}` has {} together", asks.queue, all.join(" and "));
        return Some((message, None));
    };
    let held = members.iter().filter_map(|agent| agent.skills.get(*skill)).flatten();
    let near = nearest(value, held.map(|value| &**value)).map(str::to_owned);
    Some((format!("no agent of queue `{}` has the skill `{skill}: {value}`", asks.queue), near))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config;
    use crate::flow::{Facts, Format, Sources, compile};

    const FLOW: &str = "sambung: 1
flow: t
language: en
start: a
nodes:
  a: { queue: service, skills: SKILLS, too_long: b, full: b, closed: b, unstaffed: b }
  b: { hangup: [] }
queues:
  service: { rings: RINGS }
";

    /// What is found of rings, skills and agents.
    fn found(rings: &str, skills: &str, agents: &str) -> String {
        let flow = FLOW.replace("RINGS", rings).replace("SKILLS", skills);
        let mut compiled = compile(&Sources::one("flow.yaml", flow.as_bytes()), &Facts::default());
        assert!(!compiled.diagnostics.has_errors(), "{rings} {skills}");
        let settings = format!("sambung: 1\nagents: {{ {agents} }}\n");
        let reading = config::read("sambung.yaml", settings.as_bytes(), Path::new(""));
        let config = reading.config.expect("settings without an error");
        compiled.diagnostics.list = unserved(&compiled, &config.agents);
        compiled.diagnostics.render_all(Format::Short)
    }

    /// An agent of the queue, at a level, with skills.
    fn agent(name: &str, level: u8, skills: &str) -> String {
        format!(
            "{name}: {{ address: \"sip:{name}@h\", queues: [{{ service: {level} }}], skills: {skills} }}"
        )
    }

    #[test]
    fn callers_who_would_wait_for_nobody_are_found_with_their_place() {
        let id = agent("budi", 1, "{ language: [id] }");
        let both = format!("{id}, {}", agent("sari", 3, "{ language: [id, en], topic: [card] }"));
        let of_level_3 = agent("sari", 3, "{}");
        let ring = "flow.yaml:9:3: warning[W1010]: ";
        let node = "flow.yaml:6:3: warning[W1011]: no agent of queue `service` has ";
        let at_first = "callers of queue `service` wait for nobody at first: they reach level";
        let cases = [
            (
                "[{ after: 30s, levels: 2 }]",
                "{}",
                &*id,
                format!(
                    "{ring}the ring of queue `service` after 30s lets nobody in: no agent of it has level 2\n"
                ),
            ),
            (
                "[{ after: 30s, levels: 2..3 }, { after: 60s, levels: 4, drop_skills: [topic] }]",
                "{}",
                &both,
                String::new(),
            ),
            (
                "[{ after: 30s, levels: 3 }]",
                "{}",
                &of_level_3,
                format!("{ring}{at_first} 1, which no agent of it has\n"),
            ),
            (
                "[{ after: 0s, levels: 2 }]",
                "{}",
                &of_level_3,
                format!("{ring}{at_first} 2, which no agent of it has\n"),
            ),
            ("[]", "{ language: em }", &both, format!("{node}the skill `language: em`\n")),
            (
                "[]",
                "{ language: en, topic: order }",
                &both,
                format!("{node}`language: en` and `topic: order` together\n"),
            ),
            ("[{ after: 30s, drop_skills: [language] }]", "{ language: en }", &id, String::new()),
            ("[]", "{ language: =call.language, topic: order }", &id, String::new()),
            ("[]", "{ language: en }", "", String::new()),
        ];
        for (rings, skills, agents, expected) in cases {
            assert_eq!(found(rings, skills, agents), expected, "{rings} {skills} {agents}");
        }
    }

    #[test]
    fn skills_that_nobody_has_together_are_found() {
        let cards = agent("budi", 1, "{ language: [id], topic: [card] }");
        let english = agent("sari", 1, "{ language: [en], topic: [order] }");
        let found = found("[]", "{ language: en, topic: card }", &format!("{cards}, {english}"));
        assert_eq!(
            found,
            "flow.yaml:6:3: warning[W1011]: no agent of queue `service` has `language: en` and `topic: card` together\n"
        );
    }
}
