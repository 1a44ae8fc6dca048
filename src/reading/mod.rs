//! Reading aloud: how numbers, money, dates, times and strings of digits are spoken, as words that are recordings.
//!
//! A value and a form go in, [`Word`]s come out; each word is a clip that was recorded once, so that nothing has to be
//! synthesised while a caller waits. Free text alone has no clip. Nothing here knows files, flows or calls: who wants
//! the clips rendered asks [`clips`], who wants them played asks [`items`].
//!
//! `id` is Indonesian, `en` and `en-US` are American English, `en-GB` is British English; tags are compared by their
//! first part and without regard to case (`id-ID` is Indonesian). **Any other language is read in American English.**

mod clip;
mod english;
mod grammar;
mod grouping;
mod indonesian;
mod settings;
mod subject;
#[cfg(test)]
mod tests;
mod word;

pub use clip::{Clip, PAUSE, PAUSE_LENGTH};
pub use settings::{Clock, EnglishZero, IndonesianZero, Minutes, Settings};
pub use subject::{Decimal, Kind, Subject, forms_of};
pub use word::{Word, items, sound, written};

use crate::call::{Language, SayAs};
use crate::time::Moment;
use english::English;
use grammar::Line;
use indonesian::Indonesian;

/// The languages that have clips, by the first part of their tags; every other language hears the last one.
pub const LANGUAGES: [&str; 2] = ["id", "en"];

/// No reading has more words than this.
pub const MAX_WORDS: usize = 72;

/// The most letters and digits that are spelled one by one.
pub const MAX_SPELLED: usize = 64;

/// The most characters of a free text.
pub const MAX_TEXT: usize = 1_000;

/// Why a value cannot be read aloud.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// The form is none of this kind of value.
    #[error("{} `{}` cannot be read as `{}`", kind.article(), kind.name(), form.name())]
    WrongForm {
        /// What it is.
        kind: Kind,
        /// What it was to be read as.
        form: SayAs,
    },
    /// There is no ordinal of zero, of what lies below it, and of what lies beyond 999 trillion.
    #[error("{number} has no ordinal")]
    NoOrdinal {
        /// The number.
        number: i64,
    },
    /// A span of time below zero.
    #[error("a duration of {seconds} seconds is below zero")]
    NegativeDuration {
        /// The seconds.
        seconds: i64,
    },
    /// The text has no digits, or letters beside them, and so is no telephone number.
    #[error("the text is no telephone number")]
    NoPhone,
    /// The text is longer than what anybody would listen to.
    #[error("the text has {length} characters, more than {most}")]
    TooLong {
        /// How many it has.
        length: usize,
        /// [`MAX_SPELLED`] or [`MAX_TEXT`].
        most: usize,
    },
    /// A moment is read as seen from now, and now was not told.
    #[error("`when` needs the present moment")]
    NoNow,
}

/// Reads a value aloud: the words that a caller hears, at most [`MAX_WORDS`].
///
/// `now` is what the clock on the wall shows; only [`SayAs::When`] needs it. An empty text gives no words.
///
/// # Errors
///
/// The form does not suit the value ([`forms_of`] tells which do), or the value has no words in that form.
pub fn read(
    subject: &Subject,
    form: SayAs,
    language: &Language,
    now: Option<Moment>,
    settings: &Settings,
) -> Result<Vec<Word>, Unreadable> {
    if !forms_of(subject.kind()).contains(&form) {
        return Err(Unreadable::WrongForm { kind: subject.kind(), form });
    }
    let mut line = Line::default();
    match tongue(language) {
        Tongue::Indonesian => {
            grammar::read(&Indonesian { settings }, subject, form, now, &mut line)
        }
        Tongue::American => {
            grammar::read(&English { settings, british: false }, subject, form, now, &mut line)
        }
        Tongue::British => {
            grammar::read(&English { settings, british: true }, subject, form, now, &mut line)
        }
    }?;
    Ok(line.into_words())
}

/// Every clip that [`read`] can ask for in a language, without [`PAUSE`].
#[must_use]
pub fn clips(language: &Language) -> &'static [Clip] {
    match tongue(language) {
        Tongue::Indonesian => &indonesian::CLIPS,
        Tongue::American | Tongue::British => &english::CLIPS,
    }
}

/// The grammars there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tongue {
    Indonesian,
    American,
    British,
}

impl Tongue {
    /// The tag under which its clips lie, one of [`LANGUAGES`].
    const fn tag(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::American | Self::British => "en",
        }
    }
}

fn tongue(language: &Language) -> Tongue {
    let tag = language.as_str();
    let first = tag.split('-').next().unwrap_or_default();
    if first.eq_ignore_ascii_case("id") {
        Tongue::Indonesian
    } else if tag.eq_ignore_ascii_case("en-GB") {
        Tongue::British
    } else {
        Tongue::American
    }
}
