//! What the control interface is told.

use crate::config::{self, ControlRole, ControlToken};
use crate::control::{Role, Settings, Token};

/// From what is written.
pub(super) fn settings(written: &config::Control) -> Settings {
    let tokens = written.tokens.iter().filter_map(token).collect();
    Settings { listen: written.listen, metrics: written.metrics, tokens }
}

fn token(written: &ControlToken) -> Option<Token> {
    let role = match written.role {
        ControlRole::Read => Role::Read,
        ControlRole::Agent => Role::Agent(written.agent.clone()?),
        ControlRole::Supervisor => Role::Supervisor,
        ControlRole::Admin => Role::Admin,
    };
    Some(Token::new(written.name.clone(), role, written.secret.reveal()))
}
