//! What ships with the program, named in a flow: the built-in words as prompts.

use std::sync::Arc;

use super::flow::FlowCompiler;
use crate::flow::check;
use crate::flow::node::Prompt;
use crate::flow::shipped::PREFIX;
use crate::flow::source::Spanned;

impl FlowCompiler<'_> {
    /// Built-in words, by their name with [`PREFIX`]; a text that merely begins so is said.
    pub(super) fn built_in_words(&mut self, text: &Spanned<String>) -> Option<Arc<Prompt>> {
        if text.value.contains(char::is_whitespace) {
            return self.literal(text.clone());
        }
        let known = text.value.strip_prefix(PREFIX).and_then(|name| self.built_in.get(name));
        if known.is_none() {
            let names: Vec<String> =
                self.built_in.keys().map(|name| format!("{PREFIX}{name}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            self.findings.push(check::unknown_prompt(text, &names));
        }
        known.cloned()
    }
}
