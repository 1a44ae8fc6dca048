//! Where connections come in: as many as there is room for, few of them from one address.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::TcpListener;
use tokio::time::sleep;

use super::line::Line;
use crate::time::Duration;

/// Connections at a time.
const CONNECTIONS: usize = 256;
/// Connections at a time from one address other than this machine's.
const FROM_ONE: usize = 64;
/// How long to wait when the system has no connection to give.
const BREATH: Duration = Duration::from_millis(100);

/// The socket.
#[derive(Debug)]
pub(super) struct Door {
    listener: TcpListener,
    places: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
}

/// The place of one connection; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    from: IpAddr,
    places: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source(pub(super) IpAddr);

impl Door {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self { listener, places: Arc::default() }
    }

    /// A place for one more, if there is one.
    fn place(&self, from: IpAddr) -> Option<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let taken: usize = places.values().sum();
        let own = places.entry(from).or_default();
        let full = taken >= CONNECTIONS || (!from.is_loopback() && *own >= FROM_ONE);
        if full {
            if *own == 0 {
                places.remove(&from);
            }
            return None;
        }
        *own += 1;
        Some(Place { from, places: Arc::clone(&self.places) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = places.get_mut(&self.from) {
            *own -= 1;
            if *own == 0 {
                places.remove(&self.from);
            }
        }
    }
}

impl Listener for Door {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, from)) => match self.place(from.ip().to_canonical()) {
                    Some(place) => return (Line::new(stream, place), from),
                    // Whoever finds no room sees the connection closed at once.
                    None => {
                        tracing::debug!("No room for one more connection of the control interface.")
                    }
                },
                Err(error) => {
                    tracing::debug!(%error, "A connection of the control interface failed.");
                    sleep(BREATH.to_std()).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Door>> for Source {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self(stream.remote_addr().ip().to_canonical())
    }
}
