//! Everything at once: calls both ways, answers, refusals, offers, probes and hang-ups at random moments on a bad link.

use std::collections::BTreeMap;

use super::{ANSWER, Faults, Net, OFFER, Side, invite};
use crate::call::HangupCause;
use crate::sip::{DialogId, Input, SipEvent};
use crate::time::Duration;

/// Seeds that are run each time.
const SEEDS: u64 = 60;
/// How many orders a run gives.
const ORDERS: usize = 250;

/// What those above know of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It came in and waits for an answer.
    Offered,
    /// It went out and waits for an answer.
    Dialled,
    /// We answered.
    Accepted,
    /// It is up.
    Up,
    /// The far side's offer waits for an answer.
    Asked,
    /// It is over.
    Over,
}

type Calls = BTreeMap<(Side, DialogId), Known>;

/// Takes what happened into account, and checks that it can happen.
fn take(net: &mut Net, calls: &mut Calls) {
    for side in [Side::A, Side::B] {
        for event in std::mem::take(net.events.get_mut(&side).unwrap()) {
            let (dialog, next) = match &event {
                SipEvent::Incoming(call) => (call.dialog, Known::Offered),
                SipEvent::Answered { dialog, .. } | SipEvent::Established { dialog, .. } => {
                    (*dialog, Known::Up)
                }
                SipEvent::RemoteOffer { dialog, .. } => (*dialog, Known::Asked),
                SipEvent::Ended { dialog, .. } => (*dialog, Known::Over),
                SipEvent::Ringing { dialog } | SipEvent::Early { dialog, .. } => {
                    (*dialog, Known::Dialled)
                }
                SipEvent::RemoteAnswer { dialog, .. }
                | SipEvent::OfferRefused { dialog, .. }
                | SipEvent::Info { dialog, .. }
                | SipEvent::Informed { dialog }
                | SipEvent::Refer { dialog, .. }
                | SipEvent::Referred { dialog, .. }
                | SipEvent::Alive { dialog } => {
                    let known = calls.get(&(side, *dialog)).copied();
                    (*dialog, known.unwrap_or(Known::Over))
                }
                SipEvent::Redirected { .. } | SipEvent::Asked { .. } | SipEvent::Register(_) => {
                    panic!("{event:?}")
                }
            };
            let before = calls.insert((side, dialog), next);
            let fits = match next {
                Known::Offered => before.is_none(),
                Known::Dialled => before == Some(Known::Dialled),
                Known::Up => matches!(
                    before,
                    Some(Known::Dialled | Known::Accepted | Known::Up | Known::Asked)
                ),
                Known::Asked => matches!(before, Some(Known::Up | Known::Asked)),
                Known::Over => !matches!(before, None | Some(Known::Over)),
                // An ACK may be late, and something else of theirs before it.
                Known::Accepted => before == Some(Known::Accepted),
            };
            assert!(fits, "{side:?} {event:?} after {before:?}:\n{}", net.story());
        }
    }
}

fn order(net: &mut Net, calls: &mut Calls) {
    let side = if net.faults.draw(2) == 0 { Side::A } else { Side::B };
    let mine: Vec<(DialogId, Known)> = calls
        .iter()
        .filter(|((owner, _), known)| *owner == side && **known != Known::Over)
        .map(|((_, dialog), known)| (*dialog, *known))
        .collect();
    let pick = net.faults.draw(mine.len() as u64 + 2);
    let Some((dialog, known)) = usize::try_from(pick).ok().and_then(|n| mine.get(n).copied())
    else {
        let dialog = net.agent(side).new_dialog();
        calls.insert((side, dialog), Known::Dialled);
        let mut call = invite(dialog, side.other().address());
        call.ring = Duration::from_secs(1 + net.faults.draw(40));
        net.tell(side, Input::Invite(Box::new(call)));
        return;
    };
    let input = match (known, net.faults.draw(6)) {
        (Known::Offered, 0) => {
            Input::Refuse { dialog, status: 486, headers: Vec::new(), retry_after: None }
        }
        (Known::Offered, 1) => Input::Ring { dialog },
        (Known::Offered, 2) => Input::Early { dialog, sdp: ANSWER.into() },
        (Known::Offered, 3 | 4) => {
            calls.insert((side, dialog), Known::Accepted);
            Input::Answer { dialog, sdp: ANSWER.into() }
        }
        (Known::Asked, 0..=3) => {
            calls.insert((side, dialog), Known::Up);
            Input::AnswerOffer { dialog, sdp: ANSWER.into() }
        }
        (Known::Asked, 4) => Input::RefuseOffer { dialog, status: 488 },
        (Known::Up, 0..=2) => Input::Offer { dialog, sdp: OFFER.into() },
        (Known::Up, 3) => inside(&mut net.faults, dialog),
        (Known::Dialled, 0..=4) => Input::Tick,
        (_, _) => Input::Hangup { dialog, cause: HangupCause::Normal },
    };
    net.tell(side, input);
}

/// Something said inside a call that goes on.
fn inside(chance: &mut Faults, dialog: DialogId) -> Input {
    match chance.draw(6) {
        0 => Input::Probe { dialog },
        1 => Input::Refer { dialog, to: "sip:202@c".into(), replaces: None },
        2 => Input::Info { dialog, content_type: "application/dtmf", body: "1".into() },
        step => {
            let status = [100, 200, 486][usize::try_from(step % 3).expect("below three")];
            Input::ReferProgress { dialog, status }
        }
    }
}

fn run(seed: u64) {
    let mut net = Net::new();
    net.faults = Faults { loss: 150, twice: 100, jitter: 60, seed };
    let mut calls = Calls::new();
    for _ in 0..ORDERS {
        order(&mut net, &mut calls);
        let pause = net.faults.draw(400);
        net.run(Duration::from_millis(pause));
        take(&mut net, &mut calls);
    }
    for (side, dialog) in calls.keys().copied().collect::<Vec<_>>() {
        net.hang_up(side, dialog);
    }
    net.settle();
    take(&mut net, &mut calls);
    let alive = calls.iter().find(|(_, known)| **known != Known::Over);
    assert_eq!(alive, None, "{}", net.story());
}

#[test]
fn whatever_happens_each_call_ends_once_and_leaves_nothing() {
    for seed in 1..=SEEDS {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(outcome.is_ok(), "seed {seed}");
    }
}
