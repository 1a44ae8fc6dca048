//! What the system says of this process.

use std::fs;

use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

/// How it stands; `None` where the system does not tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Process {
    pub(super) cpu_seconds: f64,
    pub(super) resident_bytes: Option<u64>,
    pub(super) open_files: Option<u64>,
    pub(super) max_files: Option<u64>,
}

impl Process {
    /// Asks the system.
    pub(super) fn look() -> Self {
        let spent = clock_gettime(ClockId::ProcessCPUTime);
        let seconds = u32::try_from(spent.tv_sec).unwrap_or(u32::MAX);
        let nanoseconds = u32::try_from(spent.tv_nsec).unwrap_or(0);
        let files = fs::read_dir("/proc/self/fd").ok();
        Self {
            cpu_seconds: f64::from(seconds) + f64::from(nanoseconds) / 1e9,
            resident_bytes: resident(),
            open_files: files.and_then(|files| u64::try_from(files.count()).ok()),
            max_files: getrlimit(Resource::Nofile).current,
        }
    }
}

fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells() {
        let process = Process::look();
        assert!(process.cpu_seconds > 0.0, "{process:?}");
        assert!(process.resident_bytes.is_some_and(|bytes| bytes > 1_000_000), "{process:?}");
        let files = process.open_files.zip(process.max_files);
        assert!(files.is_some_and(|(open, most)| 2 < open && open < most), "{process:?}");
    }
}
