//! One caller: who it is, and what it does about what it hears.

use std::sync::Arc;

use super::book::{Question, any_key};
use super::chance::Chance;
use super::settings::Settings;
use crate::call::{LegId, Symbol};
use crate::session::Attention;
use crate::time::{Duration, Instant};

/// How many callers come in each sixteenth of a day: a peak before noon and one in the afternoon.
const ARRIVALS: [u32; 16] = [3, 5, 8, 10, 12, 11, 8, 6, 5, 7, 9, 10, 8, 6, 4, 2];

/// How often a caller looks at one call, at most; whoever is still there then hangs up.
const MAX_LOOKS: u32 = 600;

/// What callers who do not know better say.
const WORDS: [&str; 8] = [
    "apakah ada kucing",
    "tolong",
    "hello",
    "ya",
    "tidak",
    "satu dua tiga",
    "mau bicara dengan orang",
    "I do not know",
];

/// One caller.
#[derive(Debug)]
pub(super) struct Caller {
    /// The number it calls from; `None` = withheld.
    pub(super) number: Option<Arc<str>>,
    /// The number it calls.
    pub(super) called: Arc<str>,
    /// The call it is in.
    pub(super) leg: Option<LegId>,
    /// What it draws from.
    pub(super) chance: Chance,
    /// What decides what goes wrong around it.
    pub(super) faults: Chance,
    speaks: bool,
    clumsy: bool,
    hasty: bool,
    impatient: bool,
    /// How often it still calls again.
    again: u32,
    looks: u32,
    waits: bool,
    talks: bool,
    spoke: bool,
}

/// What a caller sees of its call.
#[derive(Debug)]
pub(super) struct Sight<'a> {
    /// What the call wants.
    pub(super) attention: Attention,
    /// Whether something is being said.
    pub(super) playing: bool,
    /// The question that is asked.
    pub(super) question: Option<&'a Question>,
}

/// What a caller does.
#[derive(Debug)]
pub(super) enum Act {
    /// Nothing; it looks again after a while.
    Wait(Duration),
    /// It stays as it is for so long at most, and looks again before that.
    Bear {
        /// When it loses patience.
        at_most: Duration,
        /// When it looks again.
        look: Duration,
    },
    /// It presses keys, each so long after now, and looks again after the last.
    Press(Vec<(Duration, Symbol)>, Duration),
    /// It says something.
    Say(Arc<str>, Duration),
    /// It speaks for a while, into a recording.
    Speak(Duration, Duration),
    /// It hangs up.
    HangUp,
}

impl Caller {
    /// The caller of this number, and when it calls first.
    pub(super) fn new(seed: u64, index: u32, settings: &Settings) -> (Self, Instant) {
        let mut chance = Chance::of(seed, 1, index);
        let slot = u64::try_from(chance.weighted(&ARRIVALS)).unwrap_or(0);
        let sixteenth = settings.span.as_micros() / 16;
        let arrives = slot * sixteenth + chance.between(0, sixteenth / 1_000) * 1_000;
        let mix = settings.mix;
        let mut is = |share: u8| chance.percent(u64::from(share));
        let (withheld, speaks, clumsy) = (is(mix.withheld), is(mix.speakers), is(mix.clumsy));
        let (hasty, impatient, redials) = (is(mix.hasty), is(mix.impatient), is(mix.redial));
        let number = (!withheld).then(|| format!("+62811{index:07}").into());
        let turn = usize::try_from(index).unwrap_or(0) % settings.numbers.len().max(1);
        let caller = Self {
            number,
            called: settings.numbers.get(turn).cloned().unwrap_or_default(),
            leg: None,
            speaks,
            clumsy,
            hasty,
            impatient,
            again: if redials { u32::try_from(chance.between(1, 3)).unwrap_or(1) } else { 0 },
            looks: 0,
            waits: false,
            talks: false,
            spoke: false,
            faults: Chance::of(seed, 3, index),
            chance,
        };
        (caller, Instant::from_micros(arrives))
    }

    /// A call begins. How long until it first looks at it.
    pub(super) fn begin(&mut self, leg: LegId) -> Duration {
        self.leg = Some(leg);
        (self.looks, self.waits, self.talks, self.spoke) = (0, false, false, false);
        self.chance.millis(800, 2_500)
    }

    /// The call is over. How long until it calls again, if it does.
    pub(super) fn end(&mut self) -> Option<Duration> {
        self.leg = None;
        if self.talks || self.again == 0 {
            return None;
        }
        self.again -= 1;
        Some(self.chance.seconds(5, 300))
    }

    /// What it does about what it sees.
    pub(super) fn act(&mut self, sight: &Sight<'_>) -> Act {
        self.looks += 1;
        if self.looks > MAX_LOOKS {
            return Act::HangUp;
        }
        match sight.attention {
            Attention::Ringing => self.hears(40),
            Attention::Hearing => self.listens(),
            Attention::Asked if sight.playing && !self.hasty => self.hears(60),
            Attention::Asked => match sight.question {
                Some(question) => self.answers(question),
                None => self.hears(100),
            },
            Attention::Recorded => self.leaves_message(),
            Attention::Waiting => self.stands_in_line(),
            Attention::Talking => self.talks_on(),
            Attention::Gone => Act::Wait(Duration::from_secs(8)),
        }
    }

    /// Listens a little longer, unless it loses patience: so many times in ten thousand looks.
    fn hears(&mut self, temper: u64) -> Act {
        let temper = if self.impatient { temper * 5 } else { temper };
        if self.chance.basis_points(temper) {
            return Act::HangUp;
        }
        Act::Wait(self.chance.millis(500, 3_500))
    }

    /// Hears something and is asked nothing: keys pressed now are pressed ahead.
    fn listens(&mut self) -> Act {
        self.spoke = false;
        if self.hasty && self.chance.percent(8) {
            let key = any_key(&mut self.chance);
            return self.press(&[key]);
        }
        self.hears(50)
    }

    fn answers(&mut self, question: &Question) -> Act {
        self.spoke = false;
        let wrong = if self.clumsy { 22 } else { 4 };
        match self.chance.between(0, 99) {
            0..=6 => Act::Wait(self.chance.seconds(4, 12)),
            7..=8 if self.impatient => Act::HangUp,
            9..=14 => {
                let keys = question.command(&mut self.chance);
                self.press(keys.as_slice())
            }
            drawn if drawn >= 100 - wrong => {
                let count = self.chance.between(1, 4);
                let keys: Vec<_> = (0..count).map(|_| any_key(&mut self.chance)).collect();
                self.press(&keys)
            }
            _ if self.speaks && self.chance.percent(70) => {
                let known = question.said(&mut self.chance);
                let unknown = self.chance.pick(&WORDS).map(|&words| Arc::from(words));
                let words = if self.chance.percent(85) { known.or(unknown) } else { unknown };
                Act::Say(words.unwrap_or_default(), self.chance.millis(1_500, 5_000))
            }
            _ => {
                let keys = question.right(&mut self.chance);
                self.press(keys.as_slice())
            }
        }
    }

    /// Keys with the gaps of human fingers.
    fn press(&mut self, keys: &[Symbol]) -> Act {
        let mut at = self.chance.millis(0, 400);
        let mut presses = Vec::with_capacity(keys.len());
        for key in keys {
            presses.push((at, *key));
            let slow = self.clumsy && self.chance.percent(5);
            at += if slow { self.chance.millis(900, 6_000) } else { self.chance.millis(110, 700) };
        }
        Act::Press(presses, at + self.chance.millis(600, 2_800))
    }

    fn leaves_message(&mut self) -> Act {
        if !self.spoke {
            self.spoke = true;
            let length = match self.chance.between(0, 9) {
                0 => return Act::Wait(self.chance.seconds(3, 10)),
                1..=2 => self.chance.millis(200, 1_500),
                9 => self.chance.seconds(60, 180),
                _ => self.chance.seconds(3, 40),
            };
            return Act::Speak(length, length + self.chance.millis(200, 2_000));
        }
        match self.chance.between(0, 9) {
            0..=3 => Act::HangUp,
            4..=7 => self.press(&[Symbol::POUND]),
            _ => Act::Wait(self.chance.seconds(3, 8)),
        }
    }

    fn stands_in_line(&mut self) -> Act {
        let look = self.chance.seconds(8, 40);
        if !self.waits {
            self.waits = true;
            let patience = if self.impatient { 60 } else { 360 };
            let at_most = Duration::from_secs(3) + self.chance.about(Duration::from_secs(patience));
            return Act::Bear { at_most, look };
        }
        if self.chance.percent(12) {
            let key = self.chance.pick(&[1, 1, 1, 0, 9]).copied().unwrap_or(1);
            return self.press(&[Symbol::from_event_code(key).unwrap_or(Symbol::STAR)]);
        }
        Act::Wait(look)
    }

    fn talks_on(&mut self) -> Act {
        let look = self.chance.seconds(20, 60);
        if !self.talks {
            self.talks = true;
            if self.chance.percent(35) {
                let at_most = self.chance.about(Duration::from_secs(200));
                return Act::Bear { at_most, look };
            }
        }
        if self.chance.percent(3) {
            let key = any_key(&mut self.chance);
            return self.press(&[key]);
        }
        Act::Wait(look)
    }
}
