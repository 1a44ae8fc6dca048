//! Who may name whom, checked against the sources.
//!
//! The table lists the ground floor first, and a row may list only modules above it, so that it cannot describe a
//! circle. A new arrow is a change of the design: a commit of its own, with the reason.

use std::fs;
use std::path::Path;

use rules::Floor::{Edge, Pure};
use rules::{Row, faults};
use source::Source;

#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

/// Every module, its floor, and the modules it names.
const TABLE: &[Row] = &[
    // The vocabulary.
    ("time", Pure, &[]),
    // Faults that tests plant, with the feature `bugs` alone: the core asks at each place where one can be.
    ("bug", Pure, &[]),
    ("text", Pure, &[]),
    ("call", Pure, &["time"]),
    // What happened, as it is kept: everything that keeps, reads or counts it speaks this.
    ("history", Pure, &["call", "time"]),
    // Machines that know only the vocabulary and never each other.
    ("flow", Pure, &["call", "text", "time"]),
    ("queue", Pure, &["bug", "call", "history", "time"]),
    ("faq", Pure, &["call", "text"]),
    ("media", Pure, &["call", "time"]),
    // It asks where a panic can be planted, to prove that it ends one call alone; so do the adapters below.
    ("sip", Pure, &["bug", "call", "time"]),
    ("calendar", Pure, &["time"]),
    ("reading", Pure, &["call", "time"]),
    // Figures are folds over what happened, by the days of a zone.
    ("report", Pure, &["calendar", "call", "history", "time"]),
    // The deterministic core.
    ("interpreter", Pure, &["calendar", "call", "faq", "flow", "reading", "time"]),
    // How a caller left a line is told in the history's words.
    ("session", Pure, &["bug", "call", "faq", "flow", "history", "interpreter", "text", "time"]),
    (
        "engine",
        Pure,
        &[
            "bug",
            "calendar",
            "call",
            // A flow is named in what is told of a call.
            "flow",
            // It tells what happens in the history's words.
            "history",
            "interpreter",
            "queue",
            "session",
            "time",
        ],
    ),
    // Tests of flows are played and judged here: what they claim is said in terms of flows and sessions.
    (
        "simulation",
        Pure,
        &[
            "calendar",
            "call",
            "engine",
            "flow",
            "history",
            "interpreter",
            "queue",
            "session",
            "time",
        ],
    ),
    // The driver of the engine.
    ("runtime", Edge, &["call", "engine", "history", "time"]),
    // What outlives the process.
    ("storage", Edge, &["call", "history", "media", "runtime", "time"]),
    // Adapters. Samples of recordings go straight from the media threads to the thread that writes them.
    ("telephony::rtp", Edge, &["bug", "call", "media", "runtime", "storage", "time"]),
    (
        "telephony::sip",
        Edge,
        &["bug", "call", "media", "runtime", "sip", "storage", "telephony::rtp", "time"],
    ),
    // Adapters outside of this process. They know the wire and nothing of SIP or media threads; audio that
    // passes through as samples is played, heard and recorded in their own beat.
    ("telephony::remote", Edge, &["call", "media", "runtime", "storage", "time"]),
    // Small scripts that hold such an adapter against the contract.
    ("telephony::kit", Edge, &["runtime", "telephony::remote", "time"]),
    ("telephony", Edge, &[]),
    // Agents and supervisors reach the engine by visits; what they see of it is told in its own terms.
    (
        "control",
        Edge,
        &[
            "call", "engine", "history", "queue",
            // The day so far is told as a report of it tells it afterwards.
            "report", "runtime", "session", "storage", "time",
        ],
    ),
    ("backend", Edge, &["call", "time"]),
    ("speech", Edge, &["media"]),
    // The project on disk, for every command alike.
    ("project", Edge, &["call", "flow", "media", "time"]),
    // The front door.
    ("config", Edge, &["call", "flow", "time"]),
    (
        "assemble",
        Edge,
        &["backend", "calendar", "call", "config", "engine", "faq", "flow", "interpreter", "queue"],
    ),
    (
        "server",
        Edge,
        &[
            "assemble",
            "backend",
            "call",
            "config",
            "control",
            "engine",
            "flow",
            // It takes the history over and lets the engine tell it to its store.
            "history",
            "media",
            "project",
            "runtime",
            // What the SIP adapter is told of trunks is said in terms of the machine that keeps them.
            "sip",
            "storage",
            "telephony",
            "telephony::remote",
            "telephony::rtp",
            "telephony::sip",
            "time",
        ],
    ),
    (
        "cli",
        Edge,
        &[
            "assemble",
            "backend",
            "call",
            "config",
            // The commands for agents and queues speak to a running node in its own terms.
            "control",
            "engine",
            "flow",
            // Reports are made of the history; what it keeps of people is handed out and forgotten by hand.
            "history",
            "media",
            "project",
            "reading",
            "report",
            "runtime",
            "server",
            "session",
            "simulation",
            "speech",
            // Reports read the store beside the node that writes it.
            "storage",
            "telephony::kit",
            "telephony::remote",
            "time",
        ],
    ),
];

#[test]
fn every_module_names_only_what_stands_lower() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    collect(&root, &root, &mut sources);
    sources.sort_by(|a, b| a.place.cmp(&b.place));
    assert!(sources.len() > 20, "only {} files found under src", sources.len());
    let faults = faults(TABLE, &sources);
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("src can be listed") {
        let path = entry.expect("src can be listed").path();
        if path.is_dir() {
            collect(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("sources are text");
            let place = path.strip_prefix(root).expect("below src").to_string_lossy();
            sources.push(Source::new(&place.replace('\\', "/"), &text));
        }
    }
}
