//! Keys: what they stop, and who may not see them.

use crate::telephony::kit::stage::{Played, SOON, Stage};
use crate::telephony::kit::verdict::Trouble;
use crate::telephony::remote::wire::{Command, Event, Mask, SendDigits};
use crate::time::Duration;

/// Every key of an ordinary telephone.
const KEYS: &str = "0123456789*#";
/// Keys that stand nowhere but in `digit` while they are masked.
const CANARY: &str = "8305617";

/// The next key of a leg.
async fn key(stage: &mut Stage, leg: &str) -> Played<String> {
    match stage.event(leg, "digit").await? {
        Event::Digit(digit) => Ok(digit.symbol),
        _ => Err(Trouble::broken("no key was told")),
    }
}

pub(super) async fn keys(stage: &mut Stage) -> Played {
    stage.meet().await?;
    stage.needs_keys()?;
    let leg = stage.talk().await?;
    for symbol in KEYS.chars() {
        stage.far(&leg, "press", Some(&symbol.to_string())).await?;
    }
    for symbol in KEYS.chars() {
        let found = key(stage, &leg).await?;
        if found != symbol.to_string() {
            return Err(Trouble::broken(format!("`{found}` is told where `{symbol}` was pressed")));
        }
    }
    stage.nothing(&leg, "digit").await?;
    stage.hang_up(&leg).await
}

pub(super) async fn stop_on(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    let id = stage.play(&leg, 1, 280, "123");
    stage.answer(id).await?;
    stage.far(&leg, "press", Some("2")).await?;
    key(stage, &leg).await?;
    let end = stage.play_end(&leg, 1, Duration::from_millis(500)).await?;
    if end != "stopped" {
        return Err(Trouble::broken(format!("a play that a key stopped ended as `{end}`")));
    }
    stage.hang_up(&leg).await
}

pub(super) async fn stop_on_other(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    let id = stage.play(&leg, 1, 140, "123");
    stage.answer(id).await?;
    stage.far(&leg, "press", Some("9")).await?;
    key(stage, &leg).await?;
    stage.nothing(&leg, "play_ended").await?;
    stage.hang_up(&leg).await
}

pub(super) async fn stop_on_queue(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    stage.play(&leg, 1, 280, KEYS);
    stage.play(&leg, 2, 280, KEYS);
    stage.play(&leg, 3, 7, "");
    stage.settle().await?;
    stage.far(&leg, "press", Some("5")).await?;
    for (play, wanted) in [(1, "stopped"), (2, "stopped"), (3, "finished")] {
        let end = stage.play_end(&leg, play, SOON).await?;
        if end != wanted {
            return Err(Trouble::broken(format!(
                "play {play} ended as `{end}`, not as `{wanted}`"
            )));
        }
    }
    stage.hang_up(&leg).await
}

pub(super) async fn send_digits(stage: &mut Stage) -> Played {
    stage.meet().await?;
    stage.needs(stage.ability.send_digits, "send_digits")?;
    let leg = stage.talk().await?;
    stage.done(&leg, Command::SendDigits(SendDigits { digits: "15#".to_owned() })).await?;
    stage.nothing(&leg, "digit").await?;
    stage.hang_up(&leg).await
}

pub(super) async fn mask(stage: &mut Stage) -> Played {
    stage.meet().await?;
    stage.needs(stage.ability.mask, "mask")?;
    stage.needs_keys()?;
    let leg = stage.talk().await?;
    stage.done(&leg, Command::Mask(Mask { on: true })).await?;
    for symbol in CANARY.chars() {
        stage.far(&leg, "press", Some(&symbol.to_string())).await?;
    }
    let mut told = String::new();
    for _ in CANARY.chars() {
        told.push_str(&key(stage, &leg).await?);
    }
    if told != CANARY {
        return Err(Trouble::broken("secret keys are not told to the node"));
    }
    stage.pause(Duration::from_millis(300)).await?;
    // Written one by one, or together: neither may stand in what it says.
    let digits = |line: &String| line.chars().filter(char::is_ascii_digit).collect::<String>();
    let said: String = stage.said.iter().map(digits).collect();
    if said.contains(CANARY) {
        let line = stage.said.join(" | ");
        return Err(Trouble::line(
            "secret keys stand in what it writes to its standard error",
            line,
        ));
    }
    stage.done(&leg, Command::Mask(Mask { on: false })).await?;
    stage.hang_up(&leg).await
}
