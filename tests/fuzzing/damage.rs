//! Damage that is the same for the same seed: what a network, a bad phone or an attacker does to good input.

/// The longest input made.
const MAX_BYTES: usize = 6_000;

/// Bytes that mean something to one parser or another.
const PIECES: [&[u8]; 40] = [
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b";",
    b",",
    b":",
    b"=",
    b"@",
    b"<",
    b">",
    b"\"",
    b"\\",
    b"%",
    b"%00",
    b"%zz",
    b"[::1]",
    b"sip:",
    b"sips:",
    b"tel:+",
    b"SIP/2.0",
    b"branch=z9hG4bK",
    b";tag=",
    b"-1",
    b"0",
    b"4294967296",
    b"99999999999999999999",
    b"\xff\xff\xff\xff",
    b"\x80\x00\x00\x00",
    b"\x7f\xff\xff\xff",
    b"\xc3\x28",
    b"Content-Length: ",
    b"m=audio ",
    b"a=rtpmap:",
    b"c=IN IP6 ",
    b"multipart/mixed;boundary=x",
    b"--x",
];

/// The source of damage: a xorshift generator.
#[derive(Debug)]
pub(crate) struct Damage(u64);

impl Damage {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// One of the corpus, damaged one to eight times.
    pub(crate) fn input(&mut self, corpus: &[&[u8]]) -> Vec<u8> {
        let mut input = corpus[self.below(corpus.len())].to_vec();
        for _ in 0..=self.below(8) {
            self.hurt(&mut input, corpus);
        }
        input.truncate(MAX_BYTES);
        input
    }

    fn hurt(&mut self, input: &mut Vec<u8>, corpus: &[&[u8]]) {
        let at = self.below(input.len() + 1);
        match self.below(10) {
            0 if at < input.len() => input[at] = self.byte(),
            1 if at < input.len() => input[at] ^= 1 << self.below(8),
            2 => input.insert(at, self.byte()),
            3 | 4 => {
                let piece = PIECES[self.below(PIECES.len())];
                input.splice(at..at, piece.iter().copied());
            }
            5 => {
                let end = (at + self.below(40)).min(input.len());
                input.drain(at..end);
            }
            6 => {
                // A stretch comes again, perhaps often.
                let end = (at + self.below(60)).min(input.len());
                let stretch = input[at..end].repeat(1 + self.below(20));
                input.splice(at..at, stretch);
            }
            7 => input.truncate(at),
            8 => {
                // The rest is that of another.
                let other = corpus[self.below(corpus.len())];
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            _ => self.renumber(input, at),
        }
    }

    /// The first number after `at` becomes another.
    fn renumber(&mut self, input: &mut Vec<u8>, at: usize) {
        let Some(start) = input[at..].iter().position(u8::is_ascii_digit) else { return };
        let start = at + start;
        let length = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = self.next() >> self.below(64);
        input.splice(start..start + length, number.to_string().into_bytes());
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[3]
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("small");
        usize::try_from((self.next() >> 11) % end).expect("small")
    }
}
