//! What an agent hears before the caller does: a whisper, the question whether they take the call, that the caller left.
//!
//! ```text
//!  picks up ──▶ accepting ── the key ──▶ whispering ──▶ Answered: caller and agent are connected
//!                   │ no key in time         │ the caller leaves
//!                   ▼                        ▼
//!              NotAccepted                parting: "the caller has hung up", then the leg ends
//! ```
//!
//! All of it happens within the time of the offer, so that the queue need not know: of an agent who is asked, the phone
//! is rung [`ACCEPT_TIME`] less. A machine that answers presses no key, and so never has a caller.

use std::collections::BTreeMap;

use super::legs::Role;
use super::machine::Engine;
use crate::call::{
    AgentId, CallId, CommandKind, HangupCause, Item, Language, LegId, Play, PlayId, Symbol,
    SymbolSet, Target,
};
use crate::flow::BUILT_IN;
use crate::queue::{self, OfferFailure, OfferId};
use crate::session::{Input as SessionInput, QueueNews};
use crate::time::{Duration, Instant};

/// How much of the ring time is kept for the key by which an agent takes a call.
pub(super) const ACCEPT_TIME: Duration = Duration::from_secs(8);
/// The shortest that a phone is rung, whatever is kept for the key.
const SHORTEST_RING: Duration = Duration::from_secs(5);
/// What is left of an offer's time when what an agent is told alone is cut short.
pub(super) const SPARE: Duration = Duration::from_millis(500);
/// How long the words take at most that tell an agent that the caller left.
const PARTING: Duration = Duration::from_secs(4);
/// The key by which an outside number takes a call, where none is set.
const USUAL_KEY: Option<Symbol> = Symbol::from_event_code(1);

/// The agents who are being spoken to alone, by their legs.
#[derive(Debug, Default)]
pub(super) struct Ears {
    open: BTreeMap<LegId, Ear>,
    /// Until when an agent may be spoken to alone, by the leg that is rung for them.
    times: BTreeMap<LegId, Instant>,
    plays: u64,
}

#[derive(Debug, Clone, Copy)]
struct Ear {
    stage: Stage,
    play: PlayId,
    until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Asked whether they take the call.
    Accepting { key: Symbol },
    /// Told whom they will talk with.
    Whispering,
    /// Told that the caller left.
    Parting,
}

impl Ears {
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.open.values().map(|ear| ear.until).min()
    }

    /// A leg is rung; whoever answers may be spoken to alone until then.
    pub(super) fn rung(&mut self, leg: LegId, until: Instant) {
        self.times.insert(leg, until);
    }

    /// A leg has ended: whether somebody was spoken to on it.
    pub(super) fn ended(&mut self, leg: LegId) -> bool {
        self.times.remove(&leg);
        self.open.remove(&leg).is_some_and(|ear| ear.stage != Stage::Parting)
    }

    /// A leg is connected, or let go.
    fn forget(&mut self, leg: LegId) {
        self.open.remove(&leg);
        self.times.remove(&leg);
    }
}

impl Engine {
    /// The key by which an agent takes a call; `None` = picking up is taking it.
    pub(super) fn accept_key(&self, agent: &AgentId) -> Option<Symbol> {
        let agent = self.settings.agents.get(agent)?;
        agent.accept.or(match agent.target {
            // A number of the public network may be answered by a machine.
            Target::Number(_) => USUAL_KEY,
            Target::User(_) | Target::Address(_) => None,
        })
    }

    /// How long an agent's phone is rung within the time of an offer.
    pub(super) fn ring_for(&self, agent: &AgentId, ring: Duration) -> Duration {
        match self.accept_key(agent) {
            Some(_) => ring.saturating_sub(ACCEPT_TIME).max(SHORTEST_RING.min(ring)),
            None => ring,
        }
    }

    /// An agent picked up: asked, told, or connected at once.
    pub(super) fn agent_picked_up(
        &mut self,
        leg: LegId,
        call: CallId,
        offer: OfferId,
        agent: &AgentId,
    ) {
        match self.accept_key(agent) {
            Some(key) if self.ears.times.contains_key(&leg) => {
                let words = ["accept_call", digit_words(key)];
                let items = words.into_iter().filter_map(|name| self.words(name)).collect();
                self.tell_agent_alone(leg, Stage::Accepting { key }, items);
            }
            Some(_) | None => self.whisper(leg, call, offer),
        }
    }

    /// The agent takes the call: told whom they will talk with where the flow says so, then connected.
    fn whisper(&mut self, leg: LegId, call: CallId, offer: OfferId) {
        let items = self.whispered(call);
        if items.is_empty() {
            self.ears.forget(leg);
            return self.tell_queues(queue::Input::Answered { offer });
        }
        self.step(call, SessionInput::Queue(QueueNews::PickedUp));
        self.tell_agent_alone(leg, Stage::Whispering, items);
    }

    fn tell_agent_alone(&mut self, leg: LegId, stage: Stage, items: Vec<Item>) {
        let offered = self.ears.times.get(&leg).copied().filter(|_| stage != Stage::Parting);
        let until = offered.unwrap_or(self.now + PARTING);
        self.ears.plays += 1;
        let play = PlayId(self.ears.plays);
        self.command(leg, CommandKind::Play(Play { id: play, items, stop_on: SymbolSet::NONE }));
        self.ears.open.insert(leg, Ear { stage, play, until });
    }

    /// An agent pressed a key before being connected.
    pub(super) fn ear_key(&mut self, leg: LegId, symbol: Symbol) {
        let Some(ear) = self.ears.open.get(&leg).copied() else { return };
        if ear.stage == (Stage::Accepting { key: symbol }) {
            self.command(leg, CommandKind::Stop(ear.play));
            self.ears.open.remove(&leg);
            if let Some(Role::Agent { call, offer, .. }) = self.legs.get(leg).cloned() {
                self.whisper(leg, call, offer);
            }
        }
    }

    /// What an agent was told alone has been said.
    pub(super) fn ear_silent(&mut self, leg: LegId, play: PlayId) {
        let Some(ear) = self.ears.open.get(&leg).copied().filter(|ear| ear.play == play) else {
            return;
        };
        match ear.stage {
            // The key may still come.
            Stage::Accepting { .. } => {}
            Stage::Whispering | Stage::Parting => self.ear_done(leg, ear.stage),
        }
    }

    /// Whoever was spoken to for long enough.
    pub(super) fn ears_due(&mut self) {
        let due: Vec<_> = self
            .ears
            .open
            .iter()
            .filter(|(_, ear)| ear.until <= self.now)
            .map(|(l, e)| (*l, e.stage))
            .collect();
        for (leg, stage) in due {
            self.ear_done(leg, stage);
        }
    }

    fn ear_done(&mut self, leg: LegId, stage: Stage) {
        self.ears.forget(leg);
        let Some(Role::Agent { call, offer, agent, .. }) = self.legs.get(leg).cloned() else {
            return self.command(leg, CommandKind::Hangup(HangupCause::Cancelled));
        };
        match stage {
            Stage::Whispering => self.tell_queues(queue::Input::Answered { offer }),
            Stage::Accepting { .. } => {
                self.legs.remove(leg);
                self.command(leg, CommandKind::Hangup(HangupCause::NoAnswer));
                self.offer_refused(call, offer, agent, (OfferFailure::NotAccepted, "not_accepted"));
            }
            Stage::Parting => self.command(leg, CommandKind::Hangup(HangupCause::Cancelled)),
        }
    }

    /// An offer is taken back while the agent is already there: they hear that the caller left. `false` if they are not.
    pub(super) fn parts_from(&mut self, leg: LegId) -> bool {
        let Some(ear) = self.ears.open.get(&leg).copied() else { return false };
        self.command(leg, CommandKind::Stop(ear.play));
        let items = self.words("caller_left").into_iter().collect();
        self.tell_agent_alone(leg, Stage::Parting, items);
        true
    }

    /// Nothing more is said to an agent alone: the leg is about to end.
    pub(super) fn hushes(&mut self, leg: LegId) {
        self.ears.forget(leg);
    }

    /// Built-in words in the language of the node, which its agents speak.
    pub(super) fn words(&self, name: &str) -> Option<Item> {
        self.words_in(name, &self.settings.language)
    }

    /// Built-in words in a language.
    #[expect(clippy::unused_self, reason = "beside `words`")]
    pub(super) fn words_in(&self, name: &str, language: &Language) -> Option<Item> {
        Some(BUILT_IN.iter().find(|words| words.name == name)?.item(language))
    }
}

fn digit_words(key: Symbol) -> &'static str {
    match key.as_char() {
        '0' => "digit_0",
        '2' => "digit_2",
        '3' => "digit_3",
        '4' => "digit_4",
        '5' => "digit_5",
        '6' => "digit_6",
        '7' => "digit_7",
        '8' => "digit_8",
        '9' => "digit_9",
        _ => "digit_1",
    }
}
