//! Who is asked first among the agents who are ready: an order that is kept sorted, or a draw.

use super::agent::{Agent, Seat};
use super::line::Line;
use super::machine::Queues;
use super::settings::Strategy;
use crate::time::Instant;

/// Where a ready agent stands among those of a queue: the lesser is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// The level, before all else: agents of a further ring are asked when nobody nearer is ready.
    pub(super) level: u8,
    /// What the strategy counts.
    pub(super) key: u64,
    /// Since when they have been idle, where that decides.
    pub(super) idle_since: Instant,
}

impl Line {
    /// The rank of an agent who is ready since `idle_since`.
    pub(super) fn rank(&self, seat: Seat, agent: &Agent, idle_since: Instant) -> Rank {
        let member = self.membership(seat).unwrap_or_default();
        let key = match self.settings.strategy {
            Strategy::LongestIdle
            | Strategy::Random
            | Strategy::Weighted
            | Strategy::RingAll { .. } => 0,
            Strategy::RoundRobin => self.turns.get(&seat).copied().unwrap_or(0),
            Strategy::FewestCalls => u64::from(agent.shift.calls),
            Strategy::LeastTalk => agent.shift.talked.as_micros(),
            Strategy::Linear => u64::from(member.position),
        };
        let idle_since = match self.settings.strategy {
            // Between two of one place in the list, the name decides.
            Strategy::Linear => Instant::ZERO,
            Strategy::LongestIdle
            | Strategy::RoundRobin
            | Strategy::FewestCalls
            | Strategy::LeastTalk
            | Strategy::Random
            | Strategy::Weighted
            | Strategy::RingAll { .. } => idle_since,
        };
        Rank { level: member.level, key, idle_since }
    }

    /// Notes whose turn it was.
    pub(super) fn took_turn(&mut self, seat: Seat) {
        self.turn += 1;
        self.turns.insert(seat, self.turn);
    }

    /// What speaks for an agent, in words for people.
    pub(super) fn rank_words(&self, seat: Seat, rank: Rank) -> String {
        let level = format!("level {}", rank.level);
        match self.settings.strategy {
            Strategy::LongestIdle | Strategy::RingAll { .. } => {
                format!("{level}, idle since {}", rank.idle_since)
            }
            Strategy::RoundRobin if rank.key == 0 => format!("{level}, had no turn yet"),
            Strategy::RoundRobin => format!("{level}, had turn {} of {}", rank.key, self.turn),
            Strategy::FewestCalls => format!("{level}, {} calls in this shift", rank.key),
            Strategy::LeastTalk => {
                format!("{level}, {} s of talk in this shift", rank.key / 1_000_000)
            }
            Strategy::Linear => format!("{level}, position {}", rank.key),
            Strategy::Random => format!("{level}, drawn by chance"),
            Strategy::Weighted => {
                let weight = self.membership(seat).unwrap_or_default().weight;
                format!("{level}, drawn by weight {weight}")
            }
        }
    }
}

impl Queues {
    /// The agent whom the strategy of a queue asks, of those who are able, best first.
    pub(super) fn choose<'a>(
        &self,
        line: &Line,
        mut able: impl Iterator<Item = &'a (Rank, Seat)>,
    ) -> Option<Seat> {
        let &(rank, first) = able.next()?;
        let weighted = match line.settings.strategy {
            Strategy::LongestIdle
            | Strategy::RoundRobin
            | Strategy::FewestCalls
            | Strategy::LeastTalk
            | Strategy::Linear
            | Strategy::RingAll { .. } => return Some(first),
            Strategy::Random => false,
            Strategy::Weighted => true,
        };
        let level = able.take_while(|(other, _)| other.level == rank.level);
        let seats: Vec<Seat> = [first].into_iter().chain(level.map(|(_, seat)| *seat)).collect();
        let weight = |seat: Seat| match weighted {
            true => u64::from(line.membership(seat).unwrap_or_default().weight),
            false => 1,
        };
        let total: u64 = seats.iter().map(|seat| weight(*seat)).sum();
        let mut drawn = chance(self.settings.seed, self.last_offer) % total.max(1);
        for &seat in &seats {
            match drawn.checked_sub(weight(seat)) {
                Some(left) => drawn = left,
                None => return Some(seat),
            }
        }
        seats.last().copied()
    }
}

/// The number that chance gives for the offer after `number`: splitmix64 over the seed.
const fn chance(seed: u64, number: u64) -> u64 {
    let state = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
