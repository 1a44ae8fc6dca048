//! `sambung call`: one person at the console calls a flow.
//!
//! Time is virtual and moves only on typing, so that a whole call takes seconds and a script gives the same output
//! every time. With `--speaker` the clock is the wall's and the prompts are heard.

mod conversation;
mod line;
#[cfg(feature = "speaker")]
mod live;
pub(super) mod moment;
mod outside;
mod screen;
#[cfg(feature = "speaker")]
mod speaker;
mod stage;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::{exit, print};
use conversation::HELP;
use outside::Fault;
use stage::{MAX_AGENTS, Stage};

use crate::call::{Origin, Party};
use crate::time::Wall;

/// Talk to a flow from the terminal.
///
/// Lines come from the terminal or, as a script, from a pipe. The call's record is shown at its end. Services are asked
/// for real, unless a fault is played.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct CallArgs {
    /// The flow file to call
    flow: PathBuf,
    #[command(flatten)]
    from: From,
    /// The time of the call, such as "2026-12-25 10:00" or "2026-12-25 10:00 Asia/Jakarta"; now if not given
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<Wall>,
    /// How many agents are logged in, up to 100; each serves every queue of the flow
    #[arg(long, default_value_t = 1, value_name = "COUNT",
        value_parser = clap::value_parser!(u16).range(..=i64::from(MAX_AGENTS)))]
    agents: u16,
    /// Let an operation of a service fail without asking it: `timeout`, `refused`, `error` or `not_found`; may
    /// be given several times
    #[arg(long, value_name = "SERVICE.OPERATION=FAULT", value_parser = outside::fault)]
    fault: Vec<Fault>,
    /// Hear the prompts; time is the wall clock's
    #[cfg(feature = "speaker")]
    #[arg(long)]
    speaker: bool,
}

/// What the network says of the call.
#[derive(Debug, Args)]
struct From {
    /// The number that calls; withheld if not given
    #[arg(long, value_name = "NUMBER")]
    caller: Option<String>,
    /// The name that comes with the number
    #[arg(long, value_name = "NAME", requires = "caller")]
    caller_name: Option<String>,
    /// The trunk that the call comes in by
    #[arg(long, value_name = "NAME")]
    trunk: Option<String>,
    /// The trunk vouches for the caller's number
    #[arg(long, requires_all = ["caller", "trunk"])]
    asserted: bool,
    /// The number that was called first, before the call was diverted
    #[arg(long, value_name = "NUMBER", requires = "trunk")]
    diverted_from: Option<String>,
}

impl From {
    /// A call to this number.
    fn calls(&self, called: &str) -> Origin {
        let text = |text: &Option<String>| text.as_deref().map(Into::into);
        Origin {
            called: called.into(),
            caller: Party { number: text(&self.caller), name: text(&self.caller_name) },
            asserted: self.asserted,
            trunk: text(&self.trunk),
            diverted_from: text(&self.diverted_from),
        }
    }
}

/// Plays one call.
pub(crate) fn run(args: &CallArgs) -> ExitCode {
    let wall = args.at.unwrap_or_else(moment::now);
    let stage = match Stage::set(&args.flow, args.agents, &args.fault) {
        Ok(stage) => stage,
        Err(code) => return code,
    };
    let origin = args.from.calls(stage.called());
    #[cfg(feature = "speaker")]
    let played = if args.speaker { stage.live(wall, origin) } else { typed(stage, wall, origin) };
    #[cfg(not(feature = "speaker"))]
    let played = typed(stage, wall, origin);
    match played {
        Ok(()) => exit::CLEAN.into(),
        // Whoever read our output has heard enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLEAN.into(),
        Err(error) => {
            print::error(&error);
            ExitCode::from(exit::FINDINGS)
        }
    }
}

/// A call in virtual time: lines move it on.
fn typed(stage: Stage, wall: Wall, origin: Origin) -> io::Result<()> {
    let mut conversation = stage.begin(wall, origin, io::stdout());
    conversation.attend()?;
    let mut lines = Lines::open();
    while !conversation.is_over() {
        match lines.next()? {
            Some(line) => conversation.obey(&line)?,
            None => conversation.hang_up()?,
        }
    }
    conversation.finish()
}

/// Where lines come from: a terminal with editing and history, or a script.
enum Lines {
    Terminal(Box<DefaultEditor>),
    Script(io::StdinLock<'static>),
}

/// The longest line of a script.
const MAX_LINE: u64 = 64 * 1024;

impl Lines {
    fn open() -> Self {
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        match DefaultEditor::new() {
            Ok(editor) if terminal => Self::Terminal(Box::new(editor)),
            _ => Self::Script(io::stdin().lock()),
        }
    }

    /// The next line; `None` = hang up.
    fn next(&mut self) -> io::Result<Option<String>> {
        match self {
            Self::Terminal(editor) => match editor.readline("| ") {
                Ok(line) => {
                    if let Err(error) = editor.add_history_entry(&line) {
                        return Err(io::Error::other(error));
                    }
                    Ok(Some(line))
                }
                Err(ReadlineError::Eof | ReadlineError::Interrupted) => Ok(None),
                Err(error) => Err(io::Error::other(error)),
            },
            Self::Script(stdin) => {
                let mut line = String::new();
                let read = io::Read::take(stdin, MAX_LINE).read_line(&mut line)?;
                if read == 0 {
                    return Ok(None);
                }
                // A script's lines are shown, so that its output reads like a call.
                writeln!(io::stdout(), "| {}", line.trim_end())?;
                Ok(Some(line))
            }
        }
    }
}
