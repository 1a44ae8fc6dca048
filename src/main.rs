//! The `sambung` program: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    sambung::cli::run()
}
