//! Known answers, replay, ageing, and what strangers can learn.

use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;

const PHONE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9));
const URI: &str = "sip:sambung";
const START: Instant = Instant::from_micros(5_000_000);

fn authenticator() -> Authenticator {
    Authenticator::new("sambung", [7; 32], &[Algorithm::Sha256, Algorithm::Md5])
}

fn password(user: &str) -> Option<&'static str> {
    (user == "201").then_some("rahasia")
}

/// What a phone answers to a challenge.
fn answer(challenge: &str, user: &str, password: &str, count: u32) -> String {
    let given = parameters(challenge.strip_prefix("Digest ").expect("the scheme"));
    let find = |name: &str| given.iter().find(|(key, _)| key == name).expect("is there").1.clone();
    let (realm, nonce) = (find("realm"), find("nonce"));
    let hash = |text: &str| match find("algorithm").as_str() {
        "MD5" => hexadecimal(&Md5::digest(text)),
        _ => hexadecimal(&Sha256::digest(text)),
    };
    let ha1 = hash(&format!("{user}:{realm}:{password}"));
    let ha2 = hash(&format!("REGISTER:{URI}"));
    let response = hash(&format!("{ha1}:{nonce}:{count:08x}:abc:auth:{ha2}"));
    format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{URI}\", response=\"{response}\", \
         algorithm={}, cnonce=\"abc\", qop=auth, nc={count:08x}",
        find("algorithm")
    )
}

fn judge(authenticator: &mut Authenticator, now: Instant, source: IpAddr, value: &str) -> Verdict {
    let attempt = Attempt { source, method: "REGISTER", uri: URI, authorization: &[value] };
    authenticator.judge(now, attempt, password)
}

fn wrong(user: &str, exists: bool) -> Verdict {
    Verdict::Wrong { user: user.into(), exists }
}

fn granted() -> Verdict {
    Verdict::Granted { user: "201".into() }
}

#[test]
fn the_response_is_that_of_rfc_7616() {
    // RFC 7616 §3.9.1, both hashes.
    let given = |algorithm| Credentials {
        username: "Mufasa".to_owned(),
        nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v".to_owned(),
        uri: "/dir/index.html".to_owned(),
        response: String::new(),
        algorithm,
        cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ".to_owned(),
        count: 1,
    };
    let realm = Authenticator::new("http-auth@example.org", [0; 32], &[]);
    for (algorithm, response) in [
        (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
        (Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        assert_eq!(realm.response(&given(algorithm), "GET", "Circle of Life"), response);
    }
}

#[test]
fn a_user_is_let_in_by_either_hash() {
    let mut authenticator = authenticator();
    let challenges = authenticator.challenge(START, PHONE, false);
    assert_eq!(challenges.len(), 2);
    assert!(challenges.iter().zip(["SHA-256", "MD5"]).all(|(text, name)| text.contains(name)));
    for (count, challenge) in (1..).zip(&challenges) {
        let value = answer(challenge, "201", "rahasia", count);
        assert_eq!(judge(&mut authenticator, START, PHONE, &value), granted(), "{challenge}");
    }
}

#[test]
fn counts_rise_strictly_and_by_no_leap() {
    let mut authenticator = authenticator();
    let challenge = authenticator.challenge(START, PHONE, false).remove(0);
    for (count, verdict) in [
        (0, Verdict::Stale),
        (1, granted()),
        (1, Verdict::Stale),
        (3, granted()),
        (2, Verdict::Stale),
        (3 + COUNT_WINDOW + 1, Verdict::Stale),
        (3 + COUNT_WINDOW, granted()),
    ] {
        let value = answer(&challenge, "201", "rahasia", count);
        assert_eq!(judge(&mut authenticator, START, PHONE, &value), verdict, "count {count}");
    }
}

#[test]
fn a_nonce_is_bound_to_its_time_and_source() {
    let mut authenticator = authenticator();
    let challenge = authenticator.challenge(START, PHONE, false).remove(0);
    let value = answer(&challenge, "201", "rahasia", 1);
    let elsewhere = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));
    assert_eq!(judge(&mut authenticator, START, elsewhere, &value), Verdict::Stale);
    let late = START + NONCE_LIFE + Duration::from_micros(1);
    assert_eq!(judge(&mut authenticator, late, PHONE, &value), Verdict::Stale);
    assert_eq!(judge(&mut authenticator, START + NONCE_LIFE, PHONE, &value), granted());
    let fresh = authenticator.challenge(late, PHONE, true).remove(0);
    assert!(fresh.ends_with(", stale=true"), "{fresh}");
    let value = answer(&fresh, "201", "rahasia", 1);
    assert_eq!(judge(&mut authenticator, late, PHONE, &value), granted());
    let other_node =
        Authenticator::new("sambung", [8; 32], &[Algorithm::Md5]).challenge(late, PHONE, false);
    let value = answer(&other_node[0], "201", "rahasia", 1);
    assert_eq!(judge(&mut authenticator, late, PHONE, &value), Verdict::Stale);
}

#[test]
fn a_stranger_learns_nothing() {
    let mut authenticator = authenticator();
    let challenge = authenticator.challenge(START, PHONE, false).remove(0);
    let right = answer(&challenge, "201", "rahasia", 1);
    for (name, value, verdict) in [
        ("wrong password", answer(&challenge, "201", "salah", 1), wrong("201", true)),
        ("unknown user", answer(&challenge, "999", "rahasia", 1), wrong("999", false)),
        ("the stand-in password", answer(&challenge, "999", NO_PASSWORD, 1), wrong("999", false)),
        ("no response", right.replace("response=", "other="), wrong("", false)),
        ("another uri", right.replace(URI, "sip:elsewhere"), wrong("201", true)),
        ("no qop", right.replace("qop=auth", "qop=none"), wrong("", false)),
        ("another hash", right.replace("SHA-256", "SHA-512"), wrong("", false)),
        ("another realm", right.replace("realm=\"sambung\"", "realm=\"x\""), Verdict::Missing),
        ("another scheme", right.replace("Digest ", "Basic "), Verdict::Missing),
        ("all right", right, granted()),
    ] {
        assert_eq!(judge(&mut authenticator, START, PHONE, &value), verdict, "{name}");
    }
    let attempt = Attempt { source: PHONE, method: "REGISTER", uri: URI, authorization: &[] };
    assert_eq!(authenticator.judge(START, attempt, password), Verdict::Missing);
}

#[test]
fn memory_is_bounded_and_what_is_forgotten_is_refused() {
    let mut authenticator = authenticator();
    for number in 1..=u64::try_from(MAX_NONCES).expect("fits") + 1 {
        assert!(authenticator.use_up(START, Nonce { number, issued: START }, 1));
    }
    assert_eq!(authenticator.counts.len(), MAX_NONCES);
    assert!(!authenticator.use_up(START, Nonce { number: 1, issued: START }, 2));
    let later = START + NONCE_LIFE + NONCE_LIFE;
    let number = u64::MAX;
    assert!(authenticator.use_up(later, Nonce { number, issued: later }, 1));
    assert_eq!(authenticator.counts.len(), 1, "old counts are dropped");
}

#[test]
fn the_uri_may_lack_user_and_parameters() {
    for (given, requested, same) in [
        ("sip:sambung", "sip:sambung", true),
        ("sip:SAMBUNG:5060;transport=udp", "sip:sambung:5060", true),
        ("sip:sambung", "sip:100@sambung", true),
        ("sip:101@sambung", "sip:100@sambung", false),
        ("sip:100@sambung", "sip:sambung", false),
        ("", "sip:sambung", false),
    ] {
        assert_eq!(names_same_resource(given, requested), same, "{given} for {requested}");
    }
}

proptest! {
    #[test]
    fn no_header_panics(text in "(Digest )?[ -~\\t]{0,120}", name in "[a-z]{0,6}=\"?[ -~]{0,40}") {
        let value = format!("Digest realm=\"sambung\", {name}{text}");
        drop(judge(&mut authenticator(), START, PHONE, &value));
        drop(judge(&mut authenticator(), START, PHONE, &text));
    }

    #[test]
    fn quoting_comes_back(realm in "[ -~]{0,20}") {
        let read = parameters(&format!("realm={}, x=y", quoted(&realm)));
        prop_assert_eq!(&read[0].1, &realm);
        prop_assert_eq!(&read[1].1, "y");
    }
}
