//! The rules that an author states for every call, held against one stretch of a call after the other.

use super::call::Seen;
use super::moves::seconds;
use super::space::Sight;
use crate::call::Class;
use crate::flow::{CallRule, Ending};

/// The most rules whose nodes are followed.
pub(super) const MOST: usize = 64;

/// Holds the rules against a stretch; returns for which rules the node that must come first was visited.
pub(super) fn look(
    rules: &[CallRule],
    seen: &Seen,
    visited: u64,
    sights: &mut Vec<(Sight, String)>,
) -> u64 {
    let mut visited = visited;
    for (place, rule) in rules.iter().enumerate().take(MOST) {
        match rule {
            CallRule::NeverBefore { visit, before } => {
                let bit = 1_u64 << place;
                for node in &seen.nodes {
                    if node == before {
                        visited |= bit;
                    } else if node == visit && visited & bit == 0 {
                        let what = format!("`{visit}` comes before `{before}`");
                        sights.push((Sight::Rule(place), what));
                    }
                }
            }
            CallRule::EndsIn(allowed) => {
                // Whoever hangs up is content, and who has used up the limits of a call hears the apology.
                let ended = seen.ended.as_ref().filter(|end| !end.by_caller && !end.spent);
                if let Some(end) = ended
                    && !end.endings.iter().any(|ending| allowed.contains(ending))
                {
                    let node = end.node.as_ref().map_or("its start", |node| node.as_str());
                    sights.push((Sight::Rule(place), format!("a call ends at `{node}`")));
                }
            }
            CallRule::NoSilenceLonger(limit) if seen.silence > *limit => {
                let what = format!("{} of silence", seconds(seen.silence));
                sights.push((Sight::Rule(place), what));
            }
            CallRule::NeverLogged(classes) => {
                let secret = seen.leak.as_ref().filter(|_| classes.contains(&Class::Secret));
                let personal =
                    seen.personal.as_ref().filter(|_| classes.contains(&Class::Personal));
                if let Some((place_of, value)) = secret.or(personal) {
                    let what = format!("`{value}` stands in {place_of}");
                    sights.push((Sight::Rule(place), what));
                }
            }
            CallRule::NoSilenceLonger(_) | CallRule::NeverLongerInFlow(_) => {}
        }
    }
    visited
}

/// A rule as its author writes it.
pub(super) fn words(rule: &CallRule) -> String {
    match rule {
        CallRule::EndsIn(endings) => {
            let names: Vec<&str> = endings.iter().map(|ending| name(*ending)).collect();
            format!("every call ends in {}", names.join(", "))
        }
        CallRule::NoSilenceLonger(limit) => format!("no silence longer than {}", seconds(*limit)),
        CallRule::NeverLongerInFlow(limit) => {
            format!("never longer in flow than {}", seconds(*limit))
        }
        CallRule::NeverLogged(_) => {
            "no value of a person stands in clear in a log or record".to_owned()
        }
        CallRule::NeverBefore { visit, before } => format!("`{visit}` never before `{before}`"),
    }
}

const fn name(ending: Ending) -> &'static str {
    match ending {
        Ending::Queue => "queue",
        Ending::Hangup => "hangup",
        Ending::Transfer => "transfer",
        Ending::Callback => "callback",
    }
}

/// A rule as a test file states it.
pub(super) fn written(rule: &CallRule) -> String {
    match rule {
        CallRule::EndsIn(endings) => {
            let names: Vec<&str> = endings.iter().map(|ending| name(*ending)).collect();
            format!("every call ends in: [{}]", names.join(", "))
        }
        CallRule::NoSilenceLonger(limit) => {
            format!("no silence longer: {}ms", limit.as_millis())
        }
        CallRule::NeverLongerInFlow(limit) => {
            format!("never longer in flow: {}ms", limit.as_millis())
        }
        CallRule::NeverLogged(classes) => {
            let names: Vec<&str> = classes
                .iter()
                .map(|class| match class {
                    Class::Public => "public",
                    Class::Personal => "personal",
                    Class::Secret => "secret",
                })
                .collect();
            format!("log never has: [{}]", names.join(", "))
        }
        CallRule::NeverBefore { visit, before } => {
            format!("never: {{ visit: {visit}, before: {before} }}")
        }
    }
}
