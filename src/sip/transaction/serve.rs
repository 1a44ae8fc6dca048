//! Requests of theirs (RFC 3261 §17.2).

use std::collections::VecDeque;

use bytes::Bytes;
use sipx_sip::transaction::ServerTransaction;
use sipx_sip::{Method, Request, Response};

use super::entry::Phase;
use super::key::Key;
use super::table::{Transactions, send_all};
use super::{Hop, TransactionId, User, send};
use crate::sip::event::Output;
use crate::sip::write;
use crate::time::{Duration, Instant};

impl Transactions {
    /// The request of theirs that a transaction still has open.
    pub(in crate::sip) fn request(&self, id: TransactionId) -> Option<&Request> {
        match &self.entries.get(&id)?.phase {
            Phase::Serving { machine, .. } => Some(machine.request()),
            Phase::Asking { .. }
            | Phase::Replied { .. }
            | Phase::Absorbing { .. }
            | Phase::Refused { .. }
            | Phase::Acknowledged { .. } => None,
        }
    }

    /// Opens a transaction for a request of theirs that has none yet.
    pub(in crate::sip) fn accept(
        &mut self,
        now: Instant,
        key: Key,
        request: Request,
        hop: Hop,
        user: User,
    ) -> TransactionId {
        let answer_by = (request.method != Method::Invite).then(|| now + self.give_up);
        let (machine, _) = ServerTransaction::new(request, hop.reliability(), self.timers);
        let phase = Phase::Serving { machine: Box::new(machine), clocks: Vec::new(), answer_by };
        self.insert(key, hop, user, phase)
    }

    /// Takes a request that belongs to a transaction. `true` if it is an ACK that its user must see.
    pub(in crate::sip) fn repeated(
        &mut self,
        now: Instant,
        id: TransactionId,
        request: &Request,
        outbox: &mut VecDeque<Output>,
    ) -> bool {
        let is_ack = request.method == Method::Ack;
        let Some(entry) = self.entries.get_mut(&id) else { return is_ack };
        match &mut entry.phase {
            Phase::Serving { machine, .. } => {
                let steps = machine.on_request(request);
                let hop = entry.hop;
                if is_ack {
                    let linger = hop.linger(Duration::from_std(self.timers.t4));
                    self.settle(id, Phase::Absorbing { until: Self::kept(now, linger) });
                } else {
                    send_all(hop, &steps, outbox);
                }
                false
            }
            Phase::Replied { bytes, .. } => {
                outbox.push_back(send(entry.hop, bytes.clone()));
                false
            }
            Phase::Absorbing { .. } => is_ack,
            Phase::Asking { .. } | Phase::Refused { .. } | Phase::Acknowledged { .. } => false,
        }
    }

    /// Answers a request of theirs. Gives what was sent, if the answer settled the transaction.
    pub(in crate::sip) fn respond(
        &mut self,
        now: Instant,
        id: TransactionId,
        response: Response,
        outbox: &mut VecDeque<Output>,
    ) -> Option<(Hop, Bytes)> {
        let entry = self.entries.get_mut(&id)?;
        let hop = entry.hop;
        let Phase::Serving { machine, answer_by, .. } = &mut entry.phase else { return None };
        let status = response.status;
        let is_invite = machine.request().method == Method::Invite;
        if status.is_provisional() || (is_invite && !status.is_success()) {
            *answer_by = None;
            let steps = machine.on_tu_response(response);
            self.perform(now, id, &steps, outbox);
            return None;
        }
        let bytes = write::response_bytes(&response);
        outbox.push_back(send(hop, bytes.clone()));
        let phase = if is_invite {
            Phase::Absorbing { until: Self::kept(now, self.give_up) }
        } else {
            let until = Self::kept(now, hop.linger(self.give_up));
            Phase::Replied { bytes: bytes.clone(), until }
        };
        self.settle(id, phase);
        Some((hop, bytes))
    }
}
