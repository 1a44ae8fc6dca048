//! Days of a call centre: whatever callers, agents, services and adapters do, no rule is broken.
//!
//! A failure names the command that repeats it. `SAMBUNG_LONG=600 cargo test --test centre` lives through further days
//! for ten minutes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration as Span;

use sambung::assemble;
use sambung::engine;
use sambung::flow::{Facts, Format, Sources, compile};
use sambung::history::CallbackEnd;
use sambung::simulation::centre::{Day, Fault, Settings, Totals};
use sambung::time::{Duration, Wall};

#[path = "support/wait.rs"]
#[expect(dead_code, reason = "only the clock is needed here")]
mod wait;

/// How many short days every run lives through.
const DAYS: u64 = 500;

/// How many of them where all who are free are rung together.
const TOGETHER_DAYS: u64 = 150;

/// How many of them with reloads.
const RELOAD_DAYS: u64 = 100;

/// When short days begin: in opening hours, at their edges, on a Saturday, a Sunday, a holiday, at night.
const BEGINNINGS: [i64; 8] = [
    1_772_586_000, // Wednesday, 2026-03-04 08:00 in Jakarta
    1_772_593_200, // 10:00
    1_772_617_200, // 16:40: the shop closes
    1_772_585_100, // 07:45: the shop opens
    1_772_853_600, // Saturday 10:20
    1_772_946_000, // Sunday 12:00
    1_786_932_000, // Monday, 2026-08-17 10:00, Independence Day
    1_772_636_100, // 21:55: the bank closes
];

/// The shop and the bank with a number each.
fn shipped() -> (engine::Settings, Settings) {
    let mut sources = Sources::new();
    sources.add("toko.yaml", include_bytes!("../flows/toko.yaml"));
    sources.add("bank.yaml", include_bytes!("../flows/bank.yaml"));
    let compiled = compile(&sources, &Facts::default());
    let report = compiled.diagnostics.render_all(Format::Human { color: false });
    assert!(!compiled.diagnostics.has_errors(), "{report}");
    let (mut engine, numbers) =
        assemble::on_paper(&compiled, &compiled.flows).expect("hours that make sense");
    engine.callbacks =
        assemble::callbacks(&compiled.queues, &compiled.calendars).expect("calling hours");
    // A day goes on until the last wish has ended, and its tries must fit in.
    for rules in engine.callbacks.values_mut() {
        rules.expires = Duration::from_mins(30);
        (rules.attempts, rules.gaps) = (2, vec![Duration::from_mins(1)]);
    }
    (engine, Settings { numbers, ..Settings::default() })
}

/// The short day of a seed.
fn short(seed: u64, shipped: &Settings) -> Settings {
    let beginning = BEGINNINGS[usize::try_from(seed % 8).expect("below 8")];
    Settings {
        calls: 16,
        agents: 3,
        span: Duration::from_mins(20),
        begins: Wall::from_unix_micros(beginning * 1_000_000),
        faults: if seed.is_multiple_of(10) { [].into() } else { Fault::all() },
        ..shipped.clone()
    }
}

/// Days of the seeds from 1 on, on two threads: so many, or more for as long as is asked for.
fn live(days: u64) -> Vec<Result<Totals, String>> {
    let asked = std::env::var("SAMBUNG_LONG").ok().and_then(|seconds| seconds.parse().ok());
    let until = wait::now() + Span::from_secs(asked.unwrap_or(0));
    let (next, lived) = (AtomicU64::new(1), Mutex::new(Vec::new()));
    let (engine, settings) = shipped();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > days && wait::now() >= until {
                        return;
                    }
                    let day = Day::new(seed, &short(seed, &settings), engine.clone()).run();
                    let day = day.map_err(|failure| failure.to_string());
                    lived.lock().expect("nobody panics with it").push(day);
                }
            });
        }
    });
    lived.into_inner().expect("nobody panics with it")
}

#[test]
fn no_short_day_breaks_a_rule() {
    let mut sum = Totals::default();
    for day in live(DAYS) {
        let totals = day.unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(totals.offered, totals.refused + totals.records, "one record per call");
        let ways = totals.answered + totals.abandoned + totals.self_served + totals.other;
        assert_eq!(totals.records, ways, "each call ends in one of four ways");
        sum.offered += totals.offered;
        sum.answered += totals.answered;
        sum.abandoned += totals.abandoned;
        sum.self_served += totals.self_served;
        sum.tickets += totals.tickets;
        sum.callbacks += totals.callbacks;
        sum.tries += totals.tries;
        for (how, count) in totals.called_back {
            *sum.called_back.entry(how).or_default() += count;
        }
        for (fault, count) in totals.faults {
            *sum.faults.entry(fault).or_default() += count;
        }
    }
    for (what, count) in [
        ("answered", sum.answered),
        ("abandoned", sum.abandoned),
        ("self-served", sum.self_served),
        ("tickets", sum.tickets),
        ("callbacks", sum.callbacks),
        ("tries to call back", sum.tries),
    ] {
        assert!(count > 50, "only {count} {what} of {} calls", sum.offered);
    }
    for how in
        [CallbackEnd::Done, CallbackEnd::Declined, CallbackEnd::Exhausted, CallbackEnd::Expired]
    {
        let count = sum.called_back.get(&how).copied().unwrap_or(0);
        assert!(count > 0, "no wish to be called back ended as {how:?}: {:?}", sum.called_back);
    }
    for fault in Fault::ALL {
        let count = sum.faults.get(&fault).copied().unwrap_or(0);
        assert!(count > 0, "`{fault}` never happened");
    }
}

/// The same days where all who are free are rung together: nobody is rung unclaimed, and each caller talks once.
#[test]
fn no_day_breaks_a_rule_where_all_are_rung() {
    let (one_by_one, settings) = shipped();
    let mut together = one_by_one.clone();
    for (most, queue) in (2..).zip(together.queues.queues.values_mut()) {
        queue.strategy = sambung::queue::Strategy::RingAll { most };
    }
    let live = |engine: &engine::Settings| {
        let (mut answered, mut rung) = (0, 0);
        for seed in 1..=TOGETHER_DAYS {
            let day = Day::new(seed, &short(seed, &settings), engine.clone()).run();
            let totals = day.unwrap_or_else(|failure| panic!("{failure}"));
            answered += totals.answered;
            rung += totals.offers;
        }
        (answered, rung)
    };
    let (plain, all) = (live(&one_by_one), live(&together));
    assert!(all.0 > 50 && all.1 > plain.1 * 11 / 10, "answered, rung: {plain:?}, then {all:?}");
}

/// Reloads in the middle of it, with a ring time or a wrap-up changed or nothing at all: nobody loses a place or a state.
#[test]
fn no_reload_under_load_changes_how_anybody_stands() {
    let (engine, settings) = shipped();
    let mut answered = 0;
    for seed in 1..=RELOAD_DAYS {
        let settings = Settings { reloads: 40, ..short(seed, &settings) };
        let day = Day::new(seed, &settings, engine.clone()).run();
        answered += day.unwrap_or_else(|failure| panic!("{failure}")).answered;
    }
    assert!(answered > 50, "{answered} answered");
}

#[test]
fn the_same_seed_gives_the_same_day_and_another_seed_another() {
    let (engine, settings) = shipped();
    let day = |seed| Day::new(seed, &short(1, &settings), engine.clone()).run();
    let [first, again, other] = [1, 1, 2].map(day);
    assert!(first.is_ok() && other.is_ok(), "{first:?} {other:?}");
    assert_eq!(first, again);
    assert_ne!(first, other);
}

/// What some days came to when they were last looked at. What callers hear, or when, changes them: then the message of
/// the test tells the new ones.
const FINGERPRINTS: [(u64, &str); 3] = [
    (1, "cadcf587057000e508316e8bad50e8cd6a7db8d1a40e9ff14283a74d7adf7f6a"),
    (2, "0cb7b524f447eb1791ee5cc41c763f493f570f45e69ad32e98428b947a86ee7c"),
    (10, "7c14d6ea01f47dae45212abdd9c8cd54293574b4c2dd12d03a4e5b91c7976482"),
];

#[test]
fn every_build_lives_through_the_same_days() {
    let (engine, settings) = shipped();
    let day = |(seed, _): (u64, &str)| {
        let day = Day::new(seed, &short(seed, &settings), engine.clone()).run();
        (seed, day.unwrap_or_else(|failure| panic!("{failure}")).fingerprint)
    };
    let lived = FINGERPRINTS.map(day);
    let expected = FINGERPRINTS.map(|(seed, fingerprint)| (seed, fingerprint.to_owned()));
    assert!(lived == expected, "the days came to {lived:#?}");
}

#[test]
fn who_stays_away_changes_nothing_for_the_others() {
    let (engine, settings) = shipped();
    // Without agents and faults callers do not meet: each call is the same, whoever else calls.
    let quiet = Settings { agents: 0, faults: [].into(), ..short(1, &settings) };
    let calls = |only: Option<&[u32]>| {
        let only = only.map(|only| only.iter().copied().collect());
        let day = Day::new(5, &Settings { only, ..quiet.clone() }, engine.clone()).run();
        day.unwrap_or_else(|failure| panic!("{failure}")).offered
    };
    let each: u64 = (0..quiet.calls).map(|caller| calls(Some(&[caller]))).sum();
    assert_eq!(calls(None), each);
    assert_eq!(calls(Some(&[])), 0);
}
