//! The verbs that lead to a person: `queue`, `callback`, `transfer`.

use std::sync::Arc;

use super::Goto;
use super::prompt::Prompt;
use crate::call::{Digits, Language, QueueId, SoundId, Symbol};
use crate::flow::definition::Setting;
use crate::flow::expression::Formula;
use crate::time::Duration;

/// Waits for a human.
#[derive(Debug, Clone)]
pub struct QueueNode {
    /// The queue.
    pub queue: QueueId,
    /// The skills asked for: name and value.
    pub skills: Vec<(Arc<str>, Formula)>,
    /// 1 (first) to 9.
    pub priority: Formula,
    /// What the agent is told: label and value.
    pub tell: Vec<(Arc<str>, Formula)>,
    /// What the caller hears on entry.
    pub greet: Vec<Arc<Prompt>>,
    /// What the agent who takes the call hears before the caller is connected.
    pub whisper: Vec<Arc<Prompt>>,
    /// The music while waiting.
    pub music: Option<SoundId>,
    /// What is said again and again while waiting: how often, and what.
    pub every: Vec<(Duration, Vec<Arc<Prompt>>)>,
    /// What is said of the place in line and of the wait; `None` = nothing but what `every` says.
    pub announce: Option<Announce>,
    /// What keys do while the caller waits, each one key.
    pub keys: Vec<QueueKey>,
    /// The offer to be called back instead of waiting.
    pub offer_callback: Option<OfferCallback>,
    /// The longest wait before no new offer starts.
    pub max_wait: Duration,
    /// The agent ended the conversation; `None` = the built-in goodbye and the call ends.
    pub done: Option<Goto>,
    /// The wait was over `max_wait`.
    pub too_long: Goto,
    /// The queue was full.
    pub full: Goto,
    /// The queue was closed.
    pub closed: Goto,
    /// Nobody is logged in.
    pub unstaffed: Goto,
    /// The caller took the offer to be called back; `None` = the built-in goodbye and the call ends.
    pub called_back: Option<Goto>,
}

/// What is said of a wait by itself, in built-in words.
#[derive(Debug, Clone)]
pub struct Announce {
    /// Whether the place in line is told.
    pub position: bool,
    /// Whether the expected wait is told, where it is known.
    pub wait: bool,
    /// The words after a while without any others.
    pub comfort: Vec<Arc<Prompt>>,
    /// The least time between two places told, and the longest without a word.
    pub every: Duration,
}

/// What a key does while the caller waits.
#[derive(Debug, Clone)]
pub struct QueueKey {
    /// The key.
    pub key: Symbol,
    /// What happens.
    pub action: QueueKeyAction,
}

/// What happens by a key while the caller waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueKeyAction {
    /// The caller is called back at the number they call from, and keeps the place in line.
    CallBack,
    /// The place and the expected wait are told once more.
    Repeat,
    /// From now on this language is spoken; the place is told in it.
    Language(Language),
    /// The caller leaves the line, for a node or the menu before.
    Leave(Goto),
}

/// The offer to be called back instead of waiting.
#[derive(Debug, Clone)]
pub struct OfferCallback {
    /// After how long a wait.
    pub after: Duration,
    /// What is said.
    pub say: Vec<Arc<Prompt>>,
    /// The key that takes it, from then on.
    pub key: Digits,
}

/// Keeps the wish to be called back.
#[derive(Debug, Clone)]
pub struct CallbackNode {
    /// The queue whose agents call.
    pub queue: QueueId,
    /// The number to call.
    pub to: Formula,
    /// Within what time.
    pub within: Option<Duration>,
    /// What the caller hears once it is kept.
    pub greet: Vec<Arc<Prompt>>,
    /// It is kept.
    pub ok: Goto,
    /// It could not be kept, or the number is none.
    pub failed: Goto,
}

/// Connects to a number.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// The number (or `sip:` address).
    pub to: Destination,
    /// How long it rings.
    pub ring: Duration,
    /// The number shown to the far side.
    pub caller_id: Option<Formula>,
    /// The far side ended the conversation; `None` = the call ends.
    pub done: Option<Goto>,
    /// The far side was busy; `None` = `failed`.
    pub busy: Option<Goto>,
    /// The far side did not answer; `None` = `failed`.
    pub no_answer: Option<Goto>,
    /// It could not be connected; `None` = the built-in apology and hang-up.
    pub failed: Option<Goto>,
}

/// The number that a transfer rings.
#[derive(Debug, Clone)]
pub enum Destination {
    /// As the flow says.
    Formula(Formula),
    /// As the environment or a file of the node says.
    Setting(Setting),
}
