//! A call in short, for whoever reads why a test failed: prompts by name, what the caller did in brackets.

use crate::call::{Digits, PromptId};
use crate::time::Duration;

/// The most things that are told of one call.
const MAX_THINGS: usize = 400;

/// The call so far.
#[derive(Debug, Default)]
pub(super) struct Story(Vec<String>);

impl Story {
    pub(super) fn prompt(&mut self, prompt: &PromptId) {
        self.tell(prompt.to_string());
    }

    /// Keys; those of a secret are not told, not even how many there are.
    pub(super) fn keys(&mut self, keys: &Digits, secret: bool) {
        self.tell(if secret { "(secret keys)".to_owned() } else { format!("({keys})") });
    }

    pub(super) fn words(&mut self, words: &str) {
        self.tell(format!("({words:?})"));
    }

    pub(super) fn silence(&mut self) {
        self.tell("(silence)".to_owned());
    }

    pub(super) fn waits(&mut self, span: Duration) {
        self.tell(format!("(waits {span})"));
    }

    pub(super) fn speaks(&mut self, span: Duration) {
        self.tell(format!("(speaks {span})"));
    }

    /// Anything that happens around the caller: `queue service`, `agent answers`.
    pub(super) fn happens(&mut self, what: &str) {
        self.tell(format!("[{what}]"));
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_things(self) -> Vec<String> {
        self.0
    }

    fn tell(&mut self, thing: String) {
        if self.0.len() < MAX_THINGS {
            self.0.push(thing);
        }
    }
}
