//! Short verbs for calls: they ring, are taken, hear something, dial, and end.

use std::collections::BTreeMap;

use super::stage::{Played, SOON, Stage};
use super::verdict::Trouble;
use crate::telephony::remote::wire::{
    Accept, Command, Dial, Event, Item, Message, Play, Simulate, Stop, WithCause,
};
use crate::telephony::remote::{OUR_LEGS, PCM};
use crate::time::Duration;

/// How long a call may take to come where nobody plays the far side.
const SPONTANEOUS: Duration = Duration::from_secs(5);

impl Stage {
    /// The far side of a leg does something; not asked where nobody plays it.
    pub(super) async fn far(&mut self, leg: &str, doing: &str, symbol: Option<&str>) -> Played {
        let (doing, symbol) = (doing.to_owned(), symbol.map(str::to_owned));
        self.simulate(leg, Simulate { doing, symbol, ..Simulate::default() }).await
    }

    /// The far side of a leg says something.
    pub(super) async fn say(&mut self, leg: &str, text: &str) -> Played {
        let (doing, text) = ("say".to_owned(), Some(text.to_owned()));
        self.simulate(leg, Simulate { doing, text, ..Simulate::default() }).await
    }

    async fn simulate(&mut self, leg: &str, simulate: Simulate) -> Played {
        if !self.ability.simulate {
            return Err(Trouble::NotAsked(
                "nobody plays its far side: it has no `simulate`".into(),
            ));
        }
        let doing = simulate.doing.clone();
        let id = self.order(leg, Command::Simulate(simulate));
        match self.answer(id).await? {
            None => Ok(()),
            Some(reason) => Err(Trouble::NotAsked(format!("`simulate` {doing} is `{reason}`"))),
        }
    }

    /// A caller rings; the name of the leg.
    pub(super) async fn ring(&mut self) -> Played<String> {
        let within = if self.ability.simulate {
            self.far("", "offer", None).await?;
            SOON
        } else {
            SPONTANEOUS
        };
        let is_it = |message: &Message<Event>| matches!(message.body, Event::Offered(_));
        let found = match self.find("`offered`", within, is_it).await {
            Ok(found) => found,
            Err(Trouble::Broken { .. }) if !self.ability.simulate => {
                return Err(Trouble::NotAsked("no call came, and it has no `simulate`".into()));
            }
            Err(trouble) => return Err(trouble),
        };
        let audio = match found.body {
            Event::Offered(offered) => offered.audio,
            _ => None,
        };
        match (found.envelope.leg, found.envelope.call) {
            (Some(leg), Some(call)) => {
                if self.ability.media == PCM {
                    let missing = "`offered` needs `audio`, a number below 2147483648";
                    let number = audio.filter(|number| *number < 1 << 31);
                    let number = number.ok_or_else(|| Trouble::broken(missing))?;
                    if self.audio.values().any(|known| *known == number) {
                        return Err(Trouble::broken("two legs have the same number in `audio`"));
                    }
                    self.audio.insert(leg.clone(), number);
                }
                self.calls.insert(leg.clone(), call);
                Ok(leg)
            }
            _ => Err(Trouble::broken("`offered` needs `call` and `leg`")),
        }
    }

    /// Answers a call.
    pub(super) async fn pick_up(&mut self, leg: &str) -> Played {
        self.done(leg, Command::Accept(Accept { how: "answer".to_owned() })).await?;
        self.event(leg, "answered").await?;
        Ok(())
    }

    /// A call that was answered.
    pub(super) async fn talk(&mut self) -> Played<String> {
        let leg = self.ring().await?;
        self.pick_up(&leg).await?;
        Ok(leg)
    }

    /// Orders a play of so many characters.
    pub(super) fn play(&mut self, leg: &str, number: u64, characters: usize, stop_on: &str) -> u64 {
        let text = "abcdefghi ".chars().cycle().take(characters).collect();
        self.play_item(leg, number, text, stop_on, false)
    }

    pub(super) fn play_item(
        &mut self,
        leg: &str,
        play: u64,
        text: String,
        stop_on: &str,
        repeat: bool,
    ) -> u64 {
        let (url, sha256) = self.sound.clone().unzip();
        let item =
            Item { prompt: "check".to_owned(), language: "en".to_owned(), text, url, sha256 };
        let stop_on = stop_on.to_owned();
        self.order(leg, Command::Play(Play { play, items: vec![item], repeat, stop_on }))
    }

    pub(super) fn stop(&mut self, leg: &str, play: u64) -> u64 {
        self.order(leg, Command::Stop(Stop { play }))
    }

    /// How a play ended.
    pub(super) async fn play_end(
        &mut self,
        leg: &str,
        play: u64,
        within: Duration,
    ) -> Played<String> {
        let is_it = |message: &Message<Event>| {
            message.envelope.leg.as_deref() == Some(leg)
                && matches!(&message.body, Event::PlayEnded(ended) if ended.play == play)
        };
        let found = self.find(&format!("`play_ended` of play {play}"), within, is_it).await?;
        match found.body {
            Event::PlayEnded(ended) => Ok(ended.reason),
            _ => Err(Trouble::broken("a play ended without `play_ended`")),
        }
    }

    pub(super) fn hangup(&mut self, leg: &str) -> u64 {
        self.order(leg, Command::Hangup(WithCause { cause: "normal".to_owned() }))
    }

    /// Hangs up and waits for the end.
    pub(super) async fn hang_up(&mut self, leg: &str) -> Played {
        let id = self.hangup(leg);
        if let Some(reason) = self.answer(id).await? {
            return Err(Trouble::broken(format!("`hangup` is rejected: `{reason}`")));
        }
        self.event(leg, "ended").await?;
        Ok(())
    }

    /// Dials a phone; the name of the leg. Not asked of one that cannot.
    pub(super) async fn dial(&mut self, deadline: Duration) -> Played<String> {
        self.needs(self.ability.dial, "dial")?;
        self.last_leg += 2;
        let leg = format!("{OUR_LEGS}{}", self.last_leg);
        let dial = Dial {
            to: "201".to_owned(),
            kind: "user".to_owned(),
            caller_id: Some("+62811000111".to_owned()),
            headers: self.headers(),
            deadline_ms: deadline.as_millis(),
            audio: (self.ability.media == PCM).then_some(1 << 31),
            ..Dial::default()
        };
        self.done(&leg, Command::Dial(dial)).await?;
        self.event(&leg, "ringing").await?;
        Ok(leg)
    }

    /// The headers of a call to a phone, for adapters that take them.
    fn headers(&self) -> BTreeMap<String, String> {
        let topic = ("X-Sambung-Topic".to_owned(), "a: b; c=\"d\"".to_owned());
        if self.ability.headers { BTreeMap::from([topic]) } else { BTreeMap::new() }
    }
}
