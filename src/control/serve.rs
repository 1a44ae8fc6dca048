//! From a request to its answer: who asks, whether they may, what is done.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Query, RawPathParams, Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::{MethodFilter, on};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

use super::asked::{self, Asked};
use super::door::{Door, Source};
use super::events::{self, Followed};
use super::guard::{Guard, Tokens};
use super::keys::{MAX_KEY, OrderKey, Outcome};
use super::node::Node;
use super::refusal::Refusal;
use super::settings::Settings;
use super::table::{DataOperation, Method, Needs, Operation, ROUTES, Route, TicketOperation};
use super::{agents, answer, calls, data, metrics, node, openapi, queues, tickets, today};
use crate::engine::AgentOrder;
use crate::runtime::{Clock, Handle};

/// The most bytes of a body.
const MAX_BODY: usize = 64 * 1_024;
/// The header of an order that may come twice.
const KEY: &str = "idempotency-key";
/// The header by which a reader of events says what it has seen.
const SEEN: &str = "last-event-id";

/// The control interface, at its address.
#[derive(Debug)]
pub struct Control {
    door: Door,
    address: SocketAddr,
    /// Where the figures are, if they have an address of their own.
    figures: Option<(Door, SocketAddr)>,
    guard: Arc<Mutex<Guard>>,
}

/// It cannot be reached where it should be.
#[derive(Debug, thiserror::Error)]
#[error("start the control interface on {address}")]
pub struct ControlError {
    /// Where.
    pub address: SocketAddr,
    /// Why.
    #[source]
    pub source: io::Error,
}

impl Control {
    /// Takes the addresses; nobody is answered yet. Within a tokio runtime.
    ///
    /// # Errors
    /// When an address is not to be had.
    pub async fn bind(settings: Settings) -> Result<Self, ControlError> {
        let (door, address) = open(settings.listen).await?;
        let figures = match settings.metrics {
            Some(address) => Some(open(address).await?),
            None => None,
        };
        let guard = Arc::new(Mutex::new(Guard::new(settings.tokens)));
        Ok(Self { door, address, figures, guard })
    }

    /// Where it is reached.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the figures are.
    #[must_use]
    pub fn metrics(&self) -> SocketAddr {
        self.figures.as_ref().map_or(self.address, |(_, address)| *address)
    }

    /// The way to other tokens while it answers.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        Tokens(Arc::clone(&self.guard))
    }

    /// Answers until it is dropped.
    pub async fn run(self, handle: Handle, clock: Clock, followed: Option<Followed>) {
        let open_figures = self.metrics().ip().is_loopback();
        let node = Arc::new(Node::new(handle, clock, self.guard, open_figures, followed));
        let following = today::follow(Arc::clone(&node));
        let Some((figures, _)) = self.figures else {
            let all = answer_at(self.door, router(node, |_| true));
            tokio::join!(all, following);
            return;
        };
        let is_figure = |route: &Route| route.operation == Operation::Metrics;
        let rest = answer_at(self.door, router(Arc::clone(&node), |route| !is_figure(route)));
        tokio::join!(rest, answer_at(figures, router(node, is_figure)), following);
    }
}

async fn open(address: SocketAddr) -> Result<(Door, SocketAddr), ControlError> {
    let error = |source| ControlError { address, source };
    let listener = TcpListener::bind(address).await.map_err(error)?;
    let at = listener.local_addr().map_err(error)?;
    Ok((Door::new(listener), at))
}

async fn answer_at(door: Door, router: Router) {
    let service = router.into_make_service_with_connect_info::<Source>();
    if let Err(error) = axum::serve(door, service).await {
        tracing::error!(%error, "The control interface ended.");
    }
}

/// Those routes that are meant.
fn router(node: Arc<Node>, meant: impl Fn(&Route) -> bool) -> Router {
    let mut router = Router::new();
    for route in ROUTES.iter().filter(|route| meant(route)) {
        let method = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let handler = move |State(node): State<Arc<Node>>,
                            ConnectInfo(from): ConnectInfo<Source>,
                            path: RawPathParams,
                            request: Request| async move {
            let path =
                path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            match take(&node, route, from, path, request).await {
                Ok(response) => response,
                Err(refusal) => refusal.into_response(),
            }
        };
        router = router.route(route.path, on(method, handler));
    }
    router.fallback(unknown).method_not_allowed_fallback(wrong_method).with_state(node)
}

async fn unknown() -> Response<Body> {
    let refusal = Refusal::unknown("unknown_route", "There is nothing at this address.");
    refusal.hint("`GET /v1/openapi.json` tells what there is.").into_response()
}

async fn wrong_method() -> Response<Body> {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let refusal = Refusal::new(status, "wrong_method", "This address is not asked in that way.");
    refusal.hint("`GET /v1/openapi.json` tells which way.").into_response()
}

async fn take(
    node: &Node,
    route: &Route,
    from: Source,
    path: std::collections::BTreeMap<String, String>,
    request: Request,
) -> Result<Response<Body>, Refusal> {
    let (parts, body) = request.into_parts();
    let who = match route.needs {
        Needs::Nothing => None,
        Needs::Figures if node.open_figures => None,
        Needs::Figures
        | Needs::Read
        | Needs::See
        | Needs::Change
        | Needs::Supervise
        | Needs::SeeTickets
        | Needs::WorkTickets
        | Needs::Administer => Some(node.who(from, &parts.headers)?),
    };
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map_err(|_| Refusal::senseless("wrong_query", "The query cannot be read."))?;
    let mut asked = Asked { who, path, query: Default::default(), body: Vec::new() };
    let about = route.path.contains("{agent}").then(|| asked.agent()).transpose()?;
    if let Some(who) = &asked.who
        && !who.may(route.needs, about.as_ref())
    {
        let message = format!("The token `{}` does not open this.", who.name);
        let refusal = Refusal::new(StatusCode::FORBIDDEN, "not_allowed", message);
        return Err(
            refusal.hint("`role` under `control.tokens` in sambung.yaml says what a token opens.")
        );
    }
    asked.query = asked::query(query.0, route.query)?;
    if let (Operation::Events, Some(seen)) = (route.operation, parts.headers.get(SEEN)) {
        // Readers that come back by themselves ask by the header for what follows what they saw last.
        asked.query.insert("after".to_owned(), String::from_utf8_lossy(seen.as_bytes()).into());
    }
    asked.body = to_bytes(body, MAX_BODY).await.map_err(|_| too_large())?.to_vec();
    match route.method {
        Method::Get => carry_out(node, route.operation, &asked).await,
        Method::Post => once(node, route, &asked, &parts.headers).await,
    }
}

fn too_large() -> Refusal {
    let message = format!("The body is not whole, or larger than {MAX_BODY} bytes.");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}

/// Carries an order out, once for each key.
async fn once(
    node: &Node,
    route: &Route,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refusal> {
    let key = order_key(asked, headers)?;
    // What is handed out of people is not kept: each time is one.
    let Some(key) = key.filter(|_| route.operation != Operation::Data(DataOperation::Export))
    else {
        return carry_out(node, route.operation, asked).await;
    };
    let what = Sha256::new().chain_update(route.path).chain_update([0]);
    let what =
        asked.path.values().fold(what, |what, name| what.chain_update(name).chain_update([0]));
    let what = what.chain_update(&asked.body).finalize().into();
    let keys = || node.keys.lock().unwrap_or_else(PoisonError::into_inner);
    let told = keys().take(node.now(), &key, what)?;
    if let Some(outcome) = told {
        return Ok(answer::text(outcome.status, "application/json", outcome.body.to_vec()));
    }
    let mut under_way = UnderWay { node, key: Some(key) };
    let response = match carry_out(node, route.operation, asked).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    };
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    // What the node could not do for now may be tried again.
    if !parts.status.is_server_error() {
        under_way.came_to(Outcome { status: parts.status, body: Bytes::clone(&body) });
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// An order with a key. If nothing comes of it, even because whoever ordered has gone, it may be tried again.
struct UnderWay<'a> {
    node: &'a Node,
    key: Option<OrderKey>,
}

impl UnderWay<'_> {
    fn came_to(&mut self, outcome: Outcome) {
        if let Some(key) = self.key.take() {
            self.keys().done(&key, Some(outcome));
        }
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, super::keys::Keys> {
        self.node.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.keys().done(&key, None);
        }
    }
}

fn order_key(asked: &Asked, headers: &HeaderMap) -> Result<Option<OrderKey>, Refusal> {
    let Some(written) = headers.get(KEY) else { return Ok(None) };
    let key = written.to_str().ok().filter(|key| (1..=MAX_KEY).contains(&key.len()));
    let Some(key) = key else {
        let message = format!("`Idempotency-Key` must be 1 to {MAX_KEY} characters.");
        return Err(Refusal::senseless("wrong_key", message));
    };
    let name = asked.who.as_ref().map(|who| who.name.clone()).unwrap_or_default();
    Ok(Some((name, key.into())))
}

async fn carry_out(
    node: &Node,
    operation: Operation,
    asked: &Asked,
) -> Result<Response<Body>, Refusal> {
    const OK: StatusCode = StatusCode::OK;
    match operation {
        Operation::ListAgents => {
            let (after, limit) = (asked.query.get("after").cloned(), asked.limit()?);
            let list = node.visit(move |visit| agents::list(visit, after.as_deref(), limit));
            Ok(answer::json(OK, &list.await?))
        }
        Operation::ShowAgent => {
            let agent = asked.agent()?;
            Ok(answer::json(OK, &node.visit(move |visit| agents::show(visit, &agent)).await??))
        }
        Operation::ChangeAgent => order(node, asked, agents::wanted(asked)?).await,
        Operation::FreeAgent => order(node, asked, AgentOrder::Free).await,
        Operation::ListQueues => {
            let mut list = node.visit(|visit| queues::list(visit)).await?;
            node.with_today(&mut list.queues);
            Ok(answer::json(OK, &list))
        }
        Operation::ShowQueue => {
            let queue = asked.queue()?;
            let mut shown = node.visit(move |visit| queues::show(visit, &queue)).await??;
            node.with_today([&mut shown.view]);
            Ok(answer::json(OK, &shown))
        }
        Operation::Explain => {
            let (queue, agent) = (asked.queue()?, asked.agent_in_query());
            let contact = asked.contact_in_query()?;
            let told = node.visit(move |visit| queues::explain(visit, &queue, contact, &agent));
            Ok(answer::json(OK, &told.await??))
        }
        Operation::ChangeContact => {
            let (contact, by, change) = (asked.contact()?, asked.by(), asked.read()?);
            let told =
                node.visit(move |visit| queues::change(visit, contact, &change, by.as_ref()));
            Ok(answer::json(OK, &told.await??))
        }
        Operation::ListOffers => {
            Ok(answer::json(OK, &node.visit(|visit| queues::offers(visit)).await?))
        }
        Operation::Tickets(operation) => work_on_tickets(node, operation, asked).await,
        Operation::Data(operation) => care_for_data(node, operation, asked).await,
        Operation::ListCalls => {
            let after = asked.query.get("after").map(|text| asked::contact(text)).transpose()?;
            let limit = asked.limit()?;
            let list = node.visit(move |visit| calls::list(visit, after, limit));
            Ok(answer::json(OK, &list.await?))
        }
        Operation::ShowNode => Ok(answer::json(OK, &node.visit(|visit| node::show(visit)).await?)),
        Operation::Health => {
            node.visit(|_| ()).await?;
            Ok(answer::json(OK, &node.stands("ok")))
        }
        Operation::Ready => {
            let standing = node.standing().await?;
            let ready = standing.status == "ok";
            let status = if ready { OK } else { StatusCode::SERVICE_UNAVAILABLE };
            Ok(answer::json(status, &standing))
        }
        Operation::Metrics => tell_metrics(node).await,
        Operation::Events => events::follow(node, asked).await,
        Operation::Document => Ok(answer::json(OK, &openapi::document())),
    }
}

async fn work_on_tickets(
    node: &Node,
    operation: TicketOperation,
    asked: &Asked,
) -> Result<Response<Body>, Refusal> {
    if operation == TicketOperation::List {
        return Ok(answer::json(StatusCode::OK, &tickets::list(node, asked).await?));
    }
    let told = match operation {
        TicketOperation::List | TicketOperation::Show => tickets::show(node, asked).await,
        TicketOperation::Assign => tickets::assign(node, asked).await,
        TicketOperation::Note => tickets::note(node, asked).await,
        TicketOperation::Close => tickets::close(node, asked).await,
    };
    Ok(answer::json(StatusCode::OK, &told?))
}

async fn care_for_data(
    node: &Node,
    operation: DataOperation,
    asked: &Asked,
) -> Result<Response<Body>, Refusal> {
    const OK: StatusCode = StatusCode::OK;
    Ok(match operation {
        DataOperation::Export => answer::json(OK, &data::export(node, asked).await?),
        DataOperation::Erase => answer::json(OK, &data::erase(node, asked).await?),
        DataOperation::Expire => answer::json(OK, &data::expire(node).await?),
    })
}

async fn tell_metrics(node: &Node) -> Result<Response<Body>, Refusal> {
    let mut figures = node.visit(|visit| metrics::take(visit)).await?;
    node.with_today(&mut figures.queues);
    let text = metrics::told(&figures, node.followed.as_ref()).into_bytes();
    Ok(answer::text(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text))
}

async fn order(node: &Node, asked: &Asked, order: AgentOrder) -> Result<Response<Body>, Refusal> {
    let (agent, by) = (asked.agent()?, asked.by());
    let view = node.visit(move |visit| agents::change(visit, &agent, order, by));
    Ok(answer::json(StatusCode::OK, &view.await??))
}
