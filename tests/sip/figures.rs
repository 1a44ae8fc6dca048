//! How soon caller and agent have each other: measured on telephones of the tests' own, packet by packet.

use std::time::{Duration, Instant};

use super::offers::stands;
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::telephone::Telephone;
use crate::support::{sound, wait};

/// How soon a phone must ring once a caller and an agent are both there.
const RINGS_WITHIN: Duration = Duration::from_millis(100);
/// How soon after the answer the two must hear each other.
const HEARD_WITHIN: Duration = Duration::from_millis(300);
/// How often each is measured.
const TURNS: usize = 10;
/// What the caller, the agent and a prompt sound like.
const CALLER_HERTZ: f64 = 450.0;
const AGENT_HERTZ: f64 = 1_000.0;
const PROMPT_HERTZ: f64 = 600.0;
/// One packet of sound.
const FRAME: Duration = Duration::from_millis(20);

#[expect(clippy::print_stdout, reason = "the figure is what the test is run for")]
fn told(what: &str, mut spans: Vec<Duration>, limit: Duration) {
    spans.sort_unstable();
    let millis = |span: Duration| span.as_secs_f64() * 1_000.0;
    let (median, most) = (spans[spans.len() / 2], *spans.last().expect("it was measured"));
    println!(
        "MEASURED: {what} | {:.1} ms at the median, {:.1} ms at most, {} times | {} ms",
        millis(median),
        millis(most),
        spans.len(),
        limit.as_millis()
    );
    assert!(median <= limit, "{what}: {median:?} at the median");
}

fn since(later: Instant, earlier: Instant) -> Duration {
    later.saturating_duration_since(earlier)
}

/// The caller hears that somebody took the call, by which they are in line; the agent has been ready for a while.
#[test]
fn a_free_agents_telephone_rings_at_once() {
    let mut desk = Telephone::open();
    let server = Server::start(Project::new("straight").static_agent("budi", &desk.address()));
    let mut spans = Vec::new();
    for _ in 0..TURNS {
        let mut caller = Telephone::open();
        caller.dials(server.sip(), "100");
        let there = caller.is_answered().at;
        let invite = desk.rings();
        spans.push(since(invite.at, there));
        desk.takes(&invite);
        desk.receives("ACK ");
        caller.hangs_up();
        desk.is_hung_up_on();
        free(&server);
    }
    told("caller and agent are there, the agent's phone rings", spans, RINGS_WITHIN);
}

/// The next caller has waited for a while; the agent hangs up and is free.
#[test]
fn who_waits_is_given_to_an_agent_who_becomes_free_at_once() {
    let mut desk = Telephone::open();
    let project = Project::new("straight").rtp_ports(60);
    let server = Server::start(project.static_agent("budi", &desk.address()));
    let mut callers: Vec<_> = (0..=TURNS).map(|_| Telephone::open()).collect();
    for caller in &mut callers {
        caller.dials(server.sip(), "100");
        caller.is_answered();
    }
    let mut spans = Vec::new();
    let mut invite = desk.rings();
    for _ in 0..TURNS {
        desk.takes(&invite);
        desk.receives("ACK ");
        let free = desk.hangs_up();
        invite = desk.rings();
        spans.push(since(invite.at, free));
    }
    told("an agent is free again, the phone rings for who waits", spans, RINGS_WITHIN);
}

fn free(server: &Server) {
    stands(server, "an agent who is free", |standing| {
        standing.calls.is_empty() && standing.offers.is_empty()
    });
}

#[test]
fn caller_and_agent_hear_each_other_soon_after_the_answer() {
    let mut desk = Telephone::open();
    let server = Server::start(Project::new("straight").static_agent("budi", &desk.address()));
    let (mut by_caller, mut by_agent) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let mut caller = Telephone::open();
        caller.dials(server.sip(), "100");
        let to_caller = caller.is_answered().media();
        let _speech = caller.ear.speaks(CALLER_HERTZ, to_caller);
        let invite = desk.rings();
        // The caller waits and hears music for a moment.
        wait::pause(Duration::from_millis(200));
        let _answer = desk.ear.speaks(AGENT_HERTZ, invite.media());
        let answered = desk.takes(&invite);
        desk.receives("ACK ");
        wait::pause(HEARD_WITHIN * 2);
        let first = |phone: &Telephone, hertz| {
            phone.ear.first_heard(hertz, answered).expect("one hears the other")
        };
        by_caller.push(since(first(&caller, AGENT_HERTZ), answered));
        by_agent.push(since(first(&desk, CALLER_HERTZ), answered));
        caller.hangs_up();
        desk.is_hung_up_on();
        free(&server);
    }
    told("answer to the agent's voice at the caller", by_caller, HEARD_WITHIN);
    told("answer to the caller's voice at the agent", by_agent, HEARD_WITHIN);
}

/// A prompt is given up for an agent within one packet: what the caller hears goes from the prompt to the agent without
/// anything between.
#[test]
fn an_answer_in_the_middle_of_a_prompt_is_not_kept_waiting() {
    let mut desk = Telephone::open();
    let greeting = sound::tone(PROMPT_HERTZ, 20_000);
    let project = Project::new("greeted").prompt("ask", &greeting);
    let server = Server::start(project.static_agent("budi", &desk.address()));
    let (mut prompt_ends, mut gaps) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let mut caller = Telephone::open();
        caller.dials(server.sip(), "100");
        caller.is_answered();
        let invite = desk.rings();
        wait::pause(Duration::from_millis(1_000));
        let _speech = desk.ear.speaks(AGENT_HERTZ, invite.media());
        desk.takes(&invite);
        // With its ACK the node has acted upon the answer.
        let confirmed = desk.receives("ACK ").at;
        wait::pause(Duration::from_millis(500));
        let packets = caller.ear.packets();
        let prompt = packets.iter().rposition(|packet| packet.is_tone(PROMPT_HERTZ));
        let prompt = prompt.expect("the prompt was playing");
        let voice = packets.iter().position(|packet| packet.is_tone(AGENT_HERTZ));
        let voice = voice.expect("the agent is heard");
        assert!(prompt < voice, "nothing of the prompt comes after the agent");
        prompt_ends.push(since(packets[prompt].at, confirmed));
        gaps.push(FRAME * u32::try_from(voice - prompt - 1).expect("few packets"));
        caller.hangs_up();
        desk.is_hung_up_on();
        free(&server);
    }
    told("a prompt goes on after the answer", prompt_ends, FRAME);
    told("packets between a prompt and the agent's voice", gaps, FRAME);
}
