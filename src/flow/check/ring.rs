//! Rings of a queue: whom callers reach the longer they wait.

use crate::flow::check::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::Span;

/// E0807: rings that make no sense.
pub(crate) static RINGS: Rule = Rule::error("E0807", "the rings of a queue make no sense")
    .why("Each ring lets further agents in when a caller has waited so long, counted from the beginning of the wait; one that comes out of order, or lets nobody in, is a slip.")
    .cure("Write the rings by ascending `after`, each with `levels` from 1 to 99 or `drop_skills`.")
    .example("rings: [ { after: 60s, levels: [2] }, { after: 30s, levels: [3] } ]");

/// A ring that does not come after the one before.
pub(crate) fn not_ascending(span: Span, before: Span) -> Diagnostic {
    let message = "this ring does not come after the one before: `after` counts from the beginning of the wait";
    Diagnostic::new(&RINGS, span, message).also(before, "the one before")
}

/// A ring that lets nobody in.
pub(crate) fn widens_nothing(span: Span) -> Diagnostic {
    Diagnostic::new(&RINGS, span, "this ring lets nobody in that was not reached before")
        .help("name `levels` that are not reached yet, or skills to be asked for no more: `drop_skills: [language]`")
}

/// Levels that are none.
pub(crate) fn no_levels(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(&RINGS, span, format!("`{text}` is no level and no range of levels"))
        .help("write `levels: 2`, `levels: 1..3` or `levels: [1, 3]`; levels go from 1 to 99")
}
