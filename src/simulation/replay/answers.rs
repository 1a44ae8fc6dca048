//! How the world answered: services, stores, queues, other people, and what the caller spoke into recordings.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::doing::Doing;
use crate::call::{CallJournal, Errand, JournalEvent, RecordingEnd, Reply};
use crate::session::{Input, QueueNews};
use crate::time::Duration;

/// Doings, each with the time after what asked for it.
pub(super) type Course = Vec<(Duration, Doing)>;

/// What a caller spoke into a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) end: RecordingEnd,
    pub(super) lasted: Duration,
}

/// The answers of one call, by what asked for them, in the order of asking.
#[derive(Debug, Default)]
pub(super) struct Answers {
    replies: BTreeMap<Arc<str>, VecDeque<Course>>,
    stays: BTreeMap<Arc<str>, VecDeque<Course>>,
    rings: VecDeque<Course>,
    spoken: VecDeque<Option<Spoken>>,
}

/// What is open while a journal is read.
enum Open {
    Nothing,
    Stay(Arc<str>, Duration),
    Ring(Duration),
}

impl Answers {
    pub(super) fn of(journal: &CallJournal) -> Self {
        let mut answers = Self::default();
        let mut asked: Option<(Arc<str>, Duration)> = None;
        let mut open = Open::Nothing;
        for entry in &journal.events {
            match &entry.event {
                JournalEvent::Requested { what } => {
                    answers.replies.entry(what.clone()).or_default().push_back(Vec::new());
                    asked = Some((what.clone(), entry.at));
                }
                JournalEvent::Replied(reply) => {
                    if let Some((what, at)) = asked.take() {
                        let doing = Doing::Tell(Input::Reply(reply.clone()));
                        let course = answers.replies.get_mut(&what).and_then(VecDeque::back_mut);
                        course.into_iter().for_each(|course| {
                            course.push((entry.at.saturating_sub(at), doing.clone()))
                        });
                    }
                }
                JournalEvent::Enqueued { queue } => {
                    let queue: Arc<str> = queue.as_str().into();
                    answers.stays.entry(queue.clone()).or_default().push_back(Vec::new());
                    open = Open::Stay(queue, entry.at);
                }
                JournalEvent::Rang { .. } => {
                    answers.rings.push_back(Vec::new());
                    open = Open::Ring(entry.at);
                }
                JournalEvent::Queue(news) => {
                    answers.add(&open, entry.at, Doing::of_queue(news));
                }
                JournalEvent::Other(news) => answers.add(&open, entry.at, Doing::of_other(*news)),
                JournalEvent::Taped => answers.spoken.push_back(None),
                JournalEvent::Recorded { end, lasted } => {
                    if let Some(last) = answers.spoken.back_mut() {
                        *last = Some(Spoken { end: *end, lasted: *lasted });
                    }
                }
                JournalEvent::Entered { .. }
                | JournalEvent::Left { .. }
                | JournalEvent::Asked { .. }
                | JournalEvent::Heard { .. }
                | JournalEvent::Silent
                | JournalEvent::Answered
                | JournalEvent::Key { .. }
                | JournalEvent::Said { .. }
                | JournalEvent::PlayFailed
                | JournalEvent::Closed { .. }
                | JournalEvent::Aborted { .. }
                | JournalEvent::Ended { .. } => {}
            }
        }
        answers
    }

    fn add(&mut self, open: &Open, at: Duration, doing: Doing) {
        let (course, since) = match open {
            Open::Nothing => return,
            Open::Stay(queue, since) => {
                (self.stays.get_mut(queue).and_then(VecDeque::back_mut), since)
            }
            Open::Ring(since) => (self.rings.back_mut(), since),
        };
        if let Some(course) = course {
            course.push((at.saturating_sub(*since), doing));
        }
    }

    /// What comes of a request; the world knows nothing of one that was not made then.
    pub(super) fn reply(&mut self, errand: &Errand) -> Course {
        let what: Arc<str> = match errand {
            Errand::Operation(operation) => {
                format!("{}.{}", operation.service, operation.operation).into()
            }
            Errand::Ticket(_) => "tickets".into(),
            Errand::Callback(_) => "callbacks".into(),
        };
        let course = self.replies.get_mut(&what).and_then(VecDeque::pop_front);
        course.unwrap_or_else(|| {
            let failed = Reply::Failed(crate::call::Failure::Unavailable);
            vec![(Duration::ZERO, Doing::Tell(Input::Reply(failed)))]
        })
    }

    /// What comes of a wish to be put in line; where nobody knows, the caller waits.
    pub(super) fn stay(&mut self, queue: &str) -> Course {
        let course = self.stays.get_mut(queue).and_then(VecDeque::pop_front);
        course.unwrap_or_else(|| {
            let entered = QueueNews::Entered { position: 1 };
            vec![(Duration::ZERO, Doing::Tell(Input::Queue(entered)))]
        })
    }

    /// What comes of ringing a number; where nobody knows, it rings.
    pub(super) fn ring(&mut self) -> Course {
        self.rings.pop_front().unwrap_or_default()
    }

    /// What the caller speaks into the next recording.
    pub(super) fn spoken(&mut self) -> Option<Spoken> {
        self.spoken.pop_front().flatten()
    }
}
