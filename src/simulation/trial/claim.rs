//! What must be true of a call afterwards, and what must hold in every call.

use serde_json::Value as Json;

use super::call::Played;
use super::script::Miss;
use super::verdict::{Difference, Verdict};
use crate::call::{Argument, Class};
use crate::flow::{CallRule, Claim, Ending, MockOf, Value, VariableIndex};
use crate::simulation::ending::name;
use crate::simulation::{Coverage, Ground};
use crate::time::Duration;

impl Played<'_> {
    /// Holds the call to its claims and rules and says what came of it. A call that already differs is not asked for
    /// what would follow.
    pub(super) fn judge(mut self, ground: &Ground) -> Verdict {
        if self.differences.is_empty() {
            let case = self.case;
            for claim in &case.then {
                if let Err(miss) = self.claim(&claim.value) {
                    self.differs(claim.span, miss);
                }
            }
            let broken = self.broken();
            self.differences.extend(broken);
        }
        let mut coverage = Coverage::default();
        for record in self.earlier.iter().chain(self.record.as_deref()) {
            coverage.record(ground, record);
        }
        for spoken in &self.heard {
            coverage.hear(&spoken.language, &spoken.prompt);
        }
        let lasted = self.lasted();
        Verdict {
            case: self.case.name.clone(),
            span: self.case.span,
            differences: self.differences,
            story: self.story.into_things(),
            lasted,
            coverage,
            asked: self.outside.used(),
            unmocked: self.outside.unmocked(),
            revisions: self.revisions,
        }
    }

    /// The rules that the present call has broken.
    pub(super) fn broken(&self) -> Vec<Difference> {
        let (node, heard) = (self.node(), self.story.len());
        let mut broken: Vec<Difference> = Vec::new();
        for (rule, breach) in self.observer.breaches() {
            let found = format!("{} at {} s", breach.found, breach.at);
            let expected = format!("rule `{}`", rule_words(&rule.value));
            broken.push(Difference { span: rule.span, node: node.clone(), expected, found, heard });
        }
        for rule in self.observer.rules() {
            let CallRule::NeverLogged(classes) = &rule.value else { continue };
            if let Some((class, shown, place)) = self.ledger.leak(classes) {
                let found = format!("a {} value, {shown}, stands in {place}", class_name(class));
                let expected = format!("rule `{}`", rule_words(&rule.value));
                let node = node.clone();
                broken.push(Difference { span: rule.span, node, expected, found, heard });
            }
        }
        broken
    }

    fn claim(&self, claim: &Claim) -> Result<(), Miss> {
        match claim {
            Claim::Asked { of, times, with } => self.was_asked(of, *times, with),
            Claim::Variable(index, value) => self.variable(*index, value),
            Claim::Note(name, wanted) => {
                let found = self.record.as_ref().and_then(|record| record.notes.get(&**name));
                holds(found == Some(wanted), || Miss {
                    expected: format!("note `{name}` to be {wanted}"),
                    found: found.map_or("no such note".to_owned(), Json::to_string),
                })
            }
            Claim::Recordings(wanted) => count("messages kept", *wanted, self.recordings),
            Claim::Tickets(kind, wanted) => {
                let tickets = self.outside.asked.iter().filter(|asked| {
                    asked.of == MockOf::Tickets && asked.kept && asked.kind == *kind
                });
                count(&format!("tickets `{kind}`"), *wanted, number(tickets.count()))
            }
            Claim::Callbacks(wanted) => {
                count("wishes to be called back", *wanted, number(self.outside.wishes_kept()))
            }
            Claim::ShorterThan(limit) => {
                let lasted = self.lasted();
                holds(lasted < *limit, || lasts(&format!("less than {limit}"), lasted))
            }
            Claim::LongerThan(limit) => {
                let lasted = self.lasted();
                holds(lasted > *limit, || lasts(&format!("more than {limit}"), lasted))
            }
            Claim::NeverLogged(text) => match self.ledger.place_of(text) {
                Some(place) => Err(Miss {
                    expected: format!("{text:?} not to stand in anything logged or kept"),
                    found: format!("it stands in {place}"),
                }),
                None => Ok(()),
            },
        }
    }

    fn lasted(&self) -> Duration {
        self.ended_at.map_or(Duration::ZERO, |at| at.since(self.began))
    }

    fn was_asked(
        &self,
        of: &MockOf,
        times: Option<u32>,
        with: &[(std::sync::Arc<str>, Json)],
    ) -> Result<(), Miss> {
        let asked = || self.outside.asked.iter().filter(|asked| asked.of == *of);
        let name = mock_name(of);
        let made: u32 = asked().map(|asked| asked.tries).sum();
        if let Some(times) = times {
            holds(made == times, || Miss {
                expected: format!("`{name}` to be asked {}, tries included", often(times)),
                found: often(made),
            })?;
        }
        let Some(last) = asked().next_back() else {
            return holds(times == Some(0), || Miss {
                expected: format!("`{name}` to be asked"),
                found: "it was not".to_owned(),
            });
        };
        for (parameter, wanted) in with {
            let found = last.with.iter().find(|argument| argument.name == *parameter);
            holds(found.is_some_and(|found| same(&found.value, wanted)), || Miss {
                expected: format!("`{name}` to be asked with `{parameter}`: {wanted}"),
                found: found.map_or("no such parameter".to_owned(), shown),
            })?;
        }
        Ok(())
    }

    fn variable(&self, index: VariableIndex, wanted: &Value) -> Result<(), Miss> {
        let at = usize::try_from(index.0).unwrap_or(usize::MAX);
        let found = self.values.get(at).unwrap_or(&Value::Unset);
        holds(found == wanted, || {
            let variable = self.flow.variables.get_index(at);
            let name = variable.map_or("", |(name, _)| name);
            let secret = variable.is_none_or(|(_, variable)| variable.class == Class::Secret);
            Miss {
                expected: format!(
                    "variable `{name}` to be `{}`",
                    if secret { "…".to_owned() } else { wanted.to_string() }
                ),
                found: match found {
                    Value::Unset => "it has no value".to_owned(),
                    _ if secret => "another value".to_owned(),
                    found => format!("`{found}`"),
                },
            }
        })
    }
}

fn holds(holds: bool, miss: impl FnOnce() -> Miss) -> Result<(), Miss> {
    if holds { Ok(()) } else { Err(miss()) }
}

fn count(what: &str, wanted: u32, found: u32) -> Result<(), Miss> {
    holds(wanted == found, || Miss {
        expected: format!("{what}: {wanted}"),
        found: found.to_string(),
    })
}

/// How often, in words.
fn often(times: u32) -> String {
    match times {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        times => format!("{times} times"),
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn lasts(expected: &str, lasted: Duration) -> Miss {
    let tenths = lasted.as_millis().div_ceil(100);
    Miss {
        expected: format!("the call to last {expected}"),
        found: format!("{}.{} s", tenths / 10, tenths % 10),
    }
}

/// Whether two values read alike: numbers by what they are worth, not by how they are written.
fn same(one: &Json, other: &Json) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one_), Some(other_)) if one.is_number() && other.is_number() => {
            one == other || (one_ - other_).abs() < f64::EPSILON
        }
        _ => one == other,
    }
}

fn shown(argument: &Argument) -> String {
    if argument.class == Class::Secret {
        return "another value".to_owned();
    }
    argument.value.to_string()
}

/// What a mock or claim stands for, as test files name it.
pub(super) fn mock_name(of: &MockOf) -> String {
    match of {
        MockOf::Operation { service, operation } => format!("{service}.{operation}"),
        MockOf::Tickets => "tickets".to_owned(),
        MockOf::Callbacks => "callbacks".to_owned(),
    }
}

const fn class_name(class: Class) -> &'static str {
    match class {
        Class::Public => "public",
        Class::Personal => "personal",
        Class::Secret => "secret",
    }
}

/// A rule as test files write it.
pub(super) fn rule_words(rule: &CallRule) -> String {
    match rule {
        CallRule::EndsIn(endings) => {
            let names: Vec<&str> = endings.iter().map(|ending: &Ending| name(*ending)).collect();
            format!("every call ends in: [{}]", names.join(", "))
        }
        CallRule::NoSilenceLonger(limit) => format!("no silence longer: {limit}"),
        CallRule::NeverLongerInFlow(limit) => format!("never longer in flow: {limit}"),
        CallRule::NeverLogged(classes) => {
            let names: Vec<&str> = classes.iter().map(|class| class_name(*class)).collect();
            format!("log never has: [{}]", names.join(", "))
        }
        CallRule::NeverBefore { visit, before } => {
            format!("never: {{ visit: {visit}, before: {before} }}")
        }
    }
}
