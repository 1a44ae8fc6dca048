//! Sambung, an interactive voice response (IVR) engine.

pub mod assemble;
pub mod calendar;
pub mod call;
pub mod cli;
pub mod config;
pub mod engine;
pub mod faq;
pub mod flow;
pub mod interpreter;
pub mod media;
pub mod project;
pub mod queue;
pub mod runtime;
pub mod server;
pub mod session;
pub mod simulation;
pub mod sip;
pub mod speech;
pub mod storage;
pub mod telephony;
pub mod text;
pub mod time;
