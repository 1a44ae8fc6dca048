//! The `sambung` program: arguments in, exit code out.

fn main() {}
