//! One connection, with limits in time: for a request to come whole and be answered, for the pause between two, for a
//! reader to take what is written.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::door::Place;
use crate::time::Duration;

/// How long a request may take from its first byte to the first one of its answer; and the first request of a connection
/// to come.
const REQUEST: Duration = Duration::from_secs(10);
/// How long a connection may stand still otherwise. Streams of events are written to more often.
const PAUSE: Duration = Duration::from_secs(60);
/// How long a reader may take nothing of what is written.
const STALL: Duration = Duration::from_secs(10);

/// The connection.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    _place: Place,
    /// Whether something came since the last answer.
    unanswered: bool,
    /// When nothing more is waited for.
    patience: Pin<Box<Sleep>>,
    /// When a reader who takes nothing is left.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Line {
    pub(super) fn new(stream: TcpStream, place: Place) -> Self {
        let patience = Box::pin(sleep(REQUEST.to_std()));
        Self { stream, _place: place, unanswered: false, patience, stalled: None }
    }

    fn wait_for(&mut self, limit: Duration) {
        self.patience.as_mut().reset(Instant::now() + limit.to_std());
    }

    /// Notes what came of a try to write.
    fn wrote<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stalled = None;
            self.unanswered = false;
            self.wait_for(PAUSE);
            return outcome;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALL.to_std())));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if outcome.is_ready() {
            if !self.unanswered {
                self.unanswered = true;
                self.wait_for(REQUEST);
            }
            return outcome;
        }
        ready!(self.patience.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.wrote(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
