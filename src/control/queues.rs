//! Queues: how each stands, who waits, whom they are offered to and why not.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::agents;
use super::look::{Moment, queue_of, state_name};
use super::refusal::Refusal;
use super::view::{
    ContactChange, ContactView, Explained, FindingView, OfferList, OfferView, QueueDetail,
    QueueList, QueueView,
};
use crate::call::{AgentId, CallId, QueueId, mask_number};
use crate::engine::{ContactOrder, Engine, Input, Order};
use crate::history::Medium;
use crate::queue;
use crate::runtime::Visit;

/// The most contacts of a queue that are told.
const MAX_CONTACTS: usize = 1_000;

/// All queues.
pub(super) fn list(visit: &Visit<'_>) -> QueueList {
    let moment = Moment::of(visit);
    let mut queues: Vec<QueueView> =
        visit.engine().queues().queues().map(|queue| view(moment, &queue)).collect();
    queues.sort_by(|a, b| a.queue.cmp(&b.queue));
    QueueList { queues }
}

/// One queue.
pub(super) fn show(visit: &Visit<'_>, queue: &QueueId) -> Result<QueueDetail, Refusal> {
    let moment = Moment::of(visit);
    let queue = known(visit, queue)?;
    let contacts = queue.contacts().take(MAX_CONTACTS);
    let contacts = contacts.map(|contact| told(visit.engine(), moment, &contact)).collect();
    Ok(QueueDetail { view: view(moment, &queue), contacts })
}

/// Gives a contact in line another priority, or leads it to another queue.
pub(super) fn change(
    visit: &mut Visit<'_>,
    contact: CallId,
    change: &ContactChange,
    by: Option<&Arc<str>>,
) -> Result<ContactView, Refusal> {
    if change.priority.is_none() && change.queue.is_none() {
        return Err(Refusal::senseless("no_change", "Give `priority`, `queue` or both."));
    }
    if let Some(priority) = change.priority.filter(|priority| !(1..=9).contains(priority)) {
        let message = format!("A priority is 1 (first) to 9, not {priority}.");
        return Err(Refusal::senseless("wrong_priority", message));
    }
    let queue = change.queue.as_deref().map(QueueId::from);
    if let Some(queue) = &queue {
        known(visit, queue)?;
    }
    let stands = visit.engine().queues().contact(contact).ok_or_else(|| gone(contact))?;
    if let Some(queue) = queue.as_ref().filter(|queue| **queue != *stands.queue)
        && stands.medium == Medium::Callback
        && !visit.engine().settings().callbacks.contains_key(queue)
    {
        let message = format!("`{queue}` calls nobody back, and {contact} waits for that.");
        return Err(Refusal::conflict("no_callbacks", message)
            .hint("`callbacks` of a queue, in a flow or in sambung.yaml, says that it does."));
    }
    let orders = [change.priority.map(ContactOrder::Priority), queue.map(ContactOrder::Queue)];
    for order in orders.into_iter().flatten() {
        let order = Order::Contact { contact, order };
        visit.tell(Input::Ordered { by: by.cloned(), order });
    }
    let moment = Moment::of(visit);
    let now = visit.engine().queues().contact(contact).ok_or_else(|| gone(contact))?;
    Ok(told(visit.engine(), moment, &now))
}

fn gone(contact: CallId) -> Refusal {
    let message = format!("Contact {contact} does not wait in a queue.");
    Refusal::unknown("unknown_contact", message)
        .hint("`GET /v1/queues/{queue}`, or `sambung queue show QUEUE`, tells who does.")
}

/// Why a contact of a queue is, or is not, offered to an agent.
pub(super) fn explain(
    visit: &Visit<'_>,
    queue: &QueueId,
    contact: CallId,
    agent: &AgentId,
) -> Result<Explained, Refusal> {
    let engine = visit.engine();
    let found = known(visit, queue)?;
    if engine.queues().contact(contact).is_none_or(|contact| contact.queue != found.id()) {
        let message = format!("Contact {contact} does not wait in `{queue}`.");
        let hint =
            format!("`GET /v1/queues/{queue}`, or `sambung queue show {queue}`, tells who does.");
        return Err(Refusal::unknown("unknown_contact", message).hint(hint));
    }
    if engine.queues().agent_state(agent).is_none() {
        return Err(agents::unknown(agent));
    }
    let told = engine.queues().explain(contact, agent);
    let may_offer = told.may_offer();
    let finding = |finding: queue::Finding| FindingView {
        rule: finding.rule.to_string(),
        holds: finding.holds,
        fact: finding.fact,
    };
    Ok(Explained { may_offer, findings: told.findings.into_iter().map(finding).collect() })
}

/// The offers under way, by agent.
pub(super) fn offers(visit: &Visit<'_>) -> OfferList {
    let moment = Moment::of(visit);
    let offer = |agent: queue::AgentView<'_>| {
        Some(OfferView {
            offer: agent.state.offer()?.0,
            state: state_name(agent.state).to_owned(),
            agent: agent.agent.to_string(),
            contact: agent.state.contact().map(|contact| contact.to_string()),
            queue: queue_of(visit, &agent),
            until: moment.told(agent.state.deadline()?),
        })
    };
    OfferList { offers: visit.engine().queues().agents().filter_map(offer).collect() }
}

/// How many agents do what.
pub(super) fn agents_by_state(engine: &Engine) -> BTreeMap<&'static str, usize> {
    count(engine.queues().agents())
}

fn count<'a>(agents: impl Iterator<Item = queue::AgentView<'a>>) -> BTreeMap<&'static str, usize> {
    let mut states = BTreeMap::new();
    for agent in agents {
        *states.entry(state_name(agent.state)).or_default() += 1;
    }
    states
}

fn known<'a>(visit: &'a Visit<'_>, queue: &QueueId) -> Result<queue::QueueView<'a>, Refusal> {
    visit.engine().queues().queue(queue).ok_or_else(|| {
        let message = format!("There is no queue `{}`.", queue.as_str().escape_default());
        Refusal::unknown("unknown_queue", message)
            .hint("`GET /v1/queues`, or `sambung queue list`, tells all of them.")
    })
}

fn view(moment: Moment, queue: &queue::QueueView<'_>) -> QueueView {
    let since = queue.contacts().map(|contact| contact.since).min();
    let agents = count(queue.agents()).into_iter();
    QueueView {
        queue: queue.id().to_string(),
        waiting: queue.waiting(),
        longest_wait_s: since.map(|since| moment.now.since(since).as_secs()),
        staffed: queue.agents().any(|agent| agent.reachable),
        agents: agents.map(|(state, number)| (state.to_owned(), number)).collect(),
        today: None,
    }
}

fn told(engine: &Engine, moment: Moment, contact: &queue::ContactView<'_>) -> ContactView {
    // One who waits to be called back is on no line.
    let session = engine.live(contact.call).map(|call| call.session);
    let number = session.and_then(|session| session.caller_number());
    let medium = match contact.medium {
        Medium::Voice => "voice",
        Medium::Callback => "callback",
    };
    let skills = contact.skills().map(|(name, value)| (name.to_owned(), value.to_owned()));
    ContactView {
        contact: contact.call.to_string(),
        queue: contact.queue.to_string(),
        medium: medium.to_owned(),
        position: contact.position,
        priority: contact.priority,
        since: moment.told(contact.since),
        waited_s: moment.now.since(contact.since).as_secs(),
        until: moment.told(contact.until),
        caller: number.map(|number| mask_number(&number)),
        language: session.map(|session| session.language().to_string()),
        skills: skills.collect(),
        offered_to: contact.rung().map(ToString::to_string).collect(),
    }
}
