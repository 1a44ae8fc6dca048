//! Listening sockets: bound once, accepted from without waiting, and left alone for a while when the machine has no
//! room for another connection.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};

use crate::time::Duration;

/// Connections that the kernel keeps until they are accepted.
const BACKLOG: i32 = 1_024;
/// How long nothing is accepted after an error that more tries would only repeat, such as too many open files.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a silent connection is believed before the kernel asks its far side, how often it then asks, and how many
/// answers may be missing.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(60), Duration::from_secs(15), 4);

/// One listening socket.
#[derive(Debug)]
pub(super) struct Listener {
    socket: TcpListener,
    pause: Option<Pin<Box<Sleep>>>,
}

/// Binds a listening socket for SIP.
pub(super) fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Connections of a node that ended a moment ago must not keep this one from starting.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    // What is accepted inherits it.
    let (idle, interval, retries) = KEEPALIVE;
    let keepalive = TcpKeepalive::new().with_time(idle.to_std()).with_interval(interval.to_std());
    socket.set_tcp_keepalive(&keepalive.with_retries(retries))?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

impl Listener {
    /// Hands a bound socket to the reactor; must run inside it.
    pub(super) fn new(bound: std::net::TcpListener) -> io::Result<Self> {
        Ok(Self { socket: TcpListener::from_std(bound)?, pause: None })
    }

    /// The next connection. `None` when there is none now; the task is woken when there may be one.
    pub(super) fn poll_accept(
        &mut self,
        context: &mut Context<'_>,
    ) -> Option<(TcpStream, SocketAddr)> {
        loop {
            if let Some(pause) = &mut self.pause {
                match pause.as_mut().poll(context) {
                    Poll::Pending => return None,
                    Poll::Ready(()) => self.pause = None,
                }
            }
            match self.socket.poll_accept(context) {
                Poll::Pending => return None,
                Poll::Ready(Ok(accepted)) => return Some(accepted),
                Poll::Ready(Err(error)) if is_of_one_connection(&error) => {}
                Poll::Ready(Err(error)) => {
                    tracing::warn!(%error, "No connection can be accepted for a moment.");
                    self.pause = Some(Box::pin(sleep(PAUSE.to_std())));
                }
            }
        }
    }
}

/// Whether the error concerns a connection that went before it was accepted, and not the next one.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}
