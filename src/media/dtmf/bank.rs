//! Samples to blocks of 2 ms: how much of each tone is in them, and how much of anything.
//!
//! Every block's bins are turned to one common time, so that any window over any blocks is a plain weighted sum, whether
//! blocks are missing in it or not. The tones are looked for in the differences of samples two apart: that leaves an offset,
//! the hum of the mains and most of a voice behind.

use super::tables::{BLOCK, BLOCKS_PER_SECOND, Bins, TONE_COUNT, TONES, TURNS, WAVES};

/// Blocks that are remembered: 128 ms.
pub(super) const REMEMBERED: usize = 64;

/// What 2 ms of sound hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// The tones: a real part for each, then an imaginary part for each.
    pub(super) bins: Bins,
    /// The power of the differences: their squares.
    pub(super) power: f32,
    /// The power of the samples: their squares.
    pub(super) whole: f32,
    /// Whether any of it was made up.
    pub(super) made_up: bool,
}

/// The blocks of a sound, the newest ones at hand.
#[derive(Debug, Clone)]
pub(super) struct Bank {
    blocks: [Block; REMEMBERED],
    /// The samples of the remembered blocks.
    samples: [i16; REMEMBERED * BLOCK],
    /// How many whole blocks there were.
    count: u64,
    /// The block that is not full yet, and how many samples it has.
    open: Block,
    filled: usize,
    /// The two samples before the next one.
    before: [f32; 2],
    /// Where each tone is in its turn at the beginning of the open block.
    phases: [u16; TONE_COUNT],
}

impl Block {
    const EMPTY: Self =
        Self { bins: [0.0; 2 * TONE_COUNT], power: 0.0, whole: 0.0, made_up: false };

    /// The real and the imaginary part of a tone.
    pub(super) const fn bin(&self, tone: usize) -> (f32, f32) {
        (self.bins[tone], self.bins[tone + TONE_COUNT])
    }
}

impl Bank {
    pub(super) const fn new() -> Self {
        Self {
            blocks: [Block::EMPTY; REMEMBERED],
            samples: [0; REMEMBERED * BLOCK],
            count: 0,
            open: Block::EMPTY,
            filled: 0,
            before: [0.0; 2],
            phases: [0; TONE_COUNT],
        }
    }

    /// Takes samples until a block is full; gives back those that are left, and whether a block became full.
    pub(super) fn take<'a>(&mut self, samples: &'a [i16], made_up: bool) -> (&'a [i16], bool) {
        let wanted = BLOCK - self.filled;
        let (now, rest) = samples.split_at(wanted.min(samples.len()));
        let at = self.place(self.count) * BLOCK + self.filled;
        if let Some(place) = self.samples.get_mut(at..at + now.len()) {
            place.copy_from_slice(now);
        }
        let Block { mut bins, mut power, mut whole, made_up: before } = self.open;
        let [mut second, mut first] = self.before;
        for (&sample, waves) in now.iter().zip(WAVES.iter().skip(self.filled)) {
            let sample = f32::from(sample);
            let difference = sample - second;
            for (bin, wave) in bins.iter_mut().zip(waves) {
                *bin += difference * wave;
            }
            power += difference * difference;
            whole += sample * sample;
            (second, first) = (first, sample);
        }
        self.before = [second, first];
        self.open = Block { bins, power, whole, made_up: before || made_up && !now.is_empty() };
        self.filled += now.len();
        let full = self.filled == BLOCK;
        if full {
            self.close();
        }
        (rest, full)
    }

    /// Turns the open block to the common time and remembers it.
    fn close(&mut self) {
        let mut block = std::mem::replace(&mut self.open, Block::EMPTY);
        for (tone, (phase, hertz)) in self.phases.iter_mut().zip(TONES).enumerate() {
            let [cosine, sine] = TURNS[usize::from(*phase)];
            let (real, imaginary) = block.bin(tone);
            block.bins[tone] = real * cosine - imaginary * sine;
            block.bins[tone + TONE_COUNT] = real * sine + imaginary * cosine;
            *phase = (*phase + hertz) % BLOCKS_PER_SECOND;
        }
        self.blocks[self.place(self.count)] = block;
        self.count += 1;
        self.filled = 0;
    }

    /// How many whole blocks there were.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Block `number`, counted from the first one; an empty one if it is forgotten or still to come.
    pub(super) fn block(&self, number: u64) -> &Block {
        if number < self.count && number + REMEMBERED as u64 >= self.count {
            &self.blocks[self.place(number)]
        } else {
            &Block::EMPTY
        }
    }

    /// The samples of block `number`.
    pub(super) fn samples(&self, number: u64) -> &[i16] {
        let at = self.place(number) * BLOCK;
        self.samples.get(at..at + BLOCK).unwrap_or_default()
    }

    fn place(&self, number: u64) -> usize {
        usize::try_from(number % REMEMBERED as u64).unwrap_or(0)
    }
}
