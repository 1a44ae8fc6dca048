//! A line with every verb, changed in one place at a time: each row says what must be told, and nothing else may be.

use super::*;
use crate::call::{CallJournal, JournalEntry, JournalEvent, JournalPrompt};
use crate::flow::compile::{Facts, compile};
use crate::flow::diagnostic::Level;
use crate::flow::source::Sources;
use crate::time::{Duration, Wall};

const LINE: &str = include_str!("tests/line.yaml");

fn compiled(text: &str) -> Compiled {
    let compiled = compile(&Sources::one("line.yaml", text.as_bytes()), &Facts::default());
    let errors = compiled.diagnostics.list.iter().filter(|d| d.level() == Level::Error);
    let errors: Vec<&str> = errors.map(|error| &*error.message).collect();
    assert_eq!(errors, Vec::<&str>::new(), "{text}");
    compiled
}

/// The line with each first text replaced by the second one, everywhere.
fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = LINE.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "the line has no `{from}`");
        text = text.replace(from, to);
    }
    text
}

fn changes(old: &str, new: &str) -> Vec<Change> {
    let (old, new) = (compiled(old), compiled(new));
    compare(
        Version { compiled: &old, flow: old.flow().map(|flow| &**flow) },
        Version { compiled: &new, flow: new.flow().map(|flow| &**flow) },
    )
}

/// `keys: In main, …` for each change, details after a bar.
fn told(changes: &[Change]) -> Vec<String> {
    let line = |change: &Change| {
        let details: String = change.details.iter().map(|line| format!(" | {line}")).collect();
        format!("{}: {}{details}", change.group.name(), change.said())
    };
    changes.iter().map(line).collect()
}

/// What is told of each row: its name, and a text that is replaced in one place.
fn table(rows: &[(&str, &str, &str)]) -> String {
    rows.iter().map(|(name, from, to)| row(name, &[(from, to)])).collect()
}

/// What is told of a line with some edits, which must be something.
fn row(name: &str, edits: &[(&str, &str)]) -> String {
    for (from, _) in edits {
        assert_eq!(LINE.matches(from).count(), 1, "{name}: `{from}` is to stand in the line once");
    }
    let lines = told(&changes(LINE, &edited(edits)));
    assert!(!lines.is_empty(), "{name} is not told");
    format!("{name}\n  {}\n", lines.join("\n  "))
}

#[test]
fn the_same_line_has_no_change() {
    assert_eq!(told(&changes(LINE, LINE)), Vec::<String>::new());
}

#[test]
fn what_no_caller_notices_is_told_apart() {
    for (edits, expected) in [
        // Comments and order.
        (
            &[
                ("  welcome: { say: welcome, next: opening }\n", ""),
                ("nodes:\n  opening", "nodes: # the first hours\n  opening"),
                (
                    "  bye: { hangup: bye }\n",
                    "  bye: { hangup: bye }\n  welcome: { say: welcome, next: opening }\n",
                ),
            ][..],
            &[][..],
        ),
        (
            &[("\n  sent: { say", "\n  on_way: { say"), ("goto: sent }", "goto: on_way }")],
            &["unnoticed: `sent` is now named `on_way`"],
        ),
        (
            &[("check: {", "rating: {"), ("next: check", "next: rating")],
            &["unnoticed: `check` is now named `rating`"],
        ),
        // A variable by another name.
        (
            &[
                ("ticket: { type", "report: { type"),
                ("into: ticket", "into: report"),
                ("{ticket:", "{report:"),
            ],
            &[],
        ),
        (
            &[("about: =topic", "about: =good")],
            &["unnoticed: In `noted`, the note `about` was `topic`, now `good`"],
        ),
        (
            &[("tell: [topic, number]", "tell: [topic]")],
            &["unnoticed: In `person`, what agents are shown as `number` was `number`, now none"],
        ),
        (
            &[("say: sent,", "say: is_sent,"), ("  sent: { id", "  is_sent: { id")],
            &["unnoticed: In `sent`, what is said is the prompt `is_sent` now, of the same words"],
        ),
        (
            &[("flow: line", "flow: shop_line")],
            &["unnoticed: The flow is now named `shop_line`, before `line`"],
        ),
        (
            &[("keep: { ticket: complaint", "keep: { ticket: praise")],
            &["unnoticed: In `keep`, the kind of ticket was `complaint`, now `praise`"],
        ),
    ] {
        let found = changes(LINE, &edited(edits));
        assert_eq!(told(&found), expected, "{edits:?}");
        assert!(!found.iter().any(Change::is_noticed), "{edits:?}");
    }
}

#[test]
fn keys_and_words() {
    let main = "      3: { goto: leave, set: { topic: complaint } }\n";
    let say = |key: &str| (format!("tekan {key}. Untuk pesan,"), format!("press {key}. For a m"));
    let ((id, en), (new_id, new_en)) = (say("2"), say("4"));
    let mut text = row(
        "a key moves",
        &[("      2: { goto: enter,", "      4: { goto: enter,"), (&id, &new_id), (&en, &new_en)],
    );
    text += &row(
        "a key is gone",
        &[(main, ""), (" Untuk pesan, tekan 3.", ""), (" For a message, press 3.", "")],
    );
    text += &table(&[
        ("a key leads elsewhere", "2: { goto: enter,", "2: { goto: leave,"),
        ("two keys change places", between("      1: { goto: ask", main), &swapped()),
        ("a key is new", main, &format!("{main}      4: bye\n")),
        ("a key sets something else", "set: { topic: complaint }", "set: { topic: other }"),
        ("words are new", "id: [tanya], en", "id: [tanya, harga], en"),
        ("words are gone and new", ", en: [order] }", ", en: [purchase] }"),
        ("a command leads elsewhere", "\"0\": { goto: person,", "\"0\": { goto: bye,"),
        ("a command is another", "  \"*\": back\n", "  \"#\": repeat\n"),
        ("words of a command", "id: [petugas]", "id: [orang]"),
        ("yes leads elsewhere", "yes: enter", "yes: main"),
        ("the key of an answer", "key: 2, ask", "key: 3, ask"),
        ("the wording of a question", "id: [jam buka]", "id: [jam tutup]"),
    ]);
    insta::assert_snapshot!(text);
}

/// The part of the line from one text up to another.
fn between(from: &str, to: &str) -> &'static str {
    let (_, after) = LINE.split_once(from).expect("the line has it");
    let (part, _) = after.split_once(to).expect("the line has it");
    let start = LINE.find(from).expect("the line has it");
    LINE.get(start..start + from.len() + part.len()).expect("whole characters")
}

/// The first two choices of the menu with their keys the other way round.
fn swapped() -> String {
    let choices = between("      1: { goto: ask", "      3: { goto: leave");
    choices.replace("1: {", "X: {").replace("2: {", "1: {").replace("X: {", "2: {")
}

#[test]
fn ways_and_steps() {
    let text = table(&[
        ("the way on", "say: sent, next: check", "say: sent, next: bye"),
        (
            "a step between",
            "say: sent, next: check }",
            "say: sent, next: ad }\n  ad: { say: waiting, next: check }",
        ),
        ("an answer", "    ok: find\n", "    ok: person\n"),
        ("no answer", "    unknown: person\n", "    unknown: bye\n"),
        ("the default of `failed`", "  failed: person\nlimits", "  failed: bye\nlimits"),
        ("hours", "closed: shut,", "closed: main,"),
        ("a holiday", "holiday: shut }", "holiday: bye }"),
        ("a service without", "not_found: sure", "not_found: person"),
        ("a condition leads elsewhere", "== \"sent\"', goto: sent", "== \"sent\"', goto: paid"),
        ("a condition is another", "order.status == \"sent\"", "order.status == \"gone\""),
        (
            "conditions in another order",
            between("      - { when: 'order.status ==", "    else: person\n  sent"),
            &reversed(),
        ),
        ("no condition", "    else: person\n  sent", "    else: sure\n  sent"),
        ("an outcome of a subflow", "done: noted, bad", "done: bye, bad"),
        (
            "the end of a subflow",
            "fine: { return: done, with: { good: true } }",
            "fine: { return: bad, with: { good: true } }",
        ),
        ("an empty message", "empty: bye", "empty: person"),
        ("a message whose sender hung up", ", hung_up: keep", ""),
        ("a ticket that is not kept", "ok: kept, failed: bye", "ok: kept, failed: person"),
        ("waiting too long", "too_long: outside", "too_long: wish"),
        ("the end of a talk", "    done: bye\n    too_long", "    too_long"),
        ("a busy number", "busy: bye", "busy: wish"),
        ("another verb", "kept: { say: kept, next: bye }", "kept: { hangup: kept }"),
        ("the start", "start: welcome", "start: opening"),
    ]);
    insta::assert_snapshot!(text);
}

/// The conditions of `tell` the other way round.
fn reversed() -> String {
    let conditions = between("      - { when: 'order.status ==", "    else: person\n  sent");
    let lines: Vec<&str> = conditions.lines().rev().collect();
    format!("{}\n", lines.join("\n"))
}

#[test]
fn what_is_heard() {
    let text = table(&[
        (
            "words of one language",
            "Untuk pesanan, tekan 2. Untuk pesan",
            "Untuk melihat pesanan, tekan 2. Untuk pesan",
        ),
        ("words of a value", "{number:digits} sudah", "{number:phone} sudah"),
        ("an answer", "Semua harga", "Harga"),
        ("words after silence", "belum mendengar", "tidak mendengar"),
        ("another prompt", "say: paid,", "say: sent,"),
        ("one prompt more", "say: paid,", "say: [paid, moment],"),
        ("words without a name", "say: paid,", "say: { text: \"Pesanan sedang kami siapkan.\" },"),
        ("words while waiting", "    wait: moment\n", ""),
        (
            "another language too",
            "welcome: { id: \"Selamat datang.\",",
            "welcome: { play: [id, en], id: \"Selamat datang.\",",
        ),
        ("another first language", "languages: [id, en]", "languages: [en, id]"),
        (
            "an answer less",
            "      hours: { key: 2, ask: { id: [jam buka], en: [opening hours] }, say: hours }\n",
            "",
        ),
        (
            "an answer more",
            "      hours: {",
            "      way: { key: 3, ask: { id: [alamat], en: [address] }, say: hours }\n      hours: {",
        ),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn answers_and_patience() {
    let text = table(&[
        ("shortest entry", "min: 6, max: 10", "min: 8, max: 10"),
        ("longest entry", "min: 6, max: 10", "min: 6, max: 12"),
        ("end key", "max: 10, end: \"#\"", "max: 10, end: \"*\""),
        ("largest value", "min: 1, max: 5", "min: 1, max: 4"),
        (
            "type and check",
            "as: { type: digits, min: 6, max: 10, end: \"#\" }",
            "as: { type: account, length: 10, check: mod10 }",
        ),
        ("reading back", "    ok: find\n", "    read_back: true\n    ok: find\n"),
        ("where a message is kept", "into: message, max", "into: other, max"),
        ("time to answer", "  timeout: 5s\n", "  timeout: 8s\n"),
        ("time between keys", "  timeout: 5s\n", "  timeout: 5s\n  between_digits: 3s\n"),
        ("interrupting", "  timeout: 5s\n", "  timeout: 5s\n  bargein: words\n"),
        ("interrupting what is said", "say: welcome, next", "say: welcome, bargein: false, next"),
        ("interrupting a prompt", "shut: { id:", "shut: { bargein: false, id:"),
        ("misses", "nomatch: [wrong], max: 3", "nomatch: [wrong], max: 2"),
        ("words after a miss", "noinput: [silent],", "noinput: [silent, wrong],"),
        ("how sure", "confidence: 0.5", "confidence: 0.7"),
        ("how many answers", "    max: 3\n", "    max: 5\n"),
        ("a message", "max: 2m, silence: 4s", "max: 1m, silence: 3s"),
        ("time in the flow", "call: 15m", "call: 10m"),
        ("visits", "visits: 12", "visits: 8"),
        ("errors and menus", "visits: 12", "visits: 12, errors: 4, menus: 2m"),
        ("pick-up", "after: 1s", "after: 3s, early: true"),
        ("a value at the start", "start: general", "start: none"),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn hours_people_and_services() {
    let text = table(&[
        ("working days", "mon-fri: [\"08:00-17:00\"]", "mon-fri: [\"08:00-18:00\"]"),
        ("one day closed", ", sat: [\"08:00-13:00\"]", ""),
        ("a holiday", "12-25: Natal", "12-25: Natal, 12-24: Malam Natal"),
        ("a holiday less", ", holidays: { 12-25: Natal }", ""),
        (
            "a single date",
            "holidays: {",
            "exceptions: { 2026-12-31: [\"08:00-12:00\"] }, holidays: {",
        ),
        ("the zone", "Asia/Jakarta", "Asia/Makassar"),
        ("an order to close", "shop: { zone", "shop: { override: closed, zone"),
        ("longest wait", "max_wait: 8m", "max_wait: 5m"),
        ("priority", "topic == \"order\", 2, 5", "topic == \"order\", 1, 5"),
        ("skills", "{ language: =call.language }", "{ language: =call.language, topic: =topic }"),
        ("announcements", "every: { 45s: waiting }", "every: { 60s: waiting }"),
        (
            "a call back offered",
            "    max_wait: 8m",
            "    offer_callback: { after: 90s, say: waiting, key: 1 }\n    called_back: bye\n    max_wait: 8m",
        ),
        ("room in the queue", "max_calls: 30", "max_calls: 10"),
        ("ringing agents", "ring: { timeout: 20s }", "ring: { timeout: 15s }"),
        ("after calls", "wrap_up: 30s", "wrap_up: 1m"),
        ("the hours of the queue", "help: { hours: shop, ", "help: { "),
        ("another number", "\"+62215550100\"", "\"+62215550199\""),
        ("ringing there", "ring: 20s", "ring: 40s"),
        ("time for a service", "    timeout: 3s\n", "    timeout: 2s\n"),
        ("tries", "    wait: moment\n", "    wait: moment\n    tries: 1\n"),
        ("the request", "\"/orders/{id}\"", "\"/v2/orders/{id}\""),
        ("the reply", "{ status: text, total: money(IDR) }", "{ status: text, total: money(USD) }"),
        ("the address", "shop.example.org", "orders.example.org"),
        (
            "what is sent",
            "with: { id: =number }",
            "with: { id: '=if(topic == \"order\", number, number)' }",
        ),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn a_renamed_and_edited_node_is_one_change() {
    let new = edited(&[
        ("2: { goto: enter,", "2: { goto: order_number,"),
        ("  enter:\n    collect", "  order_number:\n    collect"),
        ("yes: enter", "yes: order_number"),
        ("min: 6, max: 10", "min: 6, max: 8"),
    ]);
    assert_eq!(
        told(&changes(LINE, &new)),
        [
            "entries: In `order_number`, the length of the longest answer was 10, now 8",
            "unnoticed: `enter` is now named `order_number`",
        ]
    );
}

#[test]
fn a_language_comes_and_another_goes() {
    let speaking = |first: &str, second: &str| {
        format!(
            "sambung: 1\nflow: f\nlanguages: [{first}, {second}]\nstart: a\nnodes: {{ a: {{ hangup: bye }} }}\n\
             prompts: {{ bye: {{ {first}: \"Sampai nanti.\", {second}: \"See you.\" }} }}\n"
        )
    };
    assert_eq!(
        told(&changes(&speaking("id", "en"), &speaking("id", "ms"))),
        ["beginning: The language `en` is gone", "beginning: The language `ms` is new"]
    );
}

#[test]
fn flows_of_folders_are_compared_by_name() {
    let both = |second: &str| {
        let mut sources = Sources::one("line.yaml", LINE.as_bytes());
        let hello = format!(
            "sambung: 1\nflow: {second}\nlanguage: en\nstart: a\nnodes: {{ a: {{ hangup: \"Bye now.\" }} }}\n"
        );
        sources.add("other.yaml", hello.as_bytes());
        compile(&sources, &Facts::default())
    };
    let (old, new) = (both("hello"), both("hi"));
    let all = |compiled| Version { compiled, flow: None };
    let expected = [
        "beginning: The flow `hello` is gone: callers no longer reach it",
        "beginning: The flow `hi` is new",
    ];
    assert_eq!(told(&compare(all(&old), all(&new))), expected);
    assert_eq!(told(&compare(all(&old), all(&old))), Vec::<String>::new());
}

/// A journal of a call that did these things.
fn journal(events: &[JournalEvent]) -> CallJournal {
    let entry = |event: &JournalEvent| JournalEntry { at: Duration::ZERO, event: event.clone() };
    CallJournal {
        v: 1,
        call: crate::call::CallId::new(0, 0),
        flow: "line".into(),
        flow_hash: "0".into(),
        called: "100".into(),
        caller: None,
        named: false,
        asserted: false,
        trunk: None,
        diverted_from: None,
        dtmf: true,
        adapter: "test".into(),
        started: Wall::from_unix_micros(0),
        events: events.iter().map(entry).collect(),
        left_out: 0,
    }
}

#[test]
fn calls_are_touched_by_what_they_did() {
    let entered = |node: &str| JournalEvent::Entered { node: node.into() };
    let left = |node: &str, outcome: &str| JournalEvent::Left {
        node: node.into(),
        outcome: outcome.into(),
    };
    let asked = |node: &str| JournalEvent::Asked { node: node.into() };
    let key = |key| JournalEvent::Key { key: crate::call::Symbol::from_char(key).expect("a key") };
    let heard = |language: &str, prompt: &str| JournalEvent::Heard {
        prompts: vec![JournalPrompt { language: language.into(), prompt: prompt.into() }],
    };
    let call = journal(&[
        entered("main"),
        asked("main"),
        heard("id", "main_menu"),
        key('9'),
        asked("main"),
        key('2'),
        left("main", "2"),
        entered("enter"),
        asked("enter"),
        key('0'),
        left("enter", "command"),
        entered("person"),
    ]);
    let course = Course::of(&call);
    for (from, to, touched) in [
        ("2: { goto: enter,", "2: { goto: leave,", true),
        ("1: { goto: ask,", "1: { goto: leave,", false),
        ("      3: { goto", "      4: bye\n      3: { goto", true),
        ("\"0\": { goto: person,", "\"0\": { goto: wish,", true),
        ("  \"*\": back", "  \"*\": bye", false),
        ("min: 6, max: 10", "min: 6, max: 12", true),
        ("max: 2m, silence", "max: 1m, silence", false),
        ("Untuk pesanan, tekan 2", "Untuk pesanan Anda, tekan 2", true),
        ("For orders, press 2", "For your orders, press 2", false),
        ("max_calls: 30", "max_calls: 9", true),
        ("Asia/Jakarta", "Asia/Makassar", true),
        ("timeout: 3s", "timeout: 2s", false),
        ("start: welcome", "start: opening", true),
    ] {
        let found = changes(LINE, &edited(&[(from, to)]));
        assert!(!found.is_empty(), "`{from}`");
        let any = found.iter().any(|change| course.is_touched(change));
        assert_eq!(any, touched, "`{from}` became `{to}`: {:?}", told(&found));
    }
    let other = CallJournal { flow: "other".into(), ..call };
    let found = changes(LINE, &edited(&[("start: welcome", "start: opening")]));
    assert!(!found.iter().any(|change| Course::of(&other).is_touched(change)));
}
