//! SIP as a sans-IO machine: messages and time in, messages and events out.
//!
//! [`UserAgent`] is the whole of a SIP endpoint (RFC 3261) without its socket: it answers, calls, hangs up, and
//! keeps every timer of the protocol. Whoever owns the sockets feeds [`Input`]s, sends what
//! [`UserAgent::poll_output`] gives, and comes back at [`UserAgent::poll_timeout`].
//!
//! ```text
//!            Input::Message                     SipEvent
//!  socket ───────────────────▶ UserAgent ───────────────────▶ adapter
//!         ◀───────────────────           ◀───────────────────
//!            Output::Send                       Input::Answer, Invite, Hangup …
//! ```
//!
//! The user agent knows nothing of what a call is for, what SDP says, or who may register; what it must ask about
//! that is decided beside it ([`OfferAnswer`], [`Authenticator`], [`Registrar`], [`Trunks`]). No type of the parser
//! crate below leaves this module.

mod agent;
mod ask;
mod chance;
mod dialog;
mod digest;
mod event;
mod guard;
mod input;
mod login;
mod multipart;
mod parting;
mod read;
mod referral;
mod registrar;
mod reply;
mod rules;
mod salvage;
mod sdp;
mod session;
mod settings;
mod status;
mod timetable;
mod transaction;
mod transport;
mod trunk;
mod write;

/// The torture sets of `tests/torture`, for the tests of this module and of the adapter.
#[cfg(test)]
#[path = "../../tests/support/torture.rs"]
pub(crate) mod torture;

pub use agent::{Counts, UserAgent};
pub use ask::{Answer, Ask, AskId, AskMethod};
pub use digest::{Algorithm, Attempt, Authenticator, Verdict};
pub use event::{
    Contact, Contacts, DialogId, Ending, Incoming, Output, Refer, RegisterRequest, Replaced,
    RequestId, SipEvent,
};
pub use guard::{
    ACQUAINTED, Dropped, Guard, GuardCounts, GuardNews, GuardSettings, Offence, Origin,
};
pub use input::{Input, Invite, Redirect};
pub use login::Login;
pub use parting::Parting;
pub use registrar::{Binding, Change, Registrar, RegistrarSettings, RegistrationAnswer};
pub use sdp::{
    Codec, Crypto, CryptoPair, Direction, EventFormat, KeyText, Negotiated, OfferAnswer,
    Preferences, Profile, SdpError, Security,
};
pub use settings::{Listen, Reliability, Settings};
pub use status::{hangup_cause, refusal_status};
pub use transport::Transport;
pub use trunk::{
    Identity, Outlet, Registration, Shown, TrunkChange, TrunkId, TrunkLimits, TrunkOutput,
    TrunkSettings, Trunks, Unavailable, WayAddress,
};
