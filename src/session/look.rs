//! What can be seen of a call from outside: for tests, simulations and consoles. Nothing here changes a call.

use std::sync::Arc;

use super::Session;
use super::state::State;
use crate::call::{Class, RecordStep, Symbol};
use crate::flow::{Value, VariableIndex, Verb};

impl Session {
    /// The node visits so far, as the record will list them: at most [`MAX_STEPS`](super::MAX_STEPS).
    #[must_use]
    pub fn steps(&self) -> &[RecordStep] {
        &self.journal.steps
    }

    /// What a variable holds now.
    #[must_use]
    pub fn value(&self, variable: VariableIndex) -> Value {
        self.memory.variable(variable)
    }

    /// What the call is about, where the flow says so by a public text variable `topic`.
    #[must_use]
    pub fn topic(&self) -> Option<Arc<str>> {
        let (index, _, topic) = self.program.flow.variables.get_full("topic")?;
        let index = u32::try_from(index).ok().filter(|_| topic.class == Class::Public)?;
        match self.memory.variable(VariableIndex(index)) {
            Value::Text(topic) => Some(topic),
            _ => None,
        }
    }

    /// How often an answer was missed so far: nothing came, or nothing that fits.
    #[must_use]
    pub const fn misses(&self) -> u32 {
        self.budget.errors()
    }

    /// Whether a key pressed now would be taken: by a question, by a message that it ends, by a key of a queue
    /// or its offer to be called back. What is typed ahead is kept elsewhere and does not count.
    #[must_use]
    pub fn takes_keys(&self) -> bool {
        match &self.state {
            State::Asking(_) => true,
            State::Recording(taping) => taping.listens(),
            State::Queued(line) => line.takes_keys() || line.offers_callback(),
            State::Ringing { .. }
            | State::Answering
            | State::Saying { .. }
            | State::Waiting(_)
            | State::Dialling { .. }
            | State::Talking { .. }
            | State::Transferring { .. }
            | State::Leaving { .. }
            | State::Parted(_)
            | State::Ended
            | State::Moving => false,
        }
    }

    /// Whether this key would be taken if it were pressed now, as far as a queue says which keys it takes.
    #[must_use]
    pub fn takes_key(&self, symbol: Symbol) -> bool {
        let State::Queued(line) = &self.state else { return self.takes_keys() };
        let Verb::Queue(queue) = &self.program.flow.node(line.node).verb else { return false };
        let own = line.takes_keys() && queue.keys.iter().any(|key| key.key == symbol);
        own || queue.offer_callback.as_ref().is_some_and(|offer| line.is_offered(offer, symbol))
    }

    /// Whether the caller is offered to be called back.
    #[must_use]
    pub const fn offers_callback(&self) -> bool {
        matches!(&self.state, State::Queued(line) if line.offers_callback())
    }

    /// Whether keys of an answer have arrived and more may follow.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        matches!(&self.state, State::Asking(asking) if asking.collector.has_keys())
    }
}
