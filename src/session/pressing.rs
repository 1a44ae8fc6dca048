//! Keys while waiting for a person: always live, and at once, whatever is said (behaviours: queue).

use super::chronicle::Mark;
use super::errand::REQUEST_LIMIT;
use super::line::{CallbackOffer, InLine};
use super::spoken;
use super::state::State;
use super::{Action, Moment, Session};
use crate::call::{CommandKind, Digits, Symbol, SymbolSet};
use crate::flow::{Bargein, Flow, Goto, Place, QueueKeyAction, QueueNode, Value, Verb};
use crate::history::Exit;
use crate::interpreter::{View, call_back_caller};
use crate::time::Instant;

/// The most nodes that only say something which are looked through for a message behind them.
const MOST_WORDS: usize = 4;

/// How callers say that they want to be called back.
pub(super) const CALL_BACK: [&[&str]; 6] = [
    &["telepon", "kembali"],
    &["telepon", "balik"],
    &["hubungi", "kembali"],
    &["call", "back"],
    &["call", "me", "back"],
    &["callback"],
];

impl Session {
    pub(super) fn line_key(
        &mut self,
        mut line: Box<InLine>,
        (symbol, mark): (Symbol, Mark),
        at: Moment<'_>,
    ) {
        self.journal.pressed_in_line(mark);
        let flow = self.program.flow.clone();
        let Verb::Queue(queue) = &flow.node(line.node).verb else {
            return self.apologise_at(line.node, at);
        };
        let own = queue.keys.iter().find(|key| key.key == symbol);
        if let Some(own) = own.filter(|_| line.takes_keys()) {
            self.budget.valid();
            self.journal.took(mark, symbol);
            return self.line_action(line, queue, (symbol, &own.action), at);
        }
        if let Some(offer) = &queue.offer_callback {
            if line.takes(offer, symbol) {
                self.budget.valid();
                self.journal.took_last(&offer.key);
                return self.wish(line, queue, at);
            }
            if line.is_offered(offer, symbol) {
                self.state = State::Queued(line);
                return;
            }
        }
        self.journal.ignored_key();
        self.state = State::Queued(line);
    }

    /// What a caller in line says: keys said aloud, and the wish to be called back, are those keys.
    pub(super) fn line_words(&mut self, words: &[String], at: Moment<'_>) {
        let keys = self.line_spoken(words);
        if keys.is_empty() {
            return self.note_words(words.len(), None, at);
        }
        for symbol in keys.as_slice() {
            match std::mem::replace(&mut self.state, State::Moving) {
                State::Queued(line) => {
                    let mark = self.journal.key();
                    self.line_key(line, (*symbol, mark), at);
                }
                other => self.state = other,
            }
        }
    }

    /// The keys that words stand for in line; none where they are for no key of the node.
    fn line_spoken(&self, words: &[String]) -> Digits {
        let State::Queued(line) = &self.state else { return Digits::new() };
        let flow = &self.program.flow;
        let Verb::Queue(queue) = &flow.node(line.node).verb else { return Digits::new() };
        let own = queue.keys.iter().filter(|_| line.takes_keys());
        let own = own.map(|key| ([key.key].into_iter().collect::<Digits>(), key.action.clone()));
        let offer = queue.offer_callback.iter().filter(|_| line.offers_callback());
        let offer = offer.map(|offer| (offer.key.clone(), QueueKeyAction::CallBack));
        let called: Vec<&str> = words.iter().map(String::as_str).collect();
        let calls_back = CALL_BACK
            .iter()
            .any(|phrase| called.windows(phrase.len()).any(|heard| heard == *phrase));
        let spoken = spoken::keys(words);
        let meant = |(keys, action): &(Digits, QueueKeyAction)| {
            spoken.as_ref() == Some(keys) || (calls_back && *action == QueueKeyAction::CallBack)
        };
        own.chain(offer).find(meant).map(|(keys, _)| keys).unwrap_or_default()
    }

    /// A key of the node does what it stands for.
    fn line_action(
        &mut self,
        mut line: Box<InLine>,
        queue: &QueueNode,
        (symbol, action): (Symbol, &QueueKeyAction),
        at: Moment<'_>,
    ) {
        match action {
            QueueKeyAction::CallBack => self.wish(line, queue, at),
            QueueKeyAction::Repeat => self.tell_place(line, queue, at),
            QueueKeyAction::Language(language) => {
                let flow = self.program.flow.clone();
                let language = Value::Text(language.as_str().into());
                self.memory.set(&flow, Place::CallLanguage, language);
                self.tell_place(line, queue, at);
            }
            QueueKeyAction::Leave(goto) => {
                self.leave_by_key(symbol, *goto, at.now);
                self.left_line(&line, at.now);
                self.actions.extend(line.playback.stop().map(Action::Command));
                self.command(CommandKind::Music(None));
                self.journal.keys(Some(symbol.to_string()));
                self.follow(line.node, symbol.to_string(), *goto, at);
            }
        }
    }

    /// The line is left by a key: for a message, or for something else.
    fn leave_by_key(&mut self, symbol: Symbol, goto: Goto, now: Instant) {
        let how = match leads_to_message(&self.program.flow, goto) {
            true => Exit::Voicemail,
            false => Exit::Key,
        };
        self.journal.queue_left(now);
        let key = Some(symbol.to_string().into());
        self.actions.push_back(Action::LeaveQueue { how, key });
    }

    /// The place is told, whatever else is being said.
    fn tell_place(&mut self, mut line: Box<InLine>, queue: &QueueNode, at: Moment<'_>) {
        self.actions.extend(line.playback.stop().map(Action::Command));
        if let Some(news) = line.place(true, at) {
            let words = self.told(&news, queue);
            line.playback = self.play(&words, Bargein::None, SymbolSet::NONE, at);
        }
        self.state = State::Queued(line);
    }

    /// The caller wants to be called back: the wish is to be kept before the place in line is left.
    fn wish(&mut self, mut line: Box<InLine>, queue: &QueueNode, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        let view = View { flow: &flow, memory: &self.memory, world: at.world };
        let errand = call_back_caller(&self.journal.queue_or(&queue.queue), &view);
        self.actions.extend(line.playback.stop().map(Action::Command));
        match errand {
            Some(errand) => {
                self.ask_outside(Box::new(errand));
                // The place in line is kept until the wish is: a store that fails costs nobody a turn.
                line.callback = CallbackOffer::Asked { until: at.now + REQUEST_LIMIT };
                self.state = State::Queued(line);
            }
            None => self.not_kept(line, "no_number", at),
        }
    }
}

/// Whether the caller is recorded next, with nothing but words before.
fn leads_to_message(flow: &Flow, goto: Goto) -> bool {
    let mut goto = goto;
    for _ in 0..MOST_WORDS {
        let Goto::Node(index) = goto else { return false };
        match &flow.node(index).verb {
            Verb::Record(_) => return true,
            Verb::Say(say) => goto = say.next,
            _ => return false,
        }
    }
    false
}
