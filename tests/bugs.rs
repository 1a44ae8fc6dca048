//! The checks of the simulation can fail: each fault that is put into the engine on purpose is found, and none is
//! found where none was put.
//!
//! `BUG=DeadLine cargo test --features bugs --test bugs -- --nocapture` shows how one of them is found.

use std::env;
use std::panic;
use std::thread;

use sambung::assemble;
use sambung::bug::{Bug, plant};
use sambung::engine::{self, Pattern, Route, Routes};
use sambung::flow::{Facts, Format, Sources, compile};
use sambung::simulation::centre::{Day, Fault, Settings};
use sambung::time::Duration;

/// How many days are lived through, at most, until a fault must have been found.
const SEEDS: u64 = 2_000;

/// How many days without a fault are lived through, at least.
const SOUND: u64 = 60;

/// The line that is called.
fn line() -> engine::Settings {
    let yaml = include_bytes!("bugs/line.yaml");
    let compiled = compile(&Sources::one("line.yaml", yaml), &Facts::default());
    let report = compiled.diagnostics.render_all(Format::Human { color: false });
    assert!(!compiled.diagnostics.has_errors(), "{report}");
    let mut settings = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
        .expect("there are no hours to make sense of");
    let flow = compiled.flow().expect("one flow").id.clone();
    settings.callbacks =
        assemble::callbacks(&compiled.queues, &compiled.calendars).expect("a zone");
    settings.adapters = vec!["paper".into()];
    settings.routes = Routes::new(vec![Route::new(Pattern::Default, flow)]);
    settings
}

/// How often the settings are published anew in each day.
const RELOADS: u32 = 12;

/// How many orders supervisors give in each day.
const ORDERS: u32 = 12;

/// A short and busy day; `Err` says what was found wrong.
fn day(seed: u64, line: &engine::Settings) -> Result<(), String> {
    let settings = Settings {
        calls: 16,
        agents: 2,
        span: Duration::from_mins(6),
        faults: Fault::all(),
        reloads: RELOADS,
        orders: ORDERS,
        ..Settings::default()
    };
    Day::new(seed, &settings, line.clone()).run().map(drop).map_err(|failure| failure.to_string())
}

/// The seed that finds a fault, and what is found.
fn find(bug: Bug, line: &engine::Settings) -> (Bug, Option<(u64, String)>) {
    plant(Some(bug));
    let found = (1..=SEEDS).find_map(|seed| Some((seed, day(seed, line).err()?)));
    plant(None);
    (bug, found)
}

#[test]
fn every_planted_fault_is_found_and_nothing_else() {
    let only = env::var("BUG").ok();
    let bugs: Vec<Bug> = Bug::ALL
        .into_iter()
        .filter(|bug| only.as_ref().is_none_or(|only| *only == format!("{bug:?}")))
        .collect();
    assert!(!bugs.is_empty(), "there is no such fault");
    let line = line();
    // Some faults show as a panic of the engine's own checks: many times over, with nothing new to say.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let halves = bugs.chunks(bugs.len().div_ceil(2));
    let found: Vec<_> = thread::scope(|scope| {
        let line = &line;
        let search = |half: &[Bug]| half.iter().map(|bug| find(*bug, line)).collect::<Vec<_>>();
        let searches: Vec<_> = halves.map(|half| scope.spawn(move || search(half))).collect();
        searches.into_iter().flat_map(|search| search.join().expect("a search ends")).collect()
    });
    panic::set_hook(hook);
    let mut most = SOUND;
    let mut missed = Vec::new();
    for (bug, found) in found {
        match found {
            Some((seed, what)) => {
                let what = if only.is_some() { &what } else { what.lines().last().unwrap_or("") };
                println!("{bug:?}: seed {seed} of {SEEDS}: {what}");
                most = most.max(seed);
            }
            None => missed.push(bug),
        }
    }
    assert!(missed.is_empty(), "not found within {SEEDS} days: {missed:?}");
    for seed in 1..=most {
        assert_eq!(day(seed, &line), Ok(()), "nothing was put into seed {seed}");
    }
    println!("nothing was found in {most} days without a fault");
}
