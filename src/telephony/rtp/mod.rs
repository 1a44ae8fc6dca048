//! RTP on media threads: sound to callers, keys from them, bridges between them.
//!
//! ```text
//!  adapter ── Threads ── orders ──▶ worker (one thread) ── socket of each leg ──▶ callers
//!     ▲                                │ wheel of 20 ms
//!     └───────── MediaEvent ───────────┘
//! ```
//!
//! A few ordinary threads own all sockets. Each looks at a leg once in 20 ms: takes what has arrived, sends what is
//! due. No wake-up, task, timer or allocation belongs to a call or a packet. It knows nothing of SIP.
//!
//! Packets between two parties are passed on as they are wherever their streams allow it (`stream::Passage`); else, and
//! where keys come as tones, a leg has an ear (`hearing`): whoever is to listen to a leg joins `Leg::listen`. Sounds in
//! rare codecs are encoded by a thread of their own (`kitchen`).

mod cover;
mod deck;
mod event;
mod hearing;
mod kitchen;
mod leg;
mod line;
mod mouth;
mod order;
mod port;
mod reports;
mod settings;
mod stream;
mod threads;
mod tones;
mod turn;
mod wheel;
mod worker;

pub use crate::media::SourcePolicy;
pub use event::{MediaEvent, MediaEventKind};
pub use settings::Settings;
pub use stream::{Direction, EventFormat, Keys, Stream};
pub use threads::{OpenError, Threads};

#[cfg(test)]
mod tests;
