//! Each way in which a try comes to nothing, and each way in which a wish ends without one.

use super::*;
use crate::history::CallerSecret;

const CUSTOMER: &str = "+6281100001111";

/// The queue still has its line and calls nobody back any more.
fn calls_nobody(node: &mut Node) {
    let mut settings = settings(LINE, phone());
    settings.callbacks.clear();
    node.tell(Input::Publish(Box::new(settings)));
}

#[test]
fn each_way_not_to_be_had_is_told_apart() {
    for (cause, told) in [
        (HangupCause::NoAnswer, TryResult::NoAnswer),
        (HangupCause::Busy, TryResult::Busy),
        (HangupCause::Rejected, TryResult::Rejected),
        (HangupCause::Unreachable, TryResult::Unreachable),
        (HangupCause::NotFound, TryResult::Unreachable),
        (HangupCause::MediaLost, TryResult::Failed),
    ] {
        let mut node = Node::new(MORNING, phone());
        node.wish(CUSTOMER);
        node.seconds(40);
        let (agent, customer) = node.agent_answers();
        node.ends(customer, cause);
        assert_eq!(node.said(agent).1, "std/callback_unreached", "{cause:?}");
        node.heard_out(agent);
        node.ends(agent, HangupCause::Normal);
        assert_eq!((node.tries(), node.ended()), (vec![told], vec![]), "{cause:?}");
        assert_eq!(node.engine.open_callbacks(), 1, "{cause:?}: there is another try");
        node.engine.check_invariants();
    }
}

#[test]
fn who_picks_up_and_hangs_up_without_a_key_has_not_confirmed() {
    let mut node = Node::new(MORNING, phone());
    node.wish(CUSTOMER);
    node.seconds(40);
    let (agent, customer) = node.agent_answers();
    node.happens(customer, EventKind::Answered);
    node.seconds(3);
    node.ends(customer, HangupCause::Normal);
    assert_eq!((node.tries(), node.ended()), (vec![TryResult::NotConfirmed], vec![]));
    assert_eq!(node.said(agent).1, "std/callback_unreached");
    assert!(!node.was_told(customer, &CommandKind::Bridge(agent)));
    node.engine.check_invariants();
}

#[test]
fn a_wish_that_nobody_had_time_for_expires() {
    for first in ["agent", "customer"] {
        let line = LINE.replace("callbacks: {", &format!("callbacks: {{ first: {first},"));
        let mut node = Node::of(&line, MORNING, phone());
        node.wish(CUSTOMER);
        node.orders(AgentOrder::Break("lunch".into()));
        node.wait(Duration::from_mins(24 * 60 - 1));
        assert_eq!((node.engine.open_callbacks(), node.ended()), (1, vec![]), "{first}");
        node.wait(Duration::from_mins(2));
        assert_eq!(node.ended(), [CallbackEnd::Expired], "{first}");
        assert_eq!((node.engine.open_callbacks(), node.tries()), (0, vec![]), "{first}");
        // Whoever comes back is rung for nobody.
        let before = node.commands.len();
        node.orders(AgentOrder::Ready);
        node.seconds(60);
        assert_eq!(node.commands.len(), before, "{first}");
        node.engine.check_invariants();
    }
}

#[test]
fn a_queue_that_calls_nobody_back_any_more_cancels_its_wishes() {
    // The wish rests, as the caller has just hung up.
    let mut node = Node::new(MORNING, phone());
    node.wish(CUSTOMER);
    calls_nobody(&mut node);
    node.seconds(60);
    assert_eq!((node.tries(), node.ended()), (vec![], vec![CallbackEnd::Cancelled]));
    assert_eq!(node.engine.open_callbacks(), 0);
    // The wish stands in line until the calling hours end.
    let mut node = Node::new(MORNING, phone());
    node.wish(CUSTOMER);
    node.orders(AgentOrder::Break("lunch".into()));
    node.seconds(60);
    calls_nobody(&mut node);
    node.wait(Duration::from_mins(10 * 60));
    assert_eq!((node.tries(), node.ended()), (vec![], vec![CallbackEnd::Cancelled]));
    assert_eq!(node.engine.open_callbacks(), 0);
    node.engine.check_invariants();
}

#[test]
fn a_try_that_fails_where_nobody_is_called_back_any_more_is_the_last() {
    let mut node = Node::new(MORNING, phone());
    node.wish(CUSTOMER);
    node.seconds(40);
    let (_, customer) = node.agent_answers();
    calls_nobody(&mut node);
    node.ends(customer, HangupCause::Busy);
    assert_eq!((node.tries(), node.ended()), (vec![TryResult::Busy], vec![CallbackEnd::Cancelled]));
    assert_eq!(node.engine.open_callbacks(), 0);
    node.engine.check_invariants();
}

#[test]
fn who_is_forgotten_is_called_back_no_more() {
    let secret = CallerSecret::new([7; 32]);
    let mut known = settings(LINE, phone());
    known.caller_secret = Some(secret.clone());
    let mut node = Node::new(MORNING, phone());
    node.engine = Engine::new(known, 7);
    node.tell(Input::Clock(Wall::parse_rfc3339(MORNING).expect("a time")));
    node.wish(CUSTOMER);
    let mut forget = |number: &str| {
        let caller = secret.key(number).expect("digits");
        node.tell(Input::Ordered { by: None, order: Order::Forget { caller } });
        node.engine.open_callbacks()
    };
    assert_eq!(forget("+6281100002222"), 1, "somebody else");
    assert_eq!(forget(CUSTOMER), 0);
    assert_eq!(node.ended(), [CallbackEnd::Cancelled]);
    let before = node.commands.len();
    node.seconds(120);
    assert_eq!(node.commands.len(), before, "nobody is rung for it");
    node.engine.check_invariants();
}
