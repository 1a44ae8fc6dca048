//! Whom a caller reaches who has waited for so long, reckoned from the settings alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::call::{AgentId, QueueId};
use crate::queue::{FIRST_LEVEL, Settings};
use crate::time::Duration;

/// Whether an agent may be rung for a caller of a queue who asks for these skills and has waited for so long. A ring
/// counts from the instant after it comes, since both may fall into one step.
pub(super) fn reaches(
    settings: &Settings,
    queue: &QueueId,
    skills: &[(Arc<str>, Arc<str>)],
    agent: &AgentId,
    waited: Duration,
) -> bool {
    let Some(agent) = settings.agents.get(agent).filter(|agent| agent.queues.contains(queue))
    else {
        return false;
    };
    let rings = settings.queues.get(queue).map_or(&[][..], |queue| queue.rings.as_slice());
    let come = || rings.iter().filter(|ring| ring.after.is_zero() || ring.after < waited);
    let levelled = rings.iter().any(|ring| !ring.levels.is_empty());
    let replaced = rings.iter().any(|ring| ring.after.is_zero() && !ring.levels.is_empty());
    let mut levels: BTreeSet<u8> = come().flat_map(|ring| ring.levels.iter().copied()).collect();
    levels.extend((!replaced).then_some(FIRST_LEVEL));
    let dropped = |skill: &Arc<str>| come().any(|ring| ring.drop_skills.contains(skill));
    let holds = |(skill, value): &(Arc<str>, Arc<str>)| {
        dropped(skill) || agent.skills.get(skill).is_none_or(|values| values.contains(value))
    };
    (!levelled || levels.contains(&agent.membership(queue).level)) && skills.iter().all(holds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CallId;
    use crate::history::{Fact, OfferId};
    use crate::interpreter::Enqueue;
    use crate::queue::{AgentSettings, Membership, QueueSettings, Ring};
    use crate::simulation::watch::desk::Desk;
    use crate::time::{Instant, Wall};

    /// Sari is of the first level; budi of the second, reached after 30 s, and speaks no English, asked for 60 s long.
    fn settings() -> Settings {
        let mut settings = Settings::default();
        let after = Duration::from_secs;
        let rings = vec![
            Ring { after: after(30), levels: [2].into(), ..Ring::default() },
            Ring { after: after(60), drop_skills: ["language".into()].into(), ..Ring::default() },
        ];
        settings.queues.insert("service".into(), QueueSettings { rings, ..Default::default() });
        for (name, level) in [("sari", 1), ("budi", 2)] {
            let member = Membership { level, ..Membership::default() };
            let agent = AgentSettings {
                queues: vec!["service".into()],
                memberships: [("service".into(), member)].into(),
                skills: [("language".into(), ["id".into()].into())].into(),
                ..AgentSettings::default()
            };
            settings.agents.insert(AgentId::from(name), agent);
        }
        settings
    }

    fn wanted(english: bool, priority: u8) -> Enqueue {
        let skill: (Arc<str>, Arc<str>) = ("language".into(), "en".into());
        Enqueue {
            queue: "service".into(),
            skills: english.then_some(skill).into_iter().collect(),
            priority,
            tell: Vec::new(),
            max_wait: Duration::from_mins(10),
        }
    }

    /// Two callers, the first 10 s before the second; then this agent is rung for the second one. Is the first one
    /// overtaken?
    #[test]
    fn whoever_is_reached_and_stands_before_is_overtaken() {
        let (plain, english) = (wanted(false, 5), wanted(true, 5));
        for (first, changed, agent, at_s, overtaken) in [
            (&plain, None, "sari", 20, true),
            (&plain, None, "budi", 20, false),
            (&plain, None, "budi", 31, true),
            (&english, None, "sari", 31, false),
            (&english, None, "sari", 61, true),
            (&english, None, "budi", 61, true),
            // A lower class is worth its credit, whether the flow or somebody gave it.
            (&wanted(false, 6), None, "sari", 20, false),
            (&wanted(false, 6), Some(5), "sari", 20, true),
            (&plain, Some(6), "sari", 20, false),
        ] {
            let mut desk = Desk::new(settings());
            let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
            let queue = QueueId::from("service");
            let (one, two) = (CallId::new(1, 0), CallId::new(2, 0));
            desk.enter(at(0), 1, one, &queue).expect("enters");
            desk.wants(one, first);
            desk.enter(at(10), 2, two, &queue).expect("enters");
            desk.wants(two, &plain);
            if let Some(priority) = changed {
                let queue = queue.clone();
                let fact = Fact::Reprioritised { contact: one, queue, priority, by: None };
                desk.history(at(11), 3, &fact);
            }
            let fact = Fact::Offered {
                offer: OfferId(1),
                contact: two,
                queue,
                agent: agent.into(),
                until: Wall::default(),
                together: false,
            };
            desk.history(at(at_s), 4, &fact);
            let found = desk.check_order(at(at_s), 4).is_err();
            assert_eq!(found, overtaken, "{agent} at {at_s} s, {first:?}, {changed:?}");
        }
    }
}
