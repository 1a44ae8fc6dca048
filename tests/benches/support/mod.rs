//! What the benchmarks share: a far side of many streams, the least that any engine must do for them, and what a
//! process uses.

use std::net::{IpAddr, Ipv4Addr};

use sambung::time::Duration;

use floor::Floor;
use load::{Lateness, Load};
use process::Process;

mod floor;
pub(crate) mod load;
pub(crate) mod process;

/// Where everything happens.
pub(crate) const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// How long streams run before they are measured.
const WARM_UP: Duration = Duration::from_secs(2);

/// What streams cost and how they came.
pub(crate) struct Row {
    /// Per cent of one core for 100 streams.
    pub(crate) cpu_per_100: f64,
    pub(crate) lateness: Lateness,
}

/// Runs the load against the ports, and reads what the threads of this process named `prefix` cost meanwhile.
pub(crate) fn measure(ports: &[u16], load: Load, prefix: &str, span: Duration) -> Row {
    let process = Process::this();
    let mut load = load.against(ports);
    load.run(WARM_UP);
    load.forget();
    let before = process.cpu(prefix);
    load.run(span);
    let share = (process.cpu(prefix) - before) / (span.as_micros() as f64 / 1e6);
    let cpu_per_100 = share * 100.0 * 100.0 / ports.len() as f64;
    Row { cpu_per_100, lateness: load.lateness() }
}

/// What streams cost at the very least.
pub(crate) fn measure_floor(count: usize, span: Duration) -> Row {
    let load = Load::new(count);
    let floor = Floor::start(count, threads(), load.address());
    let row = measure(floor.ports(), load, "floor-", span);
    floor.stop();
    row
}

/// As many threads as the engine takes by itself.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
