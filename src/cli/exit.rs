//! The exit codes of all commands. `clap` ends the program with [`USAGE`] by itself where it finds the fault.

/// Everything is well.
pub(crate) const CLEAN: u8 = 0;
/// The command did its work and found faults, or could not go on. The reason was printed.
pub(crate) const FINDINGS: u8 = 1;
/// The arguments make no sense.
pub(crate) const USAGE: u8 = 2;
/// A file, or the configuration, could not be read.
pub(crate) const UNREADABLE: u8 = 3;
