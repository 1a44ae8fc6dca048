//! Open files: each leg of a call has a socket, and the system's usual limit is low.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::runtime::MAX_LEGS_PER_CALL;

/// Files that are open besides those of calls.
const BESIDES: u64 = 64;

/// Raises the soft limit of open files as far as the hard one allows, and warns if that is too low for `calls`.
pub(super) fn raise_limit(calls: usize) {
    let limit = getrlimit(Resource::Nofile);
    let (Some(current), Some(maximum)) = (limit.current, limit.maximum) else { return };
    let legs = u64::try_from(calls.saturating_mul(MAX_LEGS_PER_CALL)).unwrap_or(u64::MAX);
    let wanted = legs.saturating_add(BESIDES);
    let reachable = wanted.min(maximum);
    if current < reachable {
        let raised = Rlimit { current: Some(reachable), maximum: Some(maximum) };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "The limit of open files cannot be raised.");
        }
    }
    if maximum < wanted {
        tracing::warn!(
            limit = maximum,
            wanted,
            "The system allows too few open files for `limits.calls`."
        );
    }
}
