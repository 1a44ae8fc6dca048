//! W0210 and W0211: how long it takes to reach a person.

use super::Rule;
use super::subject::Subject;
use crate::flow::diagnostic::Diagnostic;
use crate::time::Duration;

/// W0210: a person is far.
pub(crate) static FAR_PERSON: Rule =
    Rule::warning("W0210", "the first way to a person comes late")
        .why("Who needs a person has to listen that long first; many hang up before.")
        .cure("Name the key for a person in the first menu, or shorten what is said before it. A flow may state another limit: `limits: { effort: { to_person: 90s } }`.")
        .example("welcome: { say: a_minute_of_news, next: main }");

/// W0211: over the budget that the flow states itself.
pub(crate) static OVER_BUDGET: Rule =
    Rule::warning("W0211", "reaching a person takes more than the flow's own limit")
        .why("`limits: { effort: … }` says how many seconds and keys a caller may need to reach a person; the flow needs more.")
        .cure("Shorten the prompts on the way, offer the person in an earlier menu, or raise the limit. `sambung check --effort` shows the way.")
        .example("limits: { effort: { to_person: 20s, keys: 1 } }");

/// How late the first way to a person may come where the flow does not say.
const TO_PERSON: Duration = Duration::from_secs(60);

/// What a flow allows its callers to need until they reach a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct EffortLimit {
    /// Seconds of the typical caller.
    pub(crate) to_person: Option<Duration>,
    /// Keys.
    pub(crate) keys: Option<u64>,
}

/// Compares the nearest person with the limit, in every language.
pub(crate) fn efforts(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let limit = subject.effort_limit;
    let start = subject.span(subject.flow.start.0 as usize);
    for language in &subject.flow.languages {
        let Some(person) = subject.effort.person(language) else { continue };
        let way: Vec<&str> = person.way.iter().map(|node| node.as_str()).collect();
        let way = way.join(" -> ");
        let seconds = person.typical.as_secs();
        let mut over = |message: String| {
            let help = "offer the person earlier, or shorten what is said before";
            let finding = Diagnostic::new(&OVER_BUDGET, start, message).help(help);
            findings.push(match subject.effort_place {
                Some(place) => finding.also(place, "the limit"),
                None => finding,
            });
        };
        if limit.to_person.is_some_and(|most| person.typical > most) {
            let most = limit.to_person.unwrap_or_default();
            over(format!(
                "a caller in `{language}` reaches a person after {seconds} s, over the limit of {most}: {way}"
            ));
        }
        if limit.keys.is_some_and(|most| person.keys > most) {
            let most = limit.keys.unwrap_or_default();
            let keys =
                if person.keys == 1 { "1 key".to_owned() } else { format!("{} keys", person.keys) };
            over(format!(
                "a caller in `{language}` needs {keys} to reach a person, over the limit of {most}: {way}"
            ));
        }
        if limit.to_person.is_none() && subject.humans && person.typical > TO_PERSON {
            let message = format!(
                "the first way to a person comes after {seconds} s for callers in `{language}`: {way}"
            );
            let finding = Diagnostic::new(&FAR_PERSON, start, message);
            findings.push(finding.help("offer the person earlier, or shorten what is said before"));
        }
    }
}
