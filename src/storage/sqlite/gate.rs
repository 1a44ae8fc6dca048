//! Where tests make the disk refuse: every statement and every commit passes here.

/// The gate. Open for good outside of tests.
#[derive(Debug, Default)]
pub(super) struct Gate {
    #[cfg(test)]
    left: std::cell::Cell<Option<u64>>,
    #[cfg(test)]
    passed: std::cell::Cell<u64>,
}

impl Gate {
    /// Lets one call to SQLite through, or fails it as a disk does that refuses.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests have more to say")]
    pub(super) const fn pass(&self) -> rusqlite::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
impl Gate {
    /// Lets one call to SQLite through, or fails it as a disk does that refuses.
    pub(super) fn pass(&self) -> rusqlite::Result<()> {
        self.passed.set(self.passed.get() + 1);
        match self.left.get() {
            Some(0) => {
                self.left.set(None);
                let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR);
                Err(rusqlite::Error::SqliteFailure(code, None))
            }
            Some(left) => {
                self.left.set(Some(left - 1));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Fails one call after so many more.
    pub(super) fn fail_after(&self, calls: u64) {
        self.left.set(Some(calls));
    }

    /// How many calls have passed.
    pub(super) fn passed(&self) -> u64 {
        self.passed.get()
    }
}
