//! A call that was played, as a test that people can read and `sambung test` can play again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::call::{Call, Rest};
use super::moves::{Move, SERVICE_TIME, SHORT_WAIT, TALK};
use super::world::World;
use super::{origin, rules};
use crate::call::{Errand, Reply};
use crate::flow::{CallRule, Destination, Setting, Verb};
use crate::time::{Duration, Instant};

/// The number that stands for one that the environment names.
const NUMBER: &str = "+62215550100";

/// The steps of a call, with what must be around it.
#[derive(Debug, Clone)]
pub(super) struct Script {
    steps: Vec<String>,
    mocks: BTreeMap<String, Vec<String>>,
    agents: BTreeMap<String, &'static str>,
    pub(super) ended: bool,
    acted_at: Instant,
}

/// How a test goes on after the steps, so that it fails as long as the fault is there.
#[derive(Debug, Clone, Default)]
pub(super) struct Demand {
    /// Further steps.
    pub(super) steps: Vec<String>,
    /// Lines under `then:`.
    pub(super) then: Vec<String>,
    /// A rule that the author has not stated.
    pub(super) rule: Option<CallRule>,
}

impl Script {
    pub(super) const fn new() -> Self {
        Self {
            steps: Vec::new(),
            mocks: BTreeMap::new(),
            agents: BTreeMap::new(),
            ended: false,
            acted_at: Instant::ZERO,
        }
    }

    /// Writes down that time passes until a moment, from the last thing that the script does.
    pub(super) fn wait_until(&mut self, now: Instant) {
        let span = now.since(self.acted_at);
        if !span.is_zero() {
            // Never a moment too late for a question that waits.
            self.steps.push(format!("wait: {}ms", span.as_millis()));
        }
    }

    /// The last thing that the script does is done at this moment.
    pub(super) const fn acted(&mut self, at: Instant) {
        self.acted_at = at;
    }

    /// Writes down what comes next.
    pub(super) fn step(&mut self, call: &Call, rest: Rest, what: &Move) {
        let queue = call.queue().map(|queue| queue.queue.to_string());
        match what {
            Move::Keys { keys, .. } => self.steps.push(format!("press: \"{keys}\"")),
            Move::Say(words) => self.steps.push(format!("say: \"{words}\"")),
            Move::Silence | Move::LastMiss if rest == Rest::Question => {
                self.steps.push("silence".to_owned());
            }
            Move::Silence | Move::LastMiss => self.steps.push(wait(self.longest_silence(call))),
            Move::Speak(length) => self.steps.push(format!("speak: {}s", whole(*length))),
            Move::HangUp => self.steps.push("hangup".to_owned()),
            Move::Answer(reply) => self.answer(call, answer(reply)),
            Move::NoAnswer => self.answer(call, "fault: timeout".to_owned()),
            Move::AgentTalks
            | Move::TooLong
            | Move::TakeOffer(_)
            | Move::KeyInLine(_)
            | Move::Unstaffed
            | Move::Full => {
                self.line(call, queue, what);
            }
            Move::Closed => {}
            Move::TargetTalks => {
                let talk = ["transferred", "agent: answers"].map(str::to_owned);
                self.steps.extend(talk);
                self.steps.extend([wait(TALK), "agent: hangs_up".to_owned()]);
            }
            Move::TargetFails(cause) => {
                self.steps.push("transferred".to_owned());
                self.steps.push(match cause {
                    crate::call::HangupCause::NoAnswer => wait(Duration::from_secs(90)),
                    _ => "agent: rejects".to_owned(),
                });
            }
        }
    }

    fn line(&mut self, call: &Call, queue: Option<String>, what: &Move) {
        let Some(queue) = queue else { return };
        let staff = match what {
            Move::AgentTalks => "1",
            Move::Unstaffed => "0",
            _ => "{ count: 1, busy: true }",
        };
        // Whoever is to talk must be there; of several others the first holds.
        if *what == Move::AgentTalks || !self.agents.contains_key(&queue) {
            self.agents.insert(queue.clone(), staff);
        }
        if *what != Move::Unstaffed {
            self.steps.push(format!("queued: {queue}"));
        }
        let node = call.queue();
        match what {
            Move::AgentTalks => {
                self.steps.extend([wait(SHORT_WAIT), "agent: answers".to_owned()]);
                self.steps.extend([wait(TALK), "agent: hangs_up".to_owned()]);
            }
            Move::TooLong => {
                self.steps.push(wait(node.map_or(Duration::ZERO, |queue| queue.max_wait)));
            }
            Move::TakeOffer(keys) | Move::KeyInLine(keys) => {
                self.steps.push(format!("press: \"{keys}\""))
            }
            _ => {}
        }
    }

    fn longest_silence(&self, call: &Call) -> Duration {
        let node = call.node();
        let silence = node.and_then(|node| match &call.session().program().flow.node(node).verb {
            Verb::Record(record) => Some(record.silence),
            _ => None,
        });
        silence.unwrap_or_default() + SHORT_WAIT
    }

    fn answer(&mut self, call: &Call, answer: String) {
        let name = match call.asked.as_deref() {
            Some(Errand::Operation(operation)) => {
                format!("{}.{}", operation.service, operation.operation)
            }
            Some(Errand::Ticket(_)) => "tickets".to_owned(),
            Some(Errand::Callback(_)) => "callbacks".to_owned(),
            None => return,
        };
        self.mocks.entry(name).or_default().push(answer);
    }

    /// How often an operation or store was asked, by its name in tests.
    pub(super) fn asked(&self) -> impl Iterator<Item = (&str, usize)> {
        self.mocks.iter().map(|(name, answers)| (name.as_str(), answers.len()))
    }

    /// The whole test file.
    pub(super) fn write(
        &self,
        world: &World,
        what: &str,
        demand: &Demand,
        own: &[CallRule],
    ) -> String {
        let flow = &world.stage.program.flow;
        let mut text = String::new();
        let mut line = |words: &str| {
            let done = writeln!(text, "{words}");
            debug_assert!(done.is_ok(), "text takes text");
        };
        line("# Found by `sambung explore`. It fails as long as the flow has this fault.");
        line("sambung: 1");
        line(&format!("tests: {}", flow.id));
        line("cases:");
        line(&format!("  - name: {}", quoted(what)));
        if let Some(moment) = world.moment() {
            line(&format!("    at: \"{}\"", moment.to_string().replace('T', " ")));
        }
        origin::written(&world.origin).iter().for_each(|said| line(&format!("    {said}")));
        let numbers: Vec<&str> = numbers(world).collect();
        if !numbers.is_empty() {
            line("    env:");
            numbers.iter().for_each(|name| line(&format!("      {name}: \"{NUMBER}\"")));
        }
        if !self.agents.is_empty() {
            line("    agents:");
            self.agents.iter().for_each(|(queue, staff)| line(&format!("      {queue}: {staff}")));
        }
        if !self.mocks.is_empty() {
            line("    mock:");
            for (name, answers) in &self.mocks {
                line(&format!("      {name}:"));
                answers.iter().for_each(|answer| line(&format!("        - {{ {answer} }}")));
            }
        }
        line("    call:");
        for step in self.steps.iter().chain(&demand.steps) {
            line(&format!("      - {step}"));
        }
        if !demand.then.is_empty() {
            line("    then:");
            demand.then.iter().for_each(|one| line(&format!("      {one}")));
        }
        let all: Vec<String> = own.iter().chain(&demand.rule).map(rules::written).collect();
        if !all.is_empty() {
            line("rules:");
            all.iter().for_each(|rule| line(&format!("  - {rule}")));
        }
        text
    }
}

fn numbers(world: &World) -> impl Iterator<Item = &str> {
    let nodes = world.stage.program.flow.nodes.iter();
    nodes.filter_map(|node| match &node.verb {
        Verb::Transfer(transfer) => match &transfer.to {
            Destination::Setting(Setting::Env(name)) => Some(&**name),
            Destination::Setting(_) | Destination::Formula(_) => None,
        },
        _ => None,
    })
}

fn answer(reply: &Reply) -> String {
    let after = format!(", after: {}ms", SERVICE_TIME.as_millis());
    match reply {
        Reply::Answered(json) => format!("body: {}{after}", quoted(&json.to_string())),
        Reply::NotFound => format!("status: 404{after}"),
        Reply::Kept(number) => format!("reply: \"{number}\"{after}"),
        Reply::Failed(crate::call::Failure::Refused) => "fault: refused".to_owned(),
        Reply::Failed(crate::call::Failure::BadShape) => "body: \"?\"".to_owned(),
        Reply::Failed(_) => "status: 500".to_owned(),
    }
}

fn wait(span: Duration) -> String {
    format!("wait: {}s", whole(span))
}

fn whole(span: Duration) -> u64 {
    span.as_millis().div_ceil(1_000)
}

/// A text as YAML takes it whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
