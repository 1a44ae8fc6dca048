//! The connection: greeting, numbers, signs of life, noise, loss and return.

use crate::telephony::kit::stage::{Played, QUIET, SOON, Stage};
use crate::telephony::kit::verdict::Trouble;
use crate::telephony::remote::wire::{Command, Empty, Event, MAX_LINE, Mask, Message, Stop};
use crate::telephony::remote::{HEARTBEAT, HELLO_LIMIT, PCM};
use crate::time::Duration;

/// What a sign of life may be late.
const LATE: Duration = Duration::from_millis(1_500);
/// Commands of the flood.
const FLOOD: u64 = 300;

pub(super) async fn hello(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let media = stage.ability.media.clone();
    let ours = stage.needs_lines().is_err() && media == "native";
    if !ours && !["", "none", "reference", PCM].contains(&&*media) {
        let what = format!("`media` is `{media}`, and none of `none`, `reference`, `pcm`");
        return Err(Trouble::broken(what));
    }
    match stage.ability.rate {
        None | Some(8_000 | 16_000) => Ok(()),
        Some(rate) => Err(Trouble::broken(format!("`rate` is {rate}, and neither 8000 nor 16000"))),
    }
}

pub(super) async fn heartbeat(stage: &mut Stage) -> Played {
    stage.needs_lines()?;
    stage.meet().await?;
    let is_it = |message: &Message<Event>| matches!(message.body, Event::Heartbeat(_));
    for _ in 0..2 {
        stage.find("`heartbeat`", HEARTBEAT + LATE, is_it).await?;
    }
    Ok(())
}

pub(super) async fn acknowledge(stage: &mut Stage) -> Played {
    stage.needs_lines()?;
    stage.meet().await?;
    for _ in 0..3 {
        stage.order("nobody", Command::Stop(Stop { play: 1 }));
    }
    let sent = stage.sent;
    let is_it = |message: &Message<Event>| message.envelope.ack.is_some_and(|ack| ack >= sent);
    stage.find("acknowledgement", HEARTBEAT + LATE, is_it).await?;
    Ok(())
}

pub(super) async fn unknown_command(stage: &mut Stage) -> Played {
    stage.needs_lines()?;
    stage.meet().await?;
    let id = stage.order("nobody", Command::Unknown("somersault".to_owned()));
    match stage.answer(id).await?.as_deref() {
        Some("unsupported") => Ok(()),
        Some(other) => Err(Trouble::broken(format!("it is rejected as `{other}`"))),
        None => Err(Trouble::broken("it is accepted")),
    }
}

pub(super) async fn unknown_field(stage: &mut Stage) -> Played {
    stage.needs_lines()?;
    stage.meet().await?;
    stage.sent += 1;
    stage.last_id += 1;
    let (seq, id) = (stage.sent, stage.last_id);
    stage.raw(format!(
        r#"{{"seq":{seq},"id":{id},"leg":"nobody","command":"somersault","colour":{{"deep":[1]}}}}"#
    ));
    let is_it = |message: &Message<Event>| {
        message.envelope.ack.is_some_and(|ack| ack >= seq) || message.envelope.id == Some(id)
    };
    // It was never asked by our books: the answer itself is the proof.
    let until = stage.now() + SOON;
    let seen = stage.wait_until(until, |stage| stage.heard.iter().any(|(_, m)| is_it(m))).await;
    match seen {
        Ok(true) => Ok(()),
        Ok(false) => Err(Trouble::broken("a message with an unknown field is not answered")),
        Err(Trouble::Broken { what, .. }) if what.contains("never sent") => Ok(()),
        Err(trouble) => Err(trouble),
    }
}

pub(super) async fn unknown_leg(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let id = stage.play("nobody", 1, 14, "");
    match stage.answer(id).await?.as_deref() {
        Some("unknown_leg") => Ok(()),
        Some(other) => Err(Trouble::broken(format!("it is rejected as `{other}`"))),
        None => Err(Trouble::broken("it is accepted")),
    }
}

pub(super) async fn seen_before(stage: &mut Stage) -> Played {
    stage.needs_lines()?;
    stage.meet_player().await?;
    let leg = stage.talk().await?;
    let id = stage.play(&leg, 1, 7, "");
    stage.answer(id).await?;
    let (seq, text) = (stage.sent, "abcdefg");
    stage.raw(format!(
        r#"{{"seq":{seq},"id":{id},"leg":"{leg}","call":"{leg}","command":"play","play":1,"items":[{{"prompt":"check","language":"en","text":"{text}"}}],"repeat":false,"stop_on":""}}"#
    ));
    stage.play_end(&leg, 1, SOON).await?;
    // A second answer, or a second end, breaks the rules.
    stage.pause(QUIET).await?;
    stage.hang_up(&leg).await
}

pub(super) async fn junk(stage: &mut Stage) -> Played {
    stage.needs_lines()?;
    stage.meet().await?;
    stage.raw("this is no JSON {{{".to_owned());
    stage.raw("[1,2,3]".to_owned());
    stage.raw(r#"{"seq":"one"}"#.to_owned());
    still_there(stage).await
}

pub(super) async fn oversize(stage: &mut Stage) -> Played {
    stage.needs_lines()?;
    stage.meet().await?;
    stage.raw(format!(r#"{{"command":"heartbeat","padding":"{}"}}"#, "x".repeat(MAX_LINE)));
    still_there(stage).await
}

/// It still answers; closing the connection and greeting again is as good.
async fn still_there(stage: &mut Stage) -> Played {
    stage.may_close = !stage.is_program();
    let id = stage.order("nobody", Command::Unknown("somersault".to_owned()));
    let answers = |message: &Message<Event>| {
        message.envelope.id == Some(id) || matches!(message.body, Event::Hello(_))
    };
    stage.find("answer", SOON, answers).await?;
    Ok(())
}

pub(super) async fn flood(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let first = stage.last_id + 1;
    for n in 0..FLOOD {
        stage.order("nobody", Command::Mask(Mask { on: n % 2 == 0 }));
    }
    for id in first..first + FLOOD {
        stage.answer(id).await?;
    }
    Ok(())
}

pub(super) async fn drain(stage: &mut Stage) -> Played {
    stage.meet().await?;
    let leg = stage.talk().await?;
    stage.drain();
    stage.pause(Duration::from_millis(200)).await?;
    if stage.needs_keys().is_ok() {
        stage.far(&leg, "press", Some("5")).await?;
        stage.event(&leg, "digit").await?;
    }
    // The far side would like to call; whether it can is the adapter's business.
    let simulate = crate::telephony::remote::wire::Simulate {
        doing: "offer".to_owned(),
        ..Default::default()
    };
    let id = stage.order("", Command::Simulate(simulate));
    stage.answer(id).await?;
    stage.pause(QUIET).await?;
    let offered = |message: &&Message<Event>| matches!(message.body, Event::Offered(_));
    if let Some(message) = stage.heard.iter().map(|(_, message)| message).find(offered) {
        return Err(Trouble::line("a call is offered after `drain`", message.write()));
    }
    stage.hang_up(&leg).await
}

pub(super) async fn reconnect(stage: &mut Stage) -> Played {
    stage.needs_lines()?;
    stage.meet().await?;
    let leg = stage.talk().await?;
    stage.beat();
    stage.pause(Duration::from_millis(300)).await?;
    stage.drop_connection();
    stage.heard.clear();
    stage.meet().await?;
    let listed = stage.hello.calls.iter().any(|call| call.legs.contains(&leg));
    if stage.is_program() && !listed {
        // A program that fell may have lost its calls; then it must not speak of them.
        return stage.pause(QUIET).await;
    }
    if !listed {
        return Err(Trouble::broken("`hello` does not list a call that is live"));
    }
    stage.may_close = false;
    if stage.ability.media == PCM {
        // What a node would play is samples; that it still knows the leg shows by its end.
        return stage.hang_up(&leg).await;
    }
    let id = stage.play(&leg, 7, 7, "");
    if let Some(reason) = stage.answer(id).await? {
        return Err(Trouble::broken(format!("a call that it listed is `{reason}`")));
    }
    stage.play_end(&leg, 7, SOON).await?;
    stage.hang_up(&leg).await
}

pub(super) async fn resend(stage: &mut Stage) -> Played {
    stage.needs_lines()?;
    if stage.is_program() {
        return Err(Trouble::NotAsked("a program keeps its connection as long as it lives".into()));
    }
    stage.meet().await?;
    stage.needs_keys()?;
    let leg = stage.talk().await?;
    stage.ack_only = Some(stage.received);
    stage.far(&leg, "press", Some("7")).await?;
    stage.event(&leg, "digit").await?;
    let before = stage.received;
    stage.drop_connection();
    stage.heard.clear();
    stage.greeted().await?;
    if stage.received == 0 {
        return Err(Trouble::broken("it counts anew and has lost what was not acknowledged"));
    }
    // What was heard counts as unheard: it must come again, under its number.
    stage.received = stage.ack_only.unwrap_or(0);
    let seen = stage.received;
    stage.welcome(0);
    let until = stage.now() + SOON;
    stage.wait_until(until, |stage| stage.received >= before).await?;
    if stage.received < before {
        let what = format!("messages {} to {before} were not sent again", seen + 1);
        return Err(Trouble::broken(what));
    }
    stage.event(&leg, "digit").await?;
    stage.ack_only = None;
    stage.hang_up(&leg).await
}

pub(super) async fn farewell(stage: &mut Stage) -> Played {
    stage.needs_lines()?;
    if !stage.is_program() {
        return Err(Trouble::NotAsked("it is no program of ours".into()));
    }
    stage.meet().await?;
    stage.raw(Message { envelope: Default::default(), body: Command::Heartbeat(Empty {}) }.write());
    stage.drop_connection();
    let until = stage.now() + HELLO_LIMIT;
    // The next life greets as the first one did.
    stage
        .wait_until(until, |stage| {
            stage.heard.iter().any(|(_, message)| matches!(message.body, Event::Hello(_)))
        })
        .await?;
    stage.meet().await
}
