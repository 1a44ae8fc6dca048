//! What must hold of all that an adapter tells, whatever a scenario is about.

use std::collections::{BTreeMap, BTreeSet};

use super::verdict::Trouble;
use crate::telephony::remote::ANSWER_LIMIT;
use crate::telephony::remote::wire::{Command, Envelope, Event, Message};
use crate::time::{Duration, Instant};

/// What a busy machine may be late.
const LATE: Duration = Duration::from_millis(500);

/// The books of one adapter, from its first word on.
#[derive(Debug, Default)]
pub(super) struct Rules {
    session: Option<String>,
    seq: u64,
    at_us: u64,
    /// Commands without an answer, and when they were sent.
    asked: BTreeMap<u64, (Instant, String)>,
    answered: BTreeSet<u64>,
    live: BTreeSet<String>,
    ended: BTreeSet<String>,
    /// Plays that were ordered and have not ended.
    plays: BTreeSet<(String, u64)>,
    played: BTreeSet<(String, u64)>,
    /// The commands that ordered plays and recordings, so that rejected ones are not waited for.
    ordered: BTreeMap<u64, (String, u64)>,
}

impl Rules {
    /// A command is sent.
    pub(super) fn told(&mut self, now: Instant, message: &Message<Command>, line: &str) {
        let Envelope { id, leg, .. } = &message.envelope;
        let Some(id) = *id else { return };
        self.asked.entry(id).or_insert_with(|| (now, line.to_owned()));
        if let (Command::Play(play), Some(leg)) = (&message.body, leg) {
            self.plays.insert((leg.clone(), play.play));
            self.ordered.insert(id, (leg.clone(), play.play));
        }
        if let (Command::Dial(_), Some(leg)) = (&message.body, leg) {
            self.live.insert(leg.clone());
        }
    }

    /// The adapter tells something.
    pub(super) fn heard(
        &mut self,
        now: Instant,
        message: &Message<Event>,
        line: &str,
    ) -> Result<(), Trouble> {
        let broken = |what: &str| Err(Trouble::line(what, line));
        let Message { envelope, body } = message;
        if let Event::Hello(hello) = body {
            if hello.session.is_none() || hello.session != self.session {
                *self = Self { session: hello.session.clone(), ..Self::default() };
            }
        } else if !matches!(body, Event::Heartbeat(_)) {
            match envelope.seq {
                None => return broken("an event has no `seq`"),
                Some(seq) if seq <= self.seq => return Ok(()),
                Some(seq) if seq > self.seq + 1 => return broken("`seq` leaves a number out"),
                Some(seq) => self.seq = seq,
            }
        }
        let Some(at_us) = envelope.at_us else { return broken("a message has no `at_us`") };
        if at_us < self.at_us {
            return broken("`at_us` runs back");
        }
        self.at_us = at_us;
        match body {
            Event::Accepted(_) | Event::Rejected(_) => self.answer(now, message, line),
            Event::Unknown(word) => broken(&format!("the contract has no event `{word}`")),
            _ => match &envelope.leg {
                Some(leg) => self.of_leg(leg, body, line),
                None => Ok(()),
            },
        }
    }

    fn answer(
        &mut self,
        now: Instant,
        message: &Message<Event>,
        line: &str,
    ) -> Result<(), Trouble> {
        let Some(id) = message.envelope.id else {
            return Err(Trouble::line("an answer has no `id`", line));
        };
        if self.answered.contains(&id) {
            return Err(Trouble::line("a command is answered twice", line));
        }
        let Some((at, asked)) = self.asked.remove(&id) else {
            return Err(Trouble::line("an answer names a command that was never sent", line));
        };
        self.answered.insert(id);
        if now.since(at) > ANSWER_LIMIT + LATE {
            return Err(Trouble::line(
                format!("a command is answered after {}", now.since(at)),
                asked,
            ));
        }
        if matches!(message.body, Event::Rejected(_))
            && let Some(play) = self.ordered.remove(&id)
        {
            self.plays.remove(&play);
        }
        Ok(())
    }

    fn of_leg(&mut self, leg: &str, body: &Event, line: &str) -> Result<(), Trouble> {
        let broken = |what: &str| Err(Trouble::line(what, line));
        if self.ended.contains(leg) {
            return broken("something is told of a leg after its `ended`");
        }
        if let Event::Offered(_) = body {
            if !self.live.insert(leg.to_owned()) {
                return broken("a leg is offered twice");
            }
            return Ok(());
        }
        if !self.live.contains(leg) {
            return broken("something is told of a leg that was never offered or dialled");
        }
        match body {
            Event::PlayEnded(ended) => {
                let play = (leg.to_owned(), ended.play);
                if self.played.contains(&play) {
                    return broken("a play ends twice");
                }
                if !self.plays.remove(&play) {
                    return broken("a play ends that was never ordered");
                }
                if !["finished", "stopped", "failed"].contains(&&*ended.reason) {
                    return broken("`reason` is none of `finished`, `stopped`, `failed`");
                }
                self.played.insert(play);
            }
            Event::Ended(_) => {
                if self.plays.iter().any(|(of, _)| of == leg) {
                    return broken("a leg ends before its plays have");
                }
                self.live.remove(leg);
                self.ended.insert(leg.to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    /// The adapter's program was started anew, so that nothing of the one before counts.
    pub(super) fn anew(&mut self) {
        *self = Self::default();
    }

    /// Commands that are overdue.
    pub(super) fn overdue(&self, now: Instant) -> Result<(), Trouble> {
        let late = |at: Instant| now.since(at) > ANSWER_LIMIT + LATE;
        match self.asked.values().find(|(at, _)| late(*at)) {
            Some((_, asked)) => Err(Trouble::line(
                format!("a command is not answered within {ANSWER_LIMIT}"),
                asked,
            )),
            None => Ok(()),
        }
    }

    /// Whether every command has its answer.
    pub(super) fn all_answered(&self) -> bool {
        self.asked.is_empty()
    }
}
