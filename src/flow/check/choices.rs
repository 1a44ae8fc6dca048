//! W0402, W0403 and W0411: the choices of a menu among each other.

use super::Rule;
use super::subject::Subject;
use crate::call::{Digits, Language};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::{Choice, Verb};

/// W0402: more choices than callers remember.
pub(crate) static MANY_CHOICES: Rule = Rule::warning("W0402", "a menu has many choices")
    .why("Callers remember about five choices; who has forgotten the second one at the seventh listens twice or presses `0`.")
    .cure("Ask for the most wanted things first, and put the others behind one choice of their own.")
    .example("menu: main_menu\nchoices: { 1: a, 2: b, 3: c, 4: d, 5: e, 6: f }");

/// W0403: one choice is the beginning of another.
pub(crate) static SLOW_CHOICE: Rule =
    Rule::warning("W0403", "a choice is also the start of another one")
        .why("After the shorter choice the caller waits in silence for `between_digits`, because the longer one may be meant.")
        .cure("Give the choices keys of which none begins another, such as `2` in place of `12`.")
        .example("choices: { 1: sales, 12: returns }");

/// W0411: a choice that cannot be said in one of the languages.
pub(crate) static WITHOUT_WORDS: Rule =
    Rule::warning("W0411", "a choice has no words in a language where others have")
        .why("A caller who may say every other choice in that language is not understood at this one.")
        .cure("Add words in that language, or allow the warning where the choice is meant for keys only.")
        .example("choices: { 1: { goto: a, words: { id: [harga], en: [price] } }, 2: { goto: b, words: { id: [stok] } } }");

/// The most choices that callers remember.
const REMEMBERED: usize = 5;

/// Keys that stand for the same thing at every menu and need no remembering.
const EVERYWHERE: [&str; 3] = ["0", "*", "#"];

/// Looks at the choices of every menu.
pub(crate) fn choices(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, node, site) in subject.nodes() {
        let Verb::Menu(menu) = &node.verb else { continue };
        let real = menu.choices.iter().filter(|choice| !EVERYWHERE.contains(&&*choice.name));
        let count = real.count();
        if count > REMEMBERED {
            let message =
                format!("menu `{}` has {count} choices; callers remember about five", site.name);
            let finding = Diagnostic::new(&MANY_CHOICES, site.span, message);
            findings.push(finding.help("put the rarer ones behind one choice of their own"));
        }
        let commands = menu.input.commands.iter().map(|command| &command.keys);
        let keys: Vec<&Digits> =
            menu.choices.iter().filter_map(|choice| choice.keys.as_ref()).chain(commands).collect();
        for choice in &menu.choices {
            let Some(short) = &choice.keys else { continue };
            let longer =
                keys.iter().find(|keys| keys.len() > short.len() && keys.starts_with(short));
            if let Some(longer) = longer {
                let message = format!(
                    "`{short}` is also the start of `{longer}`: after `{short}` the caller waits {} in silence",
                    menu.input.between_digits
                );
                let place = site.key(&["choices", &choice.name]);
                let finding = Diagnostic::new(&SLOW_CHOICE, place, message);
                findings.push(finding.help("choose keys of which none begins another"));
            }
        }
        for language in &subject.flow.languages {
            for choice in speechless(&menu.choices, language) {
                let place = site.key(&["choices", &choice.name]);
                let message = format!(
                    "choice `{}` of menu `{}` has no words in `{language}`, others have",
                    choice.name, site.name
                );
                let finding = Diagnostic::new(&WITHOUT_WORDS, place, message);
                findings.push(finding.help(format!("add `words: {{ {language}: [ … ] }}`")));
            }
        }
    }
}

/// The choices that nobody can say in a language in which another choice can be said.
fn speechless<'a>(choices: &'a [Choice], language: &Language) -> Vec<&'a Choice> {
    let has = |choice: &&Choice| choice.words.get(language).is_some_and(|words| !words.is_empty());
    if choices.iter().any(|choice| has(&choice)) {
        choices.iter().filter(|choice| !has(choice)).collect()
    } else {
        Vec::new()
    }
}
