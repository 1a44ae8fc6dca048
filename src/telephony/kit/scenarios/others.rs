//! Recordings, phones that are dialled, and legs that are connected.

use crate::telephony::kit::stage::{Played, SOON, Stage};
use crate::telephony::kit::verdict::Trouble;
use crate::telephony::remote::wire::{Bridge, Command, Empty, Event, Record, StopRecord};
use crate::time::Duration;

/// The name of the recording.
const NAME: &str = "check-1";

/// A call that is recorded.
async fn recorded(stage: &mut Stage) -> Played<String> {
    stage.meet().await?;
    stage.needs(stage.ability.record, "record")?;
    let leg = stage.talk().await?;
    let record = Record {
        record: NAME.to_owned(),
        limit_ms: 20_000,
        silence_ms: 15_000,
        end_on: "#".to_owned(),
        keep_ms: None,
    };
    stage.done(&leg, Command::Record(record)).await?;
    stage.pause(Duration::from_millis(500)).await?;
    Ok(leg)
}

/// Its end, by the reason that is wanted.
async fn record_end(stage: &mut Stage, leg: &str, wanted: &str) -> Played {
    match stage.event(leg, "record_ended").await? {
        Event::RecordEnded(ended) if ended.record == NAME && ended.reason == wanted => Ok(()),
        other => {
            let what = format!("a recording does not end by `{wanted}`: {other:?}");
            Err(Trouble::broken(what))
        }
    }
}

pub(super) async fn record_key(stage: &mut Stage) -> Played {
    let leg = recorded(stage).await?;
    stage.far(&leg, "press", Some("5")).await?;
    stage.nothing(&leg, "record_ended").await?;
    stage.far(&leg, "press", Some("#")).await?;
    record_end(stage, &leg, "key").await?;
    stage.nothing(&leg, "record_ended").await?;
    stage.hang_up(&leg).await
}

pub(super) async fn record_stop(stage: &mut Stage) -> Played {
    let leg = recorded(stage).await?;
    let body = Command::StopRecord(StopRecord { record: NAME.to_owned() });
    stage.done(&leg, body.clone()).await?;
    record_end(stage, &leg, "stopped").await?;
    stage.done(&leg, body).await?;
    stage.nothing(&leg, "record_ended").await?;
    stage.hang_up(&leg).await
}

pub(super) async fn record_hangup(stage: &mut Stage) -> Played {
    let leg = recorded(stage).await?;
    stage.far(&leg, "hangup", None).await?;
    // After the end of the leg nothing may come: the rules see to that.
    record_end(stage, &leg, "hangup").await?;
    stage.event(&leg, "ended").await?;
    Ok(())
}

pub(super) async fn dial(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.dial(Duration::from_secs(20)).await?;
    stage.far(&leg, "answer", None).await?;
    stage.event(&leg, "answered").await?;
    stage.hang_up(&leg).await
}

/// Waits for the end of a dialled leg and holds its cause against the one that is wanted.
async fn ended_by(stage: &mut Stage, leg: &str, wanted: &str, within: Duration) -> Played {
    match stage.event_within(leg, "ended", within).await? {
        Event::Ended(ended) if ended.cause == wanted => Ok(()),
        Event::Ended(ended) => {
            Err(Trouble::broken(format!("it ended by `{}`, not by `{wanted}`", ended.cause)))
        }
        _ => Err(Trouble::broken("it did not end")),
    }
}

pub(super) async fn dial_busy(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.dial(Duration::from_secs(20)).await?;
    stage.far(&leg, "busy", None).await?;
    ended_by(stage, &leg, "busy", SOON).await
}

pub(super) async fn dial_deadline(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.dial(Duration::from_secs(2)).await?;
    ended_by(stage, &leg, "no_answer", Duration::from_secs(4)).await
}

pub(super) async fn dial_cancel(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.dial(Duration::from_secs(20)).await?;
    stage.hang_up(&leg).await?;
    stage.nothing(&leg, "answered").await
}

/// A caller and a phone that are connected.
async fn connected(stage: &mut Stage) -> Played<(String, String)> {
    stage.meet().await?;
    stage.needs(stage.ability.bridge, "bridge")?;
    let caller = stage.talk().await?;
    let phone = stage.dial(Duration::from_secs(20)).await?;
    stage.far(&phone, "answer", None).await?;
    stage.event(&phone, "answered").await?;
    stage.play(&caller, 1, 280, "");
    let (a, b) = (caller.clone(), phone.clone());
    stage.done(&caller, Command::Bridge(Bridge { a, b })).await?;
    stage.event(&caller, "bridged").await?;
    stage.event(&phone, "bridged").await?;
    // A bridge ends what plays.
    stage.play_end(&caller, 1, SOON).await?;
    Ok((caller, phone))
}

pub(super) async fn bridge(stage: &mut Stage) -> Played {
    let (caller, phone) = connected(stage).await?;
    stage.done(&caller, Command::Unbridge(Empty {})).await?;
    stage.event(&caller, "unbridged").await?;
    stage.event(&phone, "unbridged").await?;
    stage.hang_up(&phone).await?;
    stage.hang_up(&caller).await
}

pub(super) async fn bridge_left(stage: &mut Stage) -> Played {
    let (caller, phone) = connected(stage).await?;
    stage.far(&phone, "hangup", None).await?;
    stage.event(&phone, "ended").await?;
    stage.nothing(&caller, "ended").await?;
    stage.play(&caller, 2, 7, "");
    stage.play_end(&caller, 2, SOON).await?;
    stage.hang_up(&caller).await
}

pub(super) async fn hold(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.talk().await?;
    stage.far(&leg, "hold", None).await?;
    stage.event(&leg, "held").await?;
    stage.far(&leg, "resume", None).await?;
    stage.event(&leg, "resumed").await?;
    stage.hang_up(&leg).await
}
