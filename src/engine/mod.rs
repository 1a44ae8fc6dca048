//! All calls of a node as one deterministic machine.
