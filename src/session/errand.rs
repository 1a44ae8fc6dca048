//! Waiting for the outside: the words meanwhile, the keys meanwhile, the answer, or that none came (behaviours: backend
//! calls).

use std::sync::Arc;

use super::chronicle::Mark;
use super::playback::Playback;
use super::question::built_in;
use super::state::{State, Then};
use super::{Action, Moment, Session, Timer};
use crate::bug::{self, Bug};
use crate::call::{Errand, Failure, Reply, Symbol, SymbolSet};
use crate::flow::{Bargein, Goto, NodeIndex, Prompt, Verb};
use crate::interpreter::{Settled, settle};
use crate::time::{Duration, Instant};

/// How long any answer is waited for at most.
pub const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// How much longer than all tries of an operation together may take its answer is waited for: the pauses between them.
const REQUEST_GRACE: Duration = Duration::from_secs(1);

/// After this long the caller is asked to wait.
pub const FILLER_AFTER: Duration = Duration::from_millis(1_500);

/// After this long the caller is told, in other words, that it still goes on.
pub const FILLER_AGAIN: Duration = Duration::from_secs(6);

/// A node that waits for an answer.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) node: NodeIndex,
    /// The words meanwhile.
    pub(super) playback: Playback,
    /// When the answer counts as lost.
    until: Instant,
    filler: Filler,
}

/// The words that are due next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filler {
    First { at: Instant },
    Again { at: Instant },
    Done,
}

impl Waiting {
    pub(super) fn deadline(&self) -> Instant {
        let words = match self.filler {
            Filler::First { at } | Filler::Again { at } => at,
            Filler::Done => self.until,
        };
        let play = self.playback.limit().unwrap_or(self.until);
        self.until.min(words).min(play)
    }

    /// What happens by itself if no answer comes.
    pub(super) fn timers(&self) -> Vec<Timer> {
        let words = match self.filler {
            Filler::First { at } => Some(("the caller is asked to wait", at)),
            Filler::Again { at } => Some(("the caller is told that it goes on", at)),
            Filler::Done => None,
        };
        let lost = ("no reply is waited for any more", self.until);
        words.into_iter().chain([lost]).map(|(what, due)| Timer { what, due }).collect()
    }
}

/// How long the answer to what a node asks is waited for.
pub(super) fn patience(verb: &Verb) -> Duration {
    match verb {
        Verb::Http(http) => {
            let tries = http.operation.timeout.times(u64::from(http.tries.max(1)));
            REQUEST_LIMIT.min(tries + REQUEST_GRACE)
        }
        _ => REQUEST_LIMIT,
    }
}

impl Session {
    /// Asks the outside and waits.
    pub(super) fn request(
        &mut self,
        node: NodeIndex,
        verb: &Verb,
        errand: Box<Errand>,
        at: Moment<'_>,
    ) {
        self.ask_outside(errand);
        self.state = State::Waiting(Box::new(Waiting {
            node,
            playback: Playback::default(),
            until: at.now + patience(verb).times(if bug::is(Bug::WaitsTooLong) { 10 } else { 1 }),
            filler: Filler::First { at: at.now + FILLER_AFTER },
        }));
    }

    /// What is asked is no longer waited for.
    pub(super) fn abandon(&mut self) {
        if self.awaits_reply() {
            self.actions.push_back(Action::Abandon);
        }
    }

    pub(super) fn waiting_tick(&mut self, mut waiting: Box<Waiting>, at: Moment<'_>) {
        if at.now >= waiting.until {
            self.actions.push_back(Action::Abandon);
            return self.settled(*waiting, Reply::Failed(Failure::Timeout), at);
        }
        let due = match waiting.filler {
            Filler::First { at: first } if at.now >= first => {
                let again = first + FILLER_AGAIN.saturating_sub(FILLER_AFTER);
                waiting.filler = Filler::Again { at: again };
                Some("one_moment")
            }
            Filler::Again { at: again } if at.now >= again => {
                waiting.filler = Filler::Done;
                Some("still_checking")
            }
            Filler::First { .. } | Filler::Again { .. } | Filler::Done => None,
        };
        // Words that still sound are not cut by more of the same.
        if let Some(name) = due.filter(|_| !waiting.playback.is_playing()) {
            let flow = self.program.flow.clone();
            let own = match &flow.node(waiting.node).verb {
                Verb::Http(http) if name == "one_moment" => http.wait.clone(),
                _ => Vec::new(),
            };
            let words = match own.as_slice() {
                [] => built_in(&flow, name).into_iter().collect(),
                _ => own,
            };
            let keys = self.waiting_commands().map(|(key, _)| key).collect();
            waiting.playback = self.play_over(&words, Bargein::Match, keys, at);
        }
        self.state = State::Waiting(waiting);
    }

    /// A key while something is waited for: a command acts, any other key waits for the next question.
    pub(super) fn waiting_key(
        &mut self,
        mut waiting: Box<Waiting>,
        (symbol, pressed_at, mark): (Symbol, Instant, Mark),
        at: Moment<'_>,
    ) {
        let Some((_, goto)) = self.waiting_commands().find(|(key, _)| *key == symbol) else {
            let commands = self.waiting_commands().map(|(key, _)| key).collect();
            self.type_ahead.push(symbol, pressed_at, mark.none_of(commands));
            self.state = State::Waiting(waiting);
            return;
        };
        self.journal.took(mark, symbol);
        self.actions.push_back(Action::Abandon);
        self.actions.extend(waiting.playback.stop().map(Action::Command));
        // What was typed before was aimed at what would have followed.
        self.type_ahead.flush();
        self.budget.valid();
        self.journal.reason("command");
        self.journal.keys(Some(symbol.to_string()));
        self.follow(waiting.node, "command", goto, at);
    }

    /// The commands of one key that lead away, as they hold at the question that the caller answered last.
    fn waiting_commands(&self) -> impl Iterator<Item = (Symbol, Goto)> + use<> {
        let flow = self.program.flow.clone();
        let input = self.trail.last().and_then(|node| flow.node(*node).verb.input());
        let commands = input.map(|input| input.commands.as_slice()).unwrap_or_default();
        let leading = |goto: Goto| matches!(goto, Goto::Node(_) | Goto::Back | Goto::Failed);
        let single = commands.iter().filter_map(|command| match command.keys.as_slice() {
            [key] if leading(command.goto) => Some((*key, command.goto)),
            _ => None,
        });
        single.collect::<Vec<_>>().into_iter()
    }

    pub(super) fn reply(&mut self, reply: Reply, at: Moment<'_>) {
        match std::mem::replace(&mut self.state, State::Moving) {
            State::Waiting(waiting) => self.settled(*waiting, reply, at),
            State::Parted(parted) => self.parted_reply(*parted, reply, at),
            State::Queued(line) => self.line_reply(line, &reply, at),
            other => self.state = other,
        }
    }

    fn settled(&mut self, mut waiting: Waiting, reply: Reply, at: Moment<'_>) {
        self.actions.extend(waiting.playback.stop().map(Action::Command));
        let node = waiting.node;
        let flow = self.program.flow.clone();
        let Some(settled) = self.settle(node, reply) else { return self.apologise_at(node, at) };
        let Settled { outcome, goto, .. } = settled;
        if let (Verb::Http(_), "not_found" | "failed") = (&flow.node(node).verb, outcome) {
            // What was typed ahead was aimed at another way.
            self.type_ahead.flush();
        }
        match &flow.node(node).verb {
            Verb::Callback(callback) if outcome == "ok" && !callback.greet.is_empty() => {
                let then = Then::Go { outcome, goto };
                self.say(node, &callback.greet, Bargein::Any, then, at);
            }
            _ => self.follow(node, outcome, goto, at),
        }
    }

    /// Takes an answer into the variables and the journal.
    pub(super) fn settle(&mut self, node: NodeIndex, reply: Reply) -> Option<Settled> {
        let flow = self.program.flow.clone();
        let settled = settle(&flow, node, reply, &mut self.memory)?;
        if let Some(reason) = settled.reason {
            self.journal.reason(reason);
        }
        if settled.new_information {
            self.budget.news();
        }
        Some(settled)
    }

    /// Plays words that nothing is to be flushed for.
    fn play_over(
        &mut self,
        words: &[Arc<Prompt>],
        bargein: Bargein,
        keys: SymbolSet,
        at: Moment<'_>,
    ) -> Playback {
        let parts = self.parts(words, bargein, at);
        self.journal.heard(&parts);
        let (playback, commands) = Playback::start(parts, keys, at.now, &mut self.plays);
        self.actions.extend(commands.into_iter().map(Action::Command));
        playback
    }
}
