//! Datagrams that the network cut into fragments (RFC 791 §3.2, RFC 8200 §4.5), put together.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// The most datagrams that wait for fragments; the one that waits longest gives way.
const MAX_WAITING: usize = 64;
/// The most fragments of a datagram, and the longest datagram.
const MAX_FRAGMENTS: usize = 16;
const MAX_LENGTH: usize = 65_535;

/// A part of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fragment<'a> {
    pub(super) from: IpAddr,
    pub(super) to: IpAddr,
    /// What all fragments of one datagram have in common.
    pub(super) id: u32,
    /// Where its bytes lie in the datagram.
    pub(super) offset: usize,
    /// Whether others lie behind it.
    pub(super) more: bool,
    pub(super) bytes: &'a [u8],
}

/// Fragments that wait for the others.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    waiting: BTreeMap<(IpAddr, IpAddr, u32), Waiting>,
    taken: u64,
}

#[derive(Debug, Default)]
struct Waiting {
    /// When the first of them came, as a count.
    since: u64,
    parts: BTreeMap<usize, Vec<u8>>,
    /// The length of the whole, once the last part is there.
    length: Option<usize>,
}

impl Fragments {
    /// Takes a fragment; returns the whole if it was the last one missing.
    pub(super) fn take(&mut self, fragment: &Fragment<'_>) -> Option<Vec<u8>> {
        let end = fragment.offset + fragment.bytes.len();
        if end > MAX_LENGTH {
            return None;
        }
        let name = (fragment.from, fragment.to, fragment.id);
        if self.waiting.len() >= MAX_WAITING && !self.waiting.contains_key(&name) {
            let oldest = self.waiting.iter().min_by_key(|(_, waiting)| waiting.since)?;
            let oldest = *oldest.0;
            self.waiting.remove(&oldest);
        }
        self.taken += 1;
        let since = self.taken;
        let waiting =
            self.waiting.entry(name).or_insert_with(|| Waiting { since, ..Waiting::default() });
        if waiting.parts.len() < MAX_FRAGMENTS {
            waiting.parts.insert(fragment.offset, fragment.bytes.to_vec());
        }
        if !fragment.more {
            waiting.length = Some(end);
        }
        let whole = waiting.whole()?;
        self.waiting.remove(&name);
        Some(whole)
    }
}

impl Waiting {
    fn whole(&self) -> Option<Vec<u8>> {
        let length = self.length?;
        let mut whole = Vec::new();
        for (&offset, part) in &self.parts {
            if offset > whole.len() {
                return None;
            }
            whole.truncate(offset);
            whole.extend(part);
        }
        (whole.len() == length).then_some(whole)
    }
}
