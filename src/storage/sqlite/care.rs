//! What is known of a caller, forgetting it, and letting go of what is old.

use rusqlite::params;

use super::read;
use super::sql::{self, Sql};
use super::work::Work;
use crate::history::{
    CallerKey, EXPIRED_TOGETHER, Entry, Fact, Forgotten, Known, Retention, Row, closing,
};
use crate::time::Wall;

/// Contacts whose private parts something that is still to be done needs.
const OPEN: &str = "SELECT contact_id FROM call
    UNION SELECT contact_id FROM entry JOIN callback ON entry.id = callback.entry_id
    UNION SELECT contact_id FROM entry JOIN ticket ON entry.id = ticket.entry_id";

/// Everything that is known of a caller.
pub(super) fn known(sql: Sql<'_>, caller: &CallerKey) -> rusqlite::Result<Known> {
    let select = "SELECT contact_id FROM contact_caller WHERE caller_key = ?1 ORDER BY contact_id";
    let mut known = Known {
        contacts: sql.all(select, [&*caller.0], |row| sql::contact(row, 0))?,
        ..Known::default()
    };
    for contact in &known.contacts {
        let name = contact.to_string();
        let select = format!("SELECT {} FROM entry WHERE contact_id = ?1", read::ENTRY);
        let of: Vec<Entry> = sql.all(&select, [&name], |row| read::entry(sql, row, true))?;
        for entry in of {
            let ticket = match &entry.row.fact {
                Fact::TicketOpened { ticket, .. } => Some(*ticket),
                _ => None,
            };
            known.entries.push(entry);
            // Changes of a ticket named no contact once.
            if let Some(ticket) = ticket {
                let select = format!(
                    "SELECT {} FROM entry WHERE kind = 'ticket_changed' AND contact_id IS NULL
                    AND json_extract(data_json, '$.ticket') = ?1",
                    read::ENTRY
                );
                let ticket = [sql::number(ticket)];
                let of: Vec<Entry> = sql.all(&select, ticket, |row| read::entry(sql, row, true))?;
                known.entries.extend(of);
            }
        }
        let of = read::records(sql, *contact)?;
        known.records.extend(of.into_iter().map(|record| (*contact, record)));
        let select =
            "SELECT recording_id FROM recording WHERE contact_id = ?1 ORDER BY recording_id";
        let of: Vec<_> = sql.all(select, [&name], |row| sql::text(row, 0))?;
        known.recordings.extend(of);
    }
    known.entries.sort_by_key(Entry::position);
    Ok(known)
}

/// Forgets a caller.
pub(super) fn erase(
    work: &mut Work<'_>,
    caller: &CallerKey,
    by: &str,
    at: Wall,
) -> rusqlite::Result<Forgotten> {
    let sql = work.sql;
    let known = known(sql, caller)?;
    for fact in closing(&read::standing(sql)?, &known.contacts, by) {
        work.row(Row::new(at, fact))?;
    }
    for contact in &known.contacts {
        let contact = contact.to_string();
        sql.execute("DELETE FROM contact_key WHERE contact_id = ?1", [&contact])?;
        sql.execute("DELETE FROM record WHERE call_id = ?1", [&contact])?;
        sql.execute("DELETE FROM recording WHERE contact_id = ?1", [&contact])?;
        sql.execute("DELETE FROM contact_caller WHERE contact_id = ?1", [&contact])?;
    }
    let count = known.contacts.len() as u64;
    let erased = Fact::Erased { caller: caller.clone(), by: by.into(), contacts: count };
    work.row(Row::new(at, erased))?;
    Ok(Forgotten { count, recordings: known.recordings })
}

/// Lets go of what is older than `before` and no longer needed.
pub(super) fn expire(
    work: &mut Work<'_>,
    class: Retention,
    before: Wall,
    at: Wall,
) -> rusqlite::Result<Forgotten> {
    let gone = let_go(work, class, before)?;
    if gone.count > 0 {
        work.row(Row::new(at, Fact::Expired { class, before, count: gone.count }))?;
    }
    Ok(gone)
}

fn let_go(work: &Work<'_>, class: Retention, before: Wall) -> rusqlite::Result<Forgotten> {
    let sql = work.sql;
    let before = before.as_unix_micros();
    let most = sql::number(EXPIRED_TOGETHER as u64);
    let count = |changed: usize| Forgotten { count: changed as u64, recordings: Vec::new() };
    match class {
        Retention::Records => {
            let delete = "DELETE FROM record WHERE (call_id, ended_us) IN
                (SELECT call_id, ended_us FROM record WHERE ended_us < ?1 LIMIT ?2)";
            sql.execute(delete, [before, most]).map(count)
        }
        Retention::History => {
            // The newest entry says where the history stands.
            let delete = format!(
                "DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE at_us < ?1 AND id < ?3
                AND (contact_id IS NULL OR contact_id NOT IN ({OPEN})) LIMIT ?2)"
            );
            let gone = sql.execute(&delete, [before, most, sql::id(work.head.newest)])?;
            if gone < EXPIRED_TOGETHER {
                let old = "DELETE FROM contact_caller WHERE contact_id NOT IN
                    (SELECT contact_id FROM entry WHERE contact_id IS NOT NULL)";
                sql.execute(old, [])?;
            }
            Ok(count(gone))
        }
        Retention::Recordings | Retention::Voicemail => {
            let select = "SELECT recording_id FROM recording WHERE class = ?1 AND at_us < ?2
                ORDER BY recording_id LIMIT ?3";
            let values = params![sql::word(&class)?, before, most];
            let recordings: Vec<_> = sql.all(select, values, |row| sql::text(row, 0))?;
            for recording in &recordings {
                let recording: &crate::call::RecordingId = recording;
                let delete = "DELETE FROM recording WHERE recording_id = ?1";
                sql.execute(delete, [recording.as_str()])?;
            }
            Ok(Forgotten { count: recordings.len() as u64, recordings })
        }
        Retention::Tickets | Retention::Private => {
            let delete = format!(
                "DELETE FROM contact_key WHERE rowid IN (SELECT rowid FROM contact_key
                WHERE class = ?1 AND made_us < ?2 AND contact_id NOT IN ({OPEN}) LIMIT ?3)"
            );
            let values = params![sql::word(&class)?, before, most];
            sql.execute(&delete, values).map(count)
        }
    }
}
