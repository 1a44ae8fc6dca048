//! `sambung adapter`: telephony worlds of other programs.

mod check;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// The contract, as whoever writes an adapter reads it, and a whole adapter that keeps it.
const CONTRACT: &str = concat!(include_str!("contract.txt"), include_str!("first.py"));

/// Check programs that bring telephony worlds; `sambung help adapters` prints their contract.
#[derive(Debug, Args)]
#[command(after_long_help = CONTRACT)]
pub(crate) struct AdapterArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Check(check::CheckArgs),
}

/// Does what is asked.
pub(crate) fn run(args: &AdapterArgs) -> ExitCode {
    match &args.what {
        What::Check(args) => check::run(args),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::CONTRACT;
    use crate::telephony::remote::wire::{Command, Event, Message};

    #[test]
    fn every_message_has_an_example_that_is_one() {
        let mut words = BTreeSet::new();
        for line in CONTRACT.lines().filter_map(|line| line.strip_prefix("  {")) {
            let line = format!("{{{line}");
            let word = if line.contains("\"event\":") {
                let message = Message::<Event>::read(line.as_bytes()).expect(&line);
                assert!(!matches!(message.body, Event::Unknown(_)), "{line}");
                message.body.word().to_owned()
            } else {
                let message = Message::<Command>::read(line.as_bytes()).expect(&line);
                assert!(!matches!(message.body, Command::Unknown(_)), "{line}");
                message.body.word().to_owned()
            };
            words.insert(word);
        }
        for word in Event::WORDS.iter().chain(Command::WORDS) {
            assert!(words.contains(*word), "`{word}` has no example");
        }
        let long =
            CONTRACT.lines().find(|line| !line.starts_with("  ") && line.chars().count() > 128);
        assert_eq!(long, None, "prose fits a screen");
    }
}
