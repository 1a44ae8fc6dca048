//! The features of what reaches outside the call: services, recordings, tickets, subflows.

use super::{Features, class, or_none, quoted};
use crate::flow::compare::change::Group;
use crate::flow::compare::pair::Names;
use crate::flow::node::{CallNode, HttpNode, Place, RecordNode, TicketNode};

impl Features {
    pub(super) fn http(&mut self, names: &Names<'_>, http: &HttpNode) {
        let operation = &http.operation;
        let asked = format!("`{}.{}`", operation.service, operation.name);
        self.add(Group::Services, "what is asked", &asked);
        for (place, value) in &http.with {
            let name = operation.parameters.get(*place).map_or("?", |parameter| &parameter.name);
            self.named(Group::Services, "the parameter", name, quoted(names.formula(value)));
        }
        let into = or_none(http.into.map(|into| quoted(names.variable(into))));
        self.add(Group::Values, "where the reply is kept", &into);
        self.add(Group::Services, "the number of tries", &http.tries);
        let forgotten = http.forget.iter().map(|index| quoted(names.variable(*index)));
        self.add(Group::Values, "what is forgotten", &joined(forgotten));
    }

    pub(super) fn call(&mut self, names: &Names<'_>, call: &CallNode) {
        let subflow = names.flow.subflow(call.subflow);
        self.add(Group::Ways, "the subflow", &quoted(&subflow.name));
        for (index, value) in &call.with {
            let name = names.variable(*index);
            self.named(Group::Values, "the parameter", name, quoted(names.formula(value)));
        }
        for (position, place) in &call.returns {
            let name = subflow.returns.get(*position).map_or("?", |(name, _)| name);
            let place = match place {
                Place::Variable(index) => names.variable(*index),
                Place::CallLanguage => "call.language",
            };
            self.named(Group::Values, "where it keeps the returned", name, quoted(place));
        }
    }

    pub(super) fn record(&mut self, names: &Names<'_>, record: &RecordNode) {
        self.add(Group::Entries, "the longest message", &record.max);
        self.add(Group::Entries, "the silence that ends a message", &record.silence);
        let end = record.end.map_or_else(|| "any key".to_owned(), quoted);
        self.add(Group::Entries, "the key that ends a message", &end);
        let keep = or_none(record.keep);
        self.add(Group::Unnoticed, "the time that a message is kept", &keep);
        self.add(Group::Unnoticed, "the class of a message", &class(record.class));
        let into = quoted(names.variable(record.into));
        self.add(Group::Values, "where the message is kept", &into);
    }

    pub(super) fn ticket(&mut self, names: &Names<'_>, ticket: &TicketNode) {
        self.add(Group::Unnoticed, "the kind of ticket", &quoted(&ticket.kind));
        for (name, value) in &ticket.with {
            let value = quoted(names.formula(value));
            self.named(Group::Unnoticed, "the ticket's field", name, value);
        }
        let recording = ticket.recording.as_ref().map(|value| quoted(names.formula(value)));
        self.add(Group::Unnoticed, "the recording of the ticket", &or_none(recording));
        self.add(Group::Unnoticed, "the time in which the ticket is due", &or_none(ticket.due));
        let into = or_none(ticket.into.map(|into| quoted(names.variable(into))));
        self.add(Group::Values, "where the ticket's number is kept", &into);
    }
}

fn joined(names: impl Iterator<Item = String>) -> String {
    let list: Vec<String> = names.collect();
    if list.is_empty() { "nothing".to_owned() } else { list.join(", ") }
}
