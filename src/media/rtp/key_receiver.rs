//! Keys out of telephone-event packets: every key once, at its first packet, whatever the network did to the rest.
//!
//! Packets of a key share a timestamp, but some phones advance it while the key is held, and a key held longer than
//! 8 s comes in segments (RFC 4733 §2.5.1.3). So a key is an interval of the sender's clock: a packet whose own
//! interval touches it, or lies within the least pause between two presses, belongs to it.

use super::packet::RtpHeader;
use super::telephone_event::{MAX_PACKED, SEGMENT, TelephoneEvent};
use crate::call::Symbol;
use crate::time::Duration;

/// Keys that late packets are still told apart from: twice as many as a packet may hold.
const REMEMBERED: usize = 2 * MAX_PACKED;
/// Two presses of one key are at least this far apart.
const LEAST_PAUSE: Duration = Duration::from_millis(40);

/// A key that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPress {
    /// Which key.
    pub symbol: Symbol,
    /// How long it had been held when the packet was sent.
    pub held: Duration,
}

/// The keys of one stream.
#[derive(Debug, Clone, Default)]
pub struct KeyReceiver {
    recent: [Option<Press>; REMEMBERED],
    next: usize,
}

/// A key as far as packets have told, in the sender's clock.
#[derive(Debug, Clone, Copy)]
struct Press {
    ssrc: u32,
    code: u8,
    start: u32,
    end: u32,
    /// The timestamp of its newest segment.
    segment: u32,
    /// The least pause between two presses.
    pause: i32,
    released: bool,
    /// Whether a line was drawn since it was first told of.
    old: bool,
}

impl KeyReceiver {
    /// Takes a telephone-event packet of a clock of `clock_rate` hertz. Returns the keys that it is the first to tell
    /// of, in the order in which they were pressed.
    pub fn receive(
        &mut self,
        header: &RtpHeader,
        payload: &[u8],
        clock_rate: u32,
    ) -> impl Iterator<Item = KeyPress> + use<> {
        let mut presses = [None; MAX_PACKED];
        // A packet is sent at what it says last.
        let last = TelephoneEvent::packed(header, payload).last();
        let sent = last.map_or(0, |(header, event)| end(&header, &event));
        for (press, (header, event)) in
            presses.iter_mut().zip(TelephoneEvent::packed(header, payload))
        {
            let held = u64::from(sent.wrapping_sub(header.timestamp)) * 1_000_000;
            let held = Duration::from_micros(held / u64::from(clock_rate.max(1)));
            let symbol = self.take(&header, &event, clock_rate);
            *press = symbol.map(|symbol| KeyPress { symbol, held });
        }
        presses.into_iter().flatten()
    }

    /// Takes one event of a packet, with its own header (see [`TelephoneEvent::packed`]) and a clock of `clock_rate`
    /// hertz. Returns the key if it is the first to tell of it.
    pub fn take(
        &mut self,
        header: &RtpHeader,
        event: &TelephoneEvent,
        clock_rate: u32,
    ) -> Option<Symbol> {
        let symbol = Symbol::from_event_code(event.code)?;
        if event.duration == 0 {
            // RFC 4733 §2.3.5: no time is for states, and a receiver ignores it in a key. Some senders fill pauses so.
            return None;
        }
        if let Some(place) = self.told(header, event)
            && let Some(press) = &mut self.recent[place]
        {
            press.extend(header, event);
            return None;
        }
        let start = header.timestamp;
        self.recent[self.next] = Some(Press {
            ssrc: header.ssrc,
            code: event.code,
            start,
            end: end(header, event),
            segment: start,
            pause: units(LEAST_PAUSE, clock_rate),
            released: event.end,
            old: false,
        });
        self.next = (self.next + 1) % REMEMBERED;
        Some(symbol)
    }

    /// The press that a packet tells of: the one that it names by its timestamp, else one that it touches.
    fn told(&self, header: &RtpHeader, event: &TelephoneEvent) -> Option<usize> {
        let place = |fits: &dyn Fn(&Press) -> bool| {
            self.recent.iter().position(|press| press.as_ref().is_some_and(fits))
        };
        place(&|press| press.is_of(header, event) && press.segment == header.timestamp)
            .or_else(|| place(&|press| press.covers(header, event)))
    }

    /// Draws a line after the keys so far: whoever listens from now on has nothing to do with them.
    pub fn draw_line(&mut self) {
        self.recent.iter_mut().flatten().for_each(|press| press.old = true);
    }

    /// Whether a packet that was received tells of a key from before the line.
    #[must_use]
    pub fn is_old(&self, header: &RtpHeader, payload: &[u8]) -> bool {
        TelephoneEvent::packed(header, payload).any(|(header, event)| {
            let told = self.told(&header, &event).and_then(|place| self.recent[place].as_ref());
            told.is_some_and(|press| press.old)
        })
    }
}

impl Press {
    fn is_of(&self, header: &RtpHeader, event: &TelephoneEvent) -> bool {
        self.ssrc == header.ssrc && self.code == event.code
    }

    /// Whether a packet begins a press after this one, even without a pause: the marker is on the first packet of an event
    /// and on none of its further segments (RFC 4733 §2.5.1.1, §2.5.1.3).
    fn is_over(&self, header: &RtpHeader) -> bool {
        self.released && header.marker && ahead(header.timestamp, self.segment) > 0
    }

    /// Whether a packet tells of this key.
    fn covers(&self, header: &RtpHeader, event: &TelephoneEvent) -> bool {
        if !self.is_of(header, event) || self.is_over(header) {
            return false;
        }
        let end = end(header, event);
        let touches =
            ahead(header.timestamp, self.end) < self.pause && ahead(self.start, end) < self.pause;
        // Packets around the seam of two segments may be lost, so that the intervals do not touch.
        let next_segment = header.timestamp.wrapping_sub(self.segment);
        let seam = u32::from(SEGMENT)..=u32::from(SEGMENT) + 1;
        touches || !self.released && seam.contains(&next_segment)
    }

    fn extend(&mut self, header: &RtpHeader, event: &TelephoneEvent) {
        let end = end(header, event);
        if ahead(end, self.end) > 0 {
            self.end = end;
        }
        if ahead(header.timestamp, self.segment) > 0 {
            self.segment = header.timestamp;
        }
        if ahead(self.start, header.timestamp) > 0 {
            self.start = header.timestamp;
        }
        self.released |= event.end;
    }
}

/// The time up to which a packet tells of an event.
fn end(header: &RtpHeader, event: &TelephoneEvent) -> u32 {
    header.timestamp.wrapping_add(u32::from(event.duration))
}

/// A span in units of a clock.
fn units(span: Duration, clock_rate: u32) -> i32 {
    i32::try_from(span.as_millis() * u64::from(clock_rate) / 1_000).unwrap_or(i32::MAX)
}

/// How far `a` is ahead of `b` on a clock that wraps; negative if it is behind.
const fn ahead(a: u32, b: u32) -> i32 {
    a.wrapping_sub(b).cast_signed()
}

#[cfg(test)]
mod tests;
