//! What stands now: whom the history leaves waiting, talking, away, and what is still to be done.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::parts::{AgentStatus, CallerKey, Exit, Medium, OfferId};
use super::row::{Position, Row};
use crate::call::{AgentId, CallId, QueueId};
use crate::time::{Duration, Wall};

/// For how long a place in line is kept for somebody who was cut off. What the flow allows may be less.
pub const PLACES_KEPT: Duration = Duration::from_mins(60);
/// The number before the first ticket and callback: numbers are short enough to be read aloud, and never a single digit.
pub(super) const BEFORE_FIRST: u64 = 1_000;

/// What stands after the newest entry. It is a fold over all of them: [`Standing::apply`].
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The newest entry.
    pub newest: Position,
    /// When it was.
    pub at: Wall,
    /// Whether the last process ended in order, and nothing came after.
    pub stopped: bool,
    /// Calls that have begun and not ended.
    pub calls: BTreeMap<CallId, LiveCall>,
    /// Contacts that stand in a line, those that are being offered included.
    pub waiting: BTreeMap<CallId, Waiting>,
    /// Offers that are neither answered nor closed.
    pub offers: BTreeMap<OfferId, LiveOffer>,
    /// Agents of whom anything was ever said.
    pub agents: BTreeMap<AgentId, AgentStanding>,
    /// Wishes to be called back that have not ended, by number.
    pub callbacks: BTreeMap<u64, OpenCallback>,
    /// Tickets that are not closed, by number.
    pub tickets: BTreeMap<u64, OpenTicket>,
    /// Places in line of callers who were cut off or hung up, for [`PLACES_KEPT`].
    pub places: BTreeMap<CallerKey, Place>,
    /// The newest number of a ticket.
    pub last_ticket: u64,
    /// The newest number of a callback.
    pub last_callback: u64,
}

/// A call under way.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveCall {
    /// The row of [`super::Fact::CallBegan`].
    pub began: Row,
    /// Whether it stood in a line.
    pub queued: bool,
}

/// A contact in a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The queue.
    pub queue: QueueId,
    /// How it reaches us.
    pub medium: Medium,
    /// 1 (first) to 9.
    pub priority: u8,
    /// Since when it has its place.
    pub order: Wall,
    /// The skills asked for: name and value.
    pub skills: Vec<(Arc<str>, Arc<str>)>,
    /// When it came into this line.
    pub entered: Wall,
}

/// An offer under way.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveOffer {
    /// The contact.
    pub contact: CallId,
    /// The queue.
    pub queue: QueueId,
    /// The agent.
    pub agent: AgentId,
    /// When it is taken back for want of an outcome.
    pub until: Wall,
    /// Whether others may be rung for the same contact.
    pub together: bool,
}

/// An agent.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentStanding {
    /// What they do.
    pub status: AgentStatus,
    /// Why.
    pub reason: Option<Arc<str>>,
    /// Whom it is about.
    pub contact: Option<CallId>,
    /// The queue it is about.
    pub queue: Option<QueueId>,
    /// Since when.
    pub since: Wall,
    /// When it ends by itself.
    pub until: Option<Wall>,
    /// Since when they count as idle, as far as it was ever told.
    pub idle_since: Option<Wall>,
    /// The break that begins when what binds them is over.
    pub pending: Option<Arc<str>>,
    /// Offers missed in a row. An answer, and the end of a break or of a pause for missed offers, begin anew.
    pub missed: u32,
}

/// A wish to be called back.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenCallback {
    /// The row of [`super::Fact::CallbackAsked`], with what belongs to the person.
    pub asked: Row,
    /// How often it was tried.
    pub tries: u32,
    /// When the next try may start; `None` = nothing was said of it.
    pub again: Option<Wall>,
}

/// A ticket that somebody has to see to.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenTicket {
    /// The row of [`super::Fact::TicketOpened`], with what belongs to the person.
    pub opened: Row,
    /// Who has to do it.
    pub owner: Option<AgentId>,
    /// Until when.
    pub due: Option<Wall>,
}

/// A place in line that somebody lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Who stood there.
    pub contact: CallId,
    /// In which line.
    pub queue: QueueId,
    /// 1 (first) to 9.
    pub priority: u8,
    /// Since when.
    pub order: Wall,
    /// The skills asked for: name and value.
    pub skills: Vec<(Arc<str>, Arc<str>)>,
    /// When it was lost.
    pub left: Wall,
    /// How: [`Exit::Lost`] where it was ours to keep, else the caller hung up.
    pub how: Exit,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            newest: Position::default(),
            at: Wall::default(),
            stopped: false,
            calls: BTreeMap::new(),
            waiting: BTreeMap::new(),
            offers: BTreeMap::new(),
            agents: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            tickets: BTreeMap::new(),
            places: BTreeMap::new(),
            last_ticket: BEFORE_FIRST,
            last_callback: BEFORE_FIRST,
        }
    }
}

impl Standing {
    /// The place that a caller lost no longer than `window` ago, at most [`PLACES_KEPT`].
    #[must_use]
    pub fn place(&self, caller: &CallerKey, now: Wall, window: Duration) -> Option<&Place> {
        self.places.get(caller).filter(|place| place.left.after(window.min(PLACES_KEPT)) >= now)
    }

    /// The live offer that binds an agent.
    #[must_use]
    pub fn offer_to(&self, agent: &AgentId) -> Option<OfferId> {
        self.offers.iter().find(|(_, offer)| offer.agent == *agent).map(|(id, _)| *id)
    }
}
