//! Supervisors change where callers stand in line: what is told of them, and what they hear, is of the new place.

use sambung::call::{CallId, Command, CommandKind, Digits, HangupCause, LegId, QueueId};
use sambung::engine::{AgentOrder, ContactOrder, Input, Notice, Order};
use sambung::simulation::{Heard, LegState, Rehearsal, Side};
use sambung::time::Duration;

use crate::stage::Set;

/// A line for service, and one for sales with words, a whisper and a key of its own; a third queue has no node.
const LINES: &str = r##"
sambung: 1
flow: lines
language: en
start: service
queues: { service: {}, sales: { ring: { timeout: 10s } }, night: {} }
nodes:
  service:
    queue: service
    max_wait: 10m
    announce: { every: 30s, comfort: "Service thanks you." }
    whisper: "A service call."
    keys: { 1: bye }
    done: thanks
    too_long: bye
    full: bye
    closed: bye
    unstaffed: bye
  sales:
    queue: sales
    max_wait: 10m
    announce: { every: 30s, comfort: "Sales thanks you." }
    whisper: "A sales call."
    keys: { 2: bye }
    done: sold
    too_long: bye
    full: bye
    closed: bye
    unstaffed: bye
  thanks: { say: "Thank you.", next: bye }
  sold: { say: "Enjoy it.", next: bye }
  bye: { hangup: "Goodbye then." }
"##;

/// The lines, with a history, and each step checked: without whispers, since the watch knows of none.
fn stage() -> Rehearsal {
    let plain: String = LINES.split_inclusive('\n').filter(|l| !l.contains("whisper")).collect();
    let mut set = Set::of(&plain);
    set.settings.history = true;
    Rehearsal::watched(set.settings, 7, set.wall, Rehearsal::by_text())
}

/// A caller whom nobody serves yet: the only agent has a break.
fn in_line(stage: &mut Rehearsal) -> (LegId, CallId) {
    let leg = stage.call("100", Some("+6281100001111"));
    stage.run_for(Duration::from_secs(2));
    let id = stage.engine().session(leg).expect("live").id();
    (leg, id)
}

fn order(stage: &mut Rehearsal, contact: CallId, order: ContactOrder) {
    let order = Order::Contact { contact, order };
    stage.tell(Input::Ordered { by: Some("desk".into()), order });
    stage.engine().check_invariants();
}

fn agent(stage: &mut Rehearsal, text: &str) {
    let order = match text {
        "ready" => AgentOrder::Ready,
        "offline" => AgentOrder::Offline,
        reason => AgentOrder::Break(reason.into()),
    };
    stage.tell(Input::Ordered { by: None, order: Order::Agent { agent: "sari".into(), order } });
}

/// What was said, and what else is worth telling, since the last look.
fn seen(stage: &mut Rehearsal) -> String {
    let mut told = String::new();
    while let Some(heard) = stage.poll_heard() {
        match heard {
            Heard::Command(_, Command { kind: CommandKind::Play(play), .. }) => {
                play.items.iter().for_each(|item| told.push_str(&format!("> {}\n", item.text)));
            }
            Heard::Command(_, Command { kind: CommandKind::Dial(dial), .. }) => {
                told.push_str(&format!("shows {}\n", dial.display.unwrap_or_default()));
            }
            Heard::Notice(_, notice @ (Notice::Queued { .. } | Notice::Led { .. })) => {
                told.push_str(&format!("{notice}\n"));
            }
            Heard::Record(record) => {
                let steps: Vec<String> = record
                    .steps
                    .iter()
                    .map(|step| format!("{}/{}", step.node, step.outcome.as_deref().unwrap_or("-")))
                    .collect();
                let queue = record.queue.expect("a stay");
                told.push_str(&format!("record: {} by {}\n", queue.name, steps.join(" ")));
            }
            _ => {}
        }
    }
    told
}

/// The phone of the agent who is rung.
fn rung(stage: &Rehearsal) -> LegId {
    let mut phones = stage.phones.legs();
    let found = phones.find_map(|(id, leg)| {
        (matches!(leg.side, Side::Dialled(_)) && matches!(leg.state, LegState::Ringing(_)))
            .then_some(id)
    });
    found.expect("an agent is rung")
}

fn waiting(stage: &Rehearsal) -> [usize; 3] {
    ["service", "sales", "night"].map(|queue| stage.engine().queues().waiting(&queue.into()))
}

#[test]
fn a_caller_who_is_led_to_another_queue_is_one_of_that_queue() {
    let mut set = Set::of(LINES);
    set.settings.history = true;
    let mut stage = Rehearsal::new(set.settings, 7, set.wall, Rehearsal::by_text());
    stage.register("201", true);
    agent(&mut stage, "lunch");
    let (leg, id) = in_line(&mut stage);
    stage.run_for(Duration::from_secs(20));
    order(&mut stage, id, ContactOrder::Queue("sales".into()));
    assert_eq!(waiting(&stage), [0, 1, 0]);
    assert_eq!(stage.engine().wanted_of(leg).expect("in line").queue, QueueId::from("sales"));
    seen(&mut stage);
    stage.run_for(Duration::from_secs(70));
    let told = seen(&mut stage);
    assert!(told.contains("Sales thanks you.") && !told.contains("Service"), "{told}");
    // The key of before does nothing, that of now would.
    stage.press(leg, &Digits::parse("1").expect("a key"));
    stage.run_for(Duration::from_secs(1));
    assert_eq!(waiting(&stage), [0, 1, 0]);

    agent(&mut stage, "ready");
    stage.run_for(Duration::from_secs(1));
    let phone = rung(&stage);
    stage.pick_up(phone);
    stage.run_for(Duration::from_secs(20));
    stage.hang_up(phone, HangupCause::Normal);
    stage.run_for(Duration::from_secs(20));
    let told = seen(&mut stage);
    for words in [
        "shows sales · ",
        "> A sales call.",
        "> Enjoy it.",
        "record: sales by service/moved sales/done",
    ] {
        assert!(told.contains(words), "{words} is missing in\n{told}");
    }
    stage.engine().check_invariants();
}

#[test]
fn where_the_flow_has_no_node_for_the_queue_the_present_one_speaks_on() {
    let mut stage = stage();
    stage.register("201", true);
    agent(&mut stage, "lunch");
    let (leg, id) = in_line(&mut stage);
    order(&mut stage, id, ContactOrder::Queue("night".into()));
    assert_eq!(waiting(&stage), [0, 0, 1]);
    stage.run_for(Duration::from_secs(70));
    assert!(seen(&mut stage).contains("Service thanks you."));
    stage.press(leg, &Digits::parse("1").expect("a key"));
    stage.run_for(Duration::from_secs(10));
    let told = seen(&mut stage);
    assert!(told.contains("record: night by service/1"), "{told}");
    stage.close().expect("every step holds");
}

#[test]
fn a_move_takes_an_offer_back_and_the_agent_is_asked_by_the_new_queue() {
    let mut stage = stage();
    stage.register("201", true);
    let (leg, id) = in_line(&mut stage);
    assert_eq!(seen(&mut stage).matches("shows service").count(), 1);
    order(&mut stage, id, ContactOrder::Queue("sales".into()));
    stage.run_for(Duration::from_secs(5));
    assert_eq!(seen(&mut stage).matches("shows sales").count(), 1);
    let phone = rung(&stage);
    stage.pick_up(phone);
    stage.run_for(Duration::from_secs(5));
    assert_eq!(waiting(&stage), [0, 0, 0]);
    stage.hang_up(leg, HangupCause::Normal);
    stage.run_for(Duration::from_secs(10));
    stage.close().expect("every step holds");
}

#[test]
fn what_is_not_there_or_there_already_changes_nothing() {
    let mut stage = stage();
    stage.register("201", true);
    agent(&mut stage, "lunch");
    let (leg, id) = in_line(&mut stage);
    seen(&mut stage);
    for queue in ["service", "nowhere"] {
        order(&mut stage, id, ContactOrder::Queue(queue.into()));
    }
    order(&mut stage, CallId::new(1, 1), ContactOrder::Queue("sales".into()));
    assert_eq!(waiting(&stage), [1, 0, 0]);
    assert_eq!(seen(&mut stage), "");
    stage.hang_up(leg, HangupCause::Normal);
    stage.run_for(Duration::from_secs(10));
    stage.close().expect("every step holds");
}

#[test]
fn a_priority_moves_a_caller_before_others_and_goes_with_them() {
    let mut stage = stage();
    stage.register("201", true);
    agent(&mut stage, "lunch");
    let (first, one) = in_line(&mut stage);
    let (second, two) = in_line(&mut stage);
    let place =
        |stage: &Rehearsal, id| stage.engine().queues().contact(id).expect("in line").position;
    assert_eq!((place(&stage, one), place(&stage, two)), (1, 2));
    order(&mut stage, one, ContactOrder::Priority(9));
    assert_eq!((place(&stage, one), place(&stage, two)), (2, 1));
    order(&mut stage, one, ContactOrder::Queue("sales".into()));
    let led = stage.engine().queues().contact(one).expect("in line").priority;
    assert_eq!((led, stage.engine().wanted_of(first).expect("in line").priority), (9, 9));
    for leg in [first, second] {
        stage.hang_up(leg, HangupCause::Normal);
    }
    stage.run_for(Duration::from_secs(10));
    stage.close().expect("every step holds");
}

#[test]
fn an_agent_who_logs_out_is_rung_by_nobody_until_they_are_ready() {
    let mut stage = stage();
    stage.register("201", true);
    agent(&mut stage, "offline");
    let leg = stage.call("100", None);
    stage.run_for(Duration::from_secs(2));
    let told = seen(&mut stage);
    assert!(!told.contains("shows"), "{told}");
    assert!(told.contains("Goodbye then."), "nobody is logged in:\n{told}");
    stage.run_for(Duration::from_secs(5));
    assert!(stage.engine().session(leg).is_none(), "the call is over");
    agent(&mut stage, "ready");
    let (leg, _) = in_line(&mut stage);
    assert!(seen(&mut stage).contains("shows service"));
    stage.hang_up(leg, HangupCause::Normal);
    stage.run_for(Duration::from_secs(10));
    stage.close().expect("every step holds");
}
