//! End to end on a bad day: a network that loses and doubles, more callers than there is room for, strangers who
//! flood, guess and inject. A real `sambung serve` on loopback, callers and attackers of our own.
//!
//! Each test has a short form, which runs by default, and a long one, which runs where `SAMBUNG_LONG` is set
//! (`.ci/long`); both print what they measured as `MEASURED: name | figure | wanted`.

#[path = "support"]
#[expect(dead_code, reason = "other tests need more of it")]
mod support {
    pub(crate) mod ports;
    pub(crate) mod process;
    pub(crate) mod project;
    pub(crate) mod relay;
    pub(crate) mod rtp;
    pub(crate) mod server;
    pub(crate) mod sound;
    pub(crate) mod wait;
}

#[path = "hard/callers.rs"]
mod callers;
#[path = "hard/connections.rs"]
mod connections;
#[path = "hard/form.rs"]
mod form;
#[path = "hard/injection.rs"]
mod injection;
#[path = "hard/loss.rs"]
mod loss;
#[path = "hard/overload.rs"]
mod overload;
#[path = "hard/strangers.rs"]
mod strangers;
#[path = "hard/system.rs"]
mod system;
#[path = "hard/timing.rs"]
mod timing;
