//! The numbers on the packets that we send: one stream of our own, whatever goes into it.
//!
//! Time runs in packets of one length that are either sent or let pass, so that a timestamp after a pause is the true one.
//! Packets of a bridged party are fitted in with their own spacing kept: their losses and gaps stay visible.

use super::packet::RtpHeader;

/// A party's packet this far from the one before begins a new fit (RFC 3550 appendix A.1).
const MAX_DROPOUT: u16 = 3_000;
/// A party's packet this far behind the newest is still late, not a new fit.
const MAX_MISORDER: u16 = 100;

/// The stream that one leg sends.
#[derive(Debug, Clone)]
pub struct Outgoing {
    ssrc: u32,
    /// The sequence number of the next packet.
    sequence: u16,
    /// The timestamp of the frame that is due next.
    timestamp: u32,
    /// What one packet adds to the timestamp.
    step: u32,
    /// Whether the frame before this one was sent.
    talking: bool,
    /// Whether nothing at all was sent in the time of the frame before this one.
    resting: bool,
    fit: Option<Fit>,
}

/// How a party's numbers become ours.
#[derive(Debug, Clone, Copy)]
struct Fit {
    ssrc: u32,
    newest: u16,
    sequence_offset: u16,
    timestamp_offset: u32,
    /// The newest timestamp that was sent, in our numbers.
    sent: u32,
}

impl Outgoing {
    /// Begins a stream of packets that each add `step` to the timestamp. The other three numbers are to be random
    /// (RFC 3550 §5.1).
    #[must_use]
    pub const fn new(ssrc: u32, sequence: u16, timestamp: u32, step: u32) -> Self {
        Self { ssrc, sequence, timestamp, step, talking: false, resting: true, fit: None }
    }

    /// Sets what one packet adds to the timestamp from now on.
    pub const fn set_step(&mut self, step: u32) {
        self.step = step;
    }

    /// What one packet adds to the timestamp.
    #[must_use]
    pub const fn step(&self) -> u32 {
        self.step
    }

    /// Who sends.
    #[must_use]
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The timestamp of the packet that is due next.
    #[must_use]
    pub const fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// Whether the frame that is due may come sooner: the one before it was let pass.
    #[must_use]
    pub const fn rests(&self) -> bool {
        self.resting && self.fit.is_none()
    }

    /// The frame that is due comes so many units of the clock sooner. Of a stream that rests at most the frame that was
    /// let pass, so that no two packets are of the same time.
    pub fn hurry(&mut self, units: u32) {
        debug_assert!(self.rests(), "what was sent is not sent again");
        self.timestamp = self.timestamp.wrapping_sub(units.min(self.step));
        self.resting = false;
    }

    /// The frame that is due comes so many units of the clock later, as a new talk-spurt.
    pub const fn wait(&mut self, units: u32) {
        self.timestamp = self.timestamp.wrapping_add(units);
        self.talking = false;
    }

    /// The header of the frame that is due, which is sent.
    pub fn frame(&mut self, payload_type: u8) -> RtpHeader {
        self.leave();
        let header = RtpHeader {
            marker: !self.talking,
            payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
        };
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(self.step);
        (self.talking, self.resting) = (true, false);
        header
    }

    /// The header of a packet of a key that began at the timestamp `start`; it takes the place of the frame that is due.
    pub fn key(&mut self, payload_type: u8, marker: bool, start: u32) -> RtpHeader {
        let header = RtpHeader { marker, timestamp: start, ..self.frame(payload_type) };
        self.talking = false;
        header
    }

    /// Lets `frames` frames pass without a packet.
    pub fn pause(&mut self, frames: u32) {
        self.timestamp = self.timestamp.wrapping_add(self.step.wrapping_mul(frames));
        (self.talking, self.resting) = (false, true);
    }

    /// The header under which a party's packet is passed on.
    pub fn relay(&mut self, packet: &RtpHeader, payload_type: u8) -> RtpHeader {
        let mut fit = match self.fit {
            Some(fit) if fit.goes_on(packet) => fit,
            Some(_) | None => self.begin(packet),
        };
        let first = self.fit.is_none();
        let sequence = packet.sequence.wrapping_add(fit.sequence_offset);
        let timestamp = packet.timestamp.wrapping_add(fit.timestamp_offset);
        if packet.sequence.wrapping_sub(fit.newest) < MAX_DROPOUT {
            fit.newest = packet.sequence;
            self.sequence = sequence.wrapping_add(1);
        }
        if timestamp.wrapping_sub(fit.sent).cast_signed() > 0 {
            fit.sent = timestamp;
        }
        self.fit = Some(fit);
        RtpHeader {
            marker: packet.marker || first,
            payload_type,
            sequence,
            timestamp,
            ssrc: self.ssrc,
        }
    }

    /// Keeps a party's packet from being passed on without leaving a gap in our sequence.
    pub fn withhold(&mut self, packet: &RtpHeader) {
        if let Some(fit) = &mut self.fit
            && fit.goes_on(packet)
            && (1..MAX_DROPOUT).contains(&packet.sequence.wrapping_sub(fit.newest))
        {
            fit.newest = packet.sequence;
            fit.sequence_offset = self.sequence.wrapping_sub(1).wrapping_sub(packet.sequence);
        }
    }

    /// Fits the party's packet to what is due next.
    fn begin(&mut self, packet: &RtpHeader) -> Fit {
        self.leave();
        Fit {
            ssrc: packet.ssrc,
            newest: packet.sequence,
            sequence_offset: self.sequence.wrapping_sub(packet.sequence),
            timestamp_offset: self.timestamp.wrapping_sub(packet.timestamp),
            sent: self.timestamp,
        }
    }

    /// Goes back to frames of our own, which lie after all that was passed on.
    fn leave(&mut self) {
        if let Some(fit) = self.fit.take() {
            let next = fit.sent.wrapping_add(self.step);
            if next.wrapping_sub(self.timestamp).cast_signed() > 0 {
                self.timestamp = next;
            }
            self.talking = false;
        }
    }
}

impl Fit {
    fn goes_on(&self, packet: &RtpHeader) -> bool {
        let ahead = packet.sequence.wrapping_sub(self.newest);
        let jump = MAX_DROPOUT..=u16::MAX - MAX_MISORDER;
        self.ssrc == packet.ssrc && !jump.contains(&ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(ssrc: u32, sequence: u16, timestamp: u32) -> RtpHeader {
        RtpHeader { marker: false, payload_type: 8, sequence, timestamp, ssrc }
    }

    /// Sequence less 100, timestamp less 1,000, marker.
    fn seen(header: RtpHeader) -> (u16, u32, bool) {
        assert_eq!(header.ssrc, 42);
        (header.sequence.wrapping_sub(100), header.timestamp.wrapping_sub(1_000), header.marker)
    }

    fn outgoing() -> Outgoing {
        Outgoing::new(42, 100, 1_000, 160)
    }

    #[test]
    fn frames_count_on_and_a_pause_shows_in_the_timestamp_alone() {
        let mut outgoing = Outgoing::new(42, 65_535, u32::MAX - 159, 160);
        let first = outgoing.frame(0);
        assert_eq!((first.sequence, first.timestamp, first.marker), (65_535, u32::MAX - 159, true));
        let second = outgoing.frame(0);
        assert_eq!((second.sequence, second.timestamp, second.marker), (0, 0, false));
        outgoing.pause(5);
        let third = outgoing.frame(0);
        assert_eq!((third.sequence, third.timestamp, third.marker), (1, 960, true));
    }

    #[test]
    fn a_stream_that_rests_begins_again_at_the_true_time() {
        let mut outgoing = outgoing();
        assert!(outgoing.rests(), "nothing was sent yet");
        outgoing.frame(0);
        assert!(!outgoing.rests());
        outgoing.pause(1);
        assert!(outgoing.rests());
        outgoing.hurry(120);
        assert!(!outgoing.rests(), "once");
        assert_eq!(seen(outgoing.frame(0)), (1, 200, true), "25 ms after the first");
        outgoing.wait(40);
        assert_eq!(seen(outgoing.frame(0)), (2, 400, true));
        outgoing.pause(1);
        outgoing.hurry(9_000);
        assert_eq!(
            seen(outgoing.frame(0)),
            (3, 560, true),
            "never into the time of the last frame"
        );
        outgoing.relay(&party(7, 500, 90_000), 0);
        outgoing.pause(3);
        assert!(!outgoing.rests(), "a party's last packet may be of this moment");
    }

    #[test]
    fn a_key_bears_the_timestamp_of_its_start_and_time_goes_on() {
        let mut outgoing = outgoing();
        outgoing.frame(0);
        let start = outgoing.timestamp();
        let packets = [true, false, false].map(|marker| outgoing.key(101, marker, start));
        assert_eq!(packets.map(seen), [(1, 160, true), (2, 160, false), (3, 160, false)]);
        assert_eq!(seen(outgoing.frame(0)), (4, 640, true), "a new talk-spurt, at its true time");
    }

    #[test]
    fn a_party_is_fitted_in_with_its_losses_and_its_spacing() {
        let mut outgoing = outgoing();
        outgoing.frame(0);
        assert_eq!(seen(outgoing.relay(&party(7, 500, 90_000), 0)), (1, 160, true));
        assert_eq!(seen(outgoing.relay(&party(7, 501, 90_160), 0)), (2, 320, false));
        assert_eq!(seen(outgoing.relay(&party(7, 503, 90_480), 0)), (4, 640, false), "one lost");
        assert_eq!(seen(outgoing.relay(&party(7, 502, 90_320), 0)), (3, 480, false), "it was late");
        assert_eq!(seen(outgoing.relay(&party(7, 504, 90_640), 0)), (5, 800, false));
        outgoing.pause(3);
        assert_eq!(seen(outgoing.frame(0)), (6, 960, true), "after all that was passed on");
        assert_eq!(seen(outgoing.frame(0)), (7, 1_120, false));
    }

    #[test]
    fn a_new_source_or_a_restart_is_fitted_anew() {
        let mut outgoing = outgoing();
        assert_eq!(seen(outgoing.relay(&party(7, 500, 90_000), 0)), (0, 0, true));
        outgoing.pause(1);
        assert_eq!(seen(outgoing.relay(&party(8, 9, 5), 0)), (1, 160, true));
        outgoing.pause(1);
        assert_eq!(seen(outgoing.relay(&party(8, 40_000, 7), 0)), (2, 320, true));
    }

    #[test]
    fn what_is_withheld_leaves_no_gap() {
        let mut outgoing = outgoing();
        outgoing.relay(&party(7, 500, 0), 0);
        for sequence in 501..504 {
            outgoing.withhold(&party(7, sequence, 160));
        }
        assert_eq!(seen(outgoing.relay(&party(7, 504, 640), 0)), (1, 640, false));
        outgoing.withhold(&party(7, 504, 640));
        assert_eq!(seen(outgoing.relay(&party(7, 505, 800), 0)), (2, 800, false));
    }
}
