//! One step of a flow.
