//! What crosses and what gets lost: CANCEL against answers, BYE against BYE, and every message of a call once.

use super::{ANSWER, Net, Side, settings};
use crate::sip::{Ending, Input, SipEvent};
use crate::time::Duration;

const SHORT: Duration = Duration::from_millis(100);

fn ended(net: &mut Net, side: Side) -> Ending {
    loop {
        if let SipEvent::Ended { ending, .. } = net.event(side) {
            assert!(net.events[&side].is_empty(), "nothing after the end:\n{}", net.story());
            return ending;
        }
    }
}

#[test]
fn the_caller_gives_up_while_it_rings() {
    let mut net = Net::new();
    let ours = net.call(Side::A);
    net.run(SHORT);
    let theirs = net.incoming(Side::B);
    net.tell(Side::B, Input::Ring { dialog: theirs });
    net.run(SHORT);
    net.hang_up(Side::A, ours);
    net.run(SHORT);
    // Too late: without effect.
    net.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
    net.settle();
    assert_eq!(ended(&mut net, Side::A), Ending::Ordered);
    assert_eq!(ended(&mut net, Side::B), Ending::Cancelled);
    insta::assert_snapshot!(net.story());
}

#[test]
fn giving_up_before_anything_came_back_waits_for_a_sign_of_life() {
    let mut net = Net::new();
    net.lose.push(("B 100", 1));
    let ours = net.call(Side::A);
    net.run(Duration::from_millis(5));
    net.hang_up(Side::A, ours);
    net.settle();
    assert_eq!(ended(&mut net, Side::A), Ending::Ordered);
    assert_eq!(ended(&mut net, Side::B), Ending::Cancelled);
    insta::assert_snapshot!(net.story());
}

#[test]
fn cancel_and_answer_cross() {
    let mut net = Net::new();
    let ours = net.call(Side::A);
    net.run(SHORT);
    let theirs = net.incoming(Side::B);
    net.hang_up(Side::A, ours);
    net.run(Duration::from_millis(5));
    net.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
    net.settle();
    assert_eq!(ended(&mut net, Side::A), Ending::Ordered);
    assert_eq!(ended(&mut net, Side::B), Ending::Bye);
    insta::assert_snapshot!(net.story());
}

#[test]
fn both_hang_up_at_once() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    net.hang_up(Side::A, ours);
    net.hang_up(Side::B, theirs);
    net.settle();
    assert_eq!(ended(&mut net, Side::A), Ending::Ordered);
    assert_eq!(ended(&mut net, Side::B), Ending::Ordered);
    insta::assert_snapshot!(net.story());
}

#[test]
fn hanging_up_before_the_ack_waits_for_it() {
    let mut net = Net::new();
    net.call(Side::A);
    net.run(SHORT);
    let theirs = net.incoming(Side::B);
    net.lose.push(("A ACK", 2));
    net.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
    net.run(SHORT);
    net.hang_up(Side::B, theirs);
    net.settle();
    assert_eq!(ended(&mut net, Side::B), Ending::Ordered);
    assert_eq!(ended(&mut net, Side::A), Ending::Bye);
    insta::assert_snapshot!(net.story());
}

#[test]
fn an_answer_that_is_never_acknowledged_ends_the_call() {
    let mut net = Net::new();
    net.lose.push(("A ACK", 99));
    net.call(Side::A);
    net.run(SHORT);
    let theirs = net.incoming(Side::B);
    net.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
    net.settle();
    assert_eq!(ended(&mut net, Side::B), Ending::NoAck);
    let told = Ending::ByeFor(crate::call::HangupCause::Unreachable);
    assert_eq!(ended(&mut net, Side::A), told);
    insta::assert_snapshot!(net.story());
}

/// Every message of a plain call lost once or thrice: the call goes on all the same.
#[test]
fn each_message_may_be_lost() {
    for (what, times) in [
        ("A INVITE", 1),
        ("A INVITE", 3),
        ("B 100", 1),
        ("B 180", 1),
        ("B 200 OK (1 INVITE)", 1),
        ("B 200 OK (1 INVITE)", 4),
        ("A ACK", 1),
        ("A ACK", 4),
        ("A BYE", 1),
        ("A BYE", 5),
        ("B 200 OK (2 BYE)", 1),
        ("B 200 OK (2 BYE)", 5),
    ] {
        let mut net = Net::new();
        net.lose.push((what, times));
        let ours = net.call(Side::A);
        net.run(Duration::from_secs(8));
        let theirs = net.incoming(Side::B);
        net.tell(Side::B, Input::Ring { dialog: theirs });
        net.run(Duration::from_secs(1));
        net.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
        net.run(Duration::from_secs(20));
        assert_eq!(net.event(Side::B), SipEvent::Established { dialog: theirs, sdp: None });
        net.hang_up(Side::A, ours);
        net.settle();
        assert_eq!(ended(&mut net, Side::A), Ending::Ordered, "{what}");
        assert_eq!(ended(&mut net, Side::B), Ending::Bye, "{what}");
        assert_eq!(net.lose[0].1, 0, "{what} {times}: all were lost that should be");
    }
}

#[test]
fn lost_answer_and_lost_ack() {
    let mut net = Net::new();
    net.lose.push(("B 200 OK (1 INVITE)", 1));
    net.lose.push(("A ACK", 1));
    net.call(Side::A);
    net.run(SHORT);
    let theirs = net.incoming(Side::B);
    net.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
    net.run(Duration::from_secs(5));
    net.lose.push(("B BYE", 1));
    net.hang_up(Side::B, theirs);
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn a_far_side_that_vanishes_leaves_nothing_behind() {
    for what in ["A ", "B "] {
        let mut net = Net::new();
        let (ours, theirs) = net.established();
        net.lose.push((what, 9_999));
        net.hang_up(Side::A, ours);
        net.hang_up(Side::B, theirs);
        net.settle();
    }
    let mut net = Net::with(settings(Side::A), settings(Side::B));
    let ours = net.call(Side::A);
    net.run(SHORT);
    let theirs = net.incoming(Side::B);
    net.lose.push(("", 9_999));
    net.hang_up(Side::A, ours);
    net.hang_up(Side::B, theirs);
    net.settle();
}
