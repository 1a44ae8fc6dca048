//! `sambung adapter check`: whether an adapter keeps the contract, scenario by scenario.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::{exit, print};
use crate::config;
use crate::server::adapter_kind;
use crate::telephony::kit::{Check, Outcome, SCENARIOS, Scenario, Trouble, Verdict};
use crate::telephony::remote::{Kind, Token, WebSocket};

/// The environment variable that holds the token of a program under check.
const TOKEN: &str = "SAMBUNG_ADAPTER_TOKEN";

/// Holds an adapter against its contract: small scenarios, each with what it asks.
///
/// The adapter is one of `sambung.yaml`, by its name, or any program: `sambung adapter check -- ./adapter --lab`. A word
/// `{socket}` among the program's arguments stands for a Unix socket that it is to connect to, `{websocket}` for the URL of
/// a WebSocket whose token is in the environment variable `SAMBUNG_ADAPTER_TOKEN`; connections can break and come back then.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 the contract is kept, 1 it is not, 2 the arguments make no sense, 3 the adapter cannot be started.")]
pub(crate) struct CheckArgs {
    /// The name of an adapter in `sambung.yaml`
    #[arg(value_name = "NAME", conflicts_with = "command", required_unless_present_any = ["command", "list"])]
    name: Option<String>,
    /// A program and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    /// The configuration that names the adapter
    #[arg(long, value_name = "FILE", default_value = "sambung.yaml")]
    config: PathBuf,
    /// Plays only scenarios whose names contain this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Shows the last lines of passed scenarios too
    #[arg(long, short)]
    verbose: bool,
    /// Lists the scenarios and what they ask
    #[arg(long)]
    list: bool,
}

/// Why a check could not be carried out.
#[derive(Debug, thiserror::Error)]
enum CheckError {
    /// The configuration cannot be read.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    /// The configuration has errors.
    #[error("read the configuration: it has errors; see `sambung check sambung.yaml`")]
    Broken,
    /// No adapter has that name.
    #[error("find the adapter `{0}` in the configuration")]
    NoSuchAdapter(String),
    /// What it connects to cannot be had.
    #[error(transparent)]
    Adapter(#[from] crate::runtime::AdapterError),
    /// The system refused something.
    #[error("check the adapter")]
    System(#[from] io::Error),
}

/// Checks an adapter and prints what was found.
pub(crate) fn run(args: &CheckArgs) -> ExitCode {
    let outcome = if args.list { list().map(|()| true) } else { check(args) };
    match outcome {
        Ok(true) => exit::CLEAN.into(),
        Ok(false) => exit::FINDINGS.into(),
        Err(CheckError::System(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            exit::FINDINGS.into()
        }
        Err(error @ CheckError::NoSuchAdapter(_)) => {
            print::error(&error);
            exit::USAGE.into()
        }
        Err(error) => {
            print::error(&error);
            exit::UNREADABLE.into()
        }
    }
}

fn list() -> Result<(), CheckError> {
    let mut out = io::stdout().lock();
    for scenario in SCENARIOS {
        writeln!(out, "{:<22} {}", scenario.name, scenario.asks)?;
    }
    Ok(())
}

/// Whether the contract is kept.
fn check(args: &CheckArgs) -> Result<bool, CheckError> {
    let folder = tempfile_folder()?;
    let (kind, beside) = match &args.name {
        Some(name) => (of_config(name, &args.config)?, None),
        None => of_command(&args.command, &folder)?,
    };
    let tasks = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let check = Check { kind, sound: None };
    let wanted = |scenario: &&Scenario| {
        args.only.as_ref().is_none_or(|only| scenario.name.contains(only.as_str()))
    };
    let mut sums = [0_usize; 3];
    let mut out = io::stdout().lock();
    for scenario in SCENARIOS.iter().filter(wanted) {
        let companion = beside.as_ref().map(Companion::start).transpose()?;
        let verdict = tasks.block_on(check.run(scenario));
        if let Some(mut companion) = companion {
            companion.kill()?;
            companion.wait()?;
        }
        let verdict = verdict?;
        sums[place(&verdict.outcome)] += 1;
        tell(&verdict, args.verbose, &mut out)?;
        out.flush()?;
    }
    std::fs::remove_dir_all(&folder)?;
    let [passed, failed, not_run] = sums;
    writeln!(out, "{passed} passed, {failed} failed, {not_run} not run")?;
    Ok(failed == 0)
}

const fn place(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Passed => 0,
        Outcome::Failed(_) => 1,
        Outcome::NotRun(_) => 2,
    }
}

fn tell(verdict: &Verdict, verbose: bool, out: &mut impl Write) -> io::Result<()> {
    let Verdict { name, asks, outcome, lines } = verdict;
    match outcome {
        Outcome::Passed => writeln!(out, "passed   {name:<22} {asks}")?,
        Outcome::NotRun(why) => writeln!(out, "not run  {name:<22} {why}")?,
        Outcome::Failed(trouble) => {
            writeln!(out, "FAILED   {name:<22} {asks}")?;
            writeln!(out, "         {trouble}")?;
            if let Trouble::Broken { line: Some(line), .. } = trouble {
                writeln!(out, "         by   {line}")?;
            }
        }
    }
    if verbose || matches!(outcome, Outcome::Failed(_)) {
        for line in lines {
            writeln!(out, "           {line}")?;
        }
    }
    Ok(())
}

/// How an adapter of the configuration is reached.
fn of_config(name: &str, path: &std::path::Path) -> Result<Kind, CheckError> {
    let config = config::read_file(path)?.config.ok_or(CheckError::Broken)?;
    let adapter = config.adapters.iter().find(|adapter| &*adapter.name == name);
    let adapter = adapter.ok_or_else(|| CheckError::NoSuchAdapter(name.to_owned()))?;
    Ok(adapter_kind(&adapter.reach, &config.folder))
}

/// A program that connects to us by itself.
struct Companion {
    command: Vec<String>,
    /// What it shows, where it must.
    token: Option<String>,
}

impl Companion {
    fn start(&self) -> io::Result<std::process::Child> {
        let (program, arguments) = self.command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = std::process::Command::new(program);
        command.args(arguments).stdin(std::process::Stdio::null());
        if let Some(token) = &self.token {
            command.env(TOKEN, token);
        }
        command.spawn()
    }
}

/// How a program is reached, and how it is started where it connects by itself.
fn of_command(
    command: &[String],
    folder: &std::path::Path,
) -> io::Result<(Kind, Option<Companion>)> {
    let names = |word: &str| command.iter().any(|written| written.contains(word));
    let with = |word: &str, value: &str| -> Vec<String> {
        command.iter().map(|written| written.replace(word, value)).collect()
    };
    if names("{socket}") {
        let path = folder.join("adapter.sock");
        let command = with("{socket}", &path.display().to_string());
        return Ok((Kind::Socket { path }, Some(Companion { command, token: None })));
    }
    if names("{websocket}") {
        let free = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
        let listen = free.local_addr()?;
        let token = token()?;
        let door = WebSocket { listen, token: Token::new(&token), origins: Vec::new(), tls: None };
        let command = with("{websocket}", &format!("ws://{listen}/"));
        return Ok((Kind::WebSocket(door), Some(Companion { command, token: Some(token) })));
    }
    Ok((Kind::Process { command: command.to_vec(), folder: PathBuf::new() }, None))
}

/// A token for one check.
fn token() -> io::Result<String> {
    let mut bytes = [0; 16];
    rustix::rand::getrandom(&mut bytes[..], rustix::rand::GetRandomFlags::empty())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A folder of our own for a socket.
fn tempfile_folder() -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("sambung-check-{}", std::process::id()));
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(&folder)?;
    Ok(folder)
}
