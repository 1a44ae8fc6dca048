//! The steps of a call, one by one, and that nothing comes after its end but its callback.

use super::TestCompiler;
use super::back::{customer_act, rung_of, wish_end};
use crate::call::Digits;
use crate::flow::check;
use crate::flow::expression::{Formula, Value};
use crate::flow::node::{Destination, Verb};
use crate::flow::schema::{
    AgentRaw, BareStep, EndingRaw, QueuedRaw, Scalar, SpeakRaw, StepMap, StepRaw, Texts,
};
use crate::flow::script::{AgentAct, Ending, Hear, Queued, Step};
use crate::flow::source::{Span, Spanned};

/// The verbs of steps that are maps, in the order of a call.
const VERBS: [&str; 12] = [
    "hear",
    "press",
    "say",
    "wait",
    "speak",
    "agent",
    "queued",
    "transferred",
    "at_node",
    "rung",
    "customer",
    "callback",
];

impl TestCompiler<'_> {
    pub(super) fn steps(&mut self, raw: &[Spanned<StepRaw>]) -> Vec<Spanned<Step>> {
        let mut steps: Vec<Spanned<Step>> = Vec::with_capacity(raw.len());
        for Spanned { value, span } in raw {
            let span = self.tight(*span);
            let step = match value {
                StepRaw::Text(BareStep::Silence) => Some(Step::Silence),
                StepRaw::Text(BareStep::Hangup) => Some(Step::Hangup),
                StepRaw::Text(BareStep::Transferred) => Some(Step::Transferred(None)),
                StepRaw::Text(BareStep::End) => Some(Step::End(None)),
                StepRaw::Map(map) => self.step(map, span),
            };
            steps.extend(step.map(|step| Spanned::new(step, span)));
        }
        self.check_order(&mut steps);
        steps
    }

    fn step(&mut self, raw: &StepMap, span: Span) -> Option<Step> {
        let given = [
            raw.hear.is_some(),
            raw.press.is_some(),
            raw.say.is_some(),
            raw.wait.is_some(),
            raw.speak.is_some(),
            raw.agent.is_some(),
            raw.queued.is_some(),
            raw.transferred.is_some(),
            raw.at_node.is_some(),
            raw.rung.is_some(),
            raw.customer.is_some(),
            raw.callback.is_some(),
            raw.end.is_some(),
        ];
        let names = VERBS.iter().copied().chain(["end"]);
        let verbs: Vec<&str> =
            names.clone().zip(given).filter(|(_, given)| *given).map(|(name, _)| name).collect();
        let [verb] = verbs.as_slice() else {
            // Whose verb is found wrong has none left.
            if !verbs.is_empty() || !self.context.any_within(span) {
                let known: Vec<&str> = names.chain(["silence", "hangup"]).collect();
                self.findings.push(check::not_one_step(&verbs, &known, span));
            }
            return None;
        };
        self.check_options(raw, verb, span);
        let early = raw.early == Some(true);
        Some(match (&raw.hear, &raw.press, &raw.say, &raw.queued) {
            (Some(prompts), ..) => Step::Hear(self.hear(raw, prompts, span)),
            (_, Some(keys), ..) => Step::Press { keys: self.keys(keys, span), early },
            (_, _, Some(words), _) => {
                let words = words.items().iter().map(|text| text.as_str().into()).collect();
                Step::Say { words, early }
            }
            (.., Some(queued)) => Step::Queued(self.queued(queued)?),
            _ => return self.other(raw, span),
        })
    }

    fn other(&mut self, raw: &StepMap, span: Span) -> Option<Step> {
        if let Some(rung) = raw.rung {
            let step = rung_of(rung, raw.span).map(Step::Rung);
            if step.is_none() {
                let wanted = "`agent`, `customer`, or `nobody` with `for:` how long";
                self.findings.push(check::wrong_value("rung", span, wanted));
            }
            return step;
        }
        if let Some(act) = raw.customer {
            return Some(Step::Customer(customer_act(act)));
        }
        if let Some(end) = raw.callback {
            return Some(Step::WishEnds(wish_end(end)));
        }
        if let Some(wait) = raw.wait {
            return Some(Step::Wait(wait.0));
        }
        if let Some(speak) = raw.speak {
            return Some(Step::Speak(match speak {
                SpeakRaw::Text(length) => length.0,
                SpeakRaw::Map(map) => map.length.0,
            }));
        }
        if let Some(act) = raw.agent {
            return Some(Step::Agent(match act {
                AgentRaw::Answers => AgentAct::Answers,
                AgentRaw::Rejects => AgentAct::Rejects,
                AgentRaw::IsBusy => AgentAct::IsBusy,
                AgentRaw::HangsUp => AgentAct::HangsUp,
                AgentRaw::ComesFree => AgentAct::ComesFree,
            }));
        }
        if let Some(number) = &raw.transferred {
            self.check_number(number);
            return Some(Step::Transferred(Some(number.as_str().into())));
        }
        if let Some(node) = &raw.at_node {
            return self.node(node).map(Step::AtNode);
        }
        raw.end.map(|end| Step::End(Some(ending(end))))
    }

    /// What stands beside a verb must belong to it.
    fn check_options(&mut self, raw: &StepMap, verb: &str, span: Span) {
        let options = [
            ("text", raw.text.is_some(), ["hear"].as_slice(), "`hear`"),
            ("not", raw.not.is_some(), &["hear"], "`hear`"),
            ("early", raw.early.is_some(), &["press", "say"], "`press` and `say`"),
            ("for", raw.span.is_some(), &["rung"], "`rung: nobody`"),
        ];
        for (option, _, owners, words) in options.iter().filter(|(_, given, ..)| *given) {
            if !owners.contains(&verb) {
                self.findings.push(check::not_of_step(option, verb, words, span));
            }
        }
    }

    fn hear(&mut self, raw: &StepMap, prompts: &Texts, span: Span) -> Hear {
        let not = raw.not == Some(true);
        if prompts.items().is_empty() {
            self.findings.push(check::wrong_value(
                "hear",
                span,
                "the name of a prompt, or several",
            ));
        }
        if let Some(text) = raw.text.as_ref().filter(|_| not) {
            let message = "what is not heard has no words";
            let help = "leave `text` out: the prompt must not be heard at all";
            self.findings.push(check::contradiction(message, text.span, help));
        }
        Hear {
            prompts: prompts.items().iter().filter_map(|name| self.prompt(name)).collect(),
            text: raw.text.as_ref().map(|text| text.as_str().into()),
            not,
        }
    }

    fn keys(&mut self, raw: &Texts, span: Span) -> Vec<Digits> {
        if raw.items().is_empty() {
            self.findings.push(check::wrong_value("press", span, "a key, or several"));
        }
        let mut keys = Vec::new();
        for text in raw.items() {
            match Digits::parse(&text.value).filter(|digits| !digits.is_empty()) {
                Some(digits) => keys.push(digits),
                None => self.findings.push(check::not_keys(text)),
            }
        }
        keys
    }

    fn queued(&mut self, raw: &QueuedRaw) -> Option<Queued> {
        let (name, map) = match raw {
            QueuedRaw::Text(name) => (name, None),
            QueuedRaw::Map(map) => (&map.name, Some(map)),
        };
        let queue = self.queue(name)?;
        let mut queued =
            Queued { queue, skills: std::collections::BTreeMap::new(), priority: None };
        let Some(map) = map else { return Some(queued) };
        let known: Vec<&str> = self
            .verbs()
            .filter_map(|verb| if let Verb::Queue(node) = verb { Some(node) } else { None })
            .filter(|node| node.queue == queued.queue)
            .flat_map(|node| node.skills.iter().map(|(skill, _)| &**skill))
            .collect();
        let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        for (skill, value) in map.skills.iter().flatten() {
            if !known.contains(&skill.as_str()) {
                self.findings.push(check::unknown_in_test("skill", skill, &known));
            }
            let value = match &value.value {
                Scalar::Text(text) => text.clone(),
                Scalar::Int(number) => number.to_string(),
                Scalar::Bool(yes) => yes.to_string(),
            };
            queued.skills.insert(skill.as_str().into(), value.as_str().into());
        }
        if let Some(priority) = &map.priority {
            if !(1..=9).contains(&priority.value) {
                self.findings.push(check::out_of_range("priority", priority.span, "from 1 to 9"));
            }
            queued.priority = Some(priority.value);
        }
        Some(queued)
    }

    /// A number that the flow never rings, where all that it rings are known.
    fn check_number(&mut self, number: &Spanned<String>) {
        let mut known = Vec::new();
        for verb in self.verbs() {
            let Verb::Transfer(transfer) = verb else { continue };
            match &transfer.to {
                Destination::Formula(Formula::Constant(Value::Text(text))) => {
                    known.push(text.clone())
                }
                Destination::Formula(_) | Destination::Setting(_) => return,
            }
        }
        let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
        if !known.contains(&number.as_str()) {
            self.findings.push(check::unknown_in_test("number to ring", number, &known));
        }
    }
}

pub(super) const fn ending(raw: EndingRaw) -> Ending {
    match raw {
        EndingRaw::Queue => Ending::Queue,
        EndingRaw::Hangup => Ending::Hangup,
        EndingRaw::Transfer => Ending::Transfer,
        EndingRaw::Callback => Ending::Callback,
    }
}
