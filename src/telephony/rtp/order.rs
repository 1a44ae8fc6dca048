//! What media threads are told.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread::Thread;

use super::leg::Leg;
use super::stream::Stream;
use crate::call::{LegId, PlayId, Recording, RecordingId, SoundId, Symbol, SymbolSet};
use crate::media::Sound;
use crate::runtime::Relay;
use crate::storage::Tape;

/// One order about one leg.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) leg: LegId,
    pub(super) what: What,
}

/// What to do.
#[derive(Debug)]
pub(super) enum What {
    /// Take this new leg.
    Open(Box<Leg>),
    /// Media was agreed, or agreed anew.
    Connect(Stream),
    /// Play these sounds after those that wait.
    Play { id: PlayId, sounds: Vec<Arc<Sound>>, stop_on: SymbolSet },
    /// Stop one play.
    Stop(PlayId),
    /// Set or end the music.
    Music(Option<(SoundId, Arc<Sound>)>),
    /// Record what the leg hears.
    Record { order: Recording, tape: Tape },
    /// Stop one recording.
    StopRecording(RecordingId),
    /// A key came by SIP INFO.
    Key(Symbol),
    /// Pass media between this leg and that one, which is on this thread too.
    Bridge(LegId),
    /// Pass media between this leg and one of another adapter.
    Relay(Relay),
    /// Take the bridge of this leg apart.
    Unbridge,
    /// Send these keys to the far side.
    Press(Vec<Symbol>),
    /// Keep keys from the bridged party, or no longer.
    Mask(bool),
    /// End the leg.
    Close,
    /// Wait for a leg that another thread hands over; nothing else is obeyed before it is here.
    Expect(Receiver<Box<Leg>>),
    /// Hand this leg over to another thread.
    Release { to: SyncSender<Box<Leg>>, wake: Thread },
}

impl What {
    /// Whether its thread is woken for it. What nobody hears at once waits for the thread's next tick, at most 1 ms
    /// away while it has legs: to wake a thread costs more than most orders do.
    pub(super) const fn is_urgent(&self) -> bool {
        match self {
            Self::Play { .. }
            | Self::Stop(_)
            | Self::Music(_)
            | Self::Bridge(_)
            | Self::Relay(_)
            | Self::Unbridge
            | Self::Press(_)
            | Self::Mask(_)
            | Self::Expect(_)
            | Self::Release { .. } => true,
            Self::Open(_)
            | Self::Connect(_)
            | Self::Record { .. }
            | Self::StopRecording(_)
            | Self::Key(_)
            | Self::Close => false,
        }
    }
}
