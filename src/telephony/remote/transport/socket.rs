//! A Unix socket that an adapter connects to.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use super::pump::{End, pump};
use super::{Heard, Inside, Order};
use crate::runtime::AdapterError;

/// Who may open the socket: the node's own user.
const OWNER_ONLY: u32 = 0o600;

/// A socket that waits for connections; it is removed with this.
#[derive(Debug)]
pub(crate) struct Listening {
    listener: std::os::unix::net::UnixListener,
    path: PathBuf,
}

impl Listening {
    /// Makes the socket, in place of one that a node left behind.
    pub(crate) fn bind(path: &Path) -> Result<Self, AdapterError> {
        let start = |source: io::Error| AdapterError::Start {
            what: format!("socket {}", path.display()),
            source: source.into(),
        };
        Self::make(path).map_err(start)
    }

    fn make(path: &Path) -> io::Result<Self> {
        if let Ok(facts) = fs::symlink_metadata(path)
            && facts.file_type().is_socket()
        {
            if std::os::unix::net::UnixStream::connect(path).is_ok() {
                return Err(io::ErrorKind::AddrInUse.into());
            }
            fs::remove_file(path)?;
        }
        // Made under another name, so that it is never there with wider permissions.
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.ok_or(io::ErrorKind::InvalidInput)?;
        let early = path.with_file_name(format!(".{name}.{}", std::process::id()));
        let listener = std::os::unix::net::UnixListener::bind(&early)?;
        let placed = fs::set_permissions(&early, fs::Permissions::from_mode(OWNER_ONLY))
            .and_then(|()| fs::rename(&early, path));
        if let Err(error) = placed {
            fs::remove_file(&early)?;
            return Err(error);
        }
        listener.set_nonblocking(true)?;
        Ok(Self { listener, path: path.to_owned() })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, "The socket was gone.");
        }
    }
}

/// Takes one connection after the other; a new one takes the place of the one before.
pub(super) async fn run(listening: Listening, mut inside: Inside) {
    let listener = listening.listener.try_clone().and_then(UnixListener::from_std);
    let listener = match listener {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "The socket cannot be listened on.");
            return;
        }
    };
    let mut next = None;
    for number in 1.. {
        let stream = match next.take() {
            Some(stream) => stream,
            None => match wait(&listener, &mut inside).await {
                Some(stream) => stream,
                None => return,
            },
        };
        let (reader, writer) = tokio::net::UnixStream::into_split(stream);
        let end = tokio::select! {
            end = pump(number, reader, writer, &mut inside) => end,
            stream = accept(&listener) => {
                next = Some(stream);
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
async fn wait(listener: &UnixListener, inside: &mut Inside) -> Option<tokio::net::UnixStream> {
    loop {
        tokio::select! {
            stream = accept(listener) => return Some(stream),
            order = inside.orders.recv() => match order? {
                Order::Line(..) | Order::Sound(..) | Order::Close(_) => {}
            },
        }
    }
}

async fn accept(listener: &UnixListener) -> tokio::net::UnixStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!(%error, "A connection was not taken.");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}
