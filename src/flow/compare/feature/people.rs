//! The features of what leads to a person: queues, transfers, calls back.

use super::{Features, or_none, quoted};
use crate::flow::compare::change::Group;
use crate::flow::compare::formula::setting;
use crate::flow::compare::pair::Names;
use crate::flow::node::{
    CallbackNode, Destination, OfferCallback, QueueKeyAction, QueueNode, Transfer,
};

impl Features {
    pub(super) fn queue(&mut self, names: &Names<'_>, queue: &QueueNode) {
        self.add(Group::People, "the queue", &quoted(&queue.queue));
        self.add(Group::People, "the priority", &quoted(names.formula(&queue.priority)));
        for (name, value) in &queue.skills {
            self.named(Group::People, "the skill", name, quoted(names.formula(value)));
        }
        self.add(Group::People, "the longest wait", &queue.max_wait);
        let music = queue.music.as_ref().map(quoted);
        let music = music.unwrap_or_else(|| "the usual one".to_owned());
        self.add(Group::Heard, "the music", &music);
        let every: Vec<String> = queue.every.iter().map(|(every, _)| every.to_string()).collect();
        let every = (!every.is_empty()).then(|| every.join(", "));
        self.add(Group::People, "the time between announcements", &or_none(every));
        let told = queue.announce.as_ref().map(|announce| {
            let parts = [(announce.position, "the place"), (announce.wait, "the expected wait")];
            let parts: Vec<&str> =
                parts.into_iter().filter_map(|(told, what)| told.then_some(what)).collect();
            format!("{} every {}", parts.join(" and "), announce.every)
        });
        self.add(Group::People, "what is told of the wait", &or_none(told));
        for key in &queue.keys {
            let does = match &key.action {
                QueueKeyAction::CallBack => "being called back".to_owned(),
                QueueKeyAction::Repeat => "hearing the place again".to_owned(),
                QueueKeyAction::Language(language) => format!("the language `{language}`"),
                QueueKeyAction::Leave(_) => continue,
            };
            self.named(
                Group::People,
                "what waiting callers get by key",
                &key.key.to_string(),
                does,
            );
        }
        let offer = queue.offer_callback.as_ref();
        let after =
            offer.map(|OfferCallback { after, key, .. }| format!("after {after} by key {key}"));
        self.add(Group::People, "the offer to be called back", &or_none(after));
        for (label, value) in &queue.tell {
            self.named(
                Group::Unnoticed,
                "what agents are shown as",
                label,
                quoted(names.formula(value)),
            );
        }
    }

    pub(super) fn callback(&mut self, names: &Names<'_>, callback: &CallbackNode) {
        self.add(Group::People, "the queue whose agents call back", &quoted(&callback.queue));
        let to = quoted(names.formula(&callback.to));
        self.add(Group::People, "the number that is called back", &to);
        let within = or_none(callback.within);
        self.add(Group::People, "the time within which is called back", &within);
    }

    pub(super) fn transfer(&mut self, names: &Names<'_>, transfer: &Transfer) {
        let to = match &transfer.to {
            Destination::Formula(number) => quoted(names.formula(number)),
            Destination::Setting(from) => setting(from),
        };
        self.add(Group::People, "the number that callers are put through to", &to);
        self.add(Group::People, "how long it rings there", &transfer.ring);
        let shown = transfer.caller_id.as_ref().map(|number| quoted(names.formula(number)));
        self.add(Group::Unnoticed, "the number that is shown there", &or_none(shown));
    }
}
