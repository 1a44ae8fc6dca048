//! Binding, renewing, removing, expiring, and who may do it.

use super::*;
use crate::sip::RequestId;

const CONTACT: &str = "sip:201@192.0.2.9:5061";

fn registrar() -> Registrar {
    Registrar::new(RegistrarSettings::default())
}

fn at(seconds: u64) -> Instant {
    Instant::from_micros(seconds * 1_000_000)
}

fn request(contacts: Contacts, cseq: u32) -> RegisterRequest {
    RegisterRequest {
        request: RequestId(1),
        from: "192.0.2.9:5061".parse().expect("an address"),
        local: "192.0.2.1:5060".parse().expect("an address"),
        transport: Transport::Udp,
        to_user: "201".to_owned(),
        from_user: "201".to_owned(),
        request_uri: "sip:sambung".to_owned(),
        contacts,
        path: vec!["<sip:edge.example;lr>".to_owned()],
        expires: None,
        authorization: None,
        call_id: "one".to_owned(),
        cseq,
        user_agent: None,
    }
}

fn fetch() -> Contacts {
    Contacts::Some(Vec::new())
}

fn contact(uri: &str, expires: Option<u32>) -> Contact {
    Contact { uri: uri.to_owned(), expires, preference: 1_000 }
}

fn listed(uri: &str, expires: u32) -> Contacts {
    Contacts::Some(vec![contact(uri, Some(expires))])
}

fn bound(contacts: &[(&str, u64)]) -> RegistrationAnswer {
    RegistrationAnswer::Bound(
        contacts.iter().map(|(contact, left)| ((*contact).into(), *left)).collect(),
    )
}

fn changes(registrar: &mut Registrar) -> Vec<Change> {
    std::iter::from_fn(|| registrar.poll_change()).collect()
}

fn reachable() -> Vec<Change> {
    vec![Change::Reachable("201".into())]
}

fn unreachable() -> Vec<Change> {
    vec![Change::Unreachable("201".into())]
}

#[test]
fn a_user_is_reachable_from_first_binding_to_expiry() {
    let mut registrar = registrar();
    assert_eq!(
        registrar.register(at(0), "201", &request(listed(CONTACT, 60), 1)),
        bound(&[(CONTACT, 60)])
    );
    assert_eq!(changes(&mut registrar), reachable());
    assert_eq!(registrar.poll_timeout(), Some(at(60)));
    assert_eq!(
        registrar.register(at(40), "201", &request(listed(CONTACT, 60), 2)),
        bound(&[(CONTACT, 60)])
    );
    registrar.handle_timeout(at(60));
    assert!(changes(&mut registrar).is_empty(), "renewed in time");
    assert_eq!(registrar.bindings("201").first().map(|binding| &*binding.contact), Some(CONTACT));
    registrar.handle_timeout(at(100));
    assert_eq!(changes(&mut registrar), unreachable());
    assert_eq!((registrar.bindings("201").first(), registrar.poll_timeout()), (None, None));
}

#[test]
fn times_are_granted_within_the_limits() {
    let too_brief = RegistrationAnswer::TooBrief { min_expires: 30 };
    for (name, header, parameter, expected) in [
        ("none asked", None, None, bound(&[(CONTACT, 300)])),
        ("by header", Some(120), None, bound(&[(CONTACT, 120)])),
        ("the contact's own goes first", Some(120), Some(90), bound(&[(CONTACT, 90)])),
        ("too long", Some(u32::MAX), None, bound(&[(CONTACT, 3_600)])),
        ("too brief", Some(29), None, too_brief),
        ("removed", Some(0), None, bound(&[])),
    ] {
        let contacts = Contacts::Some(vec![contact(CONTACT, parameter)]);
        let request = RegisterRequest { expires: header, ..request(contacts, 1) };
        assert_eq!(registrar().register(at(0), "201", &request), expected, "{name}");
    }
}

#[test]
fn a_request_may_ask_and_may_remove_everything() {
    let mut registrar = registrar();
    registrar.register(at(0), "201", &request(listed("sip:a", 60), 1));
    registrar.register(at(1), "201", &request(listed("sip:b", 60), 2));
    assert_eq!(
        registrar.register(at(2), "201", &request(fetch(), 3)),
        bound(&[("sip:b", 59), ("sip:a", 58)])
    );
    let all = |expires, sequence| RegisterRequest { expires, ..request(Contacts::All, sequence) };
    assert_eq!(registrar.register(at(3), "201", &all(None, 4)), RegistrationAnswer::BadRequest);
    assert_eq!(registrar.register(at(3), "201", &all(Some(0), 2)), RegistrationAnswer::OutOfOrder);
    let both = RegisterRequest { contacts: Contacts::Contradictory, ..all(Some(0), 4) };
    assert_eq!(registrar.register(at(3), "201", &both), RegistrationAnswer::BadRequest);
    assert_eq!(registrar.bindings("201").first().map(|binding| &*binding.contact), Some("sip:b"));
    assert_eq!(registrar.register(at(3), "201", &all(Some(0), 4)), bound(&[]));
    assert_eq!(changes(&mut registrar), [reachable(), unreachable()].concat());
}

#[test]
fn an_old_request_changes_nothing_unless_the_phone_began_anew() {
    let mut registrar = registrar();
    registrar.register(at(0), "201", &request(listed(CONTACT, 60), 7));
    assert_eq!(
        registrar.register(at(1), "201", &request(listed(CONTACT, 0), 7)),
        RegistrationAnswer::OutOfOrder
    );
    let two = Contacts::Some(vec![contact("sip:other", Some(60)), contact(CONTACT, Some(60))]);
    assert_eq!(registrar.register(at(1), "201", &request(two, 6)), RegistrationAnswer::OutOfOrder);
    assert_eq!(registrar.register(at(1), "201", &request(fetch(), 8)), bound(&[(CONTACT, 59)]));
    let anew = RegisterRequest { call_id: "two".to_owned(), ..request(listed(CONTACT, 60), 1) };
    assert_eq!(registrar.register(at(1), "201", &anew), bound(&[(CONTACT, 60)]));
}

#[test]
fn nobody_registers_for_somebody_else() {
    let mut registrar = registrar();
    for (from, to) in [("201", "202"), ("202", "201"), ("202", "202")] {
        let request = RegisterRequest {
            from_user: from.to_owned(),
            to_user: to.to_owned(),
            ..request(listed(CONTACT, 60), 1)
        };
        assert_eq!(
            registrar.register(at(0), "201", &request),
            RegistrationAnswer::Forbidden,
            "{from} {to}"
        );
    }
    assert!(changes(&mut registrar).is_empty());
}

#[test]
fn contacts_are_bounded_and_the_oldest_goes() {
    let mut registrar = registrar();
    let contacts: Vec<_> = (0..7).map(|number| format!("sip:201@192.0.2.9:{number}")).collect();
    for (second, contact) in (0..).zip(&contacts) {
        let request =
            RegisterRequest { call_id: contact.clone(), ..request(listed(contact, 60), 1) };
        registrar.register(at(second), "201", &request);
    }
    let RegistrationAnswer::Bound(kept) = registrar.register(at(7), "201", &request(fetch(), 9))
    else {
        panic!("asking is always answered");
    };
    let kept: Vec<_> = kept.iter().map(|(contact, _)| contact.to_string()).collect();
    let newest: Vec<_> = contacts.iter().rev().take(5).cloned().collect();
    assert_eq!(kept, newest);
    let long = "sip:".repeat(200);
    assert_eq!(
        registrar.register(at(8), "201", &request(listed(&long, 60), 10)),
        RegistrationAnswer::BadRequest
    );
}

#[test]
fn the_way_back_is_where_the_request_came_from() {
    let mut registrar = registrar();
    let source = "203.0.113.4:34567".parse().expect("an address");
    let local = "10.0.0.1:5060".parse().expect("an address");
    let behind_nat =
        RegisterRequest { from: source, local, ..request(listed("sip:201@10.0.0.2", 60), 1) };
    registrar.register(at(0), "201", &behind_nat);
    let latest = registrar.bindings("201").first().expect("is bound");
    assert_eq!((latest.source, latest.local), (source, local));
}

#[test]
fn answers_carry_what_the_phone_must_know() {
    let headers = |answer: RegistrationAnswer| (answer.status(), answer.headers());
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let contact = field("Contact", "<sip:201@192.0.2.9:5061>;expires=60");
    assert_eq!(headers(bound(&[(CONTACT, 60)])), (200, vec![contact]));
    let brief = RegistrationAnswer::TooBrief { min_expires: 30 };
    assert_eq!(headers(brief), (423, vec![field("Min-Expires", "30")]));
    assert_eq!(headers(RegistrationAnswer::OutOfOrder), (500, vec![]));
}

#[test]
fn the_most_preferred_contacts_come_first_and_of_those_alike_the_newest() {
    let mut registrar = registrar();
    for (sequence, uri, preference) in [
        (1, "sip:201@desk", 700),
        (2, "sip:201@mobile", 300),
        (3, "sip:201@sofa", 700),
        (4, "sip:201@car", 100),
    ] {
        let contact = Contact { preference, ..contact(uri, Some(60)) };
        registrar.register(Instant::ZERO, "201", &request(Contacts::Some(vec![contact]), sequence));
    }
    let order: Vec<_> = registrar.bindings("201").iter().map(|it| &*it.contact).collect();
    assert_eq!(order, ["sip:201@sofa", "sip:201@desk", "sip:201@mobile", "sip:201@car"]);
    let rung = registrar.bindings("201").first().expect("is registered");
    assert_eq!(&*rung.path, ["<sip:edge.example;lr>".to_owned()]);
}
