//! Random calls, for flows with more states than can be looked at: the same seed tries the same calls.

use super::alphabet::moves;
use super::call::{Call, Rest, Seen};
use super::moves::Move;
use super::rules;
use super::space::Sight;
use super::verdict::Way;
use super::world::World;
use crate::flow::{Ahead, CallRule};

/// The most moves of one call.
const MOST_MOVES: usize = 300;

/// What random calls are made from.
pub(super) struct Walks<'a> {
    pub(super) worlds: &'a [World],
    pub(super) ahead: &'a Ahead<'a>,
    pub(super) rules: &'a [CallRule],
}

impl Walks<'_> {
    /// Makes calls until each kind of sight was seen or all calls are made; returns what was seen, the first time each.
    pub(super) fn go(&self, calls: u32, seed: u64) -> Vec<(Sight, Way)> {
        let mut chance = Chance(seed);
        let mut found: Vec<(Sight, Way)> = Vec::new();
        for _ in 0..calls {
            let world = chance.below(self.worlds.len());
            for (sight, way) in self.call(world, &mut chance) {
                if !found.iter().any(|(known, _)| *known == sight) {
                    found.push((sight, way));
                }
            }
        }
        found
    }

    fn call(&self, world: usize, chance: &mut Chance) -> Vec<(Sight, Way)> {
        let Some(around) = self.worlds.get(world) else { return Vec::new() };
        let mut seen = Seen::default();
        let mut call = Call::begin(around, &mut seen);
        let mut made = Vec::new();
        for _ in 0..MOST_MOVES {
            let Some(rest) = call.rest().filter(|rest| *rest != Rest::Over) else { break };
            let mut open = moves(&call, rest, around, self.ahead);
            open.retain(|what| *what != Move::LastMiss);
            if open.is_empty() {
                break;
            }
            let what = open.swap_remove(chance.below(open.len()));
            let rest = what.play(&mut call, &mut seen);
            made.push(what);
            let sights = sights(&seen, rest, self.rules);
            if !sights.is_empty() {
                let way = |what| Way { world, moves: made.clone(), what };
                return sights.into_iter().map(|(sight, what)| (sight, way(what))).collect();
            }
        }
        Vec::new()
    }
}

/// Everything in a whole call that must not be seen.
pub(super) fn sights(seen: &Seen, rest: Rest, own: &[CallRule]) -> Vec<(Sight, String)> {
    let mut sights = Vec::new();
    if let Some((node, _)) = &seen.fault {
        sights.push((Sight::Fault, format!("`{node}` cannot be carried out")));
    }
    if rest == Rest::Endless {
        sights.push((Sight::Endless, "the call goes on by itself".to_owned()));
    }
    if let Some((place, value)) = &seen.leak {
        sights.push((Sight::Leak, format!("`{value}` stands in {place}")));
    }
    rules::look(own, seen, 0, &mut sights);
    sights
}

/// Numbers that look like chance (`SplitMix64`).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        number ^= number >> 31;
        let most = u64::try_from(most.max(1)).unwrap_or(1);
        usize::try_from(number % most).unwrap_or(0)
    }
}
