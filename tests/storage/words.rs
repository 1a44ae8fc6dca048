//! Facts in few words.

use sambung::call::{AgentId, CallId, EndedBy, HangupCause};
use sambung::history::{
    AgentStatus, CallerKey, Exit, Fact, Medium, OfferId, OfferResult, Outcome, Private, Row, Write,
};
use sambung::time::{Duration, Wall};

/// A moment, in seconds.
pub(crate) fn wall(seconds: u64) -> Wall {
    Wall::from_unix_micros(0).after(Duration::from_secs(seconds))
}

pub(crate) fn contact(number: u64) -> CallId {
    CallId::new(number, 0)
}

pub(crate) fn agent(number: u64) -> AgentId {
    AgentId::new(format!("agent{number:03}"))
}

pub(crate) fn row(at: u64, fact: Fact) -> Write {
    Write::Row(Box::new(Row::new(wall(at), fact)))
}

/// A row with a caller's number.
pub(crate) fn private(at: u64, fact: Fact, number: &str) -> Write {
    let private = Private([("number".into(), number.into())].into());
    Write::Row(Box::new(Row::new(wall(at), fact).with(private)))
}

pub(crate) fn began(number: u64, caller: Option<CallerKey>) -> Fact {
    let (contact, called) = (contact(number), "1500".into());
    Fact::CallBegan { contact, caller, called, trunk: None, flow: None, flow_hash: None }
}

pub(crate) fn ended(number: u64) -> Fact {
    Fact::CallEnded {
        contact: contact(number),
        outcome: Outcome::ToHuman,
        cause: HangupCause::Normal,
        by: EndedBy::Caller,
        language: Some("id".into()),
        topic: None,
    }
}

pub(crate) fn enqueued(number: u64, medium: Medium) -> Fact {
    Fact::Enqueued {
        contact: contact(number),
        queue: "service".into(),
        medium,
        priority: 5,
        order: wall(number),
        skills: vec![("language".into(), "id".into())],
        again: false,
    }
}

pub(crate) fn left(number: u64, how: Exit) -> Fact {
    Fact::Left { contact: contact(number), queue: "service".into(), how, key: None }
}

pub(crate) fn offered(offer: u64, number: u64, to: u64, together: bool) -> Fact {
    Fact::Offered {
        offer: OfferId(offer),
        contact: contact(number),
        queue: "service".into(),
        agent: agent(to),
        until: wall(9_999),
        together,
    }
}

pub(crate) fn answered(offer: u64, number: u64, by: u64) -> Fact {
    let (contact, queue) = (contact(number), "service".into());
    Fact::Answered { offer: OfferId(offer), contact, queue, agent: agent(by) }
}

pub(crate) fn closed(offer: u64, number: u64, by: u64, result: OfferResult) -> Fact {
    let (contact, queue) = (contact(number), "service".into());
    Fact::OfferClosed { offer: OfferId(offer), contact, queue, agent: agent(by), result }
}

pub(crate) fn agent_is(number: u64, status: AgentStatus, with: Option<u64>) -> Fact {
    Fact::AgentChanged {
        agent: agent(number),
        status,
        reason: None,
        contact: with.map(contact),
        queue: with.map(|_| "service".into()),
        until: None,
        idle_since: None,
        pending: None,
        by: None,
    }
}

pub(crate) fn callback(number: u64, caller: Option<CallerKey>) -> Fact {
    Fact::CallbackAsked {
        callback: 0,
        contact: contact(number),
        call: contact(number),
        queue: "service".into(),
        caller,
        language: "id".into(),
        order: wall(number),
        priority: 5,
        not_before: None,
        expires: wall(99_999),
        adapter: None,
        trunk: None,
    }
}

pub(crate) fn ticket(number: u64) -> Fact {
    Fact::TicketOpened {
        ticket: 0,
        contact: contact(number),
        sort: "complaint".into(),
        language: "id".into(),
        owner: None,
        due: Some(wall(5_000)),
        recording: None,
        caller: None,
    }
}
