//! Plays: each ends exactly once, in order.

use crate::telephony::kit::stage::{Played, SOON, Stage};
use crate::telephony::kit::verdict::Trouble;
use crate::time::Duration;

/// How long a prompt may take that is a second of words.
const A_WHILE: Duration = Duration::from_secs(8);

/// Holds an end against what it should be.
fn is(found: &str, wanted: &str) -> Played {
    if found == wanted {
        return Ok(());
    }
    Err(Trouble::broken(format!("a play ended as `{found}`, not as `{wanted}`")))
}

pub(super) async fn play(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    let id = stage.play(&leg, 1, 14, "");
    stage.answer(id).await?;
    is(&stage.play_end(&leg, 1, A_WHILE).await?, "finished")?;
    stage.hang_up(&leg).await
}

pub(super) async fn queue(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    for number in 1..=3 {
        stage.play(&leg, number, 10, "");
    }
    for number in 1..=3 {
        is(&stage.play_end(&leg, number, A_WHILE).await?, "finished")?;
        let ahead = stage.heard.iter().any(|(_, message)| {
            matches!(&message.body, crate::telephony::remote::wire::Event::PlayEnded(e) if e.play < number)
        });
        if ahead {
            return Err(Trouble::broken("plays end out of order"));
        }
    }
    stage.hang_up(&leg).await
}

pub(super) async fn again(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    for number in 1..=2 {
        stage.play(&leg, number, 7, "");
        is(&stage.play_end(&leg, number, A_WHILE).await?, "finished")?;
        stage.pause(Duration::from_millis(300)).await?;
    }
    stage.hang_up(&leg).await
}

pub(super) async fn empty(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    let play = crate::telephony::remote::wire::Play { play: 1, ..Default::default() };
    let id = stage.order(&leg, crate::telephony::remote::wire::Command::Play(play));
    stage.answer(id).await?;
    stage.play_end(&leg, 1, SOON).await?;
    stage.hang_up(&leg).await
}

pub(super) async fn stop(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    stage.play(&leg, 1, 280, "");
    stage.pause(Duration::from_millis(300)).await?;
    let id = stage.stop(&leg, 1);
    stage.answer(id).await?;
    is(&stage.play_end(&leg, 1, Duration::from_secs(1)).await?, "stopped")?;
    stage.hang_up(&leg).await
}

pub(super) async fn stop_twice(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    stage.play(&leg, 1, 280, "");
    for _ in 0..2 {
        let id = stage.stop(&leg, 1);
        if let Some(reason) = stage.answer(id).await? {
            return Err(Trouble::broken(format!("a second `stop` is rejected: `{reason}`")));
        }
    }
    is(&stage.play_end(&leg, 1, SOON).await?, "stopped")?;
    stage.pause(Duration::from_millis(300)).await?;
    stage.hang_up(&leg).await
}

pub(super) async fn stop_race(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    for number in 1..=6 {
        stage.play(&leg, number, 7, "");
        // About when it ends by itself; a little earlier or later each time.
        stage.pause(Duration::from_millis(440 + number * 20)).await?;
        stage.stop(&leg, number);
        stage.play_end(&leg, number, SOON).await?;
    }
    stage.pause(Duration::from_millis(300)).await?;
    stage.hang_up(&leg).await
}

pub(super) async fn stop_queued(stage: &mut Stage) -> Played {
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    stage.play(&leg, 1, 42, "");
    stage.play(&leg, 2, 280, "");
    stage.stop(&leg, 2);
    is(&stage.play_end(&leg, 2, SOON).await?, "stopped")?;
    is(&stage.play_end(&leg, 1, A_WHILE).await?, "finished")?;
    stage.hang_up(&leg).await
}

pub(super) async fn music(stage: &mut Stage) -> Played {
    // In this process music is set and taken away; it is no play that ends.
    stage.needs_lines()?;
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    let id = stage.play_item(&leg, 1, "la la la".to_owned(), "", true);
    stage.answer(id).await?;
    stage.pause(Duration::from_millis(1_500)).await?;
    stage.nothing(&leg, "play_ended").await?;
    stage.stop(&leg, 1);
    is(&stage.play_end(&leg, 1, SOON).await?, "stopped")?;
    stage.hang_up(&leg).await
}
