//! What holds in every call of a flow.

use super::TestCompiler;
use super::step::ending;
use crate::flow::check;
use crate::flow::read::{Reader, read};
use crate::flow::schema::RuleRaw;
use crate::flow::script::CallRule;
use crate::flow::source::Spanned;

impl TestCompiler<'_> {
    pub(super) fn rule(&mut self, item: Reader<'_>) -> Option<Spanned<CallRule>> {
        let (raw, span) = (read::<RuleRaw>(item)?, item.span());
        let mut rules = Vec::new();
        if let Some(endings) = &raw.ends_in {
            let endings = endings.iter().map(|end| ending(end.value)).collect();
            rules.push(CallRule::EndsIn(endings));
        }
        rules.extend(raw.no_silence_longer.map(|time| CallRule::NoSilenceLonger(time.0)));
        rules.extend(raw.never_longer_in_flow.map(|time| CallRule::NeverLongerInFlow(time.0)));
        if let Some(classes) = &raw.log_never_has {
            let classes = classes.iter().map(|class| class.value).collect();
            rules.push(CallRule::NeverLogged(classes));
        }
        if let Some(never) = &raw.never {
            let (visit, before) = (self.node(&never.visit), self.node(&never.before));
            rules.push(CallRule::NeverBefore { visit: visit?, before: before? });
        }
        match <[CallRule; 1]>::try_from(rules) {
            Ok([rule]) => Some(Spanned::new(rule, span)),
            Err(_) => {
                self.findings.push(check::one_of("a rule", span, RULES));
                None
            }
        }
    }
}

/// The rules, in words.
const RULES: &str = "`every call ends in`, `no silence longer`, `never longer in flow`, `log never has` and `never`";
