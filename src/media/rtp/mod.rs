//! RTP without sockets: packets, who may send them, how well they arrive, how ours are numbered, and keys in them.

mod comfort_noise;
mod control;
mod jitter;
mod key_queue;
mod key_receiver;
mod key_sender;
mod opinion;
mod outgoing;
mod packet;
mod reception;
mod rtcp;
mod source;
mod telephone_event;

pub use comfort_noise::NoiseLevel;
pub use control::{Control, Sent, Told};
pub use jitter::{Content, JitterBuffer};
pub use key_queue::{KeyQueue, KeyTurn};
pub use key_receiver::{KeyPress, KeyReceiver};
pub use key_sender::{EventPacket, KeySender};
pub use opinion::opinion;
pub use outgoing::Outgoing;
pub use packet::{RTP_HEADER, RtpHeader, RtpPacket};
pub use reception::{Reception, Standing};
pub use rtcp::{
    CNAME, ControlPacket, MAX_REPORT, ReportBlock, SenderInfo, is_control, parse_control,
};
pub use source::{LEARN_WINDOW, Source, SourcePolicy, Verdict};
pub use telephone_event::{MAX_PACKED, TelephoneEvent};
