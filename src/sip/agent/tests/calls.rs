//! Whole calls, as ladders.

use super::{ANSWER, Net, Side};
use crate::sip::{Ending, Input, SipEvent};
use crate::time::Duration;

#[test]
fn a_call_is_answered_and_the_caller_hangs_up() {
    let mut net = Net::new();
    let ours = net.call(Side::A);
    net.run(Duration::from_millis(100));
    let theirs = net.incoming(Side::B);
    net.tell(Side::B, Input::Ring { dialog: theirs });
    net.run(Duration::from_secs(1));
    net.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
    net.run(Duration::from_secs(1));
    net.hang_up(Side::A, ours);
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn a_call_is_answered_and_the_called_side_hangs_up() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    net.hang_up(Side::B, theirs);
    net.run(Duration::from_millis(100));
    assert_eq!(net.event(Side::B), SipEvent::Ended { dialog: theirs, ending: Ending::Ordered });
    assert_eq!(net.event(Side::A), SipEvent::Ended { dialog: ours, ending: Ending::Bye });
    net.settle();
    insta::assert_snapshot!(net.story());
}
