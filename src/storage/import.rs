//! Tickets and wishes to be called back from the files that releases before kept them in: taken into the history once.
//!
//! ```text
//!  tickets.jsonl, callbacks.jsonl ─▶ facts, in one write ─▶ tickets.jsonl.imported, callbacks.jsonl.imported
//! ```
//!
//! What the history has already, by number and call, is passed over, so that a crash before the new name brings nothing
//! twice. The renamed files hold numbers and words in clear until somebody deletes them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;

use super::error::StorageError;
use super::lines::sync_folder;
use crate::call::{CallId, Language, QueueId, RecordingId};
use crate::history::{
    CallbackEnd, CallerSecret, Fact, Filter, MAX_PAGE, Position, Private, Row, Store, StoreError,
    Write,
};
use crate::time::{Duration, Wall};

/// What an imported file is called from then on.
const IMPORTED: &str = "imported";
/// How long a wish of which nothing else was said stays open.
const EXPIRES: Duration = Duration::from_mins(24 * 60);
/// The class of a wish: the middle one.
const PRIORITY: u8 = 5;
/// The fewest and the most digits of what counts as the number of a person (ITU-T E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 9..=17;

/// The files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldFiles {
    /// What callers left for people to follow up.
    pub tickets: PathBuf,
    /// Who was to be called back.
    pub callbacks: PathBuf,
}

/// What was taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Tickets.
    pub tickets: u64,
    /// Wishes to be called back.
    pub callbacks: u64,
    /// Lines that cannot be read, and entries whose number the history has given to something else.
    pub left_out: u64,
}

/// A ticket as it was written. Times are RFC 3339.
#[derive(Deserialize)]
struct TicketLine {
    number: String,
    made: String,
    call: CallId,
    kind: Arc<str>,
    language: Language,
    due: Option<String>,
    recording: Option<RecordingId>,
    with: BTreeMap<Arc<str>, Json>,
}

/// A wish as it was written; the last line of a number counts.
#[derive(Deserialize)]
struct CallbackLine {
    number: String,
    made: Option<String>,
    call: Option<CallId>,
    queue: QueueId,
    to: Arc<str>,
    language: Option<Language>,
    before: Option<String>,
    status: String,
}

impl OldFiles {
    /// Takes what the files hold into a store whose epoch has begun, and renames them. Files that are not there are well.
    ///
    /// # Errors
    /// When a file cannot be read or renamed, or the store cannot keep it: nothing is renamed then, and the next start
    /// tries again.
    pub fn import(&self, store: &mut dyn Store, now: Wall) -> Result<Imported, ImportError> {
        let (tickets, callbacks) = (lines(&self.tickets)?, lines(&self.callbacks)?);
        if tickets.is_none() && callbacks.is_none() {
            return Ok(Imported::default());
        }
        let mut taken = Taken::into(store, now)?;
        tickets.iter().flatten().for_each(|line| taken.ticket(line));
        taken.callbacks(callbacks.iter().flatten());
        store.commit(&taken.writes)?;
        for (path, there) in [(&self.tickets, &tickets), (&self.callbacks, &callbacks)] {
            if there.is_some() {
                let failed = |source| StorageError::Read { path: path.clone(), source };
                std::fs::rename(path, imported(path)).map_err(failed)?;
                sync_folder(path).map_err(failed)?;
            }
        }
        Ok(taken.count)
    }

    /// The renamed files that are still there.
    #[must_use]
    pub fn left_behind(&self) -> Vec<PathBuf> {
        let paths = [&self.tickets, &self.callbacks].map(|path| imported(path));
        paths.into_iter().filter(|path| path.exists()).collect()
    }
}

/// Why the files cannot be taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// One of them cannot be read or renamed.
    #[error(transparent)]
    File(#[from] StorageError),
    /// The store cannot keep what they hold.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is to be written.
struct Taken {
    now: Wall,
    known: BTreeSet<(&'static str, u64, CallId)>,
    secret: CallerSecret,
    writes: Vec<Write>,
    count: Imported,
}

impl Taken {
    /// Nothing yet, into this store.
    fn into(store: &dyn Store, now: Wall) -> Result<Self, StoreError> {
        let (known, secret) = (known(store)?, store.secret().clone());
        Ok(Self { now, known, secret, writes: Vec::new(), count: Imported::default() })
    }

    /// Whether an entry is still to be taken in.
    fn is_new(&mut self, kind: &'static str, number: u64, call: CallId) -> bool {
        let first = (kind, number, CallId::new(0, 0));
        let mut same = self.known.range(first..).take_while(|(k, n, _)| (*k, *n) == (kind, number));
        match same.next() {
            None => self.known.insert((kind, number, call)),
            Some((.., other)) if *other == call => false,
            Some(_) => {
                self.count.left_out += 1;
                false
            }
        }
    }

    fn keep(&mut self, fact: Fact, private: BTreeMap<Arc<str>, Arc<str>>) {
        let row = Row::new(self.now, fact).with(Private(private));
        self.writes.push(Write::Row(Box::new(row)));
    }

    fn ticket(&mut self, line: &[u8]) {
        let read = serde_json::from_slice::<TicketLine>(line).ok();
        let Some((number, ticket)) = read.and_then(|t| Some((t.number.parse().ok()?, t))) else {
            return self.not_understood(line);
        };
        let TicketLine { made, call, kind, language, due, recording, with, .. } = ticket;
        if !self.is_new("ticket_opened", number, call) {
            return;
        }
        let given = with.iter().filter(|(_, value)| !value.is_null());
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut private: BTreeMap<Arc<str>, Arc<str>> =
            given.map(|(name, value)| (Arc::clone(name), text(value).into())).collect();
        let caller = private.values().find(|text| is_number(text));
        let caller = caller.and_then(|number| self.secret.key(number));
        private.insert("made".into(), made.into());
        self.count.tickets += 1;
        let fact = Fact::TicketOpened {
            ticket: number,
            contact: call,
            sort: kind,
            language,
            owner: None,
            due: due.as_deref().and_then(Wall::parse_rfc3339),
            recording,
            caller,
        };
        self.keep(fact, private);
    }

    fn callbacks<'l>(&mut self, lines: impl Iterator<Item = &'l Vec<u8>>) {
        let mut wishes: BTreeMap<u64, (CallbackLine, bool)> = BTreeMap::new();
        for line in lines {
            let read = serde_json::from_slice::<CallbackLine>(line).ok();
            let Some((number, wish)) = read.and_then(|w| Some((w.number.parse().ok()?, w))) else {
                self.not_understood(line);
                continue;
            };
            let open = wish.status == "open";
            match wishes.get_mut(&number) {
                // What became of it need not say everything again.
                Some((before, still)) if wish.call.is_none() => {
                    (*still, before.status) = (open, wish.status)
                }
                Some(_) | None => drop(wishes.insert(number, (wish, open))),
            }
        }
        for (number, (wish, open)) in wishes {
            self.callback(number, wish, open);
        }
    }

    fn callback(&mut self, callback: u64, wish: CallbackLine, open: bool) {
        let (Some(call), Some(language)) = (wish.call, wish.language) else {
            self.count.left_out += 1;
            return;
        };
        if !self.is_new("callback_asked", callback, call) {
            return;
        }
        let made = wish.made.as_deref().and_then(Wall::parse_rfc3339).unwrap_or(self.now);
        let unix_ms = u64::try_from(made.as_unix_millis()).unwrap_or(0);
        let contact = CallId::new(unix_ms, u128::from(callback));
        let before = wish.before.as_deref().and_then(Wall::parse_rfc3339);
        let fact = Fact::CallbackAsked {
            callback,
            contact,
            call,
            queue: wish.queue,
            caller: self.secret.key(&wish.to),
            language,
            order: made,
            priority: PRIORITY,
            not_before: None,
            expires: before.unwrap_or_else(|| made.after(EXPIRES)),
            adapter: None,
            trunk: None,
        };
        self.count.callbacks += 1;
        self.keep(fact, [(Arc::from("to"), wish.to)].into());
        if !open {
            let how = CallbackEnd::Done;
            self.keep(Fact::CallbackEnded { callback, contact, how }, BTreeMap::new());
        }
    }

    /// A line that is no entry. The first one of a file may say only how far the numbers had come in the one before.
    fn not_understood(&mut self, line: &[u8]) {
        let follows = |json: &Json| json.get("after").is_some();
        let continued = serde_json::from_slice(line).is_ok_and(|json| follows(&json));
        self.count.left_out += u64::from(!continued);
    }
}

/// The tickets and wishes that the history has, by kind, number and call.
fn known(store: &dyn Store) -> Result<BTreeSet<(&'static str, u64, CallId)>, StoreError> {
    let kinds = vec!["ticket_opened", "callback_asked"];
    let filter = Filter { kinds, ..Filter::default() };
    let (mut known, mut after) = (BTreeSet::new(), Position::default());
    loop {
        let page = store.entries(after, &filter, MAX_PAGE)?;
        for entry in &page {
            after = entry.position();
            match entry.row.fact {
                Fact::TicketOpened { ticket, contact, .. } => {
                    known.insert(("ticket_opened", ticket, contact));
                }
                Fact::CallbackAsked { callback, call, .. } => {
                    known.insert(("callback_asked", callback, call));
                }
                _ => {}
            }
        }
        if page.len() < MAX_PAGE {
            return Ok(known);
        }
    }
}

/// The lines of a file; `None` = it is not there.
fn lines(path: &Path) -> Result<Option<Vec<Vec<u8>>>, StorageError> {
    match std::fs::read(path) {
        Ok(bytes) => {
            let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            Ok(Some(lines.map(<[u8]>::to_vec).collect()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StorageError::Read { path: path.to_owned(), source }),
    }
}

fn imported(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(IMPORTED);
    name.into()
}

/// Whether a text is the number of a person, as far as its form tells.
fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.');
    DIGITS.contains(&digits) && text.starts_with(['+', '0']) && text.chars().all(plain)
}

#[cfg(test)]
mod tests;
