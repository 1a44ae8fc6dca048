//! The limits that the system sets: files, priority, buffers.

use std::fs;

use rustix::process::{Resource, getpriority_process, getrlimit, setpriority_process};

use super::finding::Finding;
use crate::config::Config;
use crate::runtime::MAX_LEGS_PER_CALL;

/// Sockets of a leg: audio and its reports.
const SOCKETS_PER_LEG: u64 = 2;
/// Open files besides those of calls: sockets, connections, logs, recordings.
const OTHER_FILES: u64 = 512;
/// The nice value that the media threads ask for.
const NICE: i32 = -15;
/// The kernel buffer that the SIP sockets ask for, in bytes.
const BUFFER: u64 = 4 << 20;

/// Looks at the machine.
pub(super) fn look(config: &Config) -> Vec<Finding> {
    vec![files(config.limits.calls), priority(), buffers()]
}

/// Whether so many calls can have their sockets.
fn files(calls: usize) -> Finding {
    let legs = u64::try_from(calls.saturating_mul(MAX_LEGS_PER_CALL)).unwrap_or(u64::MAX);
    let wanted = legs.saturating_mul(SOCKETS_PER_LEG).saturating_add(OTHER_FILES);
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(u64::MAX);
    judge_files(calls, wanted, most)
}

fn judge_files(calls: usize, wanted: u64, most: u64) -> Finding {
    let what = "open files";
    if most >= wanted {
        return Finding::well(
            what,
            format!("{calls} calls take up to {wanted}; {most} are allowed"),
        );
    }
    let text = format!("{calls} calls take up to {wanted}, but only {most} are allowed");
    Finding::mend(what, text)
        .cure(format!("set `LimitNOFILE={wanted}` in the service, or lower `limits.calls`"))
}

/// Whether the media threads may have their priority.
fn priority() -> Finding {
    let what = "priority of media threads";
    let before = getpriority_process(None).unwrap_or(0);
    let granted = setpriority_process(None, NICE).is_ok();
    if granted {
        // What was just raised may always be lowered again.
        setpriority_process(None, before).unwrap_or_default();
        return Finding::well(what, "may be raised");
    }
    Finding::note(what, "may not be raised: sound stutters when the machine is busy")
        .cure("set `LimitNICE=-15` in the service, or give it CAP_SYS_NICE")
}

/// Whether bursts of SIP fit the kernel's buffers.
fn buffers() -> Finding {
    let what = "UDP receive buffer";
    let place = "/proc/sys/net/core/rmem_max";
    let most = fs::read_to_string(place).ok().and_then(|text| text.trim().parse::<u64>().ok());
    match most {
        None => Finding::note(what, "the system does not tell its limit"),
        Some(most) if most >= BUFFER => Finding::well(what, format!("up to {most} bytes")),
        Some(most) => {
            let text = format!("at most {most} bytes: bursts of SIP messages may be lost");
            Finding::note(what, text).cure(format!("sysctl -w net.core.rmem_max={BUFFER}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn files_are_counted_against_the_limit() {
        assert_eq!(judge_files(1_000, 6_512, 1 << 20).level, Level::Well);
        let short = judge_files(1_000, 6_512, 1_024);
        assert_eq!(short.level, Level::Mend);
        assert!(short.to_string().contains("LimitNOFILE=6512"), "{short}");
    }
}
