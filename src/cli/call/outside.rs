//! The outside of a console call: real services, faults on request, and a store in memory, which ends with the call.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::assemble::Services;
use crate::backend::{Backend, TOTAL_LIMIT};
use crate::call::{Errand, Failure, Operation, Reply, Request, RequestId};
use crate::cli::print;
use crate::history::{MemoryStore, Store as _, Write, asked, kept};
use crate::runtime::Clock;
use crate::time::{Duration, Instant};

/// The seed of the pauses between tries: the same script gives the same output.
const SEED: u64 = 1;

/// A fault of an operation that is played instead of asking: `orders.find=timeout`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    service: Arc<str>,
    operation: Arc<str>,
    reply: FaultKind,
}

/// What can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FaultKind {
    Timeout,
    Refused,
    Error,
    NotFound,
}

/// The faults to play, by service and operation.
type Faults = BTreeMap<(Arc<str>, Arc<str>), FaultKind>;

/// The outside while a call goes on.
pub(super) struct Outside {
    tokio: Runtime,
    backend: Arc<Backend>,
    services: Services,
    faults: Faults,
    clock: Clock,
    under_way: Vec<UnderWay>,
    /// What gives tickets and callbacks their numbers.
    store: MemoryStore,
}

/// A request on its way.
struct UnderWay {
    request: RequestId,
    /// When the call asked.
    asked: Instant,
    /// How it went, and how long that took.
    work: JoinHandle<(Duration, Reply)>,
}

/// An answer for the call, and what the console says of it.
pub(super) struct Answered {
    pub(super) request: RequestId,
    pub(super) at: Instant,
    pub(super) reply: Reply,
}

/// No such operation is declared.
#[derive(Debug, thiserror::Error)]
#[error("play the fault: no service declares the operation `{0}`")]
pub(super) struct UnknownOperation(String);

/// Reads `SERVICE.OPERATION=KIND`.
pub(super) fn fault(text: &str) -> Result<Fault, String> {
    let expected = "write it as `SERVICE.OPERATION=timeout`, `=refused`, `=error` or `=not_found`";
    let (name, kind) = text.split_once('=').ok_or(expected)?;
    let (service, operation) = name.split_once('.').ok_or(expected)?;
    let reply = match kind {
        "timeout" => FaultKind::Timeout,
        "refused" => FaultKind::Refused,
        "error" => FaultKind::Error,
        "not_found" => FaultKind::NotFound,
        _ => return Err(expected.to_owned()),
    };
    Ok(Fault { service: service.into(), operation: operation.into(), reply })
}

/// Holds the faults to play against the operations that the project declares.
pub(super) fn check_faults(
    faults: &[Fault],
    declared: impl Fn(&str, &str) -> bool,
) -> Result<(), UnknownOperation> {
    match faults.iter().find(|fault| !declared(&fault.service, &fault.operation)) {
        Some(fault) => Err(UnknownOperation(format!("{}.{}", fault.service, fault.operation))),
        None => Ok(()),
    }
}

impl Outside {
    /// Sets the services up.
    pub(super) fn new(services: Services, faults: &[Fault]) -> io::Result<Self> {
        let tokio = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (backend, errors) = Backend::new(services.clone(), SEED);
        errors.iter().for_each(|error| print::error(error));
        let key = |fault: &Fault| (Arc::clone(&fault.service), Arc::clone(&fault.operation));
        let (mut store, clock) = (MemoryStore::default(), Clock::new());
        let begun = store.begin(env!("CARGO_PKG_VERSION"), clock.wall());
        begun.map_err(io::Error::other)?;
        Ok(Self {
            tokio,
            backend: Arc::new(backend),
            services,
            faults: faults.iter().map(|fault| (key(fault), fault.reply)).collect(),
            clock,
            under_way: Vec::new(),
            store,
        })
    }

    /// Takes a request that a call made at `asked`. What needs no service is answered at once.
    pub(super) fn ask(&mut self, asked: Instant, request: &Request) -> Option<Answered> {
        let id = request.id;
        let answered = |after, reply| Some(Answered { request: id, at: asked + after, reply });
        match &request.what {
            Errand::Operation(operation) => match self.fault(operation) {
                Some((after, reply)) => answered(after, reply),
                None => {
                    let (backend, clock) = (Arc::clone(&self.backend), self.clock);
                    let operation = operation.clone();
                    let work = self.tokio.spawn(async move {
                        let began = clock.now();
                        let reply = backend.carry_out(operation).await;
                        (clock.now().since(began), reply)
                    });
                    self.under_way.push(UnderWay { request: id, asked, work });
                    None
                }
            },
            Errand::Ticket(_) | Errand::Callback(_) => answered(Duration::ZERO, self.keep(request)),
        }
    }

    /// Keeps a ticket or a wish to be called back, as long as the console call lasts.
    fn keep(&mut self, request: &Request) -> Reply {
        let row = asked(request, Some(self.store.secret()), self.clock.wall());
        let write = row.map(|row| Write::Row(Box::new(row)));
        let receipts = self.store.commit(write.as_slice());
        let receipt = receipts.ok().and_then(|receipts| receipts.first().copied());
        receipt.map_or(Reply::Failed(Failure::Error), |receipt| kept(&receipt))
    }

    /// Waits for everything that is under way.
    pub(super) fn wait(&mut self) -> Vec<Answered> {
        self.take(|_| true)
    }

    /// What has come back by now.
    #[cfg(feature = "speaker")]
    pub(super) fn poll(&mut self) -> Vec<Answered> {
        self.take(|one| one.work.is_finished())
    }

    fn take(&mut self, which: impl Fn(&UnderWay) -> bool) -> Vec<Answered> {
        let (ready, rest) = std::mem::take(&mut self.under_way).into_iter().partition(which);
        self.under_way = rest;
        let ready: Vec<UnderWay> = ready;
        let end = |one: UnderWay| {
            let broken = (Duration::ZERO, Reply::Failed(Failure::Error));
            let (after, reply) = self.tokio.block_on(one.work).unwrap_or(broken);
            Answered { request: one.request, at: one.asked + after, reply }
        };
        ready.into_iter().map(end).collect()
    }

    /// The fault that is to be played for an operation, and how long it takes.
    fn fault(&self, operation: &Operation) -> Option<(Duration, Reply)> {
        let key = (Arc::clone(&operation.service), Arc::clone(&operation.operation));
        let failed = |failure| Some((Duration::ZERO, Reply::Failed(failure)));
        match self.faults.get(&key)? {
            FaultKind::Timeout => {
                let settings = self.services.get(&key.0).and_then(|one| one.operations.get(&key.1));
                let each = settings.map_or(TOTAL_LIMIT, |one| one.try_limit);
                let all = each.times(operation.tries.max(1).into()).min(TOTAL_LIMIT);
                Some((all, Reply::Failed(Failure::Timeout)))
            }
            FaultKind::Refused => failed(Failure::Refused),
            FaultKind::Error => failed(Failure::Error),
            FaultKind::NotFound => Some((Duration::ZERO, Reply::NotFound)),
        }
    }
}

/// What a request is about, for the screen. It shows no value.
pub(super) fn about(what: &Errand) -> String {
    match what {
        Errand::Operation(Operation { service, operation, .. }) => {
            format!("`{service}.{operation}`")
        }
        Errand::Ticket(ticket) => format!("ticket `{}`", ticket.kind),
        Errand::Callback(callback) => format!("callback of queue `{}`", callback.queue),
    }
}

/// What came of a request, for the screen. It shows no value.
pub(super) fn outcome(reply: &Reply) -> String {
    match reply {
        Reply::Answered(_) => "answered".to_owned(),
        Reply::NotFound => "not found".to_owned(),
        Reply::Failed(failure) => format!("failed: {}", failure.name()),
        Reply::Kept(number) => format!("number {number}; it ends with this console call"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::tests::http::{Answer, HttpServer};
    use crate::backend::{AddressRules, Auth, Method, OperationSettings, ServiceSettings};
    use crate::call::{CallId, Ticket};

    fn services(base: &str) -> Services {
        let find = OperationSettings {
            method: Method::Get,
            path: "/find".into(),
            body: Vec::new(),
            query: Vec::new(),
            idempotent: true,
            try_limit: Duration::from_secs(4),
        };
        let shop = ServiceSettings {
            base: base.into(),
            auth: Auth::None,
            accepts_secrets: false,
            connect_limit: Duration::from_secs(1),
            concurrency: 4,
            addresses: AddressRules(vec!["127.0.0.0/8".parse().expect("a range")]),
            operations: BTreeMap::from([("find".into(), find)]),
        };
        Services::from([("shop".into(), shop)])
    }

    fn request(tries: u32) -> Request {
        let operation = Operation {
            service: "shop".into(),
            operation: "find".into(),
            with: Vec::new(),
            tries,
            idempotency_key: "call/ask/1".into(),
        };
        Request { id: RequestId(1), call: CallId::new(1, 1), what: Errand::Operation(operation) }
    }

    #[test]
    fn faults_are_written_as_operation_and_kind() {
        let read = fault("shop.find=not_found").expect("a fault");
        assert_eq!((&*read.service, &*read.operation), ("shop", "find"));
        for text in ["", "shop.find", "shop=error", "shop.find=slow", "=error"] {
            assert!(fault(text).is_err(), "{text:?}");
        }
        let unknown = check_faults(&[read], |_, operation| operation == "order");
        let message = unknown.expect_err("not declared").to_string();
        assert_eq!(message, "play the fault: no service declares the operation `shop.find`");
    }

    #[test]
    fn a_played_fault_takes_its_time_and_no_network() {
        let asked = Instant::from_micros(1_000_000);
        for (text, tries, after, reply) in [
            ("shop.find=timeout", 1, 4, Reply::Failed(Failure::Timeout)),
            ("shop.find=timeout", 2, 8, Reply::Failed(Failure::Timeout)),
            ("shop.find=timeout", 5, 10, Reply::Failed(Failure::Timeout)),
            ("shop.find=refused", 2, 0, Reply::Failed(Failure::Refused)),
            ("shop.find=error", 2, 0, Reply::Failed(Failure::Error)),
            ("shop.find=not_found", 2, 0, Reply::NotFound),
        ] {
            let faults = [fault(text).expect("a fault")];
            let mut outside =
                Outside::new(services("http://127.0.0.1:1"), &faults).expect("set up");
            let answered = outside.ask(asked, &request(tries)).expect("at once");
            assert_eq!(answered.reply, reply, "{text}");
            assert_eq!(answered.at, asked + Duration::from_secs(after), "{text} {tries}");
            assert!(outside.wait().is_empty());
        }
    }

    #[test]
    fn a_service_is_asked_for_real_and_its_time_counts() {
        let wait = std::time::Duration::from_millis(200);
        let server = HttpServer::always(Answer::Late(wait, Box::new(Answer::ok("true"))));
        let mut outside = Outside::new(services(&server.url()), &[]).expect("set up");
        let asked = Instant::from_micros(1_000_000);
        assert!(outside.ask(asked, &request(1)).is_none(), "it is under way");
        let answered = outside.wait().pop().expect("an answer");
        assert_eq!(answered.reply, Reply::Answered(true.into()));
        assert!(answered.at.since(asked) >= Duration::from_millis(200));
        assert_eq!(server.asked().len(), 1);
    }

    #[test]
    fn a_ticket_is_given_a_number_by_a_store_in_memory() {
        let mut outside = Outside::new(Services::new(), &[]).expect("set up");
        for number in ["1001", "1002"] {
            let ticket = Ticket {
                kind: "complaint".into(),
                with: Vec::new(),
                recording: None,
                due: None,
                language: "id".into(),
            };
            let (id, call) = (RequestId(1), CallId::new(1, 1));
            let request = Request { id, call, what: Errand::Ticket(ticket) };
            let answered = outside.ask(Instant::ZERO, &request).expect("at once");
            assert_eq!(answered.reply, Reply::Kept(number.into()));
        }
    }
}
