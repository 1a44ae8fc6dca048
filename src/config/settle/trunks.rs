//! The trunks: where each is, how we are known there, and what may pass.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{Found, secrets};
use crate::config::rule::OPEN_TO_ALL;
use crate::config::settings::Disabled;
use crate::config::trunk::{
    Addresses, LoginEntry, Trunk, TrunkEntries, TrunkEntry, TrunkLimitEntry, TrunkLogin,
};
use crate::config::written::{Keepalive, Shape};
use crate::flow::{Diagnostic, MISSING_KEY, Span, Spanned, WRONG_FORM};
use crate::time::Duration;

/// How often an address is asked whether it is there, where nothing is said.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// How long a registration is asked for, where nothing is said; and the shortest and longest that can be set.
const EXPIRES: [Duration; 3] =
    [Duration::from_mins(10), Duration::from_secs(30), Duration::from_mins(24 * 60)];
/// Outgoing calls at a time and in a day, where nothing is said.
const OUTGOING: (usize, usize) = (10, 100);
/// The longest call, where nothing is said, and the longest that can be set.
const LENGTH: (Duration, Duration) = (Duration::from_mins(240), Duration::from_mins(24 * 60));
/// The most calls that a limit can allow.
const MAX_CALLS: u64 = 1_000_000;

/// The trunks that can be used, and those that cannot for want of a password.
pub(super) fn settle(
    found: &mut Found,
    entries: TrunkEntries,
    folder: &Path,
) -> (BTreeMap<Arc<str>, Trunk>, Vec<Disabled>) {
    let mut trunks = BTreeMap::new();
    let mut disabled = Vec::new();
    for (name, entry) in entries {
        match trunk(found, entry, folder) {
            Some(Ok(trunk)) => {
                trunks.insert(name, trunk);
            }
            Some(Err(why)) => disabled.push(Disabled { item: format!("trunk `{name}`"), why }),
            None => {}
        }
    }
    (trunks, disabled)
}

fn trunk(
    found: &mut Found,
    entry: Spanned<TrunkEntry>,
    folder: &Path,
) -> Option<Result<Trunk, String>> {
    let Spanned { value: entry, span } = entry;
    let addresses = addresses(found, entry.address, span)?;
    for open in entry.from.iter().flatten().filter(|range| range.value.0.prefix == 0) {
        let message = "every address of the network may call without a password";
        found.add(Diagnostic::new(&OPEN_TO_ALL, open.span, message));
    }
    let mut register = None;
    let written = match (entry.register, entry.login) {
        (Some(_), Some(login)) => {
            let message =
                "a trunk is either registered at (`register`) or only logged in to (`login`)";
            found.contradiction(login.span, message.to_owned());
            return None;
        }
        (Some(entry), None) => {
            register = Some(expires(found, entry.expires.as_ref()));
            Some(entry)
        }
        (None, Some(login)) => {
            if let Some(expires) = &login.value.expires {
                let message = "`expires` belongs to `register`: a `login` does not register";
                found.add(Diagnostic::new(&WRONG_FORM, expires.span, message));
            }
            Some(login.value)
        }
        (None, None) => None,
    };
    let login = match written.map(|written| login(found, written, folder)) {
        Some(login) => match login? {
            Ok(login) => Some(login),
            Err(why) => return Some(Err(why)),
        },
        None => None,
    };
    let texts = |list: Option<Vec<Shape>>| list.unwrap_or_default().into_iter().map(|n| n.0);
    let TrunkLimitEntry { incoming, outgoing, per_day, length } = entry.limits.unwrap_or_default();
    let mut calls = |written: Option<Spanned<u64>>| written.and_then(|w| number(found, &w));
    let (incoming, outgoing, per_day) = (calls(incoming), calls(outgoing), calls(per_day));
    Some(Ok(Trunk {
        addresses,
        proxy: entry.proxy.map(|proxy| proxy.0),
        login,
        register,
        from: entry.from.unwrap_or_default().into_iter().map(|range| range.value.0).collect(),
        numbers: texts(entry.numbers).collect(),
        caller_ids: texts(entry.caller_id).collect(),
        identity: entry.identity.unwrap_or_default(),
        keepalive: match entry.keepalive {
            Some(Keepalive(keepalive)) => keepalive,
            None => Some(KEEPALIVE),
        },
        incoming,
        outgoing: outgoing.unwrap_or(OUTGOING.0),
        per_day: per_day.unwrap_or(OUTGOING.1),
        length: length.map_or(LENGTH.0, |l| found.at_most(&l, LENGTH.1, "`limits.length`")),
    }))
}

fn addresses(found: &mut Found, written: Option<Addresses>, trunk: Span) -> Option<Vec<Arc<str>>> {
    let list = match written {
        Some(Addresses::Text(address)) => vec![address.0],
        Some(Addresses::List(list)) => list.into_iter().map(|address| address.0).collect(),
        None => Vec::new(),
    };
    if list.is_empty() {
        let finding = Diagnostic::new(&MISSING_KEY, trunk, "a trunk needs `address:`");
        found.add(finding.help("add `address: \"sip:HOST\"`, or a list of them"));
        return None;
    }
    Some(list)
}

fn expires(found: &mut Found, written: Option<&Spanned<crate::config::written::Time>>) -> Duration {
    let [usual, least, most] = EXPIRES;
    let Some(written) = written else { return usual };
    if written.value.0 < least {
        let message = format!("`expires` must be {least} at least");
        found.add(Diagnostic::new(&WRONG_FORM, written.span, message));
    }
    found.at_most(written, most, "`expires`")
}

/// The login, or why it is not to be had; `None` if it is written wrongly.
fn login(
    found: &mut Found,
    written: LoginEntry,
    folder: &Path,
) -> Option<Result<TrunkLogin, String>> {
    let LoginEntry { user, password, realm, expires: _ } = written;
    let place = secrets::place(found, password, "a password")?;
    let login = place.fetch(folder).map(|password| TrunkLogin {
        user: user.0,
        password,
        realm: realm.map(|realm| realm.0),
    });
    Some(login.map_err(|error| error.to_string()))
}

fn number(found: &mut Found, written: &Spanned<u64>) -> Option<usize> {
    if !(1..=MAX_CALLS).contains(&written.value) {
        let message = format!("must be a whole number from 1 to {MAX_CALLS}");
        found.add(Diagnostic::new(&WRONG_FORM, written.span, message));
    }
    usize::try_from(written.value).ok()
}
