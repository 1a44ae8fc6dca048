//! A process that dies in the middle of calls, and the one after it.

use super::{Net, Side, UserAgent, settings};
use crate::call::HangupCause;
use crate::sip::parting::Parting;
use crate::sip::{Ending, Input, SipEvent};
use crate::time::Duration;

/// One side dies; the other hears of it from the next process, whatever was asked in the call meanwhile.
#[test]
fn the_next_process_ends_what_the_one_before_left() {
    for dies in [Side::A, Side::B] {
        let mut net = Net::new();
        let (ours, theirs) = net.established();
        let (dialog, left) = if dies == Side::A { (ours, theirs) } else { (theirs, ours) };
        let kept = net.agent(dies).parting(dialog).expect("it was answered").to_bytes();
        for _ in 0..3 {
            net.tell(dies, Input::Probe { dialog });
            net.run(Duration::from_millis(100));
        }
        *net.agent(dies) = UserAgent::new(settings(dies), [0xc; 32]);
        net.events.values_mut().for_each(std::collections::VecDeque::clear);
        let parting = Box::new(Parting::from_bytes(&kept).expect("as it was kept"));
        net.tell(dies, Input::Part(parting.clone()));
        net.run(Duration::from_millis(100));
        // The reason that it gives.
        let ending = Ending::ByeFor(HangupCause::Unreachable);
        let ended = SipEvent::Ended { dialog: left, ending };
        assert_eq!(net.event(dies.other()), ended, "{}", net.story());
        // Told twice, as after another crash, it is answered 481, and that is well.
        net.tell(dies, Input::Part(parting));
        net.settle();
        assert!(net.story().contains("481"), "{}", net.story());
    }
}

#[test]
fn a_far_side_that_is_gone_is_asked_no_longer_than_any_other() {
    let mut net = Net::new();
    let (ours, _) = net.established();
    let parting = net.a.parting(ours).expect("it was answered");
    net.a = UserAgent::new(settings(Side::A), [0xc; 32]);
    net.lose = vec![("A BYE", usize::MAX)];
    net.ladder.clear();
    net.tell(Side::A, Input::Part(Box::new(parting)));
    net.run(Duration::from_secs(64));
    assert_eq!(net.a.counts().transactions, 0, "{}", net.story());
    assert_eq!(net.ladder.len(), 11, "Timer E until Timer F:\n{}", net.story());
}

#[test]
fn only_a_call_that_was_answered_has_a_last_word() {
    let mut net = Net::new();
    let ours = net.call(Side::A);
    net.run(Duration::from_millis(100));
    let theirs = net.incoming(Side::B);
    assert_eq!((net.a.parting(ours), net.b.parting(theirs)), (None, None));
    let (ours, _) = net.established();
    let good = net.a.parting(ours).expect("it was answered");
    for bytes in ["", "INVITE sip:b@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\n\r\n"]
    {
        net.ladder.clear();
        let wrong = Parting { bytes: bytes.into(), ..good.clone() };
        net.tell(Side::A, Input::Part(Box::new(wrong)));
        assert!(net.ladder.is_empty(), "nothing else is sent:\n{}", net.story());
    }
}
