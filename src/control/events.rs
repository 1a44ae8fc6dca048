//! `/v1/events`: the history as it is kept, entry by entry, for whoever follows it.
//!
//! Each event's id is `epoch.seq`, the place of its entry for ever: who was cut off and comes back with `Last-Event-ID`
//! goes on exactly there. Entries are read from the store, a page at a time and no faster than they are taken, so that a
//! slow reader costs no memory; one who takes nothing is left by the connection's own limit.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::unfold;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::spawn_blocking;

use super::asked::Asked;
use super::node::Node;
use super::refusal::Refusal;
use crate::call::CallRecord;
use crate::history::{Entry, Filter, Position};
use crate::storage::{Eraser, Gauge, HistorySlot, Limits, SqliteReader};
use crate::time::Duration;

/// Streams at a time.
pub(super) const STREAMS: usize = 64;
/// Entries that are read at once.
const PAGE: usize = 100;
/// How often a stream without news shows that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Where the history is kept, and what calls leave behind beside it.
#[derive(Clone)]
pub struct Followed {
    /// Where it is handed in, which tells of each newest entry and how the store fares.
    pub slot: HistorySlot,
    /// The file of the store.
    pub store: PathBuf,
    /// For how long what it keeps stays, and where recordings lie.
    pub limits: Limits,
    /// The way to take call records out of their file.
    pub records: Eraser<CallRecord>,
    /// How the records, the recordings and the journals are being written, by name.
    pub gauges: Vec<(&'static str, Gauge)>,
    /// The IANA zone whose days are counted.
    pub zone: Arc<str>,
}

impl std::fmt::Debug for Followed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Followed").field("store", &self.store).finish_non_exhaustive()
    }
}

/// A stream on its way.
struct Follower {
    reader: Arc<Mutex<SqliteReader>>,
    /// What was told last.
    told: Position,
    ready: VecDeque<Event>,
    newest: watch::Receiver<Position>,
    _place: OwnedSemaphorePermit,
}

/// Begins a stream.
pub(super) async fn follow(node: &Node, asked: &Asked) -> Result<Response<Body>, Refusal> {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let Some(followed) = &node.followed else {
        return Err(Refusal::new(status, "no_history", "This node keeps no history."));
    };
    let newest = followed.slot.newest();
    let told = match asked.query.get("after") {
        Some(seen) => position(seen, *newest.borrow())?,
        None => *newest.borrow(),
    };
    let Ok(place) = Arc::clone(&node.streams).try_acquire_owned() else {
        let message = format!("{STREAMS} streams are open, which is the most.");
        return Err(Refusal::new(status, "too_many_streams", message).again(10));
    };
    let store = followed.store.clone();
    let reader = spawn_blocking(move || SqliteReader::open(&store)).await;
    let reader = reader.map_err(|_| unreadable())?.map_err(|error| {
        tracing::warn!(%error, "The history cannot be followed.");
        unreadable()
    })?;
    let reader = Arc::new(Mutex::new(reader));
    let follower = Follower { reader, told, ready: VecDeque::new(), newest, _place: place };
    let events = unfold(follower, |mut follower| async {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE.to_std());
    Ok(Sse::new(events).keep_alive(keep_alive).into_response())
}

/// Where a reader is, by what it has seen.
fn position(seen: &str, newest: Position) -> Result<Position, Refusal> {
    let parts = seen.split_once('.');
    let parts = parts.and_then(|(epoch, seq)| Some((epoch.parse().ok()?, seq.parse().ok()?)));
    let Some((epoch, seq)) = parts else {
        let message = "This is no place in the history.";
        return Err(Refusal::senseless("wrong_place", message)
            .hint("A place is `EPOCH.SEQ`, the id of an event; `0.0` is before the first one."));
    };
    let position = Position { epoch, seq };
    if position > newest {
        let message = format!("The history ends at {}.{}.", newest.epoch, newest.seq);
        return Err(Refusal::conflict("not_yet", message).hint("Is that a place of this store?"));
    }
    Ok(position)
}

fn unreadable() -> Refusal {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Refusal::new(status, "storage_offline", "The history cannot be read for now.").again(5)
}

impl Follower {
    /// The next event; `None` once the node ends or the store cannot be read.
    async fn next(&mut self) -> Option<Event> {
        while self.ready.is_empty() {
            // What is new from here on wakes us, also what comes while the page is read.
            self.newest.mark_unchanged();
            let (reader, after) = (Arc::clone(&self.reader), self.told);
            let page = spawn_blocking(move || {
                let reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
                reader.entries(after, &Filter::default(), PAGE)
            });
            let page = page.await.ok()?.ok()?;
            match page.last() {
                Some(last) => {
                    self.told = last.position();
                    self.ready.extend(page.iter().filter_map(event));
                }
                None => self.newest.changed().await.ok()?,
            }
        }
        self.ready.pop_front()
    }
}

/// An entry as an event, without what belongs to people.
fn event(entry: &Entry) -> Option<Event> {
    let line = entry.to_line(false).ok()?;
    let id = format!("{}.{}", entry.epoch, entry.seq);
    Some(Event::default().id(id).event(entry.row.fact.kind()).data(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_epoch_and_number() {
        let newest = Position { epoch: 2, seq: 7 };
        assert_eq!(position("0.0", newest), Ok(Position::default()));
        assert_eq!(position("1.900", newest), Ok(Position { epoch: 1, seq: 900 }));
        assert_eq!(position("2.7", newest), Ok(newest));
        for wrong in ["", "2", "2.8", "3.1", "a.b", "-1.2", "1.2.3"] {
            assert!(position(wrong, newest).is_err(), "{wrong}");
        }
    }
}
