//! What is kept, read: entries, what stands, records.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Row as SqlRow, params, params_from_iter};

use super::seal;
use super::sql::{self, Sql};
use super::work::Head;
use crate::call::{AgentId, CallId};
use crate::history::{
    AgentStanding, CallerKey, Entry, Fact, Filter, LiveCall, LiveOffer, MAX_PAGE, OfferId,
    OpenCallback, OpenTicket, Place, Position, Row, Standing, Waiting,
};

/// The columns of an entry, in the order in which [`entry`] reads them.
pub(super) const ENTRY: &str =
    "entry.id, entry.at_us, entry.data_json, entry.private, entry.contact_id";

/// One look into the history.
pub(super) fn entries(
    sql: Sql<'_>,
    after: Position,
    filter: &Filter,
    limit: usize,
) -> rusqlite::Result<Vec<Entry>> {
    let mut query = format!("SELECT {ENTRY} FROM entry WHERE id > ?");
    let mut values = vec![Value::Integer(sql::id(after))];
    let mut and = |condition: &str, value: Value| {
        query.push_str(" AND ");
        query.push_str(condition);
        values.push(value);
    };
    if let Some(contact) = &filter.contact {
        and("contact_id = ?", Value::Text(contact.to_string()));
    }
    if let Some(agent) = &filter.agent {
        and("agent_id = ?", Value::Text(agent.as_str().to_owned()));
    }
    if let Some(queue) = &filter.queue {
        and("queue_id = ?", Value::Text(queue.as_str().to_owned()));
    }
    if let Some(since) = filter.since {
        and("at_us >= ?", Value::Integer(since.as_unix_micros()));
    }
    if let Some(until) = filter.until {
        and("at_us < ?", Value::Integer(until.as_unix_micros()));
    }
    if !filter.kinds.is_empty() {
        let marks = vec!["?"; filter.kinds.len()].join(", ");
        query.push_str(&format!(" AND kind IN ({marks})"));
        values.extend(filter.kinds.iter().map(|kind| Value::Text((*kind).to_owned())));
    }
    query.push_str(" ORDER BY id LIMIT ?");
    let limit = limit.min(MAX_PAGE);
    values.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
    sql.gate.pass()?;
    let mut statement = sql.connection.prepare_cached(&query)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry(sql, row, filter.private)?);
    }
    Ok(entries)
}

/// Reads the columns of [`ENTRY`].
pub(super) fn entry(sql: Sql<'_>, row: &SqlRow<'_>, private: bool) -> rusqlite::Result<Entry> {
    let id: i64 = row.get(0)?;
    let at = sql::time(row, 1)?;
    let fact: Fact = sql::read_json(row, 2)?;
    let sealed: Option<Vec<u8>> = if private { row.get(3)? } else { None };
    let private = match sealed {
        Some(sealed) => {
            let holder: Option<String> = row.get(4)?;
            let holder = match (&fact, holder) {
                (Fact::TicketChanged { ticket, .. }, None) => opener(sql, *ticket)?,
                (_, holder) => holder,
            };
            let holder = holder.map(|contact| seal::Holder::of(&fact, contact));
            holder.map_or(Ok(None), |holder| seal::open(sql, &holder, id, &sealed))?
        }
        None => None,
    };
    let Position { epoch, seq } = sql::position(id);
    Ok(Entry { epoch, seq, row: Row { at, fact, private } })
}

/// The contact that opened a ticket.
pub(super) fn opener(sql: Sql<'_>, ticket: u64) -> rusqlite::Result<Option<String>> {
    let select = "SELECT contact_id FROM entry WHERE kind = 'ticket_opened'
        AND json_extract(data_json, '$.ticket') = ?1";
    sql.first(select, [sql::number(ticket)], |row| row.get(0))
}

/// The records of a call, the oldest first.
pub(super) fn records(sql: Sql<'_>, call: CallId) -> rusqlite::Result<Vec<Arc<str>>> {
    let select = "SELECT record_json FROM record WHERE call_id = ?1 ORDER BY ended_us";
    sql.all(select, [call.to_string()], |row| sql::text(row, 0))
}

/// How an agent stands.
pub(super) fn agent(sql: Sql<'_>, name: &AgentId) -> rusqlite::Result<Option<AgentStanding>> {
    let select = "SELECT agent_id, status, reason, contact_id, queue_id, since_us, until_us,
        idle_since_us, pending, missed FROM agent WHERE agent_id = ?1";
    sql.first(select, [name.as_str()], |row| agent_row(row).map(|(_, agent)| agent))
}

fn agent_row(row: &SqlRow<'_>) -> rusqlite::Result<(AgentId, AgentStanding)> {
    let agent = AgentStanding {
        status: sql::read_word(row, 1)?,
        reason: sql::maybe_text(row, 2)?,
        contact: sql::maybe_contact(row, 3)?,
        queue: sql::maybe_text(row, 4)?,
        since: sql::time(row, 5)?,
        until: sql::maybe_time(row, 6)?,
        idle_since: sql::maybe_time(row, 7)?,
        pending: sql::maybe_text(row, 8)?,
        missed: row.get(9)?,
    };
    Ok((sql::text(row, 0)?, agent))
}

/// Everything that stands.
pub(super) fn standing(sql: Sql<'_>) -> rusqlite::Result<Standing> {
    let Head { newest, at, stopped, last_ticket, last_callback } = Head::read(sql)?;
    let agents = "SELECT agent_id, status, reason, contact_id, queue_id, since_us, until_us,
        idle_since_us, pending, missed FROM agent";
    Ok(Standing {
        newest,
        at,
        stopped,
        calls: calls(sql)?,
        waiting: waiting(sql)?,
        offers: offers(sql)?,
        agents: sql.all(agents, [], agent_row)?,
        callbacks: callbacks(sql)?,
        tickets: tickets(sql)?,
        places: places(sql)?,
        last_ticket,
        last_callback,
    })
}

fn calls(sql: Sql<'_>) -> rusqlite::Result<BTreeMap<CallId, LiveCall>> {
    let select = format!(
        "SELECT {ENTRY}, call.contact_id, queued FROM call JOIN entry ON entry.id = call.entry_id"
    );
    sql.all(&select, [], |row| {
        let began = entry(sql, row, true)?.row;
        Ok((sql::contact(row, 5)?, LiveCall { began, queued: row.get(6)? }))
    })
}

fn waiting(sql: Sql<'_>) -> rusqlite::Result<BTreeMap<CallId, Waiting>> {
    let select = "SELECT contact_id, queue_id, medium, prio, order_us, skills_json, entered_us
        FROM contact";
    sql.all(select, [], |row| {
        let waiting = Waiting {
            queue: sql::text(row, 1)?,
            medium: sql::read_word(row, 2)?,
            priority: row.get(3)?,
            order: sql::time(row, 4)?,
            skills: sql::read_json(row, 5)?,
            entered: sql::time(row, 6)?,
        };
        Ok((sql::contact(row, 0)?, waiting))
    })
}

fn offers(sql: Sql<'_>) -> rusqlite::Result<BTreeMap<OfferId, LiveOffer>> {
    let select = "SELECT offer_id, contact_id, queue_id, agent_id, until_us, together FROM offer";
    sql.all(select, [], |row| {
        let live = LiveOffer {
            contact: sql::contact(row, 1)?,
            queue: sql::text(row, 2)?,
            agent: sql::text(row, 3)?,
            until: sql::time(row, 4)?,
            together: row.get(5)?,
        };
        Ok((OfferId(sql::count(row, 0)?), live))
    })
}

fn callbacks(sql: Sql<'_>) -> rusqlite::Result<BTreeMap<u64, OpenCallback>> {
    let select = format!(
        "SELECT {ENTRY}, number, tries, again_us FROM callback
        JOIN entry ON entry.id = callback.entry_id"
    );
    sql.all(&select, [], |row| {
        let asked = entry(sql, row, true)?.row;
        let again = sql::maybe_time(row, 7)?;
        Ok((sql::count(row, 5)?, OpenCallback { asked, tries: row.get(6)?, again }))
    })
}

fn tickets(sql: Sql<'_>) -> rusqlite::Result<BTreeMap<u64, OpenTicket>> {
    let select = format!(
        "SELECT {ENTRY}, number, owner, due_us FROM ticket
        JOIN entry ON entry.id = ticket.entry_id"
    );
    sql.all(&select, [], |row| {
        let opened = entry(sql, row, true)?.row;
        let (owner, due) = (sql::maybe_text(row, 6)?, sql::maybe_time(row, 7)?);
        Ok((sql::count(row, 5)?, OpenTicket { opened, owner, due }))
    })
}

fn places(sql: Sql<'_>) -> rusqlite::Result<BTreeMap<CallerKey, Place>> {
    let select =
        "SELECT caller_key, contact_id, queue_id, prio, order_us, skills_json, left_us, how
        FROM place";
    sql.all(select, params![], |row| {
        let place = Place {
            contact: sql::contact(row, 1)?,
            queue: sql::text(row, 2)?,
            priority: row.get(3)?,
            order: sql::time(row, 4)?,
            skills: sql::read_json(row, 5)?,
            left: sql::time(row, 6)?,
            how: sql::read_word(row, 7)?,
        };
        Ok((CallerKey(sql::text(row, 0)?), place))
    })
}
