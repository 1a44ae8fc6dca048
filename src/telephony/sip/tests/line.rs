//! What a test phone is plugged into: a socket of any transport, framed by hand so that no code under test helps it.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::Transport;

/// A stream of whatever kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Stream for S {}

/// One end of a transport.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) transport: Transport,
    pub(super) here: SocketAddr,
    end: End,
}

#[derive(Debug)]
enum End {
    Datagrams(UdpSocket),
    Stream(Mutex<Box<dyn Stream>>),
    Web(Box<Mutex<WebSocketStream<Box<dyn Stream>>>>),
}

impl Line {
    /// A line to the node; `tls` says whom to believe, where the transport asks for it.
    pub(super) async fn to(
        transport: Transport,
        node: SocketAddr,
        tls: Option<Arc<ClientConfig>>,
    ) -> Self {
        if transport == Transport::Udp {
            let socket = UdpSocket::bind(SocketAddr::new(node.ip(), 0)).await.expect("a free port");
            let here = socket.local_addr().expect("is bound");
            return Self { transport, here, end: End::Datagrams(socket) };
        }
        let stream = TcpStream::connect(node).await.expect("the node accepts");
        let here = stream.local_addr().expect("is bound");
        let stream: Box<dyn Stream> = match tls {
            None => Box::new(stream),
            Some(tls) => {
                let name = ServerName::try_from("localhost").expect("a name");
                Box::new(
                    TlsConnector::from(tls).connect(name, stream).await.expect("TLS is agreed"),
                )
            }
        };
        if matches!(transport, Transport::Tcp | Transport::Tls) {
            return Self::over(transport, here, stream);
        }
        let mut request = format!("ws://{node}/").into_client_request().expect("a request");
        request.headers_mut().insert("Sec-WebSocket-Protocol", "sip".parse().expect("a value"));
        let (socket, answer) = client_async(request, stream).await.expect("the node agrees");
        assert_eq!(answer.headers()["Sec-WebSocket-Protocol"], "sip", "RFC 7118 §4.1");
        Self { transport, here, end: End::Web(Box::new(Mutex::new(socket))) }
    }

    /// A line over a stream that exists.
    pub(super) fn over(transport: Transport, here: SocketAddr, stream: Box<dyn Stream>) -> Self {
        Self { transport, here, end: End::Stream(Mutex::new(stream)) }
    }

    /// Sends text to the node.
    pub(super) async fn send(&self, node: SocketAddr, text: &str) {
        match &self.end {
            End::Datagrams(socket) => {
                socket.send_to(text.as_bytes(), node).await.expect("loopback takes it");
            }
            End::Stream(stream) => {
                let mut stream = stream.lock().await;
                stream.write_all(text.as_bytes()).await.expect("the node reads");
                stream.flush().await.expect("the node reads");
            }
            End::Web(socket) => {
                let mut socket = socket.lock().await;
                socket.send(Message::Text(text.into())).await.expect("the node reads");
            }
        }
    }

    /// Sends whatever bytes on a stream.
    pub(super) async fn put(&self, bytes: &[u8]) {
        let End::Stream(stream) = &self.end else { panic!("no stream") };
        stream.lock().await.write_all(bytes).await.expect("the node reads");
    }

    /// The next message, whatever it is; `None` at the end of a connection.
    pub(super) async fn receive(&self) -> Option<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match &self.end {
            End::Datagrams(socket) => {
                let mut buffer = vec![0; 65_536];
                let (length, _) = socket.recv_from(&mut buffer).await.expect("loopback gives it");
                Some(text(&buffer[..length]))
            }
            End::Stream(stream) => {
                read_message(&mut **stream.lock().await).await.map(|bytes| text(&bytes))
            }
            End::Web(socket) => loop {
                match socket.lock().await.next().await {
                    Some(Ok(Message::Text(message))) => return Some(message.to_string()),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(other)) => {
                        assert!(matches!(other, Message::Close(_)), "{other:?}");
                        return None;
                    }
                    Some(Err(_)) | None => return None,
                }
            },
        }
    }
}

/// Reads one message, or one line end that stands alone.
async fn read_message(stream: &mut dyn Stream) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    while !message.ends_with(b"\r\n\r\n") {
        message.push(stream.read_u8().await.ok()?);
        if message == b"\r\n" {
            return Some(message);
        }
    }
    let head = String::from_utf8_lossy(&message).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let length: usize = length.expect("a length").trim().parse().expect("a number");
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    message.extend_from_slice(&body);
    Some(message)
}
