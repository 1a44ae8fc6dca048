//! What a call costs in media: streams that each play a prompt and are spoken to, against a floor that only sends and
//! receives the same packets in the same rhythm.
//!
//! `cargo bench --bench media [-- STREAMS…]`. Both run on loopback in this process, on threads whose own CPU time is
//! read; the load has threads of its own. "Late" is a packet's arrival against its stream's own time line, known to a
//! millisecond. On a busy machine run it under `chrt -r 10`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use sambung::call::{AdapterId, Item, Language, LegId, Play, PlayId, PromptId, SoundId, SymbolSet};
use sambung::media::{Codec, Library, Recording};
use sambung::runtime::Clock;
use sambung::telephony::rtp::{Direction, Settings, SourcePolicy, Stream, Threads};
use sambung::time::Duration;

use floor::Floor;
use load::{Lateness, Load};

#[path = "media/floor.rs"]
mod floor;
#[path = "media/load.rs"]
mod load;
#[path = "media/process.rs"]
mod process;

/// How long the streams run before and while they are measured.
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(10);
/// The numbers of streams that are measured unless others are named.
const STREAMS: [usize; 3] = [100, 300, 500];
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// One row of the table.
struct Row {
    cpu_per_100: f64,
    lateness: Lateness,
    rss_per_call: i64,
}

fn main() {
    let named: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let streams = if named.is_empty() { STREAMS.to_vec() } else { named };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("{threads} media threads, PCMU 20 ms in and out, {MEASURED} each");
    println!("streams         CPU %/100   late p99 ms   late max ms      lost   RSS kB/call");
    for count in streams {
        let floor = measure_floor(count, threads);
        print(count, "floor", &floor);
        let engine = measure_engine(count, threads);
        print(count, "sambung", &engine);
        println!("{count:>7} ratio   {:>9.2}", engine.cpu_per_100 / floor.cpu_per_100);
    }
}

fn print(count: usize, name: &str, row: &Row) {
    let Row { cpu_per_100, lateness, rss_per_call } = row;
    let Lateness { p99_ms, max_ms, lost } = lateness;
    println!(
        "{count:>7} {name:<8}{cpu_per_100:>9.2}{p99_ms:>14}{max_ms:>14}{lost:>10}{:>14.1}",
        *rss_per_call as f64 / 1_024.0
    );
}

/// Runs the load against the ports, and reads what the threads named `prefix` cost.
fn measure(ports: &[u16], load: Load, prefix: &str, rss_before: i64) -> Row {
    let rss = process::rss_bytes() - rss_before;
    let mut load = load.against(ports);
    load.run(WARM_UP);
    load.forget();
    let before = process::cpu_ns(prefix);
    load.run(MEASURED);
    let spent = process::cpu_ns(prefix) - before;
    let count = ports.len();
    let share = spent as f64 / (MEASURED.as_micros() as f64 * 1_000.0);
    Row {
        cpu_per_100: share * 100.0 * 100.0 / count as f64,
        lateness: load.lateness(),
        rss_per_call: rss / i64::try_from(count.max(1)).unwrap_or(1),
    }
}

fn measure_floor(count: usize, threads: usize) -> Row {
    let load = Load::new(count);
    let rss = process::rss_bytes();
    let floor = Floor::start(count, threads, load.address());
    let row = measure(floor.ports(), load, "floor-", rss);
    floor.stop();
    row
}

fn measure_engine(count: usize, threads: usize) -> Row {
    let load = Load::new(count);
    let (sender, mut reports) = tokio::sync::mpsc::channel(10_000);
    let settings = Settings {
        ports: 20_000..=59_999,
        bind: LOCALHOST,
        threads,
        max_streams: count,
        ..Settings::default()
    };
    let engine = Threads::start(settings, Arc::new(library()), Clock::new(), sender)
        .expect("media threads start");
    let rss = process::rss_bytes();
    let mut ports = Vec::with_capacity(count);
    for number in 0..count as u64 {
        let leg = LegId { adapter: AdapterId(0), number };
        ports.push(engine.open(leg, None).expect("a port is free"));
        engine.connect(leg, stream(&load));
        engine.play(leg, play(number));
    }
    let row = measure(&ports, load, "media-", rss);
    engine.shutdown();
    // The reports are as many as the legs: none waited for room, which would have cost the threads time.
    reports.close();
    assert!(reports.len() <= 2 * count, "two reports of each leg at most");
    row
}

fn stream(load: &Load) -> Stream {
    Stream {
        remote: load.address(),
        codec: Codec::Pcmu,
        payload_type: 0,
        event_payload_type: Some(101),
        direction: Direction::SendRecv,
        source: SourcePolicy::Strict,
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
