//! The call record: one JSON object per call, and one per try to call a customer back, written once, at its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::cause::{EndedBy, HangupCause};
use super::id::{AgentId, CallId, FlowHash, FlowId, Language, NodeId, QueueId};

/// Everything that one call leaves behind. Times are RFC 3339 UTC; personal values read `***678`, secret ones are absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallRecord {
    /// The version of this form: 1.
    pub v: u8,
    /// The call's id; of a try to call a customer back that of their wish, which all of its tries have in common.
    pub call: CallId,
    /// Which try to call the customer back it was, from 1; absent for all other calls. One whose end a crash took from the
    /// history is made once more under the same number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The caller's number, masked; `None` when withheld.
    pub caller: Option<String>,
    /// Whether a trusted trunk vouched for the caller's number; absent where none did.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub asserted: bool,
    /// The called number.
    pub called: Arc<str>,
    /// The number that was called first, masked, where the call was diverted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diverted_from: Option<String>,
    /// The trunk that the call came in by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trunk: Option<Arc<str>>,
    /// Which way the call went.
    pub direction: Direction,
    /// The adapter's name.
    pub adapter: Arc<str>,
    /// The flow, if one was started.
    pub flow: Option<FlowId>,
    /// The content hash of the flow.
    pub flow_hash: Option<FlowHash>,
    /// The language at the end of the call.
    pub language: Option<Language>,
    /// When the call was offered.
    pub started: String,
    /// When it was answered.
    pub answered: Option<String>,
    /// When it ended.
    pub ended: String,
    /// What happened, node by node.
    pub steps: Vec<RecordStep>,
    /// What `note` nodes wrote.
    pub notes: BTreeMap<String, serde_json::Value>,
    /// The last stay in a queue.
    pub queue: Option<QueueStay>,
    /// The last transfer tried.
    pub transfer: Option<TransferStay>,
    /// The agent who talked with the caller last.
    pub agent: Option<AgentId>,
    /// Each talk with an agent or transfer target, in order; at most 50. An agent who hands the caller over ends one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub talks: Vec<TalkStay>,
    /// Milliseconds of talk with agents and transfer targets, hold included.
    pub talk_ms: u64,
    /// Why the call ended.
    pub cause: HangupCause,
    /// Who ended it.
    pub ended_by: EndedBy,
    /// Where the hang-up found the call, if a flow ran.
    pub ended_at: Option<Ended>,
    /// How many keys did nothing while the caller waited in line; absent where none was pressed.
    #[serde(skip_serializing_if = "is_zero")]
    pub ignored_keys: u32,
    /// Media quality of the caller's leg, where the adapter measures it.
    pub quality: Option<Quality>,
}

/// Which way a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The customer called us.
    In,
    /// We called the customer.
    Out,
}

/// One visit of one node.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordStep {
    /// The node.
    pub node: NodeId,
    /// Its verb.
    pub verb: &'static str,
    /// The way out that was taken; `None` if the call ended there.
    pub outcome: Option<Arc<str>>,
    /// The finer reason, such as `no_input` or `no_match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// When the node was entered, in milliseconds since the call was offered.
    pub at_ms: u64,
    /// The keys taken here, as their class allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<String>,
}

/// A stay in a human queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueStay {
    /// The queue.
    pub name: QueueId,
    /// From entry to answer, leaving or hang-up, in milliseconds.
    pub wait_ms: u64,
    /// Each offer to an agent, in order.
    pub offers: Vec<Offered>,
}

/// One offer of the caller to an agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Offered {
    /// The agent.
    pub agent: AgentId,
    /// When, in milliseconds since the call was offered.
    pub at_ms: u64,
    /// How it ended: `answered`, `rejected`, `busy`, `no_answer`, `unreachable`, `cancelled`.
    pub result: &'static str,
}

/// One talk of the caller with one other party.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TalkStay {
    /// The agent, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// The number, masked, if it was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// When it began, in milliseconds since the call was offered.
    pub at_ms: u64,
    /// How long it was, hold included, in milliseconds.
    pub talk_ms: u64,
    /// How long either side held in it, in milliseconds.
    pub hold_ms: u64,
    /// Media quality of the other party's leg, from its beginning until the talk was over, where the adapter measures
    /// it. Two talks on one leg, as after a transfer that came to nothing, say the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
}

/// A transfer to a number or a colleague.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TransferStay {
    /// The number, masked, or the agent.
    pub to: String,
    /// Who wanted it: a `flow`, or an agent, `blind` or `attended` (having talked with the new party first).
    pub kind: &'static str,
    /// How it ended.
    pub result: &'static str,
}

/// Where a hang-up found the call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ended {
    /// The node.
    pub node: NodeId,
    /// The prompt that was playing.
    pub prompt: Option<String>,
    /// How far into it, in milliseconds.
    pub prompt_ms: Option<u64>,
}

/// Media quality of one leg: how the far side's packets came, and how ours did there.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Quality {
    /// Packets received.
    pub received: u64,
    /// Packets lost by sequence number.
    pub lost: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that came after a later one.
    pub out_of_order: u64,
    /// Packets that came too late to be heard, where audio was not only passed on or recorded.
    pub late: u64,
    /// Interarrival jitter in microseconds (RFC 3550 §6.4.1).
    pub jitter_us: u64,
    /// Packets sent.
    pub sent: u64,
    /// Packets of ours that the far side lost; `None` = it does not report.
    pub far_lost: Option<u64>,
    /// The jitter of our packets at the far side in microseconds; `None` = it does not report.
    pub far_jitter_us: Option<u64>,
    /// The time to the far side and back in microseconds; `None` = it does not report.
    pub round_trip_us: Option<u64>,
    /// What the far side sounds like, 1.0–4.5, estimated of loss, jitter and delay (ITU-T G.107); `None` = nothing came.
    pub mos: Option<f64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}
