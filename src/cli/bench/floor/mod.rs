//! The floor: the least that any engine must do for so many calls. Streams that only send and receive what a call sends
//! and receives, in the rhythm of the media threads.

mod far_side;
mod streams;
mod way;

use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;

use clap::Args;

use super::error::BenchError;
use super::process::Process;
use super::table::Table;
use super::{MAX_CALLS, seconds};
use crate::cli::{exit, print};
use crate::media::{FRAME, RTP_HEADER, RtpHeader};
use crate::time::Duration;
use far_side::FarSide;
pub(super) use far_side::Lateness;
use streams::Streams;
use way::Way;

/// Where everything happens.
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Samples of a packet.
const SAMPLES: u32 = 160;
/// A sample of silence in µ-law.
const SILENCE: u8 = 0xff;
/// How long streams run before they are measured, at most.
const WARM_UP: Duration = Duration::from_secs(2);

/// Measure what so many calls cost at the very least on this machine.
#[derive(Debug, Args)]
#[command(after_help = "\
One stream for each call, PCMU 20 ms in and out over loopback, on as many threads as the server takes for media; each
socket is read and written once in 20 ms, and nothing else is done. What `sambung bench calls` measures is told as a
multiple of this.

CPU is that of the threads alone, per cent of one core for 100 streams. \"Late\" is a packet's arrival against its own
time line, known to a millisecond. On a busy machine run it under `chrt -r 10`.

Examples:
  sambung bench floor
  sambung bench floor --calls 100,1000,3000 --duration 20s
  sambung bench floor --calls 300 --way turn,tick,ready,shared")]
pub(crate) struct FloorArgs {
    /// How many streams at a time
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "100,300,1000", value_parser = clap::value_parser!(u32).range(1..=MAX_CALLS))]
    calls: Vec<u32>,
    /// How long each number is measured
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = seconds)]
    duration: Duration,
    /// How sockets are laid out and looked at; the engine's figures are held against `turn`
    #[arg(long, value_name = "WAY", value_delimiter = ',', default_value = "turn")]
    way: Vec<Way>,
}

/// Measures the floor for each number of calls.
pub(super) fn run(args: &FloorArgs) -> ExitCode {
    for &way in &args.way {
        let title = format!("PCMU 20 ms in and out; {}", way.title());
        let table = Table::begin(&title, "streams|CPU %/100|late ms p99|   max|lost");
        for &calls in &args.calls {
            match measure_way(calls, args.duration, way) {
                Ok(Floor { cpu_per_100, lateness: Lateness { p99_ms, max_ms, lost } }) => {
                    table.row(&[f64::from(calls), cpu_per_100, p99_ms, max_ms, lost]);
                }
                Err(error) => {
                    print::error(&error);
                    return exit::FINDINGS.into();
                }
            }
        }
        table.end();
    }
    exit::CLEAN.into()
}

/// A datagram of the stream that `source` sends: packet number `frame` of 20 ms of silence.
fn datagram(frame: u32, source: u32) -> [u8; RTP_HEADER + FRAME] {
    let mut datagram = [SILENCE; RTP_HEADER + FRAME];
    let [.., high, low] = frame.to_be_bytes();
    let header = RtpHeader {
        marker: false,
        payload_type: 0,
        sequence: u16::from_be_bytes([high, low]),
        timestamp: frame.wrapping_mul(SAMPLES),
        ssrc: source,
    };
    header.write(datagram.first_chunk_mut().expect("made with room for the header"));
    datagram
}

/// Makes a datagram one of another source.
fn sign(datagram: &mut [u8], source: u32) {
    if let Some(ssrc) = datagram.get_mut(8..RTP_HEADER) {
        ssrc.copy_from_slice(&source.to_be_bytes());
    }
}

/// What streams cost and how they came.
#[derive(Debug)]
pub(super) struct Floor {
    /// Per cent of one core for 100 streams.
    pub(super) cpu_per_100: f64,
    pub(super) lateness: Lateness,
}

/// What `count` streams cost at the very least.
///
/// # Errors
/// [`BenchError::System`] where a socket or thread cannot be had.
pub(super) fn measure(count: u32, span: Duration) -> Result<Floor, BenchError> {
    measure_way(count, span, Way::Turn)
}

fn measure_way(count: u32, span: Duration, way: Way) -> Result<Floor, BenchError> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut far_side = FarSide::new(count)?;
    let streams = Streams::start(count, threads, far_side.address()?, way)?;
    far_side.aim(streams.ports());
    let process = Process::this();
    far_side.run(span.min(WARM_UP));
    far_side.forget();
    let before = process.cpu(streams::NAME);
    far_side.run(span);
    let spent = process.cpu(streams::NAME) - before;
    streams.stop();
    let share = spent / span.to_std().as_secs_f64();
    let cpu_per_100 = share * 100.0 * 100.0 / f64::from(count);
    Ok(Floor { cpu_per_100, lateness: far_side.lateness() })
}
