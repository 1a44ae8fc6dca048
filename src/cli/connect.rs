//! `sambung connect`: how phones, trunks and other switches are connected, as the README tells it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{exit, print};

/// The one source of the recipes.
const README: &str = include_str!("../../README.md");
/// The section that holds them.
const SECTION: &str = "## Connect it in ten lines\n";

/// Print how a phone, a trunk or another switch is connected; `sambung help connect` prints all of it.
#[derive(Debug, Args)]
#[command(after_long_help = shown(recipes()))]
pub(crate) struct ConnectArgs {
    /// What is to be connected
    what: What,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// A telephone that is a program.
    Softphone,
    /// A carrier.
    Trunk,
    /// Asterisk, by PJSIP.
    Asterisk,
    /// FreeSWITCH, by a gateway.
    Freeswitch,
    /// Kamailio in front of the node.
    Kamailio,
}

impl What {
    const fn title(self) -> &'static str {
        match self {
            Self::Softphone => "A softphone",
            Self::Trunk => "A SIP trunk",
            Self::Asterisk => "Asterisk",
            Self::Freeswitch => "FreeSWITCH",
            Self::Kamailio => "Kamailio",
        }
    }
}

/// Does what is asked.
pub(crate) fn run(args: &ConnectArgs) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(shown(recipe(args.what)).as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => exit::CLEAN.into(),
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLEAN.into(),
        Err(error) => {
            print::error(&error);
            exit::FINDINGS.into()
        }
    }
}

/// All recipes.
fn recipes() -> &'static str {
    let section = README.split_once(SECTION).map_or("", |(_, section)| section);
    section.split_once("\n## ").map_or(section, |(section, _)| section).trim()
}

/// One of them, without its title.
fn recipe(what: What) -> &'static str {
    let mut recipes = recipes().split("\n### ").filter_map(|recipe| recipe.split_once('\n'));
    recipes.find(|(title, _)| *title == what.title()).map_or("", |(_, recipe)| recipe.trim())
}

/// Text of the README as a terminal shows it: titles in capitals, code by its indent.
fn shown(text: &str) -> String {
    let mut code = false;
    let mut shown = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            code = !code;
        } else if let Some(title) = line.strip_prefix("### ") {
            shown.push_str(&title.to_uppercase());
            shown.push('\n');
        } else {
            shown.push_str(if code { "  " } else { "" });
            shown.push_str(line);
            shown.push('\n');
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_is_there_with_its_own_side() {
        for what in What::value_variants() {
            let recipe = recipe(*what);
            assert!(recipe.contains("```yaml\n"), "{what:?}: {recipe}");
            assert!(recipes().contains(recipe), "{what:?}");
            assert_eq!(recipe.matches("```").count() % 2, 0, "{what:?}: {recipe}");
        }
    }

    #[test]
    fn the_terminal_shows_no_marks() {
        let text = "### Asterisk\n\nIn short:\n\n```ini\n[sambung]\n```\n";
        assert_eq!(shown(text), "ASTERISK\n\nIn short:\n\n  [sambung]\n");
    }
}
