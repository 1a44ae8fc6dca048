//! Plays the caller and the world of a journal around one session.

use std::collections::BTreeMap;

use super::answers::{Answers, Course};
use super::caller::{Caller, Cues, Deed};
use super::doing::Doing;
use crate::call::{
    CallJournal, CommandKind, Digits, JournalEntry, PlayId, RecordingEnd, RecordingId,
};
use crate::session::{Action, Attention, Input};
use crate::simulation::solo::{Setting, Solo};
use crate::time::{Duration, Instant};

/// The most steps of one replay: a call that needs more has an endless loop.
const MAX_STEPS: u32 = 100_000;

/// How long a call may go on without anybody else doing anything: in a queue that the caller did not wait in, say.
const STUCK: Duration = Duration::from_mins(60);

/// How much earlier a prompt may end and still be interrupted by whoever interrupted it before.
const SLIP: Duration = Duration::from_secs(2);

/// What waits for what the world does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Request,
    People,
}

/// One call, with everybody in it.
pub(super) struct Player {
    solo: Solo,
    caller: Caller,
    answers: Answers,
    cues: Cues,
    /// How much of the session's journal was read.
    read: usize,
    /// What the world is about to do.
    coming: BTreeMap<(Instant, u64), (For, Doing)>,
    numbered: u64,
    play: Option<PlayId>,
    /// When anybody but the session itself last did something.
    acted_at: Instant,
}

impl Player {
    pub(super) fn new(setting: Setting, journal: &CallJournal) -> Self {
        Self {
            solo: Solo::journalled(setting),
            caller: Caller::of(journal),
            answers: Answers::of(journal),
            cues: Cues::new(),
            read: 0,
            coming: BTreeMap::new(),
            numbered: 0,
            play: None,
            acted_at: Instant::ZERO,
        }
    }

    /// Plays the call to its end, and says what happened.
    pub(super) fn play(mut self) -> Vec<JournalEntry> {
        for _ in 0..MAX_STEPS {
            self.look();
            if self.solo.is_over() || !self.step() {
                break;
            }
        }
        self.solo.session().journal_events().to_vec()
    }

    /// Whatever comes next happens. `false` if nothing ever will.
    fn step(&mut self) -> bool {
        let now = self.solo.now();
        let world = self.coming.keys().next().map(|(at, _)| *at);
        let asked = self.solo.session().attention() == Attention::Asked;
        let caller = self.caller.due(&self.cues, asked && !self.solo.is_playing(), now);
        let itself = self.solo.next_due();
        if world.is_some_and(|at| at <= now) {
            return self.world_acts();
        }
        let first = [world, caller].into_iter().flatten().min();
        if first.is_none() && now.since(self.acted_at) > STUCK {
            return self.caller_acts() || self.give_up();
        }
        if let (Some(end), Some(due)) = (itself, caller)
            && self.slips(end, due)
            && world.is_none_or(|at| at > end)
        {
            self.solo.run_until(end.before(Duration::from_micros(1)).max(now));
            return self.caller_acts();
        }
        match (itself, first) {
            (Some(at), Some(first)) if at > first => self.solo.run_until(first),
            (None, Some(first)) => self.solo.run_until(first),
            (Some(_), _) => return self.solo.run_to_next(),
            // Nothing is to come: whoever waits does the next thing, and at last hangs up.
            (None, None) => return self.caller_acts() || self.give_up(),
        }
        if world.is_some_and(|at| at <= self.solo.now()) {
            self.world_acts()
        } else {
            self.caller_acts()
        }
    }

    /// Whether what plays ends a little too early for a caller who interrupted it: a stand-in that is read aloud is not
    /// as long as what it stands for.
    fn slips(&self, end: Instant, due: Instant) -> bool {
        self.caller.interrupts() && self.solo.is_playing() && end <= due && due.since(end) <= SLIP
    }

    fn world_acts(&mut self) -> bool {
        let Some((_, (_, doing))) = self.coming.pop_first() else { return false };
        self.acted_at = self.solo.now();
        doing.carry_out(&mut self.solo);
        true
    }

    fn caller_acts(&mut self) -> bool {
        let Some(deed) = self.caller.take(self.solo.now()) else { return false };
        self.acted_at = self.solo.now();
        match deed {
            Deed::Press(key) => self.solo.press(&[key].into_iter().collect::<Digits>()),
            Deed::Say(words) => self.solo.say(&words),
            Deed::HangUp(cause) => self.solo.give_up(cause),
            Deed::Lose(by, cause) => {
                self.solo.tell(Input::CallerEnded { by, cause, quality: None });
            }
            Deed::Unheard => {
                if let Some(play) = self.play {
                    self.solo.tell(Input::PlayFailed { play });
                }
            }
            Deed::Close(true, cause) => self.solo.tell(Input::Close(cause)),
            Deed::Close(false, cause) => self.solo.tell(Input::Abort(cause)),
        }
        true
    }

    /// Nobody knows how the call would have gone on.
    fn give_up(&mut self) -> bool {
        let goes_on = self.solo.session().attention() != Attention::Gone;
        if goes_on {
            self.solo.hang_up();
        }
        goes_on
    }

    /// Takes in what the session did.
    fn look(&mut self) {
        while let Some((at, action)) = self.solo.poll() {
            match action {
                Action::Request(errand) => {
                    let course = self.answers.reply(&errand);
                    self.expect(at, For::Request, course);
                }
                Action::Abandon => self.forget(For::Request),
                Action::Enqueue(wanted) => {
                    let course = self.answers.stay(wanted.queue.as_str());
                    self.expect(at, For::People, course);
                }
                Action::Rejoin { queue } => {
                    let course = self.answers.stay(queue.as_str());
                    self.expect(at, For::People, course);
                }
                Action::Ring(_) => {
                    let course = self.answers.ring();
                    self.expect(at, For::People, course);
                }
                Action::LeaveQueue { .. } | Action::HangupPeer(_) => self.forget(For::People),
                Action::Command(CommandKind::Play(play)) => self.play = Some(play.id),
                Action::Command(CommandKind::Record(recording)) => self.speak(at, recording.id),
                Action::Command(_) | Action::Record(_) | Action::Told { .. } => {}
            }
        }
        let events = self.solo.session().journal_events();
        events.get(self.read..).into_iter().flatten().for_each(|entry| self.cues.take(entry));
        self.read = events.len();
    }

    fn expect(&mut self, at: Instant, whom: For, course: Course) {
        self.forget(whom);
        for (after, doing) in course {
            self.numbered += 1;
            self.coming.insert((at + after, self.numbered), (whom, doing));
        }
    }

    fn forget(&mut self, whom: For) {
        self.coming.retain(|_, (waiting, _)| *waiting != whom);
    }

    /// The caller speaks into a recording as they did then.
    fn speak(&mut self, at: Instant, recording: RecordingId) {
        let Some(spoken) = self.answers.spoken() else { return };
        match spoken.end {
            RecordingEnd::Failed => {
                let failed = Input::Recorded { recording, end: spoken.end, lasted: spoken.lasted };
                self.expect(at, For::Request, vec![(spoken.lasted, Doing::Tell(failed))]);
            }
            RecordingEnd::Silence
            | RecordingEnd::Key
            | RecordingEnd::Limit
            | RecordingEnd::Stopped
            | RecordingEnd::Hangup => {
                if !spoken.lasted.is_zero() {
                    self.solo.speak(spoken.lasted);
                }
            }
        }
    }
}
