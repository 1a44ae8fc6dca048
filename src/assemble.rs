//! From what a project defines to what the engine is told: flows with their FAQ indexes, calendars, queues, agents.
//!
//! `server` and the console caller share this, so that both run the same engine on the same settings. It reads no
//! file and decides nothing.

mod callbacks;
mod paper;
mod surroundings;
mod unserved;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::calendar::{self, Calendar};
use crate::call::{AdapterId, AgentId, AllowList, Language, QueueId, TalkRecording, Target};
use crate::config::{Agent, Called, Config, Member, Phone};
use crate::engine::{self, AgentOrder, Codes, Pattern, Programs, Route, Routes};
use crate::faq::{self, Faq};
use crate::flow::{
    CalendarDefinition, FaqDefinition, Flow, QueueDefinition, RingDefinition, RingStrategy,
};
use crate::interpreter::Program;
use crate::queue::{self, AgentSettings, Membership, QueueSettings, Strategy};

pub use callbacks::callbacks;
pub use paper::{numbers_on_paper, on_paper, ring_on_paper};
pub use surroundings::{Services, Surroundings, item, surroundings};
pub use unserved::unserved;

/// A calendar that makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("read the opening hours `{name}`")]
pub struct AssembleError {
    /// The calendar.
    pub name: Arc<str>,
    /// What is wrong with it.
    #[source]
    pub source: calendar::Error,
}

/// What an engine needs to know of a project: its flows, queues and calendars. No routes, no agents, no adapters yet.
///
/// # Errors
/// When a calendar makes no sense.
pub fn project(
    flows: &[Arc<Flow>],
    queues: &[QueueDefinition],
    calendars: &[CalendarDefinition],
) -> Result<engine::Settings, AssembleError> {
    let hours = |queue: &QueueDefinition| Some((queue.name.clone(), queue.hours.clone()?));
    Ok(engine::Settings {
        adapters: Vec::new(),
        routes: Routes::default(),
        programs: Arc::new(programs(flows)),
        calendars: calendars.iter().map(opening_hours).collect::<Result<_, _>>()?,
        numbers: BTreeMap::new(),
        queues: queue::Settings {
            queues: queues.iter().map(queue_settings).collect(),
            ..queue::Settings::default()
        },
        queue_hours: queues.iter().filter_map(hours).collect(),
        closing_tells: queues.iter().filter(|q| q.closing_tells).map(|q| q.name.clone()).collect(),
        agents: BTreeMap::new(),
        codes: Codes::default(),
        transfers: AllowList::default(),
        safe_flow: None,
        safe_number: None,
        pop_url: None,
        resume: engine::RESUME,
        max_calls: usize::MAX,
        record_talks: None,
        journals: false,
        history: false,
        caller_secret: None,
        language: language(flows),
        callbacks: BTreeMap::new(),
    })
}

/// The language that the agents of a project are spoken to in: the first one of its first flow.
fn language(flows: &[Arc<Flow>]) -> Language {
    flows.first().map_or_else(|| Language::from("en"), |flow| flow.fallback().clone())
}

/// Adds what the configuration says: adapters, routes, agents, numbers, limits.
pub fn configure(settings: &mut engine::Settings, config: &Config, adapters: &[&str]) {
    settings.adapters = adapters.iter().map(|name| Arc::from(*name)).collect();
    settings.routes = Routes::new(config.routes.iter().map(route).collect());
    for (id, agent) in &config.agents {
        add_agent(settings, id.clone(), agent, adapters);
    }
    settings.codes = codes(config);
    settings.transfers = config.transfers.allow.iter().cloned().collect();
    settings.safe_flow.clone_from(&config.safe_flow);
    settings.safe_number.clone_from(&config.safe_number);
    settings.pop_url.clone_from(&config.pop_url);
    settings.resume = config.resume;
    settings.record_talks = config
        .record_talks
        .map(|channels| TalkRecording { channels, keep: Some(config.retention.recordings) });
    settings.max_calls = config.limits.calls;
    settings.journals = config.journals.is_some();
}

/// Adds agents who serve every queue, for a caller who plays them too; gives their users, `agent-1` and on.
pub fn log_in(settings: &mut engine::Settings, count: u16) -> Vec<Arc<str>> {
    let queues: Vec<QueueId> = settings.queues.queues.keys().cloned().collect();
    let mut users = Vec::with_capacity(usize::from(count));
    for n in 1..=count {
        let user: Arc<str> = format!("agent-{n}").into();
        let id = AgentId::new(user.clone());
        let agent = AgentSettings { queues: queues.clone(), ..AgentSettings::default() };
        settings.queues.agents.insert(id.clone(), agent);
        settings.agents.insert(
            id,
            engine::Agent { target: Target::User(user.clone()), accept: None, adapter: None },
        );
        users.push(user);
    }
    users
}

/// The flows by name, each with the indexes of its FAQs.
#[must_use]
pub fn programs(flows: &[Arc<Flow>]) -> Programs {
    let program = |flow: &Arc<Flow>| {
        let faqs = flow.faqs.iter().map(answers).collect();
        (flow.id.clone(), Arc::new(Program { flow: Arc::clone(flow), faqs }))
    };
    flows.iter().map(program).collect()
}

/// The index of a FAQ; how sure it must be, each `answer` node says for itself.
fn answers(definition: &FaqDefinition) -> Faq {
    let entry = |entry: &crate::flow::FaqEntry| faq::Entry {
        name: entry.name.clone(),
        ask: entry.ask.clone(),
    };
    let entries: Vec<faq::Entry> = definition.entries.iter().map(entry).collect();
    Faq::build(&entries, &faq::Settings::default())
}

/// Opening hours, ready to be asked.
pub type Hours = Calendar;

/// The opening hours of a calendar.
///
/// # Errors
/// When they make no sense.
pub fn hours(definition: &CalendarDefinition) -> Result<Hours, AssembleError> {
    opening_hours(definition).map(|(_, hours)| hours)
}

/// The zone whose days a project lives by: that of most of its calendars, the first of them where several are as many;
/// `UTC` without any.
#[must_use]
pub fn zone(calendars: &[CalendarDefinition]) -> Arc<str> {
    let with = |zone: &Arc<str>| calendars.iter().filter(|one| one.zone == *zone).count();
    // Of equals `max_by_key` takes the last one.
    let most = calendars.iter().rev().map(|one| &one.zone).max_by_key(|zone| with(zone));
    most.map_or_else(|| "UTC".into(), Arc::clone)
}

fn opening_hours(definition: &CalendarDefinition) -> Result<(Arc<str>, Calendar), AssembleError> {
    let settings = calendar::Settings {
        zone: definition.zone.clone(),
        weekly: definition.weekly.clone(),
        exceptions: definition.exceptions.clone(),
        holidays: definition.holidays.clone(),
        yearly_holidays: definition.yearly_holidays.clone(),
        standing: definition
            .standing
            .map(|standing| calendar::Override { open: standing.open, until: standing.until }),
    };
    let name = definition.name.clone();
    match Calendar::new(&settings) {
        Ok(calendar) => Ok((name, calendar)),
        Err(source) => Err(AssembleError { name, source }),
    }
}

fn queue_settings(definition: &QueueDefinition) -> (QueueId, QueueSettings) {
    let settings = QueueSettings {
        max_calls: definition.max_calls,
        strategy: match definition.strategy {
            RingStrategy::LongestIdle => Strategy::LongestIdle,
            RingStrategy::RoundRobin => Strategy::RoundRobin,
            RingStrategy::FewestCalls => Strategy::FewestCalls,
            RingStrategy::LeastTalk => Strategy::LeastTalk,
            RingStrategy::Linear => Strategy::Linear,
            RingStrategy::Random => Strategy::Random,
            RingStrategy::Weighted => Strategy::Weighted,
            RingStrategy::RingAll { most } => Strategy::RingAll { most },
        },
        rings: definition.rings.iter().map(ring).collect(),
        ring: definition.ring_timeout,
        wrap_up: definition.wrap_up,
    };
    (definition.name.clone(), settings)
}

fn ring(definition: &RingDefinition) -> queue::Ring {
    queue::Ring {
        after: definition.after,
        levels: definition.levels.clone(),
        drop_skills: definition.drop_skills.clone(),
    }
}

/// The levels that callers of each queue reach, for queues whose rings name any.
#[must_use]
pub fn reached_levels(queues: &[QueueDefinition]) -> BTreeMap<QueueId, BTreeSet<u8>> {
    let levels = |queue: &QueueDefinition| {
        let named: BTreeSet<u8> = queue.rings.iter().flat_map(|ring| ring.levels.clone()).collect();
        // Without a ring at the very beginning that names others, the first level is.
        let first =
            queue.rings.first().is_none_or(|ring| !ring.after.is_zero() || ring.levels.is_empty());
        let first = first.then_some(queue::FIRST_LEVEL);
        (!named.is_empty()).then(|| (queue.name.clone(), named.into_iter().chain(first).collect()))
    };
    queues.iter().filter_map(levels).collect()
}

fn route(route: &crate::config::Route) -> Route {
    let pattern = match &route.called {
        Called::Exactly(number) => Pattern::Exact(number.clone()),
        Called::Prefix(prefix) => Pattern::Prefix(prefix.clone()),
        Called::Pattern(pattern) => Pattern::Shape(pattern.clone()),
        Called::Any => Pattern::Default,
    };
    let hours = route
        .hours
        .as_ref()
        .map(|hours| engine::Hours { calendar: hours.calendar.clone(), open: hours.open });
    Route { pattern, trunk: route.trunk.clone(), hours, flow: route.flow.clone() }
}

/// What each code that agents may dial stands for.
fn codes(config: &Config) -> Codes {
    let Some(written) = &config.agent_codes else { return Codes::default() };
    let breaks = written.breaks.iter();
    let mut orders: BTreeMap<_, _> =
        breaks.map(|(code, reason)| (code.clone(), AgentOrder::Break(reason.clone()))).collect();
    orders.insert(written.login.clone(), AgentOrder::Ready);
    orders.insert(written.logout.clone(), AgentOrder::Offline);
    orders.insert(written.ready.clone(), AgentOrder::Ready);
    orders.insert(written.done.clone(), AgentOrder::WrapUpDone);
    Codes { orders, languages: config.languages.clone() }
}

fn add_agent(settings: &mut engine::Settings, id: AgentId, agent: &Agent, adapters: &[&str]) {
    let (target, always_there) = match &agent.phone {
        Phone::Registered { user, .. } | Phone::Afar { user } => {
            (Target::User(user.clone()), false)
        }
        Phone::Address(address) => (Target::Address(address.clone()), true),
    };
    let adapter = agent.adapter.as_deref().and_then(|name| {
        let mut known = (0..).map(AdapterId).zip(adapters);
        known.find(|(_, known)| **known == name).map(|(id, _)| id)
    });
    let skills = |(name, values): (&Arc<str>, &Vec<Arc<str>>)| {
        (name.clone(), values.iter().cloned().collect::<BTreeSet<_>>())
    };
    let queues = agent.queues.iter().map(|(queue, _)| queue.clone()).collect();
    let member = |(queue, member): &(QueueId, Member)| {
        let Member { level, weight, position } = *member;
        (queue.clone(), Membership { level, weight, position })
    };
    let memberships = agent.queues.iter().map(member).collect();
    let skills = agent.skills.iter().map(skills).collect();
    settings
        .queues
        .agents
        .insert(id.clone(), AgentSettings { queues, memberships, skills, always_there });
    settings.agents.insert(id, engine::Agent { target, accept: agent.accept_key, adapter });
}
