//! What has come of the day so far, queue by queue: the history is followed as it reaches the disk, so that these are the
//! figures that a report of the day tells afterwards. After a start the day is read from the store.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::events::Followed;
use super::node::Node;
use super::view::{QueueToday, QueueView};
use crate::call::QueueId;
use crate::history::{Entry, Filter, MAX_PAGE, Position};
use crate::report::{Level, Live};
use crate::storage::SqliteReader;
use crate::time::{Duration, Wall};

/// Who was answered within this was answered in time.
const TARGET: Duration = Duration::from_secs(20);
/// Who hangs up within this has given the queue no chance.
const SHORT: Duration = Duration::from_secs(5);
/// From one look at what is new to the next.
const LOOK: Duration = Duration::from_millis(250);
/// From a look that failed to the next.
const PATIENCE: Duration = Duration::from_secs(5);

/// The day so far.
#[derive(Debug)]
pub(super) struct Today(Mutex<Counted>);

#[derive(Debug)]
struct Counted {
    /// The zone whose day it is.
    zone: Arc<str>,
    live: Live,
    /// Whether all that is on the disk was counted once.
    whole: bool,
}

impl Today {
    /// The day of `now` in a zone; `None` if that is not known.
    pub(super) fn new(zone: &Arc<str>, now: Wall) -> Option<Self> {
        let live = Live::new(zone, now, Level::default(), TARGET, SHORT).ok()?;
        Some(Self(Mutex::new(Counted { zone: Arc::clone(zone), live, whole: false })))
    }

    /// Adds to each queue what has come of its day.
    pub(super) fn fill<'q>(&self, now: Wall, queues: impl IntoIterator<Item = &'q mut QueueView>) {
        let mut counted = self.counted();
        counted.live.pass(now);
        for queue in queues {
            queue.today = Some(counted.told(&QueueId::new(queue.queue.as_str())));
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    fn told(&self, queue: &QueueId) -> QueueToday {
        let counts = self.live.counts(queue);
        QueueToday {
            day: self.live.day().to_string(),
            zone: self.zone.to_string(),
            reckoned: self.live.reckoned(),
            service_level: self.live.service_level(queue),
            abandonment: counts.abandonment().ratio(),
            offered: counts.offered,
            answered: counts.answered,
            abandoned: counts.abandoned,
            whole: self.whole,
        }
    }
}

/// Follows the history for as long as somebody writes it.
pub(super) async fn follow(node: Arc<Node>) {
    let (Some(today), Some(followed)) = (&node.today, &node.followed) else { return };
    let mut newest = followed.slot.newest();
    let mut place = Reading { reader: None, told: Position::default(), since: None };
    loop {
        newest.mark_unchanged();
        let since = *place.since.get_or_insert_with(|| today.counted().live.start());
        match place.page(followed, since).await {
            Ok(page) => {
                let full = page.len() == MAX_PAGE;
                {
                    let mut counted = today.counted();
                    page.iter().for_each(|entry| counted.live.take(entry));
                    counted.whole |= !full;
                }
                if !full && newest.changed().await.is_err() {
                    return;
                }
                if !full {
                    sleep(LOOK.to_std()).await;
                }
            }
            Err(error) => {
                tracing::warn!(error, "The day's figures stand still: the history cannot be read.");
                sleep(PATIENCE.to_std()).await;
            }
        }
    }
}

/// How far the history was read.
struct Reading {
    reader: Option<Arc<Mutex<SqliteReader>>>,
    told: Position,
    since: Option<Wall>,
}

impl Reading {
    /// What follows; empty = nothing yet.
    async fn page(&mut self, followed: &Followed, since: Wall) -> Result<Vec<Entry>, String> {
        let (store, reader, after) = (followed.store.clone(), self.reader.take(), self.told);
        let read = spawn_blocking(move || {
            let reader = match reader {
                Some(reader) => reader,
                None => Arc::new(Mutex::new(
                    SqliteReader::open(&store).map_err(|error| error.to_string())?,
                )),
            };
            let filter = Filter { since: Some(since), ..Filter::default() };
            let open = reader.lock().unwrap_or_else(PoisonError::into_inner);
            let page = open.entries(after, &filter, MAX_PAGE).map_err(|error| error.to_string())?;
            drop(open);
            Ok::<_, String>((reader, page))
        });
        let (reader, page) = read.await.map_err(|error| error.to_string())??;
        self.reader = Some(reader);
        self.told = page.last().map_or(self.told, Entry::position);
        Ok(page)
    }
}
