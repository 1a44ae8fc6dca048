//! `sambung bench` as its users run it.

use crate::sambung;

#[test]
fn the_same_days_are_told_twice_but_for_their_cost() {
    let told = || {
        let arguments = ["bench", "sim", "--seeds", "2", "--calls", "6", "--agents", "1", "--each"];
        let done = sambung(&arguments, "");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        text.lines().filter(|line| !line.contains("CPU")).map(str::to_owned).collect::<Vec<_>>()
    };
    let first = told();
    assert_eq!(first, told());
    assert!(first[0].starts_with("seed 1: ") && first[1].starts_with("seed 2: "), "{first:#?}");
    assert!(first[2].starts_with("2 of 2 days are sound: "), "{first:#?}");
    assert!(first[3].starts_with("fingerprint "), "{first:#?}");
}

#[test]
fn only_those_who_are_named_call_and_wrong_names_are_refused() {
    let base = ["bench", "sim", "--seeds", "1", "--calls", "40", "--without", "all", "--each"];
    let one = sambung(&[&base[..], &["--agents", "0", "--only", "0,2-3"]].concat(), "");
    let told = String::from_utf8_lossy(&one.stdout).into_owned();
    let calls = told.strip_prefix("seed 1: ").and_then(|text| text.split(' ').next());
    let calls: u32 = calls.and_then(|calls| calls.parse().ok()).expect("the number of calls");
    assert!((3..=12).contains(&calls), "three callers, each at most four times: {told}");
    for (wrong, reason) in [
        (["--without", "late-keys"], "the faults are `lost-key`"),
        (["--only", "3-x"], "write it as `3` or `7-9`"),
        (["--hours", "25"], "1..=24"),
    ] {
        let refused = sambung(&[&["bench", "sim"][..], &wrong].concat(), "");
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.contains(reason), "{told}");
    }
}

#[test]
fn a_server_is_called_and_every_call_goes_well() {
    let arguments = ["bench", "calls", "--concurrent", "3", "--rate", "2", "--duration", "1s"];
    let done = sambung(&arguments, "");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    let figures = |head: &str| -> Vec<f64> {
        let mut lines = told.lines().skip_while(|line| !line.trim_start().starts_with(head));
        let row = lines.nth(1).unwrap_or_else(|| panic!("no row below `{head}`:\n{told}"));
        row.split_whitespace().map(|cell| cell.parse().expect("a figure")).collect()
    };
    let (listened, pressed) = (figures("calls  failed"), figures("calls/s"));
    assert_eq!(listened[..2], [3.0, 0.0], "{told}");
    assert!(listened[2] > 0.0, "the server worked: {told}");
    assert_eq!(pressed[..2], [2.0, 0.0], "{told}");
    assert!(pressed[7] > 0.0, "the prompt came after the key: {told}");
    assert!(told.contains(" times the floor: "), "{told}");
}

#[test]
fn the_load_is_for_this_machine_alone() {
    let refused = sambung(&["bench", "calls", "--server", "192.0.2.1:5060"], "");
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("only servers on this machine are called"), "{told}");
    let refused = sambung(&["bench", "floor", "--duration", "2h"], "");
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("write it as `20s` or `2m`"), "{told}");
}
