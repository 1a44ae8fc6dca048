//! One call alone: the same as with a whole engine around it, and copies that go their own way.

use std::sync::Arc;

use sambung::call::{AgentId, CallId, CallRecord, Digits, FlowId, LegId, Origin};
use sambung::session::{Action, Input, QueueNews};
use sambung::simulation::{Heard, Rehearsal, Setting, Solo};
use sambung::time::{Duration, Instant};

use crate::stage::Set;

const SHOP: &str = include_str!("../../flows/toko.yaml");

fn solo(set: Set) -> Solo {
    let program = set.settings.programs[&FlowId::from("toko")].clone();
    Solo::new(Setting {
        project: Arc::new(set.settings),
        program,
        call: CallId::new(1, 1),
        origin: Origin::new("100", Some("+6281100001111")),
        dtmf: true,
        wall: set.wall,
        durations: Rehearsal::by_text(),
    })
}

fn keys(keys: &str) -> Digits {
    Digits::parse(keys).expect("keys")
}

fn record(solo: &mut Solo) -> Option<Box<CallRecord>> {
    std::iter::from_fn(|| solo.poll()).find_map(|(_, action)| match action {
        Action::Record(record) => Some(record),
        _ => None,
    })
}

/// What both kinds of stage can do.
trait Caller {
    fn wait(&mut self, span: Duration);
    fn press(&mut self, keys: &Digits);
    fn hang_up(&mut self);
    fn record(&mut self) -> Option<Box<CallRecord>>;
}

impl Caller for Solo {
    fn wait(&mut self, span: Duration) {
        self.run_until(self.now() + span);
    }
    fn press(&mut self, keys: &Digits) {
        Self::press(self, keys);
    }
    fn hang_up(&mut self) {
        Self::hang_up(self);
    }
    fn record(&mut self) -> Option<Box<CallRecord>> {
        record(self)
    }
}

impl Caller for (Rehearsal, LegId) {
    fn wait(&mut self, span: Duration) {
        self.0.run_for(span);
    }
    fn press(&mut self, keys: &Digits) {
        self.0.press(self.1, keys);
    }
    fn hang_up(&mut self) {
        self.0.hang_up(self.1, sambung::call::HangupCause::Normal);
    }
    fn record(&mut self) -> Option<Box<CallRecord>> {
        std::iter::from_fn(|| self.0.poll_heard()).find_map(|heard| match heard {
            Heard::Record(record) => Some(record),
            _ => None,
        })
    }
}

/// English, a question, a wrong key, silence, and away.
fn play(caller: &mut impl Caller) -> CallRecord {
    for (wait_ms, pressed) in
        [(9_000, "2"), (1_000, "1"), (20_000, "4"), (36_000, "9"), (3_000, "")]
    {
        caller.wait(Duration::from_millis(wait_ms));
        caller.press(&keys(pressed));
    }
    caller.hang_up();
    let mut record = caller.record().expect("a record");
    // Only these two stages tell themselves apart.
    record.call = CallId::new(0, 0);
    record.adapter = "".into();
    *record
}

#[test]
fn a_call_alone_goes_as_it_does_with_an_engine_around_it() {
    let set = Set::of(SHOP);
    let mut rehearsal = Rehearsal::new(set.settings, 7, set.wall, Rehearsal::by_text());
    let leg = rehearsal.call("100", Some("+6281100001111"));
    let with_engine = play(&mut (rehearsal, leg));
    assert!(with_engine.steps.len() > 4, "{:?}", with_engine.steps);
    assert_eq!(play(&mut solo(Set::of(SHOP))), with_engine);
}

#[test]
fn a_copy_goes_its_own_way_and_leaves_the_original_alone() {
    let mut original = solo(Set::of(SHOP));
    original.run_until(Instant::ZERO + Duration::from_secs(10));
    let mut copy = original.clone();
    copy.press(&keys("2"));
    assert_eq!(original.session().node(), Some("choose_language"));
    assert_eq!(copy.session().node(), Some("main"));
    let twin = original.clone();
    assert_eq!(format!("{:?}", twin.session()), format!("{:?}", original.session()));
}

#[test]
fn whoever_drives_a_call_alone_plays_its_world() {
    let mut solo = solo(Set::of(SHOP));
    solo.run_until(Instant::ZERO + Duration::from_secs(10));
    solo.press(&keys("10"));
    let asks = |solo: &mut Solo| {
        std::iter::from_fn(|| solo.poll())
            .find_map(|(_, action)| matches!(action, Action::Enqueue(_)).then_some(()))
    };
    assert_eq!(asks(&mut solo), Some(()), "a person is asked for");
    solo.tell(Input::Queue(QueueNews::Entered { position: 1 }));
    solo.run_until(solo.now() + Duration::from_secs(30));
    let agent = AgentId::from("sari");
    solo.tell(Input::Queue(QueueNews::Offered { agent: agent.clone() }));
    solo.agent_answers(agent.clone());
    solo.run_until(solo.now() + Duration::from_secs(30));
    solo.other_hangs_up();
    assert_eq!(solo.session().node(), Some("survey"));
    solo.hang_up();
    let record = record(&mut solo).expect("a record");
    assert_eq!((record.agent, record.talk_ms), (Some(agent), 30_000));
    assert!(solo.is_over() && !solo.run_to_next());
}
