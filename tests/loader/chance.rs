//! Damage that is the same for the same seed.

use std::iter;

/// A source of numbers: xorshift64*.
#[derive(Debug)]
pub(crate) struct Chance(u64);

/// What is put into a text: all that means something to YAML or to a flow.
const PIECES: [&str; 48] = [
    ": ",
    ":",
    "- ",
    "\n",
    "\n  ",
    "\n      ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "#",
    " #",
    "*",
    "&a ",
    "*a",
    "!t ",
    "<<: *a",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "|\n",
    ">-\n",
    "\t",
    "\r\n",
    "\u{feff}",
    "\0",
    "é",
    "🙂",
    "\u{2028}",
    "? ",
    "~",
    "null",
    "true",
    "no",
    "0812",
    "-1",
    "1e9",
    "99999999999999999999",
    "=",
    "={{",
    "\\x41",
    "\\",
    "@",
    "`",
    "goto: ",
];

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).expect("31 bits") % end.max(1)
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }

    /// A few lines of a seed, damaged.
    pub(crate) fn damaged(&mut self, seeds: &[&str]) -> Vec<u8> {
        let mut bytes = self.lines(seeds).into_bytes();
        for _ in 0..=self.below(3) {
            self.damage(&mut bytes, seeds);
        }
        bytes
    }

    /// A whole seed, damaged in a few places.
    pub(crate) fn damaged_whole(&mut self, seeds: &[&str]) -> Vec<u8> {
        let mut bytes = self.pick(seeds).as_bytes().to_vec();
        for _ in 0..=self.below(6) {
            self.damage(&mut bytes, seeds);
        }
        bytes
    }

    fn lines(&mut self, seeds: &[&str]) -> String {
        let lines: Vec<&str> = self.pick(seeds).lines().collect();
        let from = self.below(lines.len());
        let to = (from + 1 + self.below(8)).min(lines.len());
        lines[from..to].join("\n") + "\n"
    }

    fn damage(&mut self, bytes: &mut Vec<u8>, seeds: &[&str]) {
        let at = self.below(bytes.len() + 1);
        let end = (at + self.below(12)).min(bytes.len());
        match self.below(7) {
            0 if at < bytes.len() => bytes[at] = self.below(256).to_le_bytes()[0],
            1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes[at..end].to_vec();
                let times = 1 + self.below(4);
                bytes.splice(at..at, iter::repeat_n(copy, times).flatten());
            }
            4 => drop(bytes.splice(at..at, self.lines(seeds).into_bytes())),
            _ => drop(bytes.splice(at..end.min(at + 2), self.pick(&PIECES).bytes())),
        }
    }
}
