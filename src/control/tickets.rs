//! Tickets: which there are, what was said and done, and what is to be done.
//!
//! Read on a connection of its own; changed between two writes of the history, so that nobody changes what another has just
//! closed. Supervisors and admins see and change all, an agent their own and those of nobody; who only looks is told no words.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::agents;
use super::asked::Asked;
use super::kept::{self, refused, visit};
use super::node::Node;
use super::refusal::Refusal;
use super::settings::Role;
use super::view::{
    TicketAssignment, TicketClosing, TicketDetail, TicketList, TicketNote, TicketStepView,
    TicketView, WantedOutcome,
};
use crate::call::AgentId;
use crate::history::{
    Fact, Filter, MAX_PAGE, NOTE, Position, Private, Row, Store, StoreError, TicketCourse,
    TicketDeed, TicketOutcome, TicketStep, Verdict, Write,
};
use crate::storage::{OpenTickets, SqliteReader, TICKET_KINDS, TicketsThat};
use crate::time::{ClockTime, Duration, Wall};

/// The longest note, in characters.
const MAX_NOTE: usize = 4_000;
/// The longest time that is given for a ticket, in seconds: a year.
const MAX_DUE: u64 = 366 * 24 * 60 * 60;
/// Tickets that are looked at in one go.
const PAGE: usize = 200;
/// The most tickets that one question looks at.
const MAX_LOOKED: usize = 20_000;

/// What somebody is told, and may do.
#[derive(Debug, Clone)]
struct Eyes {
    role: Role,
    now: Wall,
}

impl Eyes {
    fn of(asked: &Asked, now: Wall) -> Self {
        let role = asked.who.as_ref().map_or(Role::Read, |who| who.role.clone());
        Self { role, now }
    }

    /// Whether a ticket is shown.
    fn see(&self, course: &TicketCourse) -> bool {
        match &self.role {
            Role::Read | Role::Supervisor | Role::Admin => true,
            Role::Agent(own) => course.owner.as_ref().is_none_or(|owner| owner == own),
        }
    }

    /// Whether words are.
    fn read(&self) -> bool {
        !matches!(self.role, Role::Read)
    }
}

/// Which tickets a question is about.
struct Wanted {
    that: TicketsThat,
    open: OpenTickets,
    kind: Option<String>,
    after: u64,
    limit: usize,
    eyes: Eyes,
}

impl Wanted {
    fn of(asked: &Asked, now: Wall) -> Result<Self, Refusal> {
        let query = |name: &str| asked.query.get(name);
        let that = match query("state").map(String::as_str) {
            None | Some("open") => TicketsThat::AreOpen,
            Some("closed") => TicketsThat::AreClosed,
            Some("all") => TicketsThat::Are,
            Some(_) => {
                let message = "`state` must be `open`, `closed` or `all`.";
                return Err(Refusal::senseless("wrong_state", message));
            }
        };
        let overdue = flag(asked, "overdue")?;
        if overdue && that != TicketsThat::AreOpen {
            let message = "Only open tickets are overdue.";
            return Err(Refusal::senseless("wrong_state", message));
        }
        let open = OpenTickets {
            owner: query("owner").map(|owner| AgentId::new(owner.as_str())),
            unowned: flag(asked, "unowned")?,
            due_before: overdue.then_some(now),
        };
        let after = query("after").map(|text| number(text)).transpose()?.unwrap_or(0);
        let (kind, limit, eyes) = (query("kind").cloned(), asked.limit()?, Eyes::of(asked, now));
        Ok(Self { that, open, kind, after, limit, eyes })
    }

    fn wants(&self, course: &TicketCourse) -> bool {
        let OpenTickets { owner, unowned, .. } = &self.open;
        self.kind.as_ref().is_none_or(|kind| *course.sort == **kind)
            && owner.as_ref().is_none_or(|owner| course.owner.as_ref() == Some(owner))
            && !(*unowned && course.owner.is_some())
            && self.eyes.see(course)
    }
}

/// The tickets that are asked for.
pub(super) async fn list(node: &Node, asked: &Asked) -> Result<TicketList, Refusal> {
    let wanted = Wanted::of(asked, node.wall())?;
    read(node, move |store| {
        let mut list = TicketList { tickets: Vec::new(), next: None };
        let (mut after, mut looked) = (wanted.after, 0);
        loop {
            let page = store.tickets(after, wanted.that, &wanted.open, PAGE)?;
            for number in &page {
                let entries = store.ticket(*number)?;
                let course = TicketCourse::of(*number, &entries);
                if let Some(course) = course.filter(|course| wanted.wants(course)) {
                    if list.tickets.len() == wanted.limit {
                        list.next = Some(after);
                        return Ok(list);
                    }
                    list.tickets.push(view(&course, wanted.eyes.now));
                }
                after = *number;
            }
            looked += page.len();
            if page.len() < PAGE {
                return Ok(list);
            }
            if looked >= MAX_LOOKED {
                list.next = Some(after);
                return Ok(list);
            }
        }
    })
    .await
}

/// One ticket, whole.
pub(super) async fn show(node: &Node, asked: &Asked) -> Result<TicketDetail, Refusal> {
    let (number, eyes) = (ticket(asked)?, Eyes::of(asked, node.wall()));
    let course = course(node, number).await?;
    if eyes.see(&course) { Ok(detail(&course, &eyes)) } else { Err(not_theirs(number)) }
}

/// Says who has to do it, or until when.
pub(super) async fn assign(node: &Node, asked: &Asked) -> Result<TicketDetail, Refusal> {
    let TicketAssignment { owner, nobody, due, due_in_s } = asked.read()?;
    if owner.is_some() && nobody {
        return Err(Refusal::senseless("wrong_owner", "Give `owner` or `nobody`, not both."));
    }
    let due = due_at(due.as_deref(), due_in_s, node.wall())?;
    if owner.is_none() && !nobody && due.is_none() {
        let message = "Give `owner`, `nobody`, `due` or `due_in_s`.";
        return Err(Refusal::senseless("no_change", message));
    }
    let owner = owner.map(|owner| AgentId::new(owner.as_str()));
    if let Some(owner) = owner.clone() {
        let role = Eyes::of(asked, node.wall()).role;
        if matches!(&role, Role::Agent(own) if *own != owner) {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "not_allowed",
                "An agent takes tickets, and gives none to others.",
            ));
        }
        let known = owner.clone();
        let known = node.visit(move |visit| visit.engine().queues().agent(&known).is_some());
        if !known.await? {
            return Err(agents::unknown(&owner));
        }
    }
    change(node, asked, TicketDeed::Assigned, move |row| {
        let Fact::TicketChanged { owner: now, due: until, .. } = &mut row.fact else { return };
        if nobody || owner.is_some() {
            *now = owner;
        }
        *until = due.or(*until);
    })
    .await
}

/// Writes down what was done.
pub(super) async fn note(node: &Node, asked: &Asked) -> Result<TicketDetail, Refusal> {
    let TicketNote { note } = asked.read()?;
    let words = words(note)?;
    change(node, asked, TicketDeed::Noted, move |row| row.private = Some(words)).await
}

/// Is done with it.
pub(super) async fn close(node: &Node, asked: &Asked) -> Result<TicketDetail, Refusal> {
    let TicketClosing { outcome: wanted, note } = asked.read()?;
    let words = note.map(words).transpose()?;
    change(node, asked, TicketDeed::Closed, move |row| {
        if let Fact::TicketChanged { outcome, .. } = &mut row.fact {
            *outcome = Some(match wanted {
                WantedOutcome::Solved => TicketOutcome::Solved,
                WantedOutcome::NotSolved => TicketOutcome::NotSolved,
                WantedOutcome::Unreachable => TicketOutcome::Unreachable,
                WantedOutcome::Duplicate => TicketOutcome::Duplicate,
                WantedOutcome::Invalid => TicketOutcome::Invalid,
            });
        }
        row.private = words;
    })
    .await
}

/// Changes an open ticket; what that made of it is on the disk when it is told.
async fn change(
    node: &Node,
    asked: &Asked,
    did: TicketDeed,
    with: impl FnOnce(&mut Row) + Send + 'static,
) -> Result<TicketDetail, Refusal> {
    let (number, at) = (ticket(asked)?, node.wall());
    let eyes = Eyes::of(asked, at);
    let by: Arc<str> = match &eyes.role {
        Role::Agent(own) => own.as_str().into(),
        Role::Read | Role::Supervisor | Role::Admin => asked.token(),
    };
    let found = course(node, number).await?;
    let kinds = TICKET_KINDS.to_vec();
    let contact = Some(found.contact);
    let filter = Filter { contact, kinds, private: true, ..Filter::default() };
    let changed = visit(kept::followed(node)?, move |store| {
        let Some(course) = look(store, &filter, number)? else { return Ok(Err(unknown(number))) };
        if !eyes.see(&course) {
            return Ok(Err(not_theirs(number)));
        }
        if course.closed.is_some() {
            return Ok(Err(is_closed(number)));
        }
        let mut row = course.changed(did, by, at);
        with(&mut row);
        let receipts = store.commit(&[Write::Row(Box::new(row))])?;
        if receipts.first().is_none_or(|receipt| receipt.verdict != Verdict::Applied) {
            return Ok(Err(is_closed(number)));
        }
        Ok(look(store, &filter, number)?
            .map(|course| detail(&course, &eyes))
            .ok_or_else(|| unknown(number)))
    });
    changed.await?
}

/// The course of a ticket as the store has it.
fn look(
    store: &dyn Store,
    filter: &Filter,
    number: u64,
) -> Result<Option<TicketCourse>, StoreError> {
    let entries = store.entries(Position::default(), filter, MAX_PAGE)?;
    Ok(TicketCourse::of(number, &entries))
}

/// The course of a ticket, if there is one.
async fn course(node: &Node, number: u64) -> Result<TicketCourse, Refusal> {
    let found = read(node, move |store| Ok(TicketCourse::of(number, &store.ticket(number)?)));
    found.await?.ok_or_else(|| unknown(number))
}

/// Reads the store beside its writer.
async fn read<T: Send + 'static>(
    node: &Node,
    does: impl FnOnce(&SqliteReader) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Refusal> {
    let store = kept::followed(node)?.store.clone();
    let looked = spawn_blocking(move || {
        let store = SqliteReader::open(&store).map_err(|error| refused(&error))?;
        does(&store).map_err(|error| refused(&error))
    });
    looked.await.map_err(|_| Refusal::gone())?
}

fn ticket(asked: &Asked) -> Result<u64, Refusal> {
    number(asked.path.get("ticket").map_or("", String::as_str))
}

fn number(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| {
        Refusal::senseless("wrong_ticket", "This is no number of a ticket.")
            .hint("`GET /v1/tickets`, or `sambung ticket list`, tells numbers.")
    })
}

fn flag(asked: &Asked, name: &str) -> Result<bool, Refusal> {
    match asked.query.get(name).map(String::as_str) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => {
            let message = format!("`{name}` must be `true` or `false`.");
            Err(Refusal::senseless("wrong_flag", message))
        }
    }
}

fn due_at(at: Option<&str>, within: Option<u64>, now: Wall) -> Result<Option<Wall>, Refusal> {
    let wrong = |message: String| Refusal::senseless("wrong_due", message);
    match (at, within) {
        (None, None) => Ok(None),
        (Some(at), None) => match moment(at) {
            Some(at) => Ok(Some(at)),
            None => Err(wrong("`due` must be a time such as `2026-03-04T17:00:00Z`.".to_owned())),
        },
        (None, Some(seconds)) if (1..=MAX_DUE).contains(&seconds) => {
            Ok(Some(now.after(Duration::from_secs(seconds))))
        }
        (None, Some(_)) => {
            Err(wrong(format!("`due_in_s` must be a whole number from 1 to {MAX_DUE}.")))
        }
        (Some(_), Some(_)) => Err(wrong("Give `due` or `due_in_s`, not both.".to_owned())),
    }
}

/// Reads an RFC 3339 time of any offset from UTC.
fn moment(text: &str) -> Option<Wall> {
    if text.ends_with('Z') {
        return Wall::parse_rfc3339(text);
    }
    let (local, offset) = text.split_at_checked(text.len().checked_sub("+07:00".len())?)?;
    let wall = Wall::parse_rfc3339(&format!("{local}Z"))?;
    let (sign, clock) = offset.split_at_checked(1)?;
    let clock = ClockTime::parse(clock)?;
    let span = Duration::from_mins(u64::from(clock.hour) * 60 + u64::from(clock.minute));
    match sign {
        "+" => Some(wall.before(span)),
        "-" => Some(wall.after(span)),
        _ => None,
    }
}

/// The words of a note, to be sealed with those of its caller.
fn words(note: String) -> Result<Private, Refusal> {
    let fits = (1..=MAX_NOTE).contains(&note.chars().count())
        && note.chars().all(|c| !c.is_control() || c == '\n' || c == '\t')
        && !note.trim().is_empty();
    if fits {
        return Ok(Private([(NOTE.into(), note.into())].into()));
    }
    let message = format!("A `note` has 1 to {MAX_NOTE} characters, and no control characters.");
    Err(Refusal::senseless("wrong_note", message))
}

fn unknown(number: u64) -> Refusal {
    Refusal::unknown("unknown_ticket", format!("There is no ticket {number}."))
        .hint("`GET /v1/tickets`, or `sambung ticket list`, tells numbers.")
}

fn not_theirs(number: u64) -> Refusal {
    let message = format!("Ticket {number} is another agent's.");
    Refusal::new(StatusCode::FORBIDDEN, "not_yours", message)
}

fn is_closed(number: u64) -> Refusal {
    Refusal::conflict("ticket_closed", format!("Ticket {number} is closed."))
}

fn view(course: &TicketCourse, now: Wall) -> TicketView {
    TicketView {
        ticket: course.ticket,
        kind: course.sort.to_string(),
        contact: course.contact.to_string(),
        language: course.language.to_string(),
        opened: course.opened.to_rfc3339(),
        owner: course.owner.as_ref().map(ToString::to_string),
        due: course.due.map(Wall::to_rfc3339),
        overdue: course.is_overdue(now),
        message: course.recording.is_some(),
        answered: course.answered().map(Wall::to_rfc3339),
        closed: course.closed.map(|(at, _)| at.to_rfc3339()),
        outcome: course.closed.and_then(|(_, outcome)| outcome).map(|outcome| word(&outcome)),
    }
}

fn detail(course: &TicketCourse, eyes: &Eyes) -> TicketDetail {
    let words = course.words.as_ref().filter(|_| eyes.read());
    let field = |(name, value): (&Arc<str>, &Arc<str>)| (name.to_string(), value.to_string());
    let fields: BTreeMap<String, String> =
        words.map(|words| words.0.iter().map(field).collect()).unwrap_or_default();
    let recording = course.recording.as_ref().filter(|_| eyes.read());
    let step = |step: &TicketStep| TicketStepView {
        at: step.at.to_rfc3339(),
        by: step.by.to_string(),
        did: word(&step.did),
        owner: step.owner.as_ref().map(ToString::to_string),
        due: step.due.map(Wall::to_rfc3339),
        note: step.note.as_ref().filter(|_| eyes.read()).map(ToString::to_string),
    };
    TicketDetail {
        view: view(course, eyes.now),
        fields,
        recording: recording.map(|id| format!("{id}.wav")),
        steps: course.steps.iter().map(step).collect(),
    }
}

/// A word of the history's: `not_solved`.
fn word(of: &impl Serialize) -> String {
    let word = serde_json::to_value(of).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_one_of_two_ways() {
        let now = Wall::from_unix_micros(0);
        let told = |at, within| due_at(at, within, now).map(|due| due.map(Wall::to_rfc3339));
        assert_eq!(told(None, None), Ok(None));
        let hour = Some("1970-01-01T01:00:00.000Z".to_owned());
        assert_eq!(told(None, Some(3_600)), Ok(hour.clone()));
        assert_eq!(told(Some("1970-01-01T08:00:00+07:00"), None), Ok(hour));
        for (at, within) in [
            (Some("tomorrow"), None),
            (None, Some(0)),
            (None, Some(MAX_DUE + 1)),
            (Some("x"), Some(1)),
        ] {
            assert!(told(at, within).is_err(), "{at:?} {within:?}");
        }
    }

    #[test]
    fn notes_are_bounded() {
        for (note, fits) in [
            ("Called back.\nShe will pay.", true),
            ("", false),
            (" \n", false),
            ("bell\u{7}", false),
            (&"x".repeat(MAX_NOTE), true),
            (&"x".repeat(MAX_NOTE + 1), false),
        ] {
            assert_eq!(words(note.to_owned()).is_ok(), fits, "{note:?}");
        }
    }
}
