//! What is around a case: the hour, the caller, the agents and how services answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::TestCompiler;
use crate::call::{Origin, Party, QueueId};
use crate::flow::check;
use crate::flow::schema::{SetupRaw, StaffRaw};
use crate::flow::script::{Mock, MockOf, Staff};
use crate::flow::source::{Span, Spanned};
use crate::time::Moment;

/// The caller of a case that says nothing of it.
const USUAL_CALLER: &str = "+6281100001111";

/// The number that is called where a case names none.
const USUAL_NUMBER: &str = "100";

/// The word for a caller who does not show a number.
const WITHHELD: &str = "withheld";

/// The most agents of one queue, and the most callers in its line.
const MAX_PEOPLE: u32 = 1_000;

/// What `setup` or a case says; nothing is settled that it does not say.
#[derive(Debug, Default)]
pub(super) struct Around {
    pub(super) at: Option<(Moment, Arc<str>)>,
    /// The caller's number; `Some(None)` = withheld.
    pub(super) caller: Option<Option<Arc<str>>>,
    pub(super) called: Option<Arc<str>>,
    pub(super) caller_name: Option<Arc<str>>,
    pub(super) asserted: Option<bool>,
    pub(super) trunk: Option<Arc<str>>,
    pub(super) diverted_from: Option<Arc<str>>,
    pub(super) env: BTreeMap<Arc<str>, Arc<str>>,
    pub(super) agents: BTreeMap<QueueId, Staff>,
    pub(super) mocks: BTreeMap<MockOf, Mock>,
}

impl Around {
    /// This, and whatever it does not say as `setup` has it.
    pub(super) fn over(mut self, setup: &Self) -> Self {
        self.at = self.at.or_else(|| setup.at.clone());
        self.caller = self.caller.or_else(|| setup.caller.clone());
        self.called = self.called.or_else(|| setup.called.clone());
        self.caller_name = self.caller_name.or_else(|| setup.caller_name.clone());
        self.asserted = self.asserted.or(setup.asserted);
        self.trunk = self.trunk.or_else(|| setup.trunk.clone());
        self.diverted_from = self.diverted_from.or_else(|| setup.diverted_from.clone());
        for (name, value) in &setup.env {
            self.env.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for (queue, staff) in &setup.agents {
            self.agents.entry(queue.clone()).or_insert(*staff);
        }
        for (of, mock) in &setup.mocks {
            self.mocks.entry(of.clone()).or_insert_with(|| mock.clone());
        }
        self
    }

    /// Who calls whom. A number that is withheld comes without a name, and nobody vouches for it.
    pub(super) fn origin(&self) -> Origin {
        let number = self.caller.clone().unwrap_or_else(|| Some(USUAL_CALLER.into()));
        let name = self.caller_name.clone().filter(|_| number.is_some());
        Origin {
            called: self.called.clone().unwrap_or_else(|| USUAL_NUMBER.into()),
            asserted: self.asserted == Some(true) && number.is_some(),
            caller: Party { number, name },
            trunk: self.trunk.clone(),
            diverted_from: self.diverted_from.clone(),
        }
    }
}

impl TestCompiler<'_> {
    pub(super) fn around(&mut self, raw: &SetupRaw) -> Around {
        let caller =
            |text: &Spanned<String>| (text.value != WITHHELD).then(|| text.as_str().into());
        let text = |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.as_str().into());
        let mut around = Around {
            at: raw.at.as_ref().and_then(|at| self.moment(at)),
            caller: raw.caller.as_ref().map(caller),
            called: text(&raw.called),
            caller_name: text(&raw.caller_name),
            asserted: raw.asserted,
            trunk: text(&raw.trunk),
            diverted_from: text(&raw.diverted_from),
            ..Around::default()
        };
        for (name, value) in raw.env.iter().flatten() {
            around.env.insert(name.as_str().into(), value.as_str().into());
        }
        for (name, staff) in raw.agents.iter().flatten() {
            let staff = self.staff(name, staff);
            if let Some(queue) = self.queue(name) {
                around.agents.insert(queue, staff);
            }
        }
        for (name, mocks) in raw.mock.iter().flatten() {
            if let Some(mock) = self.mock(name, mocks) {
                around.mocks.insert(mock.of.clone(), mock);
            }
        }
        around
    }

    fn staff(&mut self, name: &Spanned<String>, raw: &StaffRaw) -> Staff {
        let (count, busy, waiting) = match raw {
            StaffRaw::Text(count) => (*count, false, None),
            StaffRaw::Map(map) => (map.count, map.busy == Some(true), map.waiting.as_ref()),
        };
        if let Some(waiting) = waiting.filter(|line| line.value > 0 && (!busy || count == 0)) {
            let message = "nobody waits in line while agents are free, or where none is logged in";
            let help = "add `busy: true`, with at least one agent";
            self.findings.push(check::contradiction(message, waiting.span, help));
        }
        let waiting = waiting.map_or(0, |waiting| waiting.value);
        if count > MAX_PEOPLE || waiting > MAX_PEOPLE {
            self.findings.push(check::out_of_range(&name.value, name.span, "at most 1000"));
        }
        Staff { count: count.min(MAX_PEOPLE), busy, waiting: waiting.min(MAX_PEOPLE) }
    }

    /// Reads `2026-03-04 10:00 Asia/Jakarta`; without a zone it is that of the flow's first calendar.
    fn moment(&mut self, at: &Spanned<String>) -> Option<(Moment, Arc<str>)> {
        let mut words = at.value.split_whitespace();
        let (date, clock, zone) = (words.next(), words.next(), words.next());
        let moment = date
            .zip(clock)
            .filter(|(_, clock)| clock.len() <= CLOCK && words.next().is_none())
            .and_then(|(date, clock)| Moment::parse(&format!("{date} {clock}")));
        let Some(moment) = moment else {
            let wanted =
                "a date, a time and perhaps a zone, such as `2026-03-04 10:00 Asia/Jakarta`";
            self.findings.push(check::wrong_value("at", at.span, wanted));
            return None;
        };
        if let (Some(zone), Some(zones)) = (zone, &self.facts.zones)
            && !zones.contains(zone)
        {
            let known: Vec<&str> = zones.iter().map(AsRef::as_ref).collect();
            let zone = Spanned::new(zone.to_owned(), self.within(at, zone));
            self.findings.push(check::unknown_in_test("time zone", &zone, &known));
        }
        let home = self.flow.home.as_ref().and_then(|home| self.globals.calendars.get(&**home));
        let home = home.map_or("UTC", |(_, calendar)| &*calendar.zone);
        Some((moment, zone.unwrap_or(home).into()))
    }

    /// The place of a word inside a text.
    fn within(&self, text: &Spanned<String>, word: &str) -> Span {
        let at = self.written(text.span).find(word);
        at.map_or(text.span, |at| text.span.part(at, at + word.len()))
    }
}

/// The most characters of a clock: `08:05:59`.
const CLOCK: usize = 8;
