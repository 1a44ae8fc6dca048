//! WebSockets at the door, with a client of the same crate.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::handshake::client::{Request, generate_key};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::door::{Door, Stream};
use super::{Bound, Heard, Order, Plug};
use crate::telephony::remote::settings::{Certificate, Token, WebSocket};
use crate::telephony::remote::wire::MAX_LINE;

const TOKEN: &str = "kopi-tubruk-pagi-hari";

fn settings() -> WebSocket {
    WebSocket {
        listen: "127.0.0.1:0".parse().expect("an address"),
        token: Token::new(TOKEN),
        origins: vec!["https://desk.example".into()],
        tls: None,
    }
}

/// A door that is open, and where.
fn open(settings: &WebSocket) -> (SocketAddr, Plug) {
    let door = Door::bind(settings).expect("it is free");
    let address = door.address();
    (address, Bound::WebSocket(door).start("far"))
}

fn request(address: SocketAddr, headers: &[(&str, &str)]) -> Request {
    let mut request = Request::builder()
        .uri(format!("ws://{address}/"))
        .header("Host", address.to_string())
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", generate_key());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).expect("a request")
}

/// Knocks; the status where it is refused.
async fn knock(
    address: SocketAddr,
    headers: &[(&str, &str)],
) -> Result<WebSocketStream<TcpStream>, u16> {
    let tcp = TcpStream::connect(address).await.expect("it listens");
    match client_async(request(address, headers), tcp).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn only_who_shows_the_token_comes_in_and_pages_only_from_a_named_origin() {
    let (address, plug) = open(&settings());
    let (right, wrong) = (bearer(TOKEN), bearer("kopi-tubruk-malam"));
    let basic = format!("Basic {TOKEN}");
    for (headers, status) in [
        (vec![], 401),
        (vec![("Authorization", &*wrong)], 401),
        (vec![("Authorization", &*basic)], 401),
        (vec![("Authorization", "Bearer ")], 401),
        (vec![("Authorization", &*right), ("Origin", "https://elsewhere.example")], 403),
        (vec![("Authorization", &*right), ("Origin", "null")], 403),
    ] {
        assert_eq!(knock(address, &headers).await.err(), Some(status), "{headers:?}");
    }
    for origin in [None, Some("https://desk.example")] {
        let mut headers = vec![("Authorization", &*right)];
        headers.extend(origin.map(|origin| ("Origin", origin)));
        assert!(knock(address, &headers).await.is_ok(), "{origin:?}");
    }
    plug.end().await;
}

/// The next thing that a transport heard.
async fn heard(plug: &mut Plug) -> Heard {
    let limit = std::time::Duration::from_secs(10);
    tokio::time::timeout(limit, plug.heard.recv()).await.expect("in time").expect("it lives")
}

#[tokio::test]
async fn lines_pass_both_ways_and_the_newer_connection_wins() {
    let (address, mut plug) = open(&settings());
    let token = bearer(TOKEN);
    let headers = [("Authorization", &*token)];
    let mut first = knock(address, &headers).await.expect("let in");
    assert!(matches!(heard(&mut plug).await, Heard::Opened(1)));
    first.send(Message::text("{\"one\":1}")).await.expect("sent");
    assert!(matches!(heard(&mut plug).await, Heard::Line(1, line) if line == b"{\"one\":1}"));
    plug.orders.send(Order::Line(1, "{\"two\":2}".to_owned())).await.expect("taken");
    assert_eq!(first.next().await.expect("open").expect("read"), Message::text("{\"two\":2}"));

    let mut second = knock(address, &headers).await.expect("let in");
    assert!(matches!(heard(&mut plug).await, Heard::Closed(1, why) if why.contains("its place")));
    assert!(matches!(heard(&mut plug).await, Heard::Opened(2)));
    let last = first.next().await;
    assert!(matches!(last, None | Some(Ok(Message::Close(_)) | Err(_))), "{last:?}");
    // What is still for the first one reaches nobody.
    plug.orders.send(Order::Line(1, "late".to_owned())).await.expect("taken");
    plug.orders.send(Order::Line(2, "now".to_owned())).await.expect("taken");
    assert_eq!(second.next().await.expect("open").expect("read"), Message::text("now"));
    plug.end().await;
}

#[tokio::test]
async fn what_is_too_long_closes_the_connection() {
    let token = bearer(TOKEN);
    for (length, closes) in [(MAX_LINE, false), (MAX_LINE + 1, true)] {
        let (address, mut plug) = open(&settings());
        let mut socket = knock(address, &[("Authorization", &*token)]).await.expect("let in");
        assert!(matches!(heard(&mut plug).await, Heard::Opened(1)));
        socket.send(Message::text("x".repeat(length))).await.expect("sent");
        match heard(&mut plug).await {
            Heard::Line(1, line) => assert!(!closes && line.len() == length),
            Heard::Closed(1, why) => assert!(closes, "{why}"),
            other => panic!("{other:?}"),
        }
        plug.end().await;
    }
}

#[tokio::test]
async fn beyond_this_machine_there_is_a_certificate_or_no_start() {
    let everywhere = WebSocket { listen: "0.0.0.0:0".parse().expect("an address"), ..settings() };
    let error = Door::bind(&everywhere).expect_err("refused");
    assert!(std::error::Error::source(&error).expect("why").to_string().contains("in clear"));

    let folder = tempfile::tempdir().expect("a folder");
    let tls = Certificate {
        certificate: folder.path().join("cert.pem"),
        key: folder.path().join("key.pem"),
    };
    let secure = WebSocket { tls: Some(tls.clone()), ..everywhere };
    assert!(Door::bind(&secure).is_err(), "there are no files yet");
    let key = rcgen::KeyPair::generate().expect("a key");
    let parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("a name");
    let certificate = parameters.self_signed(&key).expect("signed");
    std::fs::write(&tls.certificate, certificate.pem()).expect("written");
    std::fs::write(&tls.key, key.serialize_pem()).expect("written");
    let (address, mut plug) = open(&secure);
    let address = SocketAddr::from(([127, 0, 0, 1], address.port()));

    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).expect("an authority");
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = TcpStream::connect(address).await.expect("it listens");
    let name = ServerName::try_from("localhost").expect("a name");
    let tls = TlsConnector::from(Arc::new(client)).connect(name, tcp).await.expect("believed");
    let tls: Box<dyn Stream> = Box::new(tls);
    let token = bearer(TOKEN);
    let asked = request(address, &[("Authorization", &*token)]);
    let (mut socket, _) = client_async(asked, tls).await.expect("let in");
    assert!(matches!(heard(&mut plug).await, Heard::Opened(1)));
    socket.send(Message::text("{}")).await.expect("sent");
    assert!(matches!(heard(&mut plug).await, Heard::Line(1, line) if line == b"{}"));
    plug.end().await;
}
