//! The last word of a call, made ready while it goes on: the BYE that another process sends should this one die.

use bytes::Bytes;
use sipx_sip::{HeaderName, Message, Method, parse_datagram};

use super::UserAgent;
use crate::call::HangupCause;
use crate::sip::dialog::State;
use crate::sip::event::DialogId;
use crate::sip::parting::Parting;
use crate::sip::read;
use crate::sip::status;
use crate::sip::transaction::{Hop, User};
use crate::sip::write;
use crate::time::Instant;

/// How much higher the number of the last word is than that of our last request: there may be others until then, and a BYE
/// must have a higher one than all of them (RFC 3261 §12.2.1.1).
const LATER: u32 = 10_000;

impl UserAgent {
    /// What ends an answered call, to be kept for the process after this one; `None` where it is not answered, or its far
    /// side cannot be reached.
    #[must_use]
    pub fn parting(&self, dialog: DialogId) -> Option<Parting> {
        let State::Confirmed(call) = &self.dialogs.get(&dialog)?.state else { return None };
        let hop = call.peer.next_hop(&self.settings);
        let cseq = call.peer.local_cseq.saturating_add(LATER);
        let mut request = call.peer.request(Method::Bye, cseq, 0, &self.settings)?;
        let reason = status::reason_header(HangupCause::Interrupted);
        write::add(&mut request.headers, HeaderName::Reason, reason);
        write::body(&mut request.headers, &Bytes::new());
        let Hop { to, local, transport, fallback } = hop;
        let bytes = write::request_bytes(&request);
        Some(Parting { to, local, transport, fallback, bytes })
    }

    /// Ends a call of a process that died. What comes back is absorbed; who never answers is asked as often as any other.
    pub(super) fn end_left_open(&mut self, now: Instant, parting: &Parting) -> Option<()> {
        let Parting { to, local, transport, fallback, bytes } = parting;
        let Ok(Message::Request(mut request)) = parse_datagram(bytes.clone(), &self.limits) else {
            return None;
        };
        let ends = request.method == Method::Bye && read::is_reachable(*to);
        (ends && self.transactions.has_room()).then_some(())?;
        // Our sockets may be others by now.
        let mut spoken = self.settings.listen.iter().filter(|own| own.transport == *transport);
        let local = match spoken.any(|own| own.local == *local) {
            true => *local,
            false => self.settings.source_for(*transport, *to)?,
        };
        let hop = Hop { to: *to, local, transport: *transport, fallback: *fallback };
        request.headers.remove_all(&HeaderName::Via);
        let advertised = self.settings.advertised(hop.transport, hop.local);
        let via = write::via(hop.transport, advertised, self.chance.token());
        write::add_first(&mut request.headers, HeaderName::Via, via);
        self.transactions.start(now, request, hop, User::Nobody, &mut self.outbox).map(|_| ())
    }
}
