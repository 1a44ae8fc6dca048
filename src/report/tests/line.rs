//! Service levels, abandons and the balance of a line.

use super::made::{Made, at, contact, secs};
use super::{DAY, book_of};
use crate::history::{AgentStatus, Exit, Fact, Medium, OfferResult};
use crate::report::{Level, Wrong};
use crate::time::Duration;

/// The published data set: 1,000 answered, 860 of them in time; 60 abandoned, 20 in time, 10 of those short.
#[test]
fn the_published_data_set_comes_to_its_figures() {
    let mut made = Made::new();
    let mut n = 0;
    for (count, wait, answered) in [
        (860, 12.0, true),
        (140, 45.0, true),
        (10, 3.0, false),
        (10, 14.0, false),
        (40, 90.0, false),
    ] {
        for _ in 0..count {
            n += 1;
            let t = f64::from(n) / 100.0;
            if answered { made.served(t, n, wait, 100.0) } else { made.gave_up(t, n, wait) }
        }
    }
    made.entries.sort_by_key(|entry| entry.row.at);
    for (seq, entry) in (1..).zip(&mut made.entries) {
        entry.seq = seq;
    }
    let (book, faults) = book_of(&made.entries, DAY, DAY);
    assert_eq!(faults, [], "the rows follow each other");
    let total = book.queues()["service"].total();
    assert_eq!((total.offered, total.answered, total.abandoned), (1_060, 1_000, 60));
    for (level, percent) in [
        (Level::One, "83.0"),
        (Level::Two, "86.0"),
        (Level::Three, "81.1"),
        (Level::Four, "82.7"),
        (Level::Five, "82.1"),
        (Level::FiveB, "81.9"),
    ] {
        let ratio = level.share(&total).ratio().expect("contacts");
        assert_eq!(format!("{:.1}", 100.0 * ratio), percent, "{level:?}");
    }
    assert_eq!(Level::Four.id(secs(20), secs(5)), "SL#4/20s/short=5s");
    assert_eq!((total.abandonment().part, total.abandonment().of), (50, 1_050));
    assert_eq!((total.abandonment_raw().part, total.abandonment_raw().of), (60, 1_060));
}

#[test]
fn a_wait_of_exactly_the_limit_is_within_it() {
    let micro = 0.000_001;
    // Wait, answered?, in time?, short?
    for (wait, answered, in_time, short) in [
        (20.0, true, 1, 0),
        (20.0 + micro, true, 0, 0),
        (20.0, false, 1, 0),
        (20.0 + micro, false, 0, 0),
        (5.0, false, 1, 1),
        (5.0 + micro, false, 1, 0),
        (0.0, false, 1, 1),
    ] {
        let mut made = Made::new();
        if answered {
            made.served(0.0, 1, wait, 60.0)
        } else {
            made.gave_up(0.0, 1, wait)
        }
        let (book, _) = book_of(&made.entries, DAY, DAY);
        let total = book.queues()["service"].total();
        assert_eq!(total.answered_in_time + total.abandoned_in_time, in_time, "{wait} {answered}");
        assert_eq!(total.short, short, "{wait} {answered}");
    }
}

#[test]
fn each_way_out_is_counted_once() {
    let mut made = Made::new();
    for (n, how) in (1..).zip([
        Exit::Abandoned,
        Exit::AbandonedRinging,
        Exit::Key,
        Exit::Timeout,
        Exit::Unstaffed,
        Exit::Closed,
        Exit::Callback,
        Exit::Voicemail,
        Exit::Moved,
        Exit::Lost,
        Exit::Withdrawn,
        Exit::System,
    ]) {
        made.enqueue(f64::from(n), n, "service");
        made.leave(f64::from(n) + 0.5, n, "service", how);
    }
    made.enqueue(30.0, 13, "service");
    let (book, faults) = book_of(&made.entries, DAY, DAY);
    assert_eq!(faults, []);
    let total = book.queues()["service"].total();
    assert_eq!((total.offered, total.abandoned, total.abandoned_ringing), (13, 2, 1));
    assert_eq!((total.other(), total.lost, total.waiting), (9, 1, 1));
    assert_eq!(total.exits[&Exit::Callback], 1, "a callback that was chosen is no abandon");
}

#[test]
fn a_node_that_dies_loses_those_who_waited_and_no_place_that_is_taken_up() {
    let mut made = Made::new();
    for n in 1..=4 {
        made.call(f64::from(n), n, Some(n));
        made.enqueue(f64::from(n), n, "service");
    }
    made.enqueue_as(5.0, 5, "service", Medium::Callback, false);
    made.agent(6.0, "sari", AgentStatus::Ready, None);
    made.offer(7.0, 4, "service", "sari");
    // The epoch ends without a word. One row of the next tells of a loss, one caller rings again within a minute.
    made.start(60.0);
    made.leave(60.0, 1, "service", Exit::Lost);
    made.call(90.0, 9, Some(2));
    made.enqueue_as(92.0, 9, "service", Medium::Voice, true);
    made.offer(100.0, 9, "service", "sari");
    made.answer(101.0, 9, "service", "sari");
    made.talk_ended(161.0, 9, "service", "sari");
    let (book, faults) = book_of(&made.entries, DAY, DAY);
    assert_eq!(faults, []);
    let figures = &book.queues()["service"];
    let total = figures.total();
    // No row says of the second caller that they were lost, and their place was taken up.
    assert_eq!((total.offered, total.lost, total.answered, total.waiting), (4, 3, 1, 0));
    assert_eq!(total.back, 0);
    assert_eq!(total.callbacks_waiting, 1, "who waits to be called back loses nothing");
    assert_eq!(total.misses[&OfferResult::Lost], 1);
    assert_eq!(book.calls().unknown, 5);
}

#[test]
fn who_was_told_lost_and_calls_again_goes_on_where_they_stood() {
    let mut made = Made::new();
    made.call(0.0, 1, Some(7));
    made.enqueue(0.0, 1, "service");
    made.start(60.0);
    made.leave(60.0, 1, "service", Exit::Lost);
    made.call(90.0, 2, Some(7));
    made.enqueue_as(92.0, 2, "service", Medium::Voice, true);
    made.offer(100.0, 2, "service", "sari");
    made.answer(101.0, 2, "service", "sari");
    let (book, faults) = book_of(&made.entries, DAY, DAY);
    assert_eq!(faults, []);
    let figures = &book.queues()["service"];
    let total = figures.total();
    assert_eq!((total.offered, total.lost, total.answered, total.back), (1, 0, 1, 0));
    assert_eq!(figures.waits, [secs(101)], "the wait is that since the first entry");
}

#[test]
fn a_return_after_an_answer_is_not_offered_twice() {
    let mut made = Made::new();
    made.call(0.0, 1, Some(1));
    made.enqueue(0.0, 1, "service");
    made.offer(2.0, 1, "service", "sari");
    made.answer(3.0, 1, "service", "sari");
    made.talk_ended(13.0, 1, "service", "sari");
    made.enqueue_as(13.0, 1, "service", Medium::Voice, true);
    made.leave(20.0, 1, "service", Exit::Abandoned);
    let (book, faults) = book_of(&made.entries, DAY, DAY);
    assert_eq!(faults, []);
    let total = book.queues()["service"].total();
    assert_eq!((total.offered, total.answered, total.abandoned, total.back), (1, 1, 0, 1));
}

#[test]
fn rows_that_cannot_be_are_told() {
    let mut made = Made::new();
    made.leave(1.0, 1, "service", Exit::Abandoned);
    made.enqueue(2.0, 2, "service");
    made.enqueue(3.0, 2, "other");
    made.answer(4.0, 3, "service", "sari");
    made.talk_ended(5.0, 4, "service", "sari");
    made.miss(6.0, 2, "other", "sari", OfferResult::Busy);
    let agent = "sari".into();
    let handed = Fact::HandedOver {
        contact: contact(3),
        queue: None,
        from: None,
        to: Some(agent),
        attended: false,
    };
    made.row(7.0, handed);
    made.row(8.0, Fact::NodeStopped {});
    made.entries.last_mut().expect("rows").seq += 3;
    made.entries.last_mut().expect("rows").row.at = at(8.0);
    made.row(9.0, Fact::NodeStopped {});
    let (_, faults) = book_of(&made.entries, DAY, DAY);
    let wrong: Vec<Wrong> = faults.iter().map(|fault| fault.wrong).collect();
    use Wrong::{Gap, NoOffer, NoTalk, NotInLine, Order, TwiceInLine, TwiceTalking};
    assert_eq!(
        wrong,
        [NotInLine, TwiceInLine, NotInLine, NoTalk, NoOffer, TwiceTalking, Gap, Order]
    );
}

#[test]
fn a_history_whose_beginning_is_gone_is_no_fault() {
    let mut made = Made::new();
    made.served(0.0, 1, 10.0, 60.0);
    made.gave_up(100.0, 2, 30.0);
    // Retention took everything up to the middle of the first talk.
    let rest: Vec<_> = made.entries.split_off(6);
    let (book, faults) = book_of(&rest, DAY, DAY);
    assert_eq!(faults, []);
    assert_eq!(book.queues()["service"].total().offered, 1);
}

#[test]
fn told_waits_are_held_against_those_that_came() {
    let mut made = Made::new();
    made.enqueue(0.0, 1, "service");
    for (t, expected) in [(0.0, 60), (50.0, 200)] {
        let fact = Fact::Announced {
            contact: contact(1),
            queue: "service".into(),
            position: Some(1),
            expected_us: Some(expected * 1_000_000),
        };
        made.row(t, fact);
    }
    made.offer(80.0, 1, "service", "sari");
    made.answer(80.0, 1, "service", "sari");
    let (book, _) = book_of(&made.entries, DAY, DAY);
    let estimates = book.queues()["service"].estimates;
    // 60 told and 80 came: close. 200 told and 30 came: not.
    assert_eq!((estimates.count, estimates.close), (2, 1));
    let error = ((20.0_f64.powi(2) + 170.0_f64.powi(2)) / 2.0).sqrt() / 55.0;
    assert!((estimates.error().expect("waits") - error).abs() < 1e-9);
    assert_eq!(book.queues()["service"].waits, [Duration::from_secs(80)]);
}
