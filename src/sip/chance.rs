//! Unguessable tokens from one secret seed: tags, branches and Call-IDs (RFC 3261 §19.3).
//!
//! A tag is what keeps a stranger from hanging up somebody's call, so seeing any number of them must not tell
//! the next: every token is a piece of SHA-256 over the seed and a counter.

use sha2::{Digest as _, Sha256};

/// Marks the input of a counted token.
const COUNTED: u8 = 0;
/// Marks the input of a token derived from a message.
const DERIVED: u8 = 1;

/// The source of all chance in a user agent. Same seed, same tokens.
pub(super) struct Chance {
    secret: [u8; 32],
    counter: u64,
}

impl Chance {
    /// Starts from a secret seed.
    pub(super) fn new(secret: [u8; 32]) -> Self {
        Self { secret, counter: 0 }
    }

    /// A token that was never given before.
    pub(super) fn token(&mut self) -> u64 {
        self.counter += 1;
        let mut hash = Sha256::new();
        hash.update(self.secret);
        hash.update([COUNTED]);
        hash.update(self.counter.to_be_bytes());
        first_eight(&hash.finalize())
    }

    /// A number from `low` up to and including `high`, nearly evenly spread.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.token() % (high.saturating_sub(low) + 1)
    }

    /// A token that the same parts always give, so that a repeated request gets the same answer without a memory
    /// of the first (RFC 3261 §8.2.7).
    pub(super) fn derived(&self, parts: &[&[u8]]) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.secret);
        hash.update([DERIVED]);
        for part in parts {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        first_eight(&hash.finalize())
    }
}

fn first_eight(hash: &[u8]) -> u64 {
    hash.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_tokens_and_never_twice() {
        let (mut one, mut two) = (Chance::new([7; 32]), Chance::new([7; 32]));
        let tokens: Vec<u64> = (0..1_000).map(|_| one.token()).collect();
        assert!(tokens.iter().all(|token| *token == two.token()));
        let distinct: std::collections::BTreeSet<_> = tokens.iter().collect();
        assert_eq!(distinct.len(), tokens.len());
        assert_ne!(Chance::new([8; 32]).token(), tokens[0]);
    }

    #[test]
    fn derived_tokens_keep_the_parts_apart() {
        let chance = Chance::new([1; 32]);
        assert_eq!(chance.derived(&[b"ab", b"c"]), chance.derived(&[b"ab", b"c"]));
        assert_ne!(chance.derived(&[b"ab", b"c"]), chance.derived(&[b"a", b"bc"]));
    }

    #[test]
    fn numbers_stay_between_their_ends() {
        let mut chance = Chance::new([2; 32]);
        let drawn: Vec<u64> = (0..200).map(|_| chance.between(5, 15)).collect();
        assert!(drawn.iter().all(|n| (5..=15).contains(n)));
        assert!(drawn.contains(&5) && drawn.contains(&15), "both ends are drawn");
    }
}
