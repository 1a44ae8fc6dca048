//! Where values stand in a message, and that they stay there.

use super::*;
use crate::backend::message::{MessageError, write};

fn settings() -> OperationSettings {
    OperationSettings {
        method: Method::Post,
        path: "/members/{member}/orders/{id}.json".into(),
        body: vec!["pin".into(), "note".into(), "list".into()],
        query: vec!["from".into(), "tags".into()],
        idempotent: false,
        try_limit: Duration::from_secs(3),
    }
}

fn written(with: Vec<Argument>) -> Result<(String, Option<String>), MessageError> {
    let base = reqwest::Url::parse("https://shop.example/api/").expect("a URL");
    let message = write(&base, true, &settings(), &operation("x", with, 1))?;
    let body = message.body.map(|body| String::from_utf8(body.to_vec()).expect("text"));
    Ok((message.url.to_string(), body))
}

fn usual(member: &str, id: &str) -> Vec<Argument> {
    vec![argument("member", json!(member), Class::Public), argument("id", json!(id), Class::Public)]
}

#[test]
fn each_value_stands_in_its_place() {
    let mut with = usual("7", "42");
    with.extend([
        argument("note", json!("kata \"dia\"\n"), Class::Personal),
        argument("pin", json!("123456"), Class::Secret),
        argument("list", json!([1, 2.5, true]), Class::Public),
        argument("from", json!("a&b=c d/é"), Class::Public),
        argument("tags", json!(["x", "y z"]), Class::Public),
    ]);
    let (url, body) = written(with).expect("a message");
    assert_eq!(
        url,
        "https://shop.example/api/members/7/orders/42.json?from=a%26b%3Dc+d%2F%C3%A9&tags=x&tags=y+z"
    );
    assert_eq!(
        body.as_deref(),
        Some(r#"{"pin":"123456","note":"kata \"dia\"\n","list":[1,2.5,true]}"#)
    );
}

#[test]
fn no_value_is_null_in_a_body_and_nothing_elsewhere() {
    let mut with = usual("7", "42");
    with.push(argument("note", Json::Null, Class::Public));
    with.push(argument("from", Json::Null, Class::Public));
    let (url, body) = written(with).expect("a message");
    assert_eq!(url, "https://shop.example/api/members/7/orders/42.json");
    assert_eq!(body.as_deref(), Some(r#"{"note":null}"#));
}

#[test]
fn a_value_never_leaves_its_segment_of_the_path() {
    for (value, expected) in [
        ("a/b", Some("a%2Fb")),
        ("../../admin", Some("..%2F..%2Fadmin")),
        ("a?x=1", Some("a%3Fx=1")),
        ("a#b", Some("a%23b")),
        ("%2e%2e", Some("%252e%252e")),
        ("%2F", Some("%252F")),
        ("a\\b", Some("a%5Cb")),
        ("{id}", Some("%7Bid%7D")),
        ("ä b", Some("%C3%A4%20b")),
        ("a;b=c", Some("a;b=c")),
        ("@evil.example", Some("@evil.example")),
        ("", None),
        (".", None),
        ("..", None),
        (".\t.", None),
        ("a\r\nHost: evil.example", None),
        ("\0", None),
    ] {
        let found = written(usual(value, "1"));
        match (expected, found) {
            (Some(segment), Ok((url, _))) => {
                assert_eq!(
                    url,
                    format!("https://shop.example/api/members/{segment}/orders/1.json")
                );
            }
            (None, Err(MessageError::Path(name))) => assert_eq!(*name, *"member", "{value:?}"),
            (_, found) => panic!("{value:?}: {found:?}"),
        }
    }
}

#[test]
fn what_has_no_place_is_refused_without_showing_it() {
    let with = |more: Argument| {
        let mut with = usual("7", "42");
        with.retain(|argument| argument.name != more.name);
        with.push(more);
        with
    };
    for (argument, expected) in [
        (argument("id", json!("777"), Class::Secret), "the secret `id` may stand in a body only"),
        (
            argument("from", json!("777"), Class::Secret),
            "the secret `from` may stand in a body only",
        ),
        (
            argument("colour", json!("777"), Class::Public),
            "the operation has no parameter `colour`",
        ),
        (argument("id", Json::Null, Class::Public), "the parameter `id` has no value"),
        (
            argument("note", json!("7".repeat(1 << 20)), Class::Public),
            "the body is larger than 1 MB",
        ),
    ] {
        let error = written(with(argument)).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    }
    let base = reqwest::Url::parse("https://shop.example").expect("a URL");
    let secret = operation("x", with(argument("pin", json!("777"), Class::Secret)), 1);
    let error = write(&base, false, &settings(), &secret).expect_err("not accepted");
    assert_eq!(error.to_string(), "the service accepts no secret, and `pin` is one");
}

#[test]
fn secrets_are_wiped() {
    let mut value = json!({"pin": "123456", "more": ["123456", 1]});
    let text = match &value {
        Json::Object(fields) => fields["pin"].as_str().map(str::as_ptr),
        _ => None,
    };
    assert!(text.is_some());
    crate::backend::wipe(&mut value);
    assert_eq!(value, Json::Null);
}

#[test]
fn services_that_cannot_be_set_up_are_left_out_and_told() {
    let at = |base: &str| ServiceSettings { addresses: AddressRules::default(), ..service(base) };
    let auth = |auth| ServiceSettings { auth, ..at("https://shop.example") };
    let secret = || Secret::new("bad\nvalue");
    let fine = at("https://shop.example");
    for (settings, expected) in [
        (at("shop.example"), "its base must be a URL such as `https://api.example.com`"),
        (at("ftp://shop.example"), "its base must be an `http` or `https` URL"),
        (at("unix:/run/shop"), "its base must be an `http` or `https` URL"),
        (
            at("https://me:key@shop.example"),
            "its base must be a URL without a user; credentials belong under `auth`",
        ),
        (at("https://shop.example/?key=1"), "its base must be a URL without `?` and `#`"),
        (
            at("http://127.0.0.1:9"),
            "its base names the loopback address 127.0.0.1, which is refused unless `addresses` allows it",
        ),
        (
            at("http://[::1]:9"),
            "its base names the loopback address ::1, which is refused unless `addresses` allows it",
        ),
        (
            at("http://10.0.0.7"),
            "its base names the private address 10.0.0.7, which is refused unless `addresses` allows it",
        ),
        (
            ServiceSettings { concurrency: 0, ..fine.clone() },
            "the number of requests at a time must be from 1 to 10,000",
        ),
        (
            ServiceSettings { connect_limit: Duration::from_secs(11), ..fine },
            "the time to connect must be more than 0 and up to 10 s",
        ),
        (auth(Auth::Bearer(secret())), "the header `authorization` cannot be written"),
        (
            auth(Auth::Header { name: "X Key".into(), value: Secret::new("k") }),
            "the header `X Key` cannot be written",
        ),
        (
            auth(Auth::Mtls { certificate: secret(), key: secret() }),
            "its certificate and key cannot be used",
        ),
    ] {
        let (_, mut errors) = Backend::new(BTreeMap::from([("shop".into(), settings)]), 7);
        let error = errors.pop().unwrap_or_else(|| panic!("no error, but `{expected}`"));
        assert_eq!(error.to_string(), "set up the service `shop`");
        assert_eq!(error.source.to_string(), expected);
    }
    assert_eq!(format!("{:?}", Secret::new("kunci")), "Secret(…)");
}
