//! One adapter outside, line by line, in virtual time.

mod bench;
mod calls;
mod faults;
mod sound;
mod touch;
