//! E0414: a key with two meanings while the caller waits.

use super::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::Spanned;

/// E0414: the key of the offer to be called back does something else in `keys`.
pub(crate) static QUEUE_KEY_CLASH: Rule = Rule::error(
    "E0414",
    "a key means two things while the caller waits",
)
.why("The caller presses the key to be called back and is led somewhere else.")
.cure("Give the offer another key, or let `keys` do the same by it: `1: callback`.")
.example(
    "agent: { queue: q, keys: { 1: news }, offer_callback: { after: 90s, say: offer, key: 1 } }",
);

/// A finding for the key of an offer that `keys` gives another meaning.
pub(crate) fn queue_key_clash(key: &Spanned<String>) -> Diagnostic {
    let message = format!(
        "`{}` takes the offer to be called back, and `keys` gives it another meaning",
        key.value
    );
    Diagnostic::new(&QUEUE_KEY_CLASH, key.span, message)
        .help("choose another key here, or write `callback` for it in `keys`")
}
