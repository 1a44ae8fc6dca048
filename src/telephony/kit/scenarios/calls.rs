//! Calls: how they come, are answered and end.

use crate::telephony::kit::stage::{Played, SOON, Stage};
use crate::telephony::kit::verdict::Trouble;
use crate::telephony::remote::wire::{Accept, Command, Event, WithCause};

/// Calls at once.
const MANY: usize = 20;

pub(super) async fn offer(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.ring().await?;
    stage.hang_up(&leg).await
}

pub(super) async fn ring(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.ring().await?;
    stage.done(&leg, Command::Accept(Accept { how: "ring".to_owned() })).await?;
    stage.nothing(&leg, "answered").await?;
    stage.pick_up(&leg).await?;
    stage.hang_up(&leg).await
}

pub(super) async fn answer(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.talk().await?;
    stage.nothing(&leg, "answered").await?;
    stage.hang_up(&leg).await
}

pub(super) async fn refuse(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.ring().await?;
    stage.done(&leg, Command::Refuse(WithCause { cause: "busy".to_owned() })).await?;
    stage.event(&leg, "ended").await?;
    stage.nothing(&leg, "answered").await
}

pub(super) async fn hangup_ringing(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.ring().await?;
    stage.hang_up(&leg).await?;
    stage.nothing(&leg, "answered").await
}

pub(super) async fn hangup_answered(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.talk().await?;
    let id = stage.hangup(&leg);
    stage.answer(id).await?;
    let Event::Ended(ended) = stage.event(&leg, "ended").await? else {
        return Err(Trouble::broken("it did not end"));
    };
    if ended.by != "system" {
        return Err(Trouble::broken(format!("the node hung up, and it ended by `{}`", ended.by)));
    }
    // Nothing may follow.
    stage.nothing(&leg, "ended").await
}

pub(super) async fn hangup_playing(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    let id = stage.play(&leg, 1, 140, "");
    stage.answer(id).await?;
    stage.play(&leg, 2, 14, "");
    stage.hang_up(&leg).await?;
    stage.settle().await
}

pub(super) async fn hangup_twice(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.talk().await?;
    stage.hang_up(&leg).await?;
    let id = stage.hangup(&leg);
    if let Some(reason) = stage.answer(id).await? {
        return Err(Trouble::broken(format!("a second `hangup` is rejected: `{reason}`")));
    }
    stage.nothing(&leg, "ended").await
}

pub(super) async fn caller_leaves_ringing(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.ring().await?;
    leave(stage, &leg).await
}

pub(super) async fn caller_leaves(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.talk().await?;
    leave(stage, &leg).await
}

pub(super) async fn caller_leaves_playing(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    let id = stage.play(&leg, 1, 140, "");
    stage.answer(id).await?;
    leave(stage, &leg).await
}

/// The caller hangs up: the leg ends, by the caller, and a late command finds nobody.
async fn leave(stage: &mut Stage, leg: &str) -> Played {
    stage.far(leg, "hangup", None).await?;
    let Event::Ended(ended) = stage.event(leg, "ended").await? else {
        return Err(Trouble::broken("it did not end"));
    };
    if ended.by != "caller" {
        return Err(Trouble::broken(format!("the caller hung up, and it ended by `{}`", ended.by)));
    }
    let id = stage.play(leg, 9, 14, "");
    match stage.answer(id).await? {
        Some(_) => Ok(()),
        None => Err(Trouble::broken("a play is accepted for a leg that has ended")),
    }
}

pub(super) async fn two_calls(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let first = stage.talk().await?;
    let second = stage.talk().await?;
    let id = stage.play(&first, 1, 28, "");
    stage.answer(id).await?;
    stage.hang_up(&second).await?;
    stage.play_end(&first, 1, SOON).await?;
    stage.hang_up(&first).await
}

pub(super) async fn many_calls(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let most = stage.ability.max_calls;
    let many = if most == 0 { MANY } else { MANY.min(most) };
    let mut legs = Vec::new();
    for _ in 0..many {
        legs.push(stage.talk().await?);
    }
    for leg in &legs {
        stage.hangup(leg);
    }
    for leg in &legs {
        stage.event(leg, "ended").await?;
    }
    stage.settle().await
}
