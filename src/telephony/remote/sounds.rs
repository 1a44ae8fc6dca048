//! Where recordings lie, for adapters that play files.

use std::fmt;
use std::sync::Arc;

use crate::call::SoundId;

/// Finds a sound's file: its address and its SHA-256.
type Find = dyn Fn(&SoundId) -> Option<(String, String)> + Send + Sync;

/// Where recordings lie.
#[derive(Clone)]
pub struct SoundPlace(Arc<Find>);

impl SoundPlace {
    /// Recordings that `find` finds: by their address, with their SHA-256.
    #[must_use]
    pub fn new(
        find: impl Fn(&SoundId) -> Option<(String, String)> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(find))
    }

    /// No recordings at all.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::new(|_| None)
    }

    /// Where a sound lies.
    pub(super) fn find(&self, sound: &SoundId) -> Option<(String, String)> {
        (self.0)(sound)
    }
}

impl fmt::Debug for SoundPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SoundPlace")
    }
}
