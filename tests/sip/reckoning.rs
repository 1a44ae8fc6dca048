//! The figures of a day, reckoned from the lines of its history by nobody who makes the reports: no type and no word of
//! the program is used, only what a line says.

use std::collections::BTreeMap;

use serde_json::Value;

/// Whoever answers within this is answered in time; whoever hangs up within it does not count.
pub(crate) const TARGET_US: i64 = 3_000_000;
/// Whoever hangs up within this has hardly waited.
pub(crate) const SHORT_US: i64 = 1_000_000;

/// What a day comes to.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Reckoning {
    pub(crate) offered: u64,
    pub(crate) answered: u64,
    pub(crate) answered_in_time: u64,
    pub(crate) abandoned: u64,
    pub(crate) abandoned_in_time: u64,
    pub(crate) short: u64,
    /// Other ways out, by name.
    pub(crate) exits: BTreeMap<String, u64>,
    pub(crate) lost: u64,
    pub(crate) waiting: u64,
    /// The waits of the answered, added up.
    pub(crate) wait_us: i64,
    pub(crate) talks: BTreeMap<String, u64>,
    pub(crate) talked_us: i64,
    pub(crate) wrapped_us: i64,
    /// Offers that nobody picked up, by agent.
    pub(crate) missed: BTreeMap<String, u64>,
    pub(crate) callbacks_asked: u64,
    pub(crate) callbacks_ended: u64,
    pub(crate) callbacks_done: u64,
    pub(crate) tickets: u64,
    pub(crate) surveys_asked: u64,
    /// Scores of the question `csat`.
    pub(crate) scores: Vec<u64>,
    pub(crate) calls: u64,
    /// Calls by what came of them.
    pub(crate) outcomes: BTreeMap<String, u64>,
}

impl Reckoning {
    /// Reckons the lines of a whole history.
    pub(crate) fn of(lines: &str) -> Self {
        let mut day = Self::default();
        let mut entered = BTreeMap::new();
        let mut talks = BTreeMap::new();
        let mut wrapping = BTreeMap::new();
        for line in lines.lines() {
            let entry: Value = serde_json::from_str(line).expect("a line is JSON");
            let (at, fact) = (entry["at"].as_i64().expect("a time"), &entry["fact"]);
            let text = |name: &str| fact[name].as_str().unwrap_or_default().to_owned();
            let contact = text("contact");
            match text("kind").as_str() {
                "call_began" => day.calls += 1,
                "call_ended" => *day.outcomes.entry(text("outcome")).or_default() += 1,
                "enqueued" if text("medium") == "voice" => {
                    if fact["again"] != true {
                        day.offered += 1;
                    }
                    entered.insert(contact, at);
                }
                "answered" => {
                    talks.insert((contact.clone(), text("agent")), at);
                    if let Some(since) = entered.remove(&contact) {
                        day.answer(at - since);
                    }
                }
                "left" => {
                    if let Some(since) = entered.remove(&contact) {
                        day.leave(&text("how"), at - since);
                    }
                }
                "talk_ended" => {
                    let began = talks.remove(&(contact, text("agent"))).expect("it began");
                    *day.talks.entry(text("agent")).or_default() += 1;
                    day.talked_us += at - began;
                }
                "agent_changed" => {
                    if let Some(since) = wrapping.remove(&text("agent")) {
                        day.wrapped_us += at - since;
                    }
                    if text("status") == "wrapup" {
                        wrapping.insert(text("agent"), at);
                    }
                }
                "offer_closed" if text("result") == "no_answer" => {
                    *day.missed.entry(text("agent")).or_default() += 1;
                }
                "callback_asked" => day.callbacks_asked += 1,
                "callback_ended" => {
                    day.callbacks_ended += 1;
                    day.callbacks_done += u64::from(text("how") == "done");
                }
                "ticket_opened" => day.tickets += 1,
                "survey_asked" => day.surveys_asked += 1,
                "surveyed" if text("question") == "csat" => {
                    day.scores.push(fact["score"].as_u64().expect("a score"));
                }
                _ => {}
            }
        }
        day.waiting = u64::try_from(entered.len()).expect("a count");
        day
    }

    /// `A / (A + B - B_T)` with `A_T` above: who hangs up before the target does not count.
    pub(crate) fn service_level(&self) -> f64 {
        let of = self.answered + self.abandoned - self.abandoned_in_time;
        Self::share(self.answered_in_time, of)
    }

    /// The share of 4 and 5.
    pub(crate) fn satisfied(&self) -> f64 {
        let good = self.scores.iter().filter(|score| **score >= 4).count();
        Self::share(good as u64, self.scores.len() as u64)
    }

    /// How long the answered waited on average, in seconds.
    pub(crate) fn speed_of_answer(&self) -> f64 {
        Self::seconds(self.wait_us) / Self::share(self.answered, 1)
    }

    /// A part of a whole.
    #[expect(clippy::cast_precision_loss, reason = "a day has few calls")]
    pub(crate) fn share(part: u64, of: u64) -> f64 {
        part as f64 / of as f64
    }

    /// Microseconds as seconds.
    #[expect(clippy::cast_precision_loss, reason = "a day is short")]
    pub(crate) fn seconds(micros: i64) -> f64 {
        micros as f64 / 1e6
    }

    /// Whether everybody who came is accounted for.
    pub(crate) fn balances(&self) -> bool {
        let others: u64 = self.exits.values().sum();
        self.offered == self.answered + self.abandoned + others + self.lost + self.waiting
    }

    fn answer(&mut self, wait: i64) {
        self.answered += 1;
        self.answered_in_time += u64::from(wait <= TARGET_US);
        self.wait_us += wait;
    }

    fn leave(&mut self, how: &str, wait: i64) {
        match how {
            "abandoned" | "abandoned_ringing" => {
                self.abandoned += 1;
                self.abandoned_in_time += u64::from(wait <= TARGET_US);
                self.short += u64::from(wait <= SHORT_US);
            }
            "lost" => self.lost += 1,
            other => *self.exits.entry(other.to_owned()).or_default() += 1,
        }
    }
}
