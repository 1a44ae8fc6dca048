//! Adapters that connect by WebSocket: a text message is a line, a binary one a frame of audio.

use std::io;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

use super::door::{Door, Guest, OpenDoor};
use super::pump::{End, Piece, Reading, Taken, exchange};
use super::{Heard, Inside, ORDERS, Order};
use crate::time::Duration;

/// After so long without a word the far side is asked whether it is there …
const PING_AFTER: Duration = Duration::from_secs(10);
/// … and after so long it is not.
const QUIET_LIMIT: Duration = Duration::from_secs(30);
/// How long a message may take to be written.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// A frame of audio that has waited for longer is not sent any more.
const STALE: Duration = Duration::from_millis(200);

/// Takes one connection after the other; a new one takes the place of the one before.
pub(super) async fn run(name: String, door: Door, mut inside: Inside) {
    let mut door = match door.open() {
        Ok(door) => door,
        Err(error) => {
            tracing::error!(adapter = name, %error, "The door for WebSockets cannot be opened.");
            return;
        }
    };
    let mut next = None;
    for number in 1.. {
        let guest = match next.take() {
            Some(guest) => guest,
            None => match wait(&mut door, &mut inside).await {
                Some(guest) => guest,
                None => return,
            },
        };
        let end = tokio::select! {
            end = live(number, guest, &mut inside) => end,
            guest = door.next() => {
                next = Some(guest);
                End::Closed("another connection took its place".to_owned())
            }
        };
        let End::Closed(why) = end else { return };
        if inside.heard.send(Heard::Closed(number, why)).await.is_err() {
            return;
        }
    }
}

/// Waits for a connection; orders meanwhile are for nobody.
async fn wait(door: &mut OpenDoor, inside: &mut Inside) -> Option<Guest> {
    loop {
        tokio::select! {
            guest = door.next() => return Some(guest),
            order = inside.orders.recv() => match order? {
                Order::Line(..) | Order::Sound(..) | Order::Close(_) => {}
            },
        }
    }
}

/// One connection.
async fn live(number: u64, guest: Guest, inside: &mut Inside) -> End {
    let (sink, stream) = guest.split();
    let (pieces, pieces_out) = mpsc::channel(ORDERS);
    let reader = Reader { stream, asks: pieces.clone(), heard: Instant::now(), asked: false };
    exchange(number, reader, write(sink, pieces_out), pieces, inside).await
}

/// Where messages are read.
struct Reader {
    stream: SplitStream<Guest>,
    /// Where pings are ordered.
    asks: mpsc::Sender<Piece>,
    /// When something was heard last.
    heard: Instant,
    /// Whether it has been asked since.
    asked: bool,
}

impl Reading for Reader {
    async fn next(&mut self) -> io::Result<Option<Taken>> {
        loop {
            let patience = if self.asked { QUIET_LIMIT } else { PING_AFTER };
            let message = tokio::select! {
                message = self.stream.next() => message,
                () = sleep_until(self.heard + patience.to_std()) => {
                    if self.asked || self.asks.try_send(Piece::Ping).is_err() {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                    self.asked = true;
                    continue;
                }
            };
            let Some(message) = message else { return Ok(None) };
            (self.heard, self.asked) = (Instant::now(), false);
            match message.map_err(plain)? {
                Message::Text(text) if text.is_empty() => {}
                Message::Text(text) => return Ok(Some(Taken::Line(text.as_bytes().to_vec()))),
                Message::Binary(frame) => return Ok(Some(Taken::Sound(frame))),
                // Pings are answered below us.
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                Message::Close(_) => return Ok(None),
            }
        }
    }
}

/// Writes what is ordered until nothing more is, or the far side does not take it.
async fn write(mut sink: SplitSink<Guest, Message>, mut pieces: mpsc::Receiver<Piece>) {
    while let Some(piece) = pieces.recv().await {
        let message = match piece {
            Piece::Line(line) => match Utf8Bytes::try_from(line) {
                Ok(text) => Message::Text(text),
                Err(_) => continue,
            },
            Piece::Sound(since, _) if since.elapsed() > STALE.to_std() => continue,
            Piece::Sound(_, frame) => Message::Binary(frame.into()),
            Piece::Ping => Message::Ping(tungstenite::Bytes::new()),
        };
        match timeout(WRITE_LIMIT.to_std(), sink.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
    if sink.close().await.is_err() {
        tracing::trace!("The far side was gone before.");
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
