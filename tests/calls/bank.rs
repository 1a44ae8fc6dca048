//! The shipped bank line with the bank's system behind it: identity, balance, cards, people by day and by night.

use sambung::call::{Errand, Failure, Reply};
use sambung::time::{Duration, Wall};
use serde_json::json;

use crate::dialogue::{Dialogue, answer, argument, name};
use crate::stage::Set;

const BANK: &str = include_str!("../../flows/bank.yaml");

/// An account with its check digit (mod 10), and its PIN.
const ACCOUNT: &str = "1234567897";
const PIN: &str = "482916";

/// 2026-03-04 23:00 in Jakarta.
const NIGHT: i64 = 1_772_640_000_000_000;

/// The bank's system, and the store of calls back.
fn core(errand: &Errand) -> (Duration, Reply) {
    match name(errand).as_str() {
        "core.login" if argument(errand, "account") != ACCOUNT => {
            (Duration::from_millis(300), Reply::NotFound)
        }
        "core.login" if argument(errand, "pin") != PIN => {
            answer(300, json!({ "state": "wrong", "token": "" }))
        }
        "core.login" => answer(300, json!({ "state": "ok", "token": "tok-QXZJ" })),
        "core.balance" if argument(errand, "token") == "tok-QXZJ" => {
            answer(300, json!({ "amount": 2_750_000, "currency": "IDR", "at": "14:30" }))
        }
        "core.block_card" if argument(errand, "last4") == "9012" => {
            answer(2_000, json!({ "at": "14:30" }))
        }
        "core.block_card" => (Duration::from_millis(300), Reply::NotFound),
        "callback" => (Duration::ZERO, Reply::Kept("12".into())),
        _ => (Duration::from_millis(300), Reply::Failed(Failure::Error)),
    }
}

fn down(errand: &Errand) -> (Duration, Reply) {
    match errand {
        Errand::Operation(_) => (Duration::from_millis(10), Reply::Failed(Failure::Refused)),
        Errand::Ticket(_) | Errand::Callback(_) => core(errand),
    }
}

/// A caller who has chosen a language, in the morning.
fn open(agents: &[&str], language: &str, world: crate::dialogue::World) -> Dialogue {
    let mut call = Dialogue::begin(Set::of(BANK), agents, world);
    call.press(language);
    call
}

fn said(call: &Dialogue, words: &str) {
    assert!(call.so_far().contains(words), "{words} is missing in\n{}", call.so_far());
}

#[test]
fn a_balance_is_told_after_the_pin_and_then_without_it() {
    let mut call = open(&[], "1", core);
    call.press("2");
    call.press(ACCOUNT);
    call.press(PIN);
    said(
        &call,
        "> Saldo Anda dua juta tujuh ratus lima puluh ribu rupiah pada pukul empat belas tiga puluh",
    );
    call.press("1");
    call.press("3");
    call.press("9012");
    call.press("1");
    said(&call, "> Kartu yang berakhiran sembilan nol satu dua sudah diblokir");
    call.press("2");
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_balance_is_told_in_english_after_a_slip() {
    let mut call = open(&[], "2", core);
    call.press("2");
    call.press("1234567890"); // its check digit is wrong
    call.press(ACCOUNT);
    call.press("000000");
    call.press(ACCOUNT);
    call.press(PIN);
    said(
        &call,
        "> Your balance is two million seven hundred fifty thousand rupiah as of two thirty p.m.",
    );
    call.press("2");
    insta::assert_snapshot!(call.end());
}

#[test]
fn three_wrong_pins_lock_the_line_and_lead_to_a_supervisor_or_a_call_back() {
    let mut call = open(&[], "2", core);
    call.press("2");
    for _ in 0..3 {
        call.press(ACCOUNT);
        call.press("111111");
    }
    said(&call, "> For your safety, your phone access is locked.");
    said(
        &call,
        "> All right, we will call zero eight one one, zero zero zero zero, one one one one within two hours",
    );
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_lost_card_is_blocked_without_a_pin() {
    let mut call = open(&[], "1", core);
    call.press("1");
    call.press(ACCOUNT);
    call.press("9012");
    call.press("1");
    said(&call, "> Mohon tunggu sebentar.");
    call.press("2");
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_lost_card_that_cannot_be_blocked_is_never_left_without_a_person() {
    for (world, card, heard) in [
        (core as crate::dialogue::World, "1111", "> Sorry, we could not find that card."),
        (down, "9012", "> Sorry, we could not block that card from here."),
    ] {
        let mut call = open(&["201"], "2", world);
        call.press("1");
        call.press(ACCOUNT);
        call.press(card);
        call.press("1");
        said(&call, heard);
        let shown = card.get(1..).expect("four digits");
        said(&call, &format!("told [reason=lost, card=***{shown}, verified=false]"));
        call.talk(10);
        call.end();
    }
}

#[test]
fn a_bank_that_cannot_ask_who_it_is_connects_a_person() {
    let mut call = open(&["201"], "2", down);
    call.press("2");
    call.press(ACCOUNT);
    call.press(PIN);
    said(&call, "> Sorry, we could not confirm who you are.");
    call.talk(10);
    insta::assert_snapshot!(call.end());
}

#[test]
fn by_night_a_number_is_rung() {
    let mut set = Set::of(BANK);
    set.wall = Wall::from_unix_micros(NIGHT);
    let mut call = Dialogue::begin(set, &["201"], core);
    call.press("2");
    call.press("4");
    call.talk(10);
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_person_can_be_asked_for_in_the_middle_of_the_check() {
    let mut call = open(&["201"], "2", core);
    call.press("2");
    call.press(ACCOUNT);
    call.press("0#");
    said(&call, "told [reason=balance, verified=false]");
    call.talk(10);
    insta::assert_snapshot!(call.end());
}
