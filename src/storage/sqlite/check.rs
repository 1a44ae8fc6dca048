//! Whether a store is sound.

use super::SqliteReader;
use super::read;
use super::sql::store_error;
use crate::history::{Entry, Filter, MAX_PAGE, Position, Standing, StoreError, Verdict};

/// Faults that are told; after these there is no point in more.
const TOLD: usize = 20;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Rows of the history.
    pub entries: u64,
    /// Starts that left rows.
    pub epochs: u64,
    /// Whether the history is there from its beginning; what stands is held against it only then.
    pub is_whole: bool,
    /// What is wrong, in words, at most 20.
    pub faults: Vec<String>,
}

impl SqliteReader {
    /// Looks at pages and indexes, at the numbers of the history, and whether what stands is what the history says.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn check(&self) -> Result<Checked, StoreError> {
        let what = "check the store";
        let moment = self.connection.unchecked_transaction();
        let _moment = moment.map_err(|error| store_error(what, error))?;
        let mut checked = Checked { is_whole: true, ..Checked::default() };
        let mut fold = Standing::default();
        let mut before = Position::default();
        loop {
            let filter = Filter { private: true, ..Filter::default() };
            let page = self.entries(before, &filter, MAX_PAGE)?;
            for entry in &page {
                checked.entry(entry, before, &fold);
                before = entry.position();
                fold.apply(entry);
            }
            if page.len() < MAX_PAGE {
                break;
            }
        }
        let standing = read::standing(self.sql()).map_err(|error| store_error(what, error))?;
        if checked.is_whole {
            checked.faults.extend(differences(&standing, &fold));
        }
        let pages = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        let told: Result<Vec<String>, _> = self.sql().all("PRAGMA integrity_check", [], pages);
        let told = told.map_err(|error| store_error(what, error))?;
        checked.faults.extend(told.into_iter().filter(|line| line != "ok"));
        checked.faults.truncate(TOLD);
        Ok(checked)
    }
}

impl Checked {
    /// Takes the next entry in.
    fn entry(&mut self, entry: &Entry, before: Position, fold: &Standing) {
        let Position { epoch, seq } = entry.position();
        self.entries += 1;
        let same = epoch == before.epoch;
        self.epochs += u64::from(!same);
        if seq != if same { before.seq + 1 } else { 1 } || epoch > before.epoch + 1 {
            // Rows are let go by their age, but for those that are still needed: gaps are no fault.
            self.is_whole = false;
        }
        if same && entry.row.at < fold.at {
            self.faults.push(format!("time runs back at row {epoch}.{seq}"));
        }
        if self.is_whole && fold.verdict(&entry.row.fact) != Verdict::Applied {
            let kind = entry.row.fact.kind();
            self.faults.push(format!("row {epoch}.{seq} (`{kind}`) should have been refused"));
        }
    }
}

/// Where what stands differs from what the history says, part by part.
fn differences(standing: &Standing, fold: &Standing) -> Vec<String> {
    let parts = [
        ("the end of the history", standing.newest == fold.newest && standing.at == fold.at),
        ("calls", standing.calls == fold.calls),
        ("the lines", standing.waiting == fold.waiting),
        ("offers", standing.offers == fold.offers),
        ("agents", standing.agents == fold.agents),
        ("callbacks", standing.callbacks == fold.callbacks),
        ("tickets", standing.tickets == fold.tickets),
        ("kept places", standing.places == fold.places),
    ];
    let wrong = parts.into_iter().filter(|(_, same)| !same);
    wrong.map(|(part, _)| format!("{part}: what stands is not what the history says")).collect()
}
