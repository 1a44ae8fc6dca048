//! The shipped flows called from the console, with a small server in place of the shop's and the bank's own systems.

use serde_json::{Value as Json, json};

use crate::http::{Answer, Asked, HttpServer};
use crate::sambung_with;

/// A Wednesday morning.
const AT: &str = "2026-03-04 10:00 Asia/Jakarta";

/// An account with its check digit (mod 10), its PIN, and the token that the bank gives for them.
const ACCOUNT: &str = "1234567897";
const PIN: &str = "482916";
const TOKEN: &str = "tokQXZJWVK";

/// The key that each server wants to see.
const KEY: &str = "keyQXZJGHY";

/// Calls a flow; what is shown and what is told beside it.
fn call(flow: &str, server: Option<&HttpServer>, script: &str) -> (String, String) {
    let url = server.map(HttpServer::url).unwrap_or_default();
    let mut variables = vec![("SAMBUNG_LOG", "trace"), ("NIGHT_DESK", "+62215550100")];
    if server.is_some() {
        variables.extend([("ORDERS_URL", &*url), ("CORE_URL", &*url)]);
        variables.extend([("ORDERS_TOKEN", KEY), ("CORE_KEY", KEY)]);
    }
    let arguments = ["call", flow, "--at", AT, "--caller", "+6281100001111"];
    let output = sambung_with(&variables, &arguments, script);
    let error = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success(), "{error}");
    (String::from_utf8(output.stdout).expect("text"), error)
}

fn body(asked: &Asked) -> Json {
    serde_json::from_str(&asked.body).expect("a body of JSON")
}

/// The shop's system.
fn shop(_: usize, asked: &Asked) -> Answer {
    let order = match body(asked)["id"].as_str() {
        Some("123456") => json!({ "status": "shipped", "total": 150_000, "eta": "2026-03-06" }),
        Some("0812345678") => {
            json!({ "status": "packing", "total": 1_250_500, "eta": "2026-03-06" })
        }
        _ => return Answer::Says(404, String::new()),
    };
    Answer::ok(&order.to_string())
}

/// The bank's system.
fn core(_: usize, asked: &Asked) -> Answer {
    let body = body(asked);
    let known = body["token"] == TOKEN && body["account"] == ACCOUNT;
    let answer = match asked.target.as_str() {
        "/v1/phone/login" if body["pin"] == PIN => json!({ "state": "ok", "token": TOKEN }),
        "/v1/phone/login" => json!({ "state": "wrong", "token": "" }),
        "/v1/phone/balance" if known => {
            json!({ "amount": "2750000", "currency": "IDR", "at": "14:30" })
        }
        "/v1/cards/block" if body["last4"] == "9012" => json!({ "at": "14:30:05" }),
        _ => return Answer::Says(404, String::new()),
    };
    Answer::ok(&answer.to_string())
}

fn all_said(shown: &str, lines: &[&str]) {
    let mut rest = shown;
    for line in lines {
        let found = rest.split_once(line);
        assert!(found.is_some(), "{line} is missing or too early in\n{shown}");
        rest = found.map_or("", |(_, after)| after);
    }
}

#[test]
fn the_shop_tells_orders_in_indonesian() {
    let server = HttpServer::start(shop);
    let script = "1\n2\n123456#\n1\n0812345678\n1\n777777#\n2\n/agent answer\n/agent hangup\n5\n";
    let (shown, _) = call("flows/toko.yaml", Some(&server), script);
    all_said(
        &shown,
        &[
            "* `orders.find`: answered.",
            "> Pesanan satu dua tiga, empat lima enam sudah dikirim dan diperkirakan tiba pada enam Maret",
            "> Pesanan nol delapan satu dua",
            "Nilainya satu juta dua ratus lima puluh ribu lima ratus rupiah",
            "* `orders.find`: not found.",
            "> Maaf, nomor itu tidak kami temukan.",
            "rings: service · order · 0 s [topic=order, order_no=***777, call.from=***111]",
            "\"csat\": 5",
        ],
    );
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    for request in &asked {
        assert_eq!((&*request.method, &*request.target), ("POST", "/v1/orders/find"));
        assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
    }
    assert_eq!(body(&asked[1]), json!({ "id": "0812345678" }), "a zero in front stays");
}

#[test]
fn the_shop_calls_back_and_goes_on_without_its_system_in_english() {
    let server = HttpServer::start(shop);
    let (shown, _) = call("flows/toko.yaml", Some(&server), "2\n0\n\n\n\n\n\n\n1\n");
    all_said(
        &shown,
        &[
            "> You are next.",
            "> To be called back without losing your place",
            "> All right, we will call zero eight one one, zero zero zero zero, one one one one",
        ],
    );
    let (shown, _) =
        call("flows/toko.yaml", None, "2\n2\n123456#\n\n/agent answer\n/agent hangup\n5\n");
    all_said(
        &shown,
        &[
            "* `orders.find`: failed: unavailable.",
            "> Sorry, we cannot look up orders right now.",
            "[topic=order, order_no=***456, call.from=***111]",
        ],
    );
    assert!(server.asked().is_empty());
}

#[test]
fn the_bank_checks_the_pin_tells_the_balance_and_blocks_a_card() {
    let server = HttpServer::start(core);
    let script = format!("2\n2\n{ACCOUNT}\n111111\n{ACCOUNT}\n{PIN}\n1\n3\n9012\n1\n2\n");
    let (shown, told) = call("flows/bank.yaml", Some(&server), &script);
    all_said(
        &shown,
        &[
            "* `core.login`: answered.",
            "> Sorry, that account number and PIN do not match. Please try again.",
            "* `core.login`: answered.",
            "* `core.balance`: answered.",
            "> Your balance is two million seven hundred fifty thousand rupiah as of two thirty p.m.",
            "* `core.block_card`: answered.",
            "> The card ending in nine zero one two is now blocked",
        ],
    );
    let asked = server.asked();
    let targets: Vec<&str> = asked.iter().map(|request| &*request.target).collect();
    let expected = ["/v1/phone/login", "/v1/phone/login", "/v1/phone/balance", "/v1/cards/block"];
    assert_eq!(targets, expected);
    assert!(asked.iter().all(|request| request.headers["x-api-key"] == KEY));
    assert_eq!(body(&asked[1]), json!({ "account": ACCOUNT, "pin": PIN }));
    assert_eq!(
        body(&asked[3]),
        json!({ "account": ACCOUNT, "last4": "9012", "reason": "block" }),
        "the account that was checked"
    );
    // What was typed into the script is shown as it was typed; nothing else shows a secret.
    let shown: Vec<&str> = shown.lines().filter(|line| !line.starts_with("| ")).collect();
    let all = shown.join("\n") + &told;
    for secret in [PIN, "111111", TOKEN, KEY] {
        assert!(!all.contains(secret), "`{secret}` is found");
    }
}

#[test]
fn the_bank_blocks_a_lost_card_without_a_pin_and_rings_a_number_by_night() {
    let server = HttpServer::start(core);
    let script = format!("1\n1\n{ACCOUNT}\n9012\n1\n2\n");
    let (shown, _) = call("flows/bank.yaml", Some(&server), &script);
    all_said(&shown, &["> Kartu yang berakhiran sembilan nol satu dua sudah diblokir"]);
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(body(&asked[0])["reason"], "lost");

    let output = sambung_with(
        &[("NIGHT_DESK", "+62215550100")],
        &["call", "flows/bank.yaml", "--at", "2026-03-04 23:00 Asia/Jakarta"],
        "2\n4\n",
    );
    let shown = String::from_utf8(output.stdout).expect("text");
    all_said(&shown, &["* Transfer to +62215550100."]);
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(told.contains("warning: service `core` is left out"), "{told}");
}
