//! All trunks of a node: which is asked what, which calls are whose, and where a number goes.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use super::line::Line;
use super::registration::Outcome;
use super::settings::TrunkSettings;
use crate::sip::ask::{Answer, Ask, AskId};
use crate::sip::chance::Chance;
use crate::sip::login::Login;
use crate::sip::transport::Transport;
use crate::time::{Duration, Instant};

/// One trunk, by its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrunkId(pub usize);

/// What the trunks ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrunkOutput {
    /// Ask this; what comes of it is told by [`Trunks::answered`].
    Ask(Box<Ask>),
    /// Something is other than before: for the log.
    Changed {
        /// The trunk.
        trunk: TrunkId,
        /// What.
        change: TrunkChange,
    },
}

/// What is other than before on a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrunkChange {
    /// Our registration stands.
    Registered,
    /// It could not be made or refreshed.
    RegistrationFailed {
        /// The status; `None` = nobody answered.
        status: Option<u16>,
        /// When it is tried again.
        wait: Duration,
    },
    /// An address answers again.
    Up {
        /// The address.
        address: SocketAddr,
    },
    /// An address does not answer.
    Down {
        /// The address.
        address: SocketAddr,
    },
}

/// A way on which a call goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    /// The trunk; it counts the call until [`Trunks::end_out`].
    pub trunk: TrunkId,
    /// Where to send it.
    pub address: SocketAddr,
    /// How it travels.
    pub transport: Transport,
    /// The request URI.
    pub target: String,
    /// The hops to take.
    pub routes: Vec<String>,
    /// How we are known there.
    pub login: Option<Login>,
    /// The number that is called.
    pub(super) number: Arc<str>,
    /// The ways tried so far, this one last.
    pub(super) tried: Vec<(usize, SocketAddr)>,
}

/// Why no call can go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// No trunk is for this number.
    NoTrunk,
    /// The trunks for it carry as many calls as they may, now or today.
    Full,
    /// None of their addresses is known.
    NoAddress,
    /// No new calls go out any more.
    Draining,
}

/// All trunks of a node.
pub struct Trunks {
    lines: Vec<Line>,
    chance: Chance,
    /// The number of the last request.
    asked: u64,
    draining: bool,
    outputs: VecDeque<TrunkOutput>,
}

impl std::fmt::Debug for Trunks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trunks").field("lines", &self.lines).finish_non_exhaustive()
    }
}

impl Trunks {
    /// Starts with every trunk up as far as anybody knows; registrations are due at once. `secret` must be
    /// unpredictable and used for nothing else.
    #[must_use]
    pub fn new(now: Instant, settings: Vec<TrunkSettings>, secret: [u8; 32]) -> Self {
        let mut chance = Chance::new(secret);
        let lines = settings.into_iter().map(|settings| Line::new(now, settings, &mut chance));
        let lines = lines.collect();
        Self { lines, chance, asked: 0, draining: false, outputs: VecDeque::new() }
    }

    /// The settings of a trunk.
    #[must_use]
    pub fn settings(&self, trunk: TrunkId) -> Option<&TrunkSettings> {
        self.lines.get(trunk.0).map(|line| &line.settings)
    }

    /// The `place`-th address in the settings of a trunk was looked up: where it is, in the order in which the spots are
    /// to be tried. At least one.
    pub fn found(&mut self, trunk: TrunkId, place: usize, spots: &[(SocketAddr, Transport)]) {
        if let Some(line) = self.lines.get_mut(trunk.0) {
            line.found(place, spots);
        }
    }

    /// The trunk whose address this is: the very address, else one on the same host.
    #[must_use]
    pub fn by_source(&self, source: SocketAddr) -> Option<TrunkId> {
        let known = |same: &dyn Fn(SocketAddr) -> bool| {
            self.lines.iter().position(|line| {
                line.settings.accepts && line.ways.iter().filter_map(|way| way.address).any(same)
            })
        };
        let canonical = |at: SocketAddr| at.ip().to_canonical();
        let exact = known(&|at| canonical(at) == canonical(source) && at.port() == source.port());
        let host = || known(&|at| canonical(at) == canonical(source));
        exact.or_else(host).map(TrunkId)
    }

    /// Counts an incoming call, if the trunk may carry one more.
    pub fn take_in(&mut self, trunk: TrunkId) -> bool {
        self.lines.get_mut(trunk.0).is_some_and(|line| line.purse.take_in(&line.settings.limits))
    }

    /// An incoming call is over.
    pub fn end_in(&mut self, trunk: TrunkId) {
        if let Some(line) = self.lines.get_mut(trunk.0) {
            line.purse.put_in();
        }
    }

    /// Finds a way for a call to a number and counts the call: by the trunk whose `numbers` name it most closely,
    /// then the next.
    ///
    /// # Errors
    /// [`Unavailable`] says why there is none; nothing is counted then.
    pub fn begin(&mut self, now: Instant, number: &str) -> Result<Outlet, Unavailable> {
        self.begin_by(now, number, None)
    }

    /// As [`begin`](Self::begin), by the trunk of that name before all others, if it is for this number.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn begin_by(
        &mut self,
        now: Instant,
        number: &str,
        by: Option<&str>,
    ) -> Result<Outlet, Unavailable> {
        let by = by.and_then(|by| self.lines.iter().position(|line| *line.settings.name == *by));
        self.way_for(now, number, by, &[])
    }

    /// The call on this way came to nothing: the next way, if there is one. The former counts no more either way.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn next(&mut self, now: Instant, outlet: &Outlet) -> Result<Outlet, Unavailable> {
        if let Some((trunk, address)) = outlet.tried.last().copied()
            && let Some(line) = self.lines.get_mut(trunk)
            && let Some(way) = line.ways.iter_mut().find(|way| way.address == Some(address))
            && way.failed(now)
        {
            let change = TrunkChange::Down { address: outlet.address };
            self.outputs.push_back(TrunkOutput::Changed { trunk: TrunkId(trunk), change });
        }
        self.end_out(outlet.trunk);
        // Further addresses of a trunk come before other trunks.
        self.way_for(now, &outlet.number, Some(outlet.trunk.0), &outlet.tried)
    }

    /// An outgoing call is over.
    pub fn end_out(&mut self, trunk: TrunkId) {
        if let Some(line) = self.lines.get_mut(trunk.0) {
            line.purse.put_out();
        }
    }

    fn way_for(
        &mut self,
        now: Instant,
        number: &str,
        by: Option<usize>,
        tried: &[(usize, SocketAddr)],
    ) -> Result<Outlet, Unavailable> {
        if self.draining {
            return Err(Unavailable::Draining);
        }
        let mut why = Unavailable::NoTrunk;
        for place in self.for_number(number, by) {
            let Some(line) = self.lines.get_mut(place) else { continue };
            let again = tried.iter().any(|(trunk, _)| *trunk == place);
            let Some(way) = line.best_way(now, |address| tried.contains(&(place, address)), again)
            else {
                why = if again { why } else { Unavailable::NoAddress };
                continue;
            };
            // Another address of the same trunk is the same call of the day.
            if !line.purse.take_out(now, &line.settings.limits, again) {
                why = Unavailable::Full;
                continue;
            }
            if let Some(outlet) = line.outlet((place, way), number, tried) {
                return Ok(outlet);
            }
            line.purse.put_out();
        }
        Err(why)
    }

    /// The trunks for a number: the one that is asked for, then the one that names most of it, then in the order of the
    /// settings.
    fn for_number(&self, number: &str, by: Option<usize>) -> Vec<usize> {
        let mut found: Vec<(usize, usize)> = self
            .lines
            .iter()
            .enumerate()
            .filter_map(|(place, line)| Some((line.digits_for(number)?, place)))
            .collect();
        found.sort_by_key(|(digits, place)| {
            (Some(*place) != by, std::cmp::Reverse(*digits), *place)
        });
        found.into_iter().map(|(_, place)| place).collect()
    }

    /// No new calls go out, and registrations are taken back.
    pub fn stop(&mut self) {
        self.draining = true;
        self.lines.iter_mut().for_each(Line::stop);
    }

    /// When something is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.lines.iter().filter_map(Line::deadline).min()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        for line in &mut self.lines {
            let mut next = || {
                self.asked += 1;
                AskId(self.asked)
            };
            let asks = line.due(now, &mut next, &mut self.chance);
            self.outputs.extend(asks.into_iter().map(|ask| TrunkOutput::Ask(Box::new(ask))));
        }
    }

    /// A request was answered, or nobody answered it.
    pub fn answered(&mut self, now: Instant, ask: AskId, answer: &Answer) {
        for (place, line) in self.lines.iter_mut().enumerate() {
            let trunk = TrunkId(place);
            let mut changes = Vec::new();
            if let Some(outcome) = line.registered(now, ask, answer, &mut self.chance) {
                let change = match outcome {
                    Outcome::Registered => Some(TrunkChange::Registered),
                    Outcome::Unchanged => None,
                    Outcome::Failed { wait } => {
                        let status = answer.status;
                        Some(TrunkChange::RegistrationFailed { status, wait })
                    }
                };
                changes.extend(change);
            }
            changes.extend(line.probed(ask, answer));
            let told = changes.into_iter().map(|change| TrunkOutput::Changed { trunk, change });
            self.outputs.extend(told);
        }
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<TrunkOutput> {
        self.outputs.pop_front()
    }
}
