//! The tables, and how those of an older release become those of this one.
//!
//! The history (`entry`) is the truth; `node`, `call`, `contact`, `offer`, `agent`, `callback`, `ticket` and `place` say what
//! stands after its newest entry, so that a start need not read all of it. They hold only what is live. The unique indexes of
//! `offer` are what refuses a second claim, whoever makes it. Times are microseconds since 1970, ids are text of ours, so
//! that the same tables do in PostgreSQL.

use rusqlite::Connection;

/// The version of the tables that this program writes.
pub(super) const SCHEMA: i64 = 2;
/// What marks a file as ours: `SMBG`.
pub(super) const APPLICATION: i64 = 0x534d_4247;

/// What leads from each version to the next one; the first makes them all. A released one is never changed.
const MIGRATIONS: [&str; 2] = [VERSION_1, VERSION_2];

const VERSION_1: &str = "
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE node (
    node_id TEXT PRIMARY KEY, epoch BIGINT NOT NULL, seq BIGINT NOT NULL, at_us BIGINT NOT NULL,
    stopped INTEGER NOT NULL, last_ticket BIGINT NOT NULL, last_callback BIGINT NOT NULL);
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, at_us BIGINT NOT NULL, kind TEXT NOT NULL, contact_id TEXT, agent_id TEXT,
    queue_id TEXT, data_json TEXT NOT NULL, private BLOB);
CREATE INDEX entry_contact ON entry (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX entry_at ON entry (at_us);
CREATE INDEX entry_ticket ON entry (json_extract(data_json, '$.ticket')) WHERE kind = 'ticket_opened';
CREATE TABLE contact_key (
    contact_id TEXT NOT NULL, class TEXT NOT NULL, made_us BIGINT NOT NULL, key BLOB NOT NULL,
    PRIMARY KEY (contact_id, class));
CREATE INDEX contact_key_made ON contact_key (class, made_us);
CREATE TABLE contact_caller (contact_id TEXT PRIMARY KEY, caller_key TEXT NOT NULL);
CREATE INDEX contact_caller_key ON contact_caller (caller_key);
CREATE TABLE call (
    contact_id TEXT PRIMARY KEY, entry_id BIGINT NOT NULL, caller_key TEXT, queued INTEGER NOT NULL);
CREATE TABLE contact (
    contact_id TEXT PRIMARY KEY, queue_id TEXT NOT NULL, medium TEXT NOT NULL, prio INTEGER NOT NULL,
    order_us BIGINT NOT NULL, skills_json TEXT NOT NULL, entered_us BIGINT NOT NULL);
CREATE INDEX contact_line ON contact (queue_id, prio, order_us, contact_id);
CREATE TABLE offer (
    offer_id BIGINT PRIMARY KEY, contact_id TEXT NOT NULL, queue_id TEXT NOT NULL, agent_id TEXT NOT NULL,
    until_us BIGINT NOT NULL, together INTEGER NOT NULL);
CREATE UNIQUE INDEX offer_agent ON offer (agent_id);
CREATE UNIQUE INDEX offer_contact ON offer (contact_id) WHERE together = 0;
CREATE UNIQUE INDEX offer_pair ON offer (contact_id, agent_id);
CREATE TABLE agent (
    agent_id TEXT PRIMARY KEY, status TEXT NOT NULL, reason TEXT, contact_id TEXT, queue_id TEXT,
    since_us BIGINT NOT NULL, until_us BIGINT, idle_since_us BIGINT, pending TEXT, missed INTEGER NOT NULL);
CREATE TABLE callback (
    number BIGINT PRIMARY KEY, entry_id BIGINT NOT NULL, tries INTEGER NOT NULL, again_us BIGINT);
CREATE TABLE ticket (number BIGINT PRIMARY KEY, entry_id BIGINT NOT NULL, owner TEXT, due_us BIGINT);
CREATE TABLE place (
    caller_key TEXT PRIMARY KEY, contact_id TEXT NOT NULL, queue_id TEXT NOT NULL, prio INTEGER NOT NULL,
    order_us BIGINT NOT NULL, skills_json TEXT NOT NULL, left_us BIGINT NOT NULL, how TEXT NOT NULL);
CREATE INDEX place_left ON place (left_us);
CREATE TABLE record (call_id TEXT PRIMARY KEY, ended_us BIGINT NOT NULL, record_json TEXT NOT NULL);
CREATE INDEX record_ended ON record (ended_us);
CREATE TABLE recording (
    recording_id TEXT PRIMARY KEY, contact_id TEXT NOT NULL, class TEXT NOT NULL, at_us BIGINT NOT NULL);
CREATE INDEX recording_contact ON recording (contact_id);
CREATE INDEX recording_at ON recording (class, at_us);
INSERT INTO node VALUES ('1', 0, 0, 0, 0, 1000, 1000);
";

/// Each try to call a customer back has a record, all under the id of their wish.
const VERSION_2: &str = "
ALTER TABLE record RENAME TO record_1;
DROP INDEX record_ended;
CREATE TABLE record (
    call_id TEXT NOT NULL, ended_us BIGINT NOT NULL, record_json TEXT NOT NULL, PRIMARY KEY (call_id, ended_us));
CREATE INDEX record_ended ON record (ended_us);
INSERT INTO record SELECT call_id, ended_us, record_json FROM record_1;
DROP TABLE record_1;
";

/// Why the tables of a file cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    /// A database of something else.
    Foreign,
    /// Written by a newer release, with tables of this version.
    Newer(i64),
    /// The disk or SQLite refuses.
    Refused(rusqlite::Error),
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        Self::Refused(error)
    }
}

/// The version of the tables; 0 = there are none yet.
pub(super) fn version(connection: &Connection) -> Result<i64, Unusable> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    match (application, version) {
        (0, 0) if tables == 0 => Ok(0),
        (APPLICATION, version) if version > SCHEMA => Err(Unusable::Newer(version)),
        (APPLICATION, version) if version >= 0 => Ok(version),
        _ => Err(Unusable::Foreign),
    }
}

/// Brings the tables to the version of this program: all steps, or none.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Unusable> {
    let from = version(connection)?;
    if from == SCHEMA {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for step in MIGRATIONS.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", SCHEMA)?;
    Ok(transaction.commit()?)
}
