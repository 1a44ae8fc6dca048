//! The exit codes of all commands.

/// Everything is well.
pub const CLEAN: u8 = 0;
/// The command did its work and found faults.
pub const FINDINGS: u8 = 1;
/// The arguments make no sense.
pub const USAGE: u8 = 2;
/// A file could not be read or written.
pub const UNREADABLE: u8 = 3;
