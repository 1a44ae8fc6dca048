//! `ticket` and `callback`: what is to be kept, and the number that it is kept under.

use std::sync::Arc;

use super::settle::Settled;
use crate::call::{Argument, Callback, Class, Errand, Failure, QueueId, Reply, Ticket};
use crate::flow::{CallbackNode, Flow, Place, TicketNode, Value, Wire};
use crate::interpreter::memory::Memory;
use crate::interpreter::shape;
use crate::interpreter::step::{Fault, Step};
use crate::interpreter::view::View;
use crate::time::Duration;

/// The fewest and the most digits of a number that can be called (ITU-T E.164: at most 15; with `00` in front, 17).
const CALLABLE: std::ops::RangeInclusive<usize> = 3..=17;

pub(super) fn ticket(verb: &TicketNode, view: &View<'_>) -> Result<Step, Fault> {
    let mut with = Vec::with_capacity(verb.with.len());
    for (name, formula) in &verb.with {
        let class = formula.class(view.flow);
        let value = formula.eval(view).map_err(|_| Fault::Formula)?;
        if class != Class::Secret && value != Value::Unset {
            with.push(Argument { name: name.clone(), value: Wire::undeclared(&value), class });
        }
    }
    let recording = match verb.recording.as_ref().map(|formula| formula.eval(view)) {
        Some(Ok(Value::Recording(recording))) => Some(recording),
        None | Some(Ok(_)) => None,
        Some(Err(_)) => return Err(Fault::Formula),
    };
    Ok(Step::Request(Box::new(Errand::Ticket(Ticket {
        kind: verb.kind.clone(),
        with,
        recording,
        due: verb.due,
        language: view.memory.language().clone(),
    }))))
}

pub(super) fn ticket_settled(
    flow: &Flow,
    verb: &TicketNode,
    reply: Reply,
    memory: &mut Memory,
) -> Settled {
    match reply {
        Reply::Kept(number) => {
            let place = verb.into.map(Place::Variable);
            let news = place.is_some_and(|place| memory.set(flow, place, Value::Text(number)));
            memory.set_fault(None);
            Settled::new("ok", verb.ok, news)
        }
        Reply::Failed(failure) => Settled::failed(failure, verb.failed, memory),
        Reply::NotFound | Reply::Answered(_) => {
            Settled::failed(Failure::Error, verb.failed, memory)
        }
    }
}

pub(super) fn callback(verb: &CallbackNode, view: &View<'_>) -> Result<Step, Fault> {
    let to = match verb.to.eval(view).map_err(|_| Fault::Formula)? {
        Value::Text(text) => callable(&text),
        _ => None,
    };
    Ok(match to {
        Some(to) => Step::Request(Box::new(wish(&verb.queue, to, verb.within, view))),
        None => Step::Refused { outcome: "failed", reason: "no_number", goto: verb.failed },
    })
}

/// The wish of the caller to be called back at the number that they call from; `None` where it is withheld.
#[must_use]
pub fn call_back_caller(queue: &QueueId, view: &View<'_>) -> Option<Errand> {
    let to = callable(view.memory.facts().origin.caller.number.as_deref()?)?;
    Some(wish(queue, to, None, view))
}

fn wish(queue: &QueueId, to: Arc<str>, within: Option<Duration>, view: &View<'_>) -> Errand {
    let language = view.memory.language().clone();
    Errand::Callback(Callback { queue: queue.clone(), to, within, language, place: None })
}

/// A number that can be called, without what people put between its digits.
fn callable(text: &str) -> Option<Arc<str>> {
    let number = shape::phone(text)?;
    let digits = number.strip_prefix('+').unwrap_or(&number).len();
    CALLABLE.contains(&digits).then(|| number.into())
}

pub(super) const fn callback_settled(
    verb: &CallbackNode,
    reply: &Reply,
    memory: &mut Memory,
) -> Settled {
    match reply {
        Reply::Kept(_) => {
            memory.set_fault(None);
            Settled::new("ok", verb.ok, false)
        }
        Reply::Failed(failure) => Settled::failed(*failure, verb.failed, memory),
        Reply::NotFound | Reply::Answered(_) => {
            Settled::failed(Failure::Error, verb.failed, memory)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_can_be_called_are_kept() {
        for (text, number) in [
            ("+62 811-0000-1111", Some("+6281100001111")),
            ("(021) 555 0100", Some("0215550100")),
            ("112", Some("112")),
            ("12", None),
            ("anonymous", None),
            ("", None),
            ("+", None),
            ("012345678901234567", None),
            ("sip:budi@example.com", None),
        ] {
            assert_eq!(callable(text).as_deref(), number, "{text}");
        }
    }
}
