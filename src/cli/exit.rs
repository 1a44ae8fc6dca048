//! The exit codes of all commands. Beside these, 2 says that the arguments make no sense: `clap` ends the program
//! with it by itself.

/// Everything is well.
pub(crate) const CLEAN: u8 = 0;
/// The command did its work and found faults, or could not go on. The reason was printed.
pub(crate) const FINDINGS: u8 = 1;
/// A file, or the configuration, could not be read.
pub(crate) const UNREADABLE: u8 = 3;
