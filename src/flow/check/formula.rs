//! Rules about formulas: E0501, E0503, E0505, E0508.

use super::Rule;

/// E0501: a name that no variable has.
pub(crate) static FORMULA_NAME: Rule = Rule::error("E0501", "a formula uses a name that nothing has")
    .why("Text needs quotes in a formula; a word without quotes is a variable, and variables are declared under `vars:`.")
    .cure("Correct the name, declare it under `vars:`, or put quotes around it if it is meant as text.")
    .example("when: attemps >= 3");

/// E0503: types that do not go together.
pub(crate) static FORMULA_TYPES: Rule = Rule::error("E0503", "a formula mixes types that do not go together")
    .why("A number never equals a text, so the condition could never hold. Digits are text: `0812` keeps its zero.")
    .cure("Compare like with like: write numbers without quotes and texts with them.")
    .example("when: attempts == \"2\"");

/// E0505: not a formula.
pub(crate) static FORMULA_SYNTAX: Rule = Rule::error("E0505", "a formula cannot be read")
    .why("Formulas know `or and not`, comparisons, `in [..]`, `+ - * / %`, names, numbers, texts in quotes and a few functions.")
    .cure("Correct the formula at the place shown; two things are compared with `==`, and texts stand in quotes.")
    .example("when: topic = \"order\"");

/// E0508: a formula of the wrong type for its place.
pub(crate) static FORMULA_WANTED: Rule = Rule::error("E0508", "a formula gives another type than its place wants")
    .why("`when:` decides between two ways and so must be yes or no; a priority is a number; a number to call is text.")
    .cure("Write a formula that gives what the place wants, such as a comparison after `when:`.")
    .example("when: topic");
