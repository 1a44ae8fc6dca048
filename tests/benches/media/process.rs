//! What this process uses, as Linux tells it; zero elsewhere.

use std::fs;

/// CPU time of all threads that are named `prefix` and a number, in nanoseconds.
pub(crate) fn cpu_ns(prefix: &str) -> u64 {
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return 0 };
    tasks
        .filter_map(|task| {
            let path = task.ok()?.path();
            let name = fs::read_to_string(path.join("comm")).ok()?;
            name.trim_end().strip_prefix(prefix)?.parse::<usize>().ok()?;
            let spent = fs::read_to_string(path.join("schedstat")).ok()?;
            spent.split_whitespace().next()?.parse::<u64>().ok()
        })
        .sum()
}

/// Memory of the process that is in RAM, in bytes.
pub(crate) fn rss_bytes() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<i64>().ok());
    kilobytes.unwrap_or(0) * 1_024
}
