//! Calls and registrations over every transport, and what connections may and may not do.

use std::fs;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::line::Line;
use super::pki::Authority;
use super::*;

/// A node with a socket of each transport on loopback.
fn office(authority: &Authority, change: impl FnOnce(&mut Settings)) -> Node {
    let pair = authority.issue("node", &["localhost", "127.0.0.1"]);
    Node::start(|settings| {
        let here = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
        settings.listen = Transport::ALL.map(|transport| Socket::new(transport, here)).to_vec();
        settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
        settings.tls = Some(TlsFiles {
            certificate: pair.certificate,
            key: pair.key,
            client_ca: None,
            server_ca: Some(authority.file()),
        });
        change(settings);
    })
}

impl Node {
    fn at(&self, transport: Transport) -> SocketAddr {
        let found = self.sockets.iter().find(|socket| socket.transport == transport);
        found.expect("it listens").address
    }

    /// A phone that reaches the node by a transport.
    async fn phone(&self, authority: &Authority, transport: Transport) -> Phone {
        let node = self.at(transport);
        let tls = transport.is_secure().then(|| authority.client(None));
        Phone::on(Line::to(transport, node, tls).await, "201", node).await
    }
}

#[tokio::test]
async fn a_call_goes_over_every_transport() {
    let authority = Authority::new();
    let mut node = office(&authority, |_| {});
    for transport in Transport::ALL {
        let mut phone = node.phone(&authority, transport).await;
        let (leg, answer) = node.answered(&mut phone).await;
        let name = transport.to_string().to_uppercase();
        assert!(answer.header("Via").starts_with(&format!("SIP/2.0/{name} ")), "{}", answer.text);
        let parameter = match transport {
            Transport::Udp => String::new(),
            Transport::Wss => ";transport=ws".to_owned(),
            Transport::Tcp | Transport::Tls | Transport::Ws => format!(";transport={transport}"),
        };
        let contact = format!("<sip:{}{parameter}>", node.at(transport));
        assert_eq!(answer.header("Contact"), contact);
        node.order(leg, CommandKind::Hangup(HangupCause::Normal)).await;
        let bye = phone.expect_request("BYE").await;
        assert!(bye.header("Via").starts_with(&format!("SIP/2.0/{name} ")), "{}", bye.text);
        phone.answer(&bye, "200 OK", "").await;
        node.ended(leg, EndedBy::System, HangupCause::Normal).await;
    }
}

#[tokio::test]
async fn a_registered_phone_is_called_over_its_connection_and_is_gone_with_it() {
    let authority = Authority::new();
    let mut node = office(&authority, |_| {});
    for transport in [Transport::Tcp, Transport::Tls, Transport::Ws, Transport::Wss] {
        let mut phone = node.phone(&authority, transport).await;
        assert_eq!(phone.register("rahasia-201", 600).await.status(), 200);
        let reachable = Report::Endpoint { user: "201".into(), reachable: true };
        assert_eq!(node.report().await, reachable, "{transport}");
        let leg = node.dial(2, Target::User("201".into())).await;
        let invite = phone.expect_request("INVITE").await;
        let told = invite.header("User-to-User");
        assert_eq!(told.contains(&hex("phone=")), transport.is_secure(), "{transport}: {told}");
        phone.answer(&invite, "200 OK", &phone.sdp_with_keys()).await;
        phone.expect_request("ACK").await;
        assert_eq!(node.event().await, (leg, EventKind::Answered));
        node.order(leg, CommandKind::Hangup(HangupCause::Normal)).await;
        let bye = phone.expect_request("BYE").await;
        phone.answer(&bye, "200 OK", "").await;
        node.ended(leg, EndedBy::System, HangupCause::Normal).await;
        drop(phone);
        let gone = Report::Endpoint { user: "201".into(), reachable: false };
        assert_eq!(node.report().await, gone, "{transport}");
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn two_sockets_of_one_address_are_told_apart_by_their_transport() {
    let authority = Authority::new();
    let mut node = office(&authority, |settings| {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let here = free.local_addr().expect("is bound");
        settings.listen =
            vec![Socket::new(Transport::Udp, here), Socket::new(Transport::Tcp, here)];
    });
    assert_eq!(node.at(Transport::Udp), node.at(Transport::Tcp));
    for transport in [Transport::Tcp, Transport::Udp, Transport::Tcp] {
        let mut phone = node.phone(&authority, transport).await;
        let (leg, _) = node.answered(&mut phone).await;
        phone.within("BYE", "", "").await;
        phone.expect(200).await;
        node.ended(leg, EndedBy::Caller, HangupCause::Normal).await;
    }
}

#[tokio::test]
async fn an_address_is_called_over_tcp_and_tls_if_its_certificate_bears_the_name() {
    let authority = Authority::new();
    let mut node = office(&authority, |_| {});
    for (number, names, reached) in
        [(2, None, true), (4, Some(["127.0.0.1"]), true), (6, Some(["other.example"]), false)]
    {
        let desk = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let here = desk.local_addr().expect("is bound");
        let uri = match names {
            None => format!("sip:desk@{here};transport=tcp"),
            Some(_) => format!("sips:desk@{here}"),
        };
        let leg = node.dial(number, Target::Address(uri.as_str().into())).await;
        let (stream, far) = desk.accept().await.expect("the node connects");
        let tls = names.map(|names| TlsAcceptor::from(authority.issue("desk", &names).server()));
        let line = match tls {
            None => Line::over(Transport::Tcp, here, Box::new(stream)),
            Some(tls) => match tls.accept(stream).await {
                Ok(stream) => Line::over(Transport::Tls, here, Box::new(stream)),
                Err(_) => {
                    assert!(!reached, "{uri}");
                    node.ended(leg, EndedBy::System, HangupCause::Unreachable).await;
                    continue;
                }
            },
        };
        if !reached {
            // TLS 1.3: the client says only after the handshake that it does not believe us.
            node.ended(leg, EndedBy::System, HangupCause::Unreachable).await;
            continue;
        }
        let phone = Phone::on(line, "desk", far).await;
        let invite = phone.expect_request("INVITE").await;
        assert!(invite.start_line().contains(&uri), "{}", invite.text);
        let scheme = uri.split(':').next().expect("a scheme");
        assert!(invite.header("Contact").starts_with(&format!("<{scheme}:")), "{}", invite.text);
        phone.answer(&invite, "486 Busy Here", "").await;
        phone.expect_request("ACK").await;
        node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
    }
}

#[tokio::test]
async fn nobody_there_ends_a_call_at_once() {
    let authority = Authority::new();
    let mut node = office(&authority, |_| {});
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nobody = closed.local_addr().expect("is bound");
    drop(closed);
    let uri = format!("sip:desk@{nobody};transport=tcp");
    let leg = node.dial(2, Target::Address(uri.as_str().into())).await;
    node.ended(leg, EndedBy::System, HangupCause::Unreachable).await;
}

#[tokio::test]
async fn keepalives_are_answered_and_hold_nothing_open() {
    let authority = Authority::new();
    let mut node =
        office(&authority, |settings| settings.quiet_limit = Duration::from_millis(1_500));
    for transport in [Transport::Tcp, Transport::Tls, Transport::Ws] {
        let phone = node.phone(&authority, transport).await;
        for _ in 0..3 {
            phone.send("\r\n\r\n").await;
            assert_eq!(phone.receive().await.text, "\r\n", "{transport}");
        }
        phone.cut_off().await;
    }
    assert!(node.is_silent());
}

#[tokio::test]
async fn what_serves_a_call_or_a_registration_may_be_silent() {
    let authority = Authority::new();
    let mut node = office(&authority, |settings| settings.quiet_limit = Duration::from_millis(200));
    let mut caller = node.phone(&authority, Transport::Tcp).await;
    let (leg, _) = node.answered(&mut caller).await;
    let mut agent = node.phone(&authority, Transport::Ws).await;
    assert_eq!(agent.register("rahasia-201", 600).await.status(), 200);
    node.report().await;
    // As long as it takes to close four connections that serve nothing, one after the other.
    for _ in 0..4 {
        node.phone(&authority, Transport::Tcp).await.cut_off().await;
    }
    caller.within("BYE", "", "").await;
    caller.expect(200).await;
    node.ended(leg, EndedBy::Caller, HangupCause::Normal).await;
    agent.outside("OPTIONS", "").await;
    agent.expect(200).await;
    caller.cut_off().await;
}

#[tokio::test]
async fn a_connection_that_is_gone_in_mid_invite_hurts_nobody() {
    let authority = Authority::new();
    let mut node = office(&authority, |_| {});
    let mut steady = node.phone(&authority, Transport::Udp).await;
    let (talking, _) = node.answered(&mut steady).await;
    for part in [1, 20, 200] {
        let phone = node.phone(&authority, Transport::Tcp).await;
        let text =
            "INVITE sip:100@sambung SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKx\r\n";
        phone.send(text.get(..part).unwrap_or(text)).await;
    }
    // A whole one, whose sender does not wait for the answer.
    let mut hasty = node.phone(&authority, Transport::Tcp).await;
    let sdp = hasty.sdp_with_keys();
    hasty.invite("100", "", &sdp).await;
    let (leg, _) = node.event().await;
    drop(hasty);
    node.order(leg, CommandKind::Accept(Answering::Answer)).await;
    node.order(leg, CommandKind::Hangup(HangupCause::Normal)).await;
    node.ended(leg, EndedBy::System, HangupCause::Normal).await;
    steady.within("BYE", "", "").await;
    steady.expect(200).await;
    node.ended(talking, EndedBy::Caller, HangupCause::Normal).await;
}

#[tokio::test]
async fn rubbish_on_a_connection_ends_that_connection_alone() {
    let authority = Authority::new();
    let mut node = office(&authority, |_| {});
    let mut steady = node.phone(&authority, Transport::Tcp).await;
    let (talking, _) = node.answered(&mut steady).await;
    for (transport, rubbish) in [
        (Transport::Tcp, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n".to_owned()),
        (Transport::Tcp, "x".repeat(70_000)),
        (Transport::Ws, "x".repeat(70_000)),
    ] {
        let stranger = node.phone(&authority, transport).await;
        stranger.send(&rubbish).await;
        stranger.cut_off().await;
    }
    // A length that cannot be is answered before the end.
    let liar = node.phone(&authority, Transport::Tcp).await;
    liar.send(
        "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKl\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:a@b>\r\nCall-ID: liar\r\nCSeq: 1 OPTIONS\r\nContent-Length: -1\r\n\r\n",
    )
    .await;
    assert_eq!(liar.receive().await.status(), 400);
    liar.cut_off().await;
    steady.within("BYE", "", "").await;
    steady.expect(200).await;
    node.ended(talking, EndedBy::Caller, HangupCause::Normal).await;
}

#[tokio::test]
async fn connections_that_only_wait_keep_nobody_out() {
    let authority = Authority::new();
    let mut node = office(&authority, |settings| {
        settings.quiet_limit = Duration::from_secs(2);
        settings.connections =
            ConnectionLimits { total: 40, per_source: 30, unproven_per_source: 20 };
    });
    let address = node.at(Transport::Tcp);
    let mut idle = Vec::new();
    for number in 0..60_u8 {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        let from = format!("127.0.0.{}:0", 2 + number % 4).parse().expect("an address");
        socket.bind(from).expect("loopback is ours");
        idle.push(socket.connect(address).await.expect("it is accepted"));
    }
    let (udp, tcp) = (Transport::Udp, Transport::Tcp);
    for transport in [udp, tcp, tcp] {
        let mut phone = node.phone(&authority, transport).await;
        let (leg, _) = node.answered(&mut phone).await;
        phone.within("BYE", "", "").await;
        phone.expect(200).await;
        node.ended(leg, EndedBy::Caller, HangupCause::Normal).await;
    }
    for mut stream in idle {
        let mut byte = [0];
        let end = timeout(PATIENCE, stream.read(&mut byte)).await.expect("it is closed");
        assert!(matches!(end, Ok(0) | Err(_)));
    }
}

#[tokio::test]
async fn a_far_side_that_takes_nothing_is_given_up() {
    let authority = Authority::new();
    let mut node = office(&authority, |_| {});
    let mut stream = TcpStream::connect(node.at(Transport::Tcp)).await.expect("it is accepted");
    let options = "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK$\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:a@b>\r\nCall-ID: greedy\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
    // It asks without end and never reads what it is told.
    let asking = async {
        for number in 0_u64.. {
            let text = options.replace('$', &number.to_string());
            if stream.write_all(text.as_bytes()).await.is_err() {
                return;
            }
        }
    };
    timeout(std::time::Duration::from_secs(20), asking).await.expect("it is cut off");
    let mut phone = node.phone(&authority, Transport::Tcp).await;
    let (leg, _) = node.answered(&mut phone).await;
    phone.within("BYE", "", "").await;
    phone.expect(200).await;
    node.ended(leg, EndedBy::Caller, HangupCause::Normal).await;
}

#[tokio::test]
async fn only_clients_that_are_vouched_for_come_in_where_that_is_asked() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let mut node = office(&authority, |settings| {
        let tls = settings.tls.as_mut().expect("is set");
        tls.client_ca = Some(authority.file());
    });
    let address = node.at(Transport::Tls);
    let own = authority.issue("phone", &["201.example"]);
    let theirs = stranger.issue("phone", &["201.example"]);
    for pair in [None, Some(&theirs)] {
        let line = Line::to(Transport::Tls, address, Some(authority.client(pair))).await;
        let phone = Phone::on(line, "201", address).await;
        phone.cut_off().await;
    }
    let line = Line::to(Transport::Tls, address, Some(authority.client(Some(&own)))).await;
    let mut phone = Phone::on(line, "201", address).await;
    let (leg, _) = node.answered(&mut phone).await;
    phone.within("BYE", "", "").await;
    phone.expect(200).await;
    node.ended(leg, EndedBy::Caller, HangupCause::Normal).await;
}

#[tokio::test]
async fn a_new_certificate_is_used_without_a_restart_and_a_broken_one_is_not() {
    let authority = Authority::new();
    let node = office(&authority, |settings| settings.look_every = Duration::from_millis(50));
    let mut before = node.phone(&authority, Transport::Tls).await;
    let address = node.at(Transport::Tls);
    let serial = || async {
        let stream = TcpStream::connect(address).await.expect("it is accepted");
        let name = "localhost".try_into().expect("a name");
        let connector = tokio_rustls::TlsConnector::from(authority.client(None));
        let stream = connector.connect(name, stream).await.expect("TLS is agreed");
        stream.get_ref().1.peer_certificates().expect("it showed one")[0].to_vec()
    };
    let old = serial().await;
    let pair = authority.issue("next", &["localhost"]);
    let node_file = authority.file().with_file_name("node.pem");
    fs::write(&node_file, "no certificate").expect("is written");
    for _ in 0..50 {
        assert_eq!(serial().await, old, "what cannot be used changes nothing");
    }
    fs::copy(&pair.key, authority.file().with_file_name("node.key")).expect("is copied");
    fs::copy(&pair.certificate, &node_file).expect("is copied");
    let changed = async {
        while serial().await == old {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, changed).await.expect("the new one is shown");
    before.outside("OPTIONS", "").await;
    before.expect(200).await;
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_told_with_its_file() {
    let authority = Authority::new();
    let other = authority.issue("other", &["localhost"]);
    let good = authority.issue("good", &["localhost"]);
    let empty = authority.file().with_file_name("empty.pem");
    fs::write(&empty, "").expect("is written");
    for (name, certificate, key, client_ca, expected) in [
        ("missing", "missing.pem".into(), good.key.clone(), None, "read missing.pem: No such file"),
        ("no key", good.certificate.clone(), "no.key".into(), None, "read no.key: No such file"),
        ("empty", empty.clone(), good.key.clone(), None, "empty.pem holds no certificate"),
        (
            "swapped",
            good.key.clone(),
            good.certificate.clone(),
            None,
            "good.key holds no certificate",
        ),
        (
            "a certificate as key",
            good.certificate.clone(),
            good.certificate.clone(),
            None,
            "good.pem holds no private key",
        ),
        ("another's key", good.certificate.clone(), other.key.clone(), None, "good.pem with"),
        (
            "no authority",
            good.certificate.clone(),
            good.key.clone(),
            Some(empty.clone()),
            "empty.pem holds no certificate",
        ),
    ] {
        let files = TlsFiles { certificate, key, client_ca, server_ca: None };
        let started = Node::try_start(|settings| {
            let here = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
            settings.listen = vec![Socket::new(Transport::Tls, here)];
            settings.tls = Some(files);
        });
        let error = started.err().expect(name);
        let mut told = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(next) = cause {
            told = format!("{told}: {next}");
            cause = next.source();
        }
        assert!(told.starts_with("start tls:127.0.0.1:0: "), "{name}: {told}");
        assert!(told.contains(expected), "{name}: {told}");
    }
}

#[tokio::test]
async fn a_websocket_without_the_subprotocol_is_refused() {
    let authority = Authority::new();
    let node = office(&authority, |_| {});
    let address = node.at(Transport::Ws);
    for (extra, status) in [
        ("", "400"),
        ("Sec-WebSocket-Protocol: chat\r\n", "400"),
        ("Sec-WebSocket-Protocol: chat, SIP\r\n", "101"),
    ] {
        let mut stream = TcpStream::connect(address).await.expect("it is accepted");
        let request = format!(
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extra}\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.expect("it answers");
        assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"), "{extra}");
    }
}

#[tokio::test]
async fn a_call_over_tcp_and_ipv6_is_answered_with_ipv6() {
    let mut node = Node::start(|settings| {
        let here = SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), 0);
        settings.listen = vec![Socket::new(Transport::Tcp, here)];
        settings.allow = vec![Network::new(Ipv6Addr::LOCALHOST.into(), 128)];
        settings.rtp.bind = Ipv6Addr::LOCALHOST.into();
    });
    let address = SocketAddr::new(Ipv6Addr::LOCALHOST.into(), node.address.port());
    let line = Line::to(Transport::Tcp, address, None).await;
    let mut phone = Phone::on(line, "201", address).await;
    let (_, answer) = node.answered(&mut phone).await;
    assert_eq!(answer.header("Contact"), format!("<sip:{address};transport=tcp>"));
    assert!(answer.body().contains("c=IN IP6 ::1\r\n"), "{}", answer.text);
}
