//! W0701, W0702 and W0706: prompts that are too long for what comes with them.

use std::sync::Arc;

use super::Rule;
use super::subject::{Site, Subject};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::{Bargein, Prompt, Verb};
use crate::time::Duration;

/// W0701: little time to choose.
pub(crate) static SHORT_TIMEOUT: Rule = Rule::warning(
    "W0701",
    "a short timeout after a long prompt with many choices",
)
.why("Who has heard four choices needs a moment to decide and to take the telephone from the ear.")
.cure("Give `timeout` four to six seconds.")
.example("main: { menu: eleven_seconds, timeout: 1s, choices: { 1: a, 2: b, 3: c, 4: d } }");

/// W0702: a long menu.
pub(crate) static LONG_MENU: Rule = Rule::warning("W0702", "the words of a menu take long")
    .why("After twenty seconds callers have forgotten the first choices.")
    .cure("Use fewer words for each choice, fewer choices, or say news in a `say` before the menu.")
    .example("main: { menu: half_a_minute, choices: { 1: a } }");

/// W0706: a long prompt that cannot be interrupted.
pub(crate) static LONG_MUST: Rule =
    Rule::warning("W0706", "a long prompt cannot be interrupted")
        .why("Who calls for the second time has heard it; every further second without a way on costs patience.")
        .cure("Leave out `bargein: false`, or keep what must be heard to one short prompt of its own.")
        .example("welcome: { say: half_a_minute, bargein: false, next: main }");

/// A timeout below this is short.
const SHORT: Duration = Duration::from_secs(3);
/// A prompt from this length on is long where a short timeout follows.
const LONG_QUESTION: Duration = Duration::from_secs(8);
/// From so many choices on there is much to remember.
const MANY: usize = 4;
/// The longest that the words of a menu should last.
const MENU: Duration = Duration::from_secs(20);
/// The longest that callers should have to listen without a choice.
const MUST: Duration = Duration::from_secs(10);

/// Looks at the length of prompts, in the language where they last longest.
pub(crate) fn patience(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, node, site) in subject.nodes() {
        if let Verb::Menu(menu) = &node.verb {
            let lasts = longest(subject, &menu.input.prompts, |_| true);
            let (seconds, count) = (lasts.as_secs(), menu.choices.len());
            let timeout = menu.input.timeout;
            if timeout < SHORT && lasts >= LONG_QUESTION && count >= MANY {
                let message = format!(
                    "`timeout` of {timeout} is short after a prompt of {seconds} s with {count} choices"
                );
                let finding = Diagnostic::new(&SHORT_TIMEOUT, site.key(&["timeout"]), message);
                findings.push(finding.help("4 to 6 s is usual"));
            }
            if lasts > MENU {
                let message = format!("the words of menu `{}` last {seconds} s", site.name);
                let finding = Diagnostic::new(&LONG_MENU, site.key(&["menu"]), message);
                findings.push(finding.help("aim below 20 s"));
            }
        }
        findings.extend(must_hear(subject, &node.verb, site));
    }
}

fn must_hear(subject: &Subject<'_>, verb: &Verb, site: &Site<'_>) -> Option<Diagnostic> {
    let (prompts, bargein) = match (verb, verb.input()) {
        (Verb::Say(say), _) => (&say.prompts, say.bargein),
        (_, Some(input)) => (&input.prompts, input.bargein),
        (_, None) => return None,
    };
    let lasts =
        longest(subject, prompts, |prompt| prompt.bargein.unwrap_or(bargein) == Bargein::None);
    (lasts > MUST).then(|| {
        let seconds = lasts.as_secs();
        let message =
            format!("callers at `{}` must listen for {seconds} s and cannot interrupt", site.name);
        Diagnostic::new(&LONG_MUST, site.key(&["bargein"]), message)
            .help("let callers interrupt, or keep what must be heard below 10 s")
    })
}

/// How long some of the prompts last together, in the language where that is longest.
fn longest(
    subject: &Subject<'_>,
    prompts: &[Arc<Prompt>],
    counts: impl Fn(&Prompt) -> bool,
) -> Duration {
    let lasts = subject.flow.languages.iter().map(|language| {
        let counted = prompts.iter().filter(|prompt| counts(prompt));
        counted.fold(Duration::ZERO, |sum, prompt| sum + subject.timing.one(prompt, language))
    });
    lasts.max().unwrap_or(Duration::ZERO)
}
