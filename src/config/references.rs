//! The flows, queues and calendars that a configuration names, with their places, to be held against what the project has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::call::{FlowId, QueueId};
use crate::flow::{Diagnostic, Span, Spanned, nearest};

use super::rule::{NEVER_REACHED, NO_SUCH_NAME};

/// The names, in the order of the file.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    flows: Vec<(FlowId, Span)>,
    queues: Vec<(QueueId, Span)>,
    calendars: Vec<(Arc<str>, Span)>,
    levels: Vec<(QueueId, u8, Span)>,
}

impl References {
    /// Notes a flow that is named.
    pub(super) fn flow(&mut self, flow: Spanned<FlowId>) -> FlowId {
        self.flows.push((flow.value.clone(), flow.span));
        flow.value
    }

    /// Notes a queue that is named.
    pub(super) fn queue(&mut self, queue: Spanned<QueueId>) -> QueueId {
        self.queues.push((queue.value.clone(), queue.span));
        queue.value
    }

    /// Notes the level that an agent has in a queue.
    pub(super) fn level(&mut self, queue: QueueId, level: u8, span: Span) {
        self.levels.push((queue, level, span));
    }

    /// A finding for each level that no ring of its queue reaches.
    pub(super) fn check_levels(
        &self,
        reached: &BTreeMap<QueueId, BTreeSet<u8>>,
    ) -> Vec<Diagnostic> {
        let never = |(queue, level, _): &&(QueueId, u8, Span)| {
            reached.get(queue).is_some_and(|levels| !levels.contains(level))
        };
        let finding = |(queue, level, span): &(QueueId, u8, Span)| {
            let message = format!("no ring of queue `{queue}` reaches level {level}");
            Diagnostic::new(&NEVER_REACHED, *span, message)
        };
        self.levels.iter().filter(never).map(finding).collect()
    }

    /// Notes a calendar that is named.
    pub(super) fn calendar(&mut self, calendar: Spanned<Arc<str>>) -> Arc<str> {
        self.calendars.push((calendar.value.clone(), calendar.span));
        calendar.value
    }

    /// A finding for each name that the project does not have.
    pub(super) fn check(
        &self,
        flows: &[&FlowId],
        queues: &[&QueueId],
        calendars: &[&Arc<str>],
    ) -> Vec<Diagnostic> {
        let flows: Vec<&str> = flows.iter().map(|flow| flow.as_str()).collect();
        let queues: Vec<&str> = queues.iter().map(|queue| queue.as_str()).collect();
        let calendars: Vec<&str> = calendars.iter().map(|calendar| &***calendar).collect();
        let named_flows =
            self.flows.iter().map(|(flow, span)| ("flow", flow.as_str(), *span, &flows));
        let named_queues =
            self.queues.iter().map(|(queue, span)| ("queue", queue.as_str(), *span, &queues));
        let named_calendars =
            self.calendars.iter().map(|(name, span)| ("calendar", &**name, *span, &calendars));
        named_flows
            .chain(named_queues)
            .chain(named_calendars)
            .filter(|(_, name, _, known)| !known.contains(name))
            .map(|(kind, name, span, known)| {
                let message = format!("there is no {kind} named `{name}`");
                Diagnostic::new(&NO_SUCH_NAME, span, message)
                    .did_you_mean(nearest(name, known.iter().copied()))
            })
            .collect()
    }
}
