//! Messages as they are written and read.

use super::*;

fn round(line: &str) -> String {
    Message::<Event>::read(line.as_bytes()).expect(line).write()
}

#[test]
fn what_is_read_is_written_again() {
    for line in [
        r#"{"at_us":5,"event":"hello","contract":1,"session":"a","capabilities":{"media":"none","digit_sources":["rtp_event"],"speech":false,"record":false,"dial":true,"bridge":true,"transfer":false,"send_digits":false,"headers":false,"mask":true,"simulate":false,"max_calls":20},"calls":[{"call":"c","legs":["l"]}]}"#,
        r#"{"ack":3,"at_us":18446744073709551615,"event":"heartbeat"}"#,
        r#"{"seq":1,"id":7,"event":"rejected","reason":"failed"}"#,
        r#"{"seq":2,"call":"c","leg":"l","event":"offered","called":"100","caller":"+62811","asserted":true,"dtmf":true,"headers":{"X":"y"}}"#,
        r##"{"seq":3,"leg":"l","event":"digit","symbol":"#","source":"info","pressed_at_us":4,"duration_ms":120}"##,
        r#"{"seq":4,"leg":"l","event":"said","text":"halo","confidence":0.5,"final":true}"#,
        r#"{"seq":5,"leg":"l","event":"ringing"}"#,
    ] {
        assert_eq!(round(line), line);
    }
    let command = Message {
        envelope: Envelope { id: Some(1), ..Envelope::default() },
        body: Command::Unbridge(Empty {}),
    };
    assert_eq!(command.write(), r#"{"id":1,"command":"unbridge"}"#);
    assert_eq!(Message::<Command>::read(command.write().as_bytes()).expect("ours"), command);
}

#[test]
fn unknown_fields_are_passed_over_and_unknown_words_kept() {
    assert_eq!(
        round(r#"{"event":"ringing","seq":1,"colour":"red"}"#),
        r#"{"seq":1,"event":"ringing"}"#
    );
    let told = Message::<Event>::read(br#"{"event":"sang","song":1}"#).expect("an object");
    assert_eq!(told.body, Event::Unknown("sang".to_owned()));
}

#[test]
fn what_is_no_message_says_why() {
    let long = format!(r#"{{"event":"said","text":"{}"}}"#, "x".repeat(MAX_LINE));
    for (line, why) in [
        ("", "no JSON object"),
        ("[]", "it is another value"),
        ("{\"seq\":1}", "a line has no `event`"),
        (r#"{"event":"digit","symbol":5}"#, "`digit` is malformed"),
        (r#"{"event":"digit","symbol":"5","seq":-1}"#, "`digit` is malformed"),
        (r#"{"event":"offered"}"#, "missing field `called`"),
        (&long, "longer than 65536 bytes"),
        ("\u{0}", "no JSON object"),
    ] {
        let error = Message::<Event>::read(line.as_bytes()).expect_err(why).to_string();
        assert!(error.contains(why), "{error}");
    }
    assert!(Message::<Event>::read(b"{\"event\":\"said\",\"text\":\"\xff\"}").is_err(), "UTF-8");
}
