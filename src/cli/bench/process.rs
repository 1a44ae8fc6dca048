//! What a process uses, as Linux tells it; nothing elsewhere.

use std::fs;
use std::path::PathBuf;

/// A process, seen from outside.
#[derive(Debug, Clone)]
pub(super) struct Process {
    id: u32,
    folder: PathBuf,
}

impl Process {
    /// This one.
    pub(super) fn this() -> Self {
        Self::of(std::process::id())
    }

    /// The one with this id.
    pub(super) fn of(id: u32) -> Self {
        Self { id, folder: PathBuf::from(format!("/proc/{id}")) }
    }

    /// CPU seconds of all its threads, or of those whose name begins with `prefix`. The first thread bears the name of
    /// the program, whatever that is, and is not found by a prefix.
    pub(super) fn cpu(&self, prefix: &str) -> f64 {
        let first = self.id.to_string();
        let Ok(tasks) = fs::read_dir(self.folder.join("task")) else { return 0.0 };
        tasks
            .filter_map(|task| {
                let path = task.ok()?.path();
                let name = fs::read_to_string(path.join("comm")).ok()?;
                let named = name.starts_with(prefix) && !path.ends_with(&first);
                if !prefix.is_empty() && !named {
                    return None;
                }
                let spent = fs::read_to_string(path.join("schedstat")).ok()?;
                Some(spent.split_whitespace().next()?.parse::<f64>().ok()? / 1e9)
            })
            .sum()
    }

    /// Its memory that is in RAM, in kB.
    pub(super) fn rss(&self) -> f64 {
        let status = fs::read_to_string(self.folder.join("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0.0)
    }
}
