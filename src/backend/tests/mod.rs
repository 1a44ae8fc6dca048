//! The backend against a scripted HTTP server on loopback, and against the tricks that lead requests astray.

mod astray;
mod exchange;
mod limits;
mod message;

#[path = "../../../tests/support/http.rs"]
pub(crate) mod http;

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::resolver::{Directory, Found};
use super::{AddressRules, Auth, Backend, Method, OperationSettings, Secret, ServiceSettings};
use crate::call::{Argument, Class, Failure, Operation, Reply};
use crate::time::Duration;
use http::{Answer, HttpServer};

/// This machine may be asked: here the test's server is.
fn loopback() -> AddressRules {
    only("127.0.0.0/8")
}

/// Public addresses and one range.
fn only(range: &str) -> AddressRules {
    AddressRules(vec![range.parse().expect("a range")])
}

/// A service on loopback that has the usual operations.
fn service(base: &str) -> ServiceSettings {
    let operation = |method, path: &str, body: &[&str]| OperationSettings {
        method,
        path: path.into(),
        body: body.iter().map(|name| Arc::from(*name)).collect(),
        query: Vec::new(),
        idempotent: true,
        try_limit: Duration::from_millis(500),
    };
    let once = |settings| OperationSettings { idempotent: false, ..settings };
    ServiceSettings {
        base: base.into(),
        auth: Auth::None,
        accepts_secrets: true,
        connect_limit: Duration::from_secs(1),
        concurrency: 32,
        addresses: loopback(),
        operations: BTreeMap::from([
            ("find".into(), operation(Method::Post, "/v1/find", &["id", "pin"])),
            ("order".into(), once(operation(Method::Post, "/v1/order", &["id"]))),
            ("read".into(), operation(Method::Get, "/v1/orders/{id}", &[])),
        ]),
    }
}

/// A node with that one service, called `shop`.
fn backend(settings: ServiceSettings) -> Backend {
    let (backend, errors) = Backend::new(BTreeMap::from([("shop".into(), settings)]), 7);
    assert!(errors.is_empty(), "{errors:?}");
    backend
}

fn argument(name: &str, value: Json, class: Class) -> Argument {
    Argument { name: name.into(), value, class }
}

fn operation(name: &str, with: Vec<Argument>, tries: u32) -> Operation {
    Operation {
        service: "shop".into(),
        operation: name.into(),
        with,
        tries,
        idempotency_key: "call-1/ask/1".into(),
    }
}

/// `find` for order 42.
fn find(tries: u32) -> Operation {
    operation("find", vec![argument("id", json!("42"), Class::Personal)], tries)
}

/// A directory of the test's own.
#[derive(Debug)]
struct Book(BTreeMap<&'static str, Vec<IpAddr>>);

impl Directory for Book {
    fn look_up(&self, name: &str) -> Found {
        let found = self.0.get(name).cloned();
        Box::pin(async move { found.ok_or_else(|| io::Error::other("no such name")) })
    }
}

/// A node with that one service, `shop`, and names of the test's own.
fn backend_with_names(settings: ServiceSettings, names: &[(&'static str, &str)]) -> Backend {
    let mut book: BTreeMap<&'static str, Vec<IpAddr>> = BTreeMap::new();
    for (name, address) in names {
        book.entry(name).or_default().push(address.parse().expect("an address"));
    }
    let directory: Arc<dyn Directory> = Arc::new(Book(book));
    let services = BTreeMap::from([("shop".into(), settings)]);
    let (backend, errors) = Backend::with_directory(services, 7, &directory);
    assert!(errors.is_empty(), "{errors:?}");
    backend
}
