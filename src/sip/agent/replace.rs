//! `Replaces` (RFC 3891): which call of ours it names, and whether its place can be taken.

use sipx_sip::{HeaderName, Request};

use super::UserAgent;
use crate::sip::dialog::State;
use crate::sip::event::DialogId;
use crate::sip::read;
use crate::sip::referral::Replaces;
use crate::sip::write;

impl UserAgent {
    /// The call whose place a new INVITE is to take; `None` = nobody's.
    ///
    /// # Errors
    /// The status of RFC 3891 §3 where there is no such place to take.
    pub(super) fn replaced(&self, invite: &Request) -> Result<Option<DialogId>, u16> {
        let headers = &invite.headers;
        let value = match headers.count(&HeaderName::Replaces) {
            0 => return Ok(None),
            1 => read::value(headers, &HeaderName::Replaces),
            _ => return Err(400),
        };
        let replaces = Replaces::parse(&value).ok_or(400_u16)?;
        let dialog = self.named_by(&replaces).ok_or(481_u16)?;
        match self.dialogs.get(&dialog).map(|held| &held.state) {
            Some(State::Confirmed(_)) if replaces.early_only => Err(486),
            Some(State::Confirmed(_) | State::Calling(_)) => Ok(Some(dialog)),
            // An early call of theirs cannot be replaced (RFC 3891 §3).
            Some(State::Incoming(_)) | None => Err(481),
            Some(State::Cancelling(_) | State::Closing(_)) => Err(603),
        }
    }

    /// The call that `Replaces` names from our side.
    pub(super) fn named_by(&self, replaces: &Replaces) -> Option<DialogId> {
        let tag = write::tag_number(&replaces.to_tag)?;
        let dialog = *self.tags.get(&tag)?;
        let state = &self.dialogs.get(&dialog)?.state;
        let peer = state.peer()?;
        let theirs = match state {
            State::Calling(call) => call.forks.iter().any(|fork| *fork.tag == *replaces.from_tag),
            State::Incoming(_) | State::Confirmed(_) | State::Closing(_) | State::Cancelling(_) => {
                // A side of RFC 2543 has no tag, and is named by `0`.
                let untagged = peer.remote_tag.is_empty() && replaces.from_tag == b"0";
                untagged || *peer.remote_tag == *replaces.from_tag
            }
        };
        (theirs && *peer.call_id == *replaces.call_id).then_some(dialog)
    }

    /// How the far side of an answered call would name it: our tag is theirs to read, so the two change places.
    pub(super) fn name_of(&self, call: DialogId) -> Option<Replaces> {
        match &self.dialogs.get(&call)?.state {
            State::Confirmed(confirmed) => Some(Replaces {
                call_id: confirmed.peer.call_id.to_vec(),
                to_tag: confirmed.peer.remote_tag.to_vec(),
                from_tag: write::tag_text(confirmed.peer.local_tag).into_bytes(),
                early_only: false,
            }),
            State::Incoming(_) | State::Calling(_) | State::Cancelling(_) | State::Closing(_) => {
                None
            }
        }
    }
}
