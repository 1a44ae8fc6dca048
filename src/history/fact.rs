//! What can happen.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::message::Message;
use super::parts::{
    AgentStatus, CallbackEnd, CallerKey, Exit, Medium, OfferId, OfferResult, Outcome, Refusal,
    Retention, TicketDeed, TicketOutcome, TicketStatus, TryResult,
};
use crate::call::{
    AgentId, CallId, EndedBy, FlowHash, FlowId, HangupCause, Language, QueueId, RecordingId,
};
use crate::time::Wall;

/// Makes [`Fact`], and beside it `Shape`: the same variants by which `tagged` reads them.
macro_rules! facts {
    ($(#[$about:meta])* pub enum Fact $variants:tt) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Fact $variants

        /// How a fact is read once its kind is known.
        #[derive(Deserialize)]
        #[serde(remote = "Fact", rename_all = "snake_case")]
        pub(super) enum Shape $variants
    };
}

facts! {
/// One thing that happened. A *contact* is a call, or a wish to be called back that stands in line under an id of its
/// own. Written as one JSON object whose `kind` is the variant's name in snake case; times are microseconds since 1970.
pub enum Fact {
    // ---- the node
    /// A process began its epoch.
    NodeStarted {
        /// The program's version.
        version: Arc<str>,
    },
    /// It ended in order. An epoch without this row ended by a crash.
    NodeStopped {},
    /// Flows, queues or agents were read anew.
    ConfigChanged {
        /// A hash of what holds now: SHA-256 over the names and contents of all files, in hexadecimal digits.
        revision: Arc<str>,
        /// The flows that are new, gone or changed, by name with a blank between; empty = something else has changed.
        #[serde(default, skip_serializing_if = "str::is_empty")]
        what: Arc<str>,
    },

    // ---- calls
    /// A call was taken by a flow, or we began to call somebody.
    CallBegan {
        /// The call.
        contact: CallId,
        /// Who calls, or is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caller: Option<CallerKey>,
        /// The number that was called; empty for calls of ours.
        called: Arc<str>,
        /// The trunk it came by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trunk: Option<Arc<str>>,
        /// The flow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow: Option<FlowId>,
        /// Its content hash.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow_hash: Option<FlowHash>,
    },
    /// It is over.
    CallEnded {
        /// The call.
        contact: CallId,
        /// What came of it.
        outcome: Outcome,
        /// Why it ended.
        cause: HangupCause,
        /// Who ended it.
        by: EndedBy,
        /// The language at the end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<Language>,
        /// What it was about, where the flow says so by a public `topic`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<Arc<str>>,
    },

    // ---- the line
    /// A queue took a contact in.
    Enqueued {
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
        /// How it reaches us.
        medium: Medium,
        /// 1 (first) to 9.
        priority: u8,
        /// Since when it has its place in line: now, or earlier where it comes back to an old place.
        order: Wall,
        /// The skills asked for: name and value.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        skills: Vec<(Arc<str>, Arc<str>)>,
        /// Whether this is the rest of a stay that broke off: it counts as offered once, at its first entry.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        again: bool,
    },
    /// A queue did not take it in.
    Refused {
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
        /// Why.
        why: Refusal,
    },
    /// Its place was changed by somebody, or by the flow.
    Reprioritised {
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
        /// 1 (first) to 9.
        priority: u8,
        /// Which supervisor; `None` = the flow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Arc<str>>,
    },
    /// The caller was told where they stand.
    Announced {
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
        /// The place told; `None` = none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<u32>,
        /// The expected wait that the band was made of, in microseconds; `None` = nothing was said of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected_us: Option<u64>,
    },
    /// It left the line without an answer.
    Left {
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
        /// How.
        how: Exit,
        /// The keys that led out, for [`Exit::Key`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<Arc<str>>,
    },

    // ---- offers
    /// It is offered to an agent: durable before the phone rings.
    Offered {
        /// The offer.
        offer: OfferId,
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
        /// The agent.
        agent: AgentId,
        /// When it is taken back for want of an outcome.
        until: Wall,
        /// Whether others may be rung for the same contact at the same time (ring all).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        together: bool,
    },
    /// The agent's phone rings.
    Rang {
        /// The offer.
        offer: OfferId,
        /// The contact.
        contact: CallId,
        /// The agent.
        agent: AgentId,
    },
    /// It came to nothing.
    OfferClosed {
        /// The offer.
        offer: OfferId,
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
        /// The agent.
        agent: AgentId,
        /// How.
        result: OfferResult,
    },
    /// The agent answered, and accepted where that is asked for: the contact is out of the line.
    Answered {
        /// The offer.
        offer: OfferId,
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
        /// The agent.
        agent: AgentId,
    },

    // ---- talks
    /// Somebody else talks with the contact from now on, who got it from a colleague.
    HandedOver {
        /// The contact.
        contact: CallId,
        /// The queue it came from, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
        /// From whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<AgentId>,
        /// To which agent; `None` = to a number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<AgentId>,
        /// Whether the two spoke first.
        attended: bool,
    },
    /// One side holds.
    Held {
        /// The contact.
        contact: CallId,
        /// The agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
    },
    /// Nobody holds any more.
    Resumed {
        /// The contact.
        contact: CallId,
        /// The agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
    },
    /// A talk is over: one row per agent and contact, also where the contact goes on with somebody else.
    TalkEnded {
        /// The contact.
        contact: CallId,
        /// The queue it came from, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
        /// The agent.
        agent: AgentId,
        /// Who ended it.
        by: EndedBy,
    },

    // ---- agents
    /// An agent does something else from now on.
    AgentChanged {
        /// The agent.
        agent: AgentId,
        /// What.
        status: AgentStatus,
        /// Why: the agent's own word, the kind of failure, `2 missed calls`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Arc<str>>,
        /// Whom it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<CallId>,
        /// The queue it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
        /// When the state ends by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Wall>,
        /// Since when the agent counts as idle; a failed offer that was not theirs does not change it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        idle_since: Option<Wall>,
        /// The break that begins when what binds the agent is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pending: Option<Arc<str>>,
        /// Which supervisor did it; `None` = the agent or the course of things.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Arc<str>>,
    },
    /// A supervisor did something that leaves no other row: listens, whispers, barges in.
    Supervised {
        /// Who.
        by: Arc<str>,
        /// What.
        what: Arc<str>,
        /// With which agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// On which contact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<CallId>,
    },

    // ---- what follows a call
    /// Somebody asked to be called back. The number travels as private `to`.
    CallbackAsked {
        /// Its number, as it is read out; 0 = the store gives the next one.
        callback: u64,
        /// The contact that stands in line for it.
        contact: CallId,
        /// The call in which it was asked for.
        call: CallId,
        /// The queue.
        queue: QueueId,
        /// Who asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caller: Option<CallerKey>,
        /// In which language.
        language: Language,
        /// Its place in line: since when.
        order: Wall,
        /// 1 (first) to 9.
        priority: u8,
        /// Not before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<Wall>,
        /// When it is too late.
        expires: Wall,
        /// The adapter by which it was asked for, and the customer is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        adapter: Option<Arc<str>>,
        /// The trunk that the call came by in which it was asked for, and the customer is called by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trunk: Option<Arc<str>>,
    },
    /// One try to reach the customer.
    CallbackTried {
        /// Its number.
        callback: u64,
        /// The contact.
        contact: CallId,
        /// Which try, from 1.
        attempt: u32,
        /// With which agent, if one was there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// How it went.
        result: TryResult,
        /// When the next one may start; `None` = there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<Wall>,
    },
    /// It is over.
    CallbackEnded {
        /// Its number.
        callback: u64,
        /// The contact.
        contact: CallId,
        /// How.
        how: CallbackEnd,
    },
    /// Something was left for a person to do. Its fields travel as private values.
    TicketOpened {
        /// Its number, as it is read out; 0 = the store gives the next one.
        ticket: u64,
        /// The call.
        contact: CallId,
        /// What sort: `complaint`, `follow_up`, `voicemail`, as the flow names it.
        sort: Arc<str>,
        /// In which language.
        language: Language,
        /// Who has to do it, once that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<AgentId>,
        /// Until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Wall>,
        /// What the caller was recorded saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recording: Option<RecordingId>,
        /// Whose it is, where the history does not know of the call: it came from a file of before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caller: Option<CallerKey>,
    },
    /// Somebody took it, or it is done.
    TicketChanged {
        /// Its number.
        ticket: u64,
        /// The call in which it was opened; absent in rows of before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<CallId>,
        /// What was done. The words of a note travel as the private value `note`.
        #[serde(default, skip_serializing_if = "TicketDeed::is_assigned")]
        did: TicketDeed,
        /// How it stands now.
        status: TicketStatus,
        /// What came of it, once it is closed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<TicketOutcome>,
        /// Who has to do it now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<AgentId>,
        /// Until when now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Wall>,
        /// Who changed it.
        by: Arc<str>,
    },
    /// A caller begins to speak. What the ticket would say travels as private values.
    RecordingBegan {
        /// Which.
        recording: RecordingId,
        /// The call.
        contact: CallId,
        /// The ticket that the flow opens with it if the caller hangs up; `None` = none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Message>,
    },
    /// What was recorded could not be kept: the disk refused, or was too slow.
    RecordingLost {
        /// Which.
        recording: RecordingId,
        /// The call.
        contact: CallId,
    },
    /// Something was recorded. That of a ticket is a message from then on: [`Retention::Voicemail`].
    RecordingKept {
        /// Which.
        recording: RecordingId,
        /// The call.
        contact: CallId,
        /// How long it is, in microseconds.
        lasted_us: u64,
        /// For how long it may stay.
        class: Retention,
    },
    /// The caller does not want to be recorded: they ended it by a key before there was a message.
    RecordingRefused {
        /// The call.
        contact: CallId,
    },
    /// A caller was asked how it was.
    SurveyAsked {
        /// The call.
        contact: CallId,
        /// The queue of the last talk, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
        /// The agent of the last talk, if any; `None` = self-service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// The flow's content hash.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow_hash: Option<FlowHash>,
    },
    /// And answered.
    Surveyed {
        /// The call.
        contact: CallId,
        /// The question, as the flow names it: `csat`, `nps`, `solved`.
        question: Arc<str>,
        /// The answer.
        score: u8,
        /// The queue of the last talk, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<QueueId>,
        /// The agent of the last talk, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// The flow's content hash.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow_hash: Option<FlowHash>,
    },

    // ---- care of the data
    /// What was kept long enough is gone.
    Expired {
        /// Of which class.
        class: Retention,
        /// Everything before.
        before: Wall,
        /// How much it was.
        count: u64,
    },
    /// All that is known of a caller was handed out.
    Exported {
        /// The caller.
        caller: CallerKey,
        /// Who asked for it.
        by: Arc<str>,
        /// How many contacts it was.
        contacts: u64,
    },
    /// All that belongs to a caller was forgotten.
    Erased {
        /// The caller. Their key leads nowhere from here on.
        caller: CallerKey,
        /// Who asked for it.
        by: Arc<str>,
        /// How many contacts it was.
        contacts: u64,
    },
}
}

impl Fact {
    /// The name of its kind, as it is written: `offer_closed`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NodeStarted { .. } => "node_started",
            Self::NodeStopped {} => "node_stopped",
            Self::ConfigChanged { .. } => "config_changed",
            Self::CallBegan { .. } => "call_began",
            Self::CallEnded { .. } => "call_ended",
            Self::Enqueued { .. } => "enqueued",
            Self::Refused { .. } => "refused",
            Self::Reprioritised { .. } => "reprioritised",
            Self::Announced { .. } => "announced",
            Self::Left { .. } => "left",
            Self::Offered { .. } => "offered",
            Self::Rang { .. } => "rang",
            Self::OfferClosed { .. } => "offer_closed",
            Self::Answered { .. } => "answered",
            Self::HandedOver { .. } => "handed_over",
            Self::Held { .. } => "held",
            Self::Resumed { .. } => "resumed",
            Self::TalkEnded { .. } => "talk_ended",
            Self::AgentChanged { .. } => "agent_changed",
            Self::Supervised { .. } => "supervised",
            Self::CallbackAsked { .. } => "callback_asked",
            Self::CallbackTried { .. } => "callback_tried",
            Self::CallbackEnded { .. } => "callback_ended",
            Self::TicketOpened { .. } => "ticket_opened",
            Self::TicketChanged { .. } => "ticket_changed",
            Self::RecordingBegan { .. } => "recording_began",
            Self::RecordingLost { .. } => "recording_lost",
            Self::RecordingKept { .. } => "recording_kept",
            Self::RecordingRefused { .. } => "recording_refused",
            Self::SurveyAsked { .. } => "survey_asked",
            Self::Surveyed { .. } => "surveyed",
            Self::Expired { .. } => "expired",
            Self::Exported { .. } => "exported",
            Self::Erased { .. } => "erased",
        }
    }

    /// The contact it is about.
    #[must_use]
    pub const fn contact(&self) -> Option<CallId> {
        match self {
            Self::CallBegan { contact, .. }
            | Self::CallEnded { contact, .. }
            | Self::Enqueued { contact, .. }
            | Self::Refused { contact, .. }
            | Self::Reprioritised { contact, .. }
            | Self::Announced { contact, .. }
            | Self::Left { contact, .. }
            | Self::Offered { contact, .. }
            | Self::Rang { contact, .. }
            | Self::OfferClosed { contact, .. }
            | Self::Answered { contact, .. }
            | Self::HandedOver { contact, .. }
            | Self::Held { contact, .. }
            | Self::Resumed { contact, .. }
            | Self::TalkEnded { contact, .. }
            | Self::CallbackAsked { contact, .. }
            | Self::CallbackTried { contact, .. }
            | Self::CallbackEnded { contact, .. }
            | Self::TicketOpened { contact, .. }
            | Self::RecordingBegan { contact, .. }
            | Self::RecordingLost { contact, .. }
            | Self::RecordingKept { contact, .. }
            | Self::RecordingRefused { contact }
            | Self::SurveyAsked { contact, .. }
            | Self::Surveyed { contact, .. } => Some(*contact),
            Self::AgentChanged { contact, .. }
            | Self::Supervised { contact, .. }
            | Self::TicketChanged { contact, .. } => *contact,
            Self::NodeStarted { .. }
            | Self::NodeStopped {}
            | Self::ConfigChanged { .. }
            | Self::Expired { .. }
            | Self::Exported { .. }
            | Self::Erased { .. } => None,
        }
    }
}
