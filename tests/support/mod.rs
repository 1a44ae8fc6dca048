//! What the end-to-end tests stand on: a real `sambung serve`, real peers (SIPp, baresip), a raw RTP endpoint.
//!
//! Everything runs on loopback, on ports found free, in a folder of its own that goes away with the test, and is
//! killed when its guard is dropped. Nothing here decides what is right: the tests do.

pub(crate) mod baresip;
pub(crate) mod certificates;
pub(crate) mod kamailio;
pub(crate) mod linphone;
pub(crate) mod peers;
pub(crate) mod pjsua;
pub(crate) mod ports;
pub(crate) mod process;
pub(crate) mod project;
pub(crate) mod rtp;
pub(crate) mod server;
pub(crate) mod sipp;
pub(crate) mod sound;
pub(crate) mod telephone;
pub(crate) mod torture;
pub(crate) mod toy;
pub(crate) mod wait;
