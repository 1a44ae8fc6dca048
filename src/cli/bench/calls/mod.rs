//! `sambung bench calls`: `sambung serve` as a user starts it, called over loopback by many callers.

mod concurrent;
mod rate;

use std::net::SocketAddrV4;
use std::process::ExitCode;

use clap::Args;

pub(super) use concurrent::{Concurrent, concurrent};
pub(super) use rate::{Rate, rate};

use super::error::BenchError;
use super::load::{Caller, Prompts, Tally, Target};
use super::server::{Server, Usage};
use super::table::Table;
use super::{MAX_CALLS, floor, seconds};
use crate::cli::{exit, print};
use crate::time::Duration;

/// How long the floor is measured at most, of which each figure is told as a multiple.
const FLOOR: Duration = Duration::from_secs(3);

/// Call a server many times and measure it.
#[derive(Debug, Args)]
#[command(after_help = "\
Without --server this program is started on a project of its own, and ended afterwards. Callers dial in over SIP and
RTP, hear a prompt, press a key as people do (--rate), hear the next prompt and hang up; or they only listen
(--concurrent).

CPU is that of the server alone, per cent of one core, with the same figure for streams that only send and receive
below it. \"Late\" is a packet's arrival, by the kernel's stamp, against its own call's RTP time line; \"left out\" are
frames that the time line passes over; \"press\" and \"release\" are the times from a key's first packet, and from its end,
to the first packet of the next prompt. \"kept\" is what an ended call leaves in RAM while its requests may be repeated:
what a second round of as many calls adds. Callers and server share this machine: run both under `chrt -r 10` if it is
busy, and say so beside the figures.

Examples:
  sambung bench calls
  sambung bench calls --concurrent 500,1000,2000 --duration 30s
  sambung bench calls --rate 100,200 --duration 60s
  sambung bench calls --concurrent 300 --srtp --tls
  sambung bench calls --server 127.0.0.1:5060 --pid \"$(pidof sambung)\" --concurrent 50

Exit codes: 0 all calls went well, 1 some failed or something could not be measured, 2 wrong arguments.")]
pub(crate) struct CallsArgs {
    /// How many calls at a time, each of which only listens
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=MAX_CALLS))]
    concurrent: Vec<u32>,
    /// How many new calls a second, of 5 s each with one key
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=2_000))]
    rate: Vec<u32>,
    /// How long each number is measured; listening calls at most 45 s
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = seconds)]
    duration: Duration,
    /// A server of this machine that runs already; its prompts are its own, so what comes after keys is not timed
    #[arg(long, value_name = "ADDRESS", value_parser = loopback)]
    server: Option<SocketAddrV4>,
    /// The server's process, whose CPU and memory are measured
    #[arg(long, value_name = "ID", requires = "server")]
    pid: Option<u32>,
    /// Encrypt the sound (SRTP, AES-128 in counter mode)
    #[arg(long)]
    srtp: bool,
    /// Encrypt the signalling: one TLS connection for all callers
    #[arg(long, conflicts_with = "server")]
    tls: bool,
    /// Where the callers' chance begins: the same seed makes the same calls
    #[arg(long, value_name = "SEED", default_value = "1")]
    seed: u64,
}

/// Reads the address of a server on this machine: the load is for no other.
fn loopback(text: &str) -> Result<SocketAddrV4, String> {
    let address = text.parse::<SocketAddrV4>().ok();
    address.filter(|address| address.ip().is_loopback()).ok_or_else(|| {
        "write it as `127.0.0.1:5060`; only servers on this machine are called".to_owned()
    })
}

/// Who is called, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    who: Who,
    /// Whether sound is encrypted (SRTP).
    srtp: bool,
    /// Whether signalling is encrypted (TLS).
    tls: bool,
}

/// Who is called.
#[derive(Debug, Clone, Copy)]
enum Who {
    /// This program, started for each measurement.
    Own,
    /// A server that runs, and its process if that is known.
    Running(SocketAddrV4, Option<u32>),
}

/// The server of one measurement.
#[derive(Debug)]
pub(super) enum Running {
    Own(Box<Server>),
    Other(SocketAddrV4, Option<u32>),
}

impl Subject {
    /// This program, called in the clear.
    pub(super) const OWN: Self = Self { who: Who::Own, srtp: false, tls: false };
    /// This program, with sound and signalling encrypted.
    pub(super) const OWN_ENCRYPTED: Self = Self { who: Who::Own, srtp: true, tls: true };

    fn start(self) -> Result<Running, BenchError> {
        match self.who {
            Who::Own => Server::start(self.tls).map(Box::new).map(Running::Own),
            Who::Running(address, pid) => Ok(Running::Other(address, pid)),
        }
    }

    /// Callers of a server that was started.
    fn callers(self, server: &Running) -> Result<Caller, BenchError> {
        let (prompts, tls) = match server {
            Running::Own(server) => (Prompts::Ours, self.tls.then(|| server.tls())),
            Running::Other(..) => (Prompts::Others, None),
        };
        Caller::new(Target { server: server.address(), prompts, srtp: self.srtp, tls })
    }
}

impl Running {
    fn address(&self) -> SocketAddrV4 {
        match self {
            Self::Own(server) => server.address,
            Self::Other(address, _) => *address,
        }
    }

    /// What it has used; not a number where its process is not known.
    fn usage(&self) -> Usage {
        let unknown = f64::NAN;
        match self {
            Self::Own(server) => server.usage(),
            Self::Other(_, Some(pid)) => Usage::of(*pid),
            Self::Other(_, None) => Usage {
                cpu: unknown,
                media: unknown,
                history: unknown,
                rss: unknown,
                files: unknown,
            },
        }
    }

    fn stop(self) -> Result<(), BenchError> {
        match self {
            Self::Own(server) => server.stop(),
            Self::Other(..) => Ok(()),
        }
    }
}

/// Measures each number that was asked for.
pub(super) fn run(args: &CallsArgs) -> ExitCode {
    match measure(args) {
        Ok(true) => exit::CLEAN.into(),
        Ok(false) => exit::FINDINGS.into(),
        Err(error) => {
            print::error(&error);
            exit::FINDINGS.into()
        }
    }
}

/// Whether all calls went well.
fn measure(args: &CallsArgs) -> Result<bool, BenchError> {
    let who = args.server.map_or(Who::Own, |server| Who::Running(server, args.pid));
    let subject = Subject { who, srtp: args.srtp, tls: args.tls };
    let (concurrent, rate): (&[u32], &[u32]) = if args.concurrent.is_empty() && args.rate.is_empty()
    {
        (&[100, 500], &[100])
    } else {
        (&args.concurrent, &args.rate)
    };
    let listened = concurrently(subject, concurrent, args.duration)?;
    let pressed = rates(subject, rate, args)?;
    Ok(listened && pressed)
}

fn concurrently(subject: Subject, sizes: &[u32], span: Duration) -> Result<bool, BenchError> {
    if sizes.is_empty() {
        return Ok(true);
    }
    let table = Table::begin(
        "a prompt in each call, PCMU 20 ms in and out; times in ms",
        "calls|failed|CPU %/100|media|late p50|   p99|   max|jitter p50|lost|left out|RSS kB/call|files/call",
    );
    let mut well = true;
    for &calls in sizes {
        let measured = concurrent(subject, calls, span)?;
        let Concurrent { ref tally, ref sound, .. } = measured;
        well &= tally.failed.is_empty() && measured.complete;
        table.row(&[
            f64::from(calls),
            tally.failures(),
            measured.cpu_per_100,
            measured.media_per_100,
            sound.late.p50_ms,
            sound.late.p99_ms,
            sound.late.max_ms,
            sound.jitter.p50_ms,
            sound.lost,
            sound.left_out,
            measured.rss_per_call,
            measured.files_per_call,
        ]);
        if !measured.complete {
            table.remark("not every call was in progress, or heard, all the time");
        }
        remark(&table, tally);
        let floor = floor::measure(calls, span.min(FLOOR))?;
        let floor::Lateness { p99_ms, max_ms, lost } = floor.lateness;
        table.remark(&format!(
            "{:.2} times the floor: {:.2} %, late p99 {p99_ms} max {max_ms} ms, {lost} lost",
            measured.cpu_per_100 / floor.cpu_per_100,
            floor.cpu_per_100
        ));
    }
    table.end();
    Ok(well)
}

fn rates(subject: Subject, rates: &[u32], args: &CallsArgs) -> Result<bool, BenchError> {
    if rates.is_empty() {
        return Ok(true);
    }
    let table = Table::begin(
        &format!("new calls for {}, 5 s each with a key; times in ms", args.duration),
        "calls/s|failed|CPU s/1000|media|history|200 p50|  p99|sound p50|press p50|  p99|release p50|   p99|\
         late p99|   max|lost|left out|kept kB/call",
    );
    let mut well = true;
    for &per_second in rates {
        let measured = rate(subject, per_second, args.duration, args.seed)?;
        let Rate { tally, sound, .. } = &measured;
        well &= tally.failed.is_empty();
        table.row(&[
            f64::from(per_second),
            tally.failures(),
            measured.cpu_per_1000,
            measured.media_per_1000,
            measured.history_per_1000,
            tally.answer.p50_ms,
            tally.answer.p99_ms,
            tally.sound.p50_ms,
            tally.from_press.p50_ms,
            tally.from_press.p99_ms,
            tally.from_release.p50_ms,
            tally.from_release.p99_ms,
            sound.late.p99_ms,
            sound.late.max_ms,
            sound.lost,
            sound.left_out,
            measured.kept_per_call,
        ]);
        remark(&table, tally);
    }
    table.end();
    Ok(well)
}

/// Says what was not as it should be.
fn remark(table: &Table, tally: &Tally) {
    let Tally { answered, failed, repeats, .. } = tally;
    if !failed.is_empty() || *repeats > 0 {
        let failed: Vec<_> =
            failed.iter().map(|(ending, count)| format!("{count} {ending}")).collect();
        table.remark(&format!(
            "{answered} answered; failed: {}; {repeats} SIP requests repeated",
            if failed.is_empty() { "none".to_owned() } else { failed.join(", ") }
        ));
    }
}
