//! One step of a flow: a node comes in, what it asks for comes out.
//!
//! The interpreter evaluates formulas, reads calendars and fills variables. It knows no time but the wall clock
//! it is handed, plays nothing and waits for nothing: that is `session`'s work.

mod aloud;
mod likeness;
mod memory;
mod node;
mod program;
mod shape;
mod step;
mod view;
mod world;

pub use aloud::{read_slot, read_value};
pub use likeness::{Likeness, StandIns};
pub use memory::{CallFacts, Heeded, MAX_NOTES, Memory};
pub use node::{
    Entered, Settled, assign, call_back_caller, enter, read_answer, settle, take_back, way_back,
};
pub use program::Program;
pub use shape::MAX_ITEMS;
pub use step::{Enqueue, Fault, Ring, Step};
pub use view::View;
pub use world::{Numbers, World};
