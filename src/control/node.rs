//! What is behind all routes: the door to the engine, the guard, the orders that came.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::door::Source;
use super::events::{Followed, STREAMS};
use super::guard::{Guard, Who};
use super::keys::Keys;
use super::look::Moment;
use super::refusal::Refusal;
use super::today::Today;
use super::view::{AdapterView, NodeView, QueueView, Standing};
use crate::runtime::{Clock, Handle, Visit};
use crate::time::{Duration, Instant, Wall};

/// How long the engine may take to let a visitor in. Calls go first.
const VISIT: Duration = Duration::from_secs(2);

/// The node, as the routes see it.
#[derive(Debug)]
pub(super) struct Node {
    handle: Handle,
    clock: Clock,
    guard: Arc<Mutex<Guard>>,
    /// What has come of the day so far, where a history is kept.
    pub(super) today: Option<Today>,
    pub(super) keys: Mutex<Keys>,
    /// Whether the figures are told without a token.
    pub(super) open_figures: bool,
    /// The history, where one is kept.
    pub(super) followed: Option<Followed>,
    /// Room for streams of it.
    pub(super) streams: Arc<Semaphore>,
}

impl Node {
    pub(super) fn new(
        handle: Handle,
        clock: Clock,
        guard: Arc<Mutex<Guard>>,
        open_figures: bool,
        followed: Option<Followed>,
    ) -> Self {
        let today = followed.as_ref().and_then(|kept| Today::new(&kept.zone, clock.wall()));
        Self {
            handle,
            clock,
            guard,
            today,
            keys: Mutex::default(),
            open_figures,
            followed,
            streams: Arc::new(Semaphore::new(STREAMS)),
        }
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Who asks.
    pub(super) fn who(&self, from: Source, headers: &HeaderMap) -> Result<Who, Refusal> {
        let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        guard.who(self.clock.now(), from.0, headers)
    }

    /// The time of day.
    pub(super) fn wall(&self) -> Wall {
        self.clock.wall()
    }

    /// Adds what has come of the day so far.
    pub(super) fn with_today<'q>(&self, queues: impl IntoIterator<Item = &'q mut QueueView>) {
        if let Some(today) = &self.today {
            today.fill(self.wall(), queues);
        }
    }

    /// Does something with the engine.
    pub(super) async fn visit<T: Send + 'static>(
        &self,
        does: impl FnOnce(&mut Visit<'_>) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        match timeout(VISIT.to_std(), self.handle.visit(does)).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(_)) => Err(Refusal::gone()),
            Err(_) => Err(Refusal::busy()),
        }
    }

    /// What cannot be written for now, by name.
    fn unwritten(&self) -> Vec<String> {
        let Some(followed) = &self.followed else { return Vec::new() };
        let history = followed.slot.status().failing.is_some().then_some("history");
        let books = followed.gauges.iter();
        let books = books.filter(|(_, gauge)| gauge.status().failing).map(|(name, _)| *name);
        history.into_iter().chain(books).map(str::to_owned).collect()
    }

    /// How it stands for probes: by this word, and with what cannot be written.
    pub(super) fn stands(&self, status: &str) -> Standing {
        let unwritten = self.unwritten();
        let storage = match unwritten.first().map(String::as_str) {
            None => "ok",
            Some("history") => "offline",
            Some(_) => "degraded",
        };
        let storage = self.followed.is_some().then(|| storage.to_owned());
        Standing { status: status.to_owned(), storage, unwritten }
    }

    /// Whether it takes calls.
    pub(super) async fn standing(&self) -> Result<Standing, Refusal> {
        let status = self.handle.status();
        let wrong = self.visit(move |visit| {
            let full = status.live_calls >= visit.engine().settings().max_calls;
            let reachable = visit.adapters().any(|(_, up)| up);
            match (visit.engine().is_draining(), reachable) {
                (true, _) => "draining",
                (false, false) => "no_adapter",
                (false, true) if full => "full",
                (false, true) => "ok",
            }
        });
        Ok(self.stands(wrong.await?))
    }
}

/// The node itself.
pub(super) fn show(visit: &Visit<'_>) -> NodeView {
    let engine = visit.engine();
    let adapter = |(name, up): (&str, bool)| AdapterView { name: name.to_owned(), up };
    NodeView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: Moment::of(visit).told(visit.began()),
        calls: engine.live_calls(),
        max_calls: engine.settings().max_calls,
        draining: engine.is_draining(),
        adapters: visit.adapters().map(adapter).collect(),
    }
}
