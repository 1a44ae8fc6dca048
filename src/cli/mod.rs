//! The command line: one file per subcommand.

mod check;
pub mod exit;

pub use check::{CheckArgs, run as check};
