//! Agents: what they do, and what they are to do.

use super::asked::Asked;
use super::look::{Moment, queue_of, state_name};
use super::refusal::Refusal;
use super::view::{AgentChange, AgentList, AgentView, WantedState};
use crate::call::AgentId;
use crate::engine::{AgentOrder, Input, Order};
use crate::queue::{self, AgentState};
use crate::runtime::Visit;
use crate::time::Duration;

/// By how many seconds a wrap-up is extended where nothing is said.
const EXTENSION: u64 = 30;
/// The most seconds by which it is extended at a time.
const MAX_EXTENSION: u64 = 3_600;
/// The longest reason of a break, in characters.
const MAX_REASON: usize = 64;

/// The agents after one, by name.
pub(super) fn list(visit: &Visit<'_>, after: Option<&str>, limit: usize) -> AgentList {
    let moment = Moment::of(visit);
    let queues = visit.engine().queues();
    let mut left = queues.agents().filter(|a| after.is_none_or(|after| a.agent.as_str() > after));
    let agents: Vec<AgentView> =
        left.by_ref().take(limit).map(|agent| view(visit, moment, &agent)).collect();
    let more = left.next().is_some();
    let next = agents.last().filter(|_| more).map(|agent| agent.agent.clone());
    AgentList { agents, next }
}

/// One agent.
pub(super) fn show(visit: &Visit<'_>, agent: &AgentId) -> Result<AgentView, Refusal> {
    let found = visit.engine().queues().agent(agent).ok_or_else(|| unknown(agent))?;
    Ok(view(visit, Moment::of(visit), &found))
}

/// What is to be done by a body, if it makes sense.
pub(super) fn wanted(asked: &Asked) -> Result<AgentOrder, Refusal> {
    let change: AgentChange = asked.read()?;
    if change.reason.is_some() && change.state != WantedState::Break {
        return Err(Refusal::senseless("wrong_reason", "Only a break has a `reason`."));
    }
    if change.seconds.is_some() && change.state != WantedState::ExtendWrapup {
        let message = "Only `extend_wrapup` has `seconds`.";
        return Err(Refusal::senseless("wrong_seconds", message));
    }
    Ok(match change.state {
        WantedState::Offline => AgentOrder::Offline,
        WantedState::ExtendWrapup => AgentOrder::ExtendWrapUp(extension(change.seconds)?),
        WantedState::Ready => AgentOrder::Ready,
        WantedState::WrapupDone => AgentOrder::WrapUpDone,
        WantedState::Break => AgentOrder::Break(break_reason(change.reason)?.into()),
    })
}

fn extension(seconds: Option<u64>) -> Result<Duration, Refusal> {
    let seconds = seconds.unwrap_or(EXTENSION);
    if (1..=MAX_EXTENSION).contains(&seconds) {
        return Ok(Duration::from_secs(seconds));
    }
    let message = format!("`seconds` must be a whole number from 1 to {MAX_EXTENSION}.");
    Err(Refusal::senseless("wrong_seconds", message))
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
    let Some(found) = visit.engine().queues().agent(agent) else {
        return Err(unknown(agent));
    };
    if let Some((why, hint)) = in_vain(&found, &order) {
        let message = format!("`{agent}` is {}: {why}.", state_name(found.state));
        let refusal = Refusal::conflict("wrong_state", message);
        return Err(match hint {
            Some(hint) => refusal.hint(hint),
            None => refusal,
        });
    }
    let order = Order::Agent { agent: agent.clone(), order };
    visit.tell(Input::Ordered { by, order });
    show(visit, agent)
}

/// Why an order would bring about nothing, and what to do about it.
fn in_vain(
    agent: &queue::AgentView<'_>,
    order: &AgentOrder,
) -> Option<(&'static str, Option<&'static str>)> {
    match (order, agent.state) {
        (AgentOrder::WrapUpDone | AgentOrder::ExtendWrapUp(_), AgentState::WrapUp { .. }) => None,
        (AgentOrder::WrapUpDone, _) => Some(("there is no wrap-up to be done with", None)),
        (AgentOrder::ExtendWrapUp(_), _) => Some(("there is no wrap-up to be extended", None)),
        (AgentOrder::Break(_), _) if agent.pending == Some(queue::LOGGED_OUT) => {
            Some(("who is logged out has no break", Some("`ready` logs in.")))
        }
        (
            AgentOrder::Free,
            AgentState::Offline | AgentState::Unreachable { .. } | AgentState::Ready { .. },
        ) => Some(("there is nothing to be freed of", None)),
        (AgentOrder::Ready | AgentOrder::Offline | AgentOrder::Break(_) | AgentOrder::Free, _) => {
            None
        }
    }
}

pub(super) fn unknown(agent: &AgentId) -> Refusal {
    let message = format!("There is no agent `{}`.", agent.as_str().escape_default());
    Refusal::unknown("unknown_agent", message)
        .hint("`GET /v1/agents`, or `sambung agent list`, tells all of them.")
}

fn view(visit: &Visit<'_>, moment: Moment, agent: &queue::AgentView<'_>) -> AgentView {
    let skills = agent.skills();
    let skills =
        skills.map(|(name, values)| (name.to_owned(), values.map(str::to_owned).collect()));
    AgentView {
        agent: agent.agent.to_string(),
        state: state_name(agent.state).to_owned(),
        reason: agent.state.reason().map(|reason| reason.to_string()),
        since: moment.told(agent.since),
        until: agent.state.deadline().map(|at| moment.told(at)),
        pending: agent.pending.map(ToString::to_string),
        reachable: agent.reachable,
        contact: agent.state.contact().map(|contact| contact.to_string()),
        queue: queue_of(visit, agent),
        queues: agent.queues().map(ToString::to_string).collect(),
        skills: skills.collect(),
    }
}
