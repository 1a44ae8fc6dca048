//! One transaction: rows of the history, and with each what stands after it.

use std::sync::Arc;

use rusqlite::params;

use super::read;
use super::seal;
use super::sql::{self, Sql};
use crate::call::CallId;
use crate::history::{Fact, Position, Receipt, Row, Verdict, Write};
use crate::time::Wall;

/// The end of the history, as the table `node` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) newest: Position,
    pub(super) at: Wall,
    pub(super) stopped: bool,
    pub(super) last_ticket: u64,
    pub(super) last_callback: u64,
}

impl Head {
    pub(super) fn read(sql: Sql<'_>) -> rusqlite::Result<Self> {
        let select = "SELECT epoch, seq, at_us, stopped, last_ticket, last_callback FROM node";
        let head = sql.first(select, [], |row| {
            Ok(Self {
                newest: Position { epoch: sql::count(row, 0)?, seq: sql::count(row, 1)? },
                at: sql::time(row, 2)?,
                stopped: row.get(3)?,
                last_ticket: sql::count(row, 4)?,
                last_callback: sql::count(row, 5)?,
            })
        })?;
        head.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    fn write(&self, sql: Sql<'_>) -> rusqlite::Result<()> {
        let update = "UPDATE node SET epoch = ?1, seq = ?2, at_us = ?3, stopped = ?4,
            last_ticket = ?5, last_callback = ?6";
        let Self { newest, at, stopped, last_ticket, last_callback } = self;
        let (epoch, seq) = (sql::number(newest.epoch), sql::number(newest.seq));
        let (ticket, callback) = (sql::number(*last_ticket), sql::number(*last_callback));
        let at = at.as_unix_micros();
        sql.execute(update, params![epoch, seq, at, stopped, ticket, callback])?;
        Ok(())
    }
}

/// The transaction.
#[derive(Debug)]
pub(super) struct Work<'c> {
    pub(super) sql: Sql<'c>,
    pub(super) head: Head,
}

impl Work<'_> {
    /// Keeps one write, or finds it stale.
    pub(super) fn keep(&mut self, write: &Write) -> rusqlite::Result<Receipt> {
        match write {
            Write::Row(row) => self.row(Row::clone(row)),
            Write::Record { call, ended, record } => {
                self.record(*call, *ended, record)?;
                Ok(Receipt::without_trace(Verdict::Applied))
            }
        }
    }

    /// Writes the end of the history; nothing may follow in this transaction.
    pub(super) fn end(&self) -> rusqlite::Result<()> {
        self.head.write(self.sql)
    }

    /// Begins an epoch: its first row is still to come.
    pub(super) fn begin(&mut self) -> u64 {
        self.head.newest = Position { epoch: self.head.newest.epoch + 1, seq: 0 };
        self.head.newest.epoch
    }

    /// Keeps a row, and with it what stands after it.
    pub(super) fn row(&mut self, mut row: Row) -> rusqlite::Result<Receipt> {
        if self.head.newest.seq > 0 {
            row.at = row.at.max(self.head.at);
        }
        let number = self.number(&mut row.fact);
        let position = Position { epoch: self.head.newest.epoch, seq: self.head.newest.seq + 1 };
        if !self.stand(&row, sql::id(position))? {
            return Ok(Receipt::without_trace(Verdict::Stale));
        }
        self.append(&row, sql::id(position))?;
        self.head.newest = position;
        self.head.at = row.at;
        self.head.stopped = matches!(row.fact, Fact::NodeStopped {});
        match &row.fact {
            Fact::TicketOpened { ticket, .. } => {
                self.head.last_ticket = self.head.last_ticket.max(*ticket);
            }
            Fact::CallbackAsked { callback, .. } => {
                self.head.last_callback = self.head.last_callback.max(*callback);
            }
            _ => {}
        }
        Ok(Receipt { verdict: Verdict::Applied, position: Some(position), number })
    }

    fn number(&self, fact: &mut Fact) -> Option<u64> {
        let (number, next) = match fact {
            Fact::TicketOpened { ticket, .. } => (ticket, self.head.last_ticket + 1),
            Fact::CallbackAsked { callback, .. } => (callback, self.head.last_callback + 1),
            _ => return None,
        };
        if *number == 0 {
            *number = next;
        }
        Some(*number)
    }

    fn append(&self, row: &Row, id: i64) -> rusqlite::Result<()> {
        let contact = row.fact.contact().map(|contact| contact.to_string());
        let sealed = match (&row.private, self.holder(row, contact.as_deref())?) {
            (Some(private), Some(holder)) => {
                let holder = seal::Holder::of(&row.fact, holder);
                Some(seal::seal(self.sql, &holder, id, row.at, private)?)
            }
            (Some(_) | None, _) => None,
        };
        let insert = "INSERT INTO entry
            (id, at_us, kind, contact_id, agent_id, queue_id, data_json, private)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (kind, agent, queue) = (row.fact.kind(), row.fact.agent(), row.fact.queue());
        let (agent, queue) = (agent.map(|agent| agent.as_str()), queue.map(|queue| queue.as_str()));
        let (at, data) = (row.at.as_unix_micros(), sql::json(&row.fact)?);
        let values = params![id, at, kind, contact, agent, queue, data, sealed];
        self.sql.execute(insert, values)?;
        Ok(())
    }

    /// Under whose key a row's private part is sealed. That of a change of a ticket belongs to who opened it.
    fn holder(&self, row: &Row, contact: Option<&str>) -> rusqlite::Result<Option<String>> {
        let Fact::TicketChanged { ticket, contact: None, .. } = &row.fact else {
            return Ok(contact.map(str::to_owned));
        };
        if row.private.is_none() {
            return Ok(None);
        }
        read::opener(self.sql, *ticket)
    }

    fn record(&self, call: CallId, ended: Wall, record: &Arc<str>) -> rusqlite::Result<()> {
        let insert = "INSERT OR REPLACE INTO record (call_id, ended_us, record_json)
            VALUES (?1, ?2, ?3)";
        self.sql.execute(insert, params![call.to_string(), ended.as_unix_micros(), &**record])?;
        Ok(())
    }
}
