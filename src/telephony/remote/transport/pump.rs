//! One connection: what is read is passed on, what is ordered is written by a task of its own, so that a far side that
//! does not read keeps nobody from hearing it.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::lines::Lines;
use super::{Heard, Inside, ORDERS, Order};

/// What travels over a connection.
#[derive(Debug)]
pub(super) enum Piece {
    /// A line, without its end.
    Line(Vec<u8>),
    /// A frame of audio, and since when it waits.
    Sound(Instant, Vec<u8>),
    /// A question whether the far side is there, where the connection has such a thing.
    Ping,
}

/// What was read.
#[derive(Debug)]
pub(super) enum Taken {
    /// A line, without its end.
    Line(Vec<u8>),
    /// A frame of audio.
    Sound(Bytes),
}

/// Where something is read. Giving up a wait loses nothing.
pub(super) trait Reading {
    /// What comes next; `None` at the end of everything.
    fn next(&mut self) -> impl Future<Output = io::Result<Option<Taken>>> + Send;
}

impl<R: AsyncRead + Unpin + Send> Reading for Lines<R> {
    async fn next(&mut self) -> io::Result<Option<Taken>> {
        Ok(Self::next(self).await?.map(Taken::Line))
    }
}

/// How a connection came to its end.
#[derive(Debug)]
pub(super) enum End {
    /// It is gone: why.
    Closed(String),
    /// The node is done with us.
    Over,
}

/// Carries lines until the connection ends.
pub(super) async fn pump(
    number: u64,
    reader: impl AsyncRead + Unpin + Send,
    writer: impl AsyncWrite + Unpin + Send + 'static,
    inside: &mut Inside,
) -> End {
    let (pieces, pieces_out) = mpsc::channel(ORDERS);
    let writing = write(writer, pieces_out);
    exchange(number, Lines::new(reader), writing, pieces, inside).await
}

/// Carries pieces until the connection ends; `writing` writes what comes out of `pieces`.
pub(super) async fn exchange(
    number: u64,
    reader: impl Reading,
    writing: impl Future<Output = ()> + Send + 'static,
    pieces: mpsc::Sender<Piece>,
    inside: &mut Inside,
) -> End {
    if inside.heard.send(Heard::Opened(number)).await.is_err() {
        return End::Over;
    }
    let writing = tokio::spawn(writing);
    let end = carry(number, reader, &pieces, inside).await;
    // What was said last, such as why the connection is closed, is still written.
    drop(pieces);
    let last = tokio::time::timeout(std::time::Duration::from_millis(200), writing).await;
    tracing::trace!(written = last.is_ok(), "The connection is closed.");
    end
}

async fn carry(
    number: u64,
    mut reader: impl Reading,
    writer: &mpsc::Sender<Piece>,
    inside: &mut Inside,
) -> End {
    loop {
        tokio::select! {
            taken = reader.next() => match taken {
                Ok(Some(taken)) => {
                    // Orders are not kept waiting while the node is busy with what was heard.
                    if let Some(end) = pass_on(taken, number, writer, inside).await {
                        return end;
                    }
                }
                Ok(None) => return End::Closed("it ended".to_owned()),
                Err(error) => return End::Closed(error.to_string()),
            },
            order = inside.orders.recv() => {
                if let Some(end) = obey(order, number, writer) {
                    return end;
                }
            }
        }
    }
}

/// Passes on what was read; meanwhile lines are still sent. Says how the connection ends, if it does.
async fn pass_on(
    taken: Taken,
    number: u64,
    writer: &mpsc::Sender<Piece>,
    inside: &mut Inside,
) -> Option<End> {
    let Inside { heard, orders } = inside;
    loop {
        tokio::select! {
            biased;
            permit = heard.reserve() => {
                let Ok(permit) = permit else { return Some(End::Over) };
                permit.send(match taken {
                    Taken::Line(line) => Heard::Line(number, line),
                    Taken::Sound(frame) => Heard::Sound(number, frame),
                });
                return None;
            }
            order = orders.recv() => {
                if let Some(end) = obey(order, number, writer) {
                    return Some(end);
                }
            }
        }
    }
}

/// Carries an order out; says how the connection ends by it, if it does.
fn obey(order: Option<Order>, number: u64, writer: &mpsc::Sender<Piece>) -> Option<End> {
    match order {
        None => Some(End::Over),
        Some(Order::Line(to, line)) if to == number => {
            let stalled = writer.try_send(Piece::Line(line.into_bytes())).is_err();
            stalled.then(|| End::Closed("it does not read".to_owned()))
        }
        Some(Order::Close(which)) if which == number => {
            Some(End::Closed("by this side".to_owned()))
        }
        Some(Order::Sound(to, frame)) if to == number => {
            // Words go before sound: with no room there is a gap in it.
            if writer.capacity() > ORDERS / 2
                && let Err(error) = writer.try_send(Piece::Sound(Instant::now(), frame))
            {
                tracing::trace!(%error, "A frame of audio is left out.");
            }
            None
        }
        Some(Order::Line(..) | Order::Sound(..) | Order::Close(_)) => None,
    }
}

async fn write(mut writer: impl AsyncWrite + Unpin, mut pieces: mpsc::Receiver<Piece>) {
    while let Some(piece) = pieces.recv().await {
        let Piece::Line(mut line) = piece else { continue };
        line.push(b'\n');
        if writer.write_all(&line).await.is_err() {
            return;
        }
        if pieces.is_empty() && writer.flush().await.is_err() {
            return;
        }
    }
    if writer.shutdown().await.is_err() {
        tracing::trace!("The far side was gone before.");
    }
}
