//! Rules about a file before its meaning is looked at: E0001–E0010, W0005, W0006, W0008.

use super::Rule;

/// E0001: the file is not YAML.
pub(crate) static NOT_YAML: Rule = Rule::error("E0001", "the file is not YAML that can be read")
    .why(
        "Nothing of the file can be trusted after such a place. The usual causes are a tab in the indentation, \
         text that begins with `*`, `%` or `@`, and text that holds a colon and a space; all need quotes.",
    )
    .cure("Mend the place shown: indent with spaces, and put quotes around such text.")
    .example("say: Untuk jam buka: tekan 1");

/// E0002: a name or key is given twice.
pub static GIVEN_TWICE: Rule = Rule::error("E0002", "a key or name is given twice")
    .why("Many readers silently let the last one win, so that a menu loses a choice. `1` and `\"1\"` are one key.")
    .cure("Remove one of the two, or give it another name.")
    .example("choices: { 1: sales, \"1\": service }");

/// E0003: an edition of the language that this program does not know.
pub static EDITION: Rule = Rule::error("E0003", "the file is of an edition that is not known here")
    .why("The first line `sambung: 1` says which edition of the flow language the file is written in.")
    .cure("Write the edition that this program knows, or use a program that knows the file's edition.")
    .example("sambung: 3");

/// E0004: YAML's own means of reuse.
pub(crate) static REUSE: Rule = Rule::error("E0004", "anchors, aliases, tags and merge keys are not allowed")
    .why("They act from afar, can make a small file explode, and hide what a node does. Prompts, `defaults`, `commands` and `use:` share things by name.")
    .cure("Write it out, or share it by name.")
    .example("night: *day");

/// W0005: a comment that cuts a text short.
pub(crate) static TEXT_ENDS_AT_HASH: Rule = Rule::warning("W0005", "a text ends at ` #`")
    .why("After a space, `#` begins a comment. Callers would hear only what stands before it.")
    .cure("Put quotes around the whole text, or around the part before the comment if it really is one.")
    .example("say: Tekan #1 untuk bantuan");

/// W0006: a comment that looks like the key `#`.
pub(crate) static COMMENT_LOOKS_LIKE_KEY: Rule =
    Rule::warning("W0006", "a comment looks like the key `#`")
        .why("Without quotes the whole line is a comment and the key does nothing.")
        .cure("Put the key into quotes: `\"#\":`.")
        .example("commands:\n  #: repeat");

/// E0007: braces without quotes.
pub(crate) static KEY_IS_NO_TEXT: Rule =
    Rule::error("E0007", "text in braces without quotes is a YAML map")
        .why("YAML reads `{name}` as a map with the key `name`. Quotes make it text.")
        .cure("Put quotes around the text.")
        .example("say: {name}");

/// W0008: words that other YAML tools read as true or false.
pub(crate) static LOOKS_LIKE_BOOL: Rule = Rule::warning("W0008", "other YAML tools read this word as true or false")
    .why("Here only `true` and `false` are truth values, but an editor or script that rewrites the file may change the word.")
    .cure("Put quotes around the word.")
    .example("words: [yes, ya]");

/// E0009: beyond the limits.
pub(crate) static TOO_LARGE: Rule =
    Rule::error("E0009", "the file is too large or nested too deep")
        .why("The limits keep a damaged or hostile file from using up the machine.")
        .cure("Split the file into parts, and name them under `use:`.")
        .example("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");

/// E0010: a key that nothing reads.
pub static UNKNOWN_KEY: Rule = Rule::error("E0010", "an unknown key")
    .why("A key that nothing reads is a slip of the finger or a wish that would not come true; neither may pass silently.")
    .cure("Correct the key, or remove it.")
    .example("hello: { say: welcome, nxet: menu }");

/// E0011: a value of the wrong form.
pub static WRONG_FORM: Rule = Rule::error("E0011", "a value has the wrong form")
    .why("Times need a unit (`5s`, `250ms`, `2m`), numbers have limits, some keys take one of a few words.")
    .cure("Write the value in the form that the message names.")
    .example("timeout: 5");

/// E0012: something that must be there is missing.
pub static MISSING_KEY: Rule = Rule::error("E0012", "a key that must be given is missing")
    .why("Without it the thing has no meaning; there is no sensible value to stand in.")
    .cure("Add the key.")
    .example("sambung: 1\nflow: hello\nnodes: {}");
