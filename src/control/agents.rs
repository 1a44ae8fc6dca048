//! Agents: what they do, and what they are to do.

use std::ops::Bound;

use super::asked::Asked;
use super::look::{Moment, contact_of, queue_of, reason, state_name};
use super::refusal::Refusal;
use super::view::{AgentChange, AgentList, AgentView, WantedState};
use crate::call::AgentId;
use crate::engine::{AgentOrder, Engine, Input, Order};
use crate::queue::AgentState;
use crate::runtime::Visit;

/// The longest reason of a break, in characters.
const MAX_REASON: usize = 64;

/// The agents after one, by name.
pub(super) fn list(visit: &Visit<'_>, after: Option<&str>, limit: usize) -> AgentList {
    let (engine, moment) = (visit.engine(), Moment::of(visit));
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let mut names = engine.settings().agents.range::<str, _>((from, Bound::Unbounded));
    let agents: Vec<AgentView> =
        names.by_ref().take(limit).filter_map(|(agent, _)| view(engine, moment, agent)).collect();
    let more = names.next().is_some();
    let next = agents.last().filter(|_| more).map(|agent| agent.agent.clone());
    AgentList { agents, next }
}

/// One agent.
pub(super) fn show(visit: &Visit<'_>, agent: &AgentId) -> Result<AgentView, Refusal> {
    view(visit.engine(), Moment::of(visit), agent).ok_or_else(|| unknown(agent))
}

/// What is to be done by a body, if it makes sense.
pub(super) fn wanted(asked: &Asked) -> Result<AgentOrder, Refusal> {
    let change: AgentChange = asked.read()?;
    if change.reason.is_some() && change.state != WantedState::Break {
        return Err(Refusal::senseless("wrong_reason", "Only a break has a `reason`."));
    }
    Ok(match change.state {
        WantedState::Ready => AgentOrder::Ready,
        WantedState::WrapupDone => AgentOrder::WrapUpDone,
        WantedState::Break => AgentOrder::Break(break_reason(change.reason)?.into()),
    })
}

fn break_reason(written: Option<String>) -> Result<String, Refusal> {
    let reason = written.unwrap_or_default();
    let fits = (1..=MAX_REASON).contains(&reason.chars().count())
        && reason.chars().all(|c| !c.is_control())
        && reason.trim() == reason;
    if fits {
        return Ok(reason);
    }
    let message = format!("A break needs a `reason` of 1 to {MAX_REASON} characters.");
    Err(Refusal::senseless("wrong_reason", message).hint("Such as `lunch`."))
}

/// Has an agent do something.
pub(super) fn change(
    visit: &mut Visit<'_>,
    agent: &AgentId,
    order: AgentOrder,
    by: Option<std::sync::Arc<str>>,
) -> Result<AgentView, Refusal> {
    let Some(state) = visit.engine().queues().agent_state(agent) else {
        return Err(unknown(agent));
    };
    if let Some(why) = in_vain(state, &order) {
        let message = format!("`{agent}` is {}: {why}.", state_name(state));
        return Err(Refusal::conflict("wrong_state", message));
    }
    let order = Order::Agent { agent: agent.clone(), order };
    visit.tell(Input::Ordered { by, order });
    show(visit, agent)
}

/// Why an order would bring about nothing.
const fn in_vain(state: &AgentState, order: &AgentOrder) -> Option<&'static str> {
    match (order, state) {
        (AgentOrder::WrapUpDone, AgentState::WrapUp { .. }) => None,
        (AgentOrder::WrapUpDone, _) => Some("there is no wrap-up to be done with"),
        (AgentOrder::Free, AgentState::Offline | AgentState::Ready { .. }) => {
            Some("there is nothing to be freed of")
        }
        (AgentOrder::Ready | AgentOrder::Break(_) | AgentOrder::Free, _) => None,
    }
}

pub(super) fn unknown(agent: &AgentId) -> Refusal {
    let message = format!("There is no agent `{}`.", agent.as_str().escape_default());
    Refusal::unknown("unknown_agent", message).hint("`GET /v1/agents` tells all of them.")
}

fn view(engine: &Engine, moment: Moment, agent: &AgentId) -> Option<AgentView> {
    let state = engine.queues().agent_state(agent)?;
    let contact = contact_of(state);
    let queue = match state {
        AgentState::Talking { queue, .. } => Some(queue),
        _ => contact.and_then(|contact| queue_of(engine, contact)),
    };
    let settings = engine.settings().queues.agents.get(agent)?;
    let values = |values: &std::collections::BTreeSet<std::sync::Arc<str>>| {
        values.iter().map(ToString::to_string).collect()
    };
    Some(AgentView {
        agent: agent.to_string(),
        state: state_name(state).to_owned(),
        reason: reason(state),
        until: state.deadline().map(|at| moment.told(at)),
        idle_since: state.ready_since().map(|at| moment.told(at)),
        contact: contact.map(|contact| contact.to_string()),
        queue: queue.map(ToString::to_string),
        queues: settings.queues.iter().map(ToString::to_string).collect(),
        skills: settings.skills.iter().map(|(n, v)| (n.to_string(), values(v))).collect(),
    })
}
