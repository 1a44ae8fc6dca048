//! What reading and checking a large flow costs: 5,000 nodes, about a megabyte of YAML.
//!
//! `cargo bench --bench loader [-- ROUNDS]`. CPU time of the best round in a release build; the same text through another YAML library,
//! as plain values, says how fast the machine is.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fmt::Write as _;
use std::time::Duration as Span;

use sambung::flow::{Facts, Sources, compile, read_yaml};
use serde::de::IgnoredAny;
use serde_yaml::Value;

/// Nodes of the flow.
const NODES: usize = 5_000;
/// What reading may cost, and the whole check, in seconds of CPU.
const TARGETS: [f64; 2] = [0.1, 0.25];

fn main() {
    let rounds =
        std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(10_usize);
    let text = flow();
    println!("{NODES} nodes, {} kB, {} lines", text.len() / 1_000, text.lines().count());
    let other = best(rounds, || other(&text));
    let load = best(rounds, || {
        let (value, _) = read_yaml::<IgnoredAny>("large.yaml", text.as_bytes());
        assert!(value.is_some(), "the flow is YAML");
    });
    let sources = Sources::one("large.yaml", text.as_bytes());
    let check = best(rounds, || {
        let compiled = compile(&sources, &Facts::default());
        assert!(!compiled.diagnostics.has_errors(), "the flow is right");
        assert_eq!(compiled.flow().expect("a flow").nodes.len(), NODES);
    });
    println!("another library   {:7.1} ms", millis(other));
    for (what, spent, target) in [("load", load, TARGETS[0]), ("load and check", check, TARGETS[1])]
    {
        let ratio = spent.as_secs_f64() / other.as_secs_f64();
        let verdict = if spent.as_secs_f64() < target { "within" } else { "over" };
        println!(
            "{what:<17} {:7.1} ms, {ratio:.2} times that; {verdict} the target of {:.0} ms",
            millis(spent),
            target * 1e3
        );
    }
}

fn millis(span: Span) -> f64 {
    span.as_secs_f64() * 1e3
}

/// The least CPU time of so many rounds.
fn best(rounds: usize, mut work: impl FnMut()) -> Span {
    let spent = (0..rounds.max(1)).map(|_| {
        let began = cpu_time();
        work();
        cpu_time() - began
    });
    spent.min().unwrap_or_default()
}

/// The CPU time of this thread.
fn cpu_time() -> Span {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).expect("time runs forward");
    Span::from_secs(seconds)
        + Span::from_nanos(u64::try_from(time.tv_nsec).expect("below a second"))
}

#[expect(clippy::disallowed_methods, reason = "the other library is what we are measured against")]
fn other(text: &str) {
    let value: Value = serde_yaml::from_str(text).expect("YAML to both");
    assert!(value.is_mapping(), "a flow");
}

/// A flow of menus that lead to questions, words, branches and a queue, every prompt in two languages.
fn flow() -> String {
    let mut text = String::from(
        "sambung: 1\nflow: large\nlanguages: [id, en]\nstart: menu_0\n\
         vars:\n  order: { type: digits }\n  score: { type: int }\n  topic: { type: text }\n\
         commands:\n  \"0\": person\n  \"9\": repeat\n\
         defaults:\n  timeout: 6s\n  retry: { noinput: [again], nomatch: [wrong], max: 3 }\n  failed: person\n\
         queues:\n  service: { max_calls: 30, wrap_up: 30s }\nnodes:\n\
         \x20 person:\n    queue: service\n    full: bye\n    closed: bye\n    unstaffed: bye\n    too_long: bye\n\
         \x20 bye:\n    hangup: goodbye\n",
    );
    let mut prompts = String::from(
        "prompts:\n\
         \x20 again: { id: Kami belum mendengar pilihan Anda., en: We have not heard you. }\n\
         \x20 wrong: { id: Pilihan itu tidak ada., en: There is no such choice. }\n\
         \x20 goodbye: { id: Terima kasih dan sampai jumpa., en: Thank you and goodbye. }\n",
    );
    let groups = (NODES - 2) / 5;
    for n in 0..groups {
        group(&mut text, &mut prompts, n, (n + 1) % groups);
    }
    for n in 0..NODES - 2 - groups * 5 {
        let next = if n == 0 { "menu_0".to_owned() } else { format!("extra_{}", n - 1) };
        writeln!(text, "  extra_{n}:\n    say: again\n    next: {next}").expect("text");
    }
    // What is left over is reached from nowhere; that is a warning and no error.
    text + &prompts
}

/// Five nodes: a menu, a question, a branch, an assignment, some words.
fn group(text: &mut String, prompts: &mut String, n: usize, next: usize) {
    write!(
        text,
        "  menu_{n}:
    menu: menu_{n}
    choices:
      1: {{ goto: ask_{n}, words: {{ id: [pesanan {n}], en: [order {n}] }} }}
      2: {{ goto: tell_{n}, words: {{ id: [jam buka {n}], en: [opening hours {n}] }} }}
      3: {{ goto: menu_{next}, words: {{ id: [lainnya {n}], en: [more {n}] }} }}
    failed: person
  ask_{n}:
    collect: ask_{n}
    into: order
    as: {{ type: digits, min: 4, max: 12 }}
    ok: weigh_{n}
    failed: person
  weigh_{n}:
    branch:
      - {{ when: \"length(order) > 8 and starts_with(order, '08')\", goto: mark_{n} }}
      - {{ when: \"order == '{n:04}' or order in ['1111', '2222']\", goto: person }}
    else: tell_{n}
  mark_{n}:
    set: {{ score: {n}, topic: group_{n} }}
    next: tell_{n}
  tell_{n}:
    say: tell_{n}
    next: menu_{next}
"
    )
    .expect("text takes text");
    write!(
        prompts,
        "  menu_{n}:
    id: \"Untuk pesanan {n}, tekan 1. Untuk jam buka, tekan 2. Untuk lainnya, tekan 3.\"
    en: \"For order {n}, press 1. For opening hours, press 2. For more, press 3.\"
  ask_{n}: {{ id: \"Masukkan nomor pesanan {n}.\", en: \"Enter order number {n}.\" }}
  tell_{n}: {{ id: \"Kelompok {n} buka setiap hari.\", en: \"Group {n} is open every day.\" }}
"
    )
    .expect("text takes text");
}
