//! What callers do: when they press a key, for how long, and when they hang up.

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// The fewest and most packets of 20 ms for which people hold a key: 60–240 ms.
const HELD: (u64, u64) = (3, 12);

/// What one call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli::bench) struct Script {
    /// When it presses key 1, in µs after the answer; `None` = never.
    pub(in crate::cli::bench) key_after: Option<i64>,
    /// How long it holds the key, in packets of 20 ms.
    pub(in crate::cli::bench) held: u16,
    /// When it hangs up, in µs after the answer.
    pub(in crate::cli::bench) talk: i64,
}

/// Whose prompts are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli::bench) enum Prompts {
    /// Those of the project that is written for the purpose: one is told from the other.
    Ours,
    /// Unknown ones: only that there is sound is known.
    Others,
}

/// What the calls of a plan do.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli::bench) enum Habit {
    /// They listen for so long, in µs.
    Listen(i64),
    /// They press a key as people do, 1.2–2.8 s after the answer, listen on, and hang up after 5 s on average (4.2–5.8).
    /// The same seed makes the same calls.
    Press {
        /// Where their chance begins.
        seed: u64,
    },
}

impl Habit {
    /// What the call with this number does.
    pub(in crate::cli::bench) fn script(self, number: usize) -> Script {
        match self {
            Self::Listen(talk) => Script { key_after: None, held: 0, talk },
            Self::Press { seed } => {
                let chance = scatter(seed ^ (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
                let [think, hold, stay] =
                    [chance & 0xffff, chance >> 16 & 0xffff, chance >> 32 & 0xffff];
                let held = HELD.0 + hold % (HELD.1 - HELD.0 + 1);
                Script {
                    key_after: Some(within(1_200_000, 2_800_000, think)),
                    held: u16::try_from(held).unwrap_or(u16::MAX),
                    talk: within(SECOND * 42 / 10, SECOND * 58 / 10, stay),
                }
            }
        }
    }
}

/// The place between two moments that 0 … 65,535 names.
fn within(first: i64, last: i64, place: u64) -> i64 {
    first + (last - first) * i64::try_from(place).unwrap_or(0) / 0xffff
}

/// Spreads a number over all 64 bits (the last step of `SplitMix64`).
const fn scatter(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_take_their_time_and_no_two_the_same() {
        let habit = Habit::Press { seed: 1 };
        let scripts: Vec<_> = (0..1_000).map(|number| habit.script(number)).collect();
        let mean = |of: fn(&Script) -> i64| scripts.iter().map(of).sum::<i64>() / 1_000;
        for script in &scripts {
            let key = script.key_after.expect("everybody presses");
            assert!((1_200_000..=2_800_000).contains(&key), "{script:?}");
            assert!((3..=12).contains(&script.held) && key < script.talk - SECOND, "{script:?}");
        }
        assert!((mean(|script| script.talk) - 5 * SECOND).abs() < SECOND / 10);
        assert!((mean(|script| script.held.into()) - 7).abs() <= 1);
        assert_ne!(scripts[0], scripts[1]);
        assert_eq!(scripts[7], habit.script(7), "the same seed makes the same calls");
    }
}
