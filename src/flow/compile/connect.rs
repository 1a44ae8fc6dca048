//! The verbs that connect the caller with a person: `queue` and `transfer`.

use std::sync::Arc;

use super::flow::FlowCompiler;
use super::service::setting;
use crate::call::QueueId;
use crate::flow::check;
use crate::flow::expression::{Formula, Kind, Value};
use crate::flow::node::{CallbackNode, Destination, QueueNode, Transfer};
use crate::flow::schema::{self, Number, Scalar, Tell};
use crate::flow::source::Spanned;
use crate::time::Duration;

/// The longest wait in a queue, where nothing is said.
const MAX_WAIT: Duration = Duration::from_mins(10);
/// How long a transfer rings, where nothing is said.
const TRANSFER_RING: Duration = Duration::from_secs(30);
/// The priority of a caller, where nothing is said.
const PRIORITY: i64 = 5;
/// The priority classes.
const PRIORITIES: std::ops::RangeInclusive<i64> = 1..=9;

impl FlowCompiler<'_> {
    pub(super) fn queue(&mut self, raw: &schema::Queue) -> QueueNode {
        self.graph.exit(self.current);
        let globals = self.globals;
        if !globals.queues.contains_key(raw.queue.as_str()) {
            let known: Vec<&str> = globals.queues.keys().map(String::as_str).collect();
            self.findings.push(check::unknown_name("queue", &raw.queue, &known));
        }
        self.used.queues.insert(raw.queue.value.clone());
        let number = |n: i64| Formula::Constant(Value::Int(n));
        let keys = raw.keys.as_ref().map(|keys| self.queue_keys(keys)).unwrap_or_default();
        let node = QueueNode {
            queue: QueueId::from(raw.queue.as_str()),
            skills: raw.skills.as_ref().map(|s| self.named_values(s)).unwrap_or_default(),
            priority: match &raw.priority {
                Some(priority) => self.priority(priority),
                None => number(PRIORITY),
            },
            tell: raw.tell.as_ref().map(|tell| self.tell(tell)).unwrap_or_default(),
            greet: raw.greet.as_ref().map(|greet| self.prompts(greet)).unwrap_or_default(),
            whisper: raw.whisper.as_ref().map(|words| self.prompts(words)).unwrap_or_default(),
            music: raw.music.as_ref().and_then(|music| self.music(music)),
            every: raw.every.as_ref().map(|every| self.every(every)).unwrap_or_default(),
            announce: raw.announce.as_ref().map(|announce| self.announce(announce)),
            offer_callback: raw.offer_callback.as_ref().and_then(|offer| self.offer(offer, &keys)),
            keys,
            max_wait: raw.max_wait.map_or(MAX_WAIT, |time| time.0),
            done: raw.done.as_ref().map(|target| self.goto(target)),
            too_long: self.must("queue", "too_long", raw.too_long.as_ref()),
            full: self.must("queue", "full", raw.full.as_ref()),
            closed: self.must("queue", "closed", raw.closed.as_ref()),
            unstaffed: self.must("queue", "unstaffed", raw.unstaffed.as_ref()),
            called_back: raw.called_back.as_ref().map(|target| self.goto(target)),
        };
        self.queue_announces(&node);
        node
    }

    pub(super) fn callback(&mut self, raw: &schema::Callback) -> CallbackNode {
        self.graph.exit(self.current);
        let globals = self.globals;
        if !globals.queues.contains_key(raw.callback.as_str()) {
            let known: Vec<&str> = globals.queues.keys().map(String::as_str).collect();
            self.findings.push(check::unknown_name("queue", &raw.callback, &known));
        }
        self.used.queues.insert(raw.callback.value.clone());
        let place = self.current_place();
        let to = match &raw.to {
            Some(to) => self.value(to, Kind::Text, "`to`"),
            None => {
                self.findings.push(check::missing_key("a `callback` node", "to", place));
                Formula::Constant(Value::Unset)
            }
        };
        CallbackNode {
            queue: QueueId::from(raw.callback.as_str()),
            to,
            within: raw.within.map(|time| time.0),
            greet: raw.greet.as_ref().map(|greet| self.prompts(greet)).unwrap_or_default(),
            ok: self.must("callback", "ok", raw.ok.as_ref()),
            failed: self.must("callback", "failed", raw.failed.as_ref()),
        }
    }

    /// A priority class; a formula that gives none is brought to the nearest one in the call.
    fn priority(&mut self, raw: &Spanned<Scalar>) -> Formula {
        let priority = self.value(raw, Kind::Int, "`priority`");
        if matches!(priority, Formula::Constant(Value::Int(class)) if !PRIORITIES.contains(&class))
        {
            let range = "from 1, the first served, to 9";
            self.findings.push(check::out_of_range("priority", raw.span, range));
        }
        priority
    }

    /// What the agent is told: names stand for their own values.
    fn tell(&mut self, raw: &Tell) -> Vec<(Arc<str>, Formula)> {
        match raw {
            Tell::Map(entries) => self.named_values(entries),
            Tell::List(names) => {
                let mut told = Vec::new();
                for name in names {
                    let value = self.formula(&name.value, 0, name.span, Kind::Any, "`tell`");
                    told.push((name.as_str().into(), value));
                }
                told
            }
        }
    }

    pub(super) fn transfer(&mut self, raw: &schema::Transfer) -> Transfer {
        self.graph.exit(self.current);
        let text = |raw: &Spanned<String>| Spanned::new(Scalar::Text(raw.value.clone()), raw.span);
        let caller_id = raw.caller_id.as_ref().map(text);
        Transfer {
            to: match &raw.transfer {
                Number::Text(number) => {
                    let value = self.value(&text(number), Kind::Text, "a number to call");
                    if let Formula::Constant(Value::Text(plain)) = &value
                        && raw.allow_number != Some(true)
                    {
                        self.findings.extend(check::restricted_number(plain, number.span));
                    }
                    Destination::Formula(value)
                }
                Number::Map(full) => {
                    Destination::Setting(setting(&full.number, &mut self.findings))
                }
            },
            ring: raw.ring.map_or(TRANSFER_RING, |time| time.0),
            caller_id: caller_id.map(|id| self.value(&id, Kind::Text, "`caller_id`")),
            done: raw.done.as_ref().map(|target| self.goto(target)),
            busy: raw.busy.as_ref().map(|target| self.goto(target)),
            no_answer: raw.no_answer.as_ref().map(|target| self.goto(target)),
            failed: self.failed(raw.failed.as_ref()),
        }
    }
}
