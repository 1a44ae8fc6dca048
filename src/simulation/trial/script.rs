//! The steps of a script, one by one.

use super::call::{Look, Played};
use super::spoken::{Spoken, Unheard, follow};
use super::stage::Manner;
use super::verdict::{Difference, Revision};
use crate::call::{Digits, HangupCause, PromptId, Symbol};
use crate::flow::{AgentAct, Ending, Hear, Queued, Span, Spanned, Step, Verb};
use crate::session::{Attention, Session};
use crate::simulation::ending::name;
use crate::simulation::endings;

/// What a step could not have: what was expected, and what was found.
pub(super) struct Miss {
    pub(super) expected: String,
    pub(super) found: String,
}

pub(super) type Done = Result<(), Miss>;

impl Played<'_> {
    /// Plays the script up to its end or the first difference; then the caller hangs up.
    pub(super) fn run(&mut self, steps: &[Spanned<Step>]) {
        for step in steps {
            if let Err(miss) = self.step(&step.value, step.span) {
                self.differs(step.span, miss);
                break;
            }
        }
        if self.ended_at.is_none() {
            self.rehearsal.hang_up(self.leg, HangupCause::Normal);
            self.drain();
        }
        self.until(|call| if call.record.is_some() { Look::Done } else { Look::Wait });
    }

    pub(super) fn differs(&mut self, span: Span, miss: Miss) {
        let Miss { expected, found } = miss;
        let (node, heard) = (self.node(), self.story.len());
        self.differences.push(Difference { span, node, expected, found, heard });
    }

    fn step(&mut self, step: &Step, span: Span) -> Done {
        match step {
            Step::Hear(hear) => self.hears(hear, span),
            Step::Press { keys, early } => keys.iter().try_for_each(|k| self.presses(k, *early)),
            Step::Say { words, early } => words.iter().try_for_each(|w| self.says(w, *early)),
            Step::Silence => self.is_silent(),
            Step::Wait(span) => {
                self.act();
                self.story.waits(*span);
                self.pass(*span);
                Ok(())
            }
            Step::Speak(span) => {
                self.listened(|call| call.attention() == Some(Attention::Recorded), "a recording")?;
                self.act();
                self.story.speaks(*span);
                self.rehearsal.speak(self.leg, *span);
                self.pass(*span);
                Ok(())
            }
            Step::Agent(act) => self.agent(*act),
            Step::Queued(queued) => self.queued(queued),
            Step::Transferred(number) => self.transferred(number.as_deref()),
            Step::AtNode(node) => {
                let there = |call: &Self| {
                    let now = call.session().and_then(|session| session.node());
                    let all = call.session().map_or_else(
                        || call.record.as_ref().map_or(&[][..], |record| &record.steps),
                        |session| session.steps(),
                    );
                    let visits = all.get(call.stretch.steps..).unwrap_or(&[]);
                    now == Some(node.as_str()) || visits.iter().any(|step| step.node == *node)
                };
                self.meets(there, || format!("the call at node `{node}`"))
            }
            Step::End(ending) => self.ends(*ending),
            Step::Hangup => {
                if self.ended_at.is_some() {
                    return Err(self.miss("a caller who can hang up".to_owned()));
                }
                self.act();
                self.hang_up();
                Ok(())
            }
            Step::Rung(who) => self.rings(*who),
            Step::Customer(act) => self.customer(*act),
            Step::WishEnds(end) => self.wish_ends(*end),
        }
    }

    /// Waits until the caller is listened to as `ready` says; what plays is heard out first.
    fn listened(&mut self, ready: impl Fn(&Self) -> bool, what: &str) -> Done {
        let met = self.until(|call| match call.attention() {
            None | Some(Attention::Gone) => Look::Never,
            Some(_) if ready(call) => Look::Done,
            // Time in line passes where the script says so, or until an offer that a key takes.
            Some(Attention::Waiting) if !call.may_offer() => Look::Never,
            Some(Attention::Asked) if !call.is_playing() && !call.is_typing() => Look::Never,
            Some(_) => Look::Wait,
        });
        if met { Ok(()) } else { Err(self.miss(what.to_owned())) }
    }

    /// Whether the caller stands in a line where the offer to be called back is made.
    fn may_offer(&self) -> bool {
        let node = self.session().and_then(Session::node);
        let node = self.flow.nodes.iter().find(|one| Some(one.id.as_str()) == node);
        let verb = node.map(|node| &node.verb);
        matches!(verb, Some(Verb::Queue(q)) if q.offer_callback.is_some() || !q.keys.is_empty())
    }

    fn is_typing(&self) -> bool {
        self.session().is_some_and(Session::is_typing)
    }

    /// Waits until a question has been put, or a key has some other use.
    fn asked(&mut self, early: bool, key: Option<Symbol>, what: &str) -> Done {
        self.listened(
            |call| match call.attention() {
                Some(Attention::Ringing) => false,
                _ if early => true,
                Some(Attention::Asked) => !call.is_playing() && !call.is_typing(),
                _ => key.is_some_and(|key| call.session().is_some_and(|one| one.takes_key(key))),
            },
            what,
        )
    }

    fn presses(&mut self, keys: &Digits, early: bool) -> Done {
        self.asked(early, keys.as_slice().first().copied(), "a question that takes keys")?;
        self.act();
        self.press(keys);
        Ok(())
    }

    fn says(&mut self, words: &str, early: bool) -> Done {
        self.asked(early, None, "a question that can be answered")?;
        self.act();
        self.story.words(words);
        self.rehearsal.say(self.leg, words);
        self.drain();
        Ok(())
    }

    fn is_silent(&mut self) -> Done {
        self.listened(
            |call| match call.attention() {
                Some(Attention::Asked) => !call.is_playing() && !call.is_typing(),
                attention => attention == Some(Attention::Recorded),
            },
            "a question to leave unanswered",
        )?;
        self.act();
        self.story.silence();
        let before = self.counts();
        self.until(|call| if call.counts() == before { Look::Wait } else { Look::Done });
        Ok(())
    }

    /// What changes when a question is missed or left.
    fn counts(&self) -> Option<(u32, usize, Attention, bool)> {
        let session = self.session()?;
        Some((session.misses(), session.steps().len(), session.attention(), self.is_playing()))
    }

    fn agent(&mut self, act: AgentAct) -> Done {
        if act == AgentAct::ComesFree {
            return self.comes_free();
        }
        if self.record.is_some() {
            return self.agent_back(act);
        }
        let (ringing, what) = match act {
            AgentAct::Answers => (true, "a phone that rings, to be answered"),
            AgentAct::Rejects | AgentAct::IsBusy => (true, "a phone that rings, to be declined"),
            AgentAct::HangsUp | AgentAct::ComesFree => (false, "a person who can hang up"),
        };
        let there =
            |call: &Self| call.peer(ringing).is_some() || (!ringing && call.peer(true).is_some());
        self.meets(there, || what.to_owned())?;
        self.act();
        let talking = self.peer(false).filter(|_| !ringing);
        if let Some(leg) = talking.or_else(|| self.peer(true)) {
            let (done, cause) = match act {
                AgentAct::Answers => ("answers", None),
                AgentAct::Rejects => ("rejects", Some(HangupCause::Rejected)),
                AgentAct::IsBusy => ("is busy", Some(HangupCause::Busy)),
                AgentAct::HangsUp if talking.is_some() => ("hangs up", Some(HangupCause::Normal)),
                AgentAct::HangsUp | AgentAct::ComesFree => {
                    ("does not answer", Some(HangupCause::NoAnswer))
                }
            };
            self.story.happens(&format!("the agent {done}"));
            match cause {
                None => self.rehearsal.pick_up(leg),
                Some(cause) => self.rehearsal.hang_up(leg, cause),
            }
            self.drain();
        }
        Ok(())
    }

    /// Waits for something that must come before the caller is asked, talks or is gone.
    fn meets(&mut self, there: impl Fn(&Self) -> bool, what: impl Fn() -> String) -> Done {
        let met = self.until(|call| match call.attention() {
            _ if there(call) => Look::Done,
            None | Some(Attention::Talking) => Look::Never,
            Some(Attention::Asked) if !call.is_typing() => Look::Never,
            Some(_) => Look::Wait,
        });
        if met { Ok(()) } else { Err(self.miss(what())) }
    }

    fn queued(&mut self, queued: &Queued) -> Done {
        let from = |call: &Self| {
            // Whoever is still in line came in before.
            let waits = call.attention() == Some(Attention::Waiting);
            let last = call.lines.len().saturating_sub(usize::from(waits));
            call.stretch.lines.min(last)
        };
        let there = |call: &Self| {
            let lines = call.lines.get(from(call)..).unwrap_or(&[]);
            lines.iter().any(|line| line.queue == queued.queue)
        };
        let plain = || format!("the caller in queue `{}`", queued.queue);
        self.meets(there, plain)?;
        let lines = self.lines.get(from(self)..).unwrap_or(&[]);
        let line = lines.iter().rev().find(|line| line.queue == queued.queue);
        let Some(line) = line else { return Ok(()) };
        for (skill, value) in &queued.skills {
            let found = line.skills.iter().find(|(name, _)| name == skill).map(|(_, value)| value);
            if found != Some(value) {
                let found = found.map_or("none".to_owned(), |value| format!("`{value}`"));
                return Err(Miss {
                    expected: format!("skill `{skill}`: `{value}` in queue `{}`", queued.queue),
                    found: format!("`{skill}`: {found}"),
                });
            }
        }
        match queued.priority {
            Some(priority) if line.priority != Some(priority) => Err(Miss {
                expected: format!("priority {priority} in queue `{}`", queued.queue),
                found: line.priority.map_or("none".to_owned(), |found| format!("priority {found}")),
            }),
            _ => Ok(()),
        }
    }

    fn transferred(&mut self, number: Option<&str>) -> Done {
        let there = |call: &Self| {
            let rung = call.rung.get(call.stretch.rung..).unwrap_or(&[]);
            rung.iter().any(|one| number.is_none_or(|number| **one == *number))
        };
        let what = number.map_or("a number".to_owned(), |number| format!("the number {number}"));
        self.meets(there, || format!("{what} to be rung")).map_err(|miss| {
            let rung = self.rung.get(self.stretch.rung..).and_then(|rung| rung.last());
            let found = rung.map_or(miss.found, |rung| format!("{rung} was rung"));
            Miss { expected: miss.expected, found }
        })
    }

    fn ends(&mut self, ending: Option<Ending>) -> Done {
        let over = |call: &Self| call.record.is_some();
        let with = |call: &Self, verb: &str| {
            let steps = call.session().map(|session| session.steps()).unwrap_or(&[]);
            matches!(call.attention(), Some(Attention::Waiting | Attention::Talking))
                && steps.last().is_some_and(|step| step.verb == verb)
        };
        let there = |call: &Self| {
            over(call)
                || match ending {
                    None => with(call, "queue") || with(call, "transfer"),
                    Some(Ending::Queue) => with(call, "queue"),
                    Some(Ending::Transfer) => with(call, "transfer"),
                    Some(Ending::Hangup | Ending::Callback) => false,
                }
        };
        let what = || match ending {
            None => "the end of the call".to_owned(),
            Some(ending) => format!("the call to end in `{}`", name(ending)),
        };
        self.meets(there, what)?;
        let (Some(ending), Some(record)) = (ending, &self.record) else { return Ok(()) };
        let found = endings(record);
        if found.contains(&ending) {
            return Ok(());
        }
        let found = match found.first() {
            Some(found) => format!("it ended in `{}`", name(*found)),
            None => "it just ended".to_owned(),
        };
        Err(Miss { expected: what(), found })
    }

    fn hears(&mut self, hear: &Hear, span: Span) -> Done {
        if hear.not {
            return self.does_not_hear(hear);
        }
        let words = hear.text.as_deref();
        let find = |call: &Self| follow(&call.heard, call.stretch.looked, &hear.prompts, words);
        self.until(|call| match call.attention() {
            _ if find(call).is_ok() => Look::Done,
            None | Some(Attention::Talking | Attention::Gone) => Look::Never,
            Some(Attention::Asked) if !call.is_typing() => Look::Never,
            Some(_) => Look::Wait,
        });
        let unheard = match find(self) {
            Ok(looked) => {
                self.stretch.looked = looked;
                return Ok(());
            }
            Err(unheard) => unheard,
        };
        if self.manner == Manner::Revise && self.revise(hear, unheard, span) {
            return Ok(());
        }
        Err(self.unheard(hear, unheard))
    }

    /// Takes down what `hear` should say; `false` if nothing was heard that could stand there.
    fn revise(&mut self, hear: &Hear, unheard: Unheard, span: Span) -> bool {
        let new = self.heard.get(self.stretch.looked..).unwrap_or(&[]);
        let heard: Vec<&Spoken> = match unheard {
            Unheard::Prompt(_) => new.iter().filter(|one| self.has_name(one)).collect(),
            Unheard::Words(_) => {
                let same = |prompt: &PromptId| self.heard.iter().find(|one| one.prompt == *prompt);
                hear.prompts.iter().filter_map(same).collect()
            }
        };
        let last = match unheard {
            Unheard::Words(place) => self.heard.get(place),
            Unheard::Prompt(_) => heard.last().copied(),
        };
        let text = hear.text.as_ref().and(last).map(|spoken| spoken.words.clone());
        let prompts: Vec<String> = heard.iter().map(|one| file_name(one)).collect();
        if prompts.is_empty() {
            return false;
        }
        self.stretch.looked = match unheard {
            Unheard::Words(place) => place + 1,
            Unheard::Prompt(_) => self.heard.len(),
        };
        self.revisions.push(Revision { span, prompts, text });
        true
    }

    /// Whether test files have a name for a prompt: they have none for tones and entries that are read back.
    fn has_name(&self, spoken: &Spoken) -> bool {
        let short = spoken.prompt.as_str().strip_prefix(BUILT_IN);
        short.is_none_or(|short| self.flow.built_in.contains_key(short))
    }

    fn does_not_hear(&mut self, hear: &Hear) -> Done {
        let heard = |call: &Self| {
            let stretch = call.heard.get(call.stretch.heard..).unwrap_or(&[]);
            stretch.iter().find(|one| hear.prompts.contains(&one.prompt)).map(|o| o.prompt.clone())
        };
        self.until(|call| match call.attention() {
            _ if heard(call).is_some() => Look::Done,
            Some(Attention::Hearing | Attention::Ringing) => Look::Wait,
            Some(Attention::Asked) if call.is_typing() => Look::Wait,
            _ => Look::Never,
        });
        match heard(self) {
            Some(prompt) => Err(Miss {
                expected: format!("{} not to be heard", names(&hear.prompts)),
                found: format!("`{prompt}`"),
            }),
            None => Ok(()),
        }
    }

    fn unheard(&self, hear: &Hear, unheard: Unheard) -> Miss {
        match unheard {
            Unheard::Words(place) => Miss {
                expected: format!("{:?}", super::spoken::tidy(hear.text.as_deref().unwrap_or(""))),
                found: self.heard.get(place).map(|s| format!("{:?}", s.words)).unwrap_or_default(),
            },
            Unheard::Prompt(nth) => {
                let prompt = hear.prompts.get(nth).map(ToString::to_string).unwrap_or_default();
                let before = nth.checked_sub(1).and_then(|before| hear.prompts.get(before));
                let after = before.map(|before| format!(" after `{before}`")).unwrap_or_default();
                let new = self.heard.get(self.stretch.looked..).unwrap_or(&[]);
                let new: Vec<PromptId> = new.iter().map(|spoken| spoken.prompt.clone()).collect();
                let heard = if new.is_empty() { "nothing".to_owned() } else { names(&new) };
                Miss {
                    expected: format!("prompt `{prompt}`{after}"),
                    found: format!("{heard}; {}", self.whereabouts()),
                }
            }
        }
    }

    pub(super) fn miss(&self, expected: String) -> Miss {
        Miss { expected, found: self.whereabouts() }
    }

    /// Where the call is, in words.
    fn whereabouts(&self) -> String {
        let node = self.node().map(|node| format!(" at `{node}`")).unwrap_or_default();
        match self.attention() {
            None | Some(Attention::Gone) => format!("the call is over{node}"),
            Some(Attention::Ringing) => "the call is not answered".to_owned(),
            Some(Attention::Hearing) => format!("the caller is told something{node}"),
            Some(Attention::Asked) => format!("the caller is asked{node}"),
            Some(Attention::Recorded) => format!("the caller is recorded{node}"),
            Some(Attention::Waiting) => format!("the caller waits for a person{node}"),
            Some(Attention::Talking) => format!("the caller talks with a person{node}"),
        }
    }
}

/// What the names of built-in words begin with.
const BUILT_IN: &str = "std/";

/// What the names of texts without a name begin with.
const LITERAL: &str = "text-";

/// A prompt as test files name it: by its name, or by its words.
fn file_name(spoken: &Spoken) -> String {
    let name = spoken.prompt.as_str();
    if name.starts_with(LITERAL) { spoken.words.clone() } else { name.to_owned() }
}

/// `a`, `b` and so on.
fn names(prompts: &[PromptId]) -> String {
    prompts.iter().map(|prompt| format!("`{prompt}`")).collect::<Vec<_>>().join(", ")
}
