//! What a service can do and what becomes of it; redirects; who is shown what.

use super::*;

fn late(millis: u64, answer: Answer) -> Answer {
    Answer::Late(std::time::Duration::from_millis(millis), Box::new(answer))
}

/// Holds what a service does against what becomes of it, row by row.
async fn hold(rows: impl IntoIterator<Item = (&str, Answer, Reply)>) {
    for (name, answer, expected) in rows {
        let server = HttpServer::always(answer);
        let reply = backend(service(&server.url())).carry_out(find(1)).await;
        assert!(reply == expected, "{name}: {reply:?}, expected {expected:?}");
    }
}

fn raw(text: &str) -> Answer {
    Answer::Writes(text.as_bytes().to_vec())
}

const fn failed(failure: Failure) -> Reply {
    Reply::Failed(failure)
}

#[tokio::test]
async fn every_status_has_its_reply() {
    hold([
        (
            "an object",
            Answer::ok(r#"{"status":"packing"}"#),
            Reply::Answered(json!({"status": "packing"})),
        ),
        ("created", Answer::Says(201, "7".into()), Reply::Answered(json!(7))),
        ("nothing", Answer::Says(204, String::new()), Reply::Answered(Json::Null)),
        ("a little late", late(100, Answer::ok("1")), Reply::Answered(json!(1))),
        (
            "until the end of the connection",
            raw("HTTP/1.1 200 OK\r\n\r\n{}"),
            Reply::Answered(json!({})),
        ),
        (
            "in chunks",
            raw(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n",
            ),
            Reply::Answered(json!([1])),
        ),
        (
            "just below the bound",
            Answer::Floods((1 << 20) - (1 << 16)),
            Reply::Answered(json!("a".repeat((1 << 20) - (1 << 16)))),
        ),
        ("not found", Answer::Says(404, "{}".into()), Reply::NotFound),
        ("gone", Answer::Says(410, "x".into()), Reply::NotFound),
        ("refused by the service", Answer::Says(400, "{}".into()), failed(Failure::Error)),
        ("forbidden", Answer::Says(403, "{}".into()), failed(Failure::Error)),
        ("too many", Answer::Says(429, "{}".into()), failed(Failure::Error)),
        ("broken", Answer::Says(500, "{}".into()), failed(Failure::Error)),
        ("overloaded", Answer::Says(503, "{}".into()), failed(Failure::Error)),
        ("not modified", Answer::Says(304, String::new()), failed(Failure::Error)),
    ])
    .await;
}

#[tokio::test]
async fn an_answer_that_is_none_is_a_failure() {
    hold([
        ("not JSON", Answer::ok("<html>"), failed(Failure::BadShape)),
        ("half of JSON", Answer::ok(r#"{"a":"#), failed(Failure::BadShape)),
        ("two answers", Answer::ok("{}{}"), failed(Failure::BadShape)),
        ("nested without end", Answer::ok(&"[".repeat(100_000)), failed(Failure::BadShape)),
        (
            "not text",
            Answer::Writes(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\"\xff\"".to_vec()),
            failed(Failure::BadShape),
        ),
        ("too large", Answer::Floods(3 << 20), failed(Failure::BadShape)),
        (
            "too large by its own word",
            raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{}"),
            failed(Failure::BadShape),
        ),
        (
            "shorter than its own word",
            raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"),
            failed(Failure::Error),
        ),
        ("no HTTP", raw("hello\r\n\r\n"), failed(Failure::Error)),
        ("closed without a word", Answer::Closes, failed(Failure::Error)),
        ("too late", late(5_000, Answer::ok("1")), failed(Failure::Timeout)),
        ("never", Answer::Hangs, failed(Failure::Timeout)),
        (
            "drop by drop",
            Answer::Drips(std::time::Duration::from_millis(50), "[1,2,3,4,5,6,7,8,9,10]".into()),
            failed(Failure::Timeout),
        ),
        ("a redirect to nowhere", Answer::Says(302, String::new()), failed(Failure::Error)),
        ("a redirect to no URL", Answer::Redirects(302, "http://[".into()), failed(Failure::Error)),
        (
            "a redirect to a file",
            Answer::Redirects(302, "file:///etc/passwd".into()),
            failed(Failure::Error),
        ),
        ("a redirect without end", Answer::Redirects(307, "/again".into()), failed(Failure::Error)),
    ])
    .await;
}

#[tokio::test]
async fn where_nobody_listens_it_is_refused() {
    let port = HttpServer::always(Answer::Closes).port();
    let backend = backend(service(&format!("http://127.0.0.1:{port}")));
    assert_eq!(backend.carry_out(find(1)).await, Reply::Failed(Failure::Refused));
}

#[tokio::test]
async fn a_failed_try_is_repeated_only_as_asked_for_and_only_where_that_is_safe() {
    for (name, failures, answer, asked_for, tries, expected) in [
        ("find", 1, Answer::Says(500, String::new()), 2, 2, Reply::Answered(json!(1))),
        ("find", 1, Answer::Closes, 2, 2, Reply::Answered(json!(1))),
        ("find", 1, Answer::Hangs, 2, 2, Reply::Answered(json!(1))),
        ("find", 1, Answer::Says(429, String::new()), 2, 2, Reply::Answered(json!(1))),
        ("find", 2, Answer::Says(500, String::new()), 3, 3, Reply::Answered(json!(1))),
        ("find", 9, Answer::Says(500, String::new()), 1, 1, Reply::Failed(Failure::Error)),
        ("find", 9, Answer::Says(500, String::new()), 2, 2, Reply::Failed(Failure::Error)),
        ("find", 9, Answer::Says(500, String::new()), 99, 5, Reply::Failed(Failure::Error)),
        ("find", 9, Answer::Says(400, String::new()), 2, 1, Reply::Failed(Failure::Error)),
        ("find", 9, Answer::Says(404, String::new()), 2, 1, Reply::NotFound),
        ("find", 9, Answer::ok("no"), 2, 1, Reply::Failed(Failure::BadShape)),
        ("order", 9, Answer::Says(500, String::new()), 2, 1, Reply::Failed(Failure::Error)),
        ("order", 9, Answer::Hangs, 2, 1, Reply::Failed(Failure::Timeout)),
    ] {
        let row = format!("{name} {asked_for} {answer:?}");
        let server =
            HttpServer::start(
                move |number, _| {
                    if number < failures { answer.clone() } else { Answer::ok("1") }
                },
            );
        let with = vec![argument("id", json!("42"), Class::Personal)];
        let reply =
            backend(service(&server.url())).carry_out(operation(name, with, asked_for)).await;
        assert_eq!(reply, expected, "{row}");
        let asked = server.asked();
        assert_eq!(asked.len(), tries, "{row}");
        for one in &asked {
            assert_eq!(one.headers["idempotency-key"], "call-1/ask/1", "the same for every try");
            assert_eq!(one.body, r#"{"id":"42"}"#, "{row}");
        }
    }
}

#[tokio::test]
async fn redirects_are_followed_three_times_at_home() {
    let server = HttpServer::start(|_, asked| match asked.target.as_str() {
        "/v1/orders/3" => Answer::Redirects(302, "/2".into()),
        "/v1/orders/4" => Answer::Redirects(301, "/3".into()),
        "/3" => Answer::Redirects(307, "/2".into()),
        "/2" => Answer::Redirects(308, "1".into()),
        "/v1/find" => Answer::Redirects(303, "/1".into()),
        "/v1/order" => Answer::Redirects(307, "/0".into()),
        _ => Answer::ok("true"),
    });
    let backend = backend(ServiceSettings {
        auth: Auth::Bearer(Secret::new("kunci")),
        ..service(&server.url())
    });
    let read = |id: &str| operation("read", vec![argument("id", json!(id), Class::Public)], 1);
    assert_eq!(backend.carry_out(read("4")).await, Reply::Answered(json!(true)));
    let path: Vec<_> = server.asked().into_iter().map(|asked| asked.target).collect();
    assert_eq!(path, ["/v1/orders/4", "/3", "/2", "/1"]);
    assert!(server.asked().iter().all(|asked| asked.headers["authorization"] == "Bearer kunci"));

    assert_eq!(backend.carry_out(find(1)).await, Reply::Answered(json!(true)));
    let last = server.asked().pop().expect("asked");
    assert_eq!((last.method.as_str(), last.body.as_str()), ("GET", ""), "303 only reads");
    assert!(!last.headers.contains_key("idempotency-key"));

    let order = operation("order", vec![argument("id", json!("42"), Class::Public)], 1);
    assert_eq!(backend.carry_out(order).await, Reply::Answered(json!(true)));
    let last = server.asked().pop().expect("asked");
    assert_eq!(
        (last.method.as_str(), last.body.as_str()),
        ("POST", r#"{"id":"42"}"#),
        "307 keeps all"
    );
}

#[tokio::test]
async fn another_host_gets_the_question_and_nothing_else() {
    let other = HttpServer::always(Answer::ok("true"));
    let elsewhere = format!("{}/elsewhere", other.url());
    let server = HttpServer::start(move |_, _| Answer::Redirects(307, elsewhere.clone()));
    let settings = service(&server.url());
    for auth in [
        Auth::Bearer(Secret::new("kunci")),
        Auth::Basic { user: "toko".into(), password: Secret::new("kunci") },
        Auth::Header { name: "X-Key".into(), value: Secret::new("kunci") },
    ] {
        let backend = backend(ServiceSettings { auth, ..settings.clone() });
        let with = vec![argument("id", json!("42"), Class::Public)];
        assert_eq!(
            backend.carry_out(operation("read", with, 1)).await,
            Reply::Answered(json!(true))
        );
        assert_eq!(
            backend.carry_out(find(1)).await,
            Reply::Failed(Failure::Error),
            "a body stays at home"
        );
    }
    let shown: Vec<_> = server.asked().into_iter().map(|asked| asked.headers).collect();
    assert_eq!(shown[0]["authorization"], "Bearer kunci");
    assert_eq!(shown[2]["authorization"], "Basic dG9rbzprdW5jaQ==");
    assert_eq!(shown[4]["x-key"], "kunci");
    let asked = other.asked();
    assert_eq!(asked.len(), 3);
    for one in asked {
        let names: Vec<_> = one.headers.keys().map(String::as_str).collect();
        assert_eq!(names, ["accept", "host", "user-agent"]);
        assert_eq!(one.target, "/elsewhere");
    }
}
