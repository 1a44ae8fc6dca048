//! Open files: each leg of a call has a socket, and the system's usual limit is low.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::runtime::MAX_LEGS_PER_CALL;

/// Files that are open besides those of calls.
const BESIDES: u64 = 64;

/// Raises the soft limit of open files as far as the hard one allows, and warns if that is too low for `calls`. Gives how
/// many of the `connections` may be open, so that they leave files for the calls.
pub(super) fn raise_limit(calls: usize, connections: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let (Some(current), Some(maximum)) = (limit.current, limit.maximum) else { return connections };
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let needed = number(calls.saturating_mul(MAX_LEGS_PER_CALL)).saturating_add(BESIDES);
    let wanted = needed.saturating_add(number(connections));
    let mut reached = current;
    if current < wanted.min(maximum) {
        let raised = Rlimit { current: Some(wanted.min(maximum)), maximum: Some(maximum) };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => reached = wanted.min(maximum),
            Err(error) => tracing::warn!(%error, "The limit of open files cannot be raised."),
        }
    }
    if maximum < needed {
        tracing::warn!(
            limit = maximum,
            wanted = needed,
            "The system allows too few open files for `limits.calls`."
        );
    }
    usize::try_from(room(reached, needed)).unwrap_or(usize::MAX).min(connections)
}

/// How many connections fit beside what calls need; where that is more than there is, a quarter.
const fn room(limit: u64, needed: u64) -> u64 {
    let left = limit.saturating_sub(needed);
    let share = limit.saturating_sub(BESIDES) / 4;
    if left > share { left } else { share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_calls() {
        assert_eq!(room(20_000, 4_064), 15_936);
        assert_eq!(room(256, 4_064), 48);
        assert_eq!(room(10, 4_064), 0);
    }
}
