//! `sambung data export`: everything that is known of a caller.

use clap::Args;
use serde_json::{Value as Json, json};

use super::open::{Owned, failed};
use crate::cli::exit;
use crate::config::Config;
use crate::history::{Fact, Known, Store as _};
use crate::storage::recordings_of;

/// Prints everything that is known of a caller as one JSON object, numbers and words in clear, and notes in the history
/// that it was handed out.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The caller's number, as it calls
    #[arg(allow_hyphen_values = true)]
    number: String,
    /// Who asks for it; stands in the history
    #[arg(long, value_name = "NAME", default_value = "sambung data")]
    by: String,
}

pub(super) fn run(args: &ExportArgs, config: &Config) -> u8 {
    export(args, config).map_or_else(|code| code, |()| exit::CLEAN)
}

fn export(args: &ExportArgs, config: &Config) -> Result<(), u8> {
    let owned = Owned::open(config)?;
    let caller = owned.caller(&args.number)?;
    let mut known = owned.store.known(&caller).map_err(|error| failed(&error))?;
    let mut recordings = recordings_of(&config.recordings, &known.contacts).map_err(|error| {
        crate::cli::print::error(&error);
        exit::FINDINGS
    })?;
    recordings.extend(std::mem::take(&mut known.recordings));
    known.recordings = recordings.into_iter().collect();
    let text = serde_json::to_string_pretty(&told(&args.number, &known, config));
    let contacts = known.contacts.len() as u64;
    owned.close(vec![Fact::Exported { caller, by: args.by.as_str().into(), contacts }])?;
    crate::cli::print::out(&text.expect("JSON of ours can be written"));
    Ok(())
}

/// The object: contacts in order, each with what happened, its record and its recordings.
fn told(number: &str, known: &Known, config: &Config) -> Json {
    let history = |entry: &crate::history::Entry| -> Json {
        let line = entry.to_line(true).expect("a fact can always be written");
        serde_json::from_str(&line).expect("a line is JSON")
    };
    let record = |(call, record): &(crate::call::CallId, std::sync::Arc<str>)| {
        let record: Json = serde_json::from_str(record).unwrap_or(Json::Null);
        json!({ "call": call, "record": record })
    };
    let recordings = known.recordings.iter();
    let files = recordings.map(|id| {
        let file = |end: &str| config.recordings.join(format!("{id}.wav{end}"));
        // What a crash cut off has its last name only after the next start.
        [file(""), file(".part")].into_iter().find(|path| path.exists()).unwrap_or_else(|| file(""))
    });
    let files: Vec<Json> = files
        .map(|path| json!({ "file": path.to_string_lossy(), "there": path.exists() }))
        .collect();
    json!({
        "number": number,
        "contacts": known.contacts,
        "history": known.entries.iter().map(history).collect::<Vec<_>>(),
        "records": known.records.iter().map(record).collect::<Vec<_>>(),
        "recordings": files,
    })
}
