//! Keys that a question has taken: written down once it is known what they came to.

use std::collections::BTreeSet;
use std::fmt;

use super::stand_in::{Chance, UNKNOWN};
use super::{Chronicle, Mark};
use crate::call::{Class, Digits, Money, Symbol};
use crate::flow::{Collect, EntryKind, NodeIndex, Value, Verb};
use crate::interpreter::{Likeness, StandIns, View};
use crate::session::collector::{Outcome, Pick};
use crate::session::{Moment, Session, entry};
use crate::time::{ClockTime, Date};

/// How many stand-ins are tried before a good one counts as not to be had.
const MAX_TRIES: usize = 200;

/// From this length on a stand-in is never by chance what it stands for; shorter ones say nothing.
const LONG: usize = 4;

/// The keys that one question has taken.
#[derive(Clone)]
pub(super) struct Open {
    node: NodeIndex,
    /// Whether free digits are the answer.
    free: bool,
    keys: Digits,
    marks: Vec<Mark>,
}

impl fmt::Debug for Open {
    /// Leaves the keys out, even how many there are: they may be a PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Open").field("node", &self.node).finish_non_exhaustive()
    }
}

impl Chronicle {
    /// A question of a node takes keys from now on.
    pub(in crate::session) fn open(&mut self, node: NodeIndex, free: bool) {
        self.open = Some(Open { node, free, keys: Digits::new(), marks: Vec::new() });
    }

    /// The question takes a key.
    pub(in crate::session) fn holds(&mut self, mark: Mark, symbol: Symbol) {
        if let Some(open) = &mut self.open {
            open.keys.push(symbol);
            open.marks.push(mark);
        }
    }
}

impl Session {
    /// A question begins to take keys; what was left open of the one before is written down.
    pub(in crate::session) fn open_keys(&mut self, node: NodeIndex, free: bool, at: Moment<'_>) {
        self.settle_keys(&Outcome::Pending, at);
        if let Some(chronicle) = &mut self.journal.chronicle {
            chronicle.open(node, free);
        }
    }

    /// What the keys of the open question came to; `Pending` = nothing: the caller was interrupted.
    pub(in crate::session) fn settle_keys(&mut self, outcome: &Outcome, at: Moment<'_>) {
        let Some(chronicle) = &mut self.journal.chronicle else { return };
        let Some(open) = chronicle.open.take().filter(|open| !open.marks.is_empty()) else {
            return;
        };
        let (mut chance, stand_ins) = (chronicle.chance, std::mem::take(&mut chronicle.stand_ins));
        let flow = self.program.flow.clone();
        let view = View { flow: &flow, memory: &self.memory, world: at.world };
        let mut kept = None;
        let shown = match &flow.node(open.node).verb {
            Verb::Collect(collect) if collect.class != Class::Public && open.free => {
                let marks = &open.marks;
                let mut private = Private { collect, view, stand_ins: &stand_ins, marks, chance };
                let shown = private.entry(&open.keys, outcome, &mut kept);
                chance = private.chance;
                shown
            }
            Verb::Collect(collect) if collect.class == Class::Secret => chosen(&open.keys, outcome),
            _ => answered(&open.keys, outcome),
        };
        let Some(chronicle) = &mut self.journal.chronicle else { return };
        (chronicle.chance, chronicle.stand_ins) = (chance, stand_ins);
        chronicle.stand_ins.extend(kept);
        for (mark, symbol) in open.marks.iter().zip(shown.as_slice()) {
            chronicle.took(*mark, *symbol);
        }
    }

    /// Digits that stand for a spoken entry.
    pub(super) fn spoken_stand_in(
        &mut self,
        collect: &Collect,
        value: &Digits,
        at: Moment<'_>,
    ) -> Digits {
        let flow = self.program.flow.clone();
        let Some(chronicle) = &mut self.journal.chronicle else { return Digits::new() };
        if collect.class == Class::Public {
            return value.clone();
        }
        let stand_ins = std::mem::take(&mut chronicle.stand_ins);
        let view = View { flow: &flow, memory: &self.memory, world: at.world };
        let mut private =
            Private { collect, view, stand_ins: &stand_ins, marks: &[], chance: chronicle.chance };
        let (digits, meaning) = private.stand_in(value);
        chronicle.chance = private.chance;
        chronicle.stand_ins = stand_ins;
        chronicle.stand_ins.extend(meaning.map(|meaning| (collect.into, meaning)));
        digits
    }
}

/// The keys of a public question; one that is no answer there is nobody's business: it may belong to what was meant for
/// another question.
fn answered(keys: &Digits, outcome: &Outcome) -> Digits {
    let wrong = match outcome {
        Outcome::NoMatch("wrong_key") => keys.len().checked_sub(1),
        Outcome::NoMatch(_)
        | Outcome::Pending
        | Outcome::Picked(_)
        | Outcome::Entered { .. }
        | Outcome::Erased
        | Outcome::NoInput => None,
    };
    let shown = |(place, key): (usize, &Symbol)| if Some(place) == wrong { UNKNOWN } else { *key };
    keys.as_slice().iter().enumerate().map(shown).collect()
}

/// A secret yes or no: which of the two it was is nobody's business, that it was one is.
fn chosen(keys: &Digits, outcome: &Outcome) -> Digits {
    let shown = match outcome {
        Outcome::Picked(Pick::Command(_)) => return keys.clone(),
        Outcome::Picked(_) => Symbol::from_event_code(1).unwrap_or(UNKNOWN),
        Outcome::Pending
        | Outcome::Entered { .. }
        | Outcome::Erased
        | Outcome::NoMatch(_)
        | Outcome::NoInput => UNKNOWN,
    };
    keys.as_slice().iter().map(|_| shown).collect()
}

/// A question whose answer belongs to the caller.
struct Private<'a> {
    collect: &'a Collect,
    view: View<'a>,
    stand_ins: &'a StandIns,
    /// Where its keys are noted.
    marks: &'a [Mark],
    chance: Chance,
}

impl Private<'_> {
    /// Whether a key would have done something before it came to the question: stand-ins do nothing that the key did not.
    fn acts_early(&self, digits: &Digits) -> bool {
        let marks = self.marks.iter().zip(digits.as_slice());
        marks.into_iter().any(|(mark, digit)| mark.not.contains(*digit))
    }

    /// All keys of an entry with its digits replaced; `kept` gets the value that the variable would have.
    fn entry(
        &mut self,
        keys: &Digits,
        outcome: &Outcome,
        kept: &mut Option<(crate::flow::VariableIndex, Value)>,
    ) -> Digits {
        let digits: Digits = keys.as_slice().iter().copied().filter(|key| key.is_digit()).collect();
        let command = matches!(outcome, Outcome::Picked(Pick::Command(_)));
        // `0` alone is the command for a person.
        if command
            && digits.len() == 1
            && digits.as_slice().first().map(|d| d.as_char()) == Some('0')
        {
            return keys.clone();
        }
        let other = if let Outcome::Entered { value, .. } = outcome {
            let (other, meaning) = self.stand_in(value);
            *kept = meaning.map(|meaning| (self.collect.into, meaning));
            other
        } else {
            self.partial(digits.len())
        };
        let mut other = other.as_slice().iter().copied();
        let mut next =
            |key: Symbol| if key.is_digit() { other.next().unwrap_or(UNKNOWN) } else { key };
        keys.as_slice().iter().map(|key| next(*key)).collect()
    }

    /// Digits that are no whole entry; never `0` alone, which is a command.
    fn partial(&mut self, length: usize) -> Digits {
        let zero = Symbol::from_event_code(0);
        let mut digits = self.chance.digits(length);
        for _ in 0..MAX_TRIES {
            let command = length == 1 && digits.as_slice().first().copied() == zero;
            if !command && !self.acts_early(&digits) {
                break;
            }
            digits = self.chance.digits(length);
        }
        digits
    }

    /// Other digits of the same length that mean as much: valid or not for the same reason, and on the same side of
    /// every condition of the flow. With what they mean.
    fn stand_in(&mut self, original: &Digits) -> (Digits, Option<Value>) {
        let wanted = entry::value(&self.collect.entry, original);
        let likeness = Likeness::of(self.collect.into, self.view, self.stand_ins);
        let mut second = None;
        let mut tried = BTreeSet::new();
        for attempt in 0..MAX_TRIES {
            let digits = self.candidate(original.len(), &wanted);
            let known = original.len() >= LONG && digits == *original;
            if known || self.acts_early(&digits) || !tried.insert(digits.clone()) {
                continue;
            }
            if let Some(meaning) = self.fits(&digits, &wanted, &likeness) {
                return (digits, meaning);
            }
            if second.is_none()
                && same_verdict(&entry::value(&self.collect.entry, &digits), &wanted)
            {
                second = Some(digits);
            }
            if attempt == MAX_TRIES / 4 {
                // What the flow itself compares with, and what stands for other entries.
                let values =
                    likeness.constants().into_iter().chain(self.stand_ins.values().cloned());
                for digits in values.filter_map(|value| keys_of(&value, original.len())) {
                    if let Some(meaning) = self.fits(&digits, &wanted, &likeness) {
                        return (digits, meaning);
                    }
                }
            }
        }
        let digits = second.unwrap_or_else(|| self.partial(original.len()));
        let meaning = entry::value(&self.collect.entry, &digits).ok();
        (digits, meaning)
    }

    /// What the digits mean, if they can stand for the original.
    fn fits(
        &self,
        digits: &Digits,
        wanted: &Result<Value, &'static str>,
        likeness: &Likeness<'_>,
    ) -> Option<Option<Value>> {
        let meaning = entry::value(&self.collect.entry, digits);
        match (wanted, meaning) {
            (Ok(value), Ok(meaning)) => likeness.holds(value, &meaning).then_some(Some(meaning)),
            (Err(wanted), Err(reason)) => (*wanted == reason).then_some(None),
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => None,
        }
    }

    fn candidate(&mut self, length: usize, wanted: &Result<Value, &'static str>) -> Digits {
        let entry = &self.collect.entry;
        let most = u32::try_from(length).ok().and_then(|length| 10_i64.checked_pow(length));
        let most = most.map_or(i64::MAX, |power| power - 1);
        let (low, high) =
            (entry.min_value.unwrap_or(0).max(0), entry.max_value.unwrap_or(i64::MAX));
        let digits = match (entry.kind, wanted) {
            (EntryKind::Int | EntryKind::Money(_), Ok(_)) => {
                padded(self.chance.between(low.min(most), high.min(most)), length)
            }
            (EntryKind::Int | EntryKind::Money(_), Err("too_small")) => {
                padded(self.chance.between(0, (low - 1).clamp(0, most)), length)
            }
            (EntryKind::Int | EntryKind::Money(_), Err("too_large")) => {
                padded(self.chance.between(high.saturating_add(1).min(most), most), length)
            }
            (EntryKind::Int | EntryKind::Money(_), Err("no_number")) => "9".repeat(length),
            (EntryKind::Date, Ok(_)) => {
                self.chance.date().map(|date| date_keys(&date)).unwrap_or_default()
            }
            (EntryKind::Time, Ok(_)) => {
                format!("{:02}{:02}", self.chance.below(24), self.chance.below(60))
            }
            _ => String::new(),
        };
        let digits = Digits::parse(&digits).filter(|digits| digits.len() == length);
        let digits = digits.unwrap_or_else(|| self.chance.digits(length));
        if entry.check.is_none() || wanted.is_err() {
            return digits;
        }
        // One of ten last digits agrees with the others.
        let front: Digits =
            digits.as_slice().iter().copied().take(length.saturating_sub(1)).collect();
        let mut lasts = (0..10).filter_map(Symbol::from_event_code).map(|last| {
            let mut whole = front.clone();
            whole.push(last);
            whole
        });
        lasts.find(|whole| entry::value(entry, whole) != Err("check_digit")).unwrap_or(digits)
    }
}

fn same_verdict(a: &Result<Value, &'static str>, b: &Result<Value, &'static str>) -> bool {
    match (a, b) {
        (Ok(_), Ok(_)) => true,
        (Err(a), Err(b)) => a == b,
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
    }
}

fn padded(number: i64, length: usize) -> String {
    format!("{number:0length$}")
}

fn date_keys(date: &Date) -> String {
    format!("{:02}{:02}{:04}", date.day, date.month, date.year)
}

/// How a value would be entered with so many keys.
fn keys_of(value: &Value, length: usize) -> Option<Digits> {
    let keys = match value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => padded(*number, length),
        Value::Money(Money { minor, currency }) => {
            padded(minor / 10_i64.pow(currency.decimals()), length)
        }
        Value::Date(date) => date_keys(date),
        Value::Time(ClockTime { hour, minute }) => format!("{hour:02}{minute:02}"),
        Value::Unset
        | Value::Bool(_)
        | Value::Moment(_)
        | Value::Duration(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Recording(_) => return None,
    };
    Digits::parse(&keys)
        .filter(|keys| keys.len() == length && keys.as_slice().iter().all(|k| k.is_digit()))
}
