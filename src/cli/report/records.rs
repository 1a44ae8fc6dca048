//! Call records as they lie in a file: one JSON object per line, of which only what coverage needs is read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::call::{FlowHash, FlowId};
use crate::simulation::{Coverage, Ground};

/// The longest line that is read; a longer one counts as unreadable.
const MAX_LINE: u64 = 4 * 1024 * 1024;

/// A file of records that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("read {}", path.display())]
pub(super) struct RecordsError {
    /// The file.
    path: PathBuf,
    /// Why.
    #[source]
    source: io::Error,
}

/// What live calls have touched.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Live {
    /// The calls of each flow of the project, as it is now.
    pub(super) flows: BTreeMap<FlowId, Calls>,
    /// Calls of flows that the project does not have, or in which no flow ran.
    pub(super) other_flows: u64,
    /// Lines that are no call record.
    pub(super) unreadable: u64,
}

/// The calls of one flow.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    /// Calls of this version of the flow.
    pub(super) calls: u64,
    /// Calls of other versions: left out of what follows.
    pub(super) other_versions: u64,
    /// What those of this version touched.
    pub(super) coverage: Coverage,
}

/// A call record, as far as it is read here.
#[derive(Debug, Deserialize)]
struct Record {
    flow: Option<FlowId>,
    flow_hash: Option<FlowHash>,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    node: String,
    outcome: Option<String>,
    keys: Option<String>,
}

/// The flows of a project: what there is to cover, and which version it is.
pub(super) type Grounds<'g> = BTreeMap<FlowId, (&'g Ground, FlowHash)>;

impl Live {
    /// Adds the records of a file.
    pub(super) fn add_file(
        &mut self,
        path: &Path,
        grounds: &Grounds<'_>,
    ) -> Result<(), RecordsError> {
        let failed = |source| RecordsError { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        self.add(&mut BufReader::new(file), grounds).map_err(failed)
    }

    /// Adds records, line by line.
    fn add(&mut self, lines: &mut impl BufRead, grounds: &Grounds<'_>) -> io::Result<()> {
        let mut line = Vec::new();
        loop {
            line.clear();
            if lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            if line.last() != Some(&b'\n') && u64::try_from(line.len()) == Ok(MAX_LINE) {
                self.unreadable += 1;
                skip_line(lines)?;
                continue;
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match serde_json::from_slice::<Record>(&line) {
                Ok(record) => self.count(&record, grounds),
                Err(_) => self.unreadable += 1,
            }
        }
    }

    fn count(&mut self, record: &Record, grounds: &Grounds<'_>) {
        let known = record.flow.as_ref().and_then(|flow| grounds.get_key_value(flow));
        let Some((flow, (ground, hash))) = known else {
            self.other_flows += 1;
            return;
        };
        let calls = self.flows.entry(flow.clone()).or_default();
        if record.flow_hash.as_ref() != Some(hash) {
            calls.other_versions += 1;
            return;
        }
        calls.calls += 1;
        for step in &record.steps {
            let (outcome, keys) = (step.outcome.as_deref(), step.keys.as_deref());
            calls.coverage.visit(ground, &step.node, outcome, keys);
        }
    }
}

/// Reads over the rest of a line.
fn skip_line(lines: &mut impl BufRead) -> io::Result<()> {
    loop {
        let read = lines.fill_buf()?;
        let end = read.iter().position(|byte| *byte == b'\n');
        let (used, done) = end.map_or((read.len(), read.is_empty()), |at| (at + 1, true));
        lines.consume(used);
        if done {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Facts, Sources, compile};

    const FLOW: &str = "
sambung: 1
flow: t
language: en
start: bye
nodes:
  bye: { hangup: { text: Goodbye then. } }
";

    #[test]
    fn records_are_counted_by_flow_and_version() {
        let compiled = compile(&Sources::one("t.yaml", FLOW.as_bytes()), &Facts::default());
        let flow = compiled.flow().expect("a flow");
        let ground = Ground::of(flow, []);
        let grounds = Grounds::from([(flow.id.clone(), (&ground, flow.hash.clone()))]);
        let step = r#"[{"node":"bye","verb":"hangup","outcome":"hangup","at_ms":1}]"#;
        let record = |flow: &str, hash: &str| {
            format!("{{\"flow\":\"{flow}\",\"flow_hash\":\"{hash}\",\"steps\":{step}}}\n")
        };
        let hash = flow.hash.as_str();
        let mut lines = [record("t", hash), record("t", "old"), record("u", hash)].concat();
        lines.push_str("\n{\"flow\":null,\"flow_hash\":null,\"steps\":[]}\nno record\n");
        lines.push_str(&"x".repeat(usize::try_from(MAX_LINE).expect("fits") + 9));
        lines.push('\n');
        lines.push_str(&record("t", hash));
        let mut live = Live::default();
        live.add(&mut lines.as_bytes(), &grounds).expect("reads");
        assert_eq!((live.other_flows, live.unreadable), (2, 2));
        let calls = &live.flows["t"];
        assert_eq!((calls.calls, calls.other_versions), (2, 1));
        assert_eq!(calls.coverage.of_node(&"bye".into()), 2);
    }
}
