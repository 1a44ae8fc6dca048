//! End to end: a real `sambung serve` and peers that nobody of this project wrote, over loopback.

mod support;

#[path = "sip/agents.rs"]
mod agents;
#[path = "sip/bridges.rs"]
mod bridges;
#[path = "sip/calls.rs"]
mod calls;
#[path = "sip/codes.rs"]
mod codes;
#[path = "sip/day.rs"]
mod day;
#[path = "sip/drain.rs"]
mod drain;
#[path = "sip/encrypted.rs"]
mod encrypted;
#[path = "sip/faults.rs"]
mod faults;
#[path = "sip/figures.rs"]
mod figures;
#[path = "support/http.rs"]
#[expect(dead_code, reason = "other tests need ruder servers")]
mod http;
#[path = "sip/linphone.rs"]
mod linphone;
#[path = "sip/losses.rs"]
mod losses;
#[path = "sip/many.rs"]
mod many;
#[path = "sip/media.rs"]
mod media;
#[path = "sip/noise.rs"]
mod noise;
#[path = "sip/offers.rs"]
mod offers;
#[path = "sip/proxies.rs"]
mod proxies;
#[path = "sip/recipes.rs"]
mod recipes;
#[path = "sip/reckoning.rs"]
mod reckoning;
#[path = "sip/reload.rs"]
mod reload;
#[path = "sip/replay.rs"]
mod replay;
#[path = "sip/rules.rs"]
mod rules;
#[path = "sip/secrets.rs"]
mod secrets;
#[path = "sip/segments.rs"]
mod segments;
#[path = "sip/softphones.rs"]
mod softphones;
#[path = "sip/streams.rs"]
mod streams;
#[path = "sip/talks.rs"]
mod talks;
#[path = "sip/together.rs"]
mod together;
#[path = "sip/torture.rs"]
mod torture;
#[path = "sip/transfers.rs"]
mod transfers;
#[path = "sip/trunks.rs"]
mod trunks;
