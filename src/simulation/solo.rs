//! One call alone, in virtual time: its session, its telephone, and nobody else.
//!
//! Queues, services, stores and other people are whoever drives the solo: what the session asks of them comes out of
//! [`Solo::poll`], what they answer goes in by [`Solo::tell`]. A solo can be copied at any moment and goes on from
//! there, so that what would happen can be looked at without happening.

use std::collections::VecDeque;
use std::sync::Arc;

use super::phones::{ItemDuration, LegState, Phones};
use super::rehearsal::KEY_GAP;
use crate::call::{
    AdapterId, AgentId, CallId, Command, CommandKind, Dial, Digits, HangupCause, LegId, Origin,
    Report, Target,
};
use crate::engine::Settings;
use crate::interpreter::{Program, World};
use crate::session::{Action, Arrival, Handed, Input, PeerNews, QueueNews, Safe, Session};
use crate::time::{Duration, Instant, Wall};

/// The most steps of one run: a call that needs more has an endless loop.
const MAX_STEPS: u32 = 100_000;

/// How long a telephone that the solo is connected with would ring; it is picked up at once.
const RING: Duration = Duration::from_secs(60);

/// What stands around a solo when it begins.
#[derive(Clone)]
pub struct Setting {
    /// The project: calendars, numbers, where a call goes when its own flow cannot be carried out.
    pub project: Arc<Settings>,
    /// The flow that takes the call.
    pub program: Arc<Program>,
    /// The call's id.
    pub call: CallId,
    /// Who calls whom.
    pub origin: Origin,
    /// Whether keys can arrive.
    pub dtmf: bool,
    /// The wall-clock time at which the call is offered.
    pub wall: Wall,
    /// How long prompts last.
    pub durations: ItemDuration,
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setting").field("flow", &self.program.flow.id).finish_non_exhaustive()
    }
}

/// One call and its telephone.
#[derive(Debug, Clone)]
pub struct Solo {
    session: Session,
    project: Arc<Settings>,
    phones: Phones,
    leg: LegId,
    now: Instant,
    began: Wall,
    /// The number of the last telephone that the call was connected with.
    dialled: u64,
    asked: VecDeque<(Instant, Action)>,
}

impl Solo {
    /// The caller rings at [`Instant::ZERO`].
    #[must_use]
    pub fn new(setting: Setting) -> Self {
        Self::begin(setting, false)
    }

    /// As [`new`](Self::new); the session keeps its journal.
    #[must_use]
    pub fn journalled(setting: Setting) -> Self {
        Self::begin(setting, true)
    }

    fn begin(setting: Setting, journal: bool) -> Self {
        let Setting { project, program, call, origin, dtmf, wall, durations } = setting;
        let mut phones = Phones::new(durations);
        let leg = phones.call(Instant::ZERO, origin.clone());
        let safe = Safe {
            program: project
                .safe_flow
                .as_ref()
                .and_then(|flow| project.programs.get(flow))
                .cloned(),
            number: project.safe_number.clone(),
        };
        let arrival = Arrival { id: call, origin, adapter: Arc::from("solo"), dtmf, speech: false };
        let mut session = Session::new(program, safe, arrival, Instant::ZERO);
        if journal {
            session.keep_journal(wall);
        }
        let (now, asked) = (Instant::ZERO, VecDeque::new());
        let mut solo = Self { session, project, phones, leg, now, began: wall, dialled: 0, asked };
        solo.settle();
        solo
    }

    /// The virtual time, from the offer of the call.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The wall-clock time.
    #[must_use]
    pub fn wall(&self) -> Wall {
        self.began.after(self.now.since(Instant::ZERO))
    }

    /// The session, to look at.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Sets the call on anew from where it stands: nothing of its limits is used up, its record is empty, and the wall
    /// clock shows `wall`. What it did and was not [polled](Self::poll) is dropped.
    pub fn begin_anew(&mut self, wall: Wall) {
        self.session.begin_anew(self.now);
        self.began = wall.before(self.now.since(Instant::ZERO));
        self.asked.clear();
    }

    /// The next question that the call misses is one too many.
    pub const fn use_up_errors(&mut self) {
        self.session.use_up_errors();
    }

    /// From now on the call lives by these calendars and numbers.
    pub fn live_by(&mut self, project: Arc<Settings>) {
        self.project = project;
    }

    /// Moves the wall clock, as if the call had begun at another time.
    pub const fn set_began(&mut self, wall: Wall) {
        self.began = wall;
    }

    /// Whether something plays to the caller over any music.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.phones.leg(self.leg).is_some_and(super::phones::Leg::is_playing)
    }

    /// Whether the caller's telephone is off the hook.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.phones.leg(self.leg).is_some_and(|leg| leg.state == LegState::Answered)
    }

    /// Whether the call is over and its record was handed out.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.session.is_ended()
    }

    /// The next thing that the session did: what it told its own telephone, which has obeyed already, and what it asks
    /// of the world.
    pub fn poll(&mut self) -> Option<(Instant, Action)> {
        self.asked.pop_front()
    }

    /// Tells the session something that its telephone does not report: news of queues, people, services.
    pub fn tell(&mut self, input: Input) {
        let world = World {
            wall: self.wall(),
            stood_still: Duration::ZERO,
            calendars: &self.project.calendars,
            numbers: &self.project.numbers,
            expected: None,
        };
        self.session.handle(self.now, input, &world);
        self.settle();
    }

    /// Keys are pressed, one each 150 ms, the first now.
    pub fn press(&mut self, keys: &Digits) {
        for (nth, symbol) in keys.as_slice().iter().enumerate() {
            if nth > 0 {
                self.run_until(self.now + KEY_GAP);
            }
            self.phones.press(self.now, self.leg, *symbol);
            self.settle();
        }
    }

    /// Words are said.
    pub fn say(&mut self, text: &str) {
        self.phones.say(self.now, self.leg, text);
        self.settle();
    }

    /// Whatever plays, and waits to be played, lasts until `end` at least.
    pub fn hear_until(&mut self, end: Instant) {
        self.phones.stretch_plays(self.leg, end);
    }

    /// Whatever plays, and waits to be played, has been heard to its end.
    pub fn heard_all(&mut self) {
        self.phones.finish_plays(self.now, self.leg);
        self.settle();
    }

    /// The caller speaks for a while, into whatever recording runs or begins meanwhile.
    pub fn speak(&mut self, length: Duration) {
        self.phones.speak(self.now, self.leg, length);
    }

    /// The caller hangs up.
    pub fn hang_up(&mut self) {
        self.give_up(HangupCause::Normal);
    }

    /// The caller hangs up, or gives up before the call is answered.
    pub fn give_up(&mut self, cause: HangupCause) {
        self.phones.hang_up(self.now, self.leg, cause);
        self.settle();
    }

    /// An agent whose phone was rung for the caller answers.
    pub fn agent_answers(&mut self, agent: AgentId) {
        let leg = self.other_answers();
        self.tell(Input::Queue(QueueNews::Connected { agent, leg }));
    }

    /// The number that was rung for the caller answers.
    pub fn target_answers(&mut self) {
        let leg = self.other_answers();
        self.tell(Input::Peer(PeerNews::Answered { leg }));
    }

    /// The person whom the caller talks with hangs up.
    pub fn other_hangs_up(&mut self) {
        self.end_other();
        self.tell(Input::Peer(PeerNews::Ended));
    }

    /// The agent hands the caller over to somebody who is rung.
    pub fn hands_over(&mut self) {
        self.tell(Input::Peer(PeerNews::Transferring { to: somebody() }));
    }

    /// The caller talks with somebody else from now on.
    pub fn handed_over(&mut self) {
        self.end_other();
        let leg = self.other_answers();
        self.tell(Input::Peer(PeerNews::Transferred { to: somebody(), leg, held: false }));
    }

    /// Whoever was rung cannot be had: the caller is with the agent again.
    pub fn returns(&mut self, cause: HangupCause) {
        self.end_other();
        let leg = self.other_answers();
        self.tell(Input::Peer(PeerNews::Returned { cause, leg, held: false }));
    }

    /// When something happens by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        [self.phones.poll_timeout(), self.session.deadline()].into_iter().flatten().min()
    }

    /// Lets time pass to the next thing that happens by itself; `false` if nothing will.
    pub fn run_to_next(&mut self) -> bool {
        let Some(due) = self.next_due().filter(|_| !self.is_over()) else { return false };
        self.run_to(due);
        true
    }

    /// Lets time pass until `end`.
    pub fn run_until(&mut self, end: Instant) {
        for _ in 0..MAX_STEPS {
            match self.next_due() {
                Some(due) if due <= end && !self.is_over() => self.run_to(due),
                _ => break,
            }
        }
        self.now = self.now.max(end);
    }

    fn run_to(&mut self, due: Instant) {
        self.now = self.now.max(due);
        self.phones.tick(self.now);
        self.settle();
        if self.session.deadline().is_some_and(|at| at <= self.now) && !self.is_over() {
            self.tell(Input::Tick);
        }
    }

    fn other_answers(&mut self) -> LegId {
        self.dialled += 2;
        let leg = LegId { adapter: AdapterId::default(), number: self.dialled };
        let dial = Dial {
            to: Target::User("other".into()),
            trunk: None,
            caller_id: None,
            display: None,
            tell: Vec::new(),
            pop_url: None,
            beside: None,
            ring: RING,
        };
        self.phones.obey(self.now, Command { leg, kind: CommandKind::Dial(Box::new(dial)) });
        self.phones.pick_up(self.now, leg);
        leg
    }

    fn end_other(&mut self) {
        let leg = LegId { adapter: AdapterId::default(), number: self.dialled };
        self.phones.hang_up(self.now, leg, HangupCause::Normal);
    }

    /// Carries reports and commands to and fro until nobody has more to say.
    fn settle(&mut self) {
        loop {
            while let Some(action) = self.session.poll_action() {
                match &action {
                    Action::Command(kind) => {
                        self.phones.obey(self.now, Command { leg: self.leg, kind: kind.clone() });
                    }
                    Action::HangupPeer(_) => self.end_other(),
                    Action::Enqueue(_)
                    | Action::Rejoin { .. }
                    | Action::LeaveQueue { .. }
                    | Action::Told { .. }
                    | Action::Ring(_)
                    | Action::Request(_)
                    | Action::Abandon
                    | Action::Record(_) => {}
                }
                self.asked.push_back((self.now, action));
            }
            let Some(report) = self.phones.poll_report() else { break };
            let Report::Leg(event) = report else { continue };
            if event.leg == self.leg
                && let Some(input) = Input::of(event.kind)
            {
                let world = World {
                    wall: self.wall(),
                    stood_still: Duration::ZERO,
                    calendars: &self.project.calendars,
                    numbers: &self.project.numbers,
                    expected: None,
                };
                self.session.handle(self.now, input, &world);
            }
        }
    }
}

/// Whom a caller is handed over to, where it does not matter who that is.
fn somebody() -> Handed {
    Handed { agent: None, to: Arc::from(""), attended: false }
}
