//! Names that were made up, and where they lead.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::*;

/// A small DNS: names and their records.
#[derive(Debug, Default)]
struct Book {
    naptr: BTreeMap<&'static str, Vec<Naptr>>,
    srv: BTreeMap<&'static str, Vec<Srv>>,
    hosts: BTreeMap<&'static str, Vec<&'static str>>,
}

fn given<T: Clone + Send + 'static>(found: Option<&Vec<T>>, seconds: u64) -> Answer<'static, T> {
    let records = match found {
        Some(found) => Records { found: found.clone(), lasts: Duration::from_secs(seconds) },
        None => Records::default(),
    };
    Box::pin(async { records })
}

impl Names for Book {
    fn naptr<'a>(&'a self, name: &'a str) -> Answer<'a, Naptr> {
        given(self.naptr.get(name), 300)
    }

    fn srv<'a>(&'a self, service: &'a str) -> Answer<'a, Srv> {
        given(self.srv.get(service), 120)
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, IpAddr> {
        let ip = |text: &&str| text.parse::<IpAddr>().expect("an address");
        let found = self.hosts.get(host).map(|all| all.iter().map(ip).collect());
        given(found.as_ref(), 60)
    }

    fn draw(&self, _: u64) -> u64 {
        0
    }
}

fn server(priority: u16, port: u16, target: &str) -> Srv {
    Srv { priority, weight: 0, port, target: target.to_owned() }
}

fn service(order: u16, service: &str, flags: &str, replacement: &str) -> Naptr {
    let text = str::to_owned;
    let (flags, service, replacement) = (text(flags), text(service), text(replacement));
    Naptr { order, preference: 0, flags, service, replacement }
}

fn book() -> Book {
    let hosts = [
        ("plain.example", vec!["192.0.2.1", "2001:db8::1"]),
        ("many.example", vec!["192.0.2.9"; 20]),
        ("a.telko.example", vec!["192.0.2.10"]),
        ("b.telko.example", vec!["192.0.2.11", "192.0.2.12"]),
        ("telko.example", vec!["192.0.2.99"]),
        ("none.example", vec!["192.0.2.98"]),
        ("lone.example", vec!["192.0.2.97"]),
    ];
    let srv = [
        (
            "_sip._udp.telko.example",
            vec![server(20, 5062, "b.telko.example"), server(10, 5060, "a.telko.example")],
        ),
        ("_sips._tcp.telko.example", vec![server(1, 5061, "a.telko.example")]),
        ("_sip._udp.none.example", vec![server(0, 0, "")]),
        ("_sip._tcp.lone.example", vec![server(0, 5070, "a.telko.example")]),
        ("_edge.named.example", vec![server(0, 5081, "b.telko.example")]),
    ];
    let naptr = [(
        "named.example",
        vec![
            service(5, "SIP+D2W", "s", "_ws.named.example"),
            service(50, "SIP+D2U", "a", "a.telko.example"),
            service(10, "sip+d2t", "S", "_edge.named.example"),
            service(1, "E2U+sip", "u", ""),
        ],
    )];
    Book { naptr: naptr.into(), srv: srv.into(), hosts: hosts.into() }
}

fn find(name: &str, port: Option<u16>, transport: Option<Transport>) -> (Vec<String>, u64) {
    let spoken = vec![(Transport::Udp, true), (Transport::Tcp, true), (Transport::Tls, true)];
    let wanted = Wanted { name: name.into(), port, transport, spoken };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let located = runtime.expect("a runtime").block_on(locate(&book(), &wanted));
    let say = |spot: &Spot| {
        assert_eq!(spot.name.as_deref(), Some(name));
        format!("{} {}", spot.transport, spot.address)
    };
    (located.spots.iter().map(say).collect(), located.lasts.as_secs())
}

#[test]
fn names_lead_where_rfc_3263_says() {
    let udp = "udp 192.0.2.10:5060";
    for (name, port, transport, spots, lasts) in [
        ("plain.example", None, None, &["udp 192.0.2.1:5060"][..], 60),
        ("plain.example", Some(5099), None, &["udp 192.0.2.1:5099"], 60),
        ("plain.example", None, Some(Transport::Tls), &["tls 192.0.2.1:5061"], 60),
        (
            "telko.example",
            None,
            Some(Transport::Udp),
            &[udp, "udp 192.0.2.11:5062", "udp 192.0.2.12:5062"],
            60,
        ),
        ("telko.example", Some(5060), None, &["udp 192.0.2.99:5060"], 60),
        ("telko.example", None, Some(Transport::Tcp), &["tcp 192.0.2.99:5060"], 60),
        (
            "telko.example",
            None,
            None,
            &[udp, "udp 192.0.2.11:5062", "udp 192.0.2.12:5062", "tls 192.0.2.10:5061"],
            60,
        ),
        ("lone.example", None, None, &["tcp 192.0.2.10:5070"], 60),
        ("named.example", None, None, &["tcp 192.0.2.11:5081", "tcp 192.0.2.12:5081", udp], 60),
        ("none.example", None, Some(Transport::Udp), &[], 15),
        ("nowhere.example", None, None, &[], 15),
    ] {
        let expected = (spots.iter().map(|spot| (*spot).to_owned()).collect(), lasts);
        assert_eq!(find(name, port, transport), expected, "{name} {port:?} {transport:?}");
    }
    assert_eq!(find("many.example", None, None).0.len(), MAX_SPOTS);
}

#[test]
fn only_what_we_speak_is_taken() {
    let spoken = vec![(Transport::Udp, false)];
    let name: Arc<str> = "plain.example".into();
    let wanted = Wanted { name, port: None, transport: None, spoken };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let located = runtime.expect("a runtime").block_on(locate(&book(), &wanted));
    let spots: Vec<_> = located.spots.iter().map(|spot| spot.address.to_string()).collect();
    assert_eq!(spots, ["[2001:db8::1]:5060"]);
}
