//! One call in time.
