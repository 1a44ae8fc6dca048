//! Offers and answers: what is chosen, what is written, what is refused.

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;

use super::read::parse;
use super::*;
use crate::time::Duration;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn ours() -> OfferAnswer {
    OfferAnswer::new(HERE, 20_000, 7, Preferences::default())
}

/// A description from 198.51.100.7 with the lines after `t=`.
fn theirs(lines: &[&str]) -> Vec<u8> {
    let head = ["v=0", "o=- 1 1 IN IP4 198.51.100.7", "s=-", "c=IN IP4 198.51.100.7", "t=0 0"];
    head.iter().chain(lines).flat_map(|line| [line, "\r\n"]).collect::<String>().into_bytes()
}

/// What is taken of an offer with these lines: the codec, its number, and that of keys.
type Chosen = (Codec, u8, Option<u8>);

fn chosen(lines: &[&str]) -> Result<Chosen, SdpError> {
    let (agreed, _) = ours().answer(&theirs(lines))?;
    Ok((agreed.codec, agreed.payload_type, agreed.events.map(|events| events.payload_type)))
}

#[test]
fn the_first_common_codec_of_the_offer_is_taken() {
    let event = "a=rtpmap:101 telephone-event/8000";
    let cases: &[(&str, &[&str], Option<Chosen>)] = &[
        ("static µ-law", &["m=audio 4000 RTP/AVP 0"], Some((Codec::Pcmu, 0, None))),
        ("offerer's order", &["m=audio 4000 RTP/AVP 8 0"], Some((Codec::Pcma, 8, None))),
        (
            "unknown codecs are passed over",
            &["m=audio 4000 RTP/AVP 3 18 8 101", event],
            Some((Codec::Pcma, 8, Some(101))),
        ),
        (
            "dynamic numbers",
            &[
                "m=audio 4000 RTP/AVP 97 96",
                "a=rtpmap:97 pcmu/8000",
                "a=rtpmap:96 Telephone-Event/8000",
            ],
            Some((Codec::Pcmu, 97, Some(96))),
        ),
        (
            "keys at another clock rate are better than none",
            &["m=audio 4000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/48000"],
            Some((Codec::Pcmu, 0, Some(101))),
        ),
        (
            "of two key rates the codec's own is taken",
            &["m=audio 4000 RTP/AVP 0 100 101", "a=rtpmap:100 telephone-event/16000", event],
            Some((Codec::Pcmu, 0, Some(101))),
        ),
        ("a remapped static number", &["m=audio 4000 RTP/AVP 0", "a=rtpmap:0 G726-32/8000"], None),
        ("wide band", &["m=audio 4000 RTP/AVP 9 8"], Some((Codec::G722, 9, None))),
        (
            "Opus, with the keys of its clock",
            &[
                "m=audio 4000 RTP/AVP 96 0 101 97",
                "a=rtpmap:96 OPUS/48000/2",
                event,
                "a=rtpmap:97 telephone-event/48000",
            ],
            Some((Codec::Opus, 96, Some(97))),
        ),
        (
            "Opus of one channel is none",
            &["m=audio 4000 RTP/AVP 96", "a=rtpmap:96 opus/48000"],
            None,
        ),
        ("no common codec", &["m=audio 4000 RTP/AVP 3 18"], None),
        ("encrypted only", &["m=audio 4000 RTP/SAVP 0"], None),
        ("declined", &["m=audio 0 RTP/AVP 0"], None),
        ("no audio", &["m=video 4000 RTP/AVP 0"], None),
        ("a name for an address", &["m=audio 4000 RTP/AVP 0", "c=IN IP4 phone.example"], None),
        ("another family", &["m=audio 4000 RTP/AVP 0", "c=IN IP6 2001:db8::1"], None),
        ("multicast", &["m=audio 4000 RTP/AVP 0", "c=IN IP4 224.2.1.1/127"], None),
        ("an absurd number", &["m=audio 4000 RTP/AVP 300 -1 x"], None),
    ];
    for (name, lines, expected) in cases {
        assert_eq!(chosen(lines), expected.ok_or(SdpError::Incompatible), "{name}");
    }
}

#[test]
fn odd_lines_beside_good_ones_do_no_harm() {
    let event = "a=rtpmap:101 telephone-event/8000";
    let cases: &[(&str, &[&str], Option<u8>)] = &[
        (
            "numbers that are none, beside one that is",
            &["m=audio 4000 RTP/AVP 4294967296 0", "a=rtpmap:4294967296 PCMA/8000"],
            None,
        ),
        (
            "formats without end",
            &["m=audio 4000 RTP/AVP 0 101", event, "a=fmtp:101 0-15,,66-;=;x", "a=fmtp:999 ;;"],
            Some(101),
        ),
        (
            "a bundle of audio and video",
            &[
                "a=group:BUNDLE a v",
                "m=video 4000 RTP/AVP 31",
                "a=mid:v",
                "m=audio 4000 RTP/AVP 0",
                "a=mid:a",
                "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
                "m=video 0 RTP/AVP 31",
                "a=bundle-only",
            ],
            None,
        ),
        (
            "attributes that nobody knows",
            &[
                "m=audio 4000 RTP/AVP 0",
                "b=X-YZ:1",
                "a=x-odd:1;2=3",
                "a=ssrc:1 cname:y",
                "a=rtcp:x",
            ],
            None,
        ),
    ];
    for (name, lines, events) in cases {
        assert_eq!(chosen(lines), Ok((Codec::Pcmu, 0, *events)), "{name}");
    }
}

#[test]
fn what_cannot_be_sent_to_is_refused() {
    let twenty = ["m=audio 4000 RTP/AVP 0"; 20];
    for (name, lines) in [
        ("a port too large", &["m=audio 70000 RTP/AVP 0"][..]),
        ("a port below zero", &["m=audio -1 RTP/AVP 0"]),
        ("a zone", &["m=audio 4000 RTP/AVP 0", "c=IN IP6 fe80::1%eth0"]),
        ("an address with a port", &["m=audio 4000 RTP/AVP 0", "c=IN IP4 192.0.2.9:4000"]),
        ("brackets", &["m=audio 4000 RTP/AVP 0", "c=IN IP6 [2001:db8::1]"]),
        ("no formats", &["m=audio 4000 RTP/AVP"]),
        ("too many streams", &twenty),
    ] {
        assert!(ours().answer(&theirs(lines)).is_err(), "{name}");
    }
}

#[test]
fn an_answer_keeps_the_streams_in_place_and_declines_the_rest() {
    let offer = theirs(&[
        "m=video 5000 RTP/AVP 96",
        "m=audio 4000 RTP/AVP 8 0 101",
        "a=rtpmap:101 telephone-event/8000",
        "m=audio 4002 RTP/AVP 0",
    ]);
    let (_, body) = ours().answer(&offer).expect("A-law fits");
    insta::assert_snapshot!(body.replace('\r', ""), @r"
    v=0
    o=- 7 1 IN IP4 192.0.2.1
    s=-
    c=IN IP4 192.0.2.1
    t=0 0
    m=video 0 RTP/AVP 96
    m=audio 20000 RTP/AVP 8 101
    a=rtpmap:8 PCMA/8000
    a=rtpmap:101 telephone-event/8000
    a=fmtp:101 0-15
    a=ptime:20
    a=sendrecv
    m=audio 0 RTP/AVP 0
    ");
}

#[test]
fn an_offer_names_what_we_have() {
    insta::assert_snapshot!(ours().offer().replace('\r', ""), @r"
    v=0
    o=- 7 1 IN IP4 192.0.2.1
    s=-
    c=IN IP4 192.0.2.1
    t=0 0
    m=audio 20000 RTP/AVP 0 8 9 111 101 102
    a=rtpmap:0 PCMU/8000
    a=rtpmap:8 PCMA/8000
    a=rtpmap:9 G722/8000
    a=rtpmap:111 opus/48000/2
    a=rtpmap:101 telephone-event/8000
    a=rtpmap:102 telephone-event/48000
    a=fmtp:101 0-15
    a=fmtp:102 0-15
    a=ptime:20
    a=rtcp-mux
    a=sendrecv
    ");
}

#[test]
fn packet_times_are_kept_within_what_both_can() {
    // (their attributes, what we send, what we answer)
    for (lines, sent) in [
        (&[][..], 20),
        (&["a=ptime:30"], 30),
        (&["a=ptime:10"], 10),
        (&["a=ptime:5"], 10),
        (&["a=ptime:25"], 20),
        (&["a=ptime:20.0"], 20),
        (&["a=ptime:120"], 60),
        (&["a=ptime:0"], 20),
        (&["a=ptime:many"], 20),
        (&["a=ptime:60", "a=maxptime:40"], 40),
        (&["a=maxptime:10"], 10),
    ] {
        let offer = [&["m=audio 4000 RTP/AVP 0"], lines].concat();
        let (agreed, body) = ours().answer(&theirs(&offer)).expect("fits");
        assert_eq!(agreed.packet_time, Duration::from_millis(sent), "{lines:?}");
        assert!(body.contains(&format!("a=ptime:{sent}\r\n")), "{lines:?}: {body}");
    }
}

#[test]
fn reports_go_where_the_far_side_takes_them() {
    for (lines, port) in [
        (&[][..], Some(4001)),
        (&["a=rtcp:53020"], Some(53_020)),
        (&["a=rtcp:53020 IN IP4 198.51.100.9"], Some(53_020)),
        (&["a=rtcp:none"], Some(4001)),
        (&["a=rtcp:4000", "a=rtcp-mux"], None),
    ] {
        let offer = [&["m=audio 4000 RTP/AVP 0"], lines].concat();
        let (agreed, body) = ours().answer(&theirs(&offer)).expect("fits");
        assert_eq!(agreed.control_port, port, "{lines:?}");
        assert_eq!(body.contains("a=rtcp-mux\r\n"), port.is_none(), "{lines:?}: {body}");
    }
}

#[test]
fn comfort_noise_is_known_by_its_name_and_by_its_number() {
    for (lines, number) in [
        (&["m=audio 4000 RTP/AVP 0 8"][..], None),
        (&["m=audio 4000 RTP/AVP 0 13"], Some(13)),
        (&["m=audio 4000 RTP/AVP 0 13", "a=rtpmap:13 cn/8000"], Some(13)),
        (&["m=audio 4000 RTP/AVP 0 118 13", "a=rtpmap:118 CN/16000"], Some(13)),
        (&["m=audio 4000 RTP/AVP 9 118", "a=rtpmap:118 CN/16000"], Some(118)),
    ] {
        let (agreed, body) = ours().answer(&theirs(lines)).expect("fits");
        assert_eq!(agreed.comfort_noise, number, "{lines:?}");
        assert!(!body.contains("CN"), "we do not ask for it: {body}");
    }
}

#[test]
fn our_order_decides_where_it_was_asked_for() {
    let wanted = Preferences { ours_first: true, ..Preferences::new(&[Codec::Pcma, Codec::Pcmu]) };
    let mut ours = OfferAnswer::new(HERE, 20_000, 7, wanted);
    let (agreed, _) = ours.answer(&theirs(&["m=audio 4000 RTP/AVP 0 8"])).expect("fits");
    assert_eq!(agreed.codec, Codec::Pcma);
}

#[test]
fn hold_comes_in_four_spellings() {
    let session = b"v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\na=sendonly\nm=audio 4000 RTP/AVP 0\n";
    let cases: &[(&str, Vec<u8>, Direction)] = &[
        ("none", theirs(&["m=audio 4000 RTP/AVP 0"]), Direction::SendRecv),
        ("sendonly", theirs(&["m=audio 4000 RTP/AVP 0", "a=sendonly"]), Direction::RecvOnly),
        ("recvonly", theirs(&["m=audio 4000 RTP/AVP 0", "a=recvonly"]), Direction::SendOnly),
        ("inactive", theirs(&["m=audio 4000 RTP/AVP 0", "a=inactive"]), Direction::Inactive),
        ("for the session", session.to_vec(), Direction::RecvOnly),
        ("0.0.0.0", theirs(&["m=audio 4000 RTP/AVP 0", "c=IN IP4 0.0.0.0"]), Direction::RecvOnly),
        (
            "0.0.0.0 and inactive",
            theirs(&["m=audio 4000 RTP/AVP 0", "c=IN IP4 0.0.0.0", "a=inactive"]),
            Direction::Inactive,
        ),
    ];
    for (name, offer, direction) in cases {
        let (agreed, body) = ours().answer(offer).expect(name);
        assert_eq!(agreed.direction, *direction, "{name}");
        assert_eq!(agreed.is_held(), !direction.sends(), "{name}");
        assert!(body.contains(&format!("a={}\r\n", direction.attribute())), "{name}: {body}");
    }
}

#[test]
fn the_version_rises_only_with_a_change() {
    let version = |body: &str| {
        let line = body.lines().find(|line| line.starts_with("o=")).map(str::to_owned);
        line.and_then(|line| line.split(' ').nth(2).map(str::to_owned)).expect("o= has a version")
    };
    let talk = theirs(&["m=audio 4000 RTP/AVP 0"]);
    let hold = theirs(&["m=audio 4000 RTP/AVP 0", "a=sendonly"]);
    let mut ours = ours();
    let versions: Vec<_> = [&talk, &talk, &hold, &hold, &talk]
        .into_iter()
        .map(|offer| version(&ours.answer(offer).expect("fits").1))
        .collect();
    assert_eq!(versions, ["1", "1", "2", "2", "3"]);
    assert_eq!(ours.answer(b"v=0\r\n").map(|_| ()), Err(SdpError::Malformed));
    assert_eq!(
        version(&ours.answer(&talk).expect("fits").1),
        "3",
        "a refused offer changes nothing"
    );
}

#[test]
fn a_later_offer_of_ours_keeps_streams_and_key_number() {
    let mut ours = ours();
    let first = theirs(&[
        "m=audio 4000 RTP/AVP 0 96",
        "a=rtpmap:96 telephone-event/8000",
        "m=video 5000 RTP/AVP 97",
    ]);
    ours.answer(&first).expect("fits");
    let offer = ours.offer();
    assert!(offer.contains("m=audio 20000 RTP/AVP 0 8 9 111 96 101\r\n"), "{offer}");
    assert!(offer.contains("m=video 0 RTP/AVP 97\r\n"), "{offer}");
    let agreed = ours.accept(&theirs(&["m=audio 4100 RTP/AVP 8", "m=video 0 RTP/AVP 97"]));
    let agreed = agreed.expect("A-law was offered");
    assert_eq!((agreed.codec, agreed.remote.port()), (Codec::Pcma, 4100));
    let declined = ours.accept(&theirs(&["m=audio 0 RTP/AVP 0", "m=video 0 RTP/AVP 97"]));
    assert_eq!(declined, Err(SdpError::Incompatible));
}

#[test]
fn ipv6_is_answered_with_ipv6() {
    let here = "2001:db8::1".parse().expect("an address");
    let mut ours = OfferAnswer::new(here, 20_000, 7, Preferences::default());
    let offer = theirs(&["m=audio 4000 RTP/AVP 0", "c=IN IP6 2001:db8::2"]);
    let (agreed, body) = ours.answer(&offer).expect("fits");
    assert_eq!(agreed.remote, "[2001:db8::2]:4000".parse().expect("an address"));
    assert!(body.contains("c=IN IP6 2001:db8::1\r\n"), "{body}");
}

proptest! {
    #[test]
    fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(ours().answer(&body).is_ok(), ours().accept(&body).is_ok());
    }

    #[test]
    fn no_near_description_panics_and_every_answer_parses(
        lines in proptest::collection::vec("[macobt]=[ -~]{0,40}|m=audio [0-9]{1,6} RTP/AVP( [0-9]{1,3}){0,5}|a=rtpmap:[0-9]{1,3} [ -~]{0,20}", 0..12)
    ) {
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let mut ours = ours();
        if let Ok((_, body)) = ours.answer(&theirs(&lines)) {
            prop_assert!(parse(body.as_bytes()).is_ok(), "{}", body);
            prop_assert!(body.len() < 4_096);
        }
    }
}
