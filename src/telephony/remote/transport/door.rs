//! The door for adapters that connect by WebSocket (RFC 6455): who may come in, and who is sent away.
//!
//! Comes in: TCP connections. Goes out: WebSockets of those that showed the token. Handshakes are tasks of their own, few
//! at a time and short, so that strangers keep nobody waiting.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::handshake::server::{
    Callback, ErrorResponse, Request, Response,
};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, ORIGIN};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

use super::tls::Tls;
use crate::runtime::AdapterError;
use crate::telephony::remote::settings::WebSocket;
use crate::telephony::remote::wire::MAX_LINE;
use crate::time::Duration;

/// How long a handshake may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(5);
/// Handshakes at a time; with one more, the oldest is given up.
const MAX_HANDSHAKES: usize = 32;
/// How long it is waited after a connection could not be taken.
const PAUSE: Duration = Duration::from_millis(100);
/// The room kept for reading.
const BUFFER: usize = 16 * 1_024;
/// The most bytes that may wait to be written below us.
const MAX_WAITING: usize = 256 * 1_024;

/// A connection below a WebSocket.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for S {}

/// A WebSocket of somebody who was let in.
pub(super) type Guest = WebSocketStream<Box<dyn Stream>>;

/// A door that is not open yet.
#[derive(Debug)]
pub(crate) struct Door {
    listener: std::net::TcpListener,
    settings: WebSocket,
    tls: Option<Tls>,
}

impl Door {
    /// Takes the address and reads the certificate.
    ///
    /// # Errors
    /// When either cannot be had, and when others than this machine could listen in.
    pub(crate) fn bind(settings: &WebSocket) -> Result<Self, AdapterError> {
        let start = |source: io::Error| AdapterError::Start {
            what: format!("WebSocket on {}", settings.listen),
            source: source.into(),
        };
        if settings.tls.is_none() && !settings.listen.ip().is_loopback() {
            let why = "the token would travel in clear; it needs a certificate";
            return Err(start(io::Error::new(io::ErrorKind::PermissionDenied, why)));
        }
        let tls = settings.tls.as_ref().map(Tls::load).transpose().map_err(start)?;
        let listener = std::net::TcpListener::bind(settings.listen).map_err(start)?;
        listener.set_nonblocking(true).map_err(start)?;
        Ok(Self { listener, settings: settings.clone(), tls })
    }

    /// Where it is.
    #[cfg(test)]
    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("it is bound")
    }

    /// Opens it.
    ///
    /// # Errors
    /// When the runtime does not take the socket.
    pub(super) fn open(self) -> io::Result<OpenDoor> {
        let Self { listener, settings, tls } = self;
        let listener = TcpListener::from_std(listener)?;
        let (ready_in, ready) = mpsc::channel(1);
        Ok(OpenDoor { listener, settings, tls, ready_in, ready, under_way: VecDeque::new() })
    }
}

/// A door that is open.
#[derive(Debug)]
pub(super) struct OpenDoor {
    listener: TcpListener,
    settings: WebSocket,
    tls: Option<Tls>,
    ready_in: mpsc::Sender<Guest>,
    ready: mpsc::Receiver<Guest>,
    /// Handshakes, the oldest first.
    under_way: VecDeque<AbortHandle>,
}

impl OpenDoor {
    /// The next one who is let in. Giving up the wait loses nobody.
    pub(super) async fn next(&mut self) -> Guest {
        loop {
            tokio::select! {
                Some(guest) = self.ready.recv() => return guest,
                taken = self.listener.accept() => match taken {
                    Ok((stream, from)) => self.greet(stream, from),
                    Err(error) => {
                        tracing::warn!(%error, "A connection was not taken.");
                        sleep(PAUSE.to_std()).await;
                    }
                },
            }
        }
    }

    /// Begins a handshake.
    fn greet(&mut self, stream: TcpStream, from: SocketAddr) {
        self.under_way.retain(|task| !task.is_finished());
        if self.under_way.len() >= MAX_HANDSHAKES
            && let Some(oldest) = self.under_way.pop_front()
        {
            oldest.abort();
        }
        let tls = self.tls.as_mut().map(Tls::next);
        let (settings, ready) = (self.settings.clone(), self.ready_in.clone());
        let task = tokio::spawn(async move {
            let work = async {
                stream.set_nodelay(true)?;
                let stream: Box<dyn Stream> = match tls {
                    Some(tls) => Box::new(tls.accept(stream).await?),
                    None => Box::new(stream),
                };
                shake(stream, &settings).await
            };
            match timeout(HANDSHAKE_LIMIT.to_std(), work).await {
                Ok(Ok(guest)) => {
                    let taken = ready.send(guest).await.is_ok();
                    tracing::debug!(%from, taken, "An adapter connects.");
                }
                Ok(Err(error)) => tracing::warn!(%from, %error, "A connection was refused."),
                Err(_) => tracing::warn!(%from, "A connection said nothing."),
            }
        });
        self.under_way.push_back(task.abort_handle());
    }
}

impl Drop for OpenDoor {
    fn drop(&mut self) {
        self.under_way.iter().for_each(AbortHandle::abort);
    }
}

async fn shake(stream: Box<dyn Stream>, settings: &WebSocket) -> io::Result<Guest> {
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WAITING)
        .max_message_size(Some(MAX_LINE))
        .max_frame_size(Some(MAX_LINE));
    accept_hdr_async_with_config(stream, Gate(settings), Some(config))
        .await
        .map_err(io::Error::other)
}

/// What looks at who knocks.
struct Gate<'a>(&'a WebSocket);

impl Callback for Gate<'_> {
    fn on_request(self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        admit(request, self.0).map(|()| response).map_err(|status| {
            let mut refusal = ErrorResponse::new(None);
            *refusal.status_mut() = status;
            refusal
        })
    }
}

/// Whether a request may come in; else how it is refused.
fn admit(request: &Request, settings: &WebSocket) -> Result<(), StatusCode> {
    let mut origins = request.headers().get_all(ORIGIN).iter();
    let named = |origin: &[u8]| settings.origins.iter().any(|named| named.as_bytes() == origin);
    if !origins.all(|origin| named(origin.as_bytes())) {
        return Err(StatusCode::FORBIDDEN);
    }
    let shown = request.headers().get(AUTHORIZATION).map_or(&b""[..], |value| value.as_bytes());
    let (scheme, token) = shown.split_at_checked(b"Bearer ".len()).unwrap_or_default();
    // Both are looked at, so that it takes as long to refuse a request without a token.
    let is_it = settings.token.is(token);
    match scheme.eq_ignore_ascii_case(b"Bearer ") && is_it {
        true => Ok(()),
        false => Err(StatusCode::UNAUTHORIZED),
    }
}
