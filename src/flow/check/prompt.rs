//! E0301, E0302, W0303, E0305, E0308 and W0309: prompts and their words.

use super::{MISSING_KEY, Rule, WRONG_FORM};
use crate::call::{Language, SayAs};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::expression::Kind;
use crate::flow::read::list;
use crate::flow::source::{Span, Spanned};
use crate::flow::suggest::nearest;

/// E0301: a prompt that does not exist.
pub(crate) static UNKNOWN_PROMPT: Rule = Rule::error("E0301", "there is no prompt of this name")
    .why("A word without spaces in a prompt place is a name from `prompts:`; text to be said has spaces or stands under `text:`.")
    .cure("Correct the name, add the prompt, or write `text: Halo` to have a single word said.")
    .example("hello: { say: welcom, next: menu }");

/// E0302: a prompt without words in a language of the flow.
pub(crate) static NO_TEXT: Rule =
    Rule::error("E0302", "a prompt has no text in a language of the flow")
        .why("A caller who chose that language would suddenly hear another one.")
        .cure("Add the text in that language.")
        .example("languages: [id, en]\nprompts: { welcome: { id: Selamat datang. } }");

/// E0305: a slot that cannot be said.
pub(crate) static BAD_SLOT: Rule =
    Rule::error("E0305", "a slot of a prompt cannot be said")
        .why("Braces in a prompt hold a value and how it is read: `{order.eta:date:short}`. Every language says the same values, and a value can be said only in the forms of its type.")
        .cure("Close the brace, use a form that fits the value, and say the same values in every language.")
        .example("prompts: { eta: { id: \"Tiba {order.eta:money}.\" } }");

/// E0308: a question without words.
pub(crate) static NO_PROMPT: Rule = Rule::error("E0308", "a node asks or says nothing")
    .why("The caller would hear silence and not know that an answer is awaited.")
    .cure("Name a prompt, or write the words.")
    .example("main: { menu: [], choices: { 1: sales } }");

/// W0309: words in a node of a flow with several languages.
pub(crate) static LITERAL_TEXT: Rule =
    Rule::warning("W0309", "literal text in a flow of several languages")
        .why("Everybody hears these words, whatever language they chose.")
        .cure("Put the words under `prompts:` in every language of the flow, and use their name.")
        .example(
            "languages: [id, en]\nnodes: { hello: { say: Selamat datang semua, next: menu } }",
        );

/// W0303: words that nobody hears.
pub(crate) static NEVER_PLAYED: Rule = Rule::warning("W0303", "a prompt is never played")
    .why("It is left over, or the node that was to play it plays another one.")
    .cure("Play it somewhere, or remove it.")
    .example("prompts: { old_news: { id: Kabar lama. } }");

/// W0311: a single word that is said.
pub(crate) static WORD_IS_SAID: Rule =
    Rule::warning("W0311", "a word stands where the name of a prompt is expected")
        .why("A single word is the name of a prompt; this one looks like words to be said, and is said. The next reader has to guess.")
        .cure("Write `{ text: Halo }`; `sambung check --fix` does.")
        .example("bye: { hangup: Halo }");

/// A prompt that nothing plays.
pub(crate) fn never_played(name: &str, place: Span) -> Diagnostic {
    Diagnostic::new(&NEVER_PLAYED, place, format!("prompt `{name}` is never played"))
        .help("play it somewhere, or remove it")
}

/// Whether a single word looks like words to be said rather than a name: it begins with a capital letter or ends a
/// sentence, and no prompt has a name like it.
pub(crate) fn is_said(word: &str, known: &[&str]) -> bool {
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    let sentence = word.ends_with(['.', '!', '?', ',']);
    (capital || sentence)
        && nearest(word, known.iter().copied()).is_none()
        && !known.iter().any(|name| name.eq_ignore_ascii_case(word))
}

/// A word that is said although a name is expected.
pub(crate) fn word_is_said(word: &Spanned<String>) -> Diagnostic {
    let message =
        format!("this is a word where the name of a prompt is expected: `{}`", word.value);
    Diagnostic::new(&WORD_IS_SAID, word.span, message)
        .label("it is said as it stands")
        .help("write `text:` before it to have it said")
        .fix(word.span, format!("{{ text: \"{}\" }}", word.value.replace('"', "'")))
}

/// A prompt name that nothing has.
pub(crate) fn unknown_prompt(name: &Spanned<String>, known: &[&str]) -> Diagnostic {
    let message = format!("there is no prompt named `{}`", name.value);
    let finding = Diagnostic::new(&UNKNOWN_PROMPT, name.span, message);
    match nearest(&name.value, known.iter().copied()) {
        Some(near) => finding.did_you_mean(Some(near)),
        None => finding.help(format!(
            "add it under `prompts:`, or write `{{ text: {} }}` to say the word itself",
            name.value
        )),
    }
}

/// A prompt without words in a language.
pub(crate) fn no_text(name: &str, place: Span, language: &Language) -> Diagnostic {
    Diagnostic::new(
        &NO_TEXT,
        place,
        format!("prompt `{name}` has no text in language `{language}`"),
    )
    .help(format!("add `{language}: \"…\"`"))
}

/// A brace without its partner.
pub(crate) fn lonely_brace(prompt: &str, span: Span) -> Diagnostic {
    let message = format!("prompt `{prompt}` holds a brace without its partner");
    Diagnostic::new(&BAD_SLOT, span, message).help(
        "a value stands in a pair of braces, such as `{order_no:digits}`; words stand without",
    )
}

/// A form that nothing is said in.
pub(crate) fn unknown_form(name: &str, span: Span) -> Diagnostic {
    let message = format!("nothing can be said as `{name}`");
    let known = SayAs::ALL.map(SayAs::name);
    let finding = Diagnostic::new(&BAD_SLOT, span, message);
    match nearest(name, known) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(format!("the forms are {}", list(&known))),
    }
}

/// A value that cannot be said in a form, or in none.
pub(crate) fn unsayable(
    prompt: &str,
    value: &str,
    kind: Kind,
    form: Option<SayAs>,
    span: Span,
) -> Diagnostic {
    let message = match form {
        Some(form) => format!(
            "`{value}` is {}, which cannot be said as `{}` in prompt `{prompt}`",
            kind.words(),
            form.name()
        ),
        None => format!("`{value}` is {}, which cannot be said in prompt `{prompt}`", kind.words()),
    };
    Diagnostic::new(&BAD_SLOT, span, message).help("choose a form that fits, or say it in words")
}

/// A value that one language of a prompt says and another does not.
pub(crate) fn slots_differ(
    prompt: &str,
    language: &Language,
    value: &str,
    span: Span,
) -> Diagnostic {
    let message = format!("the slot `{{{value}}}` of prompt `{prompt}` is not in every language");
    Diagnostic::new(&BAD_SLOT, span, message)
        .label(format!("language `{language}`"))
        .help("say the same values in every language")
}

/// A question without a prompt.
pub(crate) fn no_prompt(node: &str, place: Span) -> Diagnostic {
    let message = format!("node `{node}` asks without any prompt: the caller hears silence");
    Diagnostic::new(&NO_PROMPT, place, message).help("name the prompt that poses the question")
}

/// A `say` without a prompt.
pub(crate) fn says_nothing(place: Span) -> Diagnostic {
    Diagnostic::new(&NO_PROMPT, place, "this node says nothing")
        .help("name a prompt, or remove the node")
}

/// Literal text in a flow of several languages.
pub(crate) fn literal_text(span: Span, languages: usize) -> Diagnostic {
    let message = format!("callers of all {languages} languages hear this text");
    Diagnostic::new(&LITERAL_TEXT, span, message)
        .help("give it a name under `prompts:` with words in each language")
}

/// A prompt of empty words.
pub(crate) fn empty_text(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&WRONG_FORM, span, format!("prompt `{name}` has no words here"))
}

/// Several prompts where one is meant.
pub(crate) fn one_prompt(place: Span) -> Diagnostic {
    Diagnostic::new(&WRONG_FORM, place, "a FAQ entry answers with one prompt")
        .help("join the words in one prompt")
}

/// A FAQ without entries.
pub(crate) fn empty_faq(place: Span, name: &str) -> Diagnostic {
    Diagnostic::new(&MISSING_KEY, place, format!("FAQ `{name}` has no entries to answer from"))
}
