//! One leg as its adapter sees it: what it was ordered and what it reported, in order.

use std::collections::BTreeMap;

use super::breach::{Fault, require};
use crate::call::{Answering, CommandKind, EventKind, LegId, PlayId, Recording};

/// One leg that exists.
#[derive(Debug, Default)]
pub(super) struct Wire {
    /// Whether both sides are on the line.
    pub(super) answered: bool,
    /// Whether we took the call on it.
    pub(super) accepted: bool,
    /// Whether we ordered its end.
    pub(super) closed: bool,
    /// What it is connected with.
    pub(super) bridged: Option<LegId>,
    /// What was ordered and not reported ended: whether no key may stop it.
    plays: BTreeMap<PlayId, bool>,
    last_play: Option<PlayId>,
    recording: Option<Recording>,
    music: bool,
}

impl Wire {
    /// An order to this leg. `by_key` says that it follows from a key at a moment when no key may stop what must be
    /// heard.
    pub(super) fn commanded(&mut self, kind: &CommandKind, by_key: bool) -> Result<(), Fault> {
        require(!self.closed, || format!("`{}` is ordered after our hang-up", kind.name()))?;
        match kind {
            CommandKind::Play(play) => {
                require(self.last_play.is_none_or(|last| last < play.id), || {
                    format!("play {} has a number that was used before", play.id.0)
                })?;
                self.last_play = Some(play.id);
                self.plays.insert(play.id, play.stop_on.is_empty());
            }
            CommandKind::Stop(play) => {
                let must_be_heard = self.plays.get(play).is_some_and(|heard| *heard);
                require(!(by_key && must_be_heard), || {
                    format!("a key stopped play {}, which must be heard", play.0)
                })?;
            }
            CommandKind::Music(sound) => self.music = sound.is_some(),
            CommandKind::Bridge(other) => self.bridged = Some(*other),
            CommandKind::Unbridge => self.bridged = None,
            CommandKind::Record(recording) => {
                require(self.recording.is_none(), || "two recordings run at once".to_owned())?;
                self.recording = Some(recording.clone());
            }
            CommandKind::StopRecording(id) => {
                self.recording = self.recording.take().filter(|running| running.id != *id);
            }
            CommandKind::Hangup(_) => self.closed = true,
            CommandKind::Refuse(_) => {
                require(!self.answered, || "it is refused after it was answered".to_owned())?;
                self.closed = true;
            }
            CommandKind::Accept(answering) => self.accepted |= *answering == Answering::Answer,
            CommandKind::Dial(_)
            | CommandKind::Listen(_)
            | CommandKind::Unlisten
            | CommandKind::SendDigits(_)
            | CommandKind::Transfer(_)
            | CommandKind::TransferProgress(_)
            | CommandKind::Mask(_) => {}
        }
        Ok(())
    }

    /// A report of this leg, but its end.
    pub(super) fn reported(&mut self, kind: &EventKind) {
        match kind {
            EventKind::Answered => self.answered = true,
            EventKind::PlayEnded { play, .. } => {
                self.plays.remove(play);
            }
            EventKind::Bridged => self.music = false,
            EventKind::Recorded { recording, .. } => {
                self.recording = self.recording.take().filter(|running| running.id != *recording);
            }
            EventKind::Rejected { command: CommandKind::Play(play), .. } => {
                self.plays.remove(&play.id);
            }
            EventKind::Rejected { command: CommandKind::Record(_), .. } => self.recording = None,
            EventKind::Rejected { command: CommandKind::Bridge(_), .. } => self.bridged = None,
            _ => {}
        }
    }

    /// Whether whoever is on it hears anything.
    pub(super) fn sounds(&self) -> bool {
        self.is_playing() || self.music || self.bridged.is_some()
    }

    /// Whether words are played.
    pub(super) fn is_playing(&self) -> bool {
        !self.plays.is_empty()
    }

    /// Whether its owner is recorded, and not a talk of theirs.
    pub(super) fn is_recorded(&self) -> bool {
        self.recording.as_ref().is_some_and(|recording| recording.talk.is_none())
    }
}
