//! Names of others: servers by SRV, the next one where one fails, and what was looked up for a redirection.

use std::collections::BTreeMap;

use super::locate::{Answer, Names, Naptr, Records, Srv};
use super::*;

/// Services and the ports of their servers on this host, the preferred one first.
#[derive(Debug, Default)]
struct Book(BTreeMap<String, Vec<u16>>);

impl Book {
    fn of<const N: usize>(service: &str, phones: [&Phone; N]) -> Arc<Self> {
        let ports = phones.iter().map(|phone| phone.address().port()).collect();
        Arc::new(Self([(service.to_owned(), ports)].into()))
    }
}

fn given<T: Send + 'static>(found: Vec<T>) -> Answer<'static, T> {
    let records = Records { found, lasts: Duration::from_secs(60) };
    Box::pin(async { records })
}

impl Names for Book {
    fn naptr<'a>(&'a self, _: &'a str) -> Answer<'a, Naptr> {
        given(Vec::new())
    }

    fn srv<'a>(&'a self, service: &'a str) -> Answer<'a, Srv> {
        let ports = self.0.get(service).cloned().unwrap_or_default();
        let target = "here.example".to_owned();
        let server = |(n, port)| Srv { priority: n, weight: 0, port, target: target.clone() };
        given((0..).zip(ports).map(server).collect())
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, IpAddr> {
        given(if host == "here.example" { vec![Ipv4Addr::LOCALHOST.into()] } else { Vec::new() })
    }

    fn draw(&self, _: u64) -> u64 {
        0
    }
}

fn node(change: impl FnOnce(&mut Settings), book: Arc<Book>) -> Node {
    let node = Node::start_as(change, |adapter| adapter.knowing(book));
    node.expect("loopback has a free port")
}

async fn refuse(phone: &Phone, status: &str) -> Message {
    let invite = phone.expect_request("INVITE").await;
    phone.answer(&invite, status, "").await;
    phone.expect_request("ACK").await;
    invite
}

#[tokio::test]
async fn the_next_server_is_called_where_one_has_no_service() {
    let (mut first, mut second) = (trunks::stranger().await, trunks::stranger().await);
    let mut node = node(|_| {}, Book::of("_sip._udp.pbx.example", [&first, &second]));
    (first.node, second.node) = (node.address, node.address);
    let leg = node.dial(2, Target::Address("sip:budi@pbx.example".into())).await;
    let invite = refuse(&first, "503 Service Unavailable").await;
    assert_eq!(invite.start_line(), "INVITE sip:budi@pbx.example SIP/2.0");
    assert!(node.is_silent());
    refuse(&second, "486 Busy Here").await;
    node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
    // Who says no for himself is not asked elsewhere.
    let leg = node.dial(4, Target::Address("sip:budi@pbx.example".into())).await;
    refuse(&first, "486 Busy Here").await;
    node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
    second.hears_nothing().await;
    let nowhere = node.dial(6, Target::Address("sip:budi@nowhere.example".into())).await;
    node.ended(nowhere, EndedBy::System, HangupCause::Unreachable).await;
}

#[tokio::test]
async fn a_trunk_has_all_the_servers_of_its_name() {
    let (mut first, mut second) = (trunks::stranger().await, trunks::stranger().await);
    let line = trunks::line_at(&["sip:telko.example"], |_| {});
    let book = Book::of("_sip._udp.telko.example", [&first, &second]);
    let mut node = node(|settings| settings.trunks = vec![line], book);
    (first.node, second.node) = (node.address, node.address);
    let number = || Target::Number("+62215550100".into());
    // The name is looked up when the node starts.
    let mut leg = node.dial(2, number()).await;
    let mut number_of_tries = 2;
    let invite = loop {
        tokio::select! {
            (ended, kind) = node.event() => {
                assert!(ended == leg && matches!(kind, EventKind::Ended { .. }), "{kind:?}");
                number_of_tries += 2;
                assert!(number_of_tries < 2_000, "the name is never found");
                leg = node.dial(number_of_tries, number()).await;
            }
            invite = first.expect_request("INVITE") => break invite,
        }
    };
    assert_eq!(invite.start_line(), "INVITE sip:+62215550100@telko.example SIP/2.0");
    first.answer(&invite, "503 Service Unavailable", "").await;
    first.expect_request("ACK").await;
    refuse(&second, "486 Busy Here").await;
    node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
    // The one that failed is left alone.
    let leg = node.dial(number_of_tries + 2, number()).await;
    refuse(&second, "404 Not Found").await;
    node.ended(leg, EndedBy::Caller, HangupCause::Unreachable).await;
    first.hears_nothing().await;
}

#[tokio::test]
async fn a_redirection_to_a_name_is_followed_where_it_may_be_called() {
    let (mut first, mut second) = (trunks::stranger().await, trunks::stranger().await);
    let book = Book::of("_sip._udp.desk.example", [&second]);
    let allow = |settings: &mut Settings| settings.redirects = vec!["sip:desk@desk.example".into()];
    let mut node = node(allow, book);
    (first.node, second.node) = (node.address, node.address);
    let at = first.address();
    let to = || Target::Address(format!("sip:budi@{at}").into());
    let leg = node.dial(2, to()).await;
    refuse(&first, "302 Moved\r\nContact: <sip:desk@desk.example;x=y>").await;
    let invite = refuse(&second, "486 Busy Here").await;
    assert_eq!(invite.start_line(), "INVITE sip:desk@desk.example SIP/2.0");
    node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
    let leg = node.dial(4, to()).await;
    refuse(&first, "302 Moved\r\nContact: <sip:fraud@desk.example>").await;
    node.ended(leg, EndedBy::Caller, HangupCause::Unreachable).await;
    second.hears_nothing().await;
}
