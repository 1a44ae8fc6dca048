//! What a store of the history must do: operations, each of which happens whole or not at all.
//!
//! The trait speaks of calls, agents and offers, not of tables, so that a file, a database server and a simulation can stand
//! behind it. One suite of tests holds them all to the same conduct (`tests/storage.rs`).

use std::sync::Arc;

use super::caller::CallerSecret;
use super::care::{Forgotten, Known};
use super::fact::Fact;
use super::parts::{CallerKey, Retention};
use super::reap::Found;
use super::row::{Entry, Position, Row};
use super::standing::Standing;
use crate::call::{AgentId, CallId, QueueId};
use crate::time::Wall;

/// The most entries that one look into the history gives.
pub const MAX_PAGE: usize = 10_000;

/// How a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It is kept.
    Applied,
    /// What stands does not allow it, and nothing was written: the contact or the agent is taken, or the contact no
    /// longer waits; or a later process has taken the store over.
    Stale,
    /// The store could not keep it, and will not try again.
    Failed,
}

/// Something to keep.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// A row of the history.
    Row(Box<Row>),
    /// The record of a call that is over, or of one of several tries to call somebody back. A second one of the same call
    /// that ended at the same time takes the place of the first.
    Record {
        /// The call.
        call: CallId,
        /// When it ended.
        ended: Wall,
        /// The record as JSON.
        record: Arc<str>,
    },
}

/// What became of one write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// How it ended.
    pub verdict: Verdict,
    /// Where the row stands, if one was kept.
    pub position: Option<Position>,
    /// The number of the ticket or callback, if it was one.
    pub number: Option<u64>,
}

impl Receipt {
    /// A write of which nothing was kept.
    #[must_use]
    pub const fn without_trace(verdict: Verdict) -> Self {
        Self { verdict, position: None, number: None }
    }
}

/// Which entries are looked for: those that fit everything that is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this contact.
    pub contact: Option<CallId>,
    /// About this agent.
    pub agent: Option<AgentId>,
    /// About this queue.
    pub queue: Option<QueueId>,
    /// Of one of these kinds, by name (`offer_closed`); empty = of any.
    pub kinds: Vec<&'static str>,
    /// Not before.
    pub since: Option<Wall>,
    /// Before.
    pub until: Option<Wall>,
    /// Whether what belongs to people is to be read as well. Without it `private` is always `None`.
    pub private: bool,
}

impl Filter {
    /// Whether a row fits.
    #[must_use]
    pub fn fits(&self, row: &Row) -> bool {
        let fact: &Fact = &row.fact;
        self.contact.is_none_or(|contact| fact.contact() == Some(contact))
            && self.agent.as_ref().is_none_or(|agent| fact.agent() == Some(agent))
            && self.queue.as_ref().is_none_or(|queue| fact.queue() == Some(queue))
            && (self.kinds.is_empty() || self.kinds.contains(&fact.kind()))
            && self.since.is_none_or(|since| row.at >= since)
            && self.until.is_none_or(|until| row.at < until)
    }
}

/// A store of the history. It has one owner at a time, which begins an epoch before it writes.
///
/// Every operation that writes is durable when it returns, whole or not at all, also over the death of the process.
pub trait Store {
    /// Takes a new epoch, keeps what was `found` of the one before and reaps what that left behind ([`super::reap`]): one
    /// row each, after that of [`Fact::NodeStarted`]. Gives the epoch. Writes of an older one are stale from here on.
    ///
    /// # Errors
    /// When the store cannot keep it.
    fn take_over(&mut self, version: &str, at: Wall, found: &Found) -> Result<u64, StoreError>;

    /// Takes a new epoch where nothing was found beside the history.
    ///
    /// # Errors
    /// When the store cannot keep it.
    fn begin(&mut self, version: &str, at: Wall) -> Result<u64, StoreError> {
        self.take_over(version, at, &Found::default())
    }

    /// Keeps all of `batch`, in order, or nothing of it. A write that is stale leaves no trace and does not hinder the
    /// others; one receipt for each. A time before that of the row before reads as the latter. A ticket or callback of
    /// number 0 gets the next one.
    ///
    /// # Errors
    /// When the store cannot keep it, or no epoch has begun.
    fn commit(&mut self, batch: &[Write]) -> Result<Vec<Receipt>, StoreError>;

    /// Where the newest entry stands. After a write whose end is not known, it tells whether it was kept: all of it, or
    /// nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn newest(&self) -> Result<Position, StoreError>;

    /// What stands now.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn standing(&self) -> Result<Standing, StoreError>;

    /// Entries after a place, in order; at most `limit`, and never more than [`MAX_PAGE`]. The next page begins after the
    /// position of the last one; a page that is not full is the last.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn entries(
        &self,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError>;

    /// The records of a call as they were given, the oldest first: one, or as many as there were tries to call back.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn records(&self, call: CallId) -> Result<Vec<Arc<str>>, StoreError>;

    /// Everything that is known of a caller.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn known(&self, caller: &CallerKey) -> Result<Known, StoreError>;

    /// Forgets a caller for good: the keys of what belongs to them, their records, recordings and place in line, and that
    /// the contacts were theirs. Closes what can no longer be done ([`super::closing`]), and says so in the history.
    ///
    /// # Errors
    /// When the store cannot keep it, or no epoch has begun.
    fn erase(&mut self, caller: &CallerKey, by: &str, at: Wall) -> Result<Forgotten, StoreError>;

    /// Lets go of what is older than `before` and no longer needed, at most [`super::EXPIRED_TOGETHER`] of it, and says so
    /// in the history where it was anything. What is open is needed: calls, callbacks, tickets.
    ///
    /// # Errors
    /// When the store cannot keep it, or no epoch has begun.
    fn expire(&mut self, class: Retention, before: Wall, at: Wall)
    -> Result<Forgotten, StoreError>;

    /// What callers' keys are made with.
    fn secret(&self) -> &CallerSecret;
}

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk, or the way to the database, refuses. It may be tried again.
    #[error("{what}")]
    Unavailable {
        /// What was tried.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This can never be kept, or what is kept cannot be understood. To try again is of no use.
    #[error("{what}")]
    Unfit {
        /// What was tried.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing can be written before an epoch has begun.
    #[error("write to a store whose epoch has not begun")]
    NotBegun,
}
