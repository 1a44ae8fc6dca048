//! The vocabulary that every floor shares: ids, keys, prompts, events, commands, causes, the call record and the call journal.
//!
//! Plain data. Nothing here decides anything; adapters speak [`Event`] upwards and obey [`Command`] downwards.

mod cause;
mod command;
mod digit;
mod event;
mod id;
mod journal;
mod mask;
mod money;
mod number;
mod origin;
mod party;
mod pattern;
mod prompt;
mod record;
mod recording;
mod request;
mod say_as;
mod transfer;
mod wait;

pub use cause::{EndedBy, HangupCause};
pub use command::{Answering, Command, CommandKind, Dial, Listen, Play, Target, Told};
pub use digit::{Digits, KeySource, Symbol, SymbolSet};
pub use event::{Event, EventKind, Offer, PlayEnd, Rejection, Report};
pub use id::{
    AdapterId, AgentId, CallId, FlowHash, FlowId, Language, LegId, NodeId, PlayId, QueueId,
    RecordingId,
};
pub use journal::{
    CallJournal, JOURNAL_VERSION, JournalEntry, JournalError, JournalEvent, JournalOther,
    JournalPrompt, JournalQueue,
};
pub use mask::{Class, Redacted, mask_number, mask_value};
pub use money::{Currency, Money};
pub use number::{AllowList, Danger, NumberPattern, danger, is_number};
pub use origin::Origin;
pub use party::Party;
pub use pattern::fits_pattern;
pub use prompt::{BEEP, HOLD_MUSIC, Item, PromptId, RINGING_TONE, SoundId};
pub use record::{
    CallRecord, Direction, Ended, Offered, Quality, QueueStay, RecordStep, TalkStay, TransferStay,
};
pub use recording::{Channels, LEAST_KEPT, MAX_RECORDING, Recording, RecordingEnd, TalkRecording};
pub use request::{
    Argument, Callback, Errand, Failure, Operation, Reply, Request, RequestId, Ticket, WishPlace,
};
pub use say_as::SayAs;
pub use transfer::{Transfer, TransferMode, TransferRequest, TransferStep};
pub use wait::{Expected, WaitBand};
