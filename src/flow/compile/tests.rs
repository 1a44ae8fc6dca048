//! Whole flows in, compiled nodes out.

use super::*;
use crate::call::{Digits, Item, Symbol};
use crate::flow::render::Format;
use crate::flow::{
    Bargein, CalendarOverride, EntryKind, Formula, Goto, Menu, NodeIndex, Piece, Place, Value, Verb,
};
use crate::time::Moment;

const HALO: &str = include_str!("../../../flows/halo.yaml");
const TOKO: &str = include_str!("../../../flows/toko.yaml");
const BANK: &str = include_str!("../../../flows/bank.yaml");

fn print(compiled: &Compiled) -> String {
    compiled.diagnostics.render_all(Format::Human { color: false })
}

/// The flow of a file without errors and warnings. What a whole flow should offer its callers is left to the flows
/// under `tests/planted`.
fn clean(text: &str) -> Arc<Flow> {
    let compiled = compile(&Sources::one("flows/t.yaml", text.as_bytes()), &Facts::default());
    let advice = |code: &str| ["N", "W02", "W03", "W04", "W07"].iter().any(|a| code.starts_with(a));
    let sound = compiled.diagnostics.list.iter().all(|finding| advice(finding.code()));
    assert!(sound, "{}", print(&compiled));
    compiled.flow().expect("no error").clone()
}

fn verb<'f>(flow: &'f Flow, name: &str) -> &'f Verb {
    let node = flow.nodes.iter().find(|node| node.id.as_str() == name);
    &node.unwrap_or_else(|| panic!("no node {name}")).verb
}

fn menu<'f>(flow: &'f Flow, name: &str) -> &'f Menu {
    match verb(flow, name) {
        Verb::Menu(menu) | Verb::Confirm(menu) => menu,
        other => panic!("{name} is a {}", other.name()),
    }
}

fn node_of(flow: &Flow, name: &str) -> Goto {
    let index = flow.nodes.iter().position(|node| node.id.as_str() == name).expect("exists");
    Goto::Node(NodeIndex(u32::try_from(index).expect("small")))
}

/// Sources of several files.
fn project(files: &[(&str, &str)]) -> Compiled {
    let mut sources = Sources::new();
    for (path, text) in files {
        if *path == "sambung.yaml" {
            sources.add_settings(path, text.as_bytes());
        } else {
            sources.add(path, text.as_bytes());
        }
    }
    compile(&sources, &Facts::default())
}

#[test]
fn the_shipped_flows_are_clean() {
    let halo = clean(HALO);
    assert_eq!(halo.id, FlowId::from("halo"));
    assert_eq!(menu(&halo, "menu").input.retry.no_input[0].id, PromptId::from("std/no_input"));
    assert_eq!(menu(&halo, "menu").input.failed, None, "the built-in apology");
    assert_eq!(halo.escape, None);

    let toko = clean(TOKO);
    assert_eq!(toko.nodes.len(), 35);
    assert_eq!(toko.escape, Some(node_of(&toko, "agent")));

    let bank = clean(BANK);
    assert_eq!(bank.subflows.len(), 2, "its own, and the shipped survey");
    let secret: Vec<&str> = bank
        .variables
        .iter()
        .filter(|(_, variable)| variable.class == crate::call::Class::Secret)
        .map(|(name, _)| &**name)
        .collect();
    assert_eq!(secret, ["token", "verify.pin", "verify.session"]);
}

#[test]
fn retries_and_timers_merge_with_the_defaults_key_by_key() {
    let toko = clean(TOKO);
    let Verb::Collect(survey) = verb(&toko, "survey") else { panic!("a collect") };
    assert_eq!(survey.input.retry.max, 1, "the node's own");
    assert_eq!(survey.input.retry.no_input[1].id, PromptId::from("silent_2"), "the default's");
    assert_eq!(survey.input.timeout, Duration::from_secs(5));
    assert_eq!(survey.input.failed, Some(node_of(&toko, "goodbye")));
    let entry = survey.entry;
    assert_eq!((entry.kind, entry.min_length, entry.max_length), (EntryKind::Int, 1, 1));
    assert_eq!((entry.min_value, entry.max_value), (Some(1), Some(5)));
    assert_eq!(entry.end, Some(Symbol::POUND));
}

#[test]
fn longer_entries_get_more_time_where_nothing_is_said() {
    let flow = clean(
        "sambung: 1\nflow: t\nlanguage: id\nstart: a\nvars: { n: { type: digits, class: personal } }\nnodes:\n  a:\n    collect: Masukkan nomor.\n    into: n\n    as: { type: digits, length: 6, check: mod10 }\n    erase: \"*\"\n    read_back: true\n    ok: b\n  b: { note: { n: =n }, next: c }\n  c: { hangup: [] }\n",
    );
    let Verb::Collect(collect) = verb(&flow, "a") else { panic!("a collect") };
    assert_eq!(collect.input.timeout, Duration::from_secs(10));
    assert_eq!(collect.input.between_digits, Duration::from_secs(5));
    assert_eq!((collect.entry.min_length, collect.entry.max_length), (6, 6));
    assert_eq!((collect.erase, collect.read_back), (Some(Symbol::STAR), true));
    assert_eq!(collect.class, crate::call::Class::Personal);
}

#[test]
fn a_node_replaces_or_switches_off_commands_by_their_keys() {
    let toko = clean(TOKO);
    let keys = |name: &str| -> Vec<String> {
        menu(&toko, name).input.commands.iter().map(|c| c.keys.to_string()).collect()
    };
    assert_eq!(keys("main"), ["0", "*", "#"]);
    assert_eq!(keys("closed_menu"), ["*", "#"], "nobody is there to answer");
    let command = &menu(&toko, "main").input.commands[0];
    assert_eq!(command.words[&Language::from("en")][2], ["human"]);
    assert_eq!(menu(&toko, "main").input.commands[1].goto, Goto::Back);
}

fn words(piece: &Piece) -> &Item {
    match piece {
        Piece::Words(item) => item,
        Piece::Slot(slot) => panic!("a slot: {}", slot.written),
    }
}

#[test]
fn choices_keep_their_order_set_what_they_say_and_know_their_words() {
    let toko = clean(TOKO);
    let choice = &menu(&toko, "choose_language").choices[1];
    assert_eq!((&*choice.name, choice.keys.clone()), ("2", Digits::parse("2")));
    assert_eq!(choice.set[0].place, Place::CallLanguage);
    assert_eq!(choice.set[0].value, Formula::Constant(Value::from("en")));
    assert_eq!(choice.words[&Language::from("id")][0], ["bahasa", "inggris"]);
    let prompt = &menu(&toko, "choose_language").input.prompts[0];
    let english = Language::from("en");
    let both: Vec<&str> = prompt.pieces(&english).map(|(_, piece)| &*words(piece).text).collect();
    assert_eq!(both, ["Untuk bahasa Indonesia, tekan 1.", "For English, press 2."]);
}

#[test]
fn a_confirm_is_a_menu_of_yes_and_no() {
    let flow = clean(
        "sambung: 1\nflow: t\nlanguages: [id, en]\nstart: a\nnodes:\n  a: { confirm: sure, yes: b, no: a, failed: b, bargein: words }\n  b: { hangup: bye }\nprompts:\n  sure: { id: \"Anda yakin? Tekan 1 atau 2.\", en: \"Are you sure? Press 1 or 2.\", bargein: false }\n  bye: { id: Sampai jumpa., en: Goodbye. }\n",
    );
    let confirm = menu(&flow, "a");
    let names: Vec<(&str, String)> = confirm
        .choices
        .iter()
        .map(|c| (&*c.name, c.keys.as_ref().expect("keys").to_string()))
        .collect();
    assert_eq!(names, [("yes", "1".to_owned()), ("no", "2".to_owned())]);
    assert_eq!(confirm.choices[0].words[&Language::from("id")][0], ["ya"]);
    assert_eq!(confirm.choices[1].goto, node_of(&flow, "a"));
    assert_eq!(confirm.input.bargein, Bargein::Match);
    assert_eq!(confirm.input.prompts[0].bargein, Some(Bargein::None), "the prompt's own wins");
}

#[test]
fn recordings_are_found_in_the_flows_folder_before_the_projects() {
    let text = "sambung: 1\nflow: t\nlanguage: id\nstart: a\nnodes:\n  a: { hangup: [own, shared, none, Kata kata saja.] }\nprompts: { own: Satu., shared: Dua., none: Tiga. }\n";
    let playable = AudioFact::Playable(Duration::from_secs(1));
    let sounds = ["id/t/own.wav", "id/own.wav", "id/shared.wav"];
    let audio = sounds.iter().map(|s| (SoundId::from(*s), playable.clone())).collect();
    let facts = Facts { audio: Some(audio), ..Facts::default() };
    let compiled = compile(&Sources::one("t.yaml", text.as_bytes()), &facts);
    let flow = compiled.flow().expect("no error");
    let Verb::Hangup(hangup) = verb(flow, "a") else { panic!("a hangup") };
    let sounds: Vec<Option<&str>> = hangup
        .prompts
        .iter()
        .map(|p| words(&p.pieces[&Language::from("id")][0]).sound.as_ref().map(SoundId::as_str))
        .collect();
    assert_eq!(sounds[..3], [Some("id/t/own.wav"), Some("id/shared.wav"), None]);
    let wanted: Vec<&str> = compiled.recordings.iter().map(|r| r.sound.as_str()).collect();
    assert_eq!(wanted[..3], ["id/t/own.wav", "id/shared.wav", "id/t/none.wav"]);
    assert!(wanted[3].starts_with("id/t/text-"), "{wanted:?}");
    assert_eq!(compiled.diagnostics.list[0].code(), "N0312");
}

#[test]
fn a_flow_is_made_of_the_parts_that_it_uses() {
    let compiled = project(&[
        (
            "flows/t.yaml",
            "sambung: 1\nflow: t\nlanguages: [id, en]\nstart: a\nuse: [prompts/*.yaml, parts/faq.yaml]\nnodes:\n  a: { answer: shop, ask: ask, done: b, unknown: b }\n  b: { queue: service, full: c, closed: c, unstaffed: c, too_long: c }\n  c: { hangup: bye }\n",
        ),
        (
            "flows/prompts/id.yaml",
            "language: id\nprompts: { ask: Silakan tanya., bye: Sampai jumpa. }\n",
        ),
        ("flows/prompts/en.yaml", "language: en\nprompts: { ask: Please ask., bye: Goodbye. }\n"),
        (
            "flows/parts/faq.yaml",
            "faq:\n  shop:\n    entries:\n      price: { key: 1, ask: { id: berapa harga, en: [how much] }, say: bye }\n",
        ),
        (
            "sambung.yaml",
            "sambung: 1\nsip: { anything: here }\nqueues: { service: { hours: day } }\n",
        ),
        (
            "flows/hours.yaml",
            "calendars: { day: { zone: Asia/Jakarta, open: { mon-sun: [\"22:00-06:00\"] } } }\n",
        ),
    ]);
    assert_eq!(compiled.diagnostics.count(Level::Error), 0, "{}", print(&compiled));
    let flow = compiled.flow().expect("no error");
    assert_eq!(flow.faqs[0].entries[0].ask[&Language::from("en")][0].as_ref(), "how much");
    assert_eq!(compiled.queues[0].hours.as_deref(), Some("day"));
    assert_eq!(compiled.calendars[0].weekly[6], [(1320, 360)]);
}

#[test]
fn holidays_come_from_lists_and_from_days_of_ones_own() {
    let hours = |holidays: &str| {
        let text = format!(
            "calendars: {{ day: {{ zone: Asia/Jakarta, open: {{ mon-fri: \"08:00-17:00\" }}, {holidays} }} }}\n"
        );
        let compiled = project(&[("hours.yaml", &text)]);
        assert_eq!(compiled.diagnostics.count(Level::Error), 0, "{}", print(&compiled));
        compiled.calendars.into_iter().next().expect("a calendar")
    };
    let date = |text: &str| Date::parse(text).expect(text);
    for written in ["holidays: indonesia", "holidays: [indonesia]", "holidays: { use: indonesia }"]
    {
        let calendar = hours(written);
        assert_eq!(calendar.holidays.len(), 35, "{written}");
        assert_eq!(&*calendar.holidays[&date("2026-08-17")], "Hari Kemerdekaan");
    }
    let own = hours(
        "holidays: { 2026-08-17: Merdeka, use: [indonesia], 12-24: Malam Natal }, override: { open: true, until: \"2026-03-04 18:00\", why: Lembur }",
    );
    assert_eq!(&*own.holidays[&date("2026-08-17")], "Merdeka", "the own name wins");
    assert_eq!(own.yearly_holidays.len(), 1);
    let until = Moment::parse("2026-03-04 18:00");
    assert_eq!(own.standing, Some(CalendarOverride { open: true, until }));
    let closed = hours("override: closed");
    assert_eq!(closed.standing, Some(CalendarOverride { open: false, until: None }));
}

#[test]
fn names_given_twice_in_a_project_are_shown_with_both_places() {
    let flow = "sambung: 1\nflow: t\nlanguage: id\nstart: a\nnodes: { a: { hangup: [] } }\nqueues: { service: {} }\n";
    let compiled = project(&[("a.yaml", flow), ("b.yaml", flow)]);
    let found: Vec<(&str, usize)> =
        compiled.diagnostics.list.iter().map(|d| (d.code(), d.labels.len())).collect();
    assert_eq!(found, [("E0002", 2), ("E0002", 2)]);
    assert_eq!(compiled.flows.len(), 1, "the first one still runs");
}

#[test]
fn one_broken_flow_does_not_keep_another_from_running() {
    let good = "sambung: 1\nflow: good\nlanguage: id\nstart: a\nnodes: { a: { hangup: [] } }\n";
    let bad = "sambung: 1\nflow: bad\nlanguage: id\nstart: b\nnodes: { a: { hangup: [] } }\n";
    let compiled = project(&[("bad.yaml", bad), ("good.yaml", good)]);
    assert_eq!(compiled.flow().map(|flow| flow.id.as_str()), Some("good"));
    assert_eq!(compiled.path_of(&FlowId::from("bad")), Some("bad.yaml"));
}

#[test]
fn the_hash_follows_the_content_and_not_the_place() {
    let moved = project(&[("elsewhere/halo.yaml", HALO)]);
    assert_eq!(moved.flow().expect("clean").hash, clean(HALO).hash);
    let changed = HALO.replace("Toko Maju", "Toko Jaya");
    assert_ne!(clean(&changed).hash, clean(HALO).hash);
    assert_eq!(clean(HALO).hash.as_str().len(), 16);
}

#[test]
fn a_warning_that_a_node_allows_is_not_told() {
    let text = "sambung: 1\nflow: t\nlanguage: id\nstart: a\nnodes:\n  a: { hangup: [] }\n  later: { hangup: [], allow: { W0201: \"for next week\" } }\n";
    clean(text);
}

#[test]
fn the_settings_say_how_calls_are_picked_up_where_a_flow_does_not() {
    let silent =
        "sambung: 1\nflow: a\nlanguage: en\nstart: bye\nnodes: { bye: { hangup: Bye now. } }\n";
    let own = silent.replace("flow: a", "flow: b\nanswer: { after: 3s }");
    let mut sources = Sources::one("flows/a.yaml", silent.as_bytes());
    sources.add("flows/b.yaml", own.as_bytes());
    sources.add_settings("sambung.yaml", b"sambung: 1\nanswer: { after: 250ms, early: true }\n");
    let compiled = compile(&sources, &Facts::default());
    let policies: Vec<_> = compiled.flows.iter().map(|flow| flow.answer).collect();
    let early = |after| crate::flow::AnswerPolicy { after, early: true };
    assert_eq!(policies, [early(Duration::from_millis(250)), early(Duration::from_secs(3))]);

    sources.add_settings("sambung.yaml", b"sambung: 1\nanswer: { after: 1, late: true }\n");
    let findings = compile(&sources, &Facts::default()).diagnostics.render_all(Format::Short);
    assert!(findings.starts_with("sambung.yaml:2:"), "{findings}");
    assert_eq!(findings.lines().count(), 2, "{findings}");
}

#[test]
fn each_type_of_entry_knows_its_keys_and_its_variable() {
    for (rules, variable, expected) in [
        ("type: digits, min: 6, max: 10", "digits", Some((6, 10))),
        ("type: account, length: 10, check: mod10", "digits", Some((10, 10))),
        ("type: phone", "phone", Some((7, 15))),
        ("type: phone, max: 5", "phone", Some((5, 5))),
        ("type: pin, length: 6", "pin", Some((6, 6))),
        ("type: pin", "pin", Some((4, 12))),
        ("type: date", "date", Some((8, 8))),
        ("type: time, end: none", "time", Some((4, 4))),
        ("type: yesno", "bool", Some((1, 1))),
        ("type: money(IDR), max: 5000000", "money(IDR)", Some((1, 7))),
        ("type: date, length: 6", "date", None),
        ("type: time, min: 3", "time", None),
        ("type: pin", "digits", None),
        ("type: date", "text", None),
        ("type: money(RP)", "money", None),
        ("type: rupiah", "money", None),
    ] {
        let text = format!(
            "sambung: 1\nflow: t\nlanguage: id\nstart: a\nvars: {{ v: {{ type: {variable} }} }}\n\
             nodes:\n  a: {{ collect: Silakan masukkan sekarang., into: v, as: {{ {rules} }}, \
             record_call: pause, ok: b, failed: b }}\n  b: {{ hangup: Sampai jumpa lagi. }}\n"
        );
        let compiled = compile(&Sources::one("t.yaml", text.as_bytes()), &Facts::default());
        let lengths = compiled.flow().map(|flow| match verb(flow, "a") {
            Verb::Collect(collect) => (collect.entry.min_length, collect.entry.max_length),
            other => panic!("{}", other.name()),
        });
        assert_eq!(lengths, expected, "{rules} into {variable}");
    }
}

#[test]
fn a_subflow_has_its_own_names_and_gives_values_back() {
    let flow = clean(
        "sambung: 1\nflow: t\nlanguage: id\nstart: ask\nvars: { found: { type: digits } }\n\
         commands: { \"0\": sorry }\nnodes:\n\
         \x20 ask: { call: number, with: { tries: 2 }, returns: { found: value }, ok: bye, failed: sorry }\n\
         \x20 sorry: { hangup: Sampai jumpa lagi. }\n\
         \x20 bye: { hangup: \"Nomor Anda {found}.\" }\n\
         subflows:\n  number:\n    params: { tries: { type: int } }\n    returns: { value: digits, left: int }\n\
         \x20   outcomes: [ok]\n    vars: { value: { type: digits } }\n    start: ask\n    nodes:\n\
         \x20     ask: { collect: Masukkan nomor Anda., into: value, as: { type: digits, max: 4 }, ok: done }\n\
         \x20     done: { return: ok, with: { value: =value, left: =tries - 1 } }\n",
    );
    let names: Vec<&str> = flow.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(names, ["ask", "sorry", "bye", "number.ask", "number.done"]);
    let variables: Vec<&str> = flow.variables.keys().map(AsRef::as_ref).collect();
    assert_eq!(variables, ["found", "number.tries", "number.value"]);
    let subflow = &flow.subflows[0];
    assert_eq!((subflow.variables.clone(), subflow.start), (1..3, NodeIndex(3)));
    let Verb::Collect(inner) = verb(&flow, "number.ask") else { panic!("a collect") };
    assert_eq!(inner.input.failed, Some(Goto::Failed), "its retries end the subflow");
    assert_eq!(inner.input.commands[0].goto, Goto::Node(NodeIndex(1)), "commands lead out of it");
    let Verb::Hangup(bye) = verb(&flow, "bye") else { panic!("a hangup") };
    let [Piece::Words(_), Piece::Slot(slot)] = &bye.prompts[0].pieces[&Language::from("id")][..]
    else {
        panic!("words and a slot")
    };
    assert_eq!((slot.form, &*slot.tail), (crate::call::SayAs::Digits, "."));
}

#[test]
fn a_shipped_subflow_is_part_of_the_flows_that_call_it() {
    let flow = |node: &str| {
        let yaml = format!(
            "sambung: 1\nflow: shop\nlanguage: id\nstart: rate\nnodes:\n  rate: {node}\n  bye: {{ hangup: std/goodbye }}\n"
        );
        compile(&Sources::one("shop.yaml", yaml.as_bytes()), &Facts::default())
    };
    let compiled = flow("{ call: std/csat, done: bye, failed: bye }");
    let shop = compiled.flow().expect("no fault");
    let asks: Vec<_> =
        shop.surveys.iter().map(|(i, name)| (shop.node(*i).id.clone(), *name)).collect();
    assert_eq!(asks, [(NodeId::from("std/csat.ask"), "csat")]);
    let compiled = flow("{ say: std/goodbye, next: bye }");
    assert!(compiled.flow().expect("no fault").subflows.is_empty(), "only where it is called");
    for (node, message) in [
        ("{ call: std/cast, done: bye, failed: bye }", "call: std/csat"),
        ("{ say: std/godbye, next: bye }", "say: std/goodbye"),
    ] {
        let found = print(&flow(node));
        assert!(found.contains(message), "{found}");
    }
}
