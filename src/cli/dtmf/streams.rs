//! All RTP streams of a capture.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::datagram::{self, Carried, Datagram};
use super::fragments::Fragments;
use super::sound::FoundKey;
use super::stream::Stream;
use crate::media::RtpPacket;

/// The most streams that are followed at a time: some 20 kB each.
const MAX_STREAMS: usize = 2_000;
/// One key on two streams, as on both sides of a bridge, begins within so many milliseconds.
const SAME_MS: u64 = 150;

/// The streams, by addresses and source.
#[derive(Debug, Default)]
pub(super) struct Streams {
    streams: BTreeMap<(SocketAddr, SocketAddr, u32), Stream>,
    /// When the first packet came, in microseconds.
    begun: Option<u64>,
    left_out: u64,
    fragments: Fragments,
}

impl Streams {
    /// Takes a captured packet of a link of that kind.
    pub(super) fn take(&mut self, at_micros: u64, link: u32, packet: &[u8]) {
        self.begun.get_or_insert(at_micros);
        match datagram::datagram(link, packet) {
            Some(Carried::Whole(datagram)) => self.receive(at_micros, datagram),
            Some(Carried::Part(part)) => {
                let Some(whole) = self.fragments.take(&part) else { return };
                if let Some(datagram) = datagram::udp(part.from, part.to, &whole) {
                    self.receive(at_micros, datagram);
                }
            }
            None => {}
        }
    }

    fn receive(&mut self, at_micros: u64, datagram: Datagram<'_>) {
        let Some(packet) = RtpPacket::parse(datagram.payload) else { return };
        if packet.payload.is_empty() || (35..=71).contains(&packet.header.payload_type) {
            return;
        }
        let name = (datagram.from, datagram.to, packet.header.ssrc);
        if self.streams.len() >= MAX_STREAMS && !self.streams.contains_key(&name) {
            self.left_out += 1;
            return;
        }
        self.streams.entry(name).or_default().take(at_micros, &packet);
    }

    /// Packets of streams beyond the most.
    pub(super) const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The keys of each stream.
    pub(super) fn finish(self) -> Vec<(String, Vec<FoundKey>)> {
        let begun = self.begun.unwrap_or(0);
        let finish = |((from, to, ssrc), stream): (_, Stream)| {
            Some((format!("{from}>{to}/{ssrc:08x}"), stream.finish(begun)?))
        };
        self.streams.into_iter().filter_map(finish).collect()
    }
}

/// The keys of all streams, or of all channels, as one list in the order of time. A key that is on several streams at once counts once.
pub(super) fn joined(streams: impl IntoIterator<Item = Vec<FoundKey>>) -> Vec<FoundKey> {
    let mut keys: Vec<(usize, FoundKey)> = Vec::new();
    for (n, found) in streams.into_iter().enumerate() {
        keys.extend(found.into_iter().map(|key| (n, key)));
    }
    keys.sort_by_key(|(_, key)| key.onset_ms);
    let mut list: Vec<(usize, FoundKey)> = Vec::new();
    for (n, key) in keys {
        let near =
            list.iter().rev().take_while(|(_, known)| known.onset_ms + SAME_MS >= key.onset_ms);
        let known = near.clone().any(|(stream, known)| *stream != n && known.symbol == key.symbol);
        if !known {
            list.push((n, key));
        }
    }
    list.into_iter().map(|(_, key)| key).collect()
}
