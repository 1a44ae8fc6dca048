//! Where tests make the disk of recordings refuse: every use of a file passes here.

use std::io;

/// The gate. Open for good outside of tests.
#[derive(Debug, Default)]
pub(super) struct Gate {
    #[cfg(test)]
    left: std::cell::Cell<Option<u64>>,
    #[cfg(test)]
    passed: std::cell::Cell<u64>,
}

impl Gate {
    /// Lets one use of a file through, or fails it as a broken disk does.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests have more to say")]
    pub(super) const fn pass(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
impl Gate {
    /// Lets one use of a file through, or fails it as a broken disk does.
    pub(super) fn pass(&self) -> io::Result<()> {
        self.passed.set(self.passed.get() + 1);
        match self.left.get() {
            Some(0) => {
                self.left.set(None);
                Err(io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error()))
            }
            Some(left) => {
                self.left.set(Some(left - 1));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Fails one use of a file after so many more.
    pub(super) fn fail_after(&self, uses: u64) {
        self.left.set(Some(uses));
    }

    /// How many uses have passed.
    pub(super) fn passed(&self) -> u64 {
        self.passed.get()
    }
}
