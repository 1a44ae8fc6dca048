//! `/metrics`: how the node fares, for Prometheus.

use std::collections::BTreeMap;

use serde::Serialize;

use super::events::Followed;
use super::exposition::{Exposition, Kind};
use super::look::Moment;
use super::process::Process;
use super::queues;
use super::view::QueueView;
use crate::call::QueueId;
use crate::runtime::{QueueTally, Tally, Visit};
use crate::storage::{Gauge, GaugeStatus, StoreStatus};
use crate::time::Instant;

/// What is told, taken in one visit.
#[derive(Debug)]
pub(super) struct Figures {
    started: f64,
    calls: usize,
    max_calls: usize,
    legs: usize,
    draining: bool,
    strays: u64,
    refused_transfers: u64,
    adapters: Vec<(String, bool)>,
    pub(super) queues: Vec<QueueView>,
    agents: BTreeMap<&'static str, usize>,
    tally: Tally,
}

/// Takes them.
pub(super) fn take(visit: &Visit<'_>) -> Figures {
    let engine = visit.engine();
    Figures {
        started: Moment::of(visit).unix_seconds(Instant::ZERO),
        calls: engine.live_calls(),
        max_calls: engine.settings().max_calls,
        legs: engine.live_legs(),
        draining: engine.is_draining(),
        strays: engine.strays(),
        refused_transfers: engine.refused_transfers(),
        adapters: visit.adapters().map(|(name, up)| (name.to_owned(), up)).collect(),
        queues: queues::list(visit).queues,
        agents: queues::agents_by_state(engine),
        tally: visit.tally().clone(),
    }
}

/// They as they are told, with what the system says of the process.
pub(super) fn told(figures: &Figures, kept: Option<&Followed>) -> String {
    let mut told = Exposition::default();
    node(&mut told, figures);
    line(&mut told, figures);
    counts(&mut told, &figures.tally);
    if let Some(kept) = kept {
        store(&mut told, kept.slot.status());
        books(&mut told, &kept.gauges);
    }
    process(&mut told, figures.started);
    told.into_text()
}

fn node(told: &mut Exposition, figures: &Figures) {
    let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    told.figure("sambung_info", Kind::Gauge, "The program.", [(version, 1.0)]);
    told.one("sambung_calls", Kind::Gauge, "Live calls.", number(figures.calls));
    let most = number(figures.max_calls);
    told.one("sambung_calls_limit", Kind::Gauge, "The most calls at a time.", most);
    told.one("sambung_legs", Kind::Gauge, "Live legs of calls.", number(figures.legs));
    let draining = f64::from(u8::from(figures.draining));
    told.one("sambung_draining", Kind::Gauge, "1 while no more calls are taken.", draining);
    let about = "Events of legs that are gone, and answers that nobody waited for.";
    told.one("sambung_strays_total", Kind::Counter, about, count(figures.strays));
    let about = "Transfers asked for by those who may not.";
    let refused = count(figures.refused_transfers);
    told.one("sambung_transfers_refused_total", Kind::Counter, about, refused);
    let adapters = figures.adapters.iter();
    let up = adapters.map(|(name, up)| (vec![("adapter", name.clone())], f64::from(u8::from(*up))));
    told.figure("sambung_adapter_up", Kind::Gauge, "1 while the adapter is there.", up);
}

fn line(told: &mut Exposition, figures: &Figures) {
    let of = |queue: &QueueView| vec![("queue", queue.queue.clone())];
    let waiting = figures.queues.iter().map(|queue| (of(queue), number(queue.waiting)));
    told.figure("sambung_queue_waiting", Kind::Gauge, "Contacts in line.", waiting);
    let longest = figures.queues.iter().map(|q| (of(q), count(q.longest_wait_s.unwrap_or(0))));
    let about = "How long the one who has waited longest has.";
    told.figure("sambung_queue_longest_wait_seconds", Kind::Gauge, about, longest);
    let staffed = figures.queues.iter().map(|q| (of(q), f64::from(u8::from(q.staffed))));
    let about = "1 while anybody who serves it is logged in.";
    told.figure("sambung_queue_staffed", Kind::Gauge, about, staffed);
    today(told, figures);
    let agents = figures.agents.iter();
    let agents = agents.map(|(state, of)| (vec![("state", (*state).to_owned())], number(*of)));
    told.figure("sambung_agents", Kind::Gauge, "Agents by what they do.", agents);
}

/// What has come of the day so far; nothing where nothing can be reckoned yet.
fn today(told: &mut Exposition, figures: &Figures) {
    let days = || figures.queues.iter().filter_map(|q| Some((q, q.today.as_ref()?)));
    let levels = days().filter_map(|(queue, today)| {
        let reckoned = ("reckoned", today.reckoned.clone());
        Some((vec![("queue", queue.queue.clone()), reckoned], today.service_level?))
    });
    let about = "Service level of those taken in today, in the node's zone, 0 to 1.";
    told.figure("sambung_queue_service_level", Kind::Gauge, about, levels);
    let abandoned = days().filter_map(|(queue, today)| {
        Some((vec![("queue", queue.queue.clone())], today.abandonment?))
    });
    let about =
        "Abandonment of those taken in today, in the node's zone, without short ones, 0 to 1.";
    told.figure("sambung_queue_abandonment", Kind::Gauge, about, abandoned);
}

fn counts(told: &mut Exposition, tally: &Tally) {
    told.one("sambung_calls_began_total", Kind::Counter, "Calls taken.", count(tally.began));
    let ended = tally.ended.iter().map(|(how, of)| (vec![("outcome", word(how))], count(*of)));
    told.figure("sambung_calls_ended_total", Kind::Counter, "Calls over, by outcome.", ended);
    let answered: u64 = tally.queues.values().map(|queue| queue.answered).sum();
    let answered = (vec![("result", "answered".to_owned())], count(answered));
    let closed = tally.offers.iter().map(|(how, of)| (vec![("result", word(how))], count(*of)));
    let offers = std::iter::once(answered).chain(closed);
    told.figure("sambung_offers_total", Kind::Counter, "Offers over, by result.", offers);
    let queues = |of: fn(&QueueTally) -> u64| {
        let value = move |(queue, tally): (&QueueId, &QueueTally)| {
            (vec![("queue", queue.to_string())], count(of(tally)))
        };
        tally.queues.iter().map(value).collect::<Vec<_>>()
    };
    let about = "Looks at which a contact had waited for 2 s although an agent for it was ready.";
    told.one("sambung_queue_unmatched_total", Kind::Counter, about, count(tally.unmatched));
    let about = "Agents, phones and calls ended because they stood without what they stand on.";
    told.one("sambung_adrift_total", Kind::Counter, about, count(tally.adrift));
    let entered = queues(|queue| queue.entered);
    told.figure("sambung_queue_entered_total", Kind::Counter, "Contacts taken in.", entered);
    let answered = queues(|queue| queue.answered);
    told.figure("sambung_queue_answered_total", Kind::Counter, "Contacts answered.", answered);
    let left = tally.queues.iter().flat_map(|(queue, tally)| labelled(queue, "how", &tally.left));
    let about = "Contacts gone without an answer, by how.";
    told.figure("sambung_queue_left_total", Kind::Counter, about, left);
    let refused = tally.queues.iter();
    let refused = refused.flat_map(|(queue, tally)| labelled(queue, "why", &tally.refused));
    let about = "Contacts not taken in, by why.";
    told.figure("sambung_queue_refused_total", Kind::Counter, about, refused);
}

/// Counts of a queue by a word.
fn labelled<W: Serialize>(
    queue: &QueueId,
    label: &'static str,
    counts: &BTreeMap<W, u64>,
) -> Vec<(Vec<(&'static str, String)>, f64)> {
    let value = |(of, times): (&W, &u64)| {
        (vec![("queue", queue.to_string()), (label, word(of))], count(*times))
    };
    counts.iter().map(value).collect()
}

fn store(told: &mut Exposition, status: StoreStatus) {
    let failing = f64::from(u8::from(status.failing.is_some()));
    let about = "1 while the history cannot be written.";
    told.one("sambung_store_offline", Kind::Gauge, about, failing);
    let about = "Rows and records that are not on the disk yet.";
    told.one("sambung_store_waiting", Kind::Gauge, about, number(status.waiting));
    let about = "Rows and records that found no room.";
    told.one("sambung_store_lost_total", Kind::Counter, about, count(status.lost));
}

/// What calls leave behind beside the history.
fn books(told: &mut Exposition, gauges: &[(&'static str, Gauge)]) {
    let values = |of: fn(GaugeStatus) -> f64| {
        let value = move |(name, gauge): &(&'static str, Gauge)| {
            (vec![("book", (*name).to_owned())], of(gauge.status()))
        };
        gauges.iter().map(value).collect::<Vec<_>>()
    };
    let about = "1 while what calls leave behind cannot be written: records, recordings, journals.";
    let failing = values(|status| f64::from(u8::from(status.failing)));
    told.figure("sambung_book_offline", Kind::Gauge, about, failing);
    let about = "How many of it wait in memory for the disk.";
    told.figure(
        "sambung_book_waiting",
        Kind::Gauge,
        about,
        values(|status| number(status.waiting)),
    );
    let about = "How many of it found no room, or could not be kept.";
    told.figure(
        "sambung_book_lost_total",
        Kind::Counter,
        about,
        values(|status| count(status.lost)),
    );
}

fn process(told: &mut Exposition, started: f64) {
    let process = Process::look();
    let about = "When it started, in seconds since 1970.";
    told.one("process_start_time_seconds", Kind::Gauge, about, started);
    let about = "Processor time spent.";
    told.one("process_cpu_seconds_total", Kind::Counter, about, process.cpu_seconds);
    for (name, about, value) in [
        ("process_resident_memory_bytes", "Memory in use.", process.resident_bytes),
        ("process_open_fds", "File descriptors in use.", process.open_files),
        ("process_max_fds", "The most file descriptors.", process.max_files),
    ] {
        if let Some(value) = value {
            told.one(name, Kind::Gauge, about, count(value));
        }
    }
}

/// A word as the history writes it: `no_answer`.
fn word(of: &impl Serialize) -> String {
    match serde_json::to_value(of) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => "other".to_owned(),
    }
}

/// A number as Prometheus has them. Exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
const fn count(of: u64) -> f64 {
    of as f64
}

fn number(of: usize) -> f64 {
    count(u64::try_from(of).unwrap_or(u64::MAX))
}
