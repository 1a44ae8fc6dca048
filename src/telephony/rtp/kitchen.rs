//! Where sounds are encoded in codecs that few calls have, aside from the threads that must not be late.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::media::{Codec, Sound};

/// Sounds that may wait; a further one is encoded by each call for itself, as long as it plays.
const MAX_WAITING: usize = 256;
/// The nice value of the thread: whatever else the machine does goes first.
const NICE: i32 = 10;

/// The way to the thread.
#[derive(Debug, Clone)]
pub(super) struct Kitchen {
    orders: SyncSender<(Arc<Sound>, Codec)>,
}

impl Kitchen {
    /// Starts the thread. It ends when nobody can order any more.
    pub(super) fn open() -> io::Result<(Self, JoinHandle<()>)> {
        let (orders, waiting) = sync_channel::<(Arc<Sound>, Codec)>(MAX_WAITING);
        let thread = Builder::new().name("sounds".to_owned()).spawn(move || {
            if let Err(error) = rustix::process::setpriority_process(None, NICE) {
                tracing::debug!(%error, "Sounds are encoded at ordinary priority.");
            }
            while let Ok((sound, codec)) = waiting.recv() {
                sound.encode_in(codec);
            }
        })?;
        Ok((Self { orders }, thread))
    }

    /// Has a sound encoded soon, if there is room.
    pub(super) fn order(&self, sound: Arc<Sound>, codec: Codec) {
        if self.orders.try_send((sound, codec)).is_err() {
            tracing::debug!(?codec, "Too many sounds wait to be encoded.");
        }
    }
}
