//! Tests of flows: a [`Case`] is played with the real engine in virtual time and held to what it says.
//!
//! The caller, the agents, the services and the clock are played as the case describes them; everything else is the
//! engine that carries live calls. A case is one call. What it says must happen is looked for step by step, in the
//! order of the file, and the first step that cannot be done ends it; then come the claims, then the rules.
//!
//! - A step that *acts* (`press`, `say`, `silence`, `wait`, `speak`, `agent`, `hangup`) begins a new stretch of the
//!   call. A step that *expects* (`hear`, `queued`, `transferred`, `at_node`, `end`) looks at the present stretch, and
//!   lets time pass until it is met or cannot be met any more: because the caller is asked something, talks, or is gone.
//! - Once the call is over, `rung`, `customer` and `callback` tell what becomes of a wish to be called back; with
//!   `customer: calls_again` the steps that follow are of another call by the same caller.
//! - Nothing waits longer than [`STEP_LIMIT`], but what is about a callback: that waits as long as the wish stands.
//! - At the end of the script the caller hangs up.

mod back;
mod call;
mod cast;
mod claim;
mod outside;
mod script;
mod spoken;
mod stage;
mod story;
mod verdict;

#[cfg(test)]
mod tests;

pub use call::STEP_LIMIT;
pub use stage::{DEFAULT_MOMENT, Manner, Stage};
pub use verdict::{Difference, Revision, Verdict};

#[cfg(doc)]
use crate::flow::Case;
