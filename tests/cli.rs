//! The program as its users run it: arguments and standard input in, text and exit code out.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use http::{Answer, HttpServer};

#[path = "cli/bench.rs"]
mod bench;
#[path = "cli/check.rs"]
mod check;
#[path = "cli/data.rs"]
mod data;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/explain_call.rs"]
mod explain_call;
#[path = "cli/explore.rs"]
mod explore;
#[path = "support/http.rs"]
#[expect(dead_code, reason = "other tests need ruder servers")]
mod http;
#[path = "support/history.rs"]
mod made;
#[path = "cli/new.rs"]
mod new;
#[path = "cli/report.rs"]
mod report;
#[path = "cli/services.rs"]
mod services;
#[path = "cli/test.rs"]
mod test;

/// Runs the program in the project's folder with a script on standard input.
fn sambung(arguments: &[&str], script: &str) -> Output {
    sambung_with(&[], arguments, script)
}

/// The same with more in its environment.
fn sambung_with(environment: &[(&str, &str)], arguments: &[&str], script: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sambung"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("SAMBUNG_LOG")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(script.as_bytes()).expect("the program reads its script");
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

/// The text with `…` for the line and column behind the name of a flow file: they move with every edit of the flow.
fn without_lines(text: &str) -> String {
    let mut parts = text.split(".yaml:");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        if rest.len() == part.len() || !part.starts_with(|c: char| c.is_ascii_digit()) {
            shown.push_str(&format!(".yaml:{part}"));
            continue;
        }
        // A colon that ends the place belongs to the text.
        let place = part.strip_suffix(rest).unwrap_or_default();
        let colon = if place.ends_with(':') { ":" } else { "" };
        shown.push_str(&format!(".yaml:…{colon}{rest}"));
    }
    shown
}

fn call(flow: &str, script: &str) -> String {
    let at = "2026-03-04 10:00 Asia/Jakarta";
    let output = sambung(&["call", flow, "--at", at, "--caller", "+6281100001111"], script);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let text = String::from_utf8(output.stdout).expect("text");
    // A flow's hash changes with every word of its prompts.
    let shown = text.lines().map(|line| match line.split_once("\"flow_hash\": ") {
        Some((indent, _)) => format!("{indent}\"flow_hash\": …\n"),
        None => format!("{line}\n"),
    });
    shown.collect()
}

#[test]
fn a_scripted_call_ends_in_a_transfer_that_is_done() {
    insta::assert_snapshot!(call("flows/halo.yaml", "1\njam buka\n0\n"));
}

#[test]
fn one_person_plays_caller_and_agent() {
    let script = "2\n0\n\n/agent answer\n/agent hangup\n5\n";
    insta::assert_snapshot!(call("flows/toko.yaml", script));
}

#[test]
fn a_key_into_the_prompt_and_a_hang_up() {
    let script = "!1\n!9\n\n/agent answer\n/help\n/jump\n";
    insta::assert_snapshot!(call("flows/toko.yaml", script));
}

#[test]
fn the_same_script_gives_the_same_output() {
    let script = "1\n1\nberapa lama garansi\n\n\n";
    assert_eq!(call("flows/toko.yaml", script), call("flows/toko.yaml", script));
}

#[test]
fn what_cannot_be_called_is_said_on_standard_error() {
    for (arguments, code, said) in [
        (&["call", "flows/nothing.yaml"][..], 3, "failed to"),
        (&["call", "flows/halo.yaml", "--at", "someday"][..], 2, "2026-12-25 10:00"),
        (&["call", "flows"][..], 1, "no file with a `flow:`"),
        (&["call", "flows/halo.yaml", "--agents", "101"][..], 2, "0..=100"),
        (&["call"][..], 2, "Usage"),
    ] {
        let output = sambung(arguments, "");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?}: {error}");
        assert!(output.stdout.is_empty(), "nothing was said: nothing is on standard output");
    }
}

#[test]
fn a_finding_is_explained_and_an_unknown_code_is_a_usage_fault() {
    let listed = sambung(&["explain"], "");
    let lines = String::from_utf8(listed.stdout).expect("text");
    for line in ["E0101  error    there is no node of this name", "N0304  note     `failed` is"] {
        assert!(lines.contains(line), "{line} in\n{lines}");
    }
    let one = sambung(&["explain", "E0101"], "");
    assert_eq!(one.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&one.stdout).starts_with("error[E0101]: there is no node"));
    let unknown = sambung(&["explain", "E010"], "");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `E"));
}

#[test]
fn a_flow_is_drawn_in_each_format_or_refused_with_the_reason() {
    for (format, begins) in [("mermaid", "flowchart"), ("dot", "digraph"), ("svg", "<svg ")] {
        let output = sambung(&["graph", "flows/toko.yaml", "--format", format], "");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{format}");
        assert!(text.starts_with(begins) && text.contains("all_busy"), "{format}: {text}");
        let part = sambung(&["graph", "flows/toko.yaml", "--only=errors", "--format", format], "");
        let text = String::from_utf8_lossy(&part.stdout);
        assert!(text.contains("unstaffed") && !text.contains("bahasa inggris"), "{format}: {text}");
    }
    for (arguments, code, said) in [
        (&["graph", "flows/nothing.yaml"][..], 3, "failed to"),
        (&["graph", "flows"][..], 1, "no file with a `flow:`"),
        (&["graph", "flows/halo.yaml", "--format=png"][..], 2, "possible values"),
    ] {
        let output = sambung(arguments, "");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
}

#[test]
fn the_flows_in_the_readme_have_no_fault() {
    let readme = include_str!("../README.md");
    let folder = tempfile::tempdir().expect("a folder");
    let blocks = readme.split("```yaml\n").skip(1).filter_map(|block| block.split("```").next());
    let flows: Vec<&str> = blocks.filter(|block| block.contains("\nflow: ")).collect();
    assert_eq!(flows.len(), 2, "the README shows two flows");
    for (number, flow) in flows.into_iter().enumerate() {
        let file = folder.path().join(format!("{number}.yaml"));
        std::fs::write(&file, flow).expect("the flow is written");
        let output = sambung(&["check", "--deny", "warnings", &file.to_string_lossy()], "");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// A flow that asks a service, with the section of the read-me.
fn asking_flow() -> String {
    let readme = include_str!("../README.md");
    let section = readme.split("## Ask a service").nth(1).expect("the section");
    let yaml = section.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let head = r#"
sambung: 1
flow: shop
language: en
start: ask
vars:
  order_no: { type: digits, class: personal }
  order: { type: shop.Order }
"#;
    let nodes = r#"
  ask:
    collect: { text: "Your order number, please." }
    into: order_no
    as: { type: digits, length: 4 }
    ok: find
    failed: bye
  tell:
    branch: [ { when: 'order.status == "packing"', goto: packing } ]
    else: elsewhere
  packing: { say: { text: "It is being packed." }, next: bye }
  elsewhere: { say: { text: "It is elsewhere." }, next: bye }
  unknown: { say: { text: "We do not know that number." }, next: bye }
  down: { say: { text: "Our system does not answer." }, next: bye }
  bye: { hangup: { text: "Goodbye." } }
"#;
    format!("{head}{}{nodes}", yaml.expect("an example"))
}

/// The name of the case without an address of the service.
const NOWHERE: &str = "SHOP_URL";

/// What the service answers or which fault is played, what is shown and said then, and how often the service is asked.
fn answers() -> Vec<(&'static str, Answer, &'static str, &'static str, &'static str, usize)> {
    vec![
        (
            "packing",
            Answer::ok(r#"{"status":"packing"}"#),
            "",
            "`shop.find`: answered",
            "It is being packed.",
            1,
        ),
        (
            "another state",
            Answer::ok(r#"{"status":"gone"}"#),
            "",
            "`shop.find`: answered",
            "It is elsewhere.",
            1,
        ),
        (
            "another shape",
            Answer::ok(r#"{"state":1}"#),
            "",
            "`shop.find`: answered",
            "Our system does not answer.",
            1,
        ),
        (
            "no such order",
            Answer::Says(404, String::new()),
            "",
            "`shop.find`: not found",
            "We do not know that number.",
            1,
        ),
        (
            "broken",
            Answer::Says(500, String::new()),
            "",
            "`shop.find`: failed: error",
            "Our system does not answer.",
            2,
        ),
        (
            "played",
            Answer::ok("{}"),
            "timeout",
            "`shop.find`: failed: timeout",
            "Our system does not answer.",
            0,
        ),
        (
            "played",
            Answer::ok("{}"),
            "not_found",
            "`shop.find`: not found",
            "We do not know that number.",
            0,
        ),
        (
            NOWHERE,
            Answer::ok("{}"),
            "",
            "`shop.find`: failed: unavailable",
            "Our system does not answer.",
            0,
        ),
    ]
}

#[test]
fn a_flow_asks_a_service_and_goes_on_by_its_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.yaml");
    std::fs::write(&path, asking_flow()).expect("written");
    let path = path.to_string_lossy();
    for (name, answer, fault, line, said, asked) in answers() {
        let server = HttpServer::always(answer);
        let url = if name == NOWHERE { String::new() } else { server.url() };
        let environment = [("SHOP_URL", url.as_str()), ("SHOP_TOKEN", "kunci-toko")];
        let fault = format!("shop.find={fault}");
        let mut arguments = vec!["call", &*path];
        if !fault.ends_with('=') {
            arguments.extend(["--fault", &fault]);
        }
        let output = sambung_with(&environment, &arguments, "1234\n");
        let (text, error) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{name}: {error}");
        assert!(text.contains(line) && text.contains(said), "{name}: {text}");
        assert!(!text.contains("kunci-toko") && !error.contains("kunci-toko"), "{name}");
        assert_eq!(
            error.contains("service `shop` is left out"),
            name == NOWHERE,
            "{name}: {error}"
        );
        let came = server.asked();
        assert_eq!(came.len(), asked, "{name}");
        if let Some(first) = came.first() {
            assert_eq!(first.body, r#"{"id":"1234"}"#);
            assert_eq!(first.headers["authorization"], "Bearer kunci-toko");
            assert!(first.headers["idempotency-key"].contains("find"), "{:?}", first.headers);
        }
    }
}

#[test]
fn a_fault_of_no_operation_is_told() {
    let output = sambung(&["call", "flows/halo.yaml", "--fault", "shop.find=error"], "");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(error.contains("no service declares the operation `shop.find`"), "{error}");
}
