//! Requests of ours (RFC 3261 §17.1).

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;
use sipx_sip::transaction::{ClientState, ClientTransaction, Output as Step, TuEvent};
use sipx_sip::{Method, Request, Response};

use super::entry::{Ack, Entry, Phase};
use super::key::Key;
use super::table::{Transactions, send_all};
use super::{Challenged, Hop, News, TransactionId, User, send};
use crate::sip::event::Output;
use crate::sip::read;
use crate::sip::transport::Transport;
use crate::time::{Duration, Instant};

/// Timer D of RFC 3261 on UDP: how long a refused INVITE of ours goes on acknowledging.
const TIMER_D: Duration = Duration::from_secs(32);
/// The most sides of one forked INVITE that are acknowledged.
const MAX_FORKS: usize = 8;

impl Transactions {
    /// The request of ours that a transaction still has open.
    pub(in crate::sip) fn asked(&self, id: TransactionId) -> Option<(&Request, Hop)> {
        let entry = self.entries.get(&id)?;
        match &entry.phase {
            Phase::Asking { machine, .. } => Some((machine.request(), entry.hop)),
            Phase::Serving { .. }
            | Phase::Replied { .. }
            | Phase::Absorbing { .. }
            | Phase::Refused { .. }
            | Phase::Acknowledged { .. } => None,
        }
    }

    /// Sends a request of ours; `None` if it has no `Via` to be matched by.
    pub(in crate::sip) fn start(
        &mut self,
        now: Instant,
        request: Request,
        hop: Hop,
        user: User,
        outbox: &mut VecDeque<Output>,
    ) -> Option<TransactionId> {
        let key = Key::of_sent(&request)?;
        let (machine, steps) = ClientTransaction::new(request, hop.reliability(), self.timers);
        let phase = Phase::Asking { machine: Box::new(machine), clocks: Vec::new(), until: None };
        let id = self.insert(key, hop, user, phase);
        self.perform(now, id, &steps, outbox);
        Some(id)
    }

    /// Takes a response to a request of ours. Responses that belong to nothing are dropped.
    pub(in crate::sip) fn receive(
        &mut self,
        now: Instant,
        response: Response,
        outbox: &mut VecDeque<Output>,
    ) -> Option<News> {
        let id = self.find(&Key::of_response(&response)?)?;
        let entry = self.entries.get_mut(&id)?;
        let user = entry.user;
        match &mut entry.phase {
            Phase::Asking { machine, .. } => {
                let is_invite = machine.request().method == Method::Invite;
                let status = response.status;
                let hop = entry.hop;
                let challenged = matches!(status.code(), 401 | 407)
                    .then(|| Challenged { request: Box::new(machine.request().clone()), hop });
                let steps = machine.on_response(response);
                let sent = send_all(hop, &steps, outbox);
                if status.is_provisional() {
                    self.clocks_only(now, id, &steps);
                } else if is_invite {
                    let settled = match sent {
                        Some(ack) => {
                            let until = Self::kept(now, hop.linger(TIMER_D.max(self.give_up)));
                            Phase::Refused { ack, until }
                        }
                        None => {
                            let until = Self::kept(now, self.give_up);
                            Phase::Acknowledged { acks: Vec::new(), until }
                        }
                    };
                    self.settle(id, settled);
                } else {
                    self.drop_entry(id);
                }
                let response = steps.into_iter().find_map(told)?;
                Some(News::Response { id, user, response, challenged })
            }
            Phase::Refused { ack, .. } => {
                if response.status.is_final() && !response.status.is_success() {
                    outbox.push_back(send(entry.hop, ack.clone()));
                }
                None
            }
            Phase::Acknowledged { acks, .. } if response.status.is_success() => {
                let tag = read::to_tag(&response.headers).unwrap_or_default();
                if let Some(ack) = acks.iter().find(|ack| ack.tag == tag) {
                    outbox.push_back(send(ack.hop, ack.bytes.clone()));
                    return None;
                }
                let room = acks.len() < MAX_FORKS;
                let response = Box::new(response);
                room.then(|| News::Response { id, user, response, challenged: None })
            }
            Phase::Serving { .. }
            | Phase::Replied { .. }
            | Phase::Absorbing { .. }
            | Phase::Acknowledged { .. } => None,
        }
    }

    /// Ends requests of ours that were sent to a place which cannot be had, unless somebody there was heard of:
    /// then the answer may still come by another way.
    pub(in crate::sip) fn unsent(&mut self, transport: Transport, to: SocketAddr) -> Vec<News> {
        let lost = |entry: &Entry| match &entry.phase {
            Phase::Asking { machine, .. } => {
                let unheard = matches!(machine.state(), ClientState::Calling | ClientState::Trying);
                unheard && entry.hop.transport == transport && entry.hop.to == to
            }
            Phase::Serving { .. }
            | Phase::Replied { .. }
            | Phase::Absorbing { .. }
            | Phase::Refused { .. }
            | Phase::Acknowledged { .. } => false,
        };
        let ids = self.entries.iter().filter(|(_, entry)| lost(entry)).map(|(id, _)| *id);
        let ids: Vec<TransactionId> = ids.collect();
        let users = ids.into_iter().filter_map(|id| {
            let user = self.user(id)?;
            self.drop_entry(id);
            Some(News::Timeout { user })
        });
        users.collect()
    }

    /// Sends the ACK of a 2xx, and again for every repetition of it.
    pub(in crate::sip) fn acknowledge(
        &mut self,
        id: TransactionId,
        tag: &[u8],
        hop: Hop,
        bytes: Bytes,
        outbox: &mut VecDeque<Output>,
    ) {
        outbox.push_back(send(hop, bytes.clone()));
        if let Some(Entry { phase: Phase::Acknowledged { acks, .. }, .. }) =
            self.entries.get_mut(&id)
        {
            acks.push(Ack { tag: tag.into(), hop, bytes });
        }
    }

    /// Sets when a request of ours is given up even though it was heard of.
    pub(in crate::sip) fn limit(&mut self, id: TransactionId, at: Instant) {
        if let Some(Entry { phase: Phase::Asking { until, .. }, .. }) = self.entries.get_mut(&id) {
            *until = Some(at);
        }
        self.arm(id);
    }
}

fn told(step: Step) -> Option<Box<Response>> {
    match step {
        Step::ToTu(event) => match *event {
            TuEvent::Response(response) => Some(response),
            _ => None,
        },
        _ => None,
    }
}
