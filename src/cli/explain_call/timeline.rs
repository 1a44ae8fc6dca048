//! A whole call, step by step, with the reason of each step.

use super::source::Record;
use super::stage::Stage;
use super::visit::Visit;
use crate::call::{
    CallJournal, CommandKind, EndedBy, Item, JournalEvent, JournalOther, JournalQueue, Reply,
};
use crate::session::Action;
use crate::simulation::replay::Retelling;
use crate::time::{Duration, Instant};

/// What stands before a line that has no time of its own.
const INDENT: &str = "           ";

/// Keys that follow each other within this time stand in one line.
const ONE_ENTRY_MS: u64 = 2_000;

/// A line of the timeline with its time. At the same time the caller comes first, then what it led to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    at_ms: u64,
    rank: Rank,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Told,
    Step,
    Heard,
}

/// The timeline of a call that was held again.
pub(super) fn of_journal(stage: &Stage, journal: &CallJournal, retelling: &Retelling) -> String {
    let mut lines: Vec<Line> = told(journal);
    let visits: Vec<Visit> = retelling.steps().iter().map(Visit::from).collect();
    lines.extend(steps(&visits, |node| stage.place(node)));
    for (at, action) in retelling.done() {
        let Action::Command(command) = action else { continue };
        let text = match command {
            CommandKind::Play(play) => format!("hears {}", heard(&play.items)),
            CommandKind::Stop(_) => "what plays is stopped".to_owned(),
            _ => continue,
        };
        lines.push(Line { at_ms: millis(*at), rank: Rank::Heard, text });
    }
    // A stable order: what happens at the same time stays in its own order.
    lines.sort_by_key(|line| (line.at_ms, line.rank));
    written(&lines)
}

/// The steps of a record; those up to a moment, if one is given.
pub(super) fn of_record(record: &Record, at: Option<Duration>) -> String {
    let Record { call, flow, started, ended, cause, ended_by, steps: visits } = record;
    let flow = flow.as_deref().unwrap_or("none");
    let mut text = format!(
        "call {call} of {started}, flow `{flow}`\n\
         a call record holds only the steps; a journal also tells what was heard and why\n\n"
    );
    let limit = at.map_or(u64::MAX, Duration::as_millis);
    let until = visits.iter().filter(|visit| visit.at_ms <= limit).count();
    let shown = visits.get(..until).unwrap_or(visits);
    text.push_str(&written(&steps(shown, |_| String::new())));
    if until == visits.len() && at.is_none() {
        text.push_str(&format!("{INDENT}ended by {ended_by} ({cause}) at {ended}\n"));
    }
    text
}

/// The steps, each with the way that led there.
fn steps(visits: &[Visit], place: impl Fn(&str) -> String) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut before: Option<&Visit> = None;
    for visit in visits {
        let why =
            before.map_or_else(String::new, |before| format!("  because {}", before.because()));
        let at = place(&visit.node);
        let at = if at.is_empty() { at } else { format!("  {at}") };
        let text = format!("`{}` ({}){at}{why}", visit.node, visit.verb);
        lines.push(Line { at_ms: visit.at_ms, rank: Rank::Step, text });
        before = Some(visit);
    }
    lines
}

/// What the call was told, keys that follow each other in one line.
fn told(journal: &CallJournal) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // When the key before was pressed, where the event before was one.
    let mut typed: Option<u64> = None;
    for entry in &journal.events {
        let at_ms = entry.at.as_millis();
        let typing = typed.is_some_and(|before| at_ms - before <= ONE_ENTRY_MS);
        typed = matches!(entry.event, JournalEvent::Key { .. }).then_some(at_ms);
        if let (JournalEvent::Key { key }, true, Some(last)) =
            (&entry.event, typing, lines.last_mut())
        {
            last.text.push(key.as_char());
            continue;
        }
        if let Some(text) = said(&entry.event) {
            lines.push(Line { at_ms, rank: Rank::Told, text });
        }
    }
    lines
}

/// An event in words; `None` for what the call does by itself, which is seen in the steps.
fn said(event: &JournalEvent) -> Option<String> {
    Some(match event {
        JournalEvent::Answered => "the call is answered".to_owned(),
        JournalEvent::Key { key } => format!("presses {key}"),
        JournalEvent::Said { phrase: Some(phrase), .. } => format!("says “{phrase}”"),
        JournalEvent::Said { phrase: None, words } => {
            format!("says {words} words of which the flow understands nothing")
        }
        JournalEvent::Recorded { lasted, .. } => {
            format!("a message of {} s ends", Instant::ZERO + *lasted)
        }
        JournalEvent::PlayFailed => "what was to be played cannot be heard".to_owned(),
        JournalEvent::Requested { what } => format!("`{what}` is asked"),
        JournalEvent::Replied(reply) => match reply {
            Reply::Answered(_) => "a reply comes".to_owned(),
            Reply::NotFound => "the reply says that there is no such thing".to_owned(),
            Reply::Failed(failure) => format!("no reply comes ({})", failure.name()),
            Reply::Kept(number) => format!("it is kept under {number}"),
        },
        JournalEvent::Enqueued { queue } => format!("asks for a person of `{queue}`"),
        JournalEvent::Queue(news) => in_line(news),
        JournalEvent::Rang { to } => format!("{to} is rung"),
        JournalEvent::Other(JournalOther::Answered) => "the number answers".to_owned(),
        JournalEvent::Other(JournalOther::Failed(_)) => "the number cannot be had".to_owned(),
        JournalEvent::Other(JournalOther::Ended) => "the other side hangs up".to_owned(),
        JournalEvent::Other(JournalOther::Lost) => {
            "the other side is gone without a word".to_owned()
        }
        JournalEvent::Other(JournalOther::Held) => "is put on hold".to_owned(),
        JournalEvent::Other(JournalOther::Resumed) => "is off hold".to_owned(),
        JournalEvent::Other(JournalOther::Transferring) => "is handed over".to_owned(),
        JournalEvent::Other(JournalOther::Transferred) => "talks with the next person".to_owned(),
        JournalEvent::Other(JournalOther::Returned(_)) => {
            "is back with the agent: the next person cannot be had".to_owned()
        }
        JournalEvent::Closed { .. } | JournalEvent::Aborted { .. } => {
            "the node ends the call".to_owned()
        }
        JournalEvent::Ended { by: EndedBy::Caller, .. } => "hangs up".to_owned(),
        JournalEvent::Ended { .. } => "the call has ended".to_owned(),
        JournalEvent::Entered { .. }
        | JournalEvent::Left { .. }
        | JournalEvent::Asked { .. }
        | JournalEvent::Heard { .. }
        | JournalEvent::Silent
        | JournalEvent::Taped => return None,
    })
}

fn in_line(news: &JournalQueue) -> String {
    match news {
        JournalQueue::Entered { position } => format!("is in line at place {position}"),
        JournalQueue::Led { queue, position } => {
            format!("is led to queue `{queue}`, place {position}")
        }
        JournalQueue::Moved { position } => format!("moves to place {position}"),
        JournalQueue::Full => "the queue is full".to_owned(),
        JournalQueue::Unstaffed => "nobody is logged in".to_owned(),
        JournalQueue::Closed => "the queue is closed".to_owned(),
        JournalQueue::Expired => "the wait was too long".to_owned(),
        JournalQueue::PickedUp => "an agent takes the call".to_owned(),
        JournalQueue::Offered { agent } => format!("`{agent}` is rung"),
        JournalQueue::OfferEnded { agent, result } => {
            format!("`{agent}` does not take it ({result})")
        }
        JournalQueue::Connected { agent } => format!("`{agent}` answers"),
    }
}

/// What is heard: "`welcome` (id): Selamat datang." for each prompt.
pub(super) fn heard(items: &[Item]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for item in items {
        let text = item.text.trim();
        match parts.last_mut() {
            Some(part) if last == Some((&item.prompt, &item.language)) => {
                if !text.is_empty() {
                    part.push_str(&format!(" {text}"));
                }
            }
            _ => parts.push(format!("`{}` ({}): {text}", item.prompt, item.language)),
        }
        last = Some((&item.prompt, &item.language));
    }
    parts.join(" | ")
}

fn millis(at: Instant) -> u64 {
    at.since(Instant::ZERO).as_millis()
}

/// The lines, each time only once.
fn written(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut before = None;
    for line in lines {
        let time = format!("{:>5}.{:03}  ", line.at_ms / 1_000, line.at_ms % 1_000);
        let time = if before == Some(line.at_ms) { INDENT } else { &time };
        text.push_str(&format!("{time}{}\n", line.text));
        before = Some(line.at_ms);
    }
    text
}
