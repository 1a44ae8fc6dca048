//! What flows tell about their data before a call: no false alarm, and each true one with its path.

use crate::call::Class;
use crate::flow::{Compiled, Facts, Format, Sources, compile};

fn compiled(nodes: &str) -> Compiled {
    let text = format!("sambung: 1\nflow: t\nlanguage: id\nstart: a\n{nodes}");
    compile(&Sources::one("t.yaml", text.as_bytes()), &Facts::default())
}

/// The findings of a flow about its data, one a line.
fn told(nodes: &str) -> Vec<String> {
    let list = compiled(nodes).diagnostics.list;
    let other = ["N", "E0204", "W0203", "W0205", "W0207", "W0208", "W03", "W04", "W07"];
    let told = list.iter().filter(|found| !other.iter().any(|o| found.code().starts_with(o)));
    told.map(|finding| format!("{} {}", finding.code(), finding.message)).collect()
}

const SERVICE: &str = "
services:
  core:
    base: { env: CORE_URL }
    accepts: secret
    types: { Session: { state: text, token: text }, Balance: { amount: money(IDR) } }
    operations:
      login: { post: /login, body: { account: digits, pin: pin }, returns: Session }
      balance: { post: /balance, body: { account: digits, token: text }, returns: Balance }
";

/// Two ways, one setting `lost`, the other `account`; a PIN that a subflow checks; a branch that asks what is set.
const BANK: &str = "
vars:
  account: { type: digits, class: personal }
  lost: { type: digits, class: personal }
  token: { type: text }
  balance: { type: core.Balance }
nodes:
  a:
    menu: Silakan pilih ya.
    choices: { 1: lost_in, 2: known, 3: block }
    failed: bye
  lost_in:
    collect: Masukkan nomor rekening.
    into: lost
    as: { type: digits, length: 10 }
    ok: more
    failed: bye
  more: { say: Baik kalau begitu., next: a }
  known:
    branch: [{ when: is_set(token) and is_set(account), goto: ask }]
    else: verify
  verify:
    call: verify
    returns: { account: account, token: token }
    ok: ask
    refused: bye
    failed: bye
  ask:
    http: core.balance
    with: { account: =account, token: =token }
    into: balance
    ok: tell
    failed: bye
  tell: { say: 'Saldo {balance.amount}.', next: a }
  block:
    branch: [{ when: not is_set(lost) and not is_set(account), goto: bye }]
    else: note
  note: { set: { lost: '=if(is_set(lost), lost, account)' }, next: last }
  last: { note: { account: =account, token_seen: =is_set(balance) }, next: said }
  said: { say: 'Rekening {lost:digits}.', next: bye }
  bye: { hangup: Terima kasih banyak. }
subflows:
  verify:
    returns: { account: digits, token: text }
    outcomes: [ok, refused]
    vars:
      account: { type: digits, class: personal }
      pin: { type: digits, class: secret }
      session: { type: core.Session }
      tries: { type: int, start: 0 }
    start: account_in
    nodes:
      account_in:
        collect: Masukkan nomor rekening.
        into: account
        as: { type: digits, length: 10 }
        ok: pin_in
      pin_in:
        collect: Masukkan PIN Anda.
        into: pin
        as: { type: digits, length: 6 }
        record_call: pause
        ok: check
      check:
        http: core.login
        with: { account: =account, pin: =pin }
        into: session
        forget: [pin]
        ok: judge
        failed: refuse
      judge:
        branch:
          - { when: session.state == \"ok\", goto: good }
          - { when: tries >= 3, goto: refuse }
        else: count
      count: { set: { tries: =tries + 1 }, next: pin_in }
      refuse: { return: refused }
      good: { return: ok, with: { account: =account, token: =session.token } }
";

#[test]
fn ways_that_set_different_variables_give_no_false_alarm() {
    assert_eq!(told(&format!("{BANK}{SERVICE}")), Vec::<String>::new());
}

#[test]
fn a_value_that_only_one_outcome_returns_is_missed_on_the_other() {
    let text = format!("{BANK}{SERVICE}").replace("    refused: bye\n", "    refused: ask\n");
    assert_eq!(
        told(&text),
        [
            "E0502 `account` may be empty here: the path a -> known -> verify -> ask does not set it",
            "E0502 `token` may be empty here: the path a -> known -> verify -> ask does not set it",
        ]
    );
    let text = format!("{BANK}{SERVICE}")
        .replace("account: =account, token: =session.token", "account: =account");
    assert_eq!(
        told(&text),
        ["E0502 `token` may be empty here: the path a -> known -> verify -> ask does not set it"]
    );
}

#[test]
fn a_forgotten_variable_is_empty_and_a_command_carries_nothing_along() {
    let text = format!("{BANK}{SERVICE}").replace("else: count", "else: check");
    assert_eq!(
        told(&text),
        [
            "E0502 `pin` may be empty here: the path a -> … -> verify.account_in -> \
             verify.pin_in -> verify.check -> verify.judge -> verify.check does not set it",
            "W0201 no call can reach node `verify.count`",
        ]
    );
    let nodes = "commands: { \"0\": person }\nvars: { number: { type: digits } }\nnodes:\n  a:\n    collect: \
                 Masukkan nomor.\n    into: number\n    as: { type: digits }\n    ok: person\n    failed: bye\n  \
                 person: { say: 'Nomor {number:digits}.', next: bye }\n  bye: { hangup: Sampai jumpa. }\n";
    assert_eq!(
        told(nodes),
        ["E0502 `number` may be empty here: the path a -> person does not set it"]
    );
}

#[test]
fn classes_follow_values_and_answers() {
    let compiled = compiled(&format!("{BANK}{SERVICE}"));
    let printed = compiled.diagnostics.render_all(Format::Short);
    let flow = compiled.flow().expect(&printed);
    let class = |name: &str| flow.variables.get(name).map(|variable| variable.class);
    // The token is a field of an answer to a PIN: personal, and so is the variable it is returned into.
    for (name, expected) in [
        ("account", Class::Personal),
        ("token", Class::Personal),
        ("balance", Class::Personal),
        ("verify.pin", Class::Secret),
        ("verify.session", Class::Personal),
        ("verify.tries", Class::Public),
    ] {
        assert_eq!(class(name), Some(expected), "{name}");
    }
}

#[test]
fn conditions_that_decide_are_left_alone_and_others_are_told() {
    let branch = |when: &str| {
        format!(
            "vars: {{ topic: {{ type: text, start: general }}, score: {{ type: int }}, seen: {{ type: bool, start: false }} \
             }}\nnodes:\n  a:\n    menu: Silakan pilih.\n    choices: {{ 1: {{ goto: b, set: {{ topic: order, seen: true \
             }} }}, 2: b }}\n    failed: b\n  b:\n    collect: Berapa nilainya?\n    into: score\n    as: {{ type: int, \
             min: 1, max: 5 }}\n    ok: c\n    failed: d\n  c:\n    branch: [{{ when: '{when}', goto: d }}]\n    else: \
             d\n  d: {{ note: {{ a: =topic, b: =score, c: =seen }}, next: e }}\n  e: {{ hangup: Sampai jumpa. }}\n"
        )
    };
    for (when, message) in [
        ("topic == \"order\"", None),
        ("topic == \"general\" and score > 2 and not seen", None),
        ("topic != call.language", None),
        ("score >= 5 or is_set(call.from)", None),
        ("topic == \"ordr\"", Some("the condition is always false: `topic` is never `ordr`")),
        ("topic in [\"order\", \"general\"]", Some("the condition is always true")),
        (
            "topic == \"ordr\" and call.from == \"1\"",
            Some("the condition is always false: `topic` is never `ordr`"),
        ),
        ("score > 5", Some("the condition is always false")),
        ("is_set(score)", Some("the condition is always true")),
        ("length(call.from) < 0", Some("the condition is always false")),
        ("1 < 2", Some("the condition is always true")),
    ] {
        let expected: Vec<String> = message.iter().map(|text| format!("W0507 {text}")).collect();
        assert_eq!(told(&branch(when)), expected, "{when}");
    }
}
