//! The live calls.

use std::collections::BTreeMap;

use super::look::Moment;
use super::view::{CallList, CallView};
use crate::call::{AgentId, CallId, mask_number};
use crate::engine::LiveCall;
use crate::runtime::Visit;
use crate::session::Attention;

/// The live calls after one.
pub(super) fn list(visit: &Visit<'_>, after: Option<CallId>, limit: usize) -> CallList {
    let (engine, moment) = (visit.engine(), Moment::of(visit));
    let agents = engine.queues().agents();
    let talks: BTreeMap<CallId, &AgentId> =
        agents.filter_map(|agent| Some((agent.state.talking_with()?, agent.agent))).collect();
    let mut live = engine.live_after(after);
    let calls: Vec<CallView> = live
        .by_ref()
        .take(limit)
        .map(|call| view(moment, &call, talks.get(&call.id).copied()))
        .collect();
    let more = live.next().is_some();
    let next = calls.last().filter(|_| more).map(|call| call.call.clone());
    CallList { calls, next }
}

fn view(moment: Moment, call: &LiveCall<'_>, agent: Option<&AgentId>) -> CallView {
    let session = call.session;
    CallView {
        call: call.id.to_string(),
        adapter: call.adapter.to_owned(),
        flow: session.program().flow.id.to_string(),
        node: session.node().map(ToOwned::to_owned),
        state: state_name(session.attention()).to_owned(),
        began: moment.told(call.began),
        caller: session.caller_number().map(|number| mask_number(&number)),
        language: session.language().to_string(),
        queue: call.wanted.map(|(wanted, _)| wanted.queue.to_string()),
        agent: agent.map(ToString::to_string),
    }
}

const fn state_name(attention: Attention) -> &'static str {
    match attention {
        Attention::Ringing => "ringing",
        Attention::Hearing => "hearing",
        Attention::Asked => "asked",
        Attention::Recorded => "recorded",
        Attention::Waiting => "waiting",
        Attention::Talking => "talking",
        Attention::Gone => "gone",
    }
}
