//! The shipped shop line with the shop's system behind it: orders, messages, calls back.

use sambung::call::{Errand, Failure, Reply};
use sambung::time::{Duration, Wall};
use serde_json::json;

use crate::dialogue::{Dialogue, answer, argument, name};
use crate::stage::Set;

const TOKO: &str = include_str!("../../flows/toko.yaml");

/// 2026-03-07 20:15 in Jakarta: the Saturday evening before a Sunday without opening hours.
const EVENING: i64 = 1_772_889_300_000_000;

/// The shop's system, and the store of tickets and calls back.
fn world(errand: &Errand) -> (Duration, Reply) {
    if name(errand) != "orders.find" {
        return (Duration::ZERO, Reply::Kept("4711".into()));
    }
    let order = |status: &str, total: u64| json!({ "status": status, "total": total, "eta": "2026-03-06", "note": "not declared" });
    match argument(errand, "id") {
        "123456" => answer(400, order("shipped", 150_000)),
        "0812345678" => answer(400, order("packing", 1_250_500)),
        "200000" => answer(400, order("delivered", 99_000)),
        "300000" => answer(2_000, order("returned", 99_000)),
        "400000" => answer(400, json!({ "status": "paid", "total": "much", "eta": "soon" })),
        "500000" => (Duration::from_secs(6), Reply::Failed(Failure::Timeout)),
        _ => (Duration::from_millis(400), Reply::NotFound),
    }
}

fn no_store(errand: &Errand) -> (Duration, Reply) {
    match errand {
        Errand::Operation(_) => world(errand),
        Errand::Ticket(_) | Errand::Callback(_) => {
            (Duration::from_millis(100), Reply::Failed(Failure::Error))
        }
    }
}

/// A caller who has chosen a language, on a Wednesday morning.
fn open(agents: &[&str], language: &str) -> Dialogue {
    let mut call = Dialogue::begin(Set::of(TOKO), agents, world);
    call.press(language);
    call
}

fn said(call: &Dialogue, words: &str) {
    assert!(call.so_far().contains(words), "{words} is missing in\n{}", call.so_far());
}

#[test]
fn an_order_is_told_in_indonesian() {
    let mut call = open(&[], "1");
    call.press("2");
    call.press("123456#");
    said(&call, "diperkirakan tiba pada enam Maret");
    call.press("1");
    call.press("0812345678");
    said(&call, "satu juta dua ratus lima puluh ribu lima ratus rupiah");
    call.press("3");
    call.press("5");
    insta::assert_snapshot!(call.end());
}

#[test]
fn an_order_is_told_in_english() {
    let mut call = open(&[], "2");
    call.press("2");
    call.press("123456#");
    said(&call, "should arrive on March sixth");
    call.press("1");
    call.press("0812345678");
    said(&call, "one million two hundred fifty thousand five hundred rupiah");
    call.press("1");
    call.press("200000#");
    said(&call, "has been delivered");
    call.press("2");
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_number_that_the_shop_does_not_know_may_be_entered_again() {
    let mut call = open(&["201"], "2");
    call.press("2");
    call.press("999999#");
    call.press("1");
    call.press("99999999#");
    call.press("2");
    call.talk(30);
    insta::assert_snapshot!(call.end());
}

#[test]
fn what_the_shop_cannot_say_a_person_says() {
    // (the order, what is heard on the way to a person)
    for (order, heard) in [
        ("300000", "> One moment while we check."),
        ("400000", "> Sorry, we cannot look up orders right now."),
        ("500000", "> Sorry, we cannot look up orders right now."),
    ] {
        let mut call = open(&["201"], "2");
        call.press("2");
        call.press(&format!("{order}#"));
        said(&call, heard);
        said(&call, "> We are connecting you with a person.");
        said(&call, "rings, told [topic=order, order_no=***000");
        call.talk(10);
        call.end();
    }
}

#[test]
fn a_complaint_is_recorded_heard_out_and_kept_under_a_number() {
    let mut call = open(&[], "1");
    call.press("3");
    call.speak(20, "#");
    call.press("2");
    call.speak(8, "#");
    call.press("1");
    said(&call, "Nomor laporan Anda empat tujuh satu satu");
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_message_that_ends_by_hanging_up_is_kept_without_a_word() {
    let mut call = open(&[], "2");
    call.press("3");
    call.speak(20, "");
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_message_that_gets_no_number_is_still_thanked_for() {
    let mut call = Dialogue::begin(Set::of(TOKO), &[], no_store);
    call.press("2");
    call.press("3");
    call.speak(20, "#");
    call.press("1");
    said(&call, "We have kept your message");
    call.end();
}

#[test]
fn a_caller_in_line_hears_the_place_and_is_called_back() {
    let mut call = open(&["201"], "1");
    call.press("0");
    call.wait(100_000);
    said(&call, "Anda penelepon berikutnya");
    call.press("1");
    said(
        &call,
        "> Baik, kami akan menelepon nol delapan satu satu, nol nol nol nol, satu satu satu satu",
    );
    insta::assert_snapshot!(call.end());
}

#[test]
fn on_a_saturday_evening_the_shop_says_when_it_opens_and_calls_back() {
    let mut set = Set::of(TOKO);
    set.wall = Wall::from_unix_micros(EVENING);
    let mut call = Dialogue::begin(set, &["201"], world);
    call.press("2");
    said(&call, "> Sorry, we are closed now. We open again on Monday at eight in the morning");
    call.press("2");
    call.press("300000#");
    call.press("1");
    said(&call, "> All right, we will call zero eight one one");
    insta::assert_snapshot!(call.end());
}
