//! Trunks by themselves: which one a number goes by, what is asked when, and what follows from answers.

use std::net::SocketAddr;

use super::*;
use crate::call::NumberPattern;
use crate::sip::ask::{Answer, Ask, AskMethod};
use crate::sip::login::Login;
use crate::sip::transport::Transport;
use crate::time::{Duration, Instant};

const FIRST: &str = "192.0.2.1:5060";
const SECOND: &str = "192.0.2.2:5060";

fn at(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn settings(name: &str, numbers: &[&str], addresses: &[&str]) -> TrunkSettings {
    let patterns =
        |list: &[&str]| list.iter().filter_map(|text| NumberPattern::read(text)).collect();
    let way = |text: &&str| WayAddress { address: Some(at(text)), transport: Transport::Udp };
    TrunkSettings {
        name: name.into(),
        domain: format!("{name}.example").into(),
        ways: addresses.iter().map(way).collect(),
        routes: Vec::new(),
        login: Some(Login { user: "6221".into(), password: "rahasia".into(), realm: None }),
        register: None,
        keepalive: None,
        numbers: patterns(numbers),
        caller_ids: Vec::new(),
        own_number: "6221".into(),
        identity: Identity::Asserted,
        limits: TrunkLimits::default(),
        accepts: true,
    }
}

/// Trunks in virtual time.
struct Stage {
    trunks: Trunks,
    now: Instant,
    asked: Vec<Ask>,
    changes: Vec<TrunkChange>,
}

impl Stage {
    fn new(settings: Vec<TrunkSettings>) -> Self {
        let (trunks, now) = (Trunks::new(Instant::ZERO, settings, [3; 32]), Instant::ZERO);
        Self { trunks, now, asked: Vec::new(), changes: Vec::new() }
    }

    fn take(&mut self) {
        while let Some(output) = self.trunks.poll_output() {
            match output {
                TrunkOutput::Ask(ask) => self.asked.push(*ask),
                TrunkOutput::Changed { change, .. } => self.changes.push(change),
            }
        }
    }

    /// Lets the next thing be due; what was asked.
    fn next(&mut self) -> Vec<Ask> {
        self.now = self.now.max(self.trunks.poll_timeout().expect("something is due"));
        self.trunks.handle_timeout(self.now);
        self.take();
        std::mem::take(&mut self.asked)
    }

    fn answer(&mut self, ask: &Ask, status: Option<u16>) {
        let answer = Answer { status, cseq: ask.cseq, ..Answer::default() };
        self.trunks.answered(self.now, ask.id, &answer);
        self.take();
    }

    fn targets(&mut self, number: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut outlet = self.trunks.begin(self.now, number);
        while let Ok(way) = outlet {
            found.push(format!("{} at {}", way.target, way.address));
            outlet = self.trunks.next(self.now, &way);
        }
        found
    }
}

#[test]
fn a_number_goes_by_the_trunk_that_names_it_most_closely() {
    let mut stage = Stage::new(vec![
        settings("all", &["*"], &["192.0.2.9:5060"]),
        settings("home", &["+62*"], &[FIRST, SECOND]),
        settings("city", &["+6221*"], &["192.0.2.3:5060"]),
    ]);
    for (number, ways) in [
        (
            "+6281",
            &[
                "+6281@home.example at 192.0.2.1:5060",
                "+6281@home.example at 192.0.2.2:5060",
                "+6281@all.example at 192.0.2.9:5060",
            ][..],
        ),
        ("+1415", &["+1415@all.example at 192.0.2.9:5060"]),
        ("evil@x", &[]),
    ] {
        let mut fresh = Stage::new(vec![
            settings("all", &["*"], &["192.0.2.9:5060"]),
            settings("home", &["+62*"], &[FIRST, SECOND]),
        ]);
        let expected: Vec<String> = ways.iter().map(|way| format!("sip:{way}")).collect();
        assert_eq!(fresh.targets(number), expected, "{number}");
    }
    assert_eq!(stage.targets("+6221")[0], "sip:+6221@city.example at 192.0.2.3:5060");
    let way = stage.trunks.begin(stage.now, "evil").expect_err("no number");
    assert_eq!(way, Unavailable::NoTrunk);
}

#[test]
fn a_trunk_that_is_asked_for_comes_first_with_all_its_addresses() {
    let lines = || {
        vec![
            settings("home", &["+62*"], &["192.0.2.9:5060"]),
            settings("all", &["*"], &[FIRST, SECOND]),
            settings("abroad", &["+1*"], &["192.0.2.3:5060"]),
        ]
    };
    for (by, first) in
        [(None, "home"), (Some("all"), "all"), (Some("abroad"), "home"), (Some("gone"), "home")]
    {
        let mut stage = Stage::new(lines());
        let way = stage.trunks.begin_by(stage.now, "+6281", by).expect("a way");
        assert_eq!(way.target, format!("sip:+6281@{first}.example"), "{by:?}");
        let next = stage.trunks.next(stage.now, &way).expect("another way");
        assert_eq!(next.target, "sip:+6281@all.example", "{by:?}");
    }
}

#[test]
fn a_failed_address_is_left_alone_for_a_while() {
    let mut stage = Stage::new(vec![settings("home", &["*"], &[FIRST, SECOND])]);
    let first = stage.trunks.begin(stage.now, "100").expect("a way");
    let second = stage.trunks.next(stage.now, &first).expect("another way");
    assert_eq!((first.address, second.address), (at(FIRST), at(SECOND)));
    stage.trunks.end_out(second.trunk);
    let again = stage.trunks.begin(stage.now, "100").expect("a way");
    assert_eq!(again.address, at(SECOND), "the first is left alone");
    let later = stage.now + Duration::from_mins(1);
    let again = stage.trunks.begin(later, "100").expect("a way");
    assert_eq!(again.address, at(FIRST), "and then tried again");
    stage.take();
    assert_eq!(stage.changes, [TrunkChange::Down { address: at(FIRST) }]);
}

#[test]
fn calls_over_a_limit_go_by_the_next_trunk_or_not_at_all() {
    let mut small = settings("small", &["+62*"], &[FIRST]);
    small.limits.outgoing = 1;
    let mut rest = settings("rest", &["*"], &[SECOND]);
    rest.limits.per_day = 1;
    let mut stage = Stage::new(vec![small, rest]);
    let one = stage.trunks.begin(stage.now, "+6281").expect("a way");
    let two = stage.trunks.begin(stage.now, "+6281").expect("a way");
    assert_eq!((one.trunk, two.trunk), (TrunkId(0), TrunkId(1)));
    assert_eq!(stage.trunks.begin(stage.now, "+6281"), Err(Unavailable::Full));
    stage.trunks.end_out(one.trunk);
    stage.trunks.end_out(two.trunk);
    assert_eq!(stage.trunks.begin(stage.now, "+1"), Err(Unavailable::Full), "one a day");
    stage.trunks.stop();
    assert_eq!(stage.trunks.begin(stage.now, "+6281"), Err(Unavailable::Draining));
}

#[test]
fn options_tell_when_an_address_goes_and_comes_back() {
    let mut settings = settings("home", &["*"], &[FIRST]);
    settings.keepalive = Some(Duration::from_secs(30));
    let mut stage = Stage::new(vec![settings]);
    for (status, change) in [
        (Some(404), None),
        (None, None),
        (Some(503), Some(TrunkChange::Down { address: at(FIRST) })),
        (None, None),
        (Some(200), Some(TrunkChange::Up { address: at(FIRST) })),
        (None, None),
    ] {
        let asked = stage.next();
        let [ask] = &asked[..] else { panic!("{asked:?}") };
        assert_eq!((ask.method, ask.to_addr), (AskMethod::Options, at(FIRST)));
        stage.answer(ask, status);
        assert_eq!(stage.changes.pop(), change, "{status:?}");
    }
}

#[test]
fn a_registration_turns_to_the_next_address_and_is_taken_back() {
    let mut settings = settings("home", &[], &[FIRST, SECOND]);
    settings.register =
        Some(Registration { user: "6221".into(), expires: Duration::from_mins(10) });
    let mut stage = Stage::new(vec![settings]);
    let asked = stage.next();
    assert_eq!((asked[0].method, asked[0].to_addr), (AskMethod::Register, at(FIRST)));
    assert_eq!((&*asked[0].target, asked[0].cseq), ("sip:home.example", 1));
    stage.answer(&asked[0], None);
    assert!(matches!(stage.changes.pop(), Some(TrunkChange::RegistrationFailed { .. })));
    let asked = stage.next();
    assert_eq!(
        (asked[0].to_addr, asked[0].cseq),
        (at(SECOND), 2),
        "another address, the same call"
    );
    stage.answer(&asked[0], Some(200));
    assert_eq!(stage.changes.pop(), Some(TrunkChange::Registered));
    stage.trunks.stop();
    let asked = stage.next();
    assert_eq!(asked[0].headers[0], ("Expires".to_owned(), "0".to_owned()));
    assert_eq!(asked[0].to_addr, at(SECOND), "where it stands");
    stage.answer(&asked[0], Some(200));
    assert_eq!(stage.trunks.poll_timeout(), None);
}

#[test]
fn calls_are_those_of_the_trunk_at_their_source() {
    let mut outgoing = settings("gateway", &["*"], &["192.0.2.7:5060"]);
    outgoing.accepts = false;
    let stage = Stage::new(vec![
        outgoing,
        settings("one", &[], &[FIRST]),
        settings("two", &[], &["192.0.2.1:5070"]),
    ]);
    for (source, trunk) in [
        (FIRST, Some(1)),
        ("192.0.2.1:5070", Some(2)),
        ("192.0.2.1:40000", Some(1)),
        ("[::ffff:192.0.2.1]:5070", Some(2)),
        ("192.0.2.7:5060", None),
        ("203.0.113.9:5060", None),
    ] {
        assert_eq!(stage.trunks.by_source(at(source)), trunk.map(TrunkId), "{source}");
    }
}
