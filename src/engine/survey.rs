//! What callers were asked about the service, told as rows of the history.
//!
//! A survey is a `collect` whose answer a `note` keeps as `csat`, `nps` or `solved`. Whoever came to such a question was
//! asked, also if they hung up there; what they answered stands in the record.

use std::sync::Arc;

use super::machine::Engine;
use crate::call::{CallId, CallRecord};
use crate::flow::{Flow, SURVEY_NOTES};
use crate::history::Fact;

/// The most answers of one call that count.
const MOST_QUESTIONS: usize = 2;

impl Engine {
    /// Tells whether the caller of a call that is over was asked, and what they said.
    pub(super) fn surveyed(&mut self, contact: CallId, record: &CallRecord) {
        if self.teller.is_none() {
            return;
        }
        let Some(call) = self.calls.get(&contact) else { return };
        let flow = Arc::clone(&call.session.program().flow);
        let asked = |question: &&&str| was_asked(&flow, question, record);
        let questions: Vec<&str> =
            SURVEY_NOTES.iter().filter(asked).take(MOST_QUESTIONS).copied().collect();
        if questions.is_empty() {
            return;
        }
        let queue = record.queue.as_ref().map(|stay| stay.name.clone());
        let (agent, flow_hash) = (record.agent.clone(), record.flow_hash.clone());
        self.happened(Fact::SurveyAsked {
            contact,
            queue: queue.clone(),
            agent: agent.clone(),
            flow_hash: flow_hash.clone(),
        });
        for question in questions {
            let score = record.notes.get(question).and_then(serde_json::Value::as_u64);
            let Some(score) = score.and_then(|score| u8::try_from(score).ok()) else { continue };
            self.happened(Fact::Surveyed {
                contact,
                question: question.into(),
                score,
                queue: queue.clone(),
                agent: agent.clone(),
                flow_hash: flow_hash.clone(),
            });
        }
    }
}

/// Whether the caller came to a question whose answer is kept under this name.
fn was_asked(flow: &Flow, question: &str, record: &CallRecord) -> bool {
    let mut nodes = flow.surveys.iter().filter(|(_, name)| **name == question);
    nodes.any(|(index, _)| {
        let id = &flow.node(*index).id;
        record.steps.iter().any(|step| step.node == *id)
    })
}
