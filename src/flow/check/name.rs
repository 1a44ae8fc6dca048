//! E0101 and E0104: names that nothing has. E0013: names that nothing can have.

use indexmap::IndexMap;

use super::{FORMULA_NAME, Rule};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::read::list;
use crate::flow::source::{Span, Spanned};
use crate::flow::suggest::nearest;

/// E0013: a name that cannot be one.
pub(crate) static BAD_NAME: Rule = Rule::error("E0013", "a name that cannot be one")
    .why(
        "Names appear in records, logs, formulas and file names: a letter first, then letters, digits, `_` and \
         `-`, at most 64 bytes. `back`, `repeat` and `none` have a meaning of their own as targets, and \
         `and`, `or`, `not`, `in`, `true` and `false` in formulas.",
    )
    .cure("Give it another name: a letter first, then letters, digits, `_` or `-`, and none of the words above.")
    .example("nodes: { main menu: { say: welcome } }");

/// E0101: a target that is no node.
pub(crate) static UNKNOWN_NODE: Rule = Rule::error("E0101", "there is no node of this name")
    .why("A caller who takes this way would find nothing there.")
    .cure("Correct the name, or add the node.")
    .example("choices: { 1: { goto: order_aks } }");

/// E0104: a queue, calendar, FAQ, language or file that does not exist.
pub(crate) static UNKNOWN_NAME: Rule = Rule::error(
    "E0104",
    "there is no queue, calendar, FAQ, language or file of this name",
)
.why("Such names are known to the whole project; the flow cannot work without what they stand for.")
.cure("Correct the name, or define what it stands for in a file that the flow uses.")
.example("agent: { queue: servise }");

/// A name with characters that names cannot have, or with a meaning of its own.
pub(crate) fn bad_name(name: &str, span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&BAD_NAME, span, format!("`{name}` cannot be the name of a {what}"))
        .help("a name begins with a letter and goes on with letters, digits, `_` and `-`; a few words are taken")
}

/// A target that no node has, with the node that was probably meant.
pub(crate) fn unknown_node(name: &Spanned<String>, nodes: &IndexMap<String, Span>) -> Diagnostic {
    let message = format!("there is no node named `{}`", name.value);
    let finding = Diagnostic::new(&UNKNOWN_NODE, name.span, message).label("unknown node");
    match nearest(&name.value, nodes.keys().map(String::as_str)) {
        Some(near) => {
            let place = nodes.get(near).copied().unwrap_or(name.span);
            finding.also(place, "a node with a similar name").did_you_mean(Some(near))
        }
        None => finding.help("add the node, or lead to one that exists"),
    }
}

/// A queue, calendar, FAQ or language that nothing defines.
pub(crate) fn unknown_name(what: &str, name: &Spanned<String>, known: &[&str]) -> Diagnostic {
    let message = format!("there is no {what} named `{}`", name.value);
    let finding = Diagnostic::new(&UNKNOWN_NAME, name.span, message);
    match nearest(&name.value, known.iter().copied()) {
        Some(near) => finding.did_you_mean(Some(near)),
        None if known.is_empty() => finding.help(format!("no {what} is defined in this project")),
        None => finding.help(format!("there is {}", list(known))),
    }
}

/// A variable that the flow does not declare.
pub(crate) fn unknown_variable(name: &Spanned<String>, known: &[&str]) -> Diagnostic {
    let near = nearest(&name.value, known.iter().copied());
    let question = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    let message = format!("no variable named `{}`{question}", name.value);
    let finding = Diagnostic::new(&FORMULA_NAME, name.span, message);
    match near {
        Some(near) => finding.did_you_mean(Some(near)),
        None => {
            let name = &name.value;
            finding.help(format!("declare it: `vars: {{ {name}: {{ type: text }} }}`"))
        }
    }
}

/// A `use:` that fits no file.
pub(crate) fn unknown_file(pattern: &Spanned<String>) -> Diagnostic {
    let message = format!("no file fits `{}`", pattern.value);
    Diagnostic::new(&UNKNOWN_NAME, pattern.span, message).help(
        "the path begins at the folder of this file; `*` stands for anything within one part of it",
    )
}
