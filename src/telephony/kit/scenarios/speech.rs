//! What callers say, where the adapter understands it.

use crate::telephony::kit::stage::{Played, Stage};
use crate::telephony::kit::verdict::Trouble;
use crate::telephony::remote::wire::{Command, Empty, Event, Listen};

/// What is said.
const WORDS: &str = "status pesanan";

/// A call that is listened to.
async fn listened(stage: &mut Stage) -> Played<String> {
    stage.meet().await?;
    stage.needs(stage.ability.speech, "speech")?;
    let leg = stage.talk().await?;
    let (words, languages) = (vec![WORDS.to_owned(), "agent".to_owned()], vec!["id".to_owned()]);
    stage.done(&leg, Command::Listen(Listen { words, languages })).await?;
    Ok(leg)
}

/// Something is said and told.
async fn understood(stage: &mut Stage, leg: &str) -> Played {
    stage.say(leg, WORDS).await?;
    match stage.event(leg, "said").await? {
        Event::Said(said) if said.text == WORDS && said.is_final => Ok(()),
        other => Err(Trouble::broken(format!("`{WORDS}` was said, and {other:?} told"))),
    }
}

pub(super) async fn listen(stage: &mut Stage) -> Played {
    let leg = listened(stage).await?;
    understood(stage, &leg).await?;
    // What is listened for may change at any time, also to whatever may be said.
    stage.done(&leg, Command::Listen(Listen::default())).await?;
    understood(stage, &leg).await?;
    stage.nothing(&leg, "said").await?;
    stage.hang_up(&leg).await
}

pub(super) async fn unlisten(stage: &mut Stage) -> Played {
    let leg = listened(stage).await?;
    for _ in 0..2 {
        stage.done(&leg, Command::Unlisten(Empty {})).await?;
    }
    stage.say(&leg, WORDS).await?;
    stage.nothing(&leg, "said").await?;
    stage.hang_up(&leg).await
}
