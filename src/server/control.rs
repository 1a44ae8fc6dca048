//! What the control interface is told, and how it is begun.

use tokio::task::JoinHandle;

use crate::config::{self, ControlRole, ControlToken};
use crate::control::{Control, ControlError, Followed, Role, Settings, Token, Tokens};
use crate::runtime::{Clock, Handle};

/// From what is written.
pub(super) fn settings(written: &config::Control) -> Settings {
    Settings { listen: written.listen, metrics: written.metrics, tokens: tokens(written) }
}

/// Who may do what.
pub(super) fn tokens(written: &config::Control) -> Vec<Token> {
    written.tokens.iter().filter_map(token).collect()
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

/// The interface, if there is one, at its addresses.
#[derive(Debug)]
pub(super) struct Opened(Option<Control>);

impl Opened {
    /// Takes the addresses.
    pub(super) async fn bind(settings: Option<Settings>) -> Result<Self, ControlError> {
        Ok(Self(match settings {
            Some(settings) => Some(Control::bind(settings).await?),
            None => None,
        }))
    }

    /// Where it is reached, where the figures are, and the way to other tokens once it answers.
    pub(super) fn places(&self) -> (Option<String>, Option<String>, Option<Tokens>) {
        let control = self.0.as_ref();
        let (address, metrics) = (control.map(Control::address), control.map(Control::metrics));
        let tokens = control.map(Control::tokens);
        (address.map(|at| at.to_string()), metrics.map(|at| at.to_string()), tokens)
    }

    /// Begins to answer.
    pub(super) fn start(
        self,
        handle: Handle,
        clock: Clock,
        followed: Followed,
    ) -> Option<JoinHandle<()>> {
        self.0.map(|control| tokio::spawn(control.run(handle, clock, Some(followed))))
    }
}
