//! The store of a day's history: on paper, so that a day of a million calls fits. It refuses what a real one would refuse,
//! and sometimes works slowly, not at all, or says that somebody else was first.

use super::agenda::Happening;
use super::day::{Broken, Day, Person};
use super::fault::Fault;
use crate::call::{Reply, Request};
use crate::engine::Input;
use crate::history::{Entry, Fact, OfferId, Row, Standing, Verdict, asked};
use crate::time::Instant;

/// The slowest answer of a slow store, in milliseconds: longer than an engine waits for it.
const SLOWEST: u64 = 4_000;

/// What the history leaves standing.
#[derive(Debug, Default)]
pub(super) struct Paper {
    pub(super) standing: Standing,
    last: u64,
}

impl Paper {
    /// Keeps a row.
    pub(super) fn keep(&mut self, row: Row) {
        self.last += 1;
        self.standing.apply(&Entry { epoch: 1, seq: self.last, row });
    }

    /// Keeps an offer, unless what stands does not allow it.
    fn claim(&mut self, row: Row) -> Verdict {
        let verdict = self.standing.verdict(&row.fact);
        if verdict == Verdict::Applied {
            self.keep(row);
        }
        verdict
    }
}

impl Day {
    /// An offer is to be kept.
    pub(super) fn claims(&mut self, row: Row) -> Result<(), Broken> {
        let Fact::Offered { offer, agent, .. } = &row.fact else {
            return Err("something that is no offer is to be kept first".to_owned());
        };
        let (offer, agent) = (*offer, agent.to_string());
        let index = self.users.get(agent.as_str()).copied();
        let person = Person::Agent(index.ok_or("an unknown agent is offered somebody")?);
        let broken = self.hits(person, Fault::BrokenStore);
        let stale = self.hits(person, Fault::StaleOffer);
        let verdict = match (broken, stale) {
            (true, _) => Verdict::Failed,
            (false, true) => Verdict::Stale,
            (false, false) => self.paper.claim(row),
        };
        if verdict == Verdict::Stale && !stale {
            return Err(format!(
                "agent {agent} is offered somebody whom the history has elsewhere"
            ));
        }
        let slow = |day: &mut Self, chance: &mut super::chance::Chance| {
            day.wire.late(Fault::SlowStore, SLOWEST, chance)
        };
        match self.draw(person, slow).flatten() {
            Some(late) => self.plan(late, Happening::Claimed(offer, verdict)),
            None => self.claimed.push_back((offer, verdict)),
        }
        Ok(())
    }

    /// A ticket or a wish to be called back is kept under the number that the call is about to hear.
    pub(super) fn paper_keeps(&mut self, request: &Request, reply: &Reply) {
        let Reply::Kept(told) = reply else { return };
        let wall = self.begins.after(self.now.since(Instant::ZERO));
        let Some(mut row) = asked(request, None, wall) else { return };
        if let Fact::TicketOpened { ticket: number, .. }
        | Fact::CallbackAsked { callback: number, .. } = &mut row.fact
        {
            *number = told.parse().unwrap_or(0);
        }
        self.paper.keep(row);
    }

    /// Tells the engine what the store said at once.
    pub(super) fn answer_claims(&mut self) -> Result<(), Broken> {
        while let Some((offer, verdict)) = self.claimed.pop_front() {
            self.judged(offer, verdict)?;
        }
        Ok(())
    }

    /// Tells the engine what the store said.
    pub(super) fn judged(&mut self, offer: OfferId, verdict: Verdict) -> Result<(), Broken> {
        self.tell(Input::Claimed { offer, verdict })
    }
}
