//! SIP as a sans-IO machine: datagrams and time in, datagrams and events out.
//!
//! [`UserAgent`] is the whole of a SIP endpoint (RFC 3261) without its socket: it answers, calls, hangs up, and
//! keeps every timer of the protocol. Whoever owns the sockets feeds [`Input`]s, sends what
//! [`UserAgent::poll_output`] gives, and comes back at [`UserAgent::poll_timeout`].
//!
//! ```text
//!            Input::Datagram                    SipEvent
//!  socket ───────────────────▶ UserAgent ───────────────────▶ adapter
//!         ◀───────────────────           ◀───────────────────
//!            Output::Send                       Input::Answer, Invite, Hangup …
//! ```
//!
//! Nothing here knows what a call is for, what SDP says, or who may register. No type of the parser crate below
//! leaves this module.

mod digest;
mod event;
mod input;
mod registrar;
mod sdp;
mod settings;
mod status;

pub use digest::{Algorithm, Attempt, Authenticator, Verdict};
pub use event::{
    Contact, Contacts, DialogId, Ending, Incoming, Output, RegisterRequest, RequestId, SipEvent,
};
pub use input::{Input, Invite};
pub use registrar::{Binding, Change, Registrar, RegistrarSettings, RegistrationAnswer};
pub use sdp::{Codec, Direction, Negotiated, OfferAnswer, SdpError};
pub use settings::{Listen, Settings};
pub use status::{hangup_cause, refusal_status};
