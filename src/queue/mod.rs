//! The human queue (ACD): who is offered to whom, as a pure machine.
