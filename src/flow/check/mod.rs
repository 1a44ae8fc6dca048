//! The rules: one file per rule or small family, each with what it finds, why that matters, and an example.

mod reading;
mod rule;

pub use reading::*;
pub use rule::Rule;
