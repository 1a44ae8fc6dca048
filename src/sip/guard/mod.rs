//! Who is heard at all: judged for every message before it is parsed, so that a stranger costs next to nothing.
//!
//! ```text
//!                  trusted ──────────────────────────────────────────────▶ heard
//!  datagram ─▶ Origin │
//!                  anybody else ─▶ ban list ─▶ bucket ─▶ glance ─────────▶ heard
//!                                     │           │         │
//!                                     ▼           ▼         ▼
//!                                        dropped without an answer
//! ```
//!
//! - A *trusted* source (one of the access lists) is never limited and never banned.
//! - An *acquaintance* (a source that holds a registration, or that there is or was a call with) may send
//!   [`ACQUAINTED`] times as much as a stranger and is never banned.
//! - Anybody else has a bucket of messages per source. Who goes on when it is empty is banned, longer each time.
//!   Failed logins ban as well. What strangers may ask is decided by a glance at the first lines of the message.
//!
//! A source is an IPv4 address or an IPv6 /64. Every table is bounded: addresses cost an attacker nothing.
//! It has no clock, no sockets and no list of its own; whose address is on which list comes in as [`Origin`].

mod ageing;
mod bans;
mod flood;
mod glance;
mod logins;
mod settings;

use std::collections::VecDeque;
use std::net::IpAddr;

use ageing::Ageing;
use bans::{Banned, Bans};
use flood::{Buckets, Poured};
use glance::{Glance, Kind};
use logins::{Attempts, Judged};

pub use settings::GuardSettings;

use crate::time::{Duration, Instant};

/// How many times more than a stranger an acquaintance may send.
pub const ACQUAINTED: u32 = 10;
/// Most acquaintances remembered: every phone that registers or talks. Beyond it the one to be forgotten first is.
const MAX_ACQUAINTANCES: usize = 32_768;
/// How long a source is remembered after a call with it began, went on or ended.
const MEMORY: Duration = Duration::from_mins(10);
/// How often what was dropped is told, if anything was.
const TELL_EVERY: Duration = Duration::from_mins(1);
/// Most news that wait to be taken.
const MAX_NEWS: usize = 64;

/// What the access lists say of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// On a list of single addresses or networks: heard always.
    Trusted,
    /// On a list so wide that it says little, such as all of IPv4: may ask for anything, within limits.
    Listed,
    /// Phones may register from there.
    Phones,
    /// On no list.
    Stranger,
}

/// Why a message was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// Its source is banned.
    Banned,
    /// Its source sends too much.
    Flood,
    /// It tries a user whose password this source got wrong too often.
    LockedOut,
    /// It comes from a program that looks for victims.
    Scanner,
    /// Strangers are not told that there is anybody here.
    Unasked,
}

/// Why a source was banned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offence {
    /// Too many messages.
    Flood,
    /// Too many users that do not exist.
    UnknownUsers,
    /// Too many wrong passwords for one user; only the two together are banned.
    WrongPasswords,
}

/// How many messages were dropped, and how many bans were spoken, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GuardCounts {
    /// From banned sources.
    pub banned: u64,
    /// Over a source's limit, or over that of all strangers together.
    pub flood: u64,
    /// For users that are locked for their source.
    pub locked_out: u64,
    /// From scanners.
    pub scanner: u64,
    /// From strangers who asked for what they may not.
    pub unasked: u64,
    /// Bans.
    pub bans: u64,
}

/// Something an operator should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardNews {
    /// A source was banned.
    Banned {
        /// Its address; for IPv6 the whole /64 is meant.
        source: IpAddr,
        /// Why.
        offence: Offence,
        /// For how long.
        span: Duration,
    },
    /// What was dropped, once a minute while there is anything to tell.
    Counted(GuardCounts),
}

/// The guard; see the module.
#[derive(Debug)]
pub struct Guard {
    settings: GuardSettings,
    buckets: Buckets,
    bans: Bans,
    attempts: Attempts,
    /// Until when a source is an acquaintance.
    acquaintances: Ageing<IpAddr, ()>,
    counts: GuardCounts,
    told: GuardCounts,
    tell_at: Instant,
    news: VecDeque<GuardNews>,
}

impl Guard {
    /// Starts with empty tables. `secret` must be unpredictable: it keeps strangers from choosing whose place in a
    /// table they share.
    #[must_use]
    pub fn new(settings: GuardSettings, secret: [u8; 32]) -> Self {
        Self {
            buckets: Buckets::new(&settings, secret),
            bans: Bans::new(settings.ban),
            attempts: Attempts::new(),
            acquaintances: Ageing::new(MAX_ACQUAINTANCES),
            counts: GuardCounts::default(),
            told: GuardCounts::default(),
            tell_at: Instant::ZERO,
            news: VecDeque::new(),
            settings,
        }
    }

    /// Judges a message before it is parsed. `knows_tag` tells whether a `To` tag is of a call in progress.
    ///
    /// # Errors
    /// Why the message must be dropped without an answer.
    pub fn admit(
        &mut self,
        now: Instant,
        from: IpAddr,
        origin: Origin,
        datagram: &[u8],
        knows_tag: impl FnOnce(&str) -> bool,
    ) -> Result<(), Dropped> {
        if origin == Origin::Trusted {
            return Ok(());
        }
        let judged = self.judge(now, from.to_canonical(), origin, datagram, knows_tag);
        if let Err(dropped) = judged {
            self.count(dropped);
        }
        self.tell(now);
        judged
    }

    fn judge(
        &mut self,
        now: Instant,
        from: IpAddr,
        origin: Origin,
        datagram: &[u8],
        knows_tag: impl FnOnce(&str) -> bool,
    ) -> Result<(), Dropped> {
        let source = Source::of(from);
        let acquainted = self.is_acquainted(now, from);
        if !acquainted && self.bans.holds(now, Banned::Source(source)) {
            return Err(Dropped::Banned);
        }
        match self.buckets.pour(now, source, acquainted) {
            Poured::Fits => {}
            Poured::Spilt => return Err(Dropped::Flood),
            Poured::Flood => {
                self.ban(now, from, Banned::Source(source), Offence::Flood);
                return Err(Dropped::Flood);
            }
        }
        if acquainted {
            return Ok(());
        }
        let glance = Glance::of(datagram);
        if glance.is_scanner() {
            return Err(Dropped::Scanner);
        }
        if let Some(user) = glance.user()
            && self.bans.holds(now, Banned::Login(source, logins::fingerprint(user)))
        {
            return Err(Dropped::LockedOut);
        }
        if self.may_ask(now, from, origin, &glance, knows_tag) {
            Ok(())
        } else {
            Err(Dropped::Unasked)
        }
    }

    /// What somebody may ask who is neither trusted nor known.
    fn may_ask(
        &mut self,
        now: Instant,
        from: IpAddr,
        origin: Origin,
        glance: &Glance<'_>,
        knows_tag: impl FnOnce(&str) -> bool,
    ) -> bool {
        if self.settings.answer_strangers || origin == Origin::Listed {
            return true;
        }
        match glance.kind {
            // Neither is ever answered, and both mean nothing unless they fit what we sent.
            Kind::Response | Kind::Ack => true,
            Kind::Register => origin == Origin::Phones,
            Kind::Request | Kind::Unreadable => {
                let known = glance.tag_of_to().is_some_and(knows_tag);
                if known {
                    self.meet(now, from);
                }
                known
            }
        }
    }

    /// Whether a source is on a list, or an acquaintance.
    #[must_use]
    pub fn knows(&self, now: Instant, from: IpAddr, origin: Origin) -> bool {
        origin == Origin::Trusted || self.is_acquainted(now, from.to_canonical())
    }

    /// A source holds a registration for so long: that of a user with a password.
    pub fn registered(&mut self, now: Instant, source: IpAddr, lasts: Duration) {
        self.acquaint(source.to_canonical(), now + lasts);
    }

    /// There is a call with a source, or was one until now.
    pub fn meet(&mut self, now: Instant, source: IpAddr) {
        self.acquaint(source.to_canonical(), now + MEMORY);
    }

    /// Somebody gave a wrong password for `user`; `exists` = there is such a user.
    pub fn login_failed(
        &mut self,
        now: Instant,
        from: IpAddr,
        origin: Origin,
        (user, exists): (&str, bool),
    ) {
        let from = from.to_canonical();
        if origin == Origin::Trusted || self.is_acquainted(now, from) {
            return;
        }
        let source = Source::of(from);
        let user = logins::fingerprint(user.as_bytes());
        match self.attempts.failed(now, source, user, exists) {
            Judged::Bearable => {}
            Judged::TooMany => {
                self.ban(now, from, Banned::Login(source, user), Offence::WrongPasswords);
            }
            Judged::TooManyUnknown => {
                self.ban(now, from, Banned::Source(source), Offence::UnknownUsers);
            }
        }
    }

    /// What was dropped since the start.
    #[must_use]
    pub const fn counts(&self) -> GuardCounts {
        self.counts
    }

    /// The next thing an operator should know.
    pub fn poll_news(&mut self) -> Option<GuardNews> {
        self.news.pop_front()
    }

    fn is_acquainted(&self, now: Instant, source: IpAddr) -> bool {
        self.acquaintances.find(&source).is_some_and(|(until, ())| *until >= now)
    }

    fn acquaint(&mut self, source: IpAddr, until: Instant) {
        let known = self.acquaintances.find(&source).map_or(until, |(known, ())| *known);
        self.acquaintances.put(source, until.max(known), ());
    }

    fn ban(&mut self, now: Instant, from: IpAddr, what: Banned, offence: Offence) {
        let span = self.bans.add(now, what);
        self.counts.bans += 1;
        self.push(GuardNews::Banned { source: from, offence, span });
    }

    fn count(&mut self, dropped: Dropped) {
        let counter = match dropped {
            Dropped::Banned => &mut self.counts.banned,
            Dropped::Flood => &mut self.counts.flood,
            Dropped::LockedOut => &mut self.counts.locked_out,
            Dropped::Scanner => &mut self.counts.scanner,
            Dropped::Unasked => &mut self.counts.unasked,
        };
        *counter += 1;
    }

    fn tell(&mut self, now: Instant) {
        if now >= self.tell_at && self.counts != self.told {
            self.tell_at = now + TELL_EVERY;
            self.told = self.counts;
            self.push(GuardNews::Counted(self.counts));
        }
    }

    fn push(&mut self, news: GuardNews) {
        if self.news.len() < MAX_NEWS {
            self.news.push_back(news);
        }
    }
}

/// What is limited and banned as one: an IPv4 address, or the network of an IPv6 host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Source(u64);

impl Source {
    /// IPv4 addresses lie where IPv6 has its mapped ones, so that none meets a network of IPv6.
    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self(0xffff_0000_0000 | u64::from(u32::from(v4))),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                let network = [a, b, c, d];
                Self(network.into_iter().fold(0, |sum, part| sum << 16 | u64::from(part)))
            }
        }
    }
}

#[cfg(test)]
mod tests;
