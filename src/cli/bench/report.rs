//! What `sambung bench sim` tells of the days.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration as Span;

use sha2::{Digest as _, Sha256};

use crate::simulation::centre::{Failure, Fault, QueueTotals, Settings, Shrunk, Totals};

/// How a day went.
pub(super) type Lived = Result<Totals, Box<Failure>>;

/// The most failures that are made smaller and shown; further ones are counted.
const SHOWN: usize = 5;

/// Shows what failed, each as small as it can be made. Says whether anything did.
pub(super) fn failures(
    days: &BTreeMap<u64, Lived>,
    shrink: impl Fn(Failure) -> Shrunk,
    flow: Option<&Path>,
) -> bool {
    let failed: Vec<&Failure> =
        days.values().filter_map(|day| day.as_ref().err().map(|f| &**f)).collect();
    for failure in failed.iter().take(SHOWN) {
        let Failure { seed, step, at, what, .. } = failure;
        eprintln!("seed {seed} fails at step {step}, {at} s: {what}\nlooking for a smaller day …");
        let shrunk = shrink((*failure).clone());
        eprintln!("{}", shrunk.failure);
        eprintln!("this is the smallest of {} days tried", shrunk.tries);
        eprintln!("repeat: {}\n", repeats(failure.seed, &shrunk.settings, flow));
    }
    if failed.len() > SHOWN {
        let seeds: Vec<_> =
            failed.iter().skip(SHOWN).map(|failure| failure.seed.to_string()).collect();
        eprintln!("{} more days fail: seeds {}\n", seeds.len(), seeds.join(", "));
    }
    !failed.is_empty()
}

/// The command that repeats a day.
fn repeats(seed: u64, settings: &Settings, flow: Option<&Path>) -> String {
    let hours = settings.span.as_secs().div_ceil(3_600);
    let mut command = format!(
        "sambung bench sim --first {seed} --seeds 1 --calls {} --agents {} --hours {hours}",
        settings.calls, settings.agents
    );
    if let Some(flow) = flow {
        command.push_str(&format!(" --flow {}", flow.display()));
    }
    let missing: Vec<_> = Fault::ALL
        .iter()
        .filter(|fault| !settings.faults.contains(fault))
        .map(|f| f.name())
        .collect();
    if missing.len() == Fault::ALL.len() {
        command.push_str(" --without all");
    } else if !missing.is_empty() {
        command.push_str(&format!(" --without {}", missing.join(",")));
    }
    if let Some(only) = &settings.only {
        command.push_str(&format!(" --only {}", ranges(only)));
    }
    command
}

/// Places as `3,7-9`.
fn ranges(places: &BTreeSet<u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &place in places {
        match runs.last_mut() {
            Some((_, high)) if *high + 1 == place => *high = place,
            _ => runs.push((place, place)),
        }
    }
    let run = |(low, high): &(u32, u32)| {
        if low == high { low.to_string() } else { format!("{low}-{high}") }
    };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}

/// Tells what the days came to, and what they cost.
#[expect(clippy::print_stdout, reason = "this is the result of the command")]
#[expect(clippy::cast_precision_loss, reason = "figures are printed to three digits")]
pub(super) fn totals(days: &BTreeMap<u64, Lived>, spent: Span, each: bool) {
    let mut sum = Totals::default();
    let mut all = Sha256::new();
    for (seed, totals) in days.iter().filter_map(|(seed, day)| Some((seed, day.as_ref().ok()?))) {
        all.update(totals.fingerprint.as_bytes());
        if each {
            println!("seed {seed}: {}", line(totals));
        }
        sum.offered += totals.offered;
        sum.steps += totals.steps;
        sum.lasted += totals.lasted;
    }
    let fingerprint = all.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    });
    let seconds = spent.as_secs_f64();
    let hours = sum.lasted.as_secs() as f64 / 3_600.0;
    let sound = days.values().filter(|day| day.is_ok()).count();
    println!(
        "{sound} of {} days are sound: {} calls, {hours:.1} virtual hours, {} steps",
        days.len(),
        sum.offered,
        sum.steps
    );
    println!(
        "{seconds:.2} CPU seconds, {:.0} steps per CPU second",
        sum.steps as f64 / seconds.max(1e-9)
    );
    println!("fingerprint {fingerprint}");
}

/// One day in one line.
fn line(totals: &Totals) -> String {
    let mut text = format!(
        "{} calls: {} answered, {} abandoned, {} self-served, {} other, {} refused; {} tickets, {} callbacks",
        totals.offered,
        totals.answered,
        totals.abandoned,
        totals.self_served,
        totals.other,
        totals.refused,
        totals.tickets,
        totals.callbacks
    );
    for (queue, of) in &totals.queues {
        let wait = of.waited.as_secs().checked_div(of.stood).unwrap_or(0);
        let QueueTotals { stood, answered, abandoned, .. } = of;
        text.push_str(&format!(
            "; {queue}: {stood} stood in line, {answered} answered, {abandoned} abandoned, {wait} s on average"
        ));
    }
    text.push_str(&format!("; {}", totals.fingerprint));
    text
}
