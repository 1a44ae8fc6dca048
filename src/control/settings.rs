//! What the control interface is told before it starts.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::call::AgentId;

/// Everything that it is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is reached.
    pub listen: SocketAddr,
    /// Where the figures for Prometheus are; `None` = at `listen`.
    pub metrics: Option<SocketAddr>,
    /// Who may do what.
    pub tokens: Vec<Token>,
}

/// What somebody must show, and what it opens.
#[derive(Clone)]
pub struct Token {
    /// Its name, which stands in the history beside what is done by it.
    pub(super) name: Arc<str>,
    /// What it opens.
    pub(super) role: Role,
    /// Its SHA-256: the token itself is not kept.
    digest: [u8; 32],
}

/// What a token opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Everything can be seen, nothing changed.
    Read,
    /// The state of this agent, to be seen and changed.
    Agent(AgentId),
    /// Everything can be seen; agents, queues and waiting contacts can be changed.
    Supervisor,
    /// The same; what the store keeps of people can be handed out, forgotten and let go of.
    Admin,
}

impl Token {
    /// A token by its name and text.
    #[must_use]
    pub fn new(name: Arc<str>, role: Role, text: &str) -> Self {
        Self { name, role, digest: Sha256::digest(text).into() }
    }

    /// Whether this is the token whose SHA-256 is given. Takes the same time whatever it is.
    pub(super) fn is(&self, digest: &[u8; 32]) -> bool {
        let differs = self.digest.iter().zip(digest).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(differs) == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("name", &self.name).field("role", &self.role).finish()
    }
}
