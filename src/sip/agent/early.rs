//! Calls of ours before their answer: the sides that ring, what they send early, and what they offer.

use sipx_sip::Response;

use super::UserAgent;
use super::outgoing::learn;
use crate::sip::dialog::{Calling, Fork, State};
use crate::sip::event::{DialogId, SipEvent};
use crate::sip::read;
use crate::time::Instant;

/// The most early sides of one call that are told apart.
const MAX_FORKS: usize = 8;

impl UserAgent {
    /// A provisional response: it rings, or media comes early.
    pub(super) fn provisional(
        &mut self,
        now: Instant,
        dialog: DialogId,
        mut call: Box<Calling>,
        response: &Response,
    ) {
        call.heard = true;
        let number = self.number(response);
        let side = read::to_tag(&response.headers).filter(|_| response.status.code() > 100);
        let cseq = call.cseq;
        let fork = side.and_then(|tag| side_of(&mut call, tag, response));
        let (mut early, mut side) = (None, None);
        if let Some(fork) = fork {
            if number.is_some_and(|number| !fork.is_next(number)) {
                // Repeated, or one before it is missing (RFC 3262 §4).
                self.keep(dialog, State::Calling(call));
                return;
            }
            fork.updates = read::allows(&response.headers, "UPDATE").unwrap_or(fork.updates);
            let sdp = read::sdp(&response.headers, response.body());
            fork.settled |= number.is_some() && sdp.is_some();
            if let Some(sdp) = sdp.filter(|sdp| fork.sdp.as_ref() != Some(sdp)) {
                fork.sdp = Some(sdp.clone());
                early = Some(SipEvent::Early { dialog, sdp });
                side = Some(fork.tag.clone());
            }
            if let Some(number) = number {
                fork.number = Some(number);
                self.prack(now, fork, number, cseq);
            }
        }
        call.heard_last = side.or(call.heard_last.take());
        let rings = response.status.code() == 180 && !call.ringing;
        call.ringing |= rings;
        self.keep(dialog, State::Calling(call));
        let ringing = rings.then_some(SipEvent::Ringing { dialog });
        ringing.into_iter().chain(early).for_each(|event| self.emit(event));
    }
}

/// The early side with this tag; a new one if there is room.
fn side_of<'a>(call: &'a mut Calling, tag: Box<[u8]>, response: &Response) -> Option<&'a mut Fork> {
    let known = call.forks.iter().position(|fork| fork.tag == tag);
    let at = match known {
        Some(at) => at,
        None if call.forks.len() < MAX_FORKS => {
            call.forks.push(Fork::new(tag));
            call.forks.len() - 1
        }
        None => return None,
    };
    let fork = call.forks.get_mut(at)?;
    if fork.dialog.is_none() {
        let mut peer = Box::new(call.peer.clone());
        peer.local_cseq = call.cseq;
        learn(&mut peer, response);
        fork.dialog = Some(peer);
    }
    Some(fork)
}
