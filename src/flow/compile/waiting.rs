//! What callers hear and press while they wait at a `queue`: announcements, keys, the offer to be called back.

use std::sync::Arc;

use super::flow::FlowCompiler;
use super::input::keys;
use crate::call::{Digits, Language, Symbol};
use crate::flow::check;
use crate::flow::node::{Announce, OfferCallback, Prompt, QueueKey, QueueKeyAction, QueueNode};
use crate::flow::schema::{self, Entries, Prompts, QueueKeyRaw, Time};
use crate::flow::source::Spanned;
use crate::time::Duration;

/// How close together announcements in a queue may be.
const SHORTEST_EVERY: Duration = Duration::from_secs(15);
/// The time between two places told, where nothing is said.
const ANNOUNCE_EVERY: Duration = Duration::from_secs(60);
/// The word for a key that has the caller called back.
const CALL_BACK: &str = "callback";
/// The word for a key that tells the place once more.
const REPEAT: &str = "repeat";

impl FlowCompiler<'_> {
    /// What is said again and again: times with prompts.
    pub(super) fn every(&mut self, raw: &Entries<Prompts>) -> Vec<(Duration, Vec<Arc<Prompt>>)> {
        let mut every = Vec::new();
        for (time, prompts) in raw {
            match Time::parse(&time.value).filter(|time| time.0 >= SHORTEST_EVERY) {
                Some(time) => every.push((time.0, self.prompts(prompts))),
                None => {
                    let wanted = "times of at least 15s, such as `45s: queue_position`";
                    self.findings.push(check::wrong_value("every", time.span, wanted));
                }
            }
        }
        every
    }

    pub(super) fn announce(&mut self, raw: &schema::AnnounceRaw) -> Announce {
        let every = match &raw.every {
            Some(every) if every.value.0 < SHORTEST_EVERY => {
                self.findings.push(check::out_of_range("every", every.span, "15s or more"));
                ANNOUNCE_EVERY
            }
            Some(every) => every.value.0,
            None => ANNOUNCE_EVERY,
        };
        let comfort = raw.comfort.as_ref().map(|words| self.prompts(words)).unwrap_or_default();
        Announce {
            position: raw.position.unwrap_or(true),
            wait: raw.wait.unwrap_or(true),
            comfort: match comfort.as_slice() {
                [] => self.built_in.get("still_waiting").cloned().into_iter().collect(),
                _ => comfort,
            },
            every,
        }
    }

    /// What keys do: one key each.
    pub(super) fn queue_keys(&mut self, raw: &Entries<QueueKeyRaw>) -> Vec<QueueKey> {
        let mut found = Vec::new();
        for (key, action) in raw {
            let action = match action {
                QueueKeyRaw::Text(word) => self.queue_key(word),
                QueueKeyRaw::Map(full) => self.queue_language(&full.language),
            };
            match keys(&key.value).as_ref().map(Digits::as_slice) {
                Some([symbol]) => {
                    found.extend(action.map(|action| QueueKey { key: *symbol, action }));
                }
                Some(_) => {
                    let wanted = "one key each, such as `2: voicemail`";
                    self.findings.push(check::wrong_value("keys", key.span, wanted));
                }
                None => self.findings.push(check::not_keys(key)),
            }
        }
        found
    }

    fn queue_key(&mut self, word: &Spanned<String>) -> Option<QueueKeyAction> {
        match word.as_str() {
            CALL_BACK => Some(QueueKeyAction::CallBack),
            REPEAT => Some(QueueKeyAction::Repeat),
            "none" => None,
            _ => Some(QueueKeyAction::Leave(self.goto(word))),
        }
    }

    fn queue_language(&mut self, tag: &Spanned<String>) -> Option<QueueKeyAction> {
        let known: Vec<&str> = self.languages.iter().map(Language::as_str).collect();
        if !known.contains(&tag.as_str()) {
            self.findings.push(check::unknown_name("language", tag, &known));
            return None;
        }
        Some(QueueKeyAction::Language(Language::from(tag.as_str())))
    }

    /// The offer to be called back: its key is one of its own, or that of `keys` which does the same.
    pub(super) fn offer(
        &mut self,
        raw: &schema::OfferRaw,
        others: &[QueueKey],
    ) -> Option<OfferCallback> {
        let say = self.prompts(&raw.say);
        let same = others.iter().find(|other| other.action == QueueKeyAction::CallBack);
        let key = match (&raw.key, same) {
            (Some(key), _) => match keys(&key.value) {
                Some(digits) => {
                    let first = digits.as_slice().first().copied();
                    let other = others.iter().find(|other| Some(other.key) == first);
                    let clash = other.filter(|other| other.action != QueueKeyAction::CallBack);
                    self.findings.extend(clash.map(|_| check::queue_key_clash(key)));
                    digits
                }
                None => {
                    self.findings.push(check::not_keys(key));
                    return None;
                }
            },
            (None, Some(same)) => [same.key].into_iter().collect(),
            (None, None) => {
                let place = self.current_place();
                self.findings.push(check::missing_key("`offer_callback`", "key", place));
                return None;
            }
        };
        Some(OfferCallback { after: raw.after.0, say, key })
    }

    /// Reports keys that the words of a queue name and that do nothing there.
    pub(super) fn queue_announces(&mut self, queue: &QueueNode) {
        let node = self.node_names.get_index(self.current.0 as usize);
        let Some((name, place)) = node.map(|(name, span)| (name.clone(), *span)) else { return };
        let single = |key: Symbol| -> Digits { [key].into_iter().collect() };
        let own: Vec<Digits> = queue.keys.iter().map(|key| single(key.key)).collect();
        let offer = queue.offer_callback.as_ref();
        let known: Vec<&Digits> = own.iter().chain(offer.map(|offer| &offer.key)).collect();
        let every = queue.every.iter().flat_map(|(_, words)| words);
        let offered = offer.iter().flat_map(|offer| &offer.say);
        let comfort = queue.announce.iter().flat_map(|announce| &announce.comfort);
        for prompt in queue.greet.iter().chain(every).chain(offered).chain(comfort) {
            for (language, text) in self.prompts.texts(&prompt.id).into_iter().flatten() {
                let written = self.written(text.span);
                let found =
                    check::announced_keys(language, text, written, &known, (&name, place), "key");
                self.findings.extend(found);
            }
        }
    }
}
