//! Offers that must be durable before a phone rings: *the machine proposes, the store disposes*.
//!
//! ```text
//!  queue ── Offer ──▶ Output::Claim ──▶ store ──▶ Input::Claimed
//!                                                   ├─ Applied ──▶ the agent is rung
//!                                                   ├─ Stale ────▶ both as before, kept apart for a while
//!                                                   └─ Failed ───▶ both as before; no offer starts for STORE_PAUSE
//!  no word within CLAIM_LIMIT: as Failed      the caller leaves meanwhile: the claim is forgotten, nobody is rung
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::machine::Engine;
use super::notice::Notice;
use super::output::Output;
use crate::bug::{self, Bug};
use crate::call::{AgentId, CallId};
use crate::history::{self, Verdict};
use crate::queue::{self, OfferId};
use crate::time::{Duration, Instant};

/// How long the store may take over one offer; then it counts as out of order.
const CLAIM_LIMIT: Duration = Duration::from_secs(2);
/// How long no offer starts after one that could not be kept. The next one tries the store anew.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// The shortest time that a phone is rung, however long the store took.
const SHORTEST_RING: Duration = Duration::from_secs(1);

/// The offers that the store has not decided about.
#[derive(Debug, Default)]
pub(super) struct Claims {
    open: BTreeMap<OfferId, Claim>,
    dues: BTreeSet<(Instant, OfferId)>,
    /// Until when no offer starts.
    paused_until: Option<Instant>,
}

/// One of them.
#[derive(Debug)]
struct Claim {
    call: CallId,
    agent: AgentId,
    ring: Duration,
    since: Instant,
}

impl Claims {
    /// When something is due.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let claim = self.dues.first().map(|(at, _)| *at);
        [claim, self.paused_until].into_iter().flatten().min()
    }

    fn add(&mut self, offer: OfferId, claim: Claim) {
        self.dues.insert((claim.since + CLAIM_LIMIT, offer));
        self.open.insert(offer, claim);
    }

    fn take(&mut self, offer: OfferId) -> Option<Claim> {
        let claim = self.open.remove(&offer)?;
        self.dues.remove(&(claim.since + CLAIM_LIMIT, offer));
        Some(claim)
    }

    /// An offer is taken back: whether nobody was rung for it yet.
    pub(super) fn withdraw(&mut self, offer: OfferId) -> bool {
        self.take(offer).is_some()
    }
}

impl Engine {
    /// The queue offers a caller to an agent: it is made durable first, where a history is kept.
    pub(super) fn offer(
        &mut self,
        offer: OfferId,
        call: CallId,
        agent: AgentId,
        ring: Duration,
        together: bool,
    ) {
        if together && self.rings_already(call, &agent) {
            return self.tell_queues(queue::Input::Unclaimed { offer, stale: true });
        }
        let until = self.now + ring + self.settings.queues.lease;
        let Some(row) = self.offered_row(offer, call, &agent, until, together) else {
            return self.ring_agent(offer, call, &agent, ring);
        };
        self.outputs.push_back(Output::Claim(row));
        if bug::is(Bug::RungUnclaimed) {
            return self.ring_agent(offer, call, &agent, ring);
        }
        self.claims.add(offer, Claim { call, agent, ring, since: self.now });
    }

    /// The store has decided about an offer.
    pub(super) fn claimed(&mut self, offer: history::OfferId, verdict: Verdict) {
        let offer = OfferId(offer.0);
        let Some(Claim { call, agent, ring, since }) = self.claims.take(offer) else { return };
        match verdict {
            Verdict::Applied if !self.queues.wants_work(&agent) || self.joining(call).is_some() => {
                self.tell_queues(queue::Input::Unclaimed { offer, stale: false });
            }
            Verdict::Applied => {
                // It ends when its row says, however long the store took.
                let left = ring.saturating_sub(self.now.since(since));
                self.ring_agent(offer, call, &agent, left.max(SHORTEST_RING.min(ring)));
            }
            Verdict::Stale => {
                self.notice(Notice::OfferStale { call, agent });
                self.tell_queues(queue::Input::Unclaimed { offer, stale: true });
            }
            Verdict::Failed => self.unkept(offer),
        }
    }

    /// An offer was not kept, as far as is known: it is closed in either case, and nobody is offered to anybody for a while.
    fn unkept(&mut self, offer: OfferId) {
        if self.claims.paused_until.replace(self.now + STORE_PAUSE).is_none() {
            self.notice(Notice::OffersPaused {});
            self.tell_queues(queue::Input::Pause(true));
        }
        self.tell_queues(queue::Input::Unclaimed { offer, stale: false });
    }

    /// Gives up what the store took too long over, and ends a pause.
    pub(super) fn claims_due(&mut self) {
        while let Some(&(at, offer)) = self.claims.dues.first()
            && at <= self.now
        {
            self.claims.take(offer);
            self.unkept(offer);
        }
        if self.claims.paused_until.is_some_and(|until| until <= self.now) {
            self.claims.paused_until = None;
            self.notice(Notice::OffersResumed {});
            self.tell_queues(queue::Input::Pause(false));
        }
    }
}
