//! Handing a call on: what a party asks for, what we ask of a party, and how either goes.
//!
//! ```text
//!  a party asks:  Event TransferRequested ──▶ engine      we ask:  Command Transfer ──▶ adapter
//!                 ◀── Command TransferProgress*                    Event TransferProgress* ◀──
//! ```
//!
//! Both ways the answer is a row of [`TransferStep`]s that ends with `Connected` or `Failed`; a first `Failed` says
//! that nothing was tried at all.

use std::fmt;
use std::sync::Arc;

use super::cause::HangupCause;
use super::id::LegId;
use super::mask::Redacted;

/// What the far side of a leg asks for: that the party it talks with be connected with somebody else (SIP REFER).
///
/// Whoever answers decides whether this leg may ask at all; an adapter grants nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct TransferRequest {
    /// With whom: the number or user as one would dial it here, or an address of elsewhere (`sip:user@host`).
    pub to: Arc<str>,
    /// The leg whose place is to be taken: that of the call in which the same party has asked the new one before
    /// (SIP `Replaces` in `Refer-To`). `None` = the new party is to be called (a blind transfer).
    pub replaces: Option<LegId>,
}

impl fmt::Debug for TransferRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransferRequest")
            .field("to", &Redacted(&self.to))
            .field("replaces", &self.replaces)
            .finish()
    }
}

/// An order that the far side of a leg call somebody else itself and leave us (SIP REFER).
#[derive(Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Whom: a number or an address in the adapter's own form (SIP: a `sip:` URI).
    pub to: Arc<str>,
    /// How.
    pub mode: TransferMode,
}

impl fmt::Debug for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transfer")
            .field("to", &Redacted(&self.to))
            .field("mode", &self.mode)
            .finish()
    }
}

/// How a party is sent to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferMode {
    /// It calls the other as anybody would.
    Blind,
    /// It takes our place in the call on this leg of the same adapter.
    Attended(LegId),
}

/// How far a transfer is. `Connected` and `Failed` are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferStep {
    /// It is under way.
    Trying,
    /// The new party is rung.
    Ringing,
    /// The two are connected; whoever asked is no longer needed.
    Connected,
    /// It came to nothing; the call is where it was. `Rejected` = it is not allowed.
    Failed(HangupCause),
}

impl TransferStep {
    /// Whether nothing comes after it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Connected | Self::Failed(_) => true,
            Self::Trying | Self::Ringing => false,
        }
    }
}
