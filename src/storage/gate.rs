//! Where tests make the disk refuse: every use of a file of recordings, every statement and every commit passes here.

use std::io;

/// The gate. Open for good outside of tests.
#[derive(Debug, Default)]
pub(super) struct Gate {
    #[cfg(test)]
    left: std::cell::Cell<Option<u64>>,
    #[cfg(test)]
    passed: std::cell::Cell<u64>,
}

/// The disk refused, as broken ones do.
#[derive(Debug)]
pub(super) struct Refused;

impl From<Refused> for io::Error {
    fn from(_: Refused) -> Self {
        Self::from_raw_os_error(rustix::io::Errno::IO.raw_os_error())
    }
}

impl From<Refused> for rusqlite::Error {
    fn from(_: Refused) -> Self {
        Self::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR), None)
    }
}

impl Gate {
    /// Lets one use of the disk through, or fails it.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests have more to say")]
    pub(super) const fn pass(&self) -> Result<(), Refused> {
        Ok(())
    }
}

#[cfg(test)]
impl Gate {
    /// Lets one use of the disk through, or fails it.
    pub(super) fn pass(&self) -> Result<(), Refused> {
        self.passed.set(self.passed.get() + 1);
        let left = self.left.get();
        self.left.set(left.and_then(|left| left.checked_sub(1)));
        if left == Some(0) { Err(Refused) } else { Ok(()) }
    }

    /// Fails one use of the disk after so many more.
    pub(super) fn fail_after(&self, uses: u64) {
        self.left.set(Some(uses));
    }

    /// How many uses have passed.
    pub(super) fn passed(&self) -> u64 {
        self.passed.get()
    }
}
