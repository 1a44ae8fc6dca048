//! Agents who hand their caller over: blind, after asking, and with whom they may not; hold from either side.

use sambung::call::{
    CallRecord, Channels, Event, EventKind, HangupCause, LegId, Quality, Report, TalkRecording,
};
use sambung::call::{Command, CommandKind, TransferStep};
use sambung::engine::Notice;
use sambung::simulation::{Heard, LegState, Rehearsal, Side};
use sambung::time::Duration;

use crate::stage::Set;

/// A line whose agents wrap up, and a word after the talk.
pub(crate) const LINE: &str = r##"
sambung: 1
flow: line
language: en
start: agent
queues:
  service: { max_calls: 5, wrap_up: 30s }
nodes:
  agent: { queue: service, greet: "Wait.", max_wait: 5m, done: after, too_long: bye, full: bye, closed: bye, unstaffed: bye }
  after: { say: "Thank you for talking to us.", next: bye }
  bye: { hangup: "Goodbye then." }
"##;

const ALLOWED: &str = "+62215550100";

/// A caller who talks with sari (user 201), who may hand them to budi (202) or the allowed number.
struct Office {
    stage: Rehearsal,
    caller: LegId,
    sari: LegId,
    lines: Vec<String>,
    record: Option<Box<CallRecord>>,
    steps: Vec<(LegId, TransferStep)>,
    /// What was ordered about recordings.
    tapes: Vec<Command>,
}

impl Office {
    fn open() -> Self {
        Self::staged(Set::of(LINE))
    }

    fn staged(set: Set) -> Self {
        let mut stage = Rehearsal::watched(set.settings, 7, set.wall, Rehearsal::by_text());
        stage.register("201", true);
        let caller = stage.call("100", Some("+6281100001111"));
        let mut office = Self {
            stage,
            caller,
            sari: caller,
            lines: Vec::new(),
            record: None,
            steps: Vec::new(),
            tapes: Vec::new(),
        };
        office.wait(2);
        office.sari = office.ringing();
        office.stage.pick_up(office.sari);
        office.stage.register("202", true);
        office.wait(10);
        office.lines.clear();
        office
    }

    /// The telephone that rings.
    fn ringing(&self) -> LegId {
        let mut legs = self.stage.phones.legs().filter(|(_, leg)| {
            matches!((&leg.side, &leg.state), (Side::Dialled(_), LegState::Ringing(_)))
        });
        legs.next().expect("a telephone rings").0
    }

    fn wait(&mut self, seconds: u64) {
        self.stage.run_for(Duration::from_secs(seconds));
        while let Some(heard) = self.stage.poll_heard() {
            if !matches!(heard, Heard::Notice(_, Notice::Queued { .. })) {
                self.lines.extend(heard.line());
            }
            match heard {
                Heard::Record(record) => self.record = Some(record),
                Heard::Command(_, Command { leg, kind: CommandKind::TransferProgress(step) }) => {
                    self.steps.push((leg, step));
                }
                Heard::Command(_, command)
                    if matches!(
                        command.kind,
                        CommandKind::Record(_) | CommandKind::StopRecording(_)
                    ) =>
                {
                    self.tapes.push(command);
                }
                _ => {}
            }
        }
        assert_eq!(self.stage.breach(), None, "{}", self.lines.join("\n"));
    }

    fn refer(&mut self, leg: LegId, to: &str, replaces: Option<LegId>) {
        self.stage.refer(leg, to, replaces);
        self.wait(2);
    }

    /// With whom the caller is connected.
    fn with(&self) -> Option<LegId> {
        self.stage.phones.leg(self.caller).and_then(|leg| leg.bridged)
    }

    fn state(&self, agent: &str) -> String {
        let state = self.stage.engine().queues().agent_state(&agent.into());
        state.map(ToString::to_string).unwrap_or_default()
    }

    fn is_there(&self, leg: LegId) -> bool {
        self.stage.phones.leg(leg).is_some()
    }

    fn hang_up(&mut self, leg: LegId) {
        self.stage.hang_up(leg, HangupCause::Normal);
        self.wait(2);
    }

    /// sari calls budi, who answers; sari's leg and budi's.
    fn consultation(&mut self, to: &str) -> (LegId, LegId) {
        let asking = self.stage.call_as("201", to, None);
        self.wait(1);
        let asked = self.ringing();
        self.stage.pick_up(asked);
        self.wait(5);
        (asking, asked)
    }

    /// From now on so many packets have come from a telephone.
    fn measure(&mut self, leg: LegId, received: u64) {
        self.stage.phones.measure(leg, Quality { received, ..Quality::default() });
    }

    /// Lets the call end, if it has not, and gives what its record says of it.
    fn end(mut self) -> (String, String) {
        self.stage.hang_up(self.caller, HangupCause::Normal);
        self.wait(60);
        assert_eq!(self.stage.engine().live_calls(), 0, "a call is left over");
        assert_eq!(
            self.stage.engine().live_legs(),
            0,
            "a leg is left over:\n{}",
            self.lines.join("\n")
        );
        assert_eq!(self.stage.phones.legs().count(), 0, "a telephone is still in use");
        self.stage.engine().check_invariants();
        self.stage.close().expect("nothing was broken");
        let record = self.record.expect("a record");
        let told = serde_json::json!({
            "transfer": record.transfer, "talks": record.talks,
            "agent": record.agent, "talk_ms": record.talk_ms,
        });
        (self.lines.join("\n"), serde_json::to_string_pretty(&told).expect("plain values"))
    }
}

#[test]
fn blind_to_a_number_that_is_allowed() {
    let mut office = Office::open();
    office.refer(office.sari, ALLOWED, None);
    let number = office.ringing();
    assert_eq!(office.with(), None, "nobody talks while it rings");
    assert_eq!(office.state("sari"), "talking", "she may get the caller back");
    office.stage.pick_up(number);
    office.wait(8);
    assert_eq!(office.with(), Some(number));
    assert!(!office.is_there(office.sari), "she is let go");
    assert_eq!(office.state("sari"), "wrapup", "and has the work after a call");
    let (lines, record) = office.end();
    insta::assert_snapshot!(format!("{lines}\n\n{record}"));
}

#[test]
fn blind_to_a_colleague() {
    let mut office = Office::open();
    office.refer(office.sari, "202", None);
    let budi = office.ringing();
    assert_eq!(office.state("budi"), "engaged", "nobody else rings him meanwhile");
    office.stage.pick_up(budi);
    office.wait(8);
    assert_eq!((office.with(), &*office.state("budi")), (Some(budi), "talking"));
    assert_eq!(office.state("sari"), "wrapup");
    // He hangs up first: the caller goes on behind the queue.
    office.hang_up(budi);
    assert_eq!(office.state("budi"), "wrapup", "the work after the call is his as well");
    let (lines, record) = office.end();
    assert!(lines.contains("play #"), "the caller hears the word after the talk:\n{lines}");
    insta::assert_snapshot!(record);
}

#[test]
fn whoever_cannot_be_had_leaves_the_caller_with_the_agent() {
    for (cause, result) in [
        (HangupCause::Busy, "busy"),
        (HangupCause::NoAnswer, "no_answer"),
        (HangupCause::Rejected, "failed"),
        (HangupCause::Unreachable, "failed"),
    ] {
        for to in [ALLOWED, "202"] {
            let mut office = Office::open();
            office.refer(office.sari, to, None);
            let rung = office.ringing();
            office.stage.hang_up(rung, cause);
            office.wait(5);
            assert_eq!(office.with(), Some(office.sari), "{to} {cause:?}");
            let told = office.steps.iter().map(|(_, step)| *step).collect::<Vec<_>>();
            let expected =
                [TransferStep::Trying, TransferStep::Ringing, TransferStep::Failed(cause)];
            assert_eq!(told, expected);
            assert_eq!(
                (office.state("sari"), office.state("budi")),
                ("talking".into(), "ready".into())
            );
            let (_, record) = office.end();
            assert!(record.contains(&format!("\"result\": \"{result}\"")), "{record}");
        }
    }
}

#[test]
fn an_agent_may_leave_while_it_rings() {
    for answers in [true, false] {
        let mut office = Office::open();
        office.refer(office.sari, "202", None);
        let budi = office.ringing();
        office.hang_up(office.sari);
        assert_eq!(office.state("sari"), "wrapup");
        if answers {
            office.stage.pick_up(budi);
            office.wait(3);
            assert_eq!(office.with(), Some(budi));
        } else {
            office.stage.hang_up(budi, HangupCause::NoAnswer);
            office.wait(1);
            assert_eq!(office.state("budi"), "ready");
        }
        let (lines, _) = office.end();
        assert!(answers || lines.contains("play #"), "the caller goes on, never dropped:\n{lines}");
    }
}

#[test]
fn a_caller_who_hangs_up_meanwhile_takes_everybody_along() {
    for attended in [true, false] {
        let mut office = Office::open();
        if attended {
            let (asking, asked) = office.consultation("202");
            office.hang_up(office.caller);
            // The two agents may go on talking; nobody is left on the caller's account.
            assert!(!office.is_there(office.sari) && office.is_there(asked));
            office.refer(asking, "202", Some(office.sari));
            assert_eq!(office.steps.last().unwrap().1, TransferStep::Failed(HangupCause::Rejected));
            office.hang_up(asking);
            assert_eq!(office.state("budi"), "ready");
        } else {
            office.refer(office.sari, "202", None);
            office.hang_up(office.caller);
            assert_eq!(office.state("budi"), "ready");
        }
        office.end();
    }
}

#[test]
fn attended_to_a_colleague() {
    let mut office = Office::open();
    office.stage.hold(office.sari, true);
    let (asking, asked) = office.consultation("202");
    assert_eq!(office.state("budi"), "engaged");
    let other = office.stage.phones.leg(asking).and_then(|leg| leg.bridged);
    assert_eq!(other, Some(asked), "the two agents talk");
    office.refer(office.sari, "202", Some(asking));
    assert_eq!(office.with(), Some(asked));
    assert!(!office.is_there(office.sari) && !office.is_there(asking), "both her legs end");
    assert_eq!((office.state("sari"), office.state("budi")), ("wrapup".into(), "talking".into()));
    office.wait(20);
    let (lines, record) = office.end();
    insta::assert_snapshot!(format!("{lines}\n\n{record}"));
}

#[test]
fn attended_to_a_number_asked_on_either_leg() {
    for other_way in [false, true] {
        let mut office = Office::open();
        let (asking, asked) = office.consultation(ALLOWED);
        let (on, replaces) = match other_way {
            true => (asking, office.sari),
            false => (office.sari, asking),
        };
        office.refer(on, ALLOWED, Some(replaces));
        assert_eq!(office.steps, [(on, TransferStep::Connected)]);
        assert_eq!(office.with(), Some(asked));
        assert!(!office.is_there(office.sari) && !office.is_there(asking));
        assert_eq!(office.state("sari"), "wrapup");
        let (_, record) = office.end();
        assert!(record.contains("\"kind\": \"attended\""), "{record}");
    }
}

#[test]
fn a_colleague_may_take_the_place_of_an_agent() {
    let mut office = Office::open();
    let budi = office.stage.call_as("202", "100", Some(office.sari));
    office.wait(3);
    assert_eq!(office.with(), Some(budi));
    assert!(!office.is_there(office.sari));
    assert_eq!((office.state("sari"), office.state("budi")), ("wrapup".into(), "talking".into()));
    let (_, record) = office.end();
    assert!(record.contains("\"agent\": \"budi\""), "{record}");
}

#[test]
fn nobody_but_an_agent_who_talks_may_send_anybody_anywhere() {
    let mut office = Office::open();
    let sari = office.sari;
    for to in ["+1900555", "201", "sip:x@evil.example", "*21#", "", "100"] {
        office.refer(sari, to, None);
        assert_eq!(
            office.steps.last().unwrap().1,
            TransferStep::Failed(HangupCause::Rejected),
            "{to}"
        );
        assert_eq!(office.with(), Some(sari), "{to}");
    }
    // The caller, and whoever a transfer led to.
    office.refer(office.caller, ALLOWED, None);
    office.refer(office.caller, ALLOWED, Some(sari));
    office.refer(sari, "202", Some(office.caller));
    office.refer(sari, ALLOWED, None);
    let number = office.ringing();
    office.stage.pick_up(number);
    office.wait(1);
    office.refer(number, ALLOWED, None);
    let refused =
        |(_, step): &&(LegId, TransferStep)| *step == TransferStep::Failed(HangupCause::Rejected);
    assert_eq!(office.steps.iter().filter(refused).count(), 10, "{:?}", office.steps);
    assert_eq!(office.stage.engine().refused_transfers(), 10);
    // A stranger, and one who is no agent, may take nobody's place.
    for user in ["", "999"] {
        let stranger = office.stage.call_as(user, "100", Some(number));
        office.wait(1);
        assert!(!office.is_there(stranger), "{user}");
    }
    office.end();
}

#[test]
fn an_agent_calls_nobody_else_but_colleagues_and_allowed_numbers() {
    let mut office = Office::open();
    for (user, to, rings) in [("201", "202", true), ("201", ALLOWED, true), ("999", "202", false)] {
        let leg = office.stage.call_as(user, to, None);
        office.wait(1);
        // Anybody else's call is led by the routes, as ever.
        assert_eq!(office.stage.engine().session(leg).is_none(), rings, "{user} {to}");
        office.hang_up(leg);
    }
    // A colleague in a talk is busy.
    let (asking, _) = office.consultation("202");
    let second = office.stage.call_as("201", "202", None);
    office.wait(1);
    assert!(!office.is_there(second));
    office.hang_up(asking);
    office.end();
}

#[test]
fn a_caller_is_handed_over_five_times_at_most() {
    let mut office = Office::open();
    for _ in 0..5 {
        office.refer(office.sari, ALLOWED, None);
        let number = office.ringing();
        office.stage.hang_up(number, HangupCause::Busy);
        office.wait(1);
    }
    office.refer(office.sari, ALLOWED, None);
    assert_eq!(office.steps.last().unwrap().1, TransferStep::Failed(HangupCause::Rejected));
    office.end();
}

#[test]
fn whoever_waits_in_a_hold_hears_music_whichever_side_holds() {
    let mut office = Office::open();
    let music = |office: &Office, leg: LegId| {
        office.stage.phones.leg(leg).is_some_and(|leg| leg.music.is_some())
    };
    office.stage.hold(office.caller, true);
    office.wait(3);
    assert!(music(&office, office.sari), "the agent waits for the caller");
    assert_eq!(office.with(), None);
    office.stage.hold(office.sari, true);
    office.wait(3);
    office.stage.hold(office.caller, false);
    office.wait(3);
    assert_eq!(office.with(), None, "the agent still holds");
    assert!(music(&office, office.caller));
    office.stage.hold(office.sari, false);
    office.wait(3);
    assert_eq!(office.with(), Some(office.sari));
    assert!(!music(&office, office.caller) && !music(&office, office.sari));
    let (_, record) = office.end();
    assert!(record.contains("\"hold_ms\": 9000"), "{record}");
}

#[test]
fn reports_that_cross_an_end_change_nothing() {
    let mut office = Office::open();
    let (asking, asked) = office.consultation("202");
    office.refer(office.sari, "202", Some(asking));
    for leg in [office.sari, asking] {
        for kind in [EventKind::Held, EventKind::Resumed, EventKind::Answered] {
            let at = office.stage.now();
            let report = Report::Leg(Event { at, leg, kind });
            office.stage.tell(sambung::engine::Input::Report { adapter: leg.adapter, report });
        }
    }
    office.wait(1);
    assert_eq!(office.with(), Some(asked));
    office.end();
}

#[test]
fn each_talk_tells_what_the_line_of_the_other_party_was_like() {
    for who_ends in ["caller", "agent", "nobody, the node stops"] {
        let mut office = Office::open();
        office.measure(office.caller, 1);
        office.measure(office.sari, 10);
        // What is told last counts: she holds before she hands over.
        office.stage.hold(office.sari, true);
        office.wait(2);
        office.stage.hold(office.sari, false);
        office.wait(2);
        office.measure(office.sari, 20);
        office.refer(office.sari, "202", None);
        let budi = office.ringing();
        office.stage.pick_up(budi);
        office.measure(budi, 30);
        office.wait(8);
        match who_ends {
            "caller" => office.hang_up(office.caller),
            "agent" => office.hang_up(budi),
            _ => office.stage.tell(sambung::engine::Input::HangupAll(HangupCause::Shutdown)),
        }
        office.stage.hang_up(office.caller, HangupCause::Normal);
        office.wait(60);
        let record = office.record.as_ref().expect("a record");
        let came = |quality: &Option<Quality>| quality.as_ref().map(|quality| quality.received);
        let talks: Vec<_> = record.talks.iter().map(|talk| came(&talk.quality)).collect();
        assert_eq!(talks, [Some(20), Some(30)], "{who_ends}");
        assert_eq!(came(&record.quality), Some(1), "{who_ends}");
        office.end();
    }
}

#[test]
fn a_talk_on_a_line_that_is_not_measured_says_nothing_of_it() {
    let office = Office::open();
    let (_, record) = office.end();
    assert!(record.contains("talk_ms") && !record.contains("quality"), "{record}");
}

#[test]
fn each_talk_is_recorded_from_its_beginning_to_its_end_where_the_node_says_so() {
    let channels = Channels::Stereo;
    let mut set = Set::of(LINE);
    set.settings.record_talks = Some(TalkRecording { channels, keep: None });
    let mut office = Office::staged(set);
    office.refer(office.sari, "202", None);
    let budi = office.ringing();
    office.stage.pick_up(budi);
    office.wait(8);
    office.hang_up(budi);
    let caller = office.caller;
    let orders: Vec<String> = office
        .tapes
        .iter()
        .map(|Command { leg, kind }| match kind {
            _ if *leg != caller => panic!("the caller's leg has both: {kind:?}"),
            CommandKind::Record(order) => {
                assert_eq!(order.talk, Some(channels));
                let (_, number) = order.id.as_str().split_once("-talk-").expect("a talk's name");
                format!("record {number}")
            }
            CommandKind::StopRecording(id) => {
                format!("stop {}", id.as_str().split_once("-talk-").expect("a talk's name").1)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(orders, ["record 1", "stop 1", "record 2", "stop 2"]);
    office.end();
}
