//! Calls in virtual time: the engine with telephones that exist only on paper.
//!
//! The same engine that carries live calls is driven here by a clock that moves only when told to. Console callers
//! and whole-call tests use it. It decides nothing about calls; it plays the world around them.
//!
//! [`Rehearsal`] is the whole engine with all its calls, queues and agents. [`Solo`] is one call alone: its session and
//! its telephone, with somebody else as the world. A solo can be copied at any moment, to see what would become of it.
//! [`centre`] is a whole day of callers and agents, made from a seed.
//! [`watch`] keeps its own books of all that goes into an engine and out of it, and says which rule was broken.
//! [`replay`] holds a call that took place once more, from its journal, with the same flow or another.
//! [`trial`] plays the tests of a flow, and [`Coverage`] tells what they touched.

pub mod centre;
mod coverage;
mod ending;
pub mod explore;
mod ledger;
mod observer;
mod phones;
mod rehearsal;
pub mod replay;
mod solo;
pub mod trial;
pub mod watch;

pub use coverage::{Coverage, EXTRA_OUTCOMES, Figures, Ground, Lane, Share};
pub use ending::endings;
pub use ledger::{LEAST_TELLING, Ledger};
pub use observer::{Breach, Observer};
pub use phones::{ItemDuration, Leg, LegState, Phones, Side};
pub use rehearsal::{Heard, KEY_GAP, Rehearsal, speech_duration};
pub use solo::{Setting, Solo};
