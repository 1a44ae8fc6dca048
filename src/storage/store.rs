//! What callers leave for people to follow up: tickets and wishes to be called back.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value as Json;

use super::book::Book;
use super::error::StorageError;
use crate::call::{
    Argument, CallId, Callback, Class, Errand, Failure, Language, QueueId, RecordingId, Reply,
    Request, Ticket,
};
use crate::runtime::Clock;
use crate::time::{Duration, Wall};

/// Open wishes to be called back; further ones are refused.
const MAX_OPEN: usize = 100_000;

/// The store of tickets and callbacks. Every answer waits for the disk.
#[derive(Debug)]
pub struct Store {
    clock: Clock,
    tickets: Mutex<Book>,
    callbacks: Mutex<Callbacks>,
}

/// The callbacks, and which of them are open.
#[derive(Debug)]
struct Callbacks {
    book: Book,
    open: BTreeMap<(QueueId, Arc<str>), u64>,
}

/// A ticket as it is kept. Times are RFC 3339 UTC. Personal values stand in clear, for they are what a person needs to
/// help; secret ones are left out.
#[derive(Debug, Serialize)]
struct TicketEntry<'a> {
    v: u8,
    number: String,
    made: String,
    call: CallId,
    kind: &'a str,
    language: &'a Language,
    due: Option<String>,
    recording: Option<&'a RecordingId>,
    with: BTreeMap<&'a str, &'a Json>,
}

/// A wish to be called back as it is kept. A later line of the same number says what became of it.
#[derive(Debug, Serialize)]
struct CallbackEntry<'a> {
    v: u8,
    number: String,
    made: String,
    call: CallId,
    queue: &'a QueueId,
    to: &'a str,
    language: &'a Language,
    before: Option<String>,
    status: &'static str,
}

impl Store {
    /// Opens the files of tickets and of callbacks; they are made with the first entry.
    ///
    /// # Errors
    /// When one of them is there and cannot be read.
    pub fn open(tickets: &Path, callbacks: &Path, clock: Clock) -> Result<Self, StorageError> {
        let failed = |path: &Path| {
            let path: PathBuf = path.to_owned();
            move |source| StorageError::Read { path, source }
        };
        let mut open = BTreeMap::new();
        let book = Book::open(callbacks, |entry| remember(&mut open, entry));
        Ok(Self {
            clock,
            tickets: Mutex::new(Book::open(tickets, |_| {}).map_err(failed(tickets))?),
            callbacks: Mutex::new(Callbacks { book: book.map_err(failed(callbacks))?, open }),
        })
    }

    /// Keeps what a call asks to be kept and gives its number. Waits for the disk, so not for tasks that others share.
    #[must_use]
    pub fn keep(&self, request: &Request) -> Reply {
        let now = self.clock.wall();
        let kept = match &request.what {
            Errand::Ticket(ticket) => self.ticket(request.call, ticket, now),
            Errand::Callback(callback) => self.callback(request.call, callback, now),
            Errand::Operation(_) => return Reply::Failed(Failure::Unavailable),
        };
        match kept {
            Ok(Some(number)) => Reply::Kept(number.to_string().into()),
            Ok(None) => Reply::Failed(Failure::Busy),
            Err(error) => {
                tracing::error!(call = %request.call, %error, "A ticket or callback cannot be kept.");
                Reply::Failed(Failure::Error)
            }
        }
    }

    fn ticket(&self, call: CallId, ticket: &Ticket, now: Wall) -> io::Result<Option<u64>> {
        let mut book = lock(&self.tickets);
        let number = book.next_number();
        let shown = |argument: &'_ &Argument| match argument.class {
            Class::Public | Class::Personal => true,
            Class::Secret => false,
        };
        let entry = TicketEntry {
            v: 1,
            number: number.to_string(),
            made: now.to_rfc3339(),
            call,
            kind: &ticket.kind,
            language: &ticket.language,
            due: later(now, ticket.due),
            recording: ticket.recording.as_ref(),
            with: ticket.with.iter().filter(shown).map(|a| (&*a.name, &a.value)).collect(),
        };
        book.append(number, &entry)?;
        Ok(Some(number))
    }

    /// Keeps a wish to be called back: one per number and queue, the newest wins.
    fn callback(&self, call: CallId, callback: &Callback, now: Wall) -> io::Result<Option<u64>> {
        let mut callbacks = lock(&self.callbacks);
        let who = (callback.queue.clone(), callback.to.clone());
        let known = callbacks.open.get(&who).copied();
        if known.is_none() && callbacks.open.len() >= MAX_OPEN {
            return Ok(None);
        }
        let number = known.unwrap_or_else(|| callbacks.book.next_number());
        let entry = CallbackEntry {
            v: 1,
            number: number.to_string(),
            made: now.to_rfc3339(),
            call,
            queue: &callback.queue,
            to: &callback.to,
            language: &callback.language,
            before: later(now, callback.within),
            status: OPEN,
        };
        callbacks.book.append(number, &entry)?;
        callbacks.open.insert(who, number);
        Ok(Some(number))
    }
}

/// How an open wish is marked.
const OPEN: &str = "open";

/// Takes note of a line of the callbacks: the last one of a number counts.
fn remember(open: &mut BTreeMap<(QueueId, Arc<str>), u64>, entry: &Json) {
    let text = |key: &str| entry.get(key).and_then(Json::as_str);
    let (Some(number), Some(queue), Some(to)) = (text("number"), text("queue"), text("to")) else {
        return;
    };
    let Ok(number) = number.parse() else { return };
    let who = (QueueId::from(queue), Arc::from(to));
    if text("status") == Some(OPEN) {
        open.insert(who, number);
    } else if open.get(&who) == Some(&number) {
        open.remove(&who);
    }
}

fn later(now: Wall, span: Option<Duration>) -> Option<String> {
    span.map(|span| now.after(span).to_rfc3339())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // An entry is on the disk or not; what is behind the lock is whole in either case.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
