//! espeak-ng as a voice: a small formant synthesiser that speaks Indonesian and English, run as a program.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::{Child, Command, Stdio};

use super::stream::mend_lengths;
use crate::media::{Recording, WavError};

/// How fast it speaks, in words per minute: calmer than its own 175, for telephones and keypads.
const WORDS_PER_MINUTE: u32 = 160;

/// How much of its melody a voice keeps for a word that stands among others: enough to live, not enough to end.
const WORD_RANGE: &str = "40%";

/// What is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// A whole text, with the melody of its sentences.
    Sentence,
    /// A word that is joined to others: level, so that it neither begins nor ends a sentence.
    Word,
}

/// The program espeak-ng.
#[derive(Debug, Clone)]
pub struct Espeak {
    program: OsString,
}

/// Why a text was not spoken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpeechError {
    /// The program is not installed.
    #[error("{program} is not installed; on Debian and Ubuntu: apt-get install espeak-ng")]
    Missing {
        /// The program as it was called.
        program: String,
    },
    /// The program could not be run.
    #[error("{program} could not be run")]
    Run {
        /// The program as it was called.
        program: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The program ran and complained, for example because it has no voice for the language.
    #[error("{program} has not spoken: {complaint}")]
    Refused {
        /// The program as it was called.
        program: String,
        /// The first line that it wrote on standard error, or its exit code.
        complaint: String,
    },
    /// What the program wrote is no sound.
    #[error("{program} wrote no sound")]
    NoSound {
        /// The program as it was called.
        program: String,
        /// What is wrong with the bytes.
        #[source]
        source: WavError,
    },
}

impl Default for Espeak {
    fn default() -> Self {
        Self::new("espeak-ng")
    }
}

impl Espeak {
    /// Takes the program by its name on the search path, or by its path.
    #[must_use]
    pub fn new(program: impl Into<OsString>) -> Self {
        Self { program: program.into() }
    }

    /// The voice that speaks a language: the language tag is espeak-ng's own name for it.
    #[must_use]
    pub fn voice(language: &str) -> String {
        language.to_ascii_lowercase()
    }

    /// All that decides how a text sounds, for telling whether a file would come out the same again.
    #[must_use]
    pub fn recipe(language: &str, manner: Manner) -> String {
        let voice = Self::voice(language);
        match manner {
            Manner::Sentence => format!("espeak-ng {voice} {WORDS_PER_MINUTE}"),
            Manner::Word => format!("espeak-ng {voice} {WORDS_PER_MINUTE} range {WORD_RANGE}"),
        }
    }

    /// The version that the program tells.
    ///
    /// # Errors
    ///
    /// The program is missing or does not run.
    pub fn version(&self) -> Result<String, SpeechError> {
        let output = self.finish(self.start(&["--version"])?)?;
        let text = String::from_utf8_lossy(&output);
        // "eSpeak NG text-to-speech: 1.51  Data at: …"
        let version = text.split(':').nth(1).and_then(|rest| rest.split_whitespace().next());
        Ok(version.unwrap_or("unknown").to_owned())
    }

    /// Speaks a text.
    ///
    /// # Errors
    ///
    /// The program is missing, does not run, has no voice for the language or writes no sound.
    pub fn speak(
        &self,
        language: &str,
        text: &str,
        manner: Manner,
    ) -> Result<Recording, SpeechError> {
        let (voice, speed) = (Self::voice(language), WORDS_PER_MINUTE.to_string());
        // 1 = UTF-8. The text goes in by standard input, so that none is taken for an option.
        let mut arguments = vec!["-b", "1", "-v", &voice, "-s", &speed, "--stdin", "--stdout"];
        let text = match manner {
            Manner::Sentence => text.to_owned(),
            Manner::Word => {
                arguments.push("-m");
                level(text)
            }
        };
        let mut child = self.start(&arguments)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that stops reading says why on standard error.
            drop(stdin.write_all(text.as_bytes()));
        }
        let mut wav = self.finish(child)?;
        mend_lengths(&mut wav);
        Recording::from_wav(&wav)
            .map_err(|source| SpeechError::NoSound { program: self.name(), source })
    }

    fn start(&self, arguments: &[&str]) -> Result<Child, SpeechError> {
        Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| match source.kind() {
                io::ErrorKind::NotFound => SpeechError::Missing { program: self.name() },
                _ => SpeechError::Run { program: self.name(), source },
            })
    }

    fn finish(&self, child: Child) -> Result<Vec<u8>, SpeechError> {
        let output = child
            .wait_with_output()
            .map_err(|source| SpeechError::Run { program: self.name(), source })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let complaint =
            errors.lines().next().map_or_else(|| output.status.to_string(), str::to_owned);
        Err(SpeechError::Refused { program: self.name(), complaint })
    }

    fn name(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }
}

/// A text marked up (SSML) to be spoken with little melody.
fn level(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!("<prosody range=\"{WORD_RANGE}\">{text}</prosody>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_said_with_its_package() {
        let error = Espeak::new("no-such-voice-program").version().expect_err("not there");
        assert_eq!(
            error.to_string(),
            "no-such-voice-program is not installed; on Debian and Ubuntu: apt-get install espeak-ng"
        );
    }

    #[test]
    fn a_program_that_fails_or_writes_no_sound_is_an_error() {
        let failed =
            Espeak::new("false").speak("id", "halo", Manner::Sentence).expect_err("always fails");
        assert!(matches!(failed, SpeechError::Refused { .. }), "{failed}");
        let silent =
            Espeak::new("true").speak("id", "halo", Manner::Sentence).expect_err("writes nothing");
        assert!(matches!(silent, SpeechError::NoSound { .. }), "{silent}");
    }

    #[test]
    fn it_speaks_where_it_is_installed() {
        let espeak = Espeak::default();
        if let Err(SpeechError::Missing { .. }) = espeak.version() {
            eprintln!("SKIPPED: espeak-ng is not installed");
            return;
        }
        let speak = |language, text| espeak.speak(language, text, Manner::Sentence);
        let said = speak("id", "-v Terima kasih — tekan 1.").expect("it speaks");
        let again = speak("id", "-v Terima kasih — tekan 1.").expect("it speaks");
        assert!((1_000..5_000).contains(&said.duration().as_millis()), "{}", said.duration());
        assert_eq!(said, again, "the same text sounds the same");
        assert!(speak("xx", "x").is_err());
        let word = espeak.speak("id", "a < b & c", Manner::Word).expect("it speaks");
        assert!((500..5_000).contains(&word.duration().as_millis()), "{}", word.duration());
        assert_ne!(word, speak("id", "a < b & c").expect("it speaks"), "its melody is another");
    }
}
