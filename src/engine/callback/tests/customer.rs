//! The customer is called first.

use super::*;
use crate::call::{CallId, HOLD_MUSIC, SoundId};
use crate::history::{Exit, OpenCallback, Private, Row, Shifts, Standing};

const CUSTOMER: &str = "+6281100001111";

fn node() -> Node {
    let line = LINE.replace("callbacks: {", "callbacks: { first: customer,");
    Node::of(&line, MORNING, phone())
}

/// The customer of a wish is rung, as the first and only one.
fn called(node: &mut Node) -> LegId {
    node.wish(CUSTOMER);
    node.seconds(40);
    let (customer, to) = node.dialled();
    assert_eq!(to, Target::Number(CUSTOMER.into()), "the customer comes first");
    customer
}

/// The customer answers and confirms; nobody is free for them.
fn holds_in_vain(node: &mut Node) -> (LegId, LegId) {
    let customer = called(node);
    // Somebody else calls meanwhile and has the only agent.
    node.caller("+6281122220000");
    let (agent, to) = node.dialled();
    assert_eq!(to, Target::User("201".into()));
    node.happens(agent, EventKind::Answered);
    node.heard_out(agent);
    node.happens(customer, EventKind::Answered);
    assert_eq!(node.said(customer).1, "std/callback_hello");
    node.key(customer, '1');
    assert_eq!(node.said(customer).1, "std/connecting");
    assert!(node.was_told(customer, &CommandKind::Music(Some(SoundId::from(HOLD_MUSIC)))));
    node.seconds(3);
    assert_eq!(node.said(customer).1, "std/callback_wait", "an apology, and the place");
    (customer, agent)
}

fn left(node: &Node) -> Vec<Exit> {
    let how = |fact: &Fact| match fact {
        Fact::Left { how, .. } => Some(*how),
        _ => None,
    };
    // The first is the caller's own way out of the line, with the wish.
    node.facts.iter().filter_map(how).skip(1).collect()
}

#[test]
fn the_customer_confirms_before_an_agent_is_rung_and_is_connected_at_once() {
    let mut node = node();
    let customer = called(&mut node);
    node.seconds(8);
    node.happens(customer, EventKind::Answered);
    assert_eq!(node.dialled().0, customer, "no agent is rung before the key");
    node.key(customer, '1');
    let (agent, to) = node.dialled();
    assert_eq!(to, Target::User("201".into()));
    node.happens(agent, EventKind::Ringing);
    node.seconds(4);
    assert_eq!(node.said(customer).1, "std/connecting", "a phone rings: no apology");
    node.happens(agent, EventKind::Answered);
    assert!(node.was_told(customer, &CommandKind::Bridge(agent)));
    assert!(node.was_told(customer, &CommandKind::Music(None)));
    node.seconds(60);
    node.ends(customer, HangupCause::Normal);
    assert_eq!((node.tries(), node.ended()), (vec![TryResult::Connected], vec![CallbackEnd::Done]));
    let out: Vec<_> = node.records.iter().filter(|r| r.direction == Direction::Out).collect();
    assert_eq!((out.len(), out[0].talk_ms, out[0].agent.is_some()), (1, 60_000, true));
    assert_eq!(left(&node), [], "answered");
    node.ends(agent, HangupCause::Normal);
    node.engine.check_invariants();
}

#[test]
fn whoever_confirmed_and_finds_nobody_is_served_next() {
    let mut node = node();
    let (customer, agent) = holds_in_vain(&mut node);
    // One who has waited longer by now, and one who comes later, stand behind.
    let other = node.caller("+6281122223333");
    node.ends(agent, HangupCause::Normal);
    node.orders(AgentOrder::WrapUpDone);
    let (again, _) = node.dialled();
    node.happens(again, EventKind::Answered);
    assert!(node.was_told(customer, &CommandKind::Bridge(again)));
    assert!(!node.was_told(other, &CommandKind::Bridge(again)));
    node.ends(customer, HangupCause::Normal);
    assert_eq!(node.ended(), [CallbackEnd::Done]);
    node.engine.check_invariants();
}

#[test]
fn nobody_waits_for_an_agent_for_longer_than_a_minute() {
    let mut node = node();
    let (customer, _) = holds_in_vain(&mut node);
    node.seconds(60);
    assert_eq!(node.said(customer).1, "std/callback_later");
    node.heard_out(customer);
    assert!(node.was_told(customer, &CommandKind::Hangup(HangupCause::Normal)));
    node.ends(customer, HangupCause::Normal);
    assert_eq!((node.tries(), left(&node)), (vec![TryResult::NoAgent], vec![Exit::Timeout]));
    assert_eq!(node.engine.open_callbacks(), 1, "there is another try");
}

#[test]
fn a_customer_who_gives_up_was_abandoned_and_is_tried_again() {
    let mut node = node();
    let (customer, _) = holds_in_vain(&mut node);
    node.ends(customer, HangupCause::Normal);
    assert_eq!((node.tries(), left(&node)), (vec![TryResult::NoAgent], vec![Exit::Abandoned]));
    assert_eq!(node.engine.open_callbacks(), 1);
    node.engine.check_invariants();
}

#[test]
fn no_agent_is_bound_by_a_customer_who_cannot_be_had() {
    let mut node = node();
    let customer = called(&mut node);
    node.ends(customer, HangupCause::NoAnswer);
    node.wait(Duration::from_mins(11));
    let (customer, _) = node.dialled();
    node.happens(customer, EventKind::Answered);
    node.seconds(26);
    assert_eq!(node.said(customer).1, "std/callback_machine");
    node.ends(customer, HangupCause::Normal);
    node.wait(Duration::from_mins(31));
    let (customer, _) = node.dialled();
    node.happens(customer, EventKind::Answered);
    let text = "no, two".into();
    node.happens(customer, EventKind::Said { text, confidence: None, started_at: node.now });
    assert_eq!(node.said(customer).1, "std/callback_declined");
    assert_eq!(node.tries(), [TryResult::NoAnswer, TryResult::Machine]);
    assert_eq!(node.ended(), [CallbackEnd::Declined]);
    assert_eq!(left(&node), [Exit::Withdrawn; 3]);
    assert!(!node.facts.iter().any(|fact| matches!(fact, Fact::Offered { .. })), "no agent");
    node.engine.check_invariants();
}

#[test]
fn nobody_is_called_while_no_agent_is_near() {
    let mut node = node();
    node.wish(CUSTOMER);
    node.orders(AgentOrder::Break("lunch".into()));
    let before = node.commands.len();
    node.wait(Duration::from_mins(30));
    assert_eq!(node.commands.len(), before);
    node.orders(AgentOrder::Ready);
    node.seconds(3);
    assert_eq!(node.dialled().1, Target::Number(CUSTOMER.into()));
    // They call by themselves instead and are served: they need not be called any more.
    let (customer, _) = node.dialled();
    node.caller(CUSTOMER);
    let (agent, _) = node.dialled();
    node.happens(agent, EventKind::Answered);
    node.heard_out(agent);
    assert!(node.was_told(customer, &CommandKind::Hangup(HangupCause::Cancelled)));
    assert_eq!(node.ended(), [CallbackEnd::CalledAgain]);
    node.engine.check_invariants();
}

#[test]
fn a_wish_of_before_a_restart_is_called_by_the_adapter_and_trunk_it_came_by() {
    for (adapter, expected, trunk) in
        [(Some("lines"), 1, Some("home")), (Some("gone"), 0, None), (None, 0, None)]
    {
        let mut node = node();
        let now = Wall::parse_rfc3339(MORNING).expect("a time");
        let asked = Fact::CallbackAsked {
            callback: 7,
            contact: CallId::new(1, 1),
            call: CallId::new(1, 2),
            queue: "service".into(),
            caller: None,
            language: "en".into(),
            order: now,
            priority: 5,
            not_before: None,
            expires: now.after(Duration::from_mins(60)),
            adapter: adapter.map(Into::into),
            trunk: trunk.map(Into::into),
        };
        let private = Private([("to".into(), CUSTOMER.into())].into());
        let asked = Row::new(now, asked).with(private);
        let open = OpenCallback { asked, tries: 1, again: None };
        let standing = Standing { callbacks: [(7, open)].into(), ..Standing::default() };
        node.engine.recover(node.now, now, &standing, &Shifts::default());
        node.seconds(3);
        assert_eq!(node.dialled().0.adapter, AdapterId(expected), "{adapter:?}");
        let dialled = node.commands.iter().rev().find_map(|command| match &command.kind {
            CommandKind::Dial(dial) => Some(dial.trunk.as_deref()),
            _ => None,
        });
        assert_eq!(dialled, Some(trunk), "by the trunk that their own call came by");
    }
}
