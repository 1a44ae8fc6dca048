//! What callers said and whether they wanted it kept, told as rows of the history.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::machine::Engine;
use crate::call::{CallId, LEAST_KEPT, RecordingEnd, RecordingId};
use crate::history::{Fact, Retention, message};
use crate::interpreter::World;
use crate::time::Duration;

impl Engine {
    /// A caller is about to speak. What the flow makes of the message if they hang up is told now: the process may die before.
    pub(super) fn taping(&mut self, contact: CallId, recording: &RecordingId) {
        if !self.settings.history {
            return;
        }
        let Some(call) = self.calls.get(&contact) else { return };
        let world = World {
            wall: self.clock.at(self.now),
            stood_still: call.pace.stood_still(self.now),
            calendars: &call.settings.calendars,
            numbers: &call.settings.numbers,
            expected: None,
        };
        let now = call.pace.at(self.now);
        // What goes wrong here will go wrong in its time as well, and ends the call then.
        let ahead = catch_unwind(AssertUnwindSafe(|| call.session.ticket_of_message(now, &world)));
        let ticket = ahead.ok().flatten();
        let (message, said) = ticket.as_ref().map(message).unzip();
        let recording = recording.clone();
        let began = Fact::RecordingBegan { recording, contact, message };
        self.happened_with(began, said.unwrap_or_default());
    }

    /// What a caller said is on the disk, or they did not want to be recorded: they pressed the key that ends it before
    /// there was a message.
    pub(super) fn recorded(
        &mut self,
        contact: CallId,
        recording: &RecordingId,
        end: RecordingEnd,
        lasted: Duration,
    ) {
        if end == RecordingEnd::Key && lasted < LEAST_KEPT {
            self.happened(Fact::RecordingRefused { contact });
        }
        if end == RecordingEnd::Failed {
            self.happened(Fact::RecordingLost { recording: recording.clone(), contact });
        } else if !lasted.is_zero() {
            let (recording, lasted_us) = (recording.clone(), lasted.as_micros());
            let class = Retention::Recordings;
            self.happened(Fact::RecordingKept { recording, contact, lasted_us, class });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble;
    use crate::call::{AdapterId, Event, EventKind, LegId, Offer, Origin, Report};
    use crate::engine::{Input, Output, Pattern, Route, Routes};
    use crate::flow::{Facts, Sources, compile};
    use crate::time::Instant;

    const FLOW: &str = "
sambung: 1
flow: line
language: en
start: bye
nodes: { bye: { hangup: Good bye. } }
";

    /// What is told of a recording that ended like this.
    fn told(end: RecordingEnd, lasted: Duration) -> Vec<&'static str> {
        let compiled = compile(&Sources::one("line.yaml", FLOW.as_bytes()), &Facts::default());
        let flows = (&compiled.flows, &compiled.queues, &compiled.calendars);
        let mut settings = assemble::project(flows.0, flows.1, flows.2).expect("all is well");
        settings.adapters = vec!["sip".into()];
        settings.routes = Routes::new(vec![Route::new(Pattern::Default, "line".into())]);
        settings.history = true;
        let mut engine = Engine::new(settings, 7);
        let leg = LegId { adapter: AdapterId(0), number: 1 };
        let origin = Origin::new("100", Some("+62811"));
        let offer = Offer { origin, dtmf: true, ..Offer::default() };
        let recording = RecordingId::from("0192-1");
        let now = Instant::ZERO + Duration::from_secs(1);
        let mut told = Vec::new();
        for kind in [EventKind::Offered(offer), EventKind::Recorded { recording, end, lasted }] {
            let report = Report::Leg(Event { at: now, leg, kind });
            engine.handle(now, Input::Report { adapter: AdapterId(0), report });
            while let Some(output) = engine.poll_output() {
                if let Output::Happened(row) = output {
                    told.push(row.fact.kind());
                }
            }
        }
        assert_eq!(told.remove(0), "call_began");
        told
    }

    #[test]
    fn what_is_on_the_disk_is_told_and_what_was_declined() {
        let (long, short) = (Duration::from_secs(9), Duration::from_millis(300));
        for (end, lasted, facts) in [
            (RecordingEnd::Silence, long, &["recording_kept"][..]),
            (RecordingEnd::Hangup, long, &["recording_kept"]),
            (RecordingEnd::Hangup, Duration::ZERO, &[]),
            (RecordingEnd::Key, long, &["recording_kept"]),
            (RecordingEnd::Key, Duration::ZERO, &["recording_refused"]),
            // An adapter that keeps it all the same has a file, until it is let go.
            (RecordingEnd::Key, short, &["recording_refused", "recording_kept"]),
            (RecordingEnd::Failed, long, &["recording_lost"]),
        ] {
            assert_eq!(told(end, lasted), facts, "{end:?} {lasted}");
        }
    }
}
