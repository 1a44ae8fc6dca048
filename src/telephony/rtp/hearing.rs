//! The ear of a leg on its thread: made when somebody listens, let go of when nobody does.

use crate::media::{
    Band, Codec, Content, Ear, HEARD_SAMPLES, Halver, HeardFrame, NoiseLevel, RtpHeader,
};
use crate::time::{Duration, Instant};

/// The time of one frame.
const FRAME_TIME: Duration = Duration::from_millis(10);
/// How long audio of a bridged party waits at least for what is late.
const PATIENCE: Duration = Duration::from_millis(10);
/// Frames that are caught up with after a late turn; older ones are left out.
const MAX_BURST: u64 = 10;

/// What a leg hears, for those who listen.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    ear: Option<Box<Ear>>,
    /// What makes narrow band of wide band, where an ear hears that.
    halver: Option<Box<Halver>>,
    /// The pause that the far side makes, with its level if it told one.
    pause: Option<Option<NoiseLevel>>,
    /// When the next frame is due.
    due: Instant,
    /// Late packets of ears that were let go of.
    late: u64,
}

impl Hearing {
    /// Takes a packet of speech or of a pause: to be heard, if anybody listens.
    pub(super) fn receive(&mut self, codec: Codec, header: &RtpHeader, content: Content<'_>) {
        self.pause = match content {
            Content::Speech(_) => None,
            Content::Noise(level) => Some(level),
        };
        if let Some(ear) = &mut self.ear
            && ear.codec() == codec
        {
            match content {
                Content::Speech(payload) => ear.receive(header, payload),
                Content::Noise(level) => ear.pause(header, level),
            }
        }
    }

    /// Gives out the frames that are due: 10 ms each, no gap between them. Whoever begins to listen hears what arrives
    /// from then on, and the pause that is.
    /// Each frame comes with its samples in the band that is asked for, which the codec must have.
    pub(super) fn listen(
        &mut self,
        (codec, band): (Codec, Band),
        now: Instant,
        mut heard: impl FnMut(&HeardFrame, &[i16]),
    ) {
        if self.ear.as_ref().is_none_or(|ear| ear.codec() != codec || ear.band() != band) {
            self.rest();
            self.halver = (band == Band::Wide).then(Box::default);
            let ear = self.ear.insert(Box::new(Ear::new(codec, band, PATIENCE)));
            self.pause.into_iter().for_each(|level| ear.rest(level));
            self.due = now + FRAME_TIME;
        }
        let Some(ear) = &mut self.ear else { return };
        let behind = now.since(self.due).as_micros() / FRAME_TIME.as_micros();
        if behind > MAX_BURST {
            self.due += FRAME_TIME.times(behind - MAX_BURST);
        }
        while self.due <= now {
            let mut frame =
                HeardFrame { samples: [0; HEARD_SAMPLES], made_up: false, at: self.due };
            if let Some(halver) = &mut self.halver {
                let mut wide = [0; 2 * HEARD_SAMPLES];
                frame.made_up = ear.next_part(&mut wide);
                halver.halve(&wide, &mut frame.samples);
                heard(&frame, &wide);
            } else {
                frame.made_up = ear.next_part(&mut frame.samples);
                heard(&frame, &frame.samples);
            }
            self.due += FRAME_TIME;
        }
    }

    /// Nobody listens any more.
    pub(super) fn rest(&mut self) {
        self.late += self.ear.take().map_or(0, |ear| ear.late());
        self.halver = None;
    }

    /// Packets that came after their time.
    pub(super) fn late(&self) -> u64 {
        self.late + self.ear.as_ref().map_or(0, |ear| ear.late())
    }
}
