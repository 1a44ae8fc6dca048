//! Trunks: the far sides that calls of the public network come from and go to, as a machine without sockets.
//!
//! ```text
//!           Ask ◀──┐ keepalive, registration
//!  switch ─────────┤ Trunks ├── which trunk a call came by, whether it may; which one a number goes by
//!         Answer ──┘
//! ```
//!
//! [`Trunks`] says whom to ask what and when ([`TrunkOutput`]), learns from what comes of it, and keeps count of the
//! calls. It opens no call itself and knows no names but those of its settings: whoever owns the sockets looks
//! addresses up and tells it what was found.

mod identity;
mod line;
mod list;
mod purse;
mod registration;
mod settings;
mod way;

pub use identity::{Identity, Shown};
pub use list::{Outlet, TrunkChange, TrunkId, TrunkOutput, Trunks, Unavailable};
pub use purse::TrunkLimits;
pub use settings::{Registration, TrunkSettings, WayAddress};

#[cfg(test)]
mod tests;
