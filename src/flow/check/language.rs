//! W0310: languages that no call can be in.

use std::collections::BTreeSet;

use super::Rule;
use super::subject::Subject;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::expression::{Formula, Value};
use crate::flow::node::{Assignment, Place, QueueKey, QueueKeyAction, Verb};

/// W0310: a language that nobody can choose.
pub(crate) static UNCHOSEN_LANGUAGE: Rule =
    Rule::warning("W0310", "a language cannot be chosen by any call")
        .why("All its words were written for nobody: every call begins in the first language, and nothing sets this one.")
        .cure("Let a choice set it: `set: { call.language: en }`, or take it out of `languages`.")
        .example("languages: [id, en]\nnodes: { a: { hangup: bye } }");

/// Looks for something that sets each language but the first.
pub(crate) fn languages(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let mut chosen = BTreeSet::new();
    let mut anything = false;
    let mut see = |assignments: &[Assignment]| {
        for assignment in assignments.iter().filter(|a| a.place == Place::CallLanguage) {
            anything |= !constants(&assignment.value, &mut chosen);
        }
    };
    let mut returned = false;
    let mut by_keys = Vec::new();
    for (_, node, _) in subject.nodes() {
        match &node.verb {
            Verb::Set(node) => see(&node.set),
            Verb::Menu(menu) => menu.choices.iter().for_each(|choice| see(&choice.set)),
            Verb::Queue(queue) => by_keys.extend(queue.keys.iter().filter_map(spoken)),
            Verb::Call(call) => {
                returned |= call.returns.iter().any(|(_, place)| *place == Place::CallLanguage);
            }
            _ => {}
        }
    }
    if anything || returned {
        return;
    }
    chosen.extend(by_keys);
    for language in subject.flow.languages.iter().skip(1) {
        if !chosen.contains(language.as_str()) {
            let message = format!("language `{language}` cannot be chosen by any call");
            let place = subject.language_place(language.as_str());
            let finding = Diagnostic::new(&UNCHOSEN_LANGUAGE, place, message);
            let help = format!("let a choice set it: `set: {{ call.language: {language} }}`");
            findings.push(finding.help(help));
        }
    }
}

/// The language that a key of a queue brings.
fn spoken(key: &QueueKey) -> Option<String> {
    match &key.action {
        QueueKeyAction::Language(language) => Some(language.to_string()),
        QueueKeyAction::CallBack | QueueKeyAction::Repeat | QueueKeyAction::Leave(_) => None,
    }
}

/// The texts that a formula can give, if these are known before the call.
fn constants(formula: &Formula, texts: &mut BTreeSet<String>) -> bool {
    match formula {
        Formula::Constant(Value::Text(text)) => {
            texts.insert(text.to_string());
            true
        }
        Formula::If(_, yes, no) => constants(yes, texts) & constants(no, texts),
        _ => false,
    }
}
