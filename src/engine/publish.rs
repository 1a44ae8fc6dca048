//! A project that changes while calls are live.

use std::sync::Arc;

use super::machine::Engine;
use super::settings::Settings;
use crate::queue;

impl Engine {
    /// Lets new calls live by `new`. Live calls keep the settings they began with; queues change for everybody.
    ///
    /// Adapters, the agents' phones, the most calls at once and whether journals and a history are kept stay until the next start.
    pub(super) fn publish(&mut self, mut new: Settings) {
        let old = &self.settings;
        new.adapters.clone_from(&old.adapters);
        new.agents.clone_from(&old.agents);
        new.max_calls = old.max_calls;
        new.journals = old.journals;
        new.history = old.history;
        new.caller_secret.clone_from(&old.caller_secret);
        let queues = Box::new(new.queues.clone());
        self.settings = Arc::new(new);
        self.tell_queues(queue::Input::Change(queues));
    }
}
