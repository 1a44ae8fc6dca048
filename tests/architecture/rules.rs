//! Holds a tree of sources against the table of floors and says, in words, all that is wrong with it.

use std::collections::BTreeSet;

use super::source::Source;

/// What a module may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    /// Sans-IO: no socket, clock, file, thread, task, lock or log.
    Pure,
    /// Meets the world outside.
    Edge,
}

/// One line of the table: a module, its floor and the modules it names.
pub(crate) type Row = (&'static str, Floor, &'static [&'static str]);

/// What the pure floors never name, each with the reason.
const IMPURE: &[(&str, &str)] = &[
    ("tokio", "the core is sans-IO"),
    ("async", "the core is sans-IO"),
    ("std::net::UdpSocket", "sockets belong to `telephony`"),
    ("std::net::TcpStream", "sockets belong to `telephony`"),
    ("std::net::TcpListener", "sockets belong to `telephony`"),
    ("socket2", "sockets belong to `telephony`"),
    ("rustix", "the system belongs to the adapters"),
    ("std::fs", "files are read by `project`, `cli` and `server`"),
    ("std::env", "the environment is read by `config`"),
    ("std::process", "programs are run by `cli`"),
    ("std::thread", "one owner, no threads"),
    ("Mutex", "one owner, no locks"),
    ("RwLock", "one owner, no locks"),
    ("mpsc", "channels stand at the edges"),
    ("::now(", "`now` is an argument"),
    ("tracing", "only `runtime` and the adapters log"),
];

/// Crates that stay inside the modules named here, so that they can be replaced.
const KEPT: &[(&str, &[&str])] = &[
    ("sipx_sip", &["sip"]),
    ("sipx_sdp", &["sip"]),
    ("saphyr_parser", &["flow"]),
    ("snowball_stemmers_rs", &["text"]),
    ("clap", &["cli"]),
    ("rusqlite", &["storage"]),
    ("earshot", &["media"]),
];

/// The most lines of a file, its tests not counted.
const MAX_LINES: usize = 600;

/// Everything in `sources` that breaks the table or a rule of the house, one sentence each.
pub(crate) fn faults(table: &[Row], sources: &[Source]) -> Vec<String> {
    let mut faults = table_faults(table);
    let mut used = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for source in sources {
        faults.extend(file_faults(source));
        if is_root(source) || source.is_tests() {
            continue;
        }
        let module = source.module();
        let Some(row) = row_of(table, &module) else {
            faults.push(format!("{}: `{}` has no row in the table", source.place, module[0]));
            continue;
        };
        seen.insert(row.0);
        faults.extend(arrow_faults(table, row, source, &mut used));
        faults.extend(impurities(row, source));
        faults.extend(strays(row, source));
    }
    faults.extend(idle_rows(table, &seen, &used));
    faults.dedup();
    faults
}

/// `lib.rs` and `main.rs` stand above every floor.
fn is_root(source: &Source) -> bool {
    ["lib.rs", "main.rs"].contains(&source.place.as_str())
}

/// The row with the longest name that `path` lies in.
fn row_of<'a>(table: &'a [Row], path: &[String]) -> Option<&'a Row> {
    let within = |row: &&Row| {
        let name: Vec<&str> = row.0.split("::").collect();
        path.len() >= name.len() && path.iter().zip(&name).all(|(part, name)| part == name)
    };
    table.iter().filter(within).max_by_key(|row| row.0.len())
}

fn table_faults(table: &[Row]) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, (module, floor, allowed)) in table.iter().enumerate() {
        for name in *allowed {
            match table[..at].iter().find(|row| row.0 == *name) {
                None => faults
                    .push(format!("table: `{module}` lists `{name}`, which does not stand lower")),
                Some((_, Floor::Edge, _)) if *floor == Floor::Pure => faults
                    .push(format!("table: `{module}` is pure and lists `{name}`, which is not")),
                Some(_) => {}
            }
        }
    }
    faults
}

fn file_faults(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    if !source.has_docs {
        faults.push(format!("{}: does not open with `//!`", source.place));
    }
    if source.lines > MAX_LINES && !source.is_tests() {
        let lines = source.lines;
        faults.push(format!("{}: {lines} lines without tests, over {MAX_LINES}", source.place));
    }
    if source.place == "lib.rs" && !source.lines_with("fn").is_empty() {
        faults.push("lib.rs: holds logic".to_owned());
    }
    for line in source.lines_with("super::super") {
        faults.push(format!("{}:{line}: `super::super`; write `crate::…`", source.place));
    }
    for line in source.lines_with("crate::{") {
        faults.push(format!("{}:{line}: `crate::{{…}}`; one module per `use`", source.place));
    }
    faults
}

fn arrow_faults(
    table: &[Row],
    row: &Row,
    source: &Source,
    used: &mut BTreeSet<(&'static str, &'static str)>,
) -> Vec<String> {
    let (module, _, allowed) = *row;
    let mut faults = Vec::new();
    for mention in source.mentions() {
        let Some((target, ..)) = row_of(table, &mention.path) else {
            let path = mention.path.join("::");
            faults.push(format!("{}:{}: no row for `crate::{path}`", source.place, mention.line));
            continue;
        };
        used.insert((module, *target));
        let own_child = target.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"));
        if *target != module && !own_child && !allowed.contains(target) {
            faults.push(format!(
                "{}:{}: `{module}` may not name `{target}`",
                source.place, mention.line
            ));
        }
    }
    faults
}

fn impurities((module, floor, _): &Row, source: &Source) -> Vec<String> {
    if *floor == Floor::Edge {
        return Vec::new();
    }
    let mut faults = Vec::new();
    for (word, reason) in IMPURE {
        for line in source.lines_with(word) {
            let place = &source.place;
            faults.push(format!("{place}:{line}: `{word}` in `{module}`: {reason}"));
        }
    }
    faults
}

fn strays((module, ..): &Row, source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, keepers) in KEPT.iter().filter(|(_, keepers)| !keepers.contains(module)) {
        for line in source.lines_with(name) {
            let keepers = keepers.join(", ");
            faults.push(format!("{}:{line}: `{name}` belongs to {keepers} alone", source.place));
        }
    }
    faults
}

fn idle_rows(
    table: &[Row],
    seen: &BTreeSet<&str>,
    used: &BTreeSet<(&'static str, &'static str)>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for (module, _, allowed) in table {
        if !seen.contains(module) {
            faults.push(format!("table: there is no module `{module}`"));
            continue;
        }
        for name in allowed.iter().filter(|name| !used.contains(&(*module, **name))) {
            faults.push(format!("table: `{module}` lists `{name}` and never names it"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Row] = &[
        ("time", Floor::Pure, &[]),
        ("call", Floor::Pure, &["time"]),
        ("queue", Floor::Pure, &["call", "time"]),
        ("sip", Floor::Pure, &["call"]),
        ("telephony", Floor::Edge, &[]),
        ("telephony::rtp", Floor::Edge, &["call"]),
        ("telephony::sip", Floor::Edge, &["sip", "telephony::rtp"]),
    ];

    fn sound() -> Vec<(&'static str, &'static str)> {
        vec![
            ("lib.rs", "//! Docs.\npub mod call;"),
            ("time.rs", "//! Time."),
            ("call/mod.rs", "//! Calls.\nuse crate::time::Instant;"),
            ("queue/mod.rs", "//! Queue.\nuse crate::call::LegId;\nuse crate::time::Instant;"),
            ("sip/mod.rs", "//! SIP.\nuse crate::call::LegId;\nuse sipx_sip::Request;"),
            ("telephony/mod.rs", "//! Adapters.\nmod rtp;\nmod sip;"),
            ("telephony/rtp.rs", "//! RTP.\nuse crate::call::LegId;\nuse std::net::UdpSocket;"),
            (
                "telephony/sip.rs",
                "//! SIP.\nuse super::rtp::Port;\nuse crate::sip::Agent;\nasync fn run() {}",
            ),
        ]
    }

    fn faults_of(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<_> = files.iter().map(|(at, text)| Source::new(at, text)).collect();
        faults(TABLE, &sources)
    }

    #[test]
    fn a_sound_tree_has_no_faults() {
        assert_eq!(faults_of(&sound()), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_seen() {
        for (place, text, expected) in [
            ("time.rs", "fn a() {}", "time.rs: does not open with `//!`"),
            (
                "queue/line.rs",
                "//! L.\nuse crate::sip::Agent;",
                "queue/line.rs:2: `queue` may not name `sip`",
            ),
            (
                "telephony/rtp.rs",
                "//! R.\nuse crate::call::A;\nuse super::sip::Leg;",
                "telephony/rtp.rs:3: `telephony::rtp` may not name `telephony::sip`",
            ),
            (
                "call/id.rs",
                "//! I.\nuse crate::telephony::rtp::{A, B};",
                "call/id.rs:2: `call` may not name `telephony::rtp`",
            ),
            ("call/id.rs", "//! I.\nuse crate::LegId;", "call/id.rs:2: no row for `crate::LegId`"),
            ("server.rs", "//! S.", "server.rs: `server` has no row in the table"),
            (
                "queue/line.rs",
                "//! L.\nasync fn run() {}",
                "queue/line.rs:2: `async` in `queue`: the core is sans-IO",
            ),
            (
                "call/id.rs",
                "//! I.\nfn f() { let t = std::time::Instant::now(); }",
                "call/id.rs:2: `::now(` in `call`: `now` is an argument",
            ),
            (
                "queue/line.rs",
                "//! L.\nuse std::fs;",
                "queue/line.rs:2: `std::fs` in `queue`: files are read by `project`, `cli` and `server`",
            ),
            (
                "telephony/rtp.rs",
                "//! R.\nuse crate::call::A;\nuse sipx_sip::Uri;",
                "telephony/rtp.rs:3: `sipx_sip` belongs to sip alone",
            ),
            ("sip/mod.rs", "//! SIP.", "table: `sip` lists `call` and never names it"),
            ("lib.rs", "//! L.\nfn main() {}", "lib.rs: holds logic"),
            (
                "call/id.rs",
                "//! I.\nuse super::super::time::A;",
                "call/id.rs:2: `super::super`; write `crate::…`",
            ),
            (
                "call/id.rs",
                "//! I.\nuse crate::{time::A};",
                "call/id.rs:2: `crate::{…}`; one module per `use`",
            ),
        ] {
            let mut files = sound();
            files.retain(|(at, _)| *at != place);
            files.push((place, text));
            let found = faults_of(&files);
            assert!(found.iter().any(|fault| fault == expected), "{expected}\nin {found:#?}");
        }
    }

    #[test]
    fn a_long_file_is_refused_and_its_tests_are_not_counted() {
        let long = format!("//! L.\n{}", "fn a() {}\n".repeat(MAX_LINES));
        let tested =
            format!("//! L.\n#[cfg(test)]\nmod tests {{\n{}}}", "fn a() {}\n".repeat(MAX_LINES));
        let with = |text: &str| {
            let mut files = sound();
            files.push(("queue/line.rs", text));
            faults_of(&files)
        };
        assert_eq!(with(&long), ["queue/line.rs: 601 lines without tests, over 600"]);
        assert_eq!(with(&tested), Vec::<String>::new());
    }

    #[test]
    fn a_table_that_points_up_is_refused() {
        let table: &[Row] = &[
            ("call", Floor::Pure, &["time"]),
            ("time", Floor::Pure, &[]),
            ("runtime", Floor::Edge, &[]),
            ("engine", Floor::Pure, &["runtime"]),
        ];
        assert_eq!(
            table_faults(table),
            [
                "table: `call` lists `time`, which does not stand lower",
                "table: `engine` is pure and lists `runtime`, which is not",
            ]
        );
    }
}
