//! What an adapter outside is told before it starts.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::sounds::SoundPlace;
use crate::runtime::Capabilities;

/// The settings of one adapter outside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its name in logs and records.
    pub name: Arc<str>,
    /// How it is reached.
    pub kind: Kind,
    /// The most calls at a time, whatever it says itself.
    pub max_calls: usize,
    /// Where recordings lie.
    pub sounds: SoundPlace,
}

/// How an adapter is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// It is a program that this node runs: lines over its standard input and output.
    Process {
        /// The program and its arguments.
        command: Vec<String>,
        /// Where it runs; a program named with a `/` is sought from here.
        folder: PathBuf,
    },
    /// It connects to a Unix socket that only the node's own user may open.
    Socket {
        /// The socket's path.
        path: PathBuf,
    },
    /// It connects by WebSocket and shows a token.
    WebSocket(WebSocket),
}

/// A door for an adapter that connects by WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSocket {
    /// Where it is listened.
    pub listen: SocketAddr,
    /// What the adapter must show.
    pub token: Token,
    /// The origins that may connect, such as `https://desk.example`. Programs name none; pages that are not named here
    /// are refused, token or not.
    pub origins: Vec<Arc<str>>,
    /// The certificate; `None` = in clear, which only this machine may be spoken with.
    pub tls: Option<Certificate>,
}

/// Where a certificate lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Our certificate and those that vouch for it, as PEM, ours first.
    pub certificate: PathBuf,
    /// Its private key, as PEM.
    pub key: PathBuf,
}

/// What an adapter shows to be let in. It shows itself to nobody by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Arc<str>);

impl Token {
    /// A token.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self(token.into())
    }

    /// Whether this is it. How long that takes to say depends on the length of what is shown, and on nothing else.
    pub(super) fn is(&self, shown: &[u8]) -> bool {
        let (ours, theirs) = (Sha256::digest(self.0.as_bytes()), Sha256::digest(shown));
        let differs = ours.iter().zip(theirs).fold(0, |all, (ours, theirs)| all | (ours ^ theirs));
        std::hint::black_box(differs) == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Settings {
    /// What is said of it to the runtime before it has said anything itself.
    pub(super) fn capabilities(&self) -> Capabilities {
        let ability = super::wire::Ability { max_calls: self.max_calls, ..Default::default() };
        super::ability::capabilities(&ability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_only_itself_and_shows_itself_to_nobody() {
        let token = Token::new("kopi-tubruk-pagi");
        assert!(token.is(b"kopi-tubruk-pagi"));
        for other in ["", "kopi-tubruk-pag", "kopi-tubruk-pagi ", "Kopi-tubruk-pagi"] {
            assert!(!token.is(other.as_bytes()), "{other}");
        }
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
}
