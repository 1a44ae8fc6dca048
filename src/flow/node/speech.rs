//! The verbs that only speak: `say` and `hangup`.

use std::sync::Arc;

use super::Goto;
use super::prompt::{Bargein, Prompt};

/// Plays prompts.
#[derive(Debug, Clone)]
pub struct Say {
    /// What to play.
    pub prompts: Vec<Arc<Prompt>>,
    /// Whether it may be interrupted.
    pub bargein: Bargein,
    /// Where to go then.
    pub next: Goto,
}

/// Says goodbye and ends the call.
#[derive(Debug, Clone)]
pub struct HangupNode {
    /// What is said first; empty = the built-in goodbye.
    pub prompts: Vec<Arc<Prompt>>,
}
