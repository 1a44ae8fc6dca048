//! Floods, scans, guesses and made-up addresses, in a time of the tests' own.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::*;

const START: Instant = Instant::from_micros(60_000_000);
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
const PHONE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 9));
const NO_BAN: Result<(), Dropped> = Ok(());

fn guard() -> Guard {
    Guard::new(GuardSettings::default(), [7; 32])
}

fn open() -> Guard {
    Guard::new(GuardSettings { answer_strangers: true, ..GuardSettings::default() }, [7; 32])
}

fn request(method: &str, more: &str) -> String {
    format!(
        "{method} sip:100@sambung SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.7;branch=z9hG4bK1\r\n\
         From: <sip:201@sambung>;tag=1\r\nTo: <sip:201@sambung>\r\n{more}Call-ID: 1\r\nCSeq: 1 {method}\r\n\r\n"
    )
}

fn admit(
    guard: &mut Guard,
    at: Instant,
    from: IpAddr,
    origin: Origin,
    text: &str,
) -> Result<(), Dropped> {
    guard.admit(at, from, origin, text.as_bytes(), |tag| tag == "ours")
}

/// Lets `count` messages come in one second, evenly spread; how many were heard, and the time after them.
fn send(guard: &mut Guard, from: IpAddr, origin: Origin, at: Instant, count: u64) -> u64 {
    let text = request("REGISTER", "");
    let times = (0..count).map(|n| at + Duration::from_micros(n * 1_000_000 / count));
    times.filter(|at| admit(guard, *at, from, origin, &text).is_ok()).map(|_| 1).sum()
}

#[test]
fn what_is_answered_to_whom() {
    let within = "To: x <sip:100@sambung>;tag=ours\r\n";
    let gone = "To: x <sip:100@sambung>;tag=gone\r\n";
    let with_to =
        |method: &str, to: &str| request(method, "").replace("To: <sip:201@sambung>\r\n", to);
    let scanner = "User-Agent: Friendly-Scanner\r\n";
    let asked: [(&str, String, [bool; 4]); 12] = [
        // Trusted, Listed, Phones, Stranger.
        ("OPTIONS", request("OPTIONS", ""), [true, true, false, false]),
        ("INVITE", request("INVITE", ""), [true, true, false, false]),
        ("MESSAGE", request("MESSAGE", ""), [true, true, false, false]),
        ("SUBSCRIBE", request("SUBSCRIBE", ""), [true, true, false, false]),
        ("CANCEL", request("CANCEL", ""), [true, true, false, false]),
        ("REGISTER", request("REGISTER", ""), [true, true, true, false]),
        ("REGISTER of a scanner", request("REGISTER", scanner), [true, false, false, false]),
        ("BYE in a call", with_to("BYE", within), [true, true, true, true]),
        ("BYE in no call", with_to("BYE", gone), [true, true, false, false]),
        ("ACK", request("ACK", ""), [true, true, true, true]),
        ("a response", "SIP/2.0 200 OK\r\n\r\n".to_owned(), [true, true, true, true]),
        ("rubbish", "\0\0HELP sip: SIP".to_owned(), [true, true, false, false]),
    ];
    for (name, text, heard) in asked {
        for (origin, heard) in
            [Origin::Trusted, Origin::Listed, Origin::Phones, Origin::Stranger].iter().zip(heard)
        {
            let found = admit(&mut guard(), START, STRANGER, *origin, &text).is_ok();
            assert_eq!(found, heard, "{name} from {origin:?}");
        }
        let polite = !name.contains("scanner");
        let found = admit(&mut open(), START, STRANGER, Origin::Stranger, &text).is_ok();
        assert_eq!(found, polite, "{name} where strangers are answered");
    }
}

#[test]
fn who_holds_a_registration_or_had_a_call_is_heard_and_never_banned() {
    let mut guard = guard();
    let invite = request("INVITE", "");
    guard.registered(START, PHONE, Duration::from_secs(300));
    assert_eq!(admit(&mut guard, START, PHONE, Origin::Phones, &invite), NO_BAN);
    let later = START + Duration::from_secs(301);
    assert_eq!(admit(&mut guard, later, PHONE, Origin::Phones, &invite), Err(Dropped::Unasked));
    guard.meet(later, PHONE);
    assert_eq!(admit(&mut guard, later, PHONE, Origin::Stranger, &invite), NO_BAN);
    for second in 0..10 {
        let heard =
            send(&mut guard, PHONE, Origin::Phones, later + Duration::from_secs(second), 10_000);
        assert!(heard >= 400, "{heard} in second {second}");
    }
    for _ in 0..100 {
        guard.login_failed(later, PHONE, Origin::Phones, ("nobody", false));
    }
    assert_eq!(guard.counts().bans, 0);
}

#[test]
fn a_flood_is_banned_within_two_seconds_and_longer_each_time() {
    for rate in [400, 5_000, 50_000] {
        let mut guard = guard();
        let mut at = START;
        send(&mut guard, STRANGER, Origin::Phones, at, rate);
        send(&mut guard, STRANGER, Origin::Phones, at + Duration::from_secs(1), rate);
        let ten = Duration::from_mins(10);
        let banned = GuardNews::Banned { source: STRANGER, offence: Offence::Flood, span: ten };
        let told: Vec<_> = std::iter::from_fn(|| guard.poll_news()).collect();
        assert!(told.contains(&banned), "{rate} a second: {told:?}");
        at += Duration::from_secs(2);
        let text = request("REGISTER", "");
        let heard = admit(&mut guard, at, STRANGER, Origin::Phones, &text);
        assert_eq!(heard, Err(Dropped::Banned), "{rate} a second");
        at += ten;
        assert_eq!(admit(&mut guard, at, STRANGER, Origin::Phones, &text), NO_BAN, "over");
        send(&mut guard, STRANGER, Origin::Phones, at, 50_000);
        assert!(std::iter::from_fn(|| guard.poll_news()).any(|news| news
            == GuardNews::Banned {
                source: STRANGER,
                offence: Offence::Flood,
                span: ten.times(2)
            }));
    }
}

#[test]
fn bursts_and_steady_phones_are_borne() {
    let mut guard = guard();
    // An office behind one address after a power cut, then its daily work.
    assert_eq!(send(&mut guard, PHONE, Origin::Phones, START, 200), 200);
    let mut at = START + Duration::from_secs(1);
    for _ in 0..600 {
        at += Duration::from_secs(1);
        assert!(send(&mut guard, PHONE, Origin::Phones, at, 49) >= 48);
    }
    assert_eq!(guard.counts().bans, 0);
}

#[test]
fn wrong_passwords_lock_the_user_for_that_source_alone() {
    let mut guard = guard();
    let other = request("REGISTER", "").replace("sip:201@", "sip:202@");
    let credentials = "Authorization: Digest username=\"201\", realm=\"sambung\"\r\n";
    for _ in 0..5 {
        assert_eq!(admit(&mut guard, START, STRANGER, Origin::Phones, &other), NO_BAN);
        guard.login_failed(START, STRANGER, Origin::Phones, ("201", true));
    }
    for (name, text, from, heard) in [
        ("the same", request("REGISTER", credentials), STRANGER, Err(Dropped::LockedOut)),
        ("without credentials", request("REGISTER", ""), STRANGER, Err(Dropped::LockedOut)),
        ("another user", other, STRANGER, Ok(())),
        ("elsewhere", request("REGISTER", credentials), PHONE, Ok(())),
    ] {
        assert_eq!(admit(&mut guard, START, from, Origin::Phones, &text), heard, "{name}");
    }
    let later = START + Duration::from_mins(10);
    let text = request("REGISTER", credentials);
    assert_eq!(admit(&mut guard, later, STRANGER, Origin::Phones, &text), NO_BAN);
}

#[test]
fn guessing_slowly_is_borne_and_guessing_users_is_not() {
    let mut guard = guard();
    let mut at = START;
    for _ in 0..100 {
        at += Duration::from_secs(16);
        guard.login_failed(at, STRANGER, Origin::Phones, ("201", true));
        guard.login_failed(at, PHONE, Origin::Trusted, ("201", true));
    }
    assert_eq!(guard.counts().bans, 0, "four within a minute at most");
    for user in ["a", "b", "c", "d", "d", "d"] {
        guard.login_failed(at, STRANGER, Origin::Phones, (user, false));
    }
    assert_eq!(guard.counts().bans, 0, "four users");
    guard.login_failed(at, STRANGER, Origin::Phones, ("e", false));
    assert_eq!(guard.counts().bans, 1);
    let text = request("REGISTER", "");
    assert_eq!(admit(&mut guard, at, STRANGER, Origin::Phones, &text), Err(Dropped::Banned));
}

#[test]
fn an_ipv6_network_is_one_source() {
    let mut guard = guard();
    let host = |network: u16, host: u16| {
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, network, 0, 0, 0, host))
    };
    for user in ["a", "b", "c", "d", "e"] {
        guard.login_failed(START, host(1, 1), Origin::Phones, (user, false));
    }
    let text = request("REGISTER", "");
    for (from, heard) in [
        (host(1, 1), Err(Dropped::Banned)),
        (host(1, 2), Err(Dropped::Banned)),
        (host(2, 1), Ok(())),
    ] {
        assert_eq!(admit(&mut guard, START, from, Origin::Phones, &text), heard, "{from}");
    }
    let mapped = Ipv4Addr::new(203, 0, 113, 7).to_ipv6_mapped();
    assert_eq!(Source::of(IpAddr::V6(mapped).to_canonical()), Source::of(STRANGER));
}

#[test]
fn made_up_addresses_cost_no_memory_and_leave_room_for_phones() {
    let mut guard = guard();
    guard.registered(START, PHONE, Duration::from_mins(60));
    let text = request("REGISTER", "");
    let mut heard = 0;
    for n in 0..1_000_000_u32 {
        let from = IpAddr::V4(Ipv4Addr::from(0x0b00_0000 + n));
        let at = START + Duration::from_micros(u64::from(n));
        heard += u64::from(admit(&mut guard, at, from, Origin::Phones, &text).is_ok());
        if n.is_multiple_of(4) {
            guard.login_failed(at, from, Origin::Phones, ("nobody", false));
        }
        if n.is_multiple_of(10_000) {
            assert_eq!(admit(&mut guard, at, PHONE, Origin::Phones, &text), NO_BAN);
        }
    }
    assert!(heard < 11_000, "{heard} of a million were parsed");
    assert!(guard.attempts.len() <= 8_192);
    assert!(guard.bans.len() <= 8_192);
    assert!(guard.news.len() <= MAX_NEWS);
    for user in 0..20_000_u32 {
        let from = IpAddr::V4(Ipv4Addr::from(0x0b00_0000 + user));
        guard.ban(START, from, Banned::Source(Source::of(from)), Offence::Flood);
    }
    assert!(guard.bans.len() <= 8_192);
}

#[test]
fn a_minute_of_drops_is_told_once() {
    let mut guard = guard();
    let text = request("OPTIONS", "");
    for n in 0..50 {
        let dropped =
            admit(&mut guard, START + Duration::from_secs(n), STRANGER, Origin::Stranger, &text);
        assert_eq!(dropped, Err(Dropped::Unasked));
    }
    assert!(matches!(guard.poll_news(), Some(GuardNews::Counted(counts)) if counts.unasked == 1));
    assert_eq!(guard.poll_news(), None);
    let later = START + Duration::from_secs(61);
    assert!(admit(&mut guard, later, STRANGER, Origin::Stranger, &text).is_err());
    assert!(matches!(guard.poll_news(), Some(GuardNews::Counted(counts)) if counts.unasked == 51));
}
