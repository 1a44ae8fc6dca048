//! Whole calls in virtual time, as transcripts: every rule that a caller can hear.
//!
//! `<-` is a command to a telephone, `->` its report, times are seconds since the ring.

mod bank;
mod canary;
mod chance;
mod dialogue;
mod fault;
mod hangup;
mod input;
mod led;
mod limits;
mod orders;
mod origin;
mod outside;
mod queue;
mod recording;
mod reload;
mod replay;
mod retelling;
mod shop;
mod solo;
mod stage;
mod subflow;
mod touch;
mod transfer;

/// Runs a call and returns its transcript.
macro_rules! transcript {
    ($flow:expr, |$stage:ident| $body:block) => {{
        let mut $stage = crate::stage::Stage::call($flow);
        $body
        insta::assert_snapshot!($stage.end());
    }};
}
pub(crate) use transcript;
