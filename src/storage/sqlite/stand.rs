//! What stands, changed by each fact: the same as `history`'s fold, in tables.

use rusqlite::params;

use super::read;
use super::sql::{self, Sql};
use super::work::Work;
use crate::history::{
    AgentStanding, CallerKey, Exit, Fact, Medium, OfferResult, PLACES_KEPT, Retention, Row,
    TicketStatus,
};

impl Work<'_> {
    /// Changes what stands as the row says; `false` = it may not, and nothing is changed. `id` is what the row is to be
    /// kept under.
    pub(super) fn stand(&self, row: &Row, id: i64) -> rusqlite::Result<bool> {
        let sql = self.sql;
        match &row.fact {
            Fact::Offered { .. } => offered(sql, row),
            Fact::Answered { .. } => answered(sql, row),
            Fact::CallBegan { contact, caller, .. } => {
                began(sql, &contact.to_string(), caller.as_ref(), id).map(|()| true)
            }
            Fact::CallEnded { contact, .. } => {
                let delete = "DELETE FROM call WHERE contact_id = ?1";
                sql.execute(delete, [contact.to_string()]).map(|_| true)
            }
            Fact::Enqueued { .. } => enqueued(sql, row).map(|()| true),
            Fact::Reprioritised { contact, priority, .. } => {
                let update = "UPDATE contact SET prio = ?2 WHERE contact_id = ?1";
                sql.execute(update, params![contact.to_string(), priority]).map(|_| true)
            }
            Fact::Left { how, .. } => left(sql, row, *how).map(|()| true),
            Fact::OfferClosed { offer, agent, result, .. } => {
                let delete = "DELETE FROM offer WHERE offer_id = ?1";
                let live = sql.execute(delete, [sql::number(offer.0)])? > 0;
                if live && *result == OfferResult::NoAnswer {
                    let update = "UPDATE agent SET missed = missed + 1 WHERE agent_id = ?1";
                    sql.execute(update, [agent.as_str()])?;
                }
                Ok(true)
            }
            Fact::AgentChanged { .. } => agent(sql, row).map(|()| true),
            Fact::CallbackAsked { .. }
            | Fact::CallbackTried { .. }
            | Fact::CallbackEnded { .. }
            | Fact::TicketOpened { .. }
            | Fact::RecordingKept { .. } => errand(sql, row, id).map(|()| true),
            Fact::TicketChanged { .. } => ticket_changed(sql, row),
            Fact::NodeStarted { .. }
            | Fact::NodeStopped {}
            | Fact::ConfigChanged { .. }
            | Fact::Refused { .. }
            | Fact::Announced { .. }
            | Fact::Rang { .. }
            | Fact::HandedOver { .. }
            | Fact::Held { .. }
            | Fact::Resumed { .. }
            | Fact::TalkEnded { .. }
            | Fact::Supervised { .. }
            | Fact::RecordingBegan { .. }
            | Fact::RecordingLost { .. }
            | Fact::RecordingRefused { .. }
            | Fact::SurveyAsked { .. }
            | Fact::Surveyed { .. }
            | Fact::Expired { .. }
            | Fact::Exported { .. } => Ok(true),
            Fact::Erased { caller, .. } => {
                let delete = "DELETE FROM place WHERE caller_key = ?1";
                sql.execute(delete, [&*caller.0]).map(|_| true)
            }
        }
    }
}

/// The contact must wait, and no offer of the other sort may be live; the unique indexes see to the rest.
fn offered(sql: Sql<'_>, row: &Row) -> rusqlite::Result<bool> {
    let Fact::Offered { offer, contact, queue, agent, until, together } = &row.fact else {
        return Ok(false);
    };
    let insert = "INSERT INTO offer (offer_id, contact_id, queue_id, agent_id, until_us, together)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6
        WHERE EXISTS (SELECT 1 FROM contact WHERE contact_id = ?2)
        AND NOT EXISTS (SELECT 1 FROM offer WHERE contact_id = ?2 AND together <> ?6)";
    let (offer, until) = (sql::number(offer.0), until.as_unix_micros());
    let (queue, agent) = (queue.as_str(), agent.as_str());
    sql.claim(insert, params![offer, contact.to_string(), queue, agent, until, together])
}

fn answered(sql: Sql<'_>, row: &Row) -> rusqlite::Result<bool> {
    let Fact::Answered { offer, contact, agent, .. } = &row.fact else { return Ok(false) };
    let contact = contact.to_string();
    let delete = "DELETE FROM offer WHERE offer_id = ?1 AND contact_id = ?2
        AND EXISTS (SELECT 1 FROM contact WHERE contact_id = ?2)";
    if sql.execute(delete, params![sql::number(offer.0), contact])? == 0 {
        return Ok(false);
    }
    sql.execute("DELETE FROM contact WHERE contact_id = ?1", [contact])?;
    sql.execute("UPDATE agent SET missed = 0 WHERE agent_id = ?1", [agent.as_str()])?;
    Ok(true)
}

fn began(sql: Sql<'_>, contact: &str, caller: Option<&CallerKey>, id: i64) -> rusqlite::Result<()> {
    let key = caller.map(|caller| &*caller.0);
    let insert = "INSERT OR REPLACE INTO call (contact_id, entry_id, caller_key, queued)
        VALUES (?1, ?2, ?3, 0)";
    sql.execute(insert, params![contact, id, key])?;
    belongs(sql, contact, caller)
}

/// Notes whose contact it is, for those who ask what is known of them.
fn belongs(sql: Sql<'_>, contact: &str, caller: Option<&CallerKey>) -> rusqlite::Result<()> {
    if let Some(caller) = caller {
        let insert = "INSERT OR REPLACE INTO contact_caller (contact_id, caller_key)
            VALUES (?1, ?2)";
        sql.execute(insert, params![contact, &*caller.0])?;
    }
    Ok(())
}

fn enqueued(sql: Sql<'_>, row: &Row) -> rusqlite::Result<()> {
    let Fact::Enqueued { contact, queue, medium, priority, order, skills, .. } = &row.fact else {
        return Ok(());
    };
    let contact = contact.to_string();
    let delete = "DELETE FROM place WHERE caller_key =
        (SELECT caller_key FROM call WHERE contact_id = ?1)";
    sql.execute(delete, [&contact])?;
    sql.execute("UPDATE call SET queued = 1 WHERE contact_id = ?1", [&contact])?;
    let insert = "INSERT OR REPLACE INTO contact
        (contact_id, queue_id, medium, prio, order_us, skills_json, entered_us)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (queue, medium, skills) = (queue.as_str(), sql::word(medium)?, sql::json(skills)?);
    let (order, at) = (order.as_unix_micros(), row.at.as_unix_micros());
    sql.execute(insert, params![contact, queue, medium, priority, order, skills, at])?;
    Ok(())
}

/// A contact leaves a line; one that was cut off keeps its place for a while.
fn left(sql: Sql<'_>, row: &Row, how: Exit) -> rusqlite::Result<()> {
    let Some(contact) = row.fact.contact() else { return Ok(()) };
    let contact = contact.to_string();
    let at = row.at.as_unix_micros();
    if how.keeps_place() {
        let found = "SELECT caller_key FROM call JOIN contact USING (contact_id)
            WHERE contact_id = ?1 AND medium = ?2 AND caller_key IS NOT NULL";
        let voice = sql::word(&Medium::Voice)?;
        let caller: Option<String> = sql.first(found, params![contact, voice], |row| row.get(0))?;
        if let Some(caller) = caller {
            let old = row.at.before(PLACES_KEPT).as_unix_micros();
            sql.execute("DELETE FROM place WHERE left_us < ?1", [old])?;
            let insert = "INSERT OR REPLACE INTO place
                SELECT ?1, contact_id, queue_id, prio, order_us, skills_json, ?3, ?4
                FROM contact WHERE contact_id = ?2";
            sql.execute(insert, params![caller, contact, at, sql::word(&how)?])?;
        }
    }
    sql.execute("DELETE FROM contact WHERE contact_id = ?1", [contact])?;
    Ok(())
}

fn agent(sql: Sql<'_>, row: &Row) -> rusqlite::Result<()> {
    let Some(name) = row.fact.agent() else { return Ok(()) };
    let before = read::agent(sql, name)?;
    let Some(after) = AgentStanding::after(before.as_ref(), row) else { return Ok(()) };
    let insert = "INSERT OR REPLACE INTO agent (agent_id, status, reason, contact_id, queue_id,
        since_us, until_us, idle_since_us, pending, missed)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let values = params![
        name.as_str(),
        sql::word(&after.status)?,
        after.reason.as_deref(),
        after.contact.map(|contact| contact.to_string()),
        after.queue.as_ref().map(|queue| queue.as_str()),
        after.since.as_unix_micros(),
        after.until.map(|until| until.as_unix_micros()),
        after.idle_since.map(|since| since.as_unix_micros()),
        after.pending.as_deref(),
        after.missed,
    ];
    sql.execute(insert, values)?;
    Ok(())
}

/// A ticket that is open changes, or is done; `false` = it is not open.
fn ticket_changed(sql: Sql<'_>, row: &Row) -> rusqlite::Result<bool> {
    let Fact::TicketChanged { ticket, status, owner, due, .. } = &row.fact else {
        return Ok(true);
    };
    let number = sql::number(*ticket);
    let changed = match status {
        TicketStatus::Closed => sql.execute("DELETE FROM ticket WHERE number = ?1", [number])?,
        TicketStatus::Open => {
            let update = "UPDATE ticket SET owner = ?2, due_us = ?3 WHERE number = ?1";
            let owner = owner.as_ref().map(|owner| owner.as_str());
            let due = due.map(|due| due.as_unix_micros());
            sql.execute(update, params![number, owner, due])?
        }
    };
    Ok(changed > 0)
}

/// Callbacks, tickets that are opened, and recordings.
fn errand(sql: Sql<'_>, row: &Row, id: i64) -> rusqlite::Result<()> {
    match &row.fact {
        Fact::CallbackAsked { callback, contact, caller, .. } => {
            belongs(sql, &contact.to_string(), caller.as_ref())?;
            let insert = "INSERT OR REPLACE INTO callback (number, entry_id, tries, again_us)
                VALUES (?1, ?2, 0, NULL)";
            sql.execute(insert, params![sql::number(*callback), id])?;
        }
        Fact::CallbackTried { callback, attempt, again, .. } => {
            let update = "UPDATE callback SET tries = ?2, again_us = ?3 WHERE number = ?1";
            let again = again.map(|again| again.as_unix_micros());
            sql.execute(update, params![sql::number(*callback), attempt, again])?;
        }
        Fact::CallbackEnded { callback, .. } => {
            sql.execute("DELETE FROM callback WHERE number = ?1", [sql::number(*callback)])?;
        }
        Fact::TicketOpened { ticket, contact, owner, due, caller, recording, .. } => {
            belongs(sql, &contact.to_string(), caller.as_ref())?;
            if let Some(recording) = recording {
                let update = "UPDATE recording SET class = ?2 WHERE recording_id = ?1";
                let message = sql::word(&Retention::Voicemail)?;
                sql.execute(update, params![recording.as_str(), message])?;
            }
            let insert = "INSERT OR REPLACE INTO ticket (number, entry_id, owner, due_us)
                VALUES (?1, ?2, ?3, ?4)";
            let owner = owner.as_ref().map(|owner| owner.as_str());
            let due = due.map(|due| due.as_unix_micros());
            sql.execute(insert, params![sql::number(*ticket), id, owner, due])?;
        }
        Fact::RecordingKept { recording, contact, class, .. } => {
            let insert = "INSERT OR REPLACE INTO recording (recording_id, contact_id, class, at_us)
                VALUES (?1, ?2, ?3, ?4)";
            let (contact, class) = (contact.to_string(), sql::word(class)?);
            let at = row.at.as_unix_micros();
            sql.execute(insert, params![recording.as_str(), contact, class, at])?;
        }
        _ => {}
    }
    Ok(())
}
