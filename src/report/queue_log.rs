//! The classic queue log, as PBXs write it and reporting tools read it: `time|call|queue|agent|EVENT|data…`.
//!
//! It has fewer words than the history, and so some ways out share one: `EXITWITHKEY` (a key, a callback that was asked
//! for, voicemail, another queue), `EXITWITHTIMEOUT` (too long a wait, and ends of ours), `EXITEMPTY` (nobody left to
//! serve), `ABANDON` (hung up, or lost with the node). Times are whole seconds since 1970, spans whole seconds, but that
//! of `RINGNOANSWER` and `RINGCANCELED`, which is milliseconds. Agents join and leave all their queues together: `NONE`.

use std::collections::BTreeMap;

use super::piece::between;
use crate::call::{AgentId, CallId, EndedBy, QueueId};
use crate::history::{AgentStatus, Entry, Exit, Fact, OfferResult};
use crate::time::{Duration, Wall};

/// What a line says: queue, agent, event, data.
type Told = (QueueId, String, &'static str, Vec<String>);

/// A contact in line, or talking.
#[derive(Debug, Clone)]
struct Open {
    queue: QueueId,
    entered: Wall,
    /// Its place when it came, from 1.
    position: usize,
    rang: BTreeMap<AgentId, Wall>,
    answered: Option<Wall>,
}

/// What the log must remember.
#[derive(Debug, Default)]
pub struct QueueLog {
    open: BTreeMap<CallId, Open>,
    agents: BTreeMap<AgentId, AgentStatus>,
}

impl QueueLog {
    /// The lines that an entry makes, without ends of lines; mostly none or one.
    pub fn take(&mut self, entry: &Entry, mut line: impl FnMut(String)) {
        let at = entry.row.at;
        let seconds = at.as_unix_micros().div_euclid(1_000_000);
        let mut write = |call: &str, queue: &str, agent: &str, event: &str, data: &[String]| {
            let data: String = data.iter().map(|value| format!("|{}", clean(value))).collect();
            let [call, queue, agent] = [call, queue, agent].map(clean);
            line(format!("{seconds}|{call}|{queue}|{agent}|{event}{data}"));
        };
        match &entry.row.fact {
            Fact::ConfigChanged { .. } => write("NONE", "NONE", "NONE", "CONFIGRELOAD", &[]),
            Fact::AgentChanged { agent, status, reason, .. } => {
                let reason = reason.as_deref().unwrap_or_default();
                for event in self.changed(agent, *status) {
                    let data: &[String] =
                        if event.ends_with("PAUSE") { &[reason.to_owned()] } else { &[] };
                    write("NONE", "NONE", agent.as_str(), event, data);
                }
            }
            fact => {
                let Some(contact) = fact.contact() else { return };
                if let Some((queue, agent, event, data)) = self.contact(contact, fact, at) {
                    write(&contact.to_string(), queue.as_str(), &agent, event, &data);
                }
            }
        }
    }

    /// What an agent's new state is called.
    fn changed(&mut self, agent: &AgentId, status: AgentStatus) -> Vec<&'static str> {
        let before = self.agents.insert(agent.clone(), status).unwrap_or(AgentStatus::Offline);
        let mut events = Vec::new();
        if before == AgentStatus::Break && status != AgentStatus::Break {
            events.push("UNPAUSE");
        }
        match (before == AgentStatus::Offline, status == AgentStatus::Offline) {
            (true, false) => events.push("ADDMEMBER"),
            (false, true) => events.push("REMOVEMEMBER"),
            (true, true) | (false, false) => {}
        }
        if status == AgentStatus::Break && before != AgentStatus::Break {
            events.push("PAUSE");
        }
        events
    }

    /// What happened to a contact, in the words of the log: queue, agent, event, data.
    fn contact(&mut self, contact: CallId, fact: &Fact, at: Wall) -> Option<Told> {
        let none = || "NONE".to_owned();
        match fact {
            Fact::Enqueued { queue, .. } => {
                let position = self.waiting(queue, at) + 1;
                let (queue, rang) = (queue.clone(), BTreeMap::new());
                let open =
                    Open { queue: queue.clone(), entered: at, position, rang, answered: None };
                self.open.insert(contact, open);
                let data = vec![String::new(), String::new(), position.to_string()];
                Some((queue, none(), "ENTERQUEUE", data))
            }
            Fact::Offered { agent, .. } | Fact::Rang { agent, .. } => {
                self.open.get_mut(&contact)?.rang.insert(agent.clone(), at);
                None
            }
            Fact::OfferClosed { agent, result, .. } => {
                let open = self.open.get_mut(&contact)?;
                let rang = between(open.rang.remove(agent)?, at).as_millis();
                let event = match result {
                    OfferResult::NoAnswer
                    | OfferResult::Rejected
                    | OfferResult::Busy
                    | OfferResult::Unreachable
                    | OfferResult::NotAccepted => "RINGNOANSWER",
                    OfferResult::CallerLeft
                    | OfferResult::AnsweredElsewhere
                    | OfferResult::Withdrawn
                    | OfferResult::Stale
                    | OfferResult::Lost => "RINGCANCELED",
                };
                Some((open.queue.clone(), agent.to_string(), event, vec![rang.to_string()]))
            }
            Fact::Answered { agent, .. } => {
                let open = self.open.get_mut(&contact)?;
                let ring = open.rang.remove(agent).map_or(Duration::ZERO, |t| between(t, at));
                open.answered = Some(at);
                let wait = seconds(between(open.entered, at));
                let data = vec![wait, String::new(), seconds(ring)];
                Some((open.queue.clone(), agent.to_string(), "CONNECT", data))
            }
            Fact::HandedOver { from: Some(agent), attended, .. } => {
                let open = self.open.get(&contact)?;
                let (wait, talk) = open.times(at)?;
                let position = open.position.to_string();
                let queue = open.queue.clone();
                let data = vec![String::new(), String::new(), wait, talk, position];
                let event = if *attended { "ATTENDEDTRANSFER" } else { "BLINDTRANSFER" };
                self.open.remove(&contact);
                Some((queue, agent.to_string(), event, data))
            }
            Fact::TalkEnded { agent, by, .. } => {
                let (wait, talk) = self.open.get(&contact)?.times(at)?;
                let open = self.open.remove(&contact)?;
                let event = match by {
                    EndedBy::Caller => "COMPLETECALLER",
                    EndedBy::Agent | EndedBy::System => "COMPLETEAGENT",
                };
                let data = vec![wait, talk, open.position.to_string()];
                Some((open.queue, agent.to_string(), event, data))
            }
            Fact::Left { how, key, .. } => self.left(contact, *how, key.as_deref(), at),
            _ => None,
        }
    }

    /// How a contact left the line.
    fn left(&mut self, contact: CallId, how: Exit, key: Option<&str>, at: Wall) -> Option<Told> {
        let ahead = self.open.get(&contact)?;
        let position = self.waiting(&ahead.queue, ahead.entered).max(1);
        let open = self.open.remove(&contact)?;
        let mut data = vec![position.to_string(), open.position.to_string()];
        data.push(seconds(between(open.entered, at)));
        let event = match how {
            Exit::Abandoned | Exit::AbandonedRinging | Exit::Lost => "ABANDON",
            Exit::Timeout | Exit::Closed | Exit::System | Exit::Withdrawn => "EXITWITHTIMEOUT",
            Exit::Unstaffed => "EXITEMPTY",
            Exit::Key | Exit::Callback | Exit::Voicemail | Exit::Moved => {
                data.insert(0, key.unwrap_or_default().to_owned());
                "EXITWITHKEY"
            }
        };
        Some((open.queue, "NONE".to_owned(), event, data))
    }

    /// How many wait in a queue who came until then.
    fn waiting(&self, queue: &QueueId, until: Wall) -> usize {
        let waits =
            |open: &&Open| open.answered.is_none() && open.queue == *queue && open.entered <= until;
        self.open.values().filter(waits).count()
    }
}

impl Open {
    /// The wait and the talk, in seconds; `None` before the answer.
    fn times(&self, at: Wall) -> Option<(String, String)> {
        let answered = self.answered?;
        Some((seconds(between(self.entered, answered)), seconds(between(answered, at))))
    }
}

fn seconds(span: Duration) -> String {
    span.as_secs().to_string()
}

/// A value that cannot end its field or its line.
fn clean(value: &str) -> String {
    value.chars().map(|c| if c == '|' || c.is_control() { ' ' } else { c }).collect()
}
