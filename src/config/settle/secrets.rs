//! The secrets that `sambung.yaml` points at.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Found;
use crate::config::file::SecretEntry;
use crate::config::rule::CLEAR_SECRET;
use crate::config::secret::SecretPlace;
use crate::flow::{Diagnostic, Spanned, WRONG_FORM};

/// The named secrets. They are fetched when a service needs them.
pub(super) fn settle(
    found: &mut Found,
    entries: BTreeMap<Arc<str>, Spanned<SecretEntry>>,
) -> BTreeMap<Arc<str>, SecretPlace> {
    let named = entries
        .into_iter()
        .filter_map(|(name, entry)| Some((name, place(found, entry, "a secret")?)));
    named.collect()
}

/// `{ env: NAME }` or `{ file: PATH }`; `what` is told as what it is.
pub(super) fn place(
    found: &mut Found,
    entry: Spanned<SecretEntry>,
    what: &str,
) -> Option<SecretPlace> {
    let SecretEntry::Map(map) = entry.value else {
        let message = format!("{what} does not stand in the configuration itself");
        let finding = Diagnostic::new(&CLEAR_SECRET, entry.span, message);
        found.add(finding.help("write `{ env: NAME }` or `{ file: PATH }`"));
        return None;
    };
    match (map.env, map.file) {
        (Some(name), None) => Some(SecretPlace::Env(name.0)),
        (None, Some(file)) => Some(SecretPlace::File(file.into())),
        _ => {
            let message = "a secret has exactly one of `env` and `file`";
            found.add(Diagnostic::new(&WRONG_FORM, entry.span, message));
            None
        }
    }
}
