//! Tidies the text of a YAML file without changing what it says: `sambung fmt`.
//!
//! The text itself is edited, place by place, so that comments and columns that somebody lined up stay. What is
//! changed: blanks at line ends, line ends, several empty lines in a row, `"1"` as the key of a choice, `{a: b}`
//! without spaces, and `&&`, `||`, `!` in formulas. The result is read again, and thrown away should it say anything
//! else than before.

mod edit;
mod line;
mod mark;

use serde_yaml::Value;

use super::diagnostic::{Diagnostics, Level};
use super::expression::spelling;
use super::load::load;
use super::source::FileId;
use mark::marks;

/// Tidies one file; `None` if nothing is to be done. `path` is how findings name it.
///
/// # Errors
/// What is wrong with the file, if it cannot be read as YAML: such a file is left alone.
pub fn tidy(path: &str, bytes: &[u8]) -> Result<Option<String>, Diagnostics> {
    let (file, document, findings) = load(path, bytes, FileId(0));
    let broken = findings.iter().any(|finding| finding.level() == Level::Error);
    let Some(document) = document.filter(|_| !broken) else {
        return Err(Diagnostics { files: vec![file], list: findings, ..Diagnostics::default() });
    };
    let text = tidy_text(&file.text);
    if text.as_bytes() == bytes {
        return Ok(None);
    }
    let (_, after, _) = load(path, text.as_bytes(), FileId(0));
    let same = after.is_some_and(|after| same(&document.value, &after.value));
    debug_assert!(same, "tidying changed what {path} says: {:?}, then {text:?}", file.text);
    Ok(same.then_some(text))
}

fn tidy_text(text: &str) -> String {
    let unified = text.replace("\r\n", "\n");
    if unified.contains('\r') {
        // A lone CR ends a line for some readers and not for others.
        return text.to_owned();
    }
    let text = unified;
    let text = edit::apply(&text, &marks(&text));
    line::tidy_lines(&text, &marks(&text))
}

/// Whether two files say the same; formulas may differ in their spelling.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Mapping(a), Value::Mapping(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((a_key, a), (b_key, b))| a_key == b_key && same(a, b))
        }
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::String(a), Value::String(b)) if a != b => {
            let formula = |text: &str| spelled(text.strip_prefix('=').unwrap_or(text));
            a.starts_with('=') == b.starts_with('=') && formula(a) == formula(b)
        }
        _ => a == b,
    }
}

/// A formula in its one spelling.
fn spelled(text: &str) -> String {
    let mut spelled = text.to_owned();
    for (range, word) in spelling(text).into_iter().rev() {
        spelled.replace_range(range, &word);
    }
    spelled
}

#[cfg(test)]
mod tests;
