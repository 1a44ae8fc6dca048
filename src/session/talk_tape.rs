//! The recording of talks, where the node records them: one for each, from its beginning to its end, holds included.

use super::Session;
use crate::call::{CommandKind, MAX_RECORDING, Recording, RecordingId, SymbolSet, TalkRecording};

impl Session {
    /// Has the talks of this call recorded from now on. What is to be said to callers about it is the flow's to say.
    pub const fn record_talks(&mut self, how: TalkRecording) {
        self.talk_recording = Some(how);
    }

    /// A talk begins. What is longer than [`MAX_RECORDING`] is not in its recording.
    pub(super) fn begin_talk_tape(&mut self) {
        let Some(TalkRecording { channels, keep }) = self.talk_recording else { return };
        self.talk_tapes += 1;
        let id = RecordingId::new(format!("{}-talk-{}", self.arrival.id, self.talk_tapes));
        self.talk_tape = Some(id.clone());
        self.command(CommandKind::Record(Recording {
            id,
            limit: MAX_RECORDING,
            silence: MAX_RECORDING,
            end_on: SymbolSet::NONE,
            keep,
            talk: Some(channels),
        }));
    }

    /// A talk is over, and the caller still there.
    pub(super) fn end_talk_tape(&mut self) {
        if let Some(recording) = self.talk_tape.take() {
            self.command(CommandKind::StopRecording(recording));
        }
    }
}
