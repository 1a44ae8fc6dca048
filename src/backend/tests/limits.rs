//! Many at a time, stuck services, circuits.

use super::*;
use tokio::task::JoinSet;
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_stuck_requests_hold_up_nobody_else() {
    let stuck = HttpServer::always(Answer::Hangs);
    let well = HttpServer::always(Answer::ok("true"));
    let services = BTreeMap::from([
        ("stuck".into(), service(&stuck.url())),
        ("shop".into(), service(&well.url())),
    ]);
    let (backend, errors) = Backend::new(services, 7);
    assert!(errors.is_empty(), "{errors:?}");
    let backend = Arc::new(backend);
    let mut asking = JoinSet::new();
    for _ in 0..1_000 {
        let backend = Arc::clone(&backend);
        asking.spawn(async move {
            backend.carry_out(Operation { service: "stuck".into(), ..find(1) }).await
        });
    }
    tokio::task::yield_now().await;
    for _ in 0..20 {
        assert_eq!(backend.carry_out(find(1)).await, Reply::Answered(json!(true)));
    }
    let mut replies: BTreeMap<String, u32> = BTreeMap::new();
    while let Some(reply) = asking.join_next().await {
        *replies.entry(format!("{:?}", reply.expect("runs"))).or_default() += 1;
    }
    let count = |name: &str| replies.get(&format!("Failed({name})")).copied().unwrap_or_default();
    assert_eq!(count("timeout") + count("busy") + count("circuit_open"), 1_000, "{replies:?}");
    assert!(count("busy") >= 1_000 - 32 - 4 * 32, "{replies:?}");
    assert!(stuck.asked().len() <= 64, "{} at a time", stuck.asked().len());
}

#[tokio::test]
async fn a_service_that_keeps_failing_is_not_asked() {
    let server = HttpServer::start(|number, _| {
        Answer::Says(if number < 10 { 500 } else { 200 }, "1".into())
    });
    let backend = backend(service(&server.url()));
    for _ in 0..10 {
        assert_eq!(backend.carry_out(find(1)).await, Reply::Failed(Failure::Error));
    }
    for _ in 0..10 {
        assert_eq!(backend.carry_out(find(2)).await, Reply::Failed(Failure::CircuitOpen));
    }
    assert_eq!(server.asked().len(), 10);
}

#[tokio::test]
async fn what_is_not_found_opens_no_circuit() {
    let server = HttpServer::always(Answer::Says(404, "{}".into()));
    let backend = backend(service(&server.url()));
    for _ in 0..30 {
        assert_eq!(backend.carry_out(find(1)).await, Reply::NotFound);
    }
    assert_eq!(server.asked().len(), 30);
}

#[tokio::test]
async fn all_tries_end_within_their_time() {
    let server = HttpServer::always(Answer::Hangs);
    let backend = backend(service(&server.url()));
    let began = Instant::now();
    assert_eq!(backend.carry_out(find(3)).await, Reply::Failed(Failure::Timeout));
    let took = began.elapsed().as_millis();
    assert!((1_700..3_500).contains(&took), "three tries of 500 ms and two pauses: {took} ms");
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn what_is_not_set_up_is_unavailable() {
    let backend = backend(service("http://127.0.0.1:9"));
    let unknown = Operation { service: "nobody".into(), ..find(1) };
    assert_eq!(backend.carry_out(unknown).await, Reply::Failed(Failure::Unavailable));
    let nothing = operation("dance", Vec::new(), 1);
    assert_eq!(backend.carry_out(nothing).await, Reply::Failed(Failure::Unavailable));
}

#[test]
fn pauses_vary_by_half_and_come_from_the_seed() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let pauses = |seed| -> Vec<u64> {
        let _inside = runtime.as_ref().expect("a runtime").enter();
        let (backend, _) = Backend::new(BTreeMap::new(), seed);
        (0..200).map(|_| backend.pause().as_millis()).collect()
    };
    let some = pauses(1);
    assert!(some.iter().all(|millis| (100..=300).contains(millis)), "{some:?}");
    assert!(some.iter().any(|millis| *millis < 140) && some.iter().any(|millis| *millis > 260));
    assert_eq!(some, pauses(1));
    assert_ne!(some, pauses(2));
}
