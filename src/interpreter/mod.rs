//! One step of a flow: a node comes in, what it asks for comes out.
//!
//! The interpreter evaluates formulas, reads calendars and fills variables. It knows no time but the wall clock
//! it is handed, plays nothing and waits for nothing: that is `session`'s work.

mod memory;
mod node;
mod program;
mod step;
mod view;
mod world;

pub use memory::{CallFacts, MAX_NOTES, Memory};
pub use node::{Entered, assign, enter};
pub use program::Program;
pub use step::{Enqueue, Fault, Ring, Step};
pub use view::View;
pub use world::{Numbers, World};
