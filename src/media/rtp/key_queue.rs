//! Keys that a leg sends one after the other, in place of its audio.

use std::collections::VecDeque;

use super::key_sender::{EventPacket, KeySender};
use crate::call::Symbol;
use crate::time::Duration;

/// Keys that may wait on one leg; further ones are left out.
const MAX_WAITING: usize = 64;
/// How long each key is held: what every detector takes (ITU-T Q.24 asks for 40 ms).
const HELD: Duration = Duration::from_millis(100);
/// The pause between two keys.
const PAUSE: Duration = Duration::from_millis(100);

/// The keys that wait on a leg.
#[derive(Debug, Clone, Default)]
pub struct KeyQueue {
    waiting: VecDeque<Symbol>,
    sending: Option<(KeySender, u32)>,
    /// Packets until the next key may begin.
    pause: u64,
}

/// What is due instead of a packet of audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyTurn {
    /// Audio.
    Audio,
    /// A packet of a key that began at this timestamp.
    Key(EventPacket, u32),
}

impl KeyQueue {
    /// Sends keys after those that wait. Returns how many had room.
    pub fn push(&mut self, keys: impl IntoIterator<Item = Symbol>) -> usize {
        let before = self.waiting.len();
        self.waiting.extend(keys.into_iter().take(MAX_WAITING - before));
        self.waiting.len() - before
    }

    /// Whether a key is being sent at this moment.
    #[must_use]
    pub const fn is_sending(&self) -> bool {
        self.sending.is_some()
    }

    /// Whether nothing is sent and nothing waits.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.sending.is_none() && self.waiting.is_empty()
    }

    /// What is due now, at `timestamp` of a stream of packets of `packet_time` and keys of a clock of `clock_rate` hertz.
    pub fn turn(&mut self, timestamp: u32, packet_time: Duration, clock_rate: u32) -> KeyTurn {
        if self.sending.is_none() {
            if self.pause > 0 {
                self.pause -= 1;
                return KeyTurn::Audio;
            }
            let Some(symbol) = self.waiting.pop_front() else { return KeyTurn::Audio };
            self.sending = Some((KeySender::new(symbol, HELD, packet_time, clock_rate), timestamp));
        }
        if let Some((sender, start)) = &mut self.sending
            && let Some(packet) = sender.next_packet()
        {
            return KeyTurn::Key(packet, *start);
        }
        self.sending = None;
        self.pause = PAUSE.as_micros() / packet_time.as_micros().max(1);
        KeyTurn::Audio
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::rtp::key_receiver::KeyReceiver;
    use crate::media::rtp::packet::RtpHeader;

    #[test]
    fn keys_follow_one_another_and_are_understood() {
        let keys: Vec<Symbol> = "11*#5".chars().filter_map(Symbol::from_char).collect();
        let packet_time = Duration::from_millis(20);
        let (mut queue, mut receiver) = (KeyQueue::default(), KeyReceiver::default());
        assert_eq!(queue.push(keys.clone()), 5);
        let mut heard = Vec::new();
        for n in 0..100 {
            let KeyTurn::Key(packet, timestamp) = queue.turn(n * 160, packet_time, 8_000) else {
                continue;
            };
            let header = RtpHeader {
                marker: packet.marker,
                payload_type: 101,
                sequence: 0,
                timestamp,
                ssrc: 1,
            };
            heard.extend(receiver.receive(&header, &packet.payload, 8_000).map(|key| key.symbol));
        }
        assert_eq!(heard, keys);
        assert!(queue.is_idle());
    }

    #[test]
    fn the_queue_has_an_end() {
        let mut queue = KeyQueue::default();
        assert_eq!(queue.push([Symbol::POUND; 100]), MAX_WAITING);
        assert_eq!(queue.push([Symbol::POUND]), 0);
    }
}
