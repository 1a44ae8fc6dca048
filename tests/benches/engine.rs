//! What an engine step costs: whole calls of the shop line, event by event, without any adapter.
//!
//! `cargo bench --bench engine [-- CALLS]`. The telephones are on paper; what they cost is in the figure too.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures are printed to three digits")]

use std::time::Duration as Span;

use sambung::assemble;
use sambung::call::{Digits, HangupCause, Target};
use sambung::engine::{Agent, Pattern, Route, Routes, Settings};
use sambung::flow::{Facts, Sources, compile};
use sambung::queue::AgentSettings;
use sambung::simulation::{Heard, Rehearsal};
use sambung::time::{Duration, Wall};

/// 2026-03-04 10:00 in Jakarta: the shop is open.
const MORNING: Wall = Wall::from_unix_micros(1_772_593_200_000_000);

fn main() {
    let calls =
        std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(2_000_u64);
    let mut rehearsal = Rehearsal::new(settings(), 1, MORNING, Rehearsal::by_text());
    rehearsal.register("201", true);
    let (mut steps, mut records) = (0_u64, 0_u64);
    let began = cpu_time();
    for n in 0..calls {
        let leg = rehearsal.call("100", None);
        rehearsal.run_to_silence(leg);
        for keys in ["1", "1", "3", "2"] {
            rehearsal.press(leg, &Digits::parse(keys).expect("keys"));
            rehearsal.run_for(Duration::from_secs(3));
        }
        if n % 4 == 0 {
            rehearsal.run_for(Duration::from_secs(40));
        }
        rehearsal.hang_up(leg, HangupCause::Normal);
        while let Some(heard) = rehearsal.poll_heard() {
            match heard {
                Heard::Report(..) | Heard::Command(..) => steps += 1,
                Heard::Record(_) => records += 1,
                Heard::Notice(..) | Heard::Request(..) | Heard::Journal(_) | Heard::Fact(..) => {}
            }
        }
    }
    let spent = cpu_time() - began;
    assert_eq!(records, calls, "one record per call");
    let per = |count: u64| spent.as_secs_f64() * 1e6 / count as f64;
    println!("{calls} calls, {steps} events and commands in {:.3} CPU s", spent.as_secs_f64());
    println!("{:.2} µs per event or command, {:.1} µs per call", per(steps), per(calls));
}

/// The CPU time of this thread.
fn cpu_time() -> Span {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).expect("time runs forward");
    Span::from_secs(seconds)
        + Span::from_nanos(u64::try_from(time.tv_nsec).expect("below a second"))
}

fn settings() -> Settings {
    let yaml = include_bytes!("../../flows/toko.yaml");
    let compiled = compile(&Sources::one("toko.yaml", yaml), &Facts::default());
    let mut settings = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
        .expect("the shop's hours make sense");
    let flow = compiled.flow().expect("the shop's flow").id.clone();
    settings.adapters = vec!["paper".into()];
    settings.routes = Routes::new(vec![Route::new(Pattern::Default, flow)]);
    let queues = settings.queues.queues.keys().cloned().collect();
    settings
        .queues
        .agents
        .insert("sari".into(), AgentSettings { queues, ..AgentSettings::default() });
    settings.agents.insert(
        "sari".into(),
        Agent { target: Target::User("201".into()), accept: None, adapter: None },
    );
    settings
}
