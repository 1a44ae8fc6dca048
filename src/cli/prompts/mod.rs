//! `sambung prompts`: the sounds of a project.
//!
//! `build` renders what is missing from the words of the flows, through a manifest that remembers what was rendered
//! from which words. Whatever a person recorded stays.

mod folder;
mod manifest;
mod plan;
mod render;
mod report;
mod wanted;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::exit;
use super::print;
use crate::call::SoundId;
use crate::flow::{Compiled, Diagnostic, Level};
use crate::project;
use crate::speech::Espeak;
use folder::{Folder, FolderError};
use plan::{Plan, State, Wanted};
use render::{RenderError, Voice};

/// The folder of sounds of a project that has none yet.
const NEW_FOLDER: &str = "audio";

/// Make the sound files of a project from the texts of its flows.
#[derive(Debug, clap::Args)]
pub(crate) struct PromptsArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Render missing and stale prompts from their texts with espeak-ng; recordings by a person are never touched
    Build(BuildArgs),
}

/// Which prompts, and where they go.
#[derive(Debug, clap::Args)]
struct BuildArgs {
    /// A flow file, a folder of flows, or a project's sambung.yaml
    #[arg(value_name = "PATH", default_value = "flows")]
    path: PathBuf,
    /// The folder of the sound files; otherwise the project's own
    #[arg(long, value_name = "DIR")]
    audio: Option<PathBuf>,
    /// Changes nothing: names what is missing or stale, and ends with code 1 if anything is
    #[arg(long)]
    check: bool,
    /// Removes rendered files that no flow plays any more
    #[arg(long, conflicts_with = "check")]
    prune: bool,
    /// Also makes the built-in words, the words of numbers and dates, and the hold music, which the program otherwise carries with it
    #[arg(long)]
    built_in: bool,
}

/// Why the prompts were not built.
#[derive(Debug, thiserror::Error)]
enum BuildError {
    /// The project could not be read.
    #[error(transparent)]
    Project(#[from] project::ProjectError),
    /// Two flows want one file to say different words.
    #[error("plan the sounds")]
    TwoTexts(#[from] wanted::TwoTexts),
    /// The audio folder could not be read or written.
    #[error("keep the sounds")]
    Folder(#[from] FolderError),
    /// A prompt could not be rendered.
    #[error("render the prompts")]
    Render(#[from] RenderError),
    /// What flows with errors play is not known.
    #[error("remove unused sounds: the flows have errors, see `sambung check`")]
    Errors,
    /// The result could not be told.
    #[error("print the result")]
    Output(#[source] io::Error),
}

/// Makes or checks the sounds. What was made is told on standard output, why it was not on standard error.
///
/// Exit codes: [`exit::CLEAN`], [`exit::FINDINGS`], [`exit::UNREADABLE`].
#[must_use]
pub(crate) fn run(args: &PromptsArgs) -> ExitCode {
    let Command::Build(args) = &args.command;
    match build(args, &Espeak::default(), &mut io::stdout().lock()) {
        Ok(true) => exit::CLEAN.into(),
        Ok(false) => exit::FINDINGS.into(),
        Err(error) => {
            print::error(&error);
            match error {
                BuildError::Project(_) => exit::UNREADABLE.into(),
                BuildError::TwoTexts(_)
                | BuildError::Folder(_)
                | BuildError::Render(_)
                | BuildError::Errors
                | BuildError::Output(_) => exit::FINDINGS.into(),
            }
        }
    }
}

/// Builds or checks; `Ok(false)` = something is still due.
fn build(
    args: &BuildArgs,
    voice: &dyn Voice,
    out: &mut impl io::Write,
) -> Result<bool, BuildError> {
    let project = project::open(&args.path)?;
    // A missing sound keeps no words from being known; it may be what is made here.
    let fault = |finding: &&Diagnostic| {
        finding.level() == Level::Error && finding.rule.code != wanted::BROKEN_SOUND
    };
    let errors = project.compiled.diagnostics.list.iter().filter(fault).count();
    if args.prune && errors > 0 {
        return Err(BuildError::Errors);
    }
    let own = project.audio.as_deref().unwrap_or(Path::new(NEW_FOLDER));
    let folder = Folder::new(args.audio.as_deref().unwrap_or(own));
    let mut manifest = folder.manifest()?;
    let wanted = wanted(&project.compiled, args.built_in)?;
    let mut plan = Plan::new(&wanted, &manifest, |sound| folder.hash(sound));
    let carried = wanted::built_in();
    plan.unused.retain(|sound| !carried.contains_key(sound));
    let clean = if args.check {
        report::checked(&plan, out).map_err(BuildError::Output)?;
        plan.sounds_in(&[State::Missing, State::Stale]).next().is_none()
    } else {
        let made = render::carry_out(&plan, &wanted, &mut manifest, &folder, voice)?;
        if args.prune {
            render::remove_unused(&plan, &mut manifest, &folder)?;
        }
        report::built(&plan, &made, args.prune, out).map_err(BuildError::Output)?;
        true
    };
    if errors > 0 {
        writeln!(out, "errors in the flows: {errors}, see `sambung check`")
            .map_err(BuildError::Output)?;
    }
    Ok(clean)
}

fn wanted(
    compiled: &Compiled,
    built_in: bool,
) -> Result<BTreeMap<SoundId, Wanted>, wanted::TwoTexts> {
    let mut wanted = wanted::by_flows(compiled)?;
    if built_in {
        wanted.extend(wanted::built_in());
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Language;
    use crate::media::Recording;
    use crate::speech::{Manner, SpeechError};

    /// A voice that is not installed.
    struct Absent;

    impl Voice for Absent {
        fn version(&self) -> Result<String, SpeechError> {
            Err(SpeechError::Missing { program: "espeak-ng".into() })
        }

        fn speak(&self, _: &Language, _: &str, _: Manner) -> Result<Recording, SpeechError> {
            self.version().map(|_| Recording::from_samples(8_000, &[]))
        }
    }

    fn args(path: &Path) -> BuildArgs {
        BuildArgs { path: path.into(), audio: None, check: false, prune: false, built_in: false }
    }

    /// The sounds of this repository say what its flows and the program say now, and nothing is left over.
    #[test]
    fn the_shipped_sounds_are_up_to_date() {
        let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows");
        let args = BuildArgs { check: true, built_in: true, ..args(&flows) };
        let mut out = Vec::new();
        let clean = build(&args, &Absent, &mut out).expect("the repository can be read");
        let told = String::from_utf8(out).expect("text");
        assert!(clean, "{told}");
        assert!(told.starts_with("0 missing, 0 stale, ") && told.lines().count() == 1, "{told}");
    }

    #[test]
    fn without_the_voice_nothing_is_made_and_its_package_is_named() {
        let place = tempfile::tempdir().expect("a folder for the test");
        let flow = place.path().join("halo.yaml");
        let text = "sambung: 1\nflow: halo\nlanguage: id\nstart: a\nnodes:\n  a: { hangup: \"Halo dunia.\" }\n";
        std::fs::write(&flow, text).expect("writable");
        let audio = place.path().join("audio");
        let args = BuildArgs { audio: Some(audio.clone()), ..args(&flow) };
        let error = build(&args, &Absent, &mut Vec::new()).expect_err("no voice");
        let error = std::error::Error::source(&error).expect("a cause").to_string();
        assert!(error.contains("apt-get install espeak-ng"), "{error}");
        assert!(!audio.join("id").exists() && !audio.join("manifest.json").exists());
        let mut out = Vec::new();
        let clean = build(&BuildArgs { check: true, ..args }, &Absent, &mut out)
            .expect("a check needs none");
        let told = String::from_utf8(out).expect("text");
        assert!(!clean && told.ends_with("1 missing, 0 stale, 1 in all\n"), "{told}");
    }

    #[test]
    fn missing_hold_music_is_made_without_any_voice() {
        let place = tempfile::tempdir().expect("a folder for the test");
        std::fs::create_dir(place.path().join("audio")).expect("writable");
        let flow = place.path().join("line.yaml");
        let text = concat!(
            "sambung: 1\nflow: line\nlanguage: id\nstart: a\n",
            "nodes:\n  a: { queue: q, music: hold, too_long: b, full: b, closed: b, unstaffed: b }\n",
            "  b: { hangup: hold }\nprompts:\n  hold: { audio: hold.wav }\nqueues:\n  q: {}\n",
        );
        std::fs::write(&flow, text).expect("writable");
        let mut out = Vec::new();
        build(&args(&flow), &Absent, &mut out).expect("music needs no voice");
        let told = String::from_utf8(out).expect("text");
        assert_eq!(told, "rendered hold.wav\n1 rendered, 0 up to date, 0 recorded by a person\n");
        let made = std::fs::read(place.path().join("audio/hold.wav")).expect("it was made");
        assert!(made == crate::media::hold_music().to_wav());
    }
}
