//! The console caller's ear: prompts and music through the loudspeaker, in wall-clock time.

use std::num::{NonZeroU16, NonZeroU32};
use std::sync::Arc;

use rodio::buffer::SamplesBuffer;
use rodio::source::Source as _;
use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink, Player};

use crate::call::{Command, CommandKind, LegId};
use crate::media::{Law, Library, SAMPLE_RATE, Sound};
use crate::simulation::Heard;

/// A loudspeaker with one caller's line on it.
pub(super) struct Speaker {
    library: Arc<Library>,
    device: MixerDeviceSink,
    words: Player,
    music: Player,
}

impl Speaker {
    /// Opens the default sound device.
    ///
    /// # Errors
    /// The machine has no sound device that can be opened.
    pub(super) fn open(library: Arc<Library>) -> Result<Self, DeviceSinkError> {
        let device = DeviceSinkBuilder::open_default_sink()?;
        let words = Player::connect_new(device.mixer());
        let music = Player::connect_new(device.mixer());
        Ok(Self { library, device, words, music })
    }

    /// Sounds what the leg is commanded to sound.
    pub(super) fn hear(&mut self, leg: LegId, heard: &Heard) {
        let Heard::Command(_, Command { leg: of, kind }) = heard else { return };
        if *of != leg {
            return;
        }
        match kind {
            CommandKind::Play(play) => {
                for item in &play.items {
                    self.words.append(samples(&self.library.prompt(item.sound.as_ref())));
                }
            }
            CommandKind::Stop(_) | CommandKind::Hangup(_) => {
                self.words = Player::connect_new(self.device.mixer())
            }
            CommandKind::Music(sound) => {
                self.music = Player::connect_new(self.device.mixer());
                if let Some(sound) = sound {
                    self.music.append(samples(&self.library.music(sound)).repeat_infinite());
                }
            }
            _ => {}
        }
    }

    /// Lets the music sound only where no words do.
    pub(super) fn balance(&self) {
        if self.words.empty() { self.music.play() } else { self.music.pause() }
    }
}

fn samples(sound: &Sound) -> SamplesBuffer {
    let linear: Vec<f32> =
        sound.law(Law::Mu).iter().map(|&byte| f32::from(Law::Mu.decode(byte)) / 32_768.0).collect();
    let rate = NonZeroU32::new(SAMPLE_RATE).expect("8,000 is not zero");
    SamplesBuffer::new(NonZeroU16::MIN, rate, linear)
}
