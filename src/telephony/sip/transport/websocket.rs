//! SIP over WebSocket (RFC 7118): one message of the one is one message of the other.

use std::io;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

use super::connection::{Line, PONG, Told};

/// The subprotocol (RFC 7118 §4.1).
const SUBPROTOCOL: &str = "sip";
/// The longest message taken, in bytes.
const MAX_MESSAGE: usize = 64 * 1024;
/// The room kept for reading and for writing.
const BUFFER: usize = 4 * 1024;
/// The most that may wait to be written, in bytes.
const MAX_WAITING: usize = 256 * 1024;

/// Takes the handshake of a phone that speaks SIP.
pub(super) async fn accept<S>(stream: S) -> io::Result<WebSocketStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WAITING)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    accept_hdr_async_with_config(stream, agree, Some(config)).await.map_err(plain)
}

/// Agrees on the subprotocol; a client that does not offer it is no phone.
#[expect(clippy::result_large_err, reason = "the crate's own shape of a refusal")]
fn agree(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL);
    let speaks = offered
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case(SUBPROTOCOL));
    if !speaks {
        let mut refusal = ErrorResponse::new(None);
        *refusal.status_mut() = StatusCode::BAD_REQUEST;
        return Err(refusal);
    }
    let agreed = HeaderValue::from_static(SUBPROTOCOL);
    response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, agreed);
    Ok(response)
}

/// What a WebSocket did next.
enum Step {
    Read(Option<Result<Message, tungstenite::Error>>),
    Ordered(Option<Bytes>),
    Due,
}

/// Carries messages both ways.
pub(super) async fn exchange<S>(mut socket: WebSocketStream<S>, line: &mut Line) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut whole_at = Instant::now();
    loop {
        let due = whole_at + line.patience.quiet.to_std();
        let step = tokio::select! {
            read = socket.next() => Step::Read(read),
            order = line.orders.recv() => Step::Ordered(order),
            () = sleep_until(due) => Step::Due,
        };
        match step {
            Step::Read(None) => return Ok(()),
            Step::Read(Some(read)) => match read.map_err(plain)? {
                Message::Text(text) if is_keepalive(text.as_bytes()) => {
                    pong(&mut socket, line, text.len()).await?;
                }
                Message::Text(text) => whole_at = heard(line, Bytes::from(text)).await?,
                Message::Binary(bytes) => whole_at = heard(line, bytes).await?,
                // Pings are answered below us, when next something is read or written.
                Message::Ping(_) => send(&mut socket, line, None).await?,
                Message::Pong(_) | Message::Frame(_) => {}
                Message::Close(_) => return Ok(()),
            },
            Step::Ordered(Some(bytes)) => send(&mut socket, line, Some(message(bytes))).await?,
            Step::Ordered(None) => {
                let close = timeout(line.patience.write.to_std(), socket.close(None));
                return close.await.map_err(io::Error::other)?.map_err(plain);
            }
            Step::Due => {
                if !line.tell(Told::Quiet).await {
                    return Ok(());
                }
                whole_at = Instant::now();
            }
        }
    }
}

/// Passes a message on; when that was.
async fn heard(line: &Line, bytes: Bytes) -> io::Result<Instant> {
    match line.tell(Told::Message(bytes)).await {
        true => Ok(Instant::now()),
        false => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

/// Whether a message is only line ends (RFC 5626 §3.5.1).
fn is_keepalive(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

/// Answers a ping of two line ends; one alone is an answer itself.
async fn pong<S>(socket: &mut WebSocketStream<S>, line: &Line, length: usize) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let asks = length >= 2 * PONG.len();
    send(socket, line, asks.then(|| message(Bytes::from_static(PONG)))).await
}

/// Sends a message, or only what waits below.
async fn send<S>(
    socket: &mut WebSocketStream<S>,
    line: &Line,
    message: Option<Message>,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let work = async {
        match message {
            Some(message) => socket.send(message).await,
            None => socket.flush().await,
        }
    };
    timeout(line.patience.write.to_std(), work).await.map_err(io::Error::other)?.map_err(plain)
}

/// A message as browsers expect it: as text, unless it is none.
fn message(bytes: Bytes) -> Message {
    match Utf8Bytes::try_from(bytes.clone()) {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(bytes),
    }
}

fn plain(error: tungstenite::Error) -> io::Error {
    match error {
        tungstenite::Error::Io(error) => error,
        tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => {
            io::ErrorKind::NotConnected.into()
        }
        other => io::Error::other(other),
    }
}
