//! Queues: how each stands, who waits, whom they are offered to and why not.

use std::collections::BTreeMap;

use super::agents;
use super::look::{self, Moment, contact_of, queue_of, state_name};
use super::refusal::Refusal;
use super::view::{
    ContactView, Explained, FindingView, OfferList, OfferView, QueueDetail, QueueList, QueueView,
};
use crate::call::{AgentId, CallId, QueueId, mask_number};
use crate::engine::{Engine, LiveCall};
use crate::queue::AgentState;
use crate::runtime::Visit;

/// The most contacts of a queue that are told.
const MAX_CONTACTS: usize = 1_000;

/// All queues.
pub(super) fn list(visit: &Visit<'_>) -> QueueList {
    let (engine, moment) = (visit.engine(), Moment::of(visit));
    let queues = engine.settings().queues.queues.keys();
    QueueList { queues: queues.map(|queue| view(engine, moment, queue)).collect() }
}

/// One queue.
pub(super) fn show(visit: &Visit<'_>, queue: &QueueId) -> Result<QueueDetail, Refusal> {
    let (engine, moment) = (visit.engine(), Moment::of(visit));
    known(engine, queue)?;
    let mut offered: BTreeMap<CallId, &AgentId> = BTreeMap::new();
    for (agent, state) in look::agents(engine) {
        if let AgentState::Reserved(live) | AgentState::Ringing(live) = state {
            offered.insert(live.call, agent);
        }
    }
    let mut contacts: Vec<ContactView> = waiting(engine, queue)
        .filter_map(|call| contact(engine, moment, &call, offered.get(&call.id).copied()))
        .collect();
    contacts.sort_by_key(|contact| contact.position);
    contacts.truncate(MAX_CONTACTS);
    Ok(QueueDetail { view: view(engine, moment, queue), contacts })
}

/// Why a contact of a queue is, or is not, offered to an agent.
pub(super) fn explain(
    visit: &Visit<'_>,
    queue: &QueueId,
    contact: CallId,
    agent: &AgentId,
) -> Result<Explained, Refusal> {
    let engine = visit.engine();
    known(engine, queue)?;
    if !waiting(engine, queue).any(|call| call.id == contact) {
        let message = format!("Contact {contact} does not wait in `{queue}`.");
        let hint = format!("`GET /v1/queues/{queue}` tells who does.");
        return Err(Refusal::unknown("unknown_contact", message).hint(hint));
    }
    if engine.queues().agent_state(agent).is_none() {
        return Err(agents::unknown(agent));
    }
    let told = engine.queues().explain(contact, agent);
    let may_offer = told.may_offer();
    let finding = |finding: crate::queue::Finding| FindingView {
        rule: finding.rule.to_string(),
        holds: finding.holds,
        fact: finding.fact,
    };
    Ok(Explained { may_offer, findings: told.findings.into_iter().map(finding).collect() })
}

/// The offers under way, by agent.
pub(super) fn offers(visit: &Visit<'_>) -> OfferList {
    let (engine, moment) = (visit.engine(), Moment::of(visit));
    let offer = |(agent, state): (&AgentId, &AgentState)| {
        let contact = contact_of(state);
        Some(OfferView {
            offer: state.offer()?.0,
            state: state_name(state).to_owned(),
            agent: agent.to_string(),
            contact: contact.map(|contact| contact.to_string()),
            queue: contact.and_then(|contact| queue_of(engine, contact)).map(ToString::to_string),
            until: moment.told(state.deadline()?),
        })
    };
    OfferList { offers: look::agents(engine).filter_map(offer).collect() }
}

/// How many agents do what.
pub(super) fn agents_by_state(engine: &Engine) -> BTreeMap<&'static str, usize> {
    let mut states = BTreeMap::new();
    for (_, state) in look::agents(engine) {
        *states.entry(state_name(state)).or_default() += 1;
    }
    states
}

fn known(engine: &Engine, queue: &QueueId) -> Result<(), Refusal> {
    if engine.settings().queues.queues.contains_key(queue) {
        return Ok(());
    }
    let message = format!("There is no queue `{}`.", queue.as_str().escape_default());
    Err(Refusal::unknown("unknown_queue", message).hint("`GET /v1/queues` tells all of them."))
}

/// Those in line.
fn waiting<'a>(engine: &'a Engine, queue: &'a QueueId) -> impl Iterator<Item = LiveCall<'a>> {
    let wants = |call: &LiveCall<'_>| call.wanted.is_some_and(|(wanted, _)| wanted.queue == *queue);
    engine
        .live_after(None)
        .filter(move |call| wants(call) && engine.queues().position(call.id).is_some())
}

fn view(engine: &Engine, moment: Moment, queue: &QueueId) -> QueueView {
    let since = waiting(engine, queue).filter_map(|call| call.wanted).map(|(_, since)| since).min();
    let mut agents = BTreeMap::new();
    for (agent, state) in look::agents(engine) {
        let settings = engine.settings().queues.agents.get(agent);
        if settings.is_some_and(|settings| settings.queues.contains(queue)) {
            *agents.entry(state_name(state).to_owned()).or_default() += 1;
        }
    }
    QueueView {
        queue: queue.to_string(),
        waiting: engine.queues().waiting(queue),
        longest_wait_s: since.map(|since| moment.now.since(since).as_secs()),
        staffed: engine.queues().is_staffed(queue),
        agents,
    }
}

fn contact(
    engine: &Engine,
    moment: Moment,
    call: &LiveCall<'_>,
    offered_to: Option<&AgentId>,
) -> Option<ContactView> {
    let (wanted, since) = call.wanted?;
    let skills = wanted.skills.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    Some(ContactView {
        contact: call.id.to_string(),
        position: engine.queues().position(call.id)?,
        priority: wanted.priority,
        since: moment.told(since),
        waited_s: moment.now.since(since).as_secs(),
        caller: call.session.caller_number().map(|number| mask_number(&number)),
        language: Some(call.session.language().to_string()),
        skills: skills.collect(),
        offered_to: offered_to.map(ToString::to_string),
    })
}
