//! What strangers may do, and how phones prove their passwords.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Found;
use crate::config::file::GuardSection;
use crate::config::settings::{DigestHash, Guard, Network};
use crate::config::written::Range;
use crate::flow::{Diagnostic, Spanned, WRONG_FORM};
use crate::time::Duration;

/// Messages a second of one stranger where nothing is said, and the most that can be set.
const MESSAGES: (u32, u32) = (50, 100_000);
/// The first ban where nothing is said, and the longest that can be set.
const BAN: (Duration, Duration) = (Duration::from_mins(10), Duration::from_mins(24 * 60));
/// Where phones may register from where nothing is said: all of IPv4 and of IPv6.
const EVERYWHERE: [Network; 2] = [
    Network { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), prefix: 0 },
    Network { address: IpAddr::V6(Ipv6Addr::UNSPECIFIED), prefix: 0 },
];

pub(super) fn agents_from(
    found: &mut Found,
    list: Option<Spanned<Vec<Spanned<Range>>>>,
) -> Vec<Network> {
    match list {
        Some(list) => found.distinct(list, "`agents_from`").into_iter().map(|r| r.0).collect(),
        None => EVERYWHERE.to_vec(),
    }
}

pub(super) fn digest(
    found: &mut Found,
    list: Option<Spanned<Vec<Spanned<DigestHash>>>>,
) -> Vec<DigestHash> {
    match list {
        Some(list) => found.distinct(list, "`digest`"),
        None => vec![DigestHash::Sha256],
    }
}

pub(super) fn settle(found: &mut Found, section: GuardSection) -> Guard {
    let mut messages = MESSAGES.0;
    if let Some(written) = section.messages {
        match u32::try_from(written.value) {
            Ok(number) if (1..=MESSAGES.1).contains(&number) => messages = number,
            _ => {
                let message =
                    format!("`sip.guard.messages` must be a whole number from 1 to {}", MESSAGES.1);
                found.add(Diagnostic::new(&WRONG_FORM, written.span, message));
            }
        }
    }
    let ban = section.ban.map_or(BAN.0, |ban| found.at_most(&ban, BAN.1, "`sip.guard.ban`"));
    Guard { answer_strangers: section.answer_strangers.unwrap_or(false), messages, ban }
}
