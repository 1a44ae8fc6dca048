//! What all input verbs share: the question, timers, retries and commands.

use std::sync::Arc;

use super::flow::FlowCompiler;
use super::prompt::bargein;
use super::words::{PhrasePlaces, folded};
use crate::call::Digits;
use crate::flow::check;
use crate::flow::node::{Bargein, CommandBinding, Goto, Input, Prompt, Retry, SubflowIndex};
use crate::flow::read::read;
use crate::flow::schema::{Command, Entries, InputRaw, Prompts, RetryRaw};
use crate::flow::source::Spanned;
use crate::time::Duration;

/// Silence after a question before `no_input`.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The same where the caller has to look a longer number up.
const LONG_TIMEOUT: Duration = Duration::from_secs(10);
/// Silence between two keys.
const BETWEEN_DIGITS: Duration = Duration::from_secs(3);
/// The same in a longer number: a mobile caller moves the phone from ear to keypad.
const LONG_BETWEEN_DIGITS: Duration = Duration::from_secs(5);
/// The fewest keys of an entry that counts as a longer number.
pub(super) const LONG_ENTRY: usize = 4;
/// No-inputs and no-matches of one visit together, where nothing is said.
const RETRIES: u32 = 3;

/// A command as the flow file gives it.
#[derive(Debug, Clone)]
pub(super) struct CommandDraft {
    pub(super) keys: Digits,
    pub(super) phrases: PhrasePlaces,
    pub(super) goto: Spanned<String>,
    /// Where its target is looked up.
    pub(super) scope: Option<SubflowIndex>,
}

/// Reads keys as a flow file writes them: `0`–`9`, `*` and `#`.
pub(super) fn keys(text: &str) -> Option<Digits> {
    let only_keys = text.chars().all(|c| c.is_ascii_digit() || c == '*' || c == '#');
    if text.is_empty() || !only_keys { None } else { Digits::parse(text) }
}

impl FlowCompiler<'_> {
    /// The commands of the flow.
    pub(super) fn read_commands(&mut self) {
        let Some(raw) = self.flow_commands().and_then(read::<Entries<Command>>) else { return };
        self.commands = self.command_drafts(&raw);
        for command in self.commands.clone() {
            // A flow's own commands are checked once, here; the nodes only bind them.
            if self.is_unknown(&command.goto) {
                self.findings.push(check::unknown_node(&command.goto, &self.names_here()));
            }
        }
    }

    fn command_drafts(&mut self, raw: &Entries<Command>) -> Vec<CommandDraft> {
        let mut drafts = Vec::new();
        for (key, command) in raw {
            let Some(keys) = keys(&key.value) else {
                self.findings.push(check::not_keys(key));
                continue;
            };
            let (goto, words) = match command {
                Command::Text(goto) => (goto, None),
                Command::Map(full) => (&full.goto, full.words.as_ref()),
            };
            let phrases = words.map(|words| self.phrases(words)).unwrap_or_default();
            drafts.push(CommandDraft { keys, phrases, goto: goto.clone(), scope: self.scope });
        }
        drafts
    }

    fn is_unknown(&self, target: &Spanned<String>) -> bool {
        !["back", "repeat", "none"].contains(&target.as_str()) && self.find_node(target).is_none()
    }

    /// The commands at a node: the flow's, each replaced or switched off by the node's own of the same key.
    pub(super) fn commands_here(&mut self, own: Option<&Entries<Command>>) -> Vec<CommandDraft> {
        let mut drafts = self.commands.clone();
        let own = own.map(|raw| self.command_drafts(raw)).unwrap_or_default();
        for mut command in own {
            match drafts.iter_mut().find(|draft| draft.keys == command.keys) {
                Some(draft) => {
                    if command.phrases.is_empty() {
                        command.phrases = std::mem::take(&mut draft.phrases);
                    }
                    *draft = command;
                }
                None => drafts.push(command),
            }
        }
        drafts.retain(|draft| draft.goto.value != "none");
        drafts
    }

    fn bindings(&mut self, drafts: &[CommandDraft]) -> Vec<CommandBinding> {
        let mut bindings = Vec::new();
        for draft in drafts {
            let here = std::mem::replace(&mut self.scope, draft.scope);
            let goto = self.goto(&draft.goto);
            self.scope = here;
            let (keys, words) = (draft.keys.clone(), folded(&draft.phrases));
            bindings.push(CommandBinding { keys, words, goto });
        }
        bindings
    }

    /// The shared part of an input node. `shortest` is the fewest keys of a valid answer.
    pub(super) fn input(
        &mut self,
        prompts: &Prompts,
        raw: InputRaw<'_>,
        commands: &[CommandDraft],
        shortest: usize,
    ) -> Input {
        let name = self.node_id(self.current);
        if prompts.items().is_empty() {
            let span = self.current_place();
            self.findings.push(check::no_prompt(name.as_str(), span));
        }
        let long = shortest >= LONG_ENTRY;
        let (timeout, between) =
            if long { (LONG_TIMEOUT, LONG_BETWEEN_DIGITS) } else { (TIMEOUT, BETWEEN_DIGITS) };
        let defaults = self.defaults.clone();
        let failed = self.failed(raw.failed);
        Input {
            prompts: self.prompts(prompts),
            bargein: self.bargein(raw.bargein),
            timeout: raw.timeout.or(defaults.timeout).map_or(timeout, |time| time.0),
            between_digits: raw.between_digits.or(defaults.between_digits).map_or(between, |t| t.0),
            max_time: raw.max_time.or(defaults.max_time).map(|time| time.0),
            retry: self.retry(raw.retry, defaults.retry.as_ref()),
            commands: self.bindings(commands),
            failed,
            flush: raw.flush.unwrap_or(false),
        }
    }

    /// The rule of interruption of a node.
    pub(super) fn bargein(&self, own: Option<crate::flow::schema::BargeinRaw>) -> Bargein {
        own.or(self.defaults.bargein).map_or(Bargein::default(), bargein)
    }

    /// Where a node leads when it fails: its own `failed`; else out of its subflow, or to that of `defaults`.
    pub(super) fn failed(&mut self, own: Option<&Spanned<String>>) -> Option<Goto> {
        if self.scope.is_some() && own.is_none() {
            self.graph.exit(self.current);
            return Some(Goto::Failed);
        }
        let target = own.cloned().or_else(|| self.defaults.failed.clone());
        match target {
            Some(target) => Some(self.goto(&target)),
            None => {
                self.graph.exit(self.current);
                let name = self.node_id(self.current).as_str().to_owned();
                self.without_failed.push((name, self.current_place()));
                None
            }
        }
    }

    /// Merges `retry` with the defaults, key by key; built-in words stand in for what neither has.
    fn retry(&mut self, own: Option<&RetryRaw>, defaults: Option<&RetryRaw>) -> Retry {
        let both = [own, defaults];
        let first = |key: fn(&RetryRaw) -> Option<&Prompts>| {
            both.iter().flatten().find_map(|raw| key(raw)).cloned()
        };
        let (no_input, no_match) = (first(|r| r.noinput.as_ref()), first(|r| r.nomatch.as_ref()));
        let max = both.iter().flatten().find_map(|raw| raw.max.as_ref());
        if let Some(zero) = max.filter(|max| max.value == 0) {
            self.findings.push(check::out_of_range("max", zero.span, "1 or more"));
        }
        Retry {
            no_input: self.retry_words(no_input.as_ref(), "no_input"),
            no_match: self.retry_words(no_match.as_ref(), "no_match"),
            max: max.map_or(RETRIES, |max| max.value.max(1)),
            reprompt: both.iter().flatten().find_map(|raw| raw.reprompt).unwrap_or(true),
        }
    }

    fn retry_words(&mut self, raw: Option<&Prompts>, built_in: &str) -> Vec<Arc<Prompt>> {
        let words = raw.map(|raw| self.prompts(raw)).unwrap_or_default();
        if words.is_empty() {
            self.built_in.get(built_in).cloned().into_iter().collect()
        } else {
            words
        }
    }
}
