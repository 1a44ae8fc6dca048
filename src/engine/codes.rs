//! What agents dial on their own phones to say what they do: `*131`, and one sentence says that it is done.
//!
//! No flow, no session and no record: nobody but the agent takes part. The adapter has made sure of who dials.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::legs::Role;
use super::machine::Engine;
use super::notice::Notice;
use super::order::{AgentOrder, Order};
use crate::call::{
    AgentId, Answering, CommandKind, EventKind, HangupCause, Language, LegId, Offer, Play, PlayId,
    SymbolSet,
};
use crate::flow::BUILT_IN;
use crate::queue::AgentState;

/// The codes, and the languages in which it is told what came of them, the fallback first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codes {
    /// What each one that can be dialled stands for.
    pub orders: BTreeMap<Arc<str>, AgentOrder>,
    /// The languages of the project.
    pub languages: Vec<Language>,
}

/// The only thing that is played on such a leg.
const ANSWER: PlayId = PlayId(1);

impl Codes {
    /// How all codes begin. What else begins so is a code that does not exist; empty = nothing is taken for one.
    fn common(&self) -> &str {
        let (Some((first, _)), Some((last, _))) =
            (self.orders.first_key_value(), self.orders.last_key_value())
        else {
            return "";
        };
        let alike = first.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
        first.get(..alike).unwrap_or("")
    }

    /// What was dialled: `None` = no code, `Some(None)` = one that does not exist.
    fn read(&self, dialled: &str) -> Option<Option<&AgentOrder>> {
        let order = self.orders.get(dialled);
        let like_one = !self.common().is_empty() && dialled.starts_with(self.common());
        (order.is_some() || like_one).then_some(order)
    }
}

impl Engine {
    /// Whether a call is an agent who dials a code; then it is taken care of.
    pub(super) fn takes_code(&mut self, leg: LegId, offer: &Offer) -> bool {
        let agent = offer.user.as_ref().and_then(|user| self.users.get(user)).cloned();
        let Some(agent) = agent else { return false };
        let settings = Arc::clone(&self.settings);
        let Some(order) = settings.codes.read(&offer.origin.called) else { return false };
        let words = match order {
            Some(order) => self.obey_code(&agent, order.clone()),
            None => "code_wrong",
        };
        self.notice(Notice::CodeDialled { agent: agent.clone(), words });
        self.legs.insert(leg, Role::Code { agent, words });
        self.command(leg, CommandKind::Accept(Answering::Answer));
        true
    }

    /// Does what a code says; gives the words that tell what came of it.
    fn obey_code(&mut self, agent: &AgentId, order: AgentOrder) -> &'static str {
        let before = self.queues.agent_state(agent).cloned();
        self.ordered(None, Order::Agent { agent: agent.clone(), order: order.clone() });
        let after = self.queues.agent_state(agent);
        match (order, after) {
            (AgentOrder::Break(_), Some(AgentState::Break { .. })) => "code_break",
            (AgentOrder::Break(_), Some(AgentState::Offline)) => "code_vain",
            (AgentOrder::Break(_), _) => "code_break_later",
            (AgentOrder::Offline, _) => "code_logged_out",
            (AgentOrder::Ready, Some(_)) if before == Some(AgentState::Offline) => "code_logged_in",
            (
                AgentOrder::Ready,
                Some(AgentState::Ready { .. } | AgentState::Reserved(_) | AgentState::Ringing(_)),
            ) => "code_ready",
            (AgentOrder::WrapUpDone, _) if before.as_ref() != after => "code_done",
            (
                AgentOrder::Ready
                | AgentOrder::WrapUpDone
                | AgentOrder::ExtendWrapUp(_)
                | AgentOrder::Free,
                _,
            ) => "code_vain",
        }
    }

    /// Something happened on the leg of an agent who dialled a code.
    pub(super) fn code_event(&mut self, leg: LegId, kind: &EventKind) {
        match kind {
            EventKind::Answered => self.tell_code(leg),
            EventKind::PlayEnded { .. } | EventKind::MediaLost => {
                self.command(leg, CommandKind::Hangup(HangupCause::Normal));
            }
            EventKind::Ended { .. } => {
                self.legs.remove(leg);
            }
            EventKind::Rejected { .. } => {
                self.command(leg, CommandKind::Hangup(HangupCause::InternalError));
            }
            _ => {}
        }
    }

    fn tell_code(&mut self, leg: LegId) {
        let Some(Role::Code { agent, words }) = self.legs.get(leg).cloned() else { return };
        let language = self.language_of(&agent);
        let found = BUILT_IN.iter().find(|built_in| built_in.name == words);
        let items = found.map(|words| words.item(&language)).into_iter().collect();
        let play = Play { id: ANSWER, items, stop_on: SymbolSet::NONE };
        self.command(leg, CommandKind::Play(play));
    }

    /// The language that an agent is spoken to: that of the project, unless they hold others alone.
    fn language_of(&self, agent: &AgentId) -> Language {
        let languages = &self.settings.codes.languages;
        let own = self.settings.queues.agents.get(agent);
        let own = own.and_then(|agent| agent.skills.get("language"));
        let speaks = |language: &&Language| own.is_none_or(|own| own.contains(language.as_str()));
        let spoken = languages.iter().find(speaks).or_else(|| languages.first());
        spoken.cloned().unwrap_or_else(|| Language::from("en"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_from_numbers_and_from_codes_that_do_not_exist() {
        let code = |code: &str, order| (Arc::from(code), order);
        let orders = [
            code("*131", AgentOrder::Break("lunch".into())),
            code("*14", AgentOrder::Ready),
            code("*15", AgentOrder::WrapUpDone),
        ];
        let codes = Codes { orders: orders.into(), languages: Vec::new() };
        assert_eq!(codes.read("*14"), Some(Some(&AgentOrder::Ready)));
        assert_eq!(codes.read("*139"), Some(None));
        assert_eq!(codes.read("*1"), Some(None));
        for number in ["100", "*", "*2", "14", ""] {
            assert_eq!(codes.read(number), None, "{number}");
        }
        assert_eq!(Codes::default().read("*14"), None);
    }
}
