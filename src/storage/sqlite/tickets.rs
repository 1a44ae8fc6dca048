//! Tickets, read: which there are, and what was done about one.

use rusqlite::params;

use super::read;
use super::sql::{self, store_error};
use super::{SqliteReader, look};
use crate::call::{AgentId, CallId};
use crate::history::{Entry, Filter, MAX_PAGE, Position, StoreError};
use crate::time::Wall;

/// The kinds of rows that are about tickets.
pub const TICKET_KINDS: [&str; 2] = ["ticket_opened", "ticket_changed"];

/// Which tickets are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TicketsThat {
    /// Those that somebody has to do something about.
    #[default]
    AreOpen,
    /// Those that are done.
    AreClosed,
    /// All of them.
    Are,
}

/// Of open tickets: whose, and until when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenTickets {
    /// Of this agent.
    pub owner: Option<AgentId>,
    /// Of nobody.
    pub unowned: bool,
    /// Due before.
    pub due_before: Option<Wall>,
}

impl SqliteReader {
    /// The rows about a ticket, its opening first, with what belongs to the person; among them may be those of other
    /// tickets of the same call. Empty = there is no such ticket.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn ticket(&self, number: u64) -> Result<Vec<Entry>, StoreError> {
        let what = "read a ticket";
        look(what, &self.connection, || {
            let opener = read::opener(self.sql(), number)?;
            let Some(contact) = opener.and_then(|contact| CallId::parse(&contact)) else {
                return Ok(Vec::new());
            };
            let kinds = TICKET_KINDS.to_vec();
            let filter =
                Filter { contact: Some(contact), kinds, private: true, ..Filter::default() };
            read::entries(self.sql(), Position::default(), &filter, MAX_PAGE)
        })
    }

    /// The numbers of tickets after one, in order, at most `limit`. `open` narrows open ones down.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn tickets(
        &self,
        after: u64,
        that: TicketsThat,
        open: &OpenTickets,
        limit: usize,
    ) -> Result<Vec<u64>, StoreError> {
        let (after, limit) = (sql::number(after), i64::try_from(limit).unwrap_or(i64::MAX));
        let number = |row: &rusqlite::Row<'_>| sql::count(row, 0);
        let found = match that {
            TicketsThat::AreOpen => {
                let select = "SELECT number FROM ticket WHERE number > ?1
                    AND (?2 IS NULL OR owner = ?2) AND (?3 = 0 OR owner IS NULL)
                    AND (?4 IS NULL OR due_us < ?4) ORDER BY number LIMIT ?5";
                let owner = open.owner.as_ref().map(AgentId::as_str);
                let due = open.due_before.map(Wall::as_unix_micros);
                self.sql().all(select, params![after, owner, open.unowned, due, limit], number)
            }
            TicketsThat::AreClosed => self.sql().all(CLOSED, params![after, limit], number),
            TicketsThat::Are => self.sql().all(ALL, params![after, limit], number),
        };
        found.map_err(|error| store_error("read the tickets", error))
    }
}

const ALL: &str = "SELECT json_extract(data_json, '$.ticket') FROM entry
    WHERE kind = 'ticket_opened' AND json_extract(data_json, '$.ticket') > ?1
    ORDER BY json_extract(data_json, '$.ticket') LIMIT ?2";

const CLOSED: &str = "SELECT json_extract(data_json, '$.ticket') FROM entry
    WHERE kind = 'ticket_opened' AND json_extract(data_json, '$.ticket') > ?1
    AND json_extract(data_json, '$.ticket') NOT IN (SELECT number FROM ticket)
    ORDER BY json_extract(data_json, '$.ticket') LIMIT ?2";
