//! The simulated adapter behind the kit: telephones on paper, here in real time.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::sleep_until;

use super::house::{Far, key, plug};
use super::words::length;
use super::{Held, keeps_the_contract};
use crate::call::{HangupCause, KeySource, LegId, Offer, Origin};
use crate::runtime::{Adapter, AdapterFuture, CONTRACT, Capabilities, Clock, Media, Port};
use crate::simulation::Phones;
use crate::telephony::remote::wire::Simulate;
use crate::time::Duration;

/// What the far side does.
type Act = (LegId, Simulate);

/// The telephones as an adapter.
struct Paper {
    acts: mpsc::UnboundedReceiver<Act>,
}

/// Their far side.
struct Hand(mpsc::UnboundedSender<Act>);

impl Far for Hand {
    fn offered(&mut self, _leg: LegId, _offer: &Offer) {}

    fn act(&mut self, leg: LegId, what: &Simulate) {
        self.0.send((leg, what.clone())).expect("the telephones are there");
    }
}

impl Adapter for Paper {
    fn name(&self) -> &str {
        "paper"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            contract: CONTRACT,
            media: Media::None,
            digit_sources: vec![KeySource::Simulated],
            speech: true,
            record: true,
            dial: true,
            bridge: true,
            transfer: false,
            send_digits: true,
            headers: false,
            mask: true,
            max_calls: 50,
        }
    }

    fn run(self: Box<Self>, port: Port) -> AdapterFuture {
        Box::pin(async move {
            serve(*self, port).await;
            Ok(())
        })
    }
}

async fn serve(mut paper: Paper, mut port: Port) {
    let mut phones = Phones::new(Arc::new(|item| length(&item.text)));
    loop {
        while let Some(report) = phones.poll_report() {
            drop(port.reports.send(report).await);
        }
        let due = phones.poll_timeout().unwrap_or(port.clock.now() + Duration::from_secs(60));
        tokio::select! {
            command = port.commands.recv() => match command {
                Some(command) => phones.obey(port.clock.now(), command),
                None => return,
            },
            Some((leg, what)) = paper.acts.recv() => act(&mut phones, &port, leg, &what),
            () = sleep_until(port.clock.moment(due).into()) => phones.tick(port.clock.now()),
        }
    }
}

fn act(phones: &mut Phones, port: &Port, leg: LegId, what: &Simulate) {
    let now = port.clock.now();
    match &*what.doing {
        "offer" if *port.drain.borrow() => {}
        "offer" => drop(phones.call(now, Origin::new("100", Some("+62811000111")))),
        "press" => phones.press(now, leg, key(what)),
        "hangup" => phones.hang_up(now, leg, HangupCause::Normal),
        "busy" => phones.hang_up(now, leg, HangupCause::Busy),
        "answer" => phones.pick_up(now, leg),
        "hold" => phones.hold(now, leg, true),
        "resume" => phones.hold(now, leg, false),
        "say" => phones.say(now, leg, what.text.as_deref().expect("words")),
        other => panic!("nobody can `{other}`"),
    }
}

#[tokio::test]
async fn the_simulated_adapter_keeps_the_contract() {
    let on_paper = |clock: Clock| async move {
        let (hand, acts) = mpsc::unbounded_channel();
        Held { plug: plug(Paper { acts }, Hand(hand), clock), keep: Box::new(()) }
    };
    keeps_the_contract(on_paper, &[]).await;
}
