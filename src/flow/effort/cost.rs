//! What it costs a caller to leave a node by one of its ways: seconds, keys, and what every slip adds.

use std::sync::Arc;

use crate::call::Language;
use crate::flow::definition::FaqDefinition;
use crate::flow::map::Road;
use crate::flow::node::{AnswerNode, Collect, Flow, HttpNode, Input, Prompt, Verb, WayKind};
use crate::flow::timing::Timing;
use crate::time::Duration;

/// How long a caller takes from the end of a question to the first key.
const REACTION: Duration = Duration::from_secs(1);
/// How long a caller takes for each further key.
const KEY: Duration = Duration::from_millis(500);
/// How long a service usually takes.
const SERVICE: Duration = Duration::from_secs(1);
/// The longest that one request with all its tries may take; the engine gives up then.
const SERVICE_LIMIT: Duration = Duration::from_secs(10);
/// How long a message of a caller usually is.
const MESSAGE: Duration = Duration::from_secs(20);

/// What one way out of a node costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cost {
    /// Time without a slip.
    pub(crate) time: Duration,
    /// Keys pressed.
    pub(crate) keys: u64,
    /// The slips that this way itself is made of: those of a question that failed.
    pub(crate) slips: u32,
    /// Slips that may happen besides.
    pub(crate) spare: u32,
    /// What each slip adds to the time.
    pub(crate) slip: Duration,
}

/// Who walks through the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Listens to every word and answers at once.
    Typical,
    /// Answers at the last moment.
    Slowest,
}

/// Tells what ways cost a caller of one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Costs<'a> {
    /// The flow.
    pub(crate) flow: &'a Flow,
    /// How long its prompts last.
    pub(crate) timing: Timing<'a>,
    /// The caller's language.
    pub(crate) language: &'a Language,
    /// The caller.
    pub(crate) caller: Caller,
}

impl Costs<'_> {
    /// The cost of leaving a node by one of its ways.
    pub(crate) fn of(&self, verb: &Verb, road: &Road) -> Cost {
        match verb {
            Verb::Say(say) => self.time(self.words(&say.prompts)),
            Verb::Hangup(end) => self.time(self.words(&end.prompts)),
            Verb::Menu(menu) | Verb::Confirm(menu) => {
                self.asks(&menu.input, road, self.thinks(&menu.input), key_count(road))
            }
            Verb::Collect(collect) => self.collect(collect, road),
            Verb::Answer(answer) => self.answer(answer, road),
            Verb::Record(record) => {
                let speaks = match self.caller {
                    Caller::Typical => MESSAGE.min(record.max),
                    Caller::Slowest => record.max,
                };
                let keys = u64::from(record.end.is_some() && road.kind == WayKind::Answer);
                Cost { keys, ..self.time(self.words(&record.prompts) + speaks) }
            }
            Verb::Http(http) => self.time(self.request(http, road)),
            Verb::Set(_)
            | Verb::Branch(_)
            | Verb::Hours(_)
            | Verb::Call(_)
            | Verb::Ticket(_)
            | Verb::Note(_)
            | Verb::Queue(_)
            | Verb::Callback(_)
            | Verb::Transfer(_)
            | Verb::Return(_) => Cost::default(),
        }
    }

    fn time(&self, time: Duration) -> Cost {
        Cost { time, ..Cost::default() }
    }

    /// How long prompts last.
    pub(crate) fn words(&self, prompts: &[Arc<Prompt>]) -> Duration {
        self.timing.all(prompts, self.language)
    }

    /// The time from the end of a question to the answer.
    const fn thinks(&self, input: &Input) -> Duration {
        match self.caller {
            Caller::Typical => REACTION,
            Caller::Slowest => input.timeout,
        }
    }

    /// A question: heard in full and answered, or failed with all its retries.
    fn asks(&self, input: &Input, road: &Road, answering: Duration, keys: u64) -> Cost {
        let question = self.words(&input.prompts);
        let longest = |prompts: &[Arc<Prompt>]| self.timing.longest(prompts, self.language);
        let again = longest(&input.retry.no_input).max(longest(&input.retry.no_match));
        let repeated = if input.retry.reprompt { question } else { Duration::ZERO };
        let slip = input.timeout + again + repeated;
        let max = input.retry.max;
        if road.kind == WayKind::Failed {
            // The last slip is followed by nothing any more.
            let repeats = slip.times(u64::from(max.saturating_sub(1)));
            let time = question + input.timeout + repeats;
            return Cost { time, slips: max, ..Cost::default() };
        }
        let spare = max.saturating_sub(1);
        Cost { time: question + answering, keys, slips: 0, spare, slip }
    }

    fn collect(&self, collect: &Collect, road: &Road) -> Cost {
        let entry = &collect.entry;
        if road.kind != WayKind::Answer {
            return self.asks(&collect.input, road, self.thinks(&collect.input), key_count(road));
        }
        let ends = entry.end.is_some() && entry.min_length != entry.max_length;
        let (length, each) = match self.caller {
            Caller::Typical => (entry.min_length.max(1), KEY),
            Caller::Slowest => (entry.max_length.max(1), collect.input.between_digits),
        };
        let mut keys = u64::try_from(length).unwrap_or(u64::MAX);
        let entering = each.times(keys.saturating_sub(1) + u64::from(ends));
        let entering = collect.input.max_time.map_or(entering, |max| entering.min(max));
        keys += u64::from(ends);
        let mut answering = self.thinks(&collect.input) + entering;
        if collect.read_back {
            let built_in = |name: &str| self.flow.built_in.get(name).cloned();
            let words: Vec<_> =
                ["read_back", "read_back_ask"].into_iter().filter_map(built_in).collect();
            answering += self.words(&words) + KEY.times(keys) + self.thinks(&collect.input);
            keys += 1;
        }
        self.asks(&collect.input, road, answering, keys)
    }

    /// A FAQ: one question of the typical caller, as many as it takes of the slowest.
    fn answer(&self, answer: &AnswerNode, road: &Road) -> Cost {
        let thinks = self.thinks(&answer.input);
        if road.kind != WayKind::Answer {
            return self.asks(&answer.input, road, thinks, key_count(road));
        }
        let faq = self.flow.faqs.get(answer.faq.0 as usize);
        let told = faq.map_or(Duration::ZERO, |faq| self.longest_answer(faq));
        let one = self.words(&answer.say_back) + told + self.words(&answer.again) + thinks;
        let rounds = match self.caller {
            Caller::Typical => 1,
            Caller::Slowest => u64::from(answer.max),
        };
        self.asks(&answer.input, road, thinks + one.times(rounds), 1 + rounds)
    }

    fn longest_answer(&self, faq: &FaqDefinition) -> Duration {
        let answers = faq.entries.iter().map(|entry| self.timing.one(&entry.say, self.language));
        answers.max().unwrap_or(Duration::ZERO)
    }

    fn request(&self, http: &HttpNode, road: &Road) -> Duration {
        let longest = http.operation.timeout.times(u64::from(http.tries)).min(SERVICE_LIMIT);
        match (self.caller, road.kind) {
            (Caller::Typical, WayKind::Passing) => SERVICE.min(longest),
            (Caller::Typical | Caller::Slowest, _) => longest,
        }
    }
}

/// The keys of a choice or command.
fn key_count(road: &Road) -> u64 {
    match road.kind {
        WayKind::Answer | WayKind::Command => {
            let keys = road.outcome.chars().all(|c| c.is_ascii_digit() || c == '*' || c == '#');
            // A choice without keys is said, an answer named `yes` has the key 1.
            if keys { u64::try_from(road.outcome.len()).unwrap_or(1) } else { 1 }
        }
        WayKind::Passing
        | WayKind::Failed
        | WayKind::Trouble
        | WayKind::Nobody
        | WayKind::Talked => 0,
    }
}
