//! `sambung explain`: what a finding means, why it matters, what it looks like and what to do about it.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use super::{exit, print};
use crate::config;
use crate::flow::{self, Rule, nearest};

/// Say what the code of a finding means, why it matters and what to do about it.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 explained, 2 there is no such code.")]
pub(crate) struct ExplainArgs {
    /// The code, such as E0101; without one, all codes are listed
    code: Option<String>,
}

/// Explains one code, or lists them all.
pub(crate) fn run(args: &ExplainArgs) -> ExitCode {
    let mut out = io::stdout().lock();
    let told = match &args.code {
        None => rules().try_for_each(|rule| line(rule, &mut out)),
        Some(code) => match find(code) {
            Ok(rule) => explain(rule, &mut out),
            Err(text) => {
                eprintln!("error: {text}");
                return exit::USAGE.into();
            }
        },
    };
    match told.and_then(|()| out.flush()) {
        Ok(()) => exit::CLEAN.into(),
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLEAN.into(),
        Err(error) => {
            print::error(&error);
            exit::FINDINGS.into()
        }
    }
}

/// Every rule there is: those of flows, then those of the configuration.
fn rules() -> impl Iterator<Item = &'static Rule> {
    flow::RULES.iter().chain(config::RULES).copied()
}

/// The rule of a code, whatever its letters' size; else what is wrong with the code.
fn find(code: &str) -> Result<&'static Rule, String> {
    if let Some(rule) = rules().find(|rule| rule.code.eq_ignore_ascii_case(code)) {
        return Ok(rule);
    }
    let text = format!("there is no finding `{code}`");
    Err(match nearest(code, rules().map(|rule| rule.code)) {
        Some(near) => format!("{text}; did you mean `{near}`?"),
        None => format!("{text}; `sambung explain` lists all of them"),
    })
}

fn line(rule: &Rule, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}  {:<7}  {}", rule.code, rule.level.name(), rule.what)
}

fn explain(rule: &Rule, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}[{}]: {}\n", rule.level.name(), rule.code, rule.what)?;
    paragraph("", rule.why, out)?;
    writeln!(out, "\nFor example:\n")?;
    for line in rule.example.lines() {
        writeln!(out, "    {line}")?;
    }
    writeln!(out)?;
    paragraph("Cure: ", rule.cure, out)
}

/// The width of explanations, in characters.
const WIDTH: usize = 80;

/// Writes a text in lines of at most [`WIDTH`], a longer word on a line of its own.
fn paragraph(begin: &str, text: &str, out: &mut impl Write) -> io::Result<()> {
    let mut line = begin.trim_end().to_owned();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(code: &str) -> String {
        let mut out = Vec::new();
        explain(find(code).expect("there is one"), &mut out).expect("written");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_code_is_explained_in_lines_that_fit() {
        insta::assert_snapshot!(printed("e0202"));
        for rule in rules() {
            let text = printed(rule.code);
            assert!(text.contains("Cure: ") && text.contains("For example:"), "{text}");
            let prose = text.lines().filter(|line| !line.starts_with("    "));
            assert!(prose.skip(1).all(|line| line.chars().count() <= WIDTH), "{text}");
        }
    }

    #[test]
    fn codes_are_unique_and_say_what_they_cure() {
        let mut codes: Vec<_> = rules().map(|rule| rule.code).collect();
        codes.sort_unstable();
        assert!(codes.windows(2).all(|pair| pair[0] != pair[1]), "{codes:?}");
        for rule in rules() {
            for text in [rule.what, rule.why, rule.cure, rule.example] {
                assert!(!text.is_empty(), "{}", rule.code);
            }
        }
    }

    #[test]
    fn an_unknown_code_names_the_nearest() {
        for (code, said) in [
            ("E0102x", "there is no finding `E0102x`; did you mean `E0102`?"),
            ("hello", "there is no finding `hello`; `sambung explain` lists all of them"),
        ] {
            assert_eq!(find(code).expect_err(code), said);
        }
    }
}
