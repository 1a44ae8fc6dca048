//! One connection: a task of its own that reads messages and writes what it is given, until either side ends it.
//!
//! ```text
//!          accepted ─┐                     ┌─▶ Told::Message ─▶ owner
//!                    ├─▶ TLS ─▶ WebSocket ─┤
//!  opened ─▶ TCP ────┘                     └── Bytes ◀───────── owner
//! ```
//!
//! It never decides whether it may live: when nothing whole has come for a while it asks its owner.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::framing::{Frame, Framer};
use super::websocket;
use crate::time::Duration;

/// How much is read at a time at most, and the room that is kept for it.
const READ_BYTES: usize = 4 * 1024;
/// How long the answer to a message after which nothing can be read may take.
const LAST_ANSWER: Duration = Duration::from_secs(1);
/// What answers a ping (RFC 5626 §3.5.1).
pub(super) const PONG: &[u8] = b"\r\n";

/// One connection; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ConnectionId(pub(super) u64);

/// How long a connection waits for things.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For a connection that we open.
    pub(super) connect: Duration,
    /// For TLS and the WebSocket handshake together.
    pub(super) handshake: Duration,
    /// For a message to be complete once it has begun, and until the owner is asked when none comes.
    pub(super) quiet: Duration,
    /// For the far side to take what is written.
    pub(super) write: Duration,
}

/// What a connection tells its owner. The last thing is always `Closed`.
#[derive(Debug)]
pub(super) enum Told {
    /// A message came.
    Message(Bytes),
    /// No message came for a while: is anything expected?
    Quiet,
    /// It is over.
    Closed,
}

/// How a connection comes to be.
#[derive(Debug)]
pub(super) enum Origin {
    /// A far side connected.
    Accepted(TcpStream),
    /// We connect, from this address if it is not port 0 of everywhere.
    Opened { to: SocketAddr, from: SocketAddr },
}

/// What is spoken over the bare stream.
pub(super) enum Guise {
    /// SIP as it is.
    Plain,
    /// A WebSocket.
    WebSocket,
    /// TLS, as the server.
    Tls(Arc<ServerConfig>),
    /// A WebSocket inside TLS.
    SecureWebSocket(Arc<ServerConfig>),
    /// TLS, as the client, with a server of this name.
    TlsTo(Arc<ClientConfig>, ServerName<'static>),
}

/// The wires between a connection and its owner.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: ConnectionId,
    pub(super) told: mpsc::Sender<(ConnectionId, Told)>,
    /// What is to be written. Its end is the end of the connection, once all is written.
    pub(super) orders: mpsc::Receiver<Bytes>,
    pub(super) patience: Patience,
}

impl Line {
    /// Tells the owner. `false` when there is none any more.
    pub(super) async fn tell(&self, told: Told) -> bool {
        self.told.send((self.id, told)).await.is_ok()
    }
}

/// Lives one connection.
pub(super) async fn run(origin: Origin, guise: Guise, mut line: Line) {
    if let Err(error) = live(origin, guise, &mut line).await {
        tracing::debug!(connection = line.id.0, %error, "A connection broke.");
    }
    line.tell(Told::Closed).await;
}

async fn live(origin: Origin, guise: Guise, line: &mut Line) -> io::Result<()> {
    let stream = match origin {
        Origin::Accepted(stream) => stream,
        Origin::Opened { to, from } => within(line.patience.connect, connect(to, from)).await?,
    };
    stream.set_nodelay(true)?;
    let limit = line.patience.handshake;
    match guise {
        Guise::Plain => exchange(stream, line).await,
        Guise::WebSocket => {
            let socket = within(limit, websocket::accept(stream)).await?;
            websocket::exchange(socket, line).await
        }
        Guise::Tls(config) => {
            let stream = within(limit, TlsAcceptor::from(config).accept(stream)).await?;
            Box::pin(exchange(stream, line)).await
        }
        Guise::SecureWebSocket(config) => {
            let accept = async {
                let stream = TlsAcceptor::from(config).accept(stream).await?;
                websocket::accept(stream).await
            };
            let socket = within(limit, Box::pin(accept)).await?;
            Box::pin(websocket::exchange(socket, line)).await
        }
        Guise::TlsTo(config, name) => {
            let stream = within(limit, TlsConnector::from(config).connect(name, stream)).await?;
            Box::pin(exchange(stream, line)).await
        }
    }
}

async fn connect(to: SocketAddr, from: SocketAddr) -> io::Result<TcpStream> {
    let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if !from.ip().is_unspecified() {
        socket.bind(SocketAddr::new(from.ip(), 0))?;
    }
    socket.connect(to).await
}

async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(limit.to_std(), work).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// What a connection did next.
enum Step {
    Read(usize),
    Ordered(Option<Bytes>),
    Due,
}

/// Carries messages both ways over a stream.
async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    line: &mut Line,
) -> io::Result<()> {
    let patience = line.patience;
    let mut framer = Framer::default();
    let mut whole_at = Instant::now();
    let mut begun_at = None;
    loop {
        while let Some(frame) = framer.next().map_err(io::Error::other)? {
            begun_at = None;
            let (message, last) = match frame {
                Frame::Ping => {
                    within(patience.write, write(&mut stream, PONG)).await?;
                    continue;
                }
                Frame::Message(message) => (message, false),
                Frame::Last(message) => (message, true),
            };
            whole_at = Instant::now();
            if !line.tell(Told::Message(message)).await {
                return Ok(());
            }
            if last {
                return last_word(&mut stream, line).await;
            }
        }
        begun_at = framer.is_inside().then(|| begun_at.unwrap_or_else(Instant::now));
        let due = begun_at.unwrap_or(whole_at) + patience.quiet.to_std();
        let buffer = framer.buffer();
        buffer.reserve(READ_BYTES);
        let step = tokio::select! {
            read = stream.read_buf(buffer) => Step::Read(read?),
            order = line.orders.recv() => Step::Ordered(order),
            () = sleep_until(due) => Step::Due,
        };
        match step {
            Step::Read(0) => return Ok(()),
            Step::Read(_) => {}
            Step::Ordered(Some(bytes)) => {
                within(patience.write, write(&mut stream, &bytes)).await?;
            }
            Step::Ordered(None) => {
                return within(patience.write, stream.shutdown()).await;
            }
            Step::Due if begun_at.is_some() => return Err(io::ErrorKind::TimedOut.into()),
            Step::Due => {
                if !line.tell(Told::Quiet).await {
                    return Ok(());
                }
                whole_at = Instant::now();
            }
        }
    }
}

/// Waits for the answer to a message that was the last, and writes it.
async fn last_word(stream: &mut (impl AsyncWrite + Unpin), line: &mut Line) -> io::Result<()> {
    let limit = line.patience.write;
    let answer = timeout(LAST_ANSWER.to_std(), line.orders.recv()).await;
    if let Ok(Some(bytes)) = answer {
        within(limit, write(stream, &bytes)).await?;
    }
    within(limit, stream.shutdown()).await
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}
