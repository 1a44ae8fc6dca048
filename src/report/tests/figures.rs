//! Talks, agents, callers, callbacks, surveys and tickets.

use super::made::{Made, at, caller, contact, secs};
use super::{DAY, book_of};
use crate::history::{
    AgentStatus, CallbackEnd, Exit, Fact, Medium, OfferResult, Outcome, TicketDeed, TicketStatus,
    TryResult,
};
use crate::report::{Share, Transfer, wilson};

#[test]
fn a_contact_that_is_passed_on_is_handled_once_by_its_queue() {
    let mut made = Made::new();
    for agent in ["budi", "sari"] {
        made.agent(0.0, agent, AgentStatus::Ready, None);
    }
    made.call(0.0, 1, Some(1));
    made.enqueue(0.0, 1, "service");
    made.agent(5.0, "sari", AgentStatus::Ringing, Some(1));
    made.offer(5.0, 1, "service", "sari");
    made.answer(10.0, 1, "service", "sari");
    made.agent(10.0, "sari", AgentStatus::Talking, Some(1));
    let agent = Some("sari".into());
    made.row(30.0, Fact::Held { contact: contact(1), agent: agent.clone() });
    made.row(50.0, Fact::Resumed { contact: contact(1), agent: agent.clone() });
    let handed = |from, to, attended| Fact::HandedOver {
        contact: contact(1),
        queue: Some("service".into()),
        from,
        to,
        attended,
    };
    made.row(60.0, handed(agent, Some("budi".into()), true));
    made.talk_ended(60.0, 1, "service", "sari");
    made.agent(60.0, "sari", AgentStatus::Wrapup, Some(1));
    made.agent(60.0, "budi", AgentStatus::Talking, Some(1));
    made.agent(90.0, "sari", AgentStatus::Break, None);
    made.talk_ended(100.0, 1, "service", "budi");
    made.row(100.0, handed(Some("budi".into()), None, false));
    made.agent(100.0, "budi", AgentStatus::Wrapup, Some(1));
    made.agent(110.0, "budi", AgentStatus::Ready, None);
    made.end(120.0, 1, Outcome::ToHuman, None);
    made.agent(210.0, "sari", AgentStatus::Ready, None);
    made.agent(310.0, "sari", AgentStatus::Offline, None);
    let (book, faults) = book_of(&made.entries, DAY, DAY);
    assert_eq!(faults, []);
    let queue = book.queues()["service"].total();
    assert_eq!((queue.talks, queue.handled), (2, 1));
    assert_eq!((queue.talked(), queue.held, queue.wrapup), (secs(70), secs(20), secs(40)));
    assert_eq!(queue.handle_time(), Some(secs(130)));
    assert_eq!((queue.talk_time(), queue.wrapup_time()), (Some(secs(70)), Some(secs(40))));
    assert_eq!(queue.transfers, [(Transfer::Attended, 1), (Transfer::Blind, 1)].into());
    assert_eq!(queue.transferred(), Share { part: 1, of: 1 }, "one contact, passed on twice");
    let sari = book.agents()["sari"].total();
    assert_eq!(sari.handle_time(), Some(secs(80)), "50 connected, 30 of wrap-up");
    // 5 ringing, 50 talking, 30 of wrap-up; 105 ready; 120 on a break.
    assert_eq!(sari.occupancy(), Share { part: 85_000_000, of: 190_000_000 });
    assert_eq!(sari.utilisation(), Share { part: 190_000_000, of: 310_000_000 });
    let budi = book.agents()["budi"].total();
    assert_eq!(budi.handle_time(), Some(secs(50)));
    assert!((sari.per_hour().expect("logged in") - 3_600.0 / 310.0).abs() < 1e-9);
}

#[test]
fn a_contact_that_comes_back_to_a_line_was_passed_on_to_it() {
    let mut made = Made::new();
    made.call(0.0, 1, None);
    made.enqueue(0.0, 1, "service");
    made.offer(1.0, 1, "service", "sari");
    made.answer(2.0, 1, "service", "sari");
    made.talk_ended(60.0, 1, "service", "sari");
    made.enqueue(61.0, 1, "technical");
    made.leave(70.0, 1, "technical", Exit::Abandoned);
    made.end(70.0, 1, Outcome::ToHuman, None);
    let (book, _) = book_of(&made.entries, DAY, DAY);
    let total = book.queues()["service"].total();
    assert_eq!(total.transfers, [(Transfer::Queue, 1)].into());
    assert_eq!(total.transferred(), Share { part: 1, of: 1 });
    assert_eq!(book.queues()["technical"].total().offered, 1);
}

#[test]
fn offers_that_the_caller_ended_are_no_misses_of_the_agent() {
    let mut made = Made::new();
    made.enqueue(0.0, 1, "service");
    for result in [OfferResult::NoAnswer, OfferResult::Rejected, OfferResult::CallerLeft] {
        made.offer(1.0, 1, "service", "sari");
        made.miss(2.0, 1, "service", "sari", result);
    }
    made.leave(3.0, 1, "service", Exit::AbandonedRinging);
    let (book, _) = book_of(&made.entries, DAY, DAY);
    assert_eq!(book.agents()["sari"].total().missed(), Share { part: 1, of: 2 });
    let total = book.queues()["service"].total();
    assert_eq!((total.missed(), total.abandoned), (Share { part: 1, of: 2 }, 1));
    assert_eq!(total.missed_raw(), Share { part: 1, of: 3 }, "the caller's own end included");
}

#[test]
fn who_calls_again_was_not_served_at_first() {
    let mut made = Made::new();
    let (resolved, human) = (Outcome::Resolved, Outcome::ToHuman);
    let mut t = 0.0;
    let mut talk = |made: &mut Made, n: u32, from: Option<u32>, topic: &str, ticket: bool| {
        made.call(t, n, from);
        made.enqueue(t, n, "service");
        made.offer(t, n, "service", "sari");
        made.answer(t, n, "service", "sari");
        if ticket {
            let fact = Fact::TicketOpened {
                ticket: u64::from(n),
                contact: contact(n),
                sort: "complaint".into(),
                language: "id".into(),
                owner: None,
                due: Some(at(t + 1_000.0)),
                recording: None,
                caller: None,
            };
            made.row(t, fact);
        }
        made.talk_ended(t, n, "service", "sari");
        made.end(t, n, human, Some(topic));
        t += 600.0;
    };
    talk(&mut made, 1, Some(1), "order", false);
    talk(&mut made, 2, Some(1), "order", false); // again about the same
    talk(&mut made, 3, Some(1), "bill", false); // about something else
    talk(&mut made, 4, Some(2), "order", true); // cannot be settled at once …
    talk(&mut made, 5, Some(2), "order", false); // … and so they call again
    talk(&mut made, 6, None, "order", false);
    // The flow settles three calls; one of the callers calls again after an hour, one after two days.
    for (n, from, t) in [(7, Some(7), 4_000.0), (8, Some(8), 4_001.0), (9, None, 4_003.0)] {
        made.call(t, n, from);
        made.end(t + 0.5, n, resolved, None);
    }
    made.call(7_600.0, 10, Some(7));
    made.end(7_700.0, 10, Outcome::AbandonedInIvr, None);
    made.call(8_000.0 + 2.0 * 86_400.0, 11, Some(8));
    made.end(8_060.0 + 2.0 * 86_400.0, 11, resolved, None);
    let (book, faults) = book_of(&made.entries, DAY, DAY);
    assert_eq!(faults, []);
    let calls = book.calls();
    assert_eq!((calls.calls, calls.anonymous, calls.known), (10, 2, 8));
    assert_eq!((calls.resolved, calls.abandoned, calls.to_human), (3, 1, 6));
    assert_eq!(calls.contained(), Share { part: 3, of: 10 });
    assert_eq!(calls.truly_contained(), Share { part: 1, of: 8 });
    assert_eq!(calls.repeated(), Share { part: 4, of: 8 });
    let first = calls.first;
    assert_eq!((first.handled, first.anonymous), (6, 1));
    assert_eq!(first.gross(), Share { part: 3, of: 5 });
    assert_eq!(first.net(), Share { part: 3, of: 4 });
    assert_eq!(book.tickets()["complaint"].opened, 1);
    assert_eq!(book.tickets()["complaint"].late, 1);
}

#[test]
fn callbacks_are_kept_or_end_in_a_way_that_has_a_name() {
    let mut made = Made::new();
    for (n, tried, how) in [
        (1, Some((100.0, TryResult::Connected)), Some((200.0, CallbackEnd::Done))),
        (2, Some((900.0, TryResult::Connected)), Some((990.0, CallbackEnd::Done))),
        (3, Some((100.0, TryResult::NoAnswer)), Some((700.0, CallbackEnd::Expired))),
        (4, None, None),
    ] {
        let (callback, of) = (u64::from(n), contact(n));
        let asked = Fact::CallbackAsked {
            callback,
            contact: of,
            call: contact(n + 100),
            queue: "service".into(),
            caller: Some(caller(n)),
            language: "id".into(),
            order: at(0.0),
            priority: 5,
            not_before: None,
            expires: at(600.0),
            adapter: None,
            trunk: None,
        };
        made.row(0.0, asked);
        made.enqueue_as(0.0, n, "service", Medium::Callback, false);
        if let Some((t, result)) = tried {
            made.offer(t - 10.0, n, "service", "sari");
            made.answer(t - 5.0, n, "service", "sari");
            let agent = Some("sari".into());
            let (attempt, again) = (1, None);
            let fact = Fact::CallbackTried { callback, contact: of, attempt, agent, result, again };
            made.row(t, fact);
            made.talk_ended(t + 50.0, n, "service", "sari");
        }
        if let Some((t, how)) = how {
            made.row(t, Fact::CallbackEnded { callback, contact: of, how });
        }
    }
    made.entries.sort_by_key(|entry| (entry.epoch, entry.row.at));
    for (seq, entry) in (1..).zip(&mut made.entries) {
        entry.seq = seq;
    }
    let (book, faults) = book_of(&made.entries, DAY, DAY);
    assert_eq!(faults, []);
    let figures = &book.callbacks()["service"];
    assert_eq!((figures.asked, figures.kept, figures.open, figures.tries), (4, 1, 1, 3));
    assert_eq!(figures.ends, [(CallbackEnd::Done, 2), (CallbackEnd::Expired, 1)].into());
    assert_eq!(figures.waits, [secs(100), secs(900)]);
    let total = book.queues()["service"].total();
    assert_eq!((total.offered, total.callbacks, total.callbacks_answered), (0, 4, 3));
    assert_eq!(total.callbacks_waiting, 1);
}

#[test]
fn answers_are_counted_with_how_sure_they_are() {
    let mut made = Made::new();
    for n in 1..=20 {
        let (contact, queue, agent) = (contact(n), Some("service".into()), Some("sari".into()));
        let t = f64::from(n);
        let (q, a) = (queue.clone(), agent.clone());
        made.row(t, Fact::SurveyAsked { contact, queue: q, agent: a, flow_hash: None });
        let mut answer = |question: &str, score| {
            let (queue, agent) = (queue.clone(), agent.clone());
            let question = question.into();
            let fact = Fact::Surveyed { contact, question, score, queue, agent, flow_hash: None };
            made.row(t, fact);
        };
        if n <= 10 {
            answer("csat", if n <= 8 { 5 } else { 2 });
        }
        if n <= 4 {
            answer("nps", [10, 9, 7, 6][usize::try_from(n - 1).expect("small")]);
        }
    }
    let (book, _) = book_of(&made.entries, DAY, DAY);
    let figures = &book.surveys()[&(Some("service".into()), Some("sari".into()))];
    assert_eq!((figures.asked, figures.answered), (20, 10));
    let satisfied = figures.questions["csat"].satisfied();
    assert_eq!(satisfied, Share { part: 8, of: 10 });
    assert_eq!(figures.questions["nps"].promoters(), Some(25.0));
    // Known values: 8 of 10 is 49.0 % to 94.3 %; 0 of 10 is 0 % to 27.8 %.
    for (part, low, high) in [(8, "49.0", "94.3"), (0, "0.0", "27.8"), (10, "72.2", "100.0")] {
        let (from, to) = wilson(Share { part, of: 10 }).expect("answers");
        assert_eq!(format!("{:.1}", 100.0 * from), low);
        assert_eq!(format!("{:.1}", 100.0 * to), high);
    }
    assert_eq!(wilson(Share::default()), None);
}

#[test]
fn tickets_have_a_first_answer_and_an_end() {
    let mut made = Made::new();
    for n in 1..=2 {
        let fact = Fact::TicketOpened {
            ticket: n,
            contact: contact(1),
            sort: "voicemail".into(),
            language: "id".into(),
            owner: None,
            due: Some(at(500.0)),
            recording: None,
            caller: None,
        };
        made.row(0.0, fact);
    }
    let deeds = [
        (30.0, TicketDeed::Assigned, TicketStatus::Open),
        (60.0, TicketDeed::Noted, TicketStatus::Open),
        (300.0, TicketDeed::Closed, TicketStatus::Closed),
    ];
    for (t, did, status) in deeds {
        let (owner, due, by) = (Some("sari".into()), None, "sari".into());
        let (contact, outcome) = (Some(contact(1)), None);
        let changed =
            Fact::TicketChanged { ticket: 1, contact, did, status, outcome, owner, due, by };
        made.row(t, changed);
    }
    let (book, _) = book_of(&made.entries, DAY, DAY);
    let figures = &book.tickets()["voicemail"];
    assert_eq!((figures.opened, figures.closed, figures.late), (2, 1, 1));
    assert_eq!((&*figures.first, &*figures.resolution), (&[secs(60)][..], &[secs(300)][..]));
}
