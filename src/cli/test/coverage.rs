//! What the tests touched of each flow: for people, and as lcov's tracefile.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use super::{FileRun, Suite};
use crate::call::{FlowId, Language, NodeId};
use crate::cli::suite;
use crate::simulation::{Coverage, Figures, Ground, Lane};

/// The most names that are listed of one kind.
const MAX_LISTED: usize = 40;

/// Where a line of names is broken.
const WIDTH: usize = 110;

/// Prints figures and what was never touched.
pub(super) fn text(runs: &[(&Suite, Vec<FileRun<'_>>)], out: &mut dyn Write) -> io::Result<()> {
    each(runs, |_, flow, ground, coverage| {
        writeln!(out, "coverage of {flow}: {}", figures(&coverage.figures(ground)))?;
        let unvisited: Vec<String> = coverage.unvisited(ground).map(ToString::to_string).collect();
        list(out, "never visited", &unvisited)?;
        let untaken = coverage.untaken(ground).map(|(node, outcome)| format!("{node}.{outcome}"));
        list(out, "never taken", &untaken.collect::<Vec<_>>())?;
        let mut unheard: BTreeMap<&Language, Vec<String>> = BTreeMap::new();
        for (language, prompt) in coverage.unheard(ground) {
            unheard.entry(language).or_default().push(prompt.to_string());
        }
        for (language, prompts) in unheard {
            list(out, &format!("never heard in {language}"), &prompts)?;
        }
        Ok(())
    })
}

/// `nodes 31/33  outcomes 52/66  commands 3/18  prompts id 41/43 en 12/43`
pub(crate) fn figures(figures: &Figures) -> String {
    let Figures { nodes, outcomes, commands, prompts } = figures;
    let mut text = format!("nodes {nodes}  outcomes {outcomes}");
    if commands.all > 0 {
        text.push_str(&format!("  commands {commands}"));
    }
    if !prompts.is_empty() {
        text.push_str("  prompts");
    }
    for (language, share) in prompts {
        text.push_str(&format!(" {language} {share}"));
    }
    text
}

/// A list of names in lines that fit.
fn list(out: &mut dyn Write, title: &str, names: &[String]) -> io::Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let mut line = format!("   {title}:");
    for (nth, name) in names.iter().take(MAX_LISTED).enumerate() {
        let comma = if nth + 1 < names.len() { "," } else { "" };
        if line.chars().count() + name.chars().count() + 2 > WIDTH {
            writeln!(out, "{line}")?;
            line = "     ".to_owned();
        }
        line.push_str(&format!(" {name}{comma}"));
    }
    match names.len().checked_sub(MAX_LISTED) {
        Some(more @ 1..) => writeln!(out, "{line} and {more} more"),
        Some(0) | None => writeln!(out, "{line}"),
    }
}

/// One record of a tracefile: the nodes of one file.
#[derive(Default)]
struct Traced {
    /// Line, node and visits.
    nodes: Vec<(usize, NodeId, u64)>,
    /// Line, number of the way at its node, and how often it was taken; `None` where the node was never visited.
    ways: Vec<(usize, usize, Option<u64>)>,
}

/// Prints a tracefile as lcov's `geninfo` writes it: a node is a function and a line, a way out of it a branch.
pub(super) fn lcov(runs: &[(&Suite, Vec<FileRun<'_>>)], out: &mut dyn Write) -> io::Result<()> {
    each(runs, |suite, flow, ground, coverage| {
        let mut files: BTreeMap<Arc<str>, Traced> = BTreeMap::new();
        for (node, lanes) in ground.nodes() {
            let Some((path, line)) = suite.place_of(flow, node) else { continue };
            let traced = files.entry(path).or_default();
            let visits = coverage.of_node(node);
            traced.nodes.push((line, node.clone(), visits));
            let taken = |lane: &Lane| coverage.of_way(node, &lane.outcome);
            let ways = lanes.iter().map(|lane| (visits > 0).then(|| taken(lane)));
            traced.ways.extend((0..).zip(ways).map(|(nth, taken)| (line, nth, taken)));
        }
        files.iter().try_for_each(|(path, traced)| trace(path, traced, out))
    })
}

fn trace(path: &str, traced: &Traced, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "TN:\nSF:{path}")?;
    for (line, node, _) in &traced.nodes {
        writeln!(out, "FN:{line},{node}")?;
    }
    for (_, node, visits) in &traced.nodes {
        writeln!(out, "FNDA:{visits},{node}")?;
    }
    let visited = traced.nodes.iter().filter(|(.., visits)| *visits > 0).count();
    writeln!(out, "FNF:{}\nFNH:{visited}", traced.nodes.len())?;
    for (line, nth, taken) in &traced.ways {
        let taken = taken.map_or("-".to_owned(), |taken| taken.to_string());
        writeln!(out, "BRDA:{line},0,{nth},{taken}")?;
    }
    let taken = traced.ways.iter().filter(|(.., taken)| taken.is_some_and(|taken| taken > 0));
    writeln!(out, "BRF:{}\nBRH:{}", traced.ways.len(), taken.count())?;
    let mut lines: BTreeMap<usize, u64> = BTreeMap::new();
    for (line, _, visits) in &traced.nodes {
        *lines.entry(*line).or_default() += visits;
    }
    for (line, visits) in &lines {
        writeln!(out, "DA:{line},{visits}")?;
    }
    let hit = lines.values().filter(|visits| **visits > 0).count();
    writeln!(out, "LF:{}\nLH:{hit}\nend_of_record", lines.len())
}

/// Each flow that was tested.
fn each(
    runs: &[(&Suite, Vec<FileRun<'_>>)],
    mut tell: impl FnMut(&Suite, &FlowId, &Ground, &Coverage) -> io::Result<()>,
) -> io::Result<()> {
    for (suite, runs) in runs {
        for (flow, coverage) in &suite::coverage(runs) {
            if let Some(ground) = suite.grounds.get(flow) {
                tell(suite, flow, ground, coverage)?;
            }
        }
    }
    Ok(())
}
