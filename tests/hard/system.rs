//! What the operating system says of a running program, and allows it.

use std::fs;

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};

use crate::support::server::Server;

/// The memory it holds, in kB.
pub(crate) fn memory_kb(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.process().id()));
    let status = status.expect("our own child has a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a figure");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Lets it open this many files more than it has open now, and no more.
pub(crate) fn leave_files(server: &Server, more: usize) {
    let limit = u64::try_from(server.process().open_files() + more).ok();
    let pid = i32::try_from(server.process().id()).ok().and_then(Pid::from_raw);
    let limit = Rlimit { current: limit, maximum: limit };
    prlimit(pid, Resource::Nofile, limit).expect("our own child can be limited");
}

/// Lets this process open as many files as the system allows.
pub(crate) fn raise_own_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit { current: maximum, maximum };
    setrlimit(Resource::Nofile, limit).expect("up to the maximum is allowed");
}
