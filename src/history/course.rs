//! What has become of a ticket: a fold over the rows about it.

use std::sync::Arc;

use super::fact::Fact;
use super::parts::{TicketDeed, TicketOutcome, TicketStatus};
use super::row::{Entry, Private, Row};
use crate::call::{AgentId, CallId, Language, RecordingId};
use crate::time::Wall;

/// Under which name the words of a note travel among what is private.
pub const NOTE: &str = "note";

/// A ticket from its opening to now.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketCourse {
    /// Its number.
    pub ticket: u64,
    /// The call in which it was opened.
    pub contact: CallId,
    /// When.
    pub opened: Wall,
    /// What sort, as the flow names it.
    pub sort: Arc<str>,
    /// In which language.
    pub language: Language,
    /// What the caller was recorded saying.
    pub recording: Option<RecordingId>,
    /// What the caller said; `None` once that was forgotten, or where it was not read.
    pub words: Option<Private>,
    /// Who has to do it.
    pub owner: Option<AgentId>,
    /// Until when.
    pub due: Option<Wall>,
    /// How it ended.
    pub closed: Option<(Wall, Option<TicketOutcome>)>,
    /// What was done, in order.
    pub steps: Vec<TicketStep>,
}

/// One thing that somebody did about it.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketStep {
    /// When.
    pub at: Wall,
    /// Who.
    pub by: Arc<str>,
    /// What.
    pub did: TicketDeed,
    /// Who has to do it from then on.
    pub owner: Option<AgentId>,
    /// Until when.
    pub due: Option<Wall>,
    /// The words of a note.
    pub note: Option<Arc<str>>,
}

impl TicketCourse {
    /// The course of a ticket by the rows about it, in order; those about anything else are passed over. `None` = it was
    /// never opened.
    #[must_use]
    pub fn of(ticket: u64, entries: &[Entry]) -> Option<Self> {
        let mut rows = entries.iter().map(|entry| &entry.row);
        let mut course = rows.find_map(|row| Self::opened(ticket, row))?;
        rows.for_each(|row| course.take(row));
        Some(course)
    }

    fn opened(wanted: u64, row: &Row) -> Option<Self> {
        let Fact::TicketOpened { ticket, contact, sort, language, owner, due, recording, .. } =
            &row.fact
        else {
            return None;
        };
        (*ticket == wanted).then(|| Self {
            ticket: *ticket,
            contact: *contact,
            opened: row.at,
            sort: Arc::clone(sort),
            language: language.clone(),
            recording: recording.clone(),
            words: row.private.clone(),
            owner: owner.clone(),
            due: *due,
            closed: None,
            steps: Vec::new(),
        })
    }

    fn take(&mut self, row: &Row) {
        let Fact::TicketChanged { ticket, did, status, outcome, owner, due, by, .. } = &row.fact
        else {
            return;
        };
        if *ticket != self.ticket {
            return;
        }
        self.owner.clone_from(owner);
        self.due = *due;
        self.closed = match status {
            TicketStatus::Open => None,
            TicketStatus::Closed => Some((row.at, *outcome)),
        };
        let note = row.private.as_ref().and_then(|private| private.0.get(NOTE).cloned());
        let (by, owner) = (Arc::clone(by), owner.clone());
        self.steps.push(TicketStep { at: row.at, by, did: *did, owner, due: *due, note });
    }

    /// When a person first did something about it for whoever left it: wrote down what was done, or was done with it.
    #[must_use]
    pub fn answered(&self) -> Option<Wall> {
        if let Some((at, Some(TicketOutcome::Forgotten))) = self.closed {
            return self.noted().filter(|noted| *noted < at);
        }
        self.noted()
    }

    fn noted(&self) -> Option<Wall> {
        let step = self.steps.iter().find(|step| step.did != TicketDeed::Assigned);
        step.map(|step| step.at)
    }

    /// Whether its time is over and it is not done.
    #[must_use]
    pub fn is_overdue(&self, now: Wall) -> bool {
        self.closed.is_none() && self.due.is_some_and(|due| due < now)
    }

    /// The row of a change by somebody: what they did, with who has to do it and until when from then on.
    #[must_use]
    pub fn changed(&self, did: TicketDeed, by: Arc<str>, at: Wall) -> Row {
        let status = match did {
            TicketDeed::Assigned | TicketDeed::Noted => TicketStatus::Open,
            TicketDeed::Closed => TicketStatus::Closed,
        };
        let fact = Fact::TicketChanged {
            ticket: self.ticket,
            contact: Some(self.contact),
            did,
            status,
            outcome: None,
            owner: self.owner.clone(),
            due: self.due,
            by,
        };
        Row::new(at, fact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(seconds: i64) -> Wall {
        Wall::from_unix_micros(seconds * 1_000_000)
    }

    fn opened(ticket: u64) -> Row {
        let fact = Fact::TicketOpened {
            ticket,
            contact: CallId::new(7, 0),
            sort: "complaint".into(),
            language: "id".into(),
            owner: None,
            due: Some(wall(100)),
            recording: None,
            caller: None,
        };
        Row::new(wall(ticket.cast_signed()), fact)
    }

    fn entries(rows: Vec<Row>) -> Vec<Entry> {
        (1..).zip(rows).map(|(seq, row)| Entry { epoch: 1, seq, row }).collect()
    }

    #[test]
    fn a_ticket_is_told_by_what_was_done_about_it() {
        let rows = vec![opened(1), opened(2)];
        assert_eq!(TicketCourse::of(3, &entries(rows.clone())), None);
        let mut course = TicketCourse::of(1, &entries(rows.clone())).expect("opened");
        assert!(course.is_overdue(wall(101)) && !course.is_overdue(wall(100)));
        course.owner = Some("sari".into());
        let taken = course.changed(TicketDeed::Assigned, "dewi".into(), wall(10));
        let words = Private([(NOTE.into(), "Called back.".into())].into());
        let noted = course.changed(TicketDeed::Noted, "sari".into(), wall(20)).with(words);
        let closed = course.changed(TicketDeed::Closed, "sari".into(), wall(200));
        let all = [rows, vec![taken, noted, closed]].concat();
        let other = TicketCourse::of(2, &entries(all.clone())).expect("opened");
        assert!(other.steps.is_empty() && other.closed.is_none(), "another one");
        let course = TicketCourse::of(1, &entries(all)).expect("opened");
        assert_eq!(course.owner, Some("sari".into()));
        assert_eq!(course.answered(), Some(wall(20)), "who has it is no answer");
        assert_eq!(course.closed, Some((wall(200), None)));
        assert!(!course.is_overdue(wall(300)), "it is done");
        assert_eq!(course.steps[1].note.as_deref(), Some("Called back."));
    }

    #[test]
    fn to_be_forgotten_is_no_answer() {
        let course = TicketCourse::of(1, &entries(vec![opened(1)])).expect("opened");
        let mut gone = course.changed(TicketDeed::Closed, "data".into(), wall(9));
        if let Fact::TicketChanged { outcome, .. } = &mut gone.fact {
            *outcome = Some(TicketOutcome::Forgotten);
        }
        let course = TicketCourse::of(1, &entries(vec![opened(1), gone])).expect("opened");
        assert_eq!((course.answered(), course.closed.is_some()), (None, true));
    }
}
