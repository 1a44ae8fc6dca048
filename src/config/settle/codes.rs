//! `agent_codes`: codes that can be told apart, and reasons of breaks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Found;
use crate::config::codes::{AgentCodes, CodesSection};
use crate::config::written::Code;
use crate::flow::{Diagnostic, Span, Spanned, WRONG_FORM};

/// What is dialled where nothing is said: log-in, log-out, a break, ready, the end of a wrap-up.
const CODES: [&str; 5] = ["*11", "*12", "*13", "*14", "*15"];
/// Why somebody has a break who dials no reason.
const NO_REASON: &str = "break";
/// The longest reason, in characters.
const MAX_REASON: usize = 64;

pub(super) fn settle(
    found: &mut Found,
    section: Option<Spanned<CodesSection>>,
) -> Option<AgentCodes> {
    let Spanned { value: section, span } = section?;
    let written = [section.login, section.logout, section.pause, section.ready, section.done];
    let codes: Vec<(Arc<str>, Span)> = written
        .into_iter()
        .zip(CODES)
        .map(|(written, default)| match written {
            Some(Spanned { value: Code(code), span }) => (code, span),
            None => (Arc::from(default), span),
        })
        .collect();
    for (place, (code, span)) in codes.iter().enumerate() {
        for (other, first) in &codes[..place] {
            if code.starts_with(&**other) || other.starts_with(&**code) {
                let message = format!("`{code}` and `{other}` cannot be told apart");
                let finding = Diagnostic::new(&super::CONTRADICTION, *span, message);
                found.add(finding.also(*first, "the other one"));
            }
        }
    }
    let [(login, _), (logout, _), (pause, _), (ready, _), (done, _)] =
        <[_; 5]>::try_from(codes).ok()?;
    let breaks = breaks(found, &pause, section.reasons);
    Some(AgentCodes { breaks, login, logout, ready, done })
}

fn breaks(
    found: &mut Found,
    code: &Arc<str>,
    reasons: Option<Spanned<BTreeMap<Arc<str>, Arc<str>>>>,
) -> BTreeMap<Arc<str>, Arc<str>> {
    let mut breaks = BTreeMap::from([(Arc::clone(code), Arc::from(NO_REASON))]);
    let Some(Spanned { value: reasons, span }) = reasons else { return breaks };
    for (digit, reason) in reasons {
        let one_digit = digit.len() == 1 && digit.bytes().all(|byte| byte.is_ascii_digit());
        let fits = (1..=MAX_REASON).contains(&reason.chars().count());
        if !one_digit || !fits {
            let message = format!(
                "`reasons` are digits with words of 1 to {MAX_REASON} characters, such as `1: lunch`"
            );
            found.add(Diagnostic::new(&WRONG_FORM, span, message));
            continue;
        }
        breaks.insert(format!("{code}{digit}").into(), reason);
    }
    breaks
}
