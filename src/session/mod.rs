//! One call in time: from the offer of a caller to the call record.
//!
//! A session owns the caller's side of a call. It is told what happens ([`Input`]) and the time, walks the flow with
//! `interpreter`, and asks for what is to be done ([`Action`]). It knows no leg but the caller's, no queue machine and
//! no adapter; `engine` carries its actions out.
//!
//! ```text
//!            answer_at            answered
//! Ringing ───────────▶ Answering ─────────▶ Saying ◀──▶ Asking
//!    │                     │                 │  ▲         │
//!    │                     │                 │  ├──────▶ Waiting, Recording
//!    │                     │                 ▼  └─────────┤
//!    │                     │               Queued ──▶ Talking
//!    │                     │              Dialling ──────┘ │
//!    ▼                     ▼                 ▼             ▼
//!    └──────────▶ Parted ──▶ Ended ◀── Leaving ◀── goodbye ◀┘
//! ```
//!
//! `Parted` is passed on every way to `Ended` where the flow still asks something of the outside when the caller is gone.

mod announcing;
mod answering;
mod asking;
mod budget;
mod chronicle;
mod collector;
mod ending;
mod entry;
mod errand;
mod exchange;
mod journal;
mod led;
mod line;
mod listening;
mod look;
mod outline;
mod parting;
mod playback;
mod pressing;
mod question;
mod spoken;
mod standing;
mod state;
mod talk_tape;
mod talking;
mod taping;
mod transferring;
mod trouble;
mod type_ahead;
mod visits;
mod walk;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::call::{CallId, Language, Listen, Origin, RecordingId, SymbolSet, TalkRecording};
use crate::interpreter::{CallFacts, Memory, Program, World};
use crate::time::Instant;

use budget::Budget;
use journal::Journal;
use playback::PlayNumbers;
use state::State;
use type_ahead::TypeAhead;
use visits::Visit;

pub use budget::{ESCAPE_GRACE, LIMIT_WARNING};
pub use chronicle::MAX_EVENTS;
pub use errand::{FILLER_AFTER, FILLER_AGAIN, REQUEST_LIMIT};
pub use exchange::{Action, Handed, Input, PeerNews, QueueNews};
pub use journal::{MAX_OFFERS, MAX_STEPS};
pub use line::{ANNOUNCEMENT_GAP, COMFORT_AFTER};
pub use listening::MAX_PHRASES;
pub use outline::{Asked, Keyed, accepts};
pub use parting::PARTING_LIMIT;
pub use playback::{PLAY_LIMIT, STOP_GRACE};
pub use standing::{Misses, Spent, Standing, Timer};
pub use state::LEAVING_LIMIT;
pub use taping::{RECORDING_GRACE, SHORTEST_MESSAGE};
pub use transferring::MAX_TALKS;
pub use type_ahead::{TYPE_AHEAD_AGE, TYPE_AHEAD_KEYS};
pub use walk::MAX_SILENT_STEPS;

/// One call. A copy goes its own way from where it was made: for looking ahead, never for live calls.
#[derive(Debug, Clone)]
pub struct Session {
    program: Arc<Program>,
    safe: Safe,
    arrival: Arrival,
    memory: Memory,
    state: State,
    journal: Journal,
    budget: Budget,
    type_ahead: TypeAhead,
    /// The keys one of which still belongs to an entry that became full or a message that ended, and until when.
    late_end: Option<(SymbolSet, Instant)>,
    plays: PlayNumbers,
    /// Recordings begun.
    recordings: u32,
    /// How talks are recorded, if they are; the one that is, and how many were.
    talk_recording: Option<TalkRecording>,
    talk_tape: Option<RecordingId>,
    talk_tapes: u32,
    /// Whether keys are kept from recordings.
    masked: bool,
    /// Whether the caller's leg is gone: nothing is commanded any more.
    gone: bool,
    /// Whether a key or a word of the caller has arrived.
    heard: bool,
    /// What is listened for at present.
    listening: Option<Listen>,
    /// Question nodes entered, the present one last, for `back`.
    trail: Vec<crate::flow::NodeIndex>,
    /// Subflows entered and not left, the present one last.
    visits: Vec<Visit>,
    actions: VecDeque<Action>,
}

/// The moment of a step: what the clock says and what the world looks like.
#[derive(Debug, Clone, Copy)]
struct Moment<'w> {
    now: Instant,
    world: &'w World<'w>,
}

/// What a caller's attention is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// The call is not answered yet.
    Ringing,
    /// Something is said and nothing asked.
    Hearing,
    /// A question is being asked, or waits for its answer.
    Asked,
    /// The caller is recorded.
    Recorded,
    /// The caller waits for a person.
    Waiting,
    /// The caller talks with a person.
    Talking,
    /// We hung up.
    Gone,
}

/// Where a call goes when its own flow cannot be carried out.
#[derive(Debug, Clone, Default)]
pub struct Safe {
    /// The flow that takes over.
    pub program: Option<Arc<Program>>,
    /// The number that is rung when there is no such flow, or when it fails as well.
    pub number: Option<Arc<str>>,
}

/// How a call arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The call.
    pub id: CallId,
    /// Who calls whom.
    pub origin: Origin,
    /// The name of the adapter.
    pub adapter: Arc<str>,
    /// Whether keys can arrive, as far as the adapter knows.
    pub dtmf: bool,
    /// Whether what the caller says can be understood, once it is listened for.
    pub speech: bool,
}

impl Session {
    /// Begins a call: it rings as long as the flow says, then it is answered.
    ///
    /// `safe` says where the call goes when `program` cannot be carried out.
    #[must_use]
    pub fn new(program: Arc<Program>, safe: Safe, arrival: Arrival, now: Instant) -> Self {
        let facts = CallFacts { id: arrival.id, origin: arrival.origin.clone() };
        let memory = Memory::new(&program.flow, facts);
        let budget = Budget::new(program.flow.limits, now);
        let journal = Journal::new(now);
        let mut session = Self {
            state: State::Ringing { answer_at: now + program.flow.answer.after },
            program,
            safe,
            arrival,
            memory,
            journal,
            budget,
            type_ahead: TypeAhead::default(),
            late_end: None,
            plays: PlayNumbers::default(),
            recordings: 0,
            talk_recording: None,
            talk_tape: None,
            talk_tapes: 0,
            masked: false,
            gone: false,
            heard: false,
            listening: None,
            trail: Vec::new(),
            visits: Vec::new(),
            actions: VecDeque::new(),
        };
        session.pick_up(now);
        session
    }

    /// Tells the session what happened at `now`.
    pub fn handle(&mut self, now: Instant, input: Input, world: &World<'_>) {
        let at = Moment { now, world };
        self.budget.spend(now, self.state.spending());
        self.note_input(&input, at);
        match input {
            Input::Tick => self.tick(at),
            Input::Answered => self.answered(at),
            Input::Key { symbol, pressed_at } => self.key(symbol, pressed_at, at),
            Input::Said { text } => self.said(&text, at),
            Input::PlayStopped { play } => self.play_stopped(play, at),
            Input::PlayEnded { play, audible_end } => self.play_ended(play, audible_end, at),
            Input::PlayFailed { play } => self.play_failed(play, at),
            Input::Recorded { recording, end, lasted } => {
                self.recorded(&recording, end, lasted, at)
            }
            Input::Reply(reply) => self.reply(reply, at),
            Input::Queue(news) => self.queue_news(news, at),
            Input::Peer(news) => self.peer_news(&news, at),
            Input::PeerMeasured { leg, quality } => self.journal.measured(leg, quality),
            Input::CallerEnded { by, cause, quality } => self.finish(by, cause, quality, at),
            Input::Close(cause) => self.close(cause, at),
            Input::Abort(cause) => self.leave(cause, now),
        }
        self.listen_anew();
    }

    /// The next thing that the session asks for.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When the session wants to be told the time.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let own = self.state.deadline();
        if self.state.spending() == budget::Spending::Outside {
            return own;
        }
        let limit = self.budget.flow_deadline();
        Some(own.map_or(limit, |own| own.min(limit)))
    }

    /// The call's id.
    #[must_use]
    pub const fn id(&self) -> CallId {
        self.arrival.id
    }

    /// The flow that the call is pinned to.
    #[must_use]
    pub const fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The caller's number; `None` when withheld.
    #[must_use]
    pub fn caller_number(&self) -> Option<Arc<str>> {
        self.arrival.origin.caller.number.clone()
    }

    /// The trunk that the call came in by.
    pub const fn trunk(&self) -> Option<&Arc<str>> {
        self.arrival.origin.trunk.as_ref()
    }

    /// The language that the caller hears.
    #[must_use]
    pub const fn language(&self) -> &Language {
        self.memory.language()
    }

    /// Whether an answer from the outside is waited for.
    #[must_use]
    pub fn awaits_reply(&self) -> bool {
        match &self.state {
            State::Waiting(_) | State::Parted(_) => true,
            State::Queued(line) => line.asks(),
            State::Ringing { .. }
            | State::Answering
            | State::Saying { .. }
            | State::Asking(_)
            | State::Recording(_)
            | State::Dialling { .. }
            | State::Talking { .. }
            | State::Transferring { .. }
            | State::Leaving { .. }
            | State::Ended
            | State::Moving => false,
        }
    }

    /// Whether the call is over and its record handed out.
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// What the caller's attention is on.
    #[must_use]
    pub fn attention(&self) -> Attention {
        match &self.state {
            State::Ringing { .. } | State::Answering => Attention::Ringing,
            State::Saying { .. } | State::Waiting(_) | State::Moving => Attention::Hearing,
            State::Asking(_) => Attention::Asked,
            State::Recording(taping) if taping.listens() => Attention::Recorded,
            State::Recording(_) => Attention::Hearing,
            State::Queued(_) | State::Dialling { .. } | State::Transferring { .. } => {
                Attention::Waiting
            }
            State::Talking { .. } => Attention::Talking,
            State::Leaving { .. } | State::Parted(_) | State::Ended => Attention::Gone,
        }
    }

    /// The name of the node that the call is at, for logs.
    #[must_use]
    pub fn node(&self) -> Option<&str> {
        self.state.node().map(|index| self.program.flow.node(index).id.as_str())
    }

    /// Checks what must always hold: no live session stalls without a deadline or an outside event to come.
    ///
    /// # Errors
    /// Says which rule is broken.
    pub fn check(&self) -> Result<(), &'static str> {
        match &self.state {
            State::Moving => Err("the session is between two states after a step"),
            State::Asking(_)
            | State::Saying { .. }
            | State::Waiting(_)
            | State::Recording(_)
            | State::Parted(_)
            | State::Leaving { .. }
                if self.state.deadline().is_none() =>
            {
                Err("the session plays, listens or waits without a deadline")
            }
            State::Parted(_) | State::Ended if self.actions.iter().any(Action::needs_leg) => {
                Err("something is commanded although the leg is gone")
            }
            State::Ended
                if !self.actions.is_empty()
                    && !matches!(self.actions.back(), Some(Action::Record(_))) =>
            {
                Err("something is asked for after the call's record")
            }
            State::Ringing { .. }
            | State::Answering
            | State::Saying { .. }
            | State::Asking(_)
            | State::Waiting(_)
            | State::Recording(_)
            | State::Queued(_)
            | State::Dialling { .. }
            | State::Talking { .. }
            | State::Transferring { .. }
            | State::Leaving { .. }
            | State::Parted(_)
            | State::Ended => Ok(()),
        }
    }
}
