//! Statements, values and errors as the rest of the store speaks of them.

use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::call::CallId;
use crate::history::{Position, StoreError};
use crate::storage::gate::Gate;
use crate::time::Wall;

/// How many bits of an entry's id are its number within the epoch.
const SEQ_BITS: u32 = 40;

/// A connection inside or outside of a transaction. Each statement is prepared once, and passes the gate of the tests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sql<'c> {
    pub(super) connection: &'c Connection,
    pub(super) gate: &'c Gate,
}

impl Sql<'_> {
    /// Executes a statement and tells how many rows it changed.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.gate.pass()?;
        self.connection.prepare_cached(sql)?.execute(params)
    }

    /// Executes one that a unique index may refuse; `false` = it did, and nothing is changed.
    pub(super) fn claim(&self, sql: &str, params: impl Params) -> rusqlite::Result<bool> {
        match self.execute(sql, params) {
            Ok(changed) => Ok(changed > 0),
            Err(error) if code(&error) == Some(ErrorCode::ConstraintViolation) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The first row that a query gives.
    pub(super) fn first<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        self.gate.pass()?;
        self.connection.prepare_cached(sql)?.query_row(params, read).optional()
    }

    /// All of them.
    pub(super) fn all<T, C: FromIterator<T>>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<C> {
        self.gate.pass()?;
        self.connection.prepare_cached(sql)?.query_map(params, read)?.collect()
    }
}

/// The id of an entry: in the order of the history.
pub(super) fn id(position: Position) -> i64 {
    number(position.epoch.min(1 << 22) << SEQ_BITS | position.seq)
}

/// Where an entry of this id stands.
pub(super) fn position(id: i64) -> Position {
    let id = id.cast_unsigned();
    Position { epoch: id >> SEQ_BITS, seq: id & ((1 << SEQ_BITS) - 1) }
}

/// A number as SQLite has it.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that was written by [`number`].
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or(0))
}

/// A time.
pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Wall> {
    row.get(column).map(Wall::from_unix_micros)
}

/// A time, or none.
pub(super) fn maybe_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Wall>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Wall::from_unix_micros))
}

/// A contact.
pub(super) fn contact(row: &Row<'_>, column: usize) -> rusqlite::Result<CallId> {
    maybe_contact(row, column)?.ok_or_else(|| unreadable(column, "no contact"))
}

/// A contact, or none.
pub(super) fn maybe_contact(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<CallId>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    CallId::parse(&text).map(Some).ok_or_else(|| unreadable(column, "no id of a contact"))
}

/// A text that is one of ours, or a name.
pub(super) fn text<T: for<'t> From<&'t str>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    row.get::<_, String>(column).map(|text| T::from(&text))
}

/// The same, or none.
pub(super) fn maybe_text<T: for<'t> From<&'t str>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    Ok(row.get::<_, Option<String>>(column)?.map(|text| T::from(&text)))
}

/// A value of ours as JSON.
pub(super) fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// A value of ours that was written as JSON.
pub(super) fn read_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str().map_err(|error| unreadable(column, error))?;
    serde_json::from_str(text).map_err(|error| unreadable(column, error))
}

/// A word of an enum of ours, such as `wrapup`.
pub(super) fn word(value: &impl Serialize) -> rusqlite::Result<String> {
    match serde_json::to_value(value) {
        Ok(Json::String(word)) => Ok(word),
        Ok(_) => Err(rusqlite::Error::ToSqlConversionFailure("no word".into())),
        Err(error) => Err(rusqlite::Error::ToSqlConversionFailure(error.into())),
    }
}

/// A word that was written by [`word`].
pub(super) fn read_word<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let word = Json::String(row.get(column)?);
    serde_json::from_value(word).map_err(|error| unreadable(column, error))
}

/// What cannot be understood.
pub(super) fn unreadable(
    column: usize,
    why: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into())
}

/// SQLite's word for what went wrong.
pub(super) fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    error.sqlite_error_code()
}

/// The error as users of a store see it.
pub(super) fn store_error(what: &'static str, error: rusqlite::Error) -> StoreError {
    let again = matches!(
        code(&error),
        Some(
            ErrorCode::SystemIoFailure
                | ErrorCode::DiskFull
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationInterrupted
                | ErrorCode::OperationAborted
                | ErrorCode::FileLockingProtocolFailed
        )
    );
    let source = error.into();
    if again {
        StoreError::Unavailable { what, source }
    } else {
        StoreError::Unfit { what, source }
    }
}
