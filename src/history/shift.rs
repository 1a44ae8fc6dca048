//! What agents have done since they logged in: a fold over what they did, for the strategies that count it.

use std::collections::BTreeMap;

use super::fact::Fact;
use super::parts::AgentStatus;
use super::row::Row;
use crate::call::AgentId;
use crate::time::{Duration, Wall};

/// What one agent has done since they logged in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shift {
    /// The contacts they talked with.
    pub calls: u32,
    /// How long.
    pub talked: Duration,
}

/// The shifts of all agents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shifts {
    shifts: BTreeMap<AgentId, Shift>,
    /// Since when those talk who do.
    talking: BTreeMap<AgentId, Wall>,
    last: Wall,
}

impl Shifts {
    /// The kinds of rows that it is a fold of.
    pub const KINDS: [&'static str; 2] = ["agent_changed", "node_started"];

    /// Takes the next row in, of those kinds. A talk that a node died with lasted until the row before.
    pub fn apply(&mut self, row: &Row) {
        match &row.fact {
            Fact::NodeStarted { .. } => {
                let last = self.last;
                for (agent, since) in std::mem::take(&mut self.talking) {
                    self.talked(&agent, since, last);
                }
            }
            Fact::AgentChanged { agent, status, .. } => {
                let talks = *status == AgentStatus::Talking;
                match self.talking.get(agent).copied() {
                    Some(since) if !talks => {
                        self.talking.remove(agent);
                        self.talked(agent, since, row.at);
                    }
                    None if talks => {
                        self.talking.insert(agent.clone(), row.at);
                        let shift = self.shifts.entry(agent.clone()).or_default();
                        shift.calls = shift.calls.saturating_add(1);
                    }
                    Some(_) | None => {}
                }
                if *status == AgentStatus::Offline {
                    self.shifts.remove(agent);
                }
            }
            _ => {}
        }
        self.last = self.last.max(row.at);
    }

    /// What each agent has done; those who did nothing are absent.
    pub fn iter(&self) -> impl Iterator<Item = (&AgentId, Shift)> {
        self.shifts.iter().map(|(agent, shift)| (agent, *shift))
    }

    fn talked(&mut self, agent: &AgentId, since: Wall, until: Wall) {
        let micros = until.as_unix_micros().saturating_sub(since.as_unix_micros());
        let shift = self.shifts.entry(agent.clone()).or_default();
        shift.talked += Duration::from_micros(u64::try_from(micros).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_what_was_done_since_the_log_in() {
        let mut shifts = Shifts::default();
        let mut at = |seconds: i64, fact| {
            shifts.apply(&Row::new(Wall::from_unix_micros(seconds * 1_000_000), fact));
            let told = shifts.iter().map(|(agent, s)| (agent.to_string(), s.calls, s.talked));
            told.collect::<Vec<_>>()
        };
        let is = |agent: &str, status| Fact::AgentChanged {
            agent: agent.into(),
            status,
            reason: None,
            contact: None,
            queue: None,
            until: None,
            idle_since: None,
            pending: None,
            by: None,
        };
        let sari = |calls, seconds| vec![("sari".to_owned(), calls, Duration::from_secs(seconds))];
        at(0, is("sari", AgentStatus::Ready));
        assert_eq!(at(10, is("sari", AgentStatus::Talking)), sari(1, 0));
        assert_eq!(at(20, is("sari", AgentStatus::Talking)), sari(1, 0), "the same talk");
        assert_eq!(at(40, is("sari", AgentStatus::Wrapup)), sari(1, 30));
        assert_eq!(at(50, is("sari", AgentStatus::Break)), sari(1, 30));
        at(60, is("sari", AgentStatus::Talking));
        at(65, is("budi", AgentStatus::Ready));
        let restarted = at(600, Fact::NodeStarted { version: "1".into() });
        assert_eq!(restarted, sari(2, 35), "as far as is known");
        assert_eq!(at(600, is("sari", AgentStatus::Wrapup)), sari(2, 35));
        assert_eq!(at(700, is("sari", AgentStatus::Offline)), []);
    }
}
