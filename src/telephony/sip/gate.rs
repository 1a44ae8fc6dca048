//! The guard at the door of the adapter: what the access lists say of a source, and what an operator is told.

use std::net::{IpAddr, SocketAddr};

use super::network::Network;
use super::switch::Switch;
use crate::sip::{GuardCounts, GuardNews, Origin};
use crate::time::Instant;

/// What a source may expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is on a list, or had to do with us: it goes before strangers.
    Known,
    /// It is answered once there is time.
    Stranger,
    /// It gets no answer.
    Unheard,
}

impl Switch {
    /// Whether a message is looked at, and before whose.
    pub(super) fn standing(&mut self, now: Instant, from: IpAddr, message: &[u8]) -> Standing {
        let origin = self.origin(from);
        let agent = &self.agent;
        let heard = self.guard.admit(now, from, origin, message, |tag| agent.knows_tag(tag));
        let standing = match heard {
            Ok(()) if self.guard.knows(now, from, origin) => Standing::Known,
            Ok(()) => Standing::Stranger,
            Err(dropped) => {
                tracing::trace!(source = %from, ?dropped, "A message was dropped.");
                Standing::Unheard
            }
        };
        self.tell_of_guard();
        standing
    }

    /// Whether a source may call without a password.
    pub(super) fn is_allowed(&self, source: IpAddr) -> bool {
        self.settings.allow.iter().any(|network| network.contains(source))
    }

    /// Whether phones may register from a source.
    pub(super) fn may_register(&self, source: IpAddr) -> bool {
        let listed = self.settings.agents_from.iter().any(|network| network.contains(source));
        listed || self.is_allowed(source)
    }

    /// Takes note of a wrong password.
    pub(super) fn login_failed(&mut self, now: Instant, from: IpAddr, user: &str, exists: bool) {
        let origin = self.origin(from);
        self.guard.login_failed(now, from, origin, (user, exists));
        self.tell_of_guard();
    }

    /// What the access lists say of a source.
    fn origin(&self, source: IpAddr) -> Origin {
        if self.trunking.by_source(SocketAddr::new(source, 0)).is_some() {
            return Origin::Trusted;
        }
        let mut allowed = self.settings.allow.iter().filter(|network| network.contains(source));
        match (allowed.next(), allowed.all(Network::is_wide)) {
            (Some(first), others_wide) if first.is_wide() && others_wide => Origin::Listed,
            (Some(_), _) => Origin::Trusted,
            (None, _) if !self.settings.users.is_empty() && self.may_register(source) => {
                Origin::Phones
            }
            (None, _) => Origin::Stranger,
        }
    }

    fn tell_of_guard(&mut self) {
        while let Some(news) = self.guard.poll_news() {
            match news {
                GuardNews::Banned { source, offence, span } => {
                    tracing::warn!(%source, ?offence, span_s = span.as_secs(), "A source was banned.");
                }
                GuardNews::Counted(counts) => {
                    let GuardCounts { banned, flood, locked_out, scanner, unasked, bans } = counts;
                    tracing::info!(
                        banned,
                        flood,
                        locked_out,
                        scanner,
                        unasked,
                        bans,
                        "Messages were dropped unanswered; the numbers are those since the start."
                    );
                }
            }
        }
    }
}
