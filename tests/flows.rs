//! The shipped tests of the shipped flows: that they pass, that they come everywhere, and that they notice when a
//! single way of a flow leads elsewhere.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use mutant::{Mutant, knows_every_way, mutants, title};
use sambung::assemble;
use sambung::call::{Item, NodeId};
use sambung::flow::{Flow, Setting, TestFile};
use sambung::project::{self, Project};
use sambung::simulation::trial::{Manner, Stage, Verdict};
use sambung::simulation::{Coverage, Ground, ItemDuration, speech_duration};

#[path = "flows/mutant.rs"]
mod mutant;

/// The project as it is shipped.
struct Shipped {
    project: Project,
    durations: ItemDuration,
}

impl Shipped {
    fn open() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows");
        let project = project::open(&folder).expect("the flows can be read");
        let (library, _) = project.library().expect("the sounds can be read");
        let durations: ItemDuration = Arc::new(move |item: &Item| {
            let sound = item.sound.as_ref().and_then(|sound| library.sound(sound));
            sound.map_or_else(|| speech_duration(&item.text), |sound| sound.duration())
        });
        Self { project, durations }
    }

    /// A stage on which these flows are played.
    fn stage(&self, flows: &[Arc<Flow>]) -> Stage {
        let compiled = &self.project.compiled;
        let mut settings = assemble::project(flows, &compiled.queues, &compiled.calendars)
            .expect("the opening hours make sense");
        settings.callbacks = assemble::callbacks(&compiled.queues, &compiled.calendars)
            .expect("the calling hours make sense");
        let desk = Arc::from("+62215550100");
        settings.transfers.insert(Arc::clone(&desk));
        settings.numbers.insert(Setting::Env("NIGHT_DESK".into()), desk);
        Stage::new(settings, Arc::clone(&self.durations))
    }

    fn flow(&self, name: &str) -> &Arc<Flow> {
        let mut flows = self.project.compiled.flows.iter();
        flows.find(|flow| flow.id.as_str() == name).expect("a shipped flow")
    }

    fn tests(&self, name: &str) -> &TestFile {
        let mut tests = self.project.compiled.tests.iter();
        tests.find(|file| file.flow.as_str() == name).expect("a shipped test file")
    }
}

/// The verdicts on some cases of a file, by their places.
fn play(stage: &Stage, ground: &Ground, file: &TestFile, cases: &[usize]) -> Vec<Verdict> {
    let rules = file.rules.clone().into();
    let cases = cases.iter().filter_map(|at| file.cases.get(*at));
    let play = |case| stage.play(ground, &file.flow, case, &rules, Manner::Test);
    cases.filter_map(play).collect()
}

/// Each way out of a node, and the cases that take it.
type Takers = BTreeMap<(NodeId, Arc<str>), Vec<usize>>;

#[test]
fn the_shipped_tests_pass_and_come_everywhere() {
    let shipped = Shipped::open();
    let stage = shipped.stage(&shipped.project.compiled.flows);
    assert_eq!(shipped.project.compiled.tests.len(), 3, "a file of tests for each flow");
    for file in &shipped.project.compiled.tests {
        let ground = Ground::of(shipped.flow(file.flow.as_str()), []);
        let mut coverage = Coverage::default();
        let all: Vec<usize> = (0..file.cases.len()).collect();
        for verdict in play(&stage, &ground, file, &all) {
            let (case, found) = (&verdict.case, &verdict.differences);
            assert!(verdict.is_passed(), "{}: {case}: {found:?}\n{:?}", file.path, verdict.story);
            assert!(verdict.unmocked.is_empty(), "{}: {case} asks what no mock answers", file.path);
            coverage.add(&verdict.coverage);
        }
        let figures = coverage.figures(&ground);
        for (what, share) in [
            ("nodes", figures.nodes),
            ("outcomes", figures.outcomes),
            ("commands", figures.commands),
        ] {
            let untaken: Vec<_> = coverage.untaken(&ground).collect();
            assert_eq!(share.touched, share.all, "{what} of {}: {untaken:?}", file.flow);
        }
    }
}

#[test]
fn whoever_leads_a_way_of_the_shop_elsewhere_is_caught() {
    notices_every_change(
        "toko",
        &[
            ("opening.open to home", "`home` asks the same hours and leads to the same menu"),
            ("main.# to home", "`home` leads to the menu that `#` is to repeat"),
            ("agent.9 to home", "`home` leads to the same menu while the shop is open"),
        ],
    );
}

#[test]
fn whoever_leads_a_way_of_the_bank_elsewhere_is_caught() {
    notices_every_change("bank", &[("rating.failed to agent_urgent", "`std/csat` never fails")]);
}

/// Plays the tests of a flow against every flow that differs from it in a single way, and holds them to
/// [`LEAST_CAUGHT`]. `same` are the changes that no caller could notice, each with the reason.
#[expect(clippy::print_stdout, reason = "the figure is what the test is run for")]
fn notices_every_change(flow: &str, same: &[(&str, &str)]) {
    let shipped = Shipped::open();
    let (flow, file) = (shipped.flow(flow), shipped.tests(flow));
    assert!(knows_every_way(flow), "a way out of a node is not changed");
    let ground = Ground::of(flow, []);
    let takers = takers(&shipped, flow, file);
    let mutants = mutants(flow);
    let escapes: Vec<String> = mutants
        .iter()
        .filter(|mutant| !is_caught(&shipped, &ground, file, &takers, mutant))
        .map(|mutant| format!("{} to {}", mutant.way, mutant.to))
        .collect();
    let (all, caught) = (mutants.len(), mutants.len() - escapes.len());
    println!("{}", title(&flow.id, caught, all));
    for escape in &escapes {
        println!("  not caught: {escape}");
    }
    let known: Vec<&str> = same.iter().map(|(way, _)| *way).collect();
    assert_eq!(escapes, known, "every change that is not caught has its reason");
    assert!(caught * 100 >= all * LEAST_CAUGHT, "{caught} of {all}");
}

/// Of a hundred changes, so many must be caught.
const LEAST_CAUGHT: usize = 95;

/// Which cases take each way of the unchanged flow.
fn takers(shipped: &Shipped, flow: &Arc<Flow>, file: &TestFile) -> Takers {
    let ground = Ground::of(flow, []);
    let stage = shipped.stage(std::slice::from_ref(flow));
    let all: Vec<usize> = (0..file.cases.len()).collect();
    let mut takers = Takers::new();
    for (case, verdict) in play(&stage, &ground, file, &all).iter().enumerate() {
        assert!(verdict.is_passed(), "{}: {:?}", verdict.case, verdict.differences);
        for (node, outcome, _) in verdict.coverage.ways() {
            takers.entry((node.clone(), Arc::clone(outcome))).or_default().push(case);
        }
    }
    takers
}

/// Whether a case fails on the changed flow. Calls that do not take the changed way are the same as before, so that
/// only the others are played; where a way leaves no trace in the record, all are.
fn is_caught(
    shipped: &Shipped,
    ground: &Ground,
    file: &TestFile,
    takers: &Takers,
    mutant: &Mutant,
) -> bool {
    let all = (0..file.cases.len()).collect();
    let node = mutant.node.map(|node| mutant.flow.node(node).id.clone());
    let taken = node.and_then(|node| takers.get(&(node, Arc::clone(&mutant.outcome))));
    let cases = taken.cloned().unwrap_or(all);
    let stage = shipped.stage(&[Arc::new(mutant.flow.clone())]);
    cases.iter().any(|case| {
        let verdicts = play(&stage, ground, file, std::slice::from_ref(case));
        verdicts.iter().any(|verdict| !verdict.is_passed())
    })
}
