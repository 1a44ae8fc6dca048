//! What the whole project shares: queues and calendars, from all its files, and the defaults of its settings.

use indexmap::IndexMap;

use super::calendar::calendar;
use super::called_back::callbacks;
use super::library::{FileKind, Library};
use super::ring::{rings, strategy};
use super::{Facts, check_name};
use crate::call::QueueId;
use crate::flow::check::{self, GIVEN_TWICE};
use crate::flow::definition::{
    CalendarDefinition, QueueDefinition, RecordType, RingStrategy, ServiceDefinition,
};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::read::{Context, Reader, read};
use crate::flow::schema::{AnswerPolicyRaw, CalendarRaw, ClosingRaw, QueueRaw};
use crate::flow::source::{Span, Spanned};
use crate::time::Duration;

/// The most callers of a queue that does not say.
const MAX_CALLS: u32 = 100;
/// How long one agent is rung, where the queue does not say.
const RING: Duration = Duration::from_secs(20);
/// How long an agent has after a call, where the queue does not say.
const WRAP_UP: Duration = Duration::from_secs(30);

/// The names that every flow of the project knows.
#[derive(Debug, Default)]
pub(super) struct Globals {
    pub(super) queues: IndexMap<String, (Span, QueueDefinition)>,
    pub(super) calendars: IndexMap<String, (Span, CalendarDefinition)>,
    pub(super) services: IndexMap<String, (Span, ServiceDefinition)>,
    /// The record types of all services, as `SERVICE.TYPE`.
    pub(super) records: IndexMap<String, RecordType>,
    /// How calls are picked up where a flow does not say.
    pub(super) answer: AnswerPolicyRaw,
    pub(super) findings: Vec<Diagnostic>,
}

impl Globals {
    pub(super) fn read(library: &Library, contexts: &[Context<'_>], facts: &Facts) -> Self {
        let mut globals = Self::default();
        let mut hours = Vec::new();
        let mut services = Vec::new();
        let settings = library.of_kind(FileKind::Settings).next();
        if let Some(section) = settings.and_then(|file| library.entry(file, contexts, "answer")) {
            globals.answer = read(section).unwrap_or_default();
        }
        let holders = [FileKind::Settings, FileKind::Part, FileKind::Flow];
        for file in holders.into_iter().flat_map(|kind| library.of_kind(kind)) {
            if let Some(section) = library.entry(file, contexts, "calendars") {
                globals.calendars(section, facts);
            }
            if let Some(section) = library.entry(file, contexts, "queues") {
                hours.extend(globals.queues(section));
            }
            if let Some(section) = library.entry(file, contexts, "services") {
                services.extend(globals.services(section));
            }
        }
        globals.settle_services(services);
        let names: Vec<&str> = globals.calendars.keys().map(String::as_str).collect();
        for name in hours.iter().filter(|name| !names.contains(&name.as_str())) {
            globals.findings.push(check::unknown_name("calendar", name, &names));
        }
        globals
    }

    /// Reads a `queues:` section and gives the calendars that it names.
    fn queues(&mut self, section: Reader<'_>) -> Vec<Spanned<String>> {
        let mut hours = Vec::new();
        for (name, reader) in section.entries() {
            check_name(&name.value, name.span, "queue", &mut self.findings);
            let raw = read::<QueueRaw>(reader);
            let ring = raw.as_ref().and_then(|raw| raw.ring.as_ref());
            let calendar = raw.as_ref().and_then(|raw| raw.hours.clone());
            let max_calls = raw.as_ref().and_then(|raw| raw.max_calls.as_ref());
            if let Some(none) = max_calls.filter(|max| max.value == 0) {
                self.findings.push(check::out_of_range("max_calls", none.span, "1 or more"));
            }
            let closing = raw.as_ref().and_then(|raw| raw.closing.as_ref());
            if let Some(vain) = closing.filter(|_| calendar.is_none()) {
                let wanted = "left out where the queue has no `hours`";
                self.findings.push(check::wrong_value("closing", vain.span, wanted));
            }
            let queue = QueueDefinition {
                name: QueueId::from(name.as_str()),
                hours: calendar.as_ref().map(|calendar| calendar.as_str().into()),
                closing_tells: closing.is_some_and(|closing| closing.value == ClosingRaw::Tell),
                max_calls: max_calls.map_or(MAX_CALLS, |max| max.value),
                strategy: ring
                    .map_or(RingStrategy::LongestIdle, |ring| strategy(ring, &mut self.findings)),
                rings: raw
                    .as_ref()
                    .and_then(|raw| raw.rings.as_ref())
                    .map_or_else(Vec::new, |raw| rings(raw, &mut self.findings)),
                ring_timeout: ring.and_then(|ring| ring.timeout).map_or(RING, |time| time.0),
                wrap_up: raw.as_ref().and_then(|raw| raw.wrap_up).map_or(WRAP_UP, |time| time.0),
                callbacks: raw
                    .as_ref()
                    .and_then(|raw| raw.callbacks.as_ref())
                    .map(|raw| callbacks(raw, &mut self.findings)),
            };
            hours.extend(calendar);
            define(&mut self.queues, &mut self.findings, "queue", name, queue);
        }
        hours
    }

    fn calendars(&mut self, section: Reader<'_>, facts: &Facts) {
        for (name, reader) in section.entries() {
            check_name(&name.value, name.span, "calendar", &mut self.findings);
            let raw = read::<CalendarRaw>(reader);
            let calendar = calendar(name.as_str(), raw.as_ref(), facts, &mut self.findings);
            define(&mut self.calendars, &mut self.findings, "calendar", name, calendar);
        }
    }
}

/// Defines a name that the whole project shares; a second definition is reported with both places.
pub(super) fn define<T>(
    known: &mut IndexMap<String, (Span, T)>,
    findings: &mut Vec<Diagnostic>,
    what: &str,
    name: Spanned<String>,
    value: T,
) {
    if let Some((first, _)) = known.get(&name.value) {
        let message = format!("{what} `{}` is defined twice in this project", name.value);
        findings.push(
            Diagnostic::new(&GIVEN_TWICE, name.span, message)
                .label("defined again here")
                .also(*first, "first defined here"),
        );
        return;
    }
    known.insert(name.value, (name.span, value));
}
