//! The numbers of messages both ways: which are new, which have arrived, which are sent once more.

use std::collections::VecDeque;

use super::limits::{ACK_EVERY, MAX_UNACKNOWLEDGED};
use super::wire::{Command, Message};

/// Where the counting stands with one adapter.
#[derive(Debug, Default)]
pub(super) struct Link {
    /// The word by which the adapter says that it still counts as before.
    session: Option<String>,
    /// The number of the last message to it.
    sent: u64,
    /// What it has not acknowledged, with its numbers.
    unacknowledged: VecDeque<(u64, String)>,
    /// Up to which number the present connection has carried messages to it.
    carried: u64,
    /// The number of the last message from it.
    received: u64,
    /// Messages received since the last acknowledgement.
    owed: u32,
}

/// What the number of a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It is the next one.
    New,
    /// It has arrived before.
    Again,
    /// One before it is missing.
    Gap,
    /// It has none.
    Unnumbered,
}

/// As much is unacknowledged as may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

impl Link {
    /// Numbers a message and keeps it until it is acknowledged.
    pub(super) fn push(&mut self, mut message: Message<Command>) -> Result<(), Full> {
        if self.unacknowledged.len() >= MAX_UNACKNOWLEDGED {
            return Err(Full);
        }
        self.sent += 1;
        message.envelope.seq = Some(self.sent);
        message.envelope.ack = Some(self.received);
        self.owed = 0;
        self.unacknowledged.push_back((self.sent, message.write()));
        Ok(())
    }

    /// The messages that the present connection has not carried yet, which it now does.
    pub(super) fn carry(&mut self) -> Vec<String> {
        let carried = std::mem::replace(&mut self.carried, self.sent);
        let new = self.unacknowledged.iter().filter(|(seq, _)| *seq > carried);
        new.map(|(_, line)| line.clone()).collect()
    }

    /// How many messages are unacknowledged.
    pub(super) fn unacknowledged(&self) -> usize {
        self.unacknowledged.len()
    }

    /// The adapter has received everything up to a number; `false` if there is no such number yet.
    pub(super) fn acknowledged(&mut self, ack: u64) -> bool {
        while self.unacknowledged.front().is_some_and(|(seq, _)| *seq <= ack) {
            self.unacknowledged.pop_front();
        }
        ack <= self.sent
    }

    /// Takes note of a message's number.
    pub(super) fn arrive(&mut self, seq: Option<u64>) -> Arrival {
        match seq {
            None => Arrival::Unnumbered,
            Some(seq) if seq <= self.received => Arrival::Again,
            Some(seq) if seq > self.received + 1 => Arrival::Gap,
            Some(seq) => {
                self.received = seq;
                self.owed += 1;
                Arrival::New
            }
        }
    }

    /// Up to which number everything has been received, to be told now.
    pub(super) const fn ack(&mut self) -> u64 {
        self.owed = 0;
        self.received
    }

    /// Whether something received is to be acknowledged at once.
    pub(super) const fn owes_much(&self) -> bool {
        self.owed >= ACK_EVERY
    }

    /// Whether something received is not acknowledged yet.
    pub(super) const fn owes(&self) -> bool {
        self.owed > 0
    }

    /// A connection begins. Says whether the adapter counts on as before; else both sides begin from nothing.
    pub(super) fn begin(&mut self, session: Option<&str>, ack: u64) -> bool {
        let same = session.is_some() && self.session.as_deref() == session && ack <= self.sent;
        if same {
            self.acknowledged(ack);
            self.carried = ack;
        } else {
            *self = Self { session: session.map(str::to_owned), ..Self::default() };
        }
        same
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telephony::remote::wire::{Empty, Envelope};

    fn message() -> Message<Command> {
        Message { envelope: Envelope::default(), body: Command::Unbridge(Empty {}) }
    }

    #[test]
    fn each_message_counts_once() {
        let mut link = Link::default();
        let arrivals = [Some(1), Some(1), Some(3), Some(2), None, Some(0)];
        let arrivals = arrivals.map(|seq| link.arrive(seq));
        let expected = [
            Arrival::New,
            Arrival::Again,
            Arrival::Gap,
            Arrival::New,
            Arrival::Unnumbered,
            Arrival::Again,
        ];
        assert_eq!(arrivals, expected);
        assert!(link.owes() && !link.owes_much());
        assert_eq!((link.ack(), link.owes()), (2, false));
    }

    #[test]
    fn what_is_unacknowledged_is_sent_again_only_to_one_who_counts_on() {
        let mut link = Link::default();
        assert!(!link.begin(Some("a"), 0), "the first time");
        for _ in 0..3 {
            link.push(message()).expect("room");
        }
        assert_eq!((link.carry().len(), link.carry().len()), (3, 0));
        assert!(link.acknowledged(1) && !link.acknowledged(9));
        let mut link = Link { unacknowledged: VecDeque::new(), ..link };
        for _ in 0..2 {
            link.push(message()).expect("room");
        }
        assert!(link.begin(Some("a"), 4));
        let again = link.carry();
        assert_eq!(again.len(), 1);
        assert!(again[0].starts_with(r#"{"seq":5,"ack":0,"command""#), "{}", again[0]);
        assert!(!link.begin(Some("b"), 5), "another one");
        assert_eq!(link.carry().len(), 0);
        assert!(!link.begin(None, 0), "one who never counts on");
    }

    #[test]
    fn the_buffer_is_bounded() {
        let mut link = Link::default();
        let pushed = (0..2_000).take_while(|_| link.push(message()).is_ok()).count();
        assert_eq!((pushed, link.unacknowledged()), (MAX_UNACKNOWLEDGED, MAX_UNACKNOWLEDGED));
    }
}
