//! The conformance kit: small scripts that show whether an adapter keeps the contract.
//!
//! ```text
//!  scenario ── orders, waits ──▶ Stage ── lines ──▶ adapter
//!     ▲                            │ every line
//!     └── trouble ◀── Rules ◀──────┘
//! ```
//!
//! A scenario plays the node, and the far side by `simulate`. Whatever it is about, all lines are held against the rules
//! of the contract. Comes in: how the adapter is reached. Goes out: one [`Verdict`] per scenario.

mod rules;
mod scenarios;
mod stage;
mod verbs;
mod verdict;

#[cfg(test)]
pub(in crate::telephony) mod tests;

use crate::runtime::{AdapterError, Clock};
use crate::telephony::remote::Kind;
use crate::telephony::remote::transport::Bound;
use crate::telephony::remote::wire::Ability;
use crate::time::Duration;
use stage::{Reach, Stage};

pub use scenarios::{SCENARIOS, Scenario};
pub use verdict::{Outcome, Trouble, Verdict};

/// The longest that one scenario may take.
pub const SCENARIO_LIMIT: Duration = Duration::from_secs(30);

/// How the kit is run.
#[derive(Debug, Clone)]
pub struct Check {
    /// How the adapter is reached.
    pub kind: Kind,
    /// A recording to play, for adapters that play files: its address and SHA-256.
    pub sound: Option<(String, String)>,
}

impl Check {
    /// Runs one scenario with an adapter that is started for it, or that connects anew.
    ///
    /// # Errors
    /// When what it connects to cannot be had.
    pub async fn run(&self, scenario: &Scenario) -> Result<Verdict, AdapterError> {
        let plug = Bound::new(&self.kind)?.start("checked");
        let mut stage = Stage::new(plug, Clock::new(), self.reach());
        stage.sound.clone_from(&self.sound);
        Ok(play(scenario, stage).await)
    }

    const fn reach(&self) -> Reach {
        match self.kind {
            Kind::Process { .. } => Reach::Program,
            Kind::Socket { .. } | Kind::WebSocket(_) => Reach::Connection,
        }
    }

    /// What the adapter says that it can do.
    ///
    /// # Errors
    /// When what it connects to cannot be had, or it does not present itself.
    pub async fn ability(&self) -> Result<Ability, AdapterError> {
        let plug = Bound::new(&self.kind)?.start("asked");
        let mut stage = Stage::new(plug, Clock::new(), Reach::Program);
        let met = stage.meet().await;
        let ability = stage.ability.clone();
        stage.end().await;
        met.map_err(|trouble| AdapterError::Start {
            what: "the adapter".to_owned(),
            source: trouble.to_string().into(),
        })?;
        Ok(ability)
    }
}

/// Plays one scenario to its end.
async fn play(scenario: &Scenario, mut stage: Stage) -> Verdict {
    let limit = SCENARIO_LIMIT.to_std();
    let played = tokio::time::timeout(limit, (scenario.play)(&mut stage)).await;
    let played = played.unwrap_or_else(|_| Err(Trouble::broken("it takes too long")));
    let played = played.and_then(|()| stage.check());
    let lines = stage.tail();
    stage.end().await;
    Verdict { name: scenario.name, asks: scenario.asks, outcome: played.into(), lines }
}
