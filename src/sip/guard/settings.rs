//! What the guard is told once.

use crate::time::Duration;

/// The settings of a [`Guard`](super::Guard).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardSettings {
    /// Whether requests of sources on no list are answered: challenged for a password, or refused. Without this only
    /// a REGISTER from where phones may register is.
    pub answer_strangers: bool,
    /// How many messages a second one stranger may send over time.
    pub messages: u32,
    /// How long the first ban lasts; each further one lasts twice as long, up to 24 h.
    pub ban: Duration,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self { answer_strangers: false, messages: 50, ban: Duration::from_mins(10) }
    }
}
