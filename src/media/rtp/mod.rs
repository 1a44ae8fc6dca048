//! RTP without sockets: packets, who may send them, how well they arrive, how ours are numbered, and keys in them.

mod key_receiver;
mod key_sender;
mod outgoing;
mod packet;
mod reception;
mod source;
mod telephone_event;

pub use key_receiver::{KeyPress, KeyReceiver};
pub use key_sender::{EventPacket, KeySender};
pub use outgoing::Outgoing;
pub use packet::{RTP_HEADER, RtpHeader, RtpPacket};
pub use reception::{Reception, Standing};
pub use source::{LEARN_WINDOW, Source, SourcePolicy, Verdict};
pub use telephone_event::TelephoneEvent;
