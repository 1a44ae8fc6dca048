//! What a check has found: in which files, how much, and how it is printed.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::Value;

use super::{CheckArgs, CheckError, Deny, Form};
use crate::assemble;
use crate::config;
use crate::flow::{self, Diagnostic, Diagnostics, FlowEffort, Format, Level, sarif_log};
use crate::project::{self, Project};
use crate::time::Date;

/// The most findings that are printed at a time; what is beyond is counted.
const MAX_SHOWN: usize = 1_000;

/// Everything that a check has found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The findings of each project and of each configuration, reduced to those that were asked for.
    sets: Vec<Diagnostics>,
    /// How many there are.
    pub(super) sum: Sum,
    /// What the callers of each flow need to reach people, answers, messages and the end.
    pub(super) efforts: Vec<FlowEffort>,
}

/// How many findings there were.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Sum {
    pub(super) flows: usize,
    pub(super) nodes: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
    /// Findings that were not looked at or not printed.
    pub(super) left_out: usize,
}

impl Sum {
    pub(super) const fn is_clean(self, deny: Option<Deny>) -> bool {
        self.errors == 0 && (self.warnings == 0 || deny.is_none())
    }

    fn add(&mut self, finding: &Diagnostic) {
        match finding.level() {
            Level::Error => self.errors += 1,
            Level::Warning => self.warnings += 1,
            Level::Note => self.notes += 1,
        }
    }

    /// The line at the end, for people.
    pub(super) fn line(self) -> String {
        let several = |count: usize, what: &str| {
            let ending = if count == 1 { "" } else { "s" };
            format!("{count} {what}{ending}")
        };
        let mut text = format!(
            "{}, {}: {}, {}",
            several(self.flows, "flow"),
            several(self.nodes, "node"),
            several(self.errors, "error"),
            several(self.warnings, "warning")
        );
        if self.notes > 0 {
            text = format!("{text}, {}", several(self.notes, "note"));
        }
        text
    }
}

impl Found {
    /// Reads what the arguments name and looks for faults.
    pub(super) fn look(args: &CheckArgs, today: Option<Date>) -> Result<Self, CheckError> {
        let projects = match &args.config {
            Some(settings) => vec![project::open_configured_on(settings, today)?],
            None => {
                let open = |path| project::open_on(path, today);
                args.paths.iter().map(|path| open(path)).collect::<Result<_, _>>()?
            }
        };
        let (mut told, mut counted) = (BTreeSet::new(), BTreeSet::new());
        let mut found = Self::default();
        for mut project in projects {
            for file in &project.compiled.flow_files {
                // Paths may overlap, such as a folder and a file in it.
                if project.asked_for(&file.path) && counted.insert(file.path.clone()) {
                    let mut efforts = project.compiled.efforts.iter();
                    let effort = efforts.find(|effort| *effort.flow == *file.flow.as_str());
                    found.efforts.extend(effort.cloned());
                    found.sum.flows += 1;
                    found.sum.nodes += file.nodes;
                }
            }
            if let Some(name) = &args.adapter {
                let beyond = super::adapter::findings(&project, name)?;
                project.compiled.diagnostics.list.extend(beyond);
                project.compiled.diagnostics.sort();
            }
            let of_settings = settings_findings(&mut project)?;
            let of_flows = std::mem::take(&mut project.compiled.diagnostics);
            found.add(of_flows, |file| project.asked_for(file), &mut told);
            if let Some(of_settings) = of_settings {
                found.add(of_settings, |_| true, &mut told);
            }
        }
        Ok(found)
    }

    /// Adds the findings of the files that were asked for, each once.
    fn add(
        &mut self,
        mut set: Diagnostics,
        asked_for: impl Fn(&str) -> bool,
        told: &mut BTreeSet<String>,
    ) {
        let list = std::mem::take(&mut set.list);
        for finding in list {
            let is_asked_for =
                set.file(finding.span().file).is_some_and(|file| asked_for(&file.path));
            if is_asked_for && told.insert(set.render(&finding, Format::Short)) {
                self.sum.add(&finding);
                set.list.push(finding);
            }
        }
        self.sum.left_out += set.left_out;
        self.sets.push(set);
    }

    /// All findings, with the files they point into.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Diagnostics, &Diagnostic)> {
        self.sets.iter().flat_map(|set| set.list.iter().map(move |finding| (set, finding)))
    }

    /// Prints them. Gives how many of them all were left out.
    pub(super) fn tell(&self, form: Form, color: bool, out: &mut impl Write) -> io::Result<usize> {
        let shown = || self.iter().take(MAX_SHOWN);
        let values = |value: fn(&Diagnostics, &Diagnostic) -> Value| -> Vec<Value> {
            shown().map(|(set, finding)| value(set, finding)).collect()
        };
        match form {
            Form::Human => {
                for (set, finding) in shown() {
                    writeln!(out, "{}", set.render(finding, Format::Human { color }))?;
                }
            }
            Form::Short | Form::Github => {
                let format = if form == Form::Short { Format::Short } else { Format::Github };
                for (set, finding) in shown() {
                    write!(out, "{}", set.render(finding, format))?;
                }
            }
            Form::Json => {
                serde_json::to_writer_pretty(&mut *out, &values(Diagnostics::json))?;
                writeln!(out)?;
            }
            Form::Sarif => {
                let rules = flow::RULES.iter().chain(config::RULES).copied();
                let log = sarif_log(&values(Diagnostics::sarif), rules);
                serde_json::to_writer_pretty(&mut *out, &log)?;
                writeln!(out)?;
            }
        }
        let Sum { errors, warnings, notes, left_out, .. } = self.sum;
        Ok((errors + warnings + notes).saturating_sub(MAX_SHOWN) + left_out)
    }
}

/// What is wrong with the project's settings, where they were asked for. What its flows want of agents whom the settings
/// do not have is one more finding of the flows.
fn settings_findings(project: &mut Project) -> Result<Option<Diagnostics>, CheckError> {
    let Some(settings) = &project.settings else { return Ok(None) };
    let mut reading = config::read_file(settings)?;
    if let Some(config) = &reading.config {
        let unserved = assemble::unserved(&project.compiled, &config.agents);
        project.compiled.diagnostics.list.extend(unserved);
        project.compiled.diagnostics.sort();
    }
    if !project.asked_for(&project::file_name(settings)) {
        return Ok(None);
    }
    let flows: Vec<_> = project.compiled.flow_names().collect();
    let queues: Vec<_> = project.compiled.queues.iter().map(|queue| &queue.name).collect();
    let calendars: Vec<_> =
        project.compiled.calendars.iter().map(|calendar| &calendar.name).collect();
    reading.check_names(&flows, &queues, &calendars);
    reading.check_levels(&assemble::reached_levels(&project.compiled.queues));
    Ok(Some(reading.findings))
}
