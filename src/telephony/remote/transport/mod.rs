//! How lines travel: each transport is one task that opens connections, passes lines both ways, and opens the next one.
//!
//! Comes in: [`Order`]s. Goes out: [`Heard`]. A transport knows lines, not messages.

mod door;
mod lines;
mod process;
mod pump;
mod socket;
mod tls;
mod websocket;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::settings::Kind;
use crate::runtime::AdapterError;

pub(crate) use door::Door;
pub(crate) use socket::Listening;

/// Things that were heard and wait; the transport waits when it is full, so that an adapter that floods is slowed down.
const HEARD: usize = 256;
/// Lines to the adapter that wait; one that lets so many wait does not read.
const ORDERS: usize = 4_096;

/// What a transport heard. `u64` counts the connections.
#[derive(Debug)]
pub(crate) enum Heard {
    /// A connection stands.
    Opened(u64),
    /// A line, without its end.
    Line(u64, Vec<u8>),
    /// A frame of audio.
    Sound(u64, Bytes),
    /// The connection is gone: why.
    Closed(u64, String),
    /// A line that a program wrote to its standard error.
    Said(String),
}

/// What a transport is told.
#[derive(Debug)]
pub(crate) enum Order {
    /// Send a line on a connection; let it be if that is gone.
    Line(u64, String),
    /// Send a frame of audio on a connection, if there is room.
    Sound(u64, Vec<u8>),
    /// Close a connection, if it is not gone.
    Close(u64),
}

/// A transport's other end.
#[derive(Debug)]
pub(crate) struct Plug {
    pub(crate) heard: mpsc::Receiver<Heard>,
    pub(crate) orders: mpsc::Sender<Order>,
    task: JoinHandle<()>,
}

/// A transport's own end.
#[derive(Debug)]
struct Inside {
    heard: mpsc::Sender<Heard>,
    orders: mpsc::Receiver<Order>,
}

/// What is made before anything starts, so that it is known at once when it cannot be had.
#[derive(Debug)]
pub(crate) enum Bound {
    /// Nothing.
    Process { command: Vec<String>, folder: std::path::PathBuf },
    /// A socket.
    Socket(Listening),
    /// A door for WebSockets.
    WebSocket(Door),
}

impl Bound {
    pub(crate) fn new(kind: &Kind) -> Result<Self, AdapterError> {
        Ok(match kind {
            Kind::Process { command, folder } => {
                Self::Process { command: command.clone(), folder: folder.clone() }
            }
            Kind::Socket { path } => Self::Socket(Listening::bind(path)?),
            Kind::WebSocket(door) => Self::WebSocket(Door::bind(door)?),
        })
    }

    /// Starts the transport's task.
    pub(crate) fn start(self, name: &str) -> Plug {
        let (heard_in, heard) = mpsc::channel(HEARD);
        let (orders, orders_out) = mpsc::channel(ORDERS);
        let inside = Inside { heard: heard_in, orders: orders_out };
        let name = name.to_owned();
        let task = match self {
            Self::Process { command, folder } => {
                tokio::spawn(process::run(name, command, folder, inside))
            }
            Self::Socket(listening) => tokio::spawn(socket::run(listening, inside)),
            Self::WebSocket(door) => tokio::spawn(websocket::run(name, door, inside)),
        };
        Plug { heard, orders, task }
    }
}

impl Plug {
    /// The other end of something that plays a transport: `begin` is handed its ends.
    #[cfg(test)]
    pub(crate) fn of(
        begin: impl FnOnce(mpsc::Sender<Heard>, mpsc::Receiver<Order>) -> JoinHandle<()>,
    ) -> Self {
        let (heard_in, heard) = mpsc::channel(HEARD);
        let (orders, orders_out) = mpsc::channel(ORDERS);
        Self { heard, orders, task: begin(heard_in, orders_out) }
    }

    /// Ends the transport: a program is told by the end of its input, then ended.
    pub(crate) async fn end(self) {
        drop(self.orders);
        drop(self.heard);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "A transport broke.");
        }
    }
}

#[cfg(test)]
mod tests;
