//! A day that fails, made smaller while it still fails in the same way.

use std::collections::BTreeSet;

use super::day::Day;
use super::failure::Failure;
use super::fault::Fault;
use super::settings::Settings;
use crate::engine;

/// The most days that are tried to make one smaller.
const MAX_TRIES: u32 = 400;

/// The most steps of all these days together.
const MAX_STEPS: u64 = 20_000_000;

/// The smallest day found that fails as the first did.
#[derive(Debug)]
pub struct Shrunk {
    /// What it is made of.
    pub settings: Settings,
    /// How it fails.
    pub failure: Failure,
    /// How many days were tried.
    pub tries: u32,
}

/// Makes a day that fails smaller: without faults that it does not need, with fewer callers, with fewer agents. Callers
/// and agents who are left do what they did.
#[must_use]
pub fn shrink(settings: &Settings, engine: &engine::Settings, failure: Failure) -> Shrunk {
    let seed = failure.seed;
    let live = |settings: &Settings| {
        Day::new(seed, settings, engine.clone()).run().map(|totals| totals.steps)
    };
    search(settings.bounded(), failure, live)
}

fn search<L: Fn(&Settings) -> Lived>(settings: Settings, failure: Failure, live: L) -> Shrunk {
    let shrunk = Shrunk { settings, failure, tries: 0 };
    let mut search = Search { live, left: MAX_STEPS, shrunk };
    search.faults();
    search.callers();
    search.agents();
    search.faults();
    search.shrunk
}

/// How a day went: how many steps it took, or how it failed.
type Lived = Result<u64, Box<Failure>>;

/// The search for a smaller day.
struct Search<L> {
    live: L,
    left: u64,
    shrunk: Shrunk,
}

impl<L: Fn(&Settings) -> Lived> Search<L> {
    /// Whether a smaller day fails in the same way; then it is the one to go on from.
    fn fails(&mut self, smaller: Settings) -> bool {
        if self.shrunk.tries >= MAX_TRIES || self.left == 0 {
            return false;
        }
        self.shrunk.tries += 1;
        let lived = (self.live)(&smaller);
        let steps = lived.as_ref().map_or_else(|failure| failure.step, |steps| *steps);
        self.left = self.left.saturating_sub(steps);
        match lived {
            Err(failure) if kind(&failure.what) == kind(&self.shrunk.failure.what) => {
                self.shrunk.settings = smaller;
                self.shrunk.failure = *failure;
                true
            }
            Ok(_) | Err(_) => false,
        }
    }

    fn faults(&mut self) {
        let without =
            |settings: &Settings, faults: BTreeSet<Fault>| Settings { faults, ..settings.clone() };
        if self.shrunk.settings.faults.is_empty()
            || self.fails(without(&self.shrunk.settings, BTreeSet::new()))
        {
            return;
        }
        for fault in self.shrunk.settings.faults.clone() {
            let mut fewer = self.shrunk.settings.faults.clone();
            fewer.remove(&fault);
            self.fails(without(&self.shrunk.settings, fewer));
        }
    }

    /// Leaves out callers: first half of them, then ever smaller parts, at last one by one.
    fn callers(&mut self) {
        let settings = &self.shrunk.settings;
        let mut kept: Vec<u32> = match &settings.only {
            Some(only) => only.iter().copied().collect(),
            None => (0..settings.calls).collect(),
        };
        let mut part = kept.len().div_ceil(2);
        while part > 0 && !kept.is_empty() {
            let mut at = 0;
            while at < kept.len() {
                let end = (at + part).min(kept.len());
                let rest = [&kept[..at], &kept[end..]].concat();
                let only = Some(rest.iter().copied().collect());
                if self.fails(Settings { only, ..self.shrunk.settings.clone() }) {
                    kept = rest;
                } else {
                    at = end;
                }
            }
            part = if part == 1 { 0 } else { part.div_ceil(2) };
        }
    }

    /// Leaves out agents from the last on.
    fn agents(&mut self) {
        let mut part = self.shrunk.settings.agents.div_ceil(2);
        while part > 0 {
            let agents = self.shrunk.settings.agents.saturating_sub(part);
            let fewer = agents < self.shrunk.settings.agents;
            if !(fewer && self.fails(Settings { agents, ..self.shrunk.settings.clone() })) {
                part = if part == 1 { 0 } else { part.div_ceil(2) };
            }
        }
    }
}

/// What kind of fault a sentence tells: its words without names and numbers.
fn kind(what: &str) -> Vec<&str> {
    let name = |word: &&str| !word.bytes().any(|byte| byte.is_ascii_digit());
    what.split_whitespace().filter(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;

    fn failure(what: &str) -> Failure {
        Failure { seed: 1, step: 10, at: Instant::ZERO, what: what.to_owned(), tail: Vec::new() }
    }

    #[test]
    fn what_a_failure_does_not_need_is_left_out() {
        let settings =
            Settings { calls: 100, agents: 9, faults: Fault::all(), ..Settings::default() };
        let live = |settings: &Settings| {
            let only = settings.only.as_ref();
            let calls = |caller| only.is_none_or(|only| only.contains(&caller));
            let breaks = calls(17)
                && calls(60)
                && settings.agents >= 4
                && settings.faults.contains(&Fault::LateKey);
            if breaks { Err(Box::new(failure("call 7 stalls"))) } else { Ok(20) }
        };
        let shrunk = search(settings, failure("call 5 stalls"), live);
        assert_eq!(shrunk.settings.only, Some([17, 60].into()));
        assert_eq!(shrunk.settings.agents, 4);
        assert_eq!(shrunk.settings.faults, [Fault::LateKey].into());
        assert_eq!(shrunk.failure.what, "call 7 stalls");
        assert!(shrunk.tries < 100, "{} days were tried", shrunk.tries);
    }

    #[test]
    fn a_day_that_fails_in_another_way_is_not_the_same() {
        let settings = Settings { calls: 8, ..Settings::default() };
        let other = |_: &Settings| Err(Box::new(failure("another thing happens")));
        let shrunk = search(settings.clone(), failure("call 5 stalls"), other);
        assert_eq!((shrunk.settings, shrunk.failure.what.as_str()), (settings, "call 5 stalls"));
    }

    #[test]
    fn the_same_fault_of_another_call_is_the_same_fault() {
        let one = "call 019cb65d-742d-730f: its timer is not listed";
        assert_eq!(kind(one), kind("call 019cb65d-7400-7000: its timer is not listed"));
        assert_ne!(kind(one), kind("call 019cb65d-742d-730f: its request is not listed"));
    }
}
