//! Offers inside a call: hold and resume, both sides at once, without SDP, refused, unanswered.

use super::{ANSWER, Net, OFFER, Side};
use crate::sip::{Ending, Input, SipEvent};
use crate::time::Duration;

const SHORT: Duration = Duration::from_millis(100);
const HOLD: &str = "v=0\r\na=sendonly\r\n";

#[test]
fn hold_and_resume() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    for sdp in [HOLD, OFFER] {
        net.tell(Side::A, Input::Offer { dialog: ours, sdp: sdp.into() });
        net.run(SHORT);
        let offer = SipEvent::RemoteOffer { dialog: theirs, sdp: Some(sdp.into()) };
        assert_eq!(net.event(Side::B), offer);
        net.tell(Side::B, Input::AnswerOffer { dialog: theirs, sdp: ANSWER.into() });
        net.run(SHORT);
        let answer = SipEvent::RemoteAnswer { dialog: ours, sdp: Some(ANSWER.into()) };
        assert_eq!(net.event(Side::A), answer);
    }
    net.hang_up(Side::B, theirs);
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn both_offer_at_once_and_both_get_their_turn() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    net.tell(Side::A, Input::Offer { dialog: ours, sdp: HOLD.into() });
    net.tell(Side::B, Input::Offer { dialog: theirs, sdp: OFFER.into() });
    let mut answered = 0;
    for _ in 0..80 {
        net.run(SHORT);
        for (side, dialog) in [(Side::A, ours), (Side::B, theirs)] {
            while let Some(event) = net.events.get_mut(&side).unwrap().pop_front() {
                match event {
                    SipEvent::RemoteOffer { .. } => {
                        net.tell(side, Input::AnswerOffer { dialog, sdp: ANSWER.into() });
                    }
                    SipEvent::RemoteAnswer { .. } => answered += 1,
                    other => panic!("{other:?}"),
                }
            }
        }
    }
    assert_eq!(answered, 2);
    net.hang_up(Side::A, ours);
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn a_refused_offer_changes_nothing() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    net.tell(Side::B, Input::Offer { dialog: theirs, sdp: HOLD.into() });
    // A second one while the first is open.
    net.tell(Side::B, Input::Offer { dialog: theirs, sdp: HOLD.into() });
    assert_eq!(net.event(Side::B), SipEvent::OfferRefused { dialog: theirs, status: 491 });
    net.run(SHORT);
    net.tell(Side::A, Input::RefuseOffer { dialog: ours, status: 488 });
    net.run(SHORT);
    assert_eq!(net.event(Side::B), SipEvent::OfferRefused { dialog: theirs, status: 488 });
    net.hang_up(Side::A, ours);
    net.settle();
}

#[test]
fn an_offer_that_nobody_above_answers_is_refused_in_time() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    net.tell(Side::A, Input::Offer { dialog: ours, sdp: HOLD.into() });
    net.run(Duration::from_secs(12));
    assert_eq!(net.event(Side::A), SipEvent::OfferRefused { dialog: ours, status: 500 });
    // Too late: without effect.
    net.tell(Side::B, Input::AnswerOffer { dialog: theirs, sdp: ANSWER.into() });
    net.hang_up(Side::B, theirs);
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn offers_and_hanging_up_cross() {
    for side in [Side::A, Side::B] {
        let mut net = Net::new();
        let (ours, theirs) = net.established();
        net.tell(Side::A, Input::Offer { dialog: ours, sdp: HOLD.into() });
        net.run(SHORT);
        let dialog = if side == Side::A { ours } else { theirs };
        net.hang_up(side, dialog);
        net.tell(Side::B, Input::AnswerOffer { dialog: theirs, sdp: ANSWER.into() });
        net.settle();
        for events in net.events.values() {
            assert!(matches!(events.back(), Some(SipEvent::Ended { .. })), "{}", net.story());
        }
    }
}

#[test]
fn an_offer_to_a_side_that_lost_the_call_ends_it() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    net.lose.push(("B ", 9_999));
    net.tell(Side::A, Input::Offer { dialog: ours, sdp: HOLD.into() });
    net.hang_up(Side::B, theirs);
    net.settle();
    let ended = |ending| SipEvent::Ended { dialog: ours, ending };
    assert_eq!(net.event(Side::A), ended(Ending::Lost));
}

#[test]
fn an_invite_without_an_offer_gets_ours_and_answers_in_the_ack() {
    let mut net = Net::new();
    let ours = net.agent(Side::A).new_dialog();
    let mut invite = super::invite(ours, Side::B.address());
    invite.sdp = bytes::Bytes::new();
    net.tell(Side::A, Input::Invite(Box::new(invite)));
    net.run(SHORT);
    let SipEvent::Incoming(incoming) = net.event(Side::B) else { panic!("{}", net.story()) };
    assert_eq!(incoming.sdp, None);
    net.tell(Side::B, Input::Answer { dialog: incoming.dialog, sdp: OFFER.into() });
    net.run(SHORT);
    // Our own calls always offer, so the ACK of this one has no answer in it: the event says so.
    let established = SipEvent::Established { dialog: incoming.dialog, sdp: None };
    assert_eq!(net.event(Side::B), established);
    net.hang_up(Side::B, incoming.dialog);
    net.settle();
}
