//! `sambung call`: one person at the console calls a flow.
//!
//! Time is virtual and moves only on typing, so that a whole call takes seconds and a script gives the same output
//! every time. With `--speaker` the clock is the wall's and the prompts are heard.

mod conversation;
mod line;
mod screen;
#[cfg(feature = "speaker")]
mod speaker;

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use conversation::{Conversation, HELP};
use screen::Screen;

/// Talk to a flow from the terminal.
#[derive(Debug, Args)]
#[command(after_help = HELP_TEXT)]
pub(crate) struct CallArgs {
    /// The flow file to call.
    flow: PathBuf,
    /// The project's settings; default: `sambung.yaml` where there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The number that calls; default: withheld.
    #[arg(long, value_name = "NUMBER")]
    caller: Option<String>,
    /// The wall-clock time of the call, such as "2026-12-25 10:00 Asia/Jakarta"; default: now.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// How many agents are logged in to every queue.
    #[arg(long, default_value_t = 1, value_name = "COUNT")]
    agents: u32,
    /// Hear the prompts; time is the wall clock's.
    #[cfg(feature = "speaker")]
    #[arg(long)]
    speaker: bool,
}

const HELP_TEXT: &str = "At the prompt, 0-9 * # are keys (a leading ! presses them into the prompt), other text is \
speech, an empty line waits, /agent answer|reject|hangup plays the agent, and ^D hangs up.";
