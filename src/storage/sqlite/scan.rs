//! Long stretches of the history, read by several readers at once: what reports need.

use super::SqliteReader;
use super::sql::{self, Sql, store_error};
use crate::history::{Entry, Position, Row, StoreError};
use crate::time::Wall;

/// A stretch of the history without a change of epoch. Rows that are written later are not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The id of its first entry.
    from: i64,
    /// The id that follows its last one.
    to: i64,
}

impl Stretch {
    /// Cuts it into pieces of at most so many entries, in order.
    pub fn cut(self, entries: u32) -> impl Iterator<Item = Self> {
        let step = i64::from(entries.max(1));
        let starts = std::iter::successors(Some(self.from), move |from| from.checked_add(step));
        starts
            .take_while(move |from| *from < self.to)
            .map(move |from| Self { from, to: self.to.min(from.saturating_add(step)) })
    }
}

impl SqliteReader {
    /// Where entries of a time stand: not before `since` and before `until`; one stretch of each epoch that has any.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn stretches(&self, since: Wall, until: Wall) -> Result<Vec<Stretch>, StoreError> {
        let found = stretches(self.sql(), since, until);
        found.map_err(|error| store_error("read the history", error))
    }

    /// All entries of a stretch, in order, without what belongs to people, in place of what `entries` holds.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn scan(&self, stretch: Stretch, entries: &mut Vec<Entry>) -> Result<(), StoreError> {
        entries.clear();
        let read = scan(self.sql(), stretch, entries);
        read.map_err(|error| store_error("read the history", error))
    }
}

fn scan(sql: Sql<'_>, stretch: Stretch, entries: &mut Vec<Entry>) -> rusqlite::Result<()> {
    let select = "SELECT id, at_us, data_json FROM entry NOT INDEXED
        WHERE id >= ?1 AND id < ?2 ORDER BY id";
    sql.gate.pass()?;
    let mut statement = sql.connection.prepare_cached(select)?;
    let mut rows = statement.query([stretch.from, stretch.to])?;
    while let Some(row) = rows.next()? {
        let Position { epoch, seq } = sql::position(row.get(0)?);
        let (at, fact) = (sql::time(row, 1)?, sql::read_json(row, 2)?);
        entries.push(Entry { epoch, seq, row: Row::new(at, fact) });
    }
    Ok(())
}

fn stretches(sql: Sql<'_>, since: Wall, until: Wall) -> rusqlite::Result<Vec<Stretch>> {
    let mut stretches = Vec::new();
    let mut next = 0;
    while let Some((first, _)) = row_from(sql, next, i64::MAX)? {
        next = sql::id(Position { epoch: sql::position(first).epoch + 1, seq: 0 });
        let (from, to) = (search(sql, first, next, since)?, search(sql, first, next, until)?);
        if from < to {
            stretches.push(Stretch { from, to });
        }
    }
    Ok(stretches)
}

/// From which id on the rows of an epoch are not before a time: within an epoch no row is earlier than the one before it.
fn search(sql: Sql<'_>, first: i64, end: i64, time: Wall) -> rusqlite::Result<i64> {
    let select = "SELECT id FROM entry NOT INDEXED WHERE id < ?1 ORDER BY id DESC LIMIT 1";
    let last: Option<i64> = sql.first(select, [end], |row| row.get(0))?;
    let (mut low, mut high) = (first, last.map_or(first, |last| last + 1));
    while low < high {
        let middle = low + (high - low) / 2;
        match row_from(sql, middle, high)? {
            Some((id, at)) if at < time => low = id + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}

/// The first row from an id on, up to another one that is no longer meant.
fn row_from(sql: Sql<'_>, from: i64, to: i64) -> rusqlite::Result<Option<(i64, Wall)>> {
    let select = "SELECT id, at_us FROM entry NOT INDEXED
        WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 1";
    sql.first(select, [from, to], |row| Ok((row.get(0)?, sql::time(row, 1)?)))
}
