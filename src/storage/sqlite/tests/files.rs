//! Files, locks and releases.
