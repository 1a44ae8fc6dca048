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

/// One tone in a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bin {
    pub(super) real: f32,
    pub(super) imaginary: f32,
    /// 1, or 0 if the block was made up: then there is nothing in it.
    pub(super) heard: f32,
}

/// The blocks of a sound, the newest ones at hand.
#[derive(Debug, Clone)]
pub(super) struct Bank {
    blocks: [Block; REMEMBERED],
    /// The samples of the remembered blocks.
    samples: [i16; REMEMBERED * BLOCK],
    /// How many whole blocks there were.
    count: u64,
    /// The two samples before the block that is not full yet, and its own; how many it has, and whether any was made up.
    open: [i16; BLOCK + 2],
    filled: usize,
    open_made_up: bool,
    /// Where each tone is in its turn in the middle of the open block, beside that of the first one.
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
            open: [0; BLOCK + 2],
            filled: 0,
            open_made_up: false,
            phases: [0; TONE_COUNT],
        }
    }

    /// Takes samples until a block is full; gives back those that are left, and whether a block became full.
    pub(super) fn take<'a>(&mut self, samples: &'a [i16], made_up: bool) -> (&'a [i16], bool) {
        let wanted = BLOCK - self.filled;
        let (now, rest) = samples.split_at(wanted.min(samples.len()));
        if let Some(place) = self.open.get_mut(2 + self.filled..2 + self.filled + now.len()) {
            place.copy_from_slice(now);
        }
        self.open_made_up |= made_up && !now.is_empty();
        self.filled += now.len();
        let full = self.filled == BLOCK;
        if full {
            self.close();
        }
        (rest, full)
    }

    /// What the open block holds, seen from its middle: there, each wave is the same on both sides, or turned over.
    fn measure(&self) -> Block {
        let samples: [f32; BLOCK + 2] = self.open.map(f32::from);
        let mut differences = [0.0; BLOCK];
        let (mut power, mut whole) = (0.0, 0.0);
        for (n, difference) in differences.iter_mut().enumerate() {
            let sample = samples[n + 2];
            *difference = sample - samples[n];
            power += *difference * *difference;
            whole += sample * sample;
        }
        let mut reals = [0.0; TONE_COUNT];
        let mut imaginaries = [0.0; TONE_COUNT];
        for (n, waves) in WAVES.iter().enumerate() {
            let (early, late) = (differences[BLOCK / 2 - 1 - n], differences[BLOCK / 2 + n]);
            let (same, turned) = (early + late, late - early);
            let (cosines, sines) = waves;
            for (sum, cosine) in reals.iter_mut().zip(cosines) {
                *sum += same * cosine;
            }
            for (sum, sine) in imaginaries.iter_mut().zip(sines) {
                *sum -= turned * sine;
            }
        }
        let mut bins = [0.0; 2 * TONE_COUNT];
        bins[..TONE_COUNT].copy_from_slice(&reals);
        bins[TONE_COUNT..].copy_from_slice(&imaginaries);
        Block { bins, power, whole, made_up: self.open_made_up }
    }

    /// Turns the open block to the common time and remembers it.
    fn close(&mut self) {
        let mut block = self.measure();
        let at = self.place(self.count) * BLOCK;
        self.samples[at..at + BLOCK].copy_from_slice(&self.open[2..]);
        self.open.copy_within(BLOCK.., 0);
        self.open_made_up = false;
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

    /// One tone in the blocks from `first` on.
    pub(super) fn part<const N: usize>(&self, first: u64, tone: usize) -> [Bin; N] {
        let mut numbers = first..;
        std::array::from_fn(|_| {
            let block = self.block(numbers.next().unwrap_or(first));
            if block.made_up {
                return Bin { real: 0.0, imaginary: 0.0, heard: 0.0 };
            }
            let (real, imaginary) = block.bin(tone);
            Bin { real, imaginary, heard: 1.0 }
        })
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
