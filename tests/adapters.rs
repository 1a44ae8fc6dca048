//! The conformance kit as its users run it: a toy adapter passes, and each fault that it can be given is found by the
//! scenario that is about it.

use std::process::{Command, Output};

/// The toy adapter.
const TOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/adapters/toy.py");

/// Faults, the scenario that finds each, and whether a connection must break for that.
const FAULTS: &[(&str, &str, bool)] = &[
    ("contract", "hello", false),
    ("never_greets", "hello", false),
    ("no_heartbeat", "heartbeat", false),
    ("never_acks", "acknowledge", false),
    ("never_answers", "unknown-command", false),
    ("accepts_all", "unknown-command", false),
    ("answers_twice", "answer", false),
    ("takes_again", "seen-before", false),
    ("dies_of_junk", "junk", false),
    ("dies_of_oversize", "oversize", false),
    ("no_time", "offer", false),
    ("seq_gap", "answer", false),
    ("crashes", "answer", false),
    ("no_seq", "keys", false),
    ("oversize", "keys", false),
    ("never_ends", "hangup-answered", false),
    ("ends_twice", "hangup-answered", false),
    ("hangup_once", "hangup-twice", false),
    ("plays_outlive", "hangup-playing", false),
    ("speaks_after_end", "caller-leaves-ringing", false),
    ("play_ends_twice", "play-again", false),
    ("play_never_ends", "play-again", false),
    ("no_queue", "play-queue", false),
    ("ignores_stop", "stop-queued", false),
    ("stop_once", "stop-twice", false),
    ("music_ends", "music", false),
    ("ignores_stop_on", "stop-on-queue", false),
    ("leaks_keys", "mask", false),
    ("hears_itself", "send-digits", false),
    ("deaf", "listen", false),
    ("listens_for_ever", "unlisten", false),
    ("record_never_ends", "record-key", false),
    ("rings_for_ever", "dial-deadline", false),
    ("same_audio", "two-calls", true),
    ("short_frames", "audio", true),
    ("frames_run_back", "audio", true),
    ("bursts", "audio", true),
    ("dies_of_noise", "audio-noise", true),
    ("offers_while_draining", "drain", false),
    ("forgets_calls", "reconnect", true),
    ("never_returns", "reconnect", true),
    ("never_resends", "resend", true),
];

/// Scenarios about samples.
const AUDIO: &[&str] = &["audio", "audio-noise"];

/// Faults that are looked for at a time.
const AT_ONCE: usize = 4;

/// Runs a check of the toy adapter.
fn check(options: &[&str], toy: &[&str]) -> (Option<i32>, String) {
    let mut command = sambung(&["adapter", "check"]);
    command.args(options).args(["--", "python3", TOY]).args(toy);
    told(&command.output().expect("the program runs"))
}

fn sambung(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sambung"));
    command.args(arguments).env("NO_COLOR", "1");
    command
}

fn told(output: &Output) -> (Option<i32>, String) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), text + &String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_toy_adapter_keeps_the_contract() {
    let (code, told) = check(&[], &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains(" 0 failed, 3 not run"),
        "`resend` needs a connection, two `pcm`: {told}"
    );
}

#[test]
fn it_keeps_the_contract_when_its_connection_breaks() {
    for only in ["reconnect", "resend"] {
        let (code, told) = check(&["--only", only], &["--socket", "{socket}"]);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.starts_with("passed"), "{told}");
    }
}

#[test]
fn it_keeps_the_contract_by_websocket() {
    let (code, told) = check(&[], &["--websocket", "{websocket}"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(" 0 failed, 3 not run"), "`farewell` needs a program, two `pcm`: {told}");
}

#[test]
fn it_keeps_the_contract_with_samples() {
    let (code, told) = check(&[], &["--pcm", "--websocket", "{websocket}"]);
    assert_eq!(code, Some(0), "{told}");
    for scenario in AUDIO {
        let passed =
            told.lines().any(|line| line.split_whitespace().take(2).eq(["passed", scenario]));
        assert!(passed, "{scenario}: {told}");
    }
    assert!(told.contains("not run  play "), "the node plays: {told}");
}

#[test]
fn each_fault_is_found_by_the_scenario_that_is_about_it() {
    let mut missed = Vec::new();
    for some in FAULTS.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            let checks: Vec<_> = some
                .iter()
                .map(|(fault, scenario, breaks)| {
                    let samples = AUDIO.contains(scenario) || *fault == "same_audio";
                    let way: &[&str] = if samples {
                        &["--pcm", "--websocket", "{websocket}"]
                    } else if *breaks {
                        &["--socket", "{socket}"]
                    } else {
                        &[]
                    };
                    let toy = [&["--fault", fault], way].concat();
                    scope.spawn(move || check(&["--only", scenario], &toy))
                })
                .collect();
            for ((fault, scenario, _), check) in some.iter().zip(checks) {
                let (code, told) = check.join().expect("it is checked");
                let found = told
                    .lines()
                    .any(|line| line.split_whitespace().take(2).eq(["FAILED", *scenario]));
                if code != Some(1) || !found {
                    missed.push(format!("{fault} by {scenario}: {code:?}\n{told}"));
                }
            }
        });
    }
    assert!(missed.is_empty(), "not found:\n{}", missed.join("\n"));
}

/// The adapter at the end of `sambung help adapters`, as whoever copies it has it.
#[test]
fn the_adapter_of_the_help_keeps_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = folder.path().join("first.py");
    let (_, help) = told(&sambung(&["help", "adapters"]).output().expect("it runs"));
    let (_, program) = help.split_once("A WHOLE ADAPTER\n").expect("it is there");
    let lines = program.lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
    std::fs::write(&first, lines.collect::<Vec<_>>().join("\n")).expect("written");
    std::thread::scope(|scope| {
        let parts = ["offer", "hangup-", "leaves", "queue", "keys", "stop-on", "junk", "drain"];
        let checks = parts.map(|only| {
            let mut command = sambung(&["adapter", "check", "--only", only, "--", "python3"]);
            command.arg(&first).env("PORT", "0");
            scope.spawn(move || told(&command.output().expect("it runs")))
        });
        for check in checks {
            let (code, told) = check.join().expect("it is checked");
            assert!(code == Some(0) && told.contains(" 0 failed, 0 not run"), "{told}");
        }
    });
}

#[test]
fn the_contract_is_printed_by_help() {
    let (code, told) = told(&sambung(&["help", "adapters"]).output().expect("it runs"));
    assert_eq!(code, Some(0));
    assert!(told.contains("THE CONTRACT OF ADAPTERS, version 1"), "{told}");
}

/// The shop, with a configuration of its own.
fn shop(settings: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("inside")).expect("a folder");
        std::fs::write(path, text).expect("written");
    };
    write("flows/toko.yaml", include_str!("../flows/toko.yaml"));
    write("sambung.yaml", settings);
    folder
}

/// What `sambung check --adapter` says of a project.
fn checked(folder: &tempfile::TempDir, adapter: &str) -> (Option<i32>, String) {
    let mut command = sambung(&["check", "--format", "short", "--adapter", adapter]);
    told(&command.arg("sambung.yaml").current_dir(folder.path()).output().expect("it runs"))
}

#[test]
fn what_an_adapter_cannot_do_is_found_before_a_caller_does() {
    let folder = shop(
        "sambung: 1\nadapters: [{ name: poor, kind: socket, path: s, capabilities: { dial: true } }]\n",
    );
    let run = |adapter: &str| checked(&folder, adapter);
    let (code, told) = run("poor");
    let of_rule = |told: &str| told.lines().filter(|line| line.contains("[E1020]")).count();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("connects two people, and the adapter `poor` has no `bridge`"), "{told}");
    assert!(told.contains("records the caller, and the adapter `poor` has no `record`"), "{told}");
    assert!(!told.contains("has no `dial`"), "{told}");
    assert_eq!(of_rule(&run("sip").1), 0);
    let (code, told) = run("nobody");
    assert!(code == Some(3) && told.contains("find the adapter `nobody`"), "{told}");
}

#[test]
fn an_agent_who_cannot_be_connected_is_found_before_a_caller_waits_for_one() {
    let able = "speech: true, record: true, dial: true, bridge: true, mask: true";
    let folder = shop(&format!(
        "sambung: 1\nadapters:\n  - {{ name: poor, kind: socket, path: s, capabilities: {{ media: reference, {able} }} }}\n  \
             - {{ name: rich, kind: socket, path: t, capabilities: {{ media: pcm, {able} }} }}\n\
             agents:\n  ani: {{ adapter: poor, user: ani, queues: [service] }}\n  \
             budi: {{ adapter: rich, user: budi, queues: [service] }}\n"
    ));
    let run = |adapter: &str| checked(&folder, adapter);
    for (adapter, with, silent) in [
        ("sip", "rings `ani` on the adapter `poor`", "the audio of `poor`"),
        ("rich", "rings `ani` on the adapter `poor`", "the audio of `poor`"),
        ("poor", "rings `budi` on the adapter `rich`", "the audio of `poor`"),
    ] {
        let (code, told) = run(adapter);
        let found: Vec<_> = told.lines().filter(|line| line.contains("[E1020]")).collect();
        assert_eq!(code, Some(1), "{told}");
        assert!(!found.is_empty(), "{told}");
        for line in found {
            assert!(line.contains(with) && line.contains(silent), "{adapter}: {line}");
        }
    }
}
