//! The task that owns the engine, and the door to it.
