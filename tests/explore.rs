//! Faults planted in flows that pass `check`: each is found, by a shortest call, and its saved test fails. The shipped
//! flows have none.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sambung::assemble;
use sambung::call::Item;
use sambung::flow::{CallRule, Destination, Spanned, Verb};
use sambung::project::{self, Project};
use sambung::simulation::explore::{
    CALLS, Counterexample, Finding, Plan, Report, STATES, Stage, Verdict, explore,
};
use sambung::simulation::trial::{self, Manner};
use sambung::simulation::{Ground, ItemDuration, speech_duration};
use sambung::time::{Duration, Wall};

/// 2026-11-01 00:00 UTC.
const FROM: Wall = Wall::from_unix_micros(1_793_491_200_000_000);

/// The longest that a call may be in the flow.
const MAX_CALL: Duration = Duration::from_mins(10);

/// Each planted flow, the kind of its fault, and the shortest way to see it; empty where that is long.
const PLANTED: [(&str, &str, &str); 14] = [
    ("both", "trap", "1"),
    ("chatter", "longest", ""),
    ("by_trunk", "trap", "1"),
    ("circle", "circle", "(not found)"),
    ("counter", "trap", "1"),
    ("diverted", "trap", "1"),
    ("division", "fault", "0"),
    ("holiday", "trap", "1"),
    ("notice", "rule", "2"),
    ("pending", "trap", "1, (answer {\"status\":\"something else\"})"),
    ("record_again", "longest", ""),
    ("silent_loop", "fault", "1"),
    ("subflow", "trap", "1"),
    ("withheld", "trap", "1, (no answer)"),
];

fn durations() -> ItemDuration {
    Arc::new(|item: &Item| speech_duration(&item.text))
}

fn open(path: &Path) -> Project {
    let project = project::open(path).expect("the files can be read");
    let errors = project.compiled.diagnostics.has_errors();
    let all = project.compiled.diagnostics.render_all(sambung::flow::Format::Short);
    assert!(!errors, "{all}");
    project
}

fn explored(project: &Project, path: &Path, max_call: Option<Duration>) -> Report {
    let compiled = &project.compiled;
    let flow = project.flow(path).expect("a flow");
    let mut settings = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
        .expect("opening hours that make sense");
    for node in &flow.nodes {
        if let Verb::Transfer(transfer) = &node.verb
            && let Destination::Setting(setting) = &transfer.to
        {
            settings.numbers.insert(setting.clone(), "+62215550100".into());
        }
    }
    let program = Arc::clone(&settings.programs[&flow.id]);
    let stage = Stage { project: Arc::new(settings), program, durations: durations(), from: FROM };
    let tests = compiled.tests.iter().filter(|file| file.flow == flow.id);
    let rules = tests.flat_map(|file| &file.rules).map(|rule| rule.value.clone()).collect();
    explore(&stage, &Plan { max_call, rules, states: STATES, calls: CALLS, seed: 1 })
}

fn failed<'r>(report: &'r Report, name: &str) -> Option<&'r Counterexample> {
    report.findings.iter().find_map(|finding: &Finding| match &finding.verdict {
        Verdict::Failed(found) if found.name == name => Some(&**found),
        _ => None,
    })
}

/// What is wrong with the only case of a saved test; empty if it passes.
fn differences(flow: &str, test: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(planted(flow), folder.path().join("flow.yaml")).expect("copied");
    fs::write(folder.path().join("flow.test.yaml"), test).expect("written");
    let project = open(folder.path());
    let compiled = &project.compiled;
    let settings = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
        .expect("opening hours that make sense");
    let stage = trial::Stage::new(settings, durations());
    let file = compiled.tests.first().expect("a test file without faults");
    let rules: Arc<[Spanned<CallRule>]> = file.rules.clone().into();
    let case = file.cases.first().expect("a case");
    let flow = compiled.flow().expect("a flow");
    let verdict = stage.play(&Ground::of(flow, []), &file.flow, case, &rules, Manner::Test);
    let verdict = verdict.expect("the flow is there");
    verdict.differences.iter().map(|difference| format!("{difference:?}")).collect()
}

fn planted(flow: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explore/planted");
    folder.join(format!("{flow}.yaml"))
}

#[test]
fn each_planted_fault_is_found_and_its_saved_test_fails() {
    for (flow, name, shortest) in PLANTED {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("flows").join(format!("{flow}.yaml"));
        fs::create_dir(folder.path().join("flows")).expect("a folder");
        fs::write(folder.path().join("sambung.yaml"), "sambung: 1\nflows: flows\n")
            .expect("written");
        fs::copy(planted(flow), &path).expect("copied");
        let tests = planted(flow).with_extension("test.yaml");
        if tests.exists() {
            fs::copy(&tests, path.with_extension("test.yaml")).expect("copied");
        }
        let report = explored(&open(&path), &path, Some(MAX_CALL));
        assert!(report.complete, "{flow}");
        let found = failed(&report, name);
        let found = found.unwrap_or_else(|| panic!("{flow}: {name} is missing in {report:#?}"));
        let moves = found
            .lines
            .iter()
            .filter_map(|line| line.split_once("  "))
            .map(|(_, what)| what.trim());
        let moves: Vec<&str> = moves.collect();
        if !shortest.is_empty() {
            assert_eq!(moves.join(", "), shortest, "{flow}");
        }
        let wrong = differences(flow, &found.test);
        assert!(!wrong.is_empty(), "{flow}: the saved test passes\n{}", found.test);
    }
}

#[test]
fn the_shipped_flows_are_proved_completely() {
    for flow in ["halo", "toko", "bank"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("flows/{flow}.yaml"));
        let report = explored(&open(&path), &path, None);
        assert!(report.findings.len() > 8, "{flow}: the rules of its tests hold as well");
        assert!(report.complete, "{flow}");
        for finding in &report.findings {
            assert!(matches!(finding.verdict, Verdict::Proved), "{flow}: {finding:#?}");
        }
    }
}

/// Beyond the most states nothing is called proved, and random calls still find a fault.
#[test]
fn a_search_that_is_cut_short_says_so() {
    let path = planted("division");
    let project = open(&path);
    let compiled = &project.compiled;
    let settings = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
        .expect("opening hours that make sense");
    let program = Arc::clone(settings.programs.values().next().expect("a flow"));
    let stage = Stage { project: Arc::new(settings), program, durations: durations(), from: FROM };
    let plan = Plan { max_call: None, rules: Vec::new(), states: 0, calls: 200, seed: 7 };
    let report = explore(&stage, &plan);
    assert!(!report.complete);
    assert!(matches!(report.findings[0].verdict, Verdict::NotFound(200)), "{report:#?}");
    assert!(failed(&report, "fault").is_some(), "{report:#?}");
}
