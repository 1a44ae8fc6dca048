//! Fifty ways to make a node call what it should not, or believe what nobody vouches for: none of them works.

use crate::call::{AllowList, NumberPattern, Origin};

use super::trunks::{line, stranger};
use super::*;

/// What somebody tries.
#[derive(Debug, Clone, Copy)]
enum Abuse {
    /// To have this dialled, where flows may call every number and a trunk takes them all.
    Dial(&'static str),
    /// To send a call of ours elsewhere: the status, and where to.
    Redirect(u16, &'static str),
    /// To be somebody else: a header line of a call that comes by no trunk.
    Claim(&'static str),
    /// To call something odd: the request URI, and what is taken for the called number, if it is a call at all.
    Request(&'static str, Option<&'static str>),
}

use Abuse::{Claim, Dial as Dialled, Redirect, Request};

const SCRIPTS: [Abuse; 50] = [
    Dialled("*72+19005550100"),
    Dialled("*21*+19005550100#"),
    Dialled("#31#+62811"),
    Dialled("**04*1234"),
    Dialled("+62811#"),
    Dialled("+62811*"),
    Dialled("+62811@evil.example"),
    Dialled("+62811@evil.example;x=1"),
    Dialled("sip:+62811@evil.example"),
    Dialled("sips:+62811@evil.example"),
    Dialled("tel:+62811"),
    Dialled("+62811;phone-context=evil"),
    Dialled("+62811;user=phone"),
    Dialled("+62811?Route=%3Csip:evil.example%3E"),
    Dialled("+62811%40evil.example"),
    Dialled("+62811>"),
    Dialled("+62811\r\nRoute: <sip:evil.example>"),
    Dialled("+62 811"),
    Dialled("+62-811"),
    Dialled("+62811,,9"),
    Dialled("+62811p9w1"),
    Dialled("${EXTEN}"),
    Dialled("_X."),
    Dialled("+628112345678901234567890123456789012345"),
    Dialled("+"),
    Dialled(""),
    Dialled("+19005550100"),
    Dialled("+97912345678"),
    Dialled("+881612345678"),
    Dialled("+999123456"),
    Dialled("0019005550100"),
    Dialled("911"),
    Redirect(302, "<sip:+19005550100@127.0.0.1>"),
    Redirect(302, "<sip:+62811@evil.example>"),
    Redirect(302, "<sip:+62822@127.0.0.1>;q=1.0, <sip:+62833@127.0.0.1>"),
    Redirect(301, "<tel:+19005550100>"),
    Redirect(300, "<sip:*72@127.0.0.1>"),
    Redirect(305, "<sip:evil.example;lr>"),
    Claim("P-Asserted-Identity: <sip:+62811@telko>"),
    Claim("P-Asserted-Identity: \"Bank\" <tel:+62811>"),
    Claim("Remote-Party-ID: <sip:+62811@telko>;screen=yes"),
    Claim("P-Preferred-Identity: <sip:+62811@telko>"),
    Claim("Diversion: <sip:+62811@telko>;reason=deflection"),
    Claim("History-Info: <sip:+62811@telko>;index=1, <sip:100@telko>;index=1.1"),
    Claim("X-Trunk: telko"),
    Claim(
        "Authorization: Digest username=\"201\", realm=\"sambung\", nonce=\"x\", uri=\"x\", response=\"x\"",
    ),
    Request("sip:100;+19005550100@node", Some("100")),
    Request("sip:100%0d%0aX@node", Some("100\u{fffd}\u{fffd}X")),
    Request("tel:+62-811;isub=9", Some("+62811")),
    Request("sip:100@node?Replaces=x", None),
];

#[tokio::test]
async fn no_abuse_works() {
    let mut trunk = stranger().await;
    let outgoing = line(&trunk, |settings| {
        settings.numbers = vec![NumberPattern::read("*").expect("a pattern")];
        settings.accepts = false;
    });
    let mut node = Node::start(|settings| {
        settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
        settings.trunks = vec![outgoing];
    });
    trunk.node = node.address;
    let mut caller = Phone::new("200", node.address).await;
    let sdp = caller.sdp_with_keys();
    let allowed = AllowList::from(["*".into()]);
    let mut leg_number = 0;
    for script in SCRIPTS {
        match script {
            Dialled(to) => {
                leg_number += 2;
                if !allowed.contains(to) && crate::call::is_number(to) {
                    continue;
                }
                assert!(!allowed.contains(to), "{script:?}: the engine refuses it");
                // The adapter has an eye of its own on what is no number.
                let leg = node.dial(leg_number, Target::Number(to.into())).await;
                node.ended(leg, EndedBy::System, HangupCause::Unreachable).await;
            }
            Redirect(status, contact) => {
                leg_number += 2;
                let leg = node.dial(leg_number, Target::Number("+62822".into())).await;
                let invite = trunk.expect_request("INVITE").await;
                trunk
                    .answer(&invite, &format!("{status} Elsewhere\r\nContact: {contact}"), "")
                    .await;
                trunk.expect_request("ACK").await;
                let (ended, kind) = node.event().await;
                assert_eq!(ended, leg, "{script:?}");
                assert!(matches!(kind, EventKind::Ended { .. }), "{script:?} {kind:?}");
            }
            Claim(header) => {
                caller.invite("100", &format!("{header}\r\n"), &sdp).await;
                let (leg, kind) = node.event().await;
                let EventKind::Offered(offer) = kind else { panic!("{kind:?}") };
                assert_eq!(offer.origin.caller.number.as_deref(), Some("200"), "{script:?}");
                let Origin { asserted, trunk, diverted_from, .. } = offer.origin;
                let claimed = (asserted, trunk, diverted_from, offer.user);
                assert_eq!(claimed, (false, None, None, None), "{script:?}");
                turn_away(&mut node, &mut caller, leg).await;
            }
            Request(uri, called) => {
                caller.invite_to(uri, "<sip:100@node>", &sdp).await;
                match called {
                    Some(called) => {
                        let (leg, kind) = node.event().await;
                        let EventKind::Offered(offer) = kind else { panic!("{kind:?}") };
                        assert_eq!(&*offer.origin.called, called, "{script:?}");
                        turn_away(&mut node, &mut caller, leg).await;
                    }
                    None => {
                        caller.expect(400).await;
                        caller.acknowledge("").await;
                    }
                }
            }
        }
        assert!(node.is_silent(), "{script:?}");
    }
    trunk.hears_nothing().await;
}

async fn turn_away(node: &mut Node, caller: &mut Phone, leg: LegId) {
    node.order(leg, CommandKind::Refuse(HangupCause::Busy)).await;
    caller.expect(486).await;
    caller.acknowledge("").await;
    let (ended, kind) = node.event().await;
    assert!(ended == leg && matches!(kind, EventKind::Ended { .. }), "{kind:?}");
}
