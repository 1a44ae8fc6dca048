//! Waiting in line for a person: what is said over the music, and the offer to be called back (behaviours: queue).

use std::sync::Arc;

use super::announcing::{News, Telling};
use super::playback::{Playback, group};
use super::question::built_in;
use super::state::{State, Then};
use super::{Action, Input, Moment, QueueNews, Session};
use crate::call::{Digits, HangupCause, Item, Reply, Symbol, SymbolSet};
use crate::flow::{Bargein, NodeIndex, OfferCallback, Prompt, QueueNode, Verb};
use crate::history::Exit;
use crate::interpreter::{View, World, read_slot};
use crate::time::{Duration, Instant};

/// The least time between two announcements.
pub const ANNOUNCEMENT_GAP: Duration = Duration::from_secs(15);

/// After this long without a word something is said although the caller is no nearer to the front.
pub const COMFORT_AFTER: Duration = Duration::from_secs(60);

/// A caller in line.
#[derive(Debug, Clone)]
pub(super) struct InLine {
    pub(super) node: NodeIndex,
    /// Greetings and announcements over the music.
    pub(super) playback: Playback,
    /// What is said once the queue has taken the caller in.
    pub(super) greet: Vec<Arc<Prompt>>,
    since: Instant,
    /// When each announcement of the node is due next.
    rounds: Vec<Instant>,
    position: Option<u32>,
    /// The place in line at the last announcement.
    told: Option<u32>,
    /// When something was said last.
    said_at: Instant,
    pub(super) callback: CallbackOffer,
    /// What is told of the wait by itself.
    telling: Option<Telling>,
    /// Whether the node gives keys a meaning.
    keyed: bool,
}

/// The offer to be called back, once per wait.
#[derive(Debug, Clone)]
pub(super) enum CallbackOffer {
    /// There is none, or it has been made use of.
    None,
    /// It is due.
    Due { at: Instant },
    /// It was made; the keys so far.
    Open { typed: Digits },
    /// It was taken; the store is asked.
    Asked { until: Instant },
}

impl InLine {
    pub(super) fn new(node: NodeIndex, greet: Vec<Arc<Prompt>>, now: Instant) -> Self {
        Self {
            node,
            playback: Playback::default(),
            greet,
            since: now,
            rounds: Vec::new(),
            position: None,
            told: None,
            said_at: now,
            callback: CallbackOffer::None,
            telling: None,
            keyed: false,
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let callback = match self.callback {
            CallbackOffer::Due { at } => Some(at),
            CallbackOffer::Asked { until } => Some(until),
            CallbackOffer::None | CallbackOffer::Open { .. } => None,
        };
        let rounds = self.rounds.iter().min().copied();
        // What is due while words sound waits for their end.
        let quiet = self.position.is_some() && !self.playback.is_playing();
        let telling = self.telling.as_ref().filter(|_| quiet);
        let telling = telling.map(|telling| telling.due(self.position, self.said_at));
        [self.playback.limit(), rounds, callback, telling].into_iter().flatten().min()
    }

    /// Whether the store is asked.
    pub(super) const fn asks(&self) -> bool {
        matches!(self.callback, CallbackOffer::Asked { .. })
    }

    /// Whether the node's keys do something now.
    pub(super) const fn takes_keys(&self) -> bool {
        self.keyed && self.position.is_some() && !self.asks()
    }

    /// Whether the offer to be called back was made and not taken yet.
    pub(super) const fn offers_callback(&self) -> bool {
        matches!(self.callback, CallbackOffer::Open { .. })
    }

    /// What tells one wait from another: whether the queue has taken the caller in, and how the offer stands.
    pub(super) const fn outline(&self) -> &'static str {
        match (&self.callback, self.position.is_some()) {
            (_, false) => "new",
            (CallbackOffer::None, true) => "in line",
            (CallbackOffer::Due { .. }, true) => "to be offered",
            (CallbackOffer::Open { .. }, true) => "offered",
            (CallbackOffer::Asked { .. }, true) => "asked",
        }
    }

    pub(super) const fn moved(&mut self, position: u32) {
        self.position = Some(position);
    }

    /// The queue has taken the caller in: announcements and the offer are timed from here.
    pub(super) fn entered(&mut self, queue: &QueueNode, callable: bool, now: Instant) {
        self.rounds = queue.every.iter().map(|(period, _)| now + *period).collect();
        self.said_at = now;
        if let Some(offer) = queue.offer_callback.as_ref().filter(|_| callable) {
            self.callback = CallbackOffer::Due { at: self.since + offer.after };
        }
        self.telling = queue.announce.as_ref().map(Telling::new);
        self.keyed = !queue.keys.is_empty();
    }

    /// Somebody led the caller to another queue, for which the flow has a node of its own: what that one says and offers
    /// holds from here on. A wish that the store is asked to keep is waited for.
    pub(super) fn led(&mut self, node: NodeIndex, queue: &QueueNode, callable: bool, now: Instant) {
        self.node = node;
        self.told = None;
        let asked = self.asks().then(|| self.callback.clone());
        self.callback = CallbackOffer::None;
        self.entered(queue, callable, now);
        if let Some(asked) = asked {
            self.callback = asked;
        }
    }

    /// Whether the expected wait may be told in a step that begins with this: announcements that are due, keys and
    /// words, and the way into the line.
    pub(super) fn tells_wait(&self, now: Instant, input: &Input) -> bool {
        match input {
            Input::Key { .. } | Input::Said { .. } => true,
            Input::Queue(QueueNews::Entered { .. }) => true,
            Input::Tick
            | Input::Answered
            | Input::PlayStopped { .. }
            | Input::PlayEnded { .. }
            | Input::PlayFailed { .. }
            | Input::Recorded { .. }
            | Input::Reply(_)
            | Input::Queue(_)
            | Input::Peer(_)
            | Input::PeerMeasured { .. }
            | Input::CallerEnded { .. }
            | Input::Close(_)
            | Input::Abort(_) => {
                let telling = self.telling.as_ref();
                telling.is_some_and(|telling| telling.due(self.position, self.said_at) <= now)
            }
        }
    }

    /// What is to be told of the wait now, because it is due.
    fn news(&mut self, at: Moment<'_>) -> Option<News> {
        let due = self.telling.as_ref()?.due(self.position, self.said_at);
        if self.playback.is_playing() || at.now < due {
            return None;
        }
        self.said_at = at.now;
        let news = self.telling.as_mut()?.news(self.position, at.world.expected, at.now);
        Some(news).filter(|news| !news.is_empty())
    }

    /// The place and the wait as they are: on joining where they are told, or because the caller asks.
    pub(super) fn place(&mut self, asked: bool, at: Moment<'_>) -> Option<News> {
        let tells = self.telling.is_some();
        let mut telling = match self.telling.take() {
            Some(telling) => telling,
            None if asked => Telling::on_demand(),
            None => return None,
        };
        self.said_at = at.now;
        let news = telling.again(self.position, at.world.expected, at.now);
        self.telling = tells.then_some(telling);
        Some(news).filter(|news| !news.is_empty())
    }

    /// The announcement that is to be made now; the others wait their turn.
    fn announcement<'q>(
        &mut self,
        queue: &'q QueueNode,
        now: Instant,
    ) -> Option<&'q [Arc<Prompt>]> {
        let mut chosen = None;
        for (due, (period, words)) in self.rounds.iter_mut().zip(&queue.every) {
            if *due > now {
                continue;
            }
            let apart = self.said_at + ANNOUNCEMENT_GAP;
            if chosen.is_some() || self.playback.is_playing() || now < apart {
                *due = (now + ANNOUNCEMENT_GAP).max(apart);
                continue;
            }
            *due = now + (*period).max(ANNOUNCEMENT_GAP);
            let nearer = match (self.position, self.told) {
                (Some(position), Some(told)) => position < told,
                (_, None) => true,
                (None, Some(_)) => false,
            };
            if nearer || now.since(self.said_at) >= COMFORT_AFTER {
                chosen = Some(words.as_slice());
            }
        }
        if chosen.is_some() {
            self.said_at = now;
            self.told = self.position;
        }
        chosen
    }

    /// Whether the offer to be called back is to be made now.
    fn offers(&mut self, now: Instant) -> bool {
        match self.callback {
            CallbackOffer::Due { at } if at <= now && self.playback.is_playing() => {
                self.callback = CallbackOffer::Due { at: now + Duration::from_secs(1) };
                false
            }
            CallbackOffer::Due { at } if at <= now => {
                self.callback = CallbackOffer::Open { typed: Digits::new() };
                self.said_at = now;
                true
            }
            CallbackOffer::None
            | CallbackOffer::Due { .. }
            | CallbackOffer::Open { .. }
            | CallbackOffer::Asked { .. } => false,
        }
    }

    /// Whether a key is one of those that take the offer, while it stands.
    pub(super) fn is_offered(&self, offer: &OfferCallback, symbol: Symbol) -> bool {
        matches!(self.callback, CallbackOffer::Open { .. })
            && offer.key.as_slice().contains(&symbol)
    }

    /// A key; returns whether it takes the offer.
    pub(super) fn takes(&mut self, offer: &OfferCallback, symbol: Symbol) -> bool {
        let CallbackOffer::Open { typed } = &mut self.callback else { return false };
        typed.push(symbol);
        if !offer.key.starts_with(typed) {
            *typed = [symbol]
                .into_iter()
                .filter(|key| offer.key.as_slice().first() == Some(key))
                .collect();
        }
        *typed == offer.key
    }
}

impl Session {
    pub(super) fn line_tick(&mut self, mut line: Box<InLine>, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        let Verb::Queue(queue) = &flow.node(line.node).verb else {
            return self.apologise_at(line.node, at);
        };
        if let CallbackOffer::Asked { until } = line.callback
            && until <= at.now
        {
            self.actions.push_back(Action::Abandon);
            return self.not_kept(line, "timeout", at);
        }
        let offer = queue.offer_callback.as_ref().filter(|_| line.offers(at.now));
        // Beside an offer no announcement is chosen; those that are due wait their turn.
        let announcement = line.announcement(queue, at.now);
        let words = offer.map(|offer| offer.say.as_slice()).or(announcement);
        let words = match words {
            Some(words) => words.to_vec(),
            None => line.news(at).map(|news| self.told(&news, queue)).unwrap_or_default(),
        };
        if !words.is_empty() {
            self.memory.set_queue_wait(at.now.since(line.since));
            line.playback = self.play(&words, Bargein::None, SymbolSet::NONE, at);
        }
        self.state = State::Queued(line);
    }

    /// What is told of a wait, as prompts.
    pub(super) fn told(&mut self, news: &News, queue: &QueueNode) -> Vec<Arc<Prompt>> {
        let News { position, expected, .. } = *news;
        if position.is_some() || expected.is_some() {
            self.actions.push_back(Action::Told { position, expected });
        }
        let flow = &self.program.flow;
        let words = news.words.iter().filter_map(|name| built_in(flow, name));
        let comfort = queue.announce.iter().filter(|_| news.comfort);
        words.chain(comfort.flat_map(|announce| announce.comfort.iter().cloned())).collect()
    }

    /// Whether the wish to be called back is kept.
    pub(super) fn line_reply(&mut self, line: Box<InLine>, reply: &Reply, at: Moment<'_>) {
        if !line.asks() {
            self.state = State::Queued(line);
            return;
        }
        match reply {
            Reply::Kept(_) => self.called_back(line, at),
            Reply::Failed(failure) => self.not_kept(line, failure.name(), at),
            Reply::Answered(_) | Reply::NotFound => self.not_kept(line, "error", at),
        }
    }

    fn called_back(&mut self, mut line: Box<InLine>, at: Moment<'_>) {
        line.callback = CallbackOffer::None;
        self.leave_queue(Exit::Callback, at.now);
        self.actions.extend(line.playback.stop().map(Action::Command));
        self.command(crate::call::CommandKind::Music(None));
        self.left_line(&line, at.now);
        let flow = self.program.flow.clone();
        match &flow.node(line.node).verb {
            Verb::Queue(QueueNode { called_back: Some(goto), .. }) => {
                self.follow(line.node, "called_back", *goto, at)
            }
            _ => {
                self.journal.leave("called_back");
                self.last_words("goodbye", line.node, Then::Hangup(HangupCause::Normal), at);
            }
        }
    }

    /// The wish could not be kept: the caller hears so, and keeps the place in line.
    pub(super) fn not_kept(&mut self, mut line: Box<InLine>, reason: &'static str, at: Moment<'_>) {
        line.callback = CallbackOffer::None;
        line.said_at = at.now;
        self.journal.reason(reason);
        let words: Vec<_> = built_in(&self.program.flow, "not_kept").into_iter().collect();
        line.playback = self.play(&words, Bargein::None, SymbolSet::NONE, at);
        self.state = State::Queued(line);
    }

    /// What the agent who takes the call is told before the caller is connected, in the first language of the flow.
    pub fn whisper(&mut self, now: Instant, world: &World<'_>) -> Vec<Item> {
        let State::Queued(line) = &self.state else { return Vec::new() };
        let flow = self.program.flow.clone();
        let Verb::Queue(queue) = &flow.node(line.node).verb else { return Vec::new() };
        self.memory.set_queue_wait(now.since(line.since));
        let view = View { flow: &flow, memory: &self.memory, world };
        let parts =
            group(&queue.whisper, Bargein::None, flow.fallback(), |slot, prompt, language| {
                read_slot(slot, prompt, language, &view).unwrap_or_default()
            });
        parts.into_iter().flat_map(|(_, items)| items).collect()
    }

    /// Whether the caller waits in line and the expected wait may be told in a step that begins with this.
    #[must_use]
    pub fn tells_wait(&self, now: Instant, input: &Input) -> bool {
        match &self.state {
            State::Queued(line) => line.tells_wait(now, input),
            _ => false,
        }
    }

    /// The line is left, whatever for.
    pub(super) fn left_line(&mut self, line: &InLine, now: Instant) {
        if line.asks() {
            self.actions.push_back(Action::Abandon);
        }
        self.memory.set_queue_position(None);
        self.memory.set_queue_wait(now.since(line.since));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    #[test]
    fn keys_that_do_not_belong_to_the_offer_are_passed_over() {
        let offer = |key: &str| OfferCallback {
            after: Duration::ZERO,
            say: Vec::new(),
            key: Digits::parse(key).expect("keys"),
        };
        for (key, typed, taken) in
            [("1", "21", true), ("1", "2", false), ("12", "112", true), ("12", "102", false)]
        {
            let mut line = InLine::new(NodeIndex(0), Vec::new(), at(0));
            assert!(!line.takes(&offer(key), Symbol::STAR), "before the offer is made");
            line.callback = CallbackOffer::Open { typed: Digits::new() };
            let keys = Digits::parse(typed).expect("keys");
            let took = keys.as_slice().iter().any(|key_| line.takes(&offer(key), *key_));
            assert_eq!(took, taken, "{typed} for {key}");
        }
    }
}
