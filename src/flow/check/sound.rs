//! E0306 and N0312: sound files.

use super::{Rule, WRONG_FORM};
use crate::call::{Language, SoundId};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::{Span, Spanned};

/// E0306: a sound file that is missing or cannot be played.
pub(crate) static BROKEN_SOUND: Rule =
    Rule::error("E0306", "a sound file is missing or cannot be played")
        .why("The caller would hear nothing where the flow names this very file.")
        .cure("Put the file where the message says, as a WAV file, or correct its name.")
        .example("prompts: { hold: { audio: hold.wav } }");

/// W0307: a recording of other words.
pub(crate) static OTHER_WORDS: Rule = Rule::warning("W0307", "a recording is older than its text")
    .why("The text was changed after the words were recorded: callers hear what it said before.")
    .cure("Run `sambung prompts build`, or have the words recorded again.")
    .example("prompts: { hours: { id: Kami buka sampai pukul enam. } }");

/// N0312: words without a recording.
pub(crate) static UNSPOKEN: Rule = Rule::note("N0312", "words have no recording yet")
    .why("`sambung prompts build` makes one with a synthetic voice; a recording by a person always wins.")
    .cure("Run `sambung prompts build`, or record the words.")
    .example("prompts: { welcome: { id: Selamat datang. } }");

/// A named file that is not there.
pub(crate) fn missing_sound(span: Span, sound: &SoundId) -> Diagnostic {
    Diagnostic::new(&BROKEN_SOUND, span, format!("there is no sound file `{sound}`"))
        .help("the path begins at the audio folder of the project")
}

/// A recording that holds other words than the text beside it.
pub(crate) fn other_words(
    prompt: &str,
    language: &Language,
    place: Span,
    sound: &SoundId,
) -> Diagnostic {
    let message = format!("the audio of `{prompt}` in `{language}` is older than its text");
    Diagnostic::new(&OTHER_WORDS, place, message)
        .label(format!("`{sound}` says something else"))
        .help("run `sambung prompts build`, or have the words recorded again")
}

/// A file that cannot be played.
pub(crate) fn unreadable_sound(span: Span, sound: &SoundId, why: &str) -> Diagnostic {
    Diagnostic::new(
        &BROKEN_SOUND,
        span,
        format!("the sound file `{sound}` cannot be played: {why}"),
    )
    .help("save it as WAV with 8 or 16 kHz, 16 bits, one channel")
}

/// The most prompts that a note names.
const NAMED: usize = 5;

/// Words of one language that have no recording, as one note.
pub(crate) fn unspoken(language: &Language, prompts: &[(&str, Span)]) -> Diagnostic {
    let place = prompts.iter().map(|(_, span)| *span).min().unwrap_or_default();
    let mut names: Vec<String> =
        prompts.iter().take(NAMED).map(|(name, _)| format!("`{name}`")).collect();
    if prompts.len() > NAMED {
        names.push("…".to_owned());
    }
    let (count, have) = match prompts.len() {
        1 => ("1 prompt".to_owned(), "has"),
        n => (format!("{n} prompts"), "have"),
    };
    let message =
        format!("{count} {have} no recording in language `{language}` yet: {}", names.join(", "));
    Diagnostic::new(&UNSPOKEN, place, message)
        .help("run `sambung prompts build`, or record them under the audio folder")
}

/// Whether a path stays inside the audio folder.
pub(crate) fn is_sound_path(path: &str) -> bool {
    path.ends_with(".wav")
        && !path.contains('\\')
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// A path that is none.
pub(crate) fn bad_sound_path(path: &Spanned<String>) -> Diagnostic {
    let message =
        format!("`audio` must be a WAV file under the audio folder, not `{}`", path.value);
    Diagnostic::new(&WRONG_FORM, path.span, message).help("such as `hold.wav` or `music/calm.wav`")
}

/// A prompt with words where music is wanted.
pub(crate) fn not_music(name: &Spanned<String>) -> Diagnostic {
    let message = format!("`music` must be a sound, but prompt `{}` has words", name.value);
    Diagnostic::new(&WRONG_FORM, name.span, message)
        .help("name a prompt with `audio:`, such as `hold: { audio: hold.wav }`")
}
