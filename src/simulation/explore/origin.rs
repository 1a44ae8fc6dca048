//! The callers that a flow can tell apart by what is known of a call before anybody speaks.

use std::sync::Arc;

use crate::call::Origin;
use crate::flow::{BuiltIn, Flow, QueueKey, QueueKeyAction, Subject, Value, Verb};

/// The number that callers show.
const CALLER: &str = "+6281100001111";

/// The number that calls go to.
const CALLED: &str = "100";

/// The name that callers send.
const NAME: &str = "somebody";

/// A trunk that no flow knows.
const TRUNK: &str = "elsewhere";

/// The number from which calls are diverted.
const DIVERTED_FROM: &str = "+62215550199";

/// What stands for the rest of a number whose beginning is known.
const REST: &str = "5550199";

/// The most values of one fact.
const MOST: usize = 16;

/// Every caller whom the flow can tell from others; one of no importance comes first.
pub(super) fn origins(flow: &Flow) -> Vec<Origin> {
    let known = |fact, usual| known_or_not(flow, fact, usual);
    let vouched: &[bool] =
        if flow.heeds(BuiltIn::CallAsserted) { &[false, true] } else { &[false] };
    let mut found = vec![Origin::default()];
    vary(&mut found, &values(flow, BuiltIn::CallTo, CALLED), |to, called| {
        to.called = called.as_str().into();
    });
    vary(&mut found, &numbers(flow), |to, number| to.caller.number = text(number));
    vary(&mut found, &known(BuiltIn::CallName, NAME), |to, name| to.caller.name = text(name));
    vary(&mut found, vouched, |to, vouched| to.asserted = *vouched);
    vary(&mut found, &known(BuiltIn::CallTrunk, TRUNK), |to, trunk| to.trunk = text(trunk));
    vary(&mut found, &known(BuiltIn::CallDivertedFrom, DIVERTED_FROM), |to, first| {
        to.diverted_from = text(first);
    });
    let by_trunk = flow.heeds(BuiltIn::CallTrunk);
    found.retain(|origin| occurs(origin, by_trunk));
    found
}

/// Each of them once with each value.
fn vary<T>(origins: &mut Vec<Origin>, values: &[T], set: impl Fn(&mut Origin, &T)) {
    let with = |origin: &Origin, value: &T| {
        let mut origin = origin.clone();
        set(&mut origin, value);
        origin
    };
    *origins = origins
        .iter()
        .flat_map(|one| values.iter().map(move |v| (one, v)))
        .map(|(o, v)| with(o, v))
        .collect();
}

fn text(value: &Option<String>) -> Option<Arc<str>> {
    value.as_deref().map(Into::into)
}

/// Whether there can be such a call: only with a number come a name and somebody who vouches for it, and only a trunk
/// vouches or says that a call was diverted.
fn occurs(origin: &Origin, by_trunk: bool) -> bool {
    let Origin { caller, asserted, trunk, diverted_from, .. } = origin;
    let trusted = trunk.is_some() || !by_trunk;
    let numbered = caller.number.is_some() || (caller.name.is_none() && !asserted);
    numbered && (trusted || (!asserted && diverted_from.is_none()))
}

/// The numbers that callers show, and none where that makes a difference.
fn numbers(flow: &Flow) -> Vec<Option<String>> {
    let hides = flow.heeds(BuiltIn::CallFrom)
        || flow.nodes.iter().any(|node| match &node.verb {
            Verb::Callback(_) => true,
            Verb::Queue(queue) => {
                let by_key = |key: &QueueKey| key.action == QueueKeyAction::CallBack;
                queue.offer_callback.is_some() || queue.keys.iter().any(by_key)
            }
            _ => false,
        });
    let shown = values(flow, BuiltIn::CallFrom, CALLER).into_iter().map(Some);
    shown.chain(hides.then_some(None)).collect()
}

/// No value, and the values of a fact that the flow heeds.
fn known_or_not(flow: &Flow, fact: BuiltIn, usual: &str) -> Vec<Option<String>> {
    let known = if flow.heeds(fact) { values(flow, fact, usual) } else { Vec::new() };
    std::iter::once(None).chain(known.into_iter().map(Some)).collect()
}

/// A value of no importance, and those that the flow holds the fact against.
fn values(flow: &Flow, fact: BuiltIn, usual: &str) -> Vec<String> {
    let mut found = vec![usual.to_owned()];
    for test in flow.tests_of(fact) {
        let value = match &test.against {
            Subject::Value(Value::Text(text)) => text.to_string(),
            Subject::Start(Value::Text(start)) => format!("{start}{REST}"),
            Subject::Pattern(Value::Text(pattern)) => fitting(pattern),
            Subject::Length(length) => "5".repeat(usize::try_from(*length).unwrap_or(0).min(64)),
            Subject::Anything | Subject::Value(_) | Subject::Start(_) | Subject::Pattern(_) => {
                continue;
            }
        };
        if !value.is_empty() && !found.contains(&value) {
            found.push(value);
        }
    }
    found.truncate(MOST);
    found
}

/// A text that fits a pattern of `matches`.
fn fitting(pattern: &str) -> String {
    let fill = |c: char| match c {
        '?' | '#' => '5',
        other => other,
    };
    pattern.chars().filter(|c| *c != '*').map(fill).collect()
}

/// What is special about a call, in words for people.
pub(super) fn words(origin: &Origin) -> Vec<String> {
    let mut words = Vec::new();
    match origin.caller.number.as_deref() {
        None => words.push("number withheld".to_owned()),
        Some(CALLER) => {}
        Some(number) => words.push(format!("from {number}")),
    }
    words.extend(origin.caller.name.as_deref().map(|name| format!("with the name `{name}`")));
    if origin.asserted {
        words.push("number vouched for".to_owned());
    }
    if &*origin.called != CALLED {
        words.push(format!("to {}", origin.called));
    }
    words.extend(origin.trunk.as_deref().map(|trunk| format!("by the trunk `{trunk}`")));
    words.extend(origin.diverted_from.as_deref().map(|first| format!("diverted from {first}")));
    words
}

/// What is special about a call, as lines of a case in a test file.
pub(super) fn written(origin: &Origin) -> Vec<String> {
    let mut lines = Vec::new();
    match origin.caller.number.as_deref() {
        None => lines.push("caller: withheld".to_owned()),
        Some(CALLER) => {}
        Some(number) => lines.push(format!("caller: \"{number}\"")),
    }
    if &*origin.called != CALLED {
        lines.push(format!("called: \"{}\"", origin.called));
    }
    let facts = [
        ("caller_name", &origin.caller.name),
        ("trunk", &origin.trunk),
        ("diverted_from", &origin.diverted_from),
    ];
    let known = facts.iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
    lines.extend(known.map(|(key, value)| format!("{key}: \"{value}\"")));
    if origin.asserted {
        lines.push("asserted: true".to_owned());
    }
    lines
}
