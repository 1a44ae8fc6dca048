//! Opening hours: is it open now, when is it open next, and for how long was it.
//!
//! A calendar is made once from plain [`Settings`], checked while it is made, and then only asked. Its zone rules come
//! from the database inside the program: it reads no file and no clock.

mod between;
mod error;
mod hours;
mod local;
mod next;
mod settings;
mod window;

#[cfg(test)]
mod tests;

pub use error::{Error, OpenDay};
pub use hours::{Calendar, Opening};
pub use settings::{Override, Settings};
pub use window::Window;
