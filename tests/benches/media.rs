//! What a call costs in media: streams that each play a prompt and are spoken to, against a floor that only sends and
//! receives the same packets in the same rhythm.
//!
//! `cargo bench --bench media [-- STREAMS…]`. Both run on loopback in this process, on threads whose own CPU time is
//! read; the load has threads of its own. "Late" is a packet's arrival against its stream's own time line, known to a
//! millisecond. On a busy machine run it under `chrt -r 10`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::sync::Arc;

use sambung::call::{AdapterId, Item, Language, LegId, Play, PlayId, PromptId, SoundId, SymbolSet};
use sambung::media::{Codec, Library, Recording};
use sambung::runtime::Clock;
use sambung::telephony::rtp::{Direction, EventFormat, Settings, SourcePolicy, Stream, Threads};
use sambung::time::Duration;

use support::load::{Lateness, Load};
use support::process::Process;
use support::{LOCALHOST, Row, measure, measure_floor};

#[path = "support/mod.rs"]
mod support;

/// How long the streams are measured.
const MEASURED: Duration = Duration::from_secs(10);
/// The numbers of streams that are measured unless others are named.
const STREAMS: [usize; 3] = [100, 300, 500];

fn main() {
    let named: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let streams = if named.is_empty() { STREAMS.to_vec() } else { named };
    let threads = support::threads();
    println!("{threads} media threads, PCMU 20 ms in and out, {MEASURED} each");
    println!("streams         CPU %/100   late p99 ms   late max ms      lost   RSS kB/call");
    for count in streams {
        let floor = measure_floor(count, MEASURED);
        print(count, "floor", &floor, "");
        let (engine, rss) = measure_engine(count, threads);
        print(count, "sambung", &engine, &format!("{:.1}", rss / count as f64));
        println!("{count:>7} ratio   {:>9.2}", engine.cpu_per_100 / floor.cpu_per_100);
    }
}

fn print(count: usize, name: &str, row: &Row, rss: &str) {
    let Row { cpu_per_100, lateness } = row;
    let Lateness { p99_ms, max_ms, lost } = lateness;
    println!("{count:>7} {name:<8}{cpu_per_100:>9.2}{p99_ms:>14}{max_ms:>14}{lost:>10}{rss:>14}");
}

/// What the engine's media threads cost, and the memory of all streams in kB.
fn measure_engine(count: usize, threads: usize) -> (Row, f64) {
    let load = Load::new(count);
    let (sender, mut reports) = tokio::sync::mpsc::channel(10_000);
    let settings = Settings {
        ports: 20_000..=59_999,
        bind: LOCALHOST,
        threads,
        max_streams: count,
        ..Settings::default()
    };
    let (_, newest) = tokio::sync::watch::channel(Arc::new(library()));
    let engine =
        Threads::start(settings, newest, Clock::new(), sender).expect("media threads start");
    let rss = Process::this().rss();
    let mut ports = Vec::with_capacity(count);
    for number in 0..count as u64 {
        let leg = LegId { adapter: AdapterId(0), number };
        ports.push(engine.open(leg, None).expect("a port is free"));
        engine.connect(leg, stream(&load));
        engine.play(leg, play(number));
    }
    let rss = Process::this().rss() - rss;
    let row = measure(&ports, load, "media-", MEASURED);
    engine.shutdown();
    // The reports are as many as the legs: none waited for room, which would have cost the threads time.
    reports.close();
    assert!(reports.len() <= 2 * count, "two reports of each leg at most");
    (row, rss)
}

fn stream(load: &Load) -> Stream {
    Stream {
        remote: load.address(),
        control_port: None,
        codec: Codec::Pcmu,
        payload_type: 0,
        packet_time: Duration::from_millis(20),
        events: Some(EventFormat { payload_type: 101, clock_rate: 8_000 }),
        comfort_noise: None,
        direction: Direction::SendRecv,
        source: SourcePolicy::Strict,
        keys: None,
    }
}

/// A minute and a half of prompts, longer than anything is measured.
fn play(number: u64) -> Play {
    let item = Item {
        prompt: PromptId::from("prompt"),
        language: Language::from("id"),
        sound: Some(SoundId::from("prompt")),
        text: "".into(),
    };
    Play { id: PlayId(number), items: vec![item; 9], stop_on: SymbolSet::ALL }
}

/// One prompt of ten seconds.
fn library() -> Library {
    let wave = (0_i16..200).map(|n| n * 80 - 8_000);
    let samples: Vec<i16> = wave.cycle().take(80_000).collect();
    let mut library = Library::new();
    library.add(SoundId::from("prompt"), &Recording::from_samples(8_000, &samples));
    library
}
