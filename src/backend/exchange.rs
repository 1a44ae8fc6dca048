//! One try: the message goes out, redirects are followed within bounds, the answer is read.

use std::borrow::Cow;
use std::error::Error;

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use reqwest::{Response, StatusCode, Url};
use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::message::Message;
use super::resolver::NotAllowed;
use super::service::{Service, literal};
use super::settings::Method;
use crate::call::Failure;

/// The most redirects that are followed.
const MAX_REDIRECTS: u32 = 3;
/// The most bytes of an answer.
const MAX_ANSWER: usize = 1 << 20;
/// The header that lets a service carry a write out once, however often it is asked
/// (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How a try went.
#[derive(Debug)]
pub(super) enum Tried {
    /// An answer.
    Answered(Json),
    /// The service knows no such thing.
    NotFound,
    /// No use of it.
    Failed(Trouble),
}

/// What went wrong with a try.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) failure: Failure,
    /// Whether another try may go better.
    pub(super) again: bool,
    /// What happened, for the log. Holds no value of the call.
    pub(super) why: Cow<'static, str>,
}

impl Trouble {
    /// Trouble that another try would meet again.
    fn lasting(failure: Failure, why: impl Into<Cow<'static, str>>) -> Self {
        Self { failure, again: false, why: why.into() }
    }

    /// Trouble that may be over at the next try.
    pub(super) fn passing(failure: Failure, why: impl Into<Cow<'static, str>>) -> Self {
        Self { failure, again: true, why: why.into() }
    }
}

/// Makes one try.
pub(super) async fn exchange(
    service: &Service,
    method: Method,
    key: &str,
    message: &Message,
) -> Tried {
    follow(service, method, key, message).await.unwrap_or_else(Tried::Failed)
}

/// What is sent next.
struct Step {
    url: Url,
    method: Method,
    body: Option<Bytes>,
}

async fn follow(
    service: &Service,
    method: Method,
    key: &str,
    message: &Message,
) -> Result<Tried, Trouble> {
    let mut step = Step { url: message.url.clone(), method, body: message.body.clone() };
    for _ in 0..=MAX_REDIRECTS {
        let response = send(service, key, &step).await?;
        match response.status() {
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(Tried::NotFound),
            status if status.is_success() => return Ok(Tried::Answered(read(response).await?)),
            status if status.is_redirection() => step = redirected(service, step, &response)?,
            status => {
                let why = format!("it answered {}", status.as_u16());
                // Only trouble of the service itself passes; what it refuses once it refuses again.
                let again = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
                return Err(Trouble { failure: Failure::Error, again, why: why.into() });
            }
        }
    }
    Err(Trouble::lasting(Failure::Error, "it redirects too often"))
}

async fn send(service: &Service, key: &str, step: &Step) -> Result<Response, Trouble> {
    // A literal address never meets the resolver, so it is checked here.
    if literal(&step.url).is_some_and(|address| !service.rules.allow(address)) {
        return Err(Trouble::lasting(Failure::Refused, "its address is not allowed"));
    }
    let method = match step.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut request = service.client(&step.url).request(method, step.url.clone());
    request = request.header(ACCEPT, JSON);
    // Nothing but the question itself goes to another host.
    if service.is_home(&step.url) {
        request = request.headers(service.identity.clone());
        if step.method != Method::Get {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
    }
    if let Some(body) = &step.body {
        request = request.header(CONTENT_TYPE, JSON).body(body.clone());
    }
    request.send().await.map_err(|error| trouble(&error))
}

/// Where a redirect leads, RFC 9110 §15.4; refused where it would carry something out of the house.
fn redirected(service: &Service, step: Step, response: &Response) -> Result<Step, Trouble> {
    let refuse = |why: &'static str| Err(Trouble::lasting(Failure::Error, why));
    let keeps_method = match response.status() {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => {
            step.method == Method::Get
        }
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
        _ => return refuse("it answers with a redirect that cannot be followed"),
    };
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let Some(url) = location.and_then(|location| step.url.join(location).ok()) else {
        return refuse("it redirects to no URL");
    };
    if !matches!(url.scheme(), "http" | "https")
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return refuse("it redirects to a URL that is not followed");
    }
    if step.url.scheme() == "https" && url.scheme() == "http" {
        return refuse("it redirects from `https` to `http`");
    }
    let (method, body) = if keeps_method { (step.method, step.body) } else { (Method::Get, None) };
    if !service.is_home(&url) && (method != Method::Get || body.is_some()) {
        return refuse("it redirects a write to another host");
    }
    Ok(Step { url, method, body })
}

/// Reads an answer up to its bound. An empty one is `null`.
async fn read(mut response: Response) -> Result<Json, Trouble> {
    let too_large = || Trouble::lasting(Failure::BadShape, "its answer is larger than 1 MB");
    let announced =
        response.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced > MAX_ANSWER {
        return Err(too_large());
    }
    // What is outgrown would be left behind as it was: an answer may hold a secret.
    let mut answer = Zeroizing::new(Vec::with_capacity(announced));
    while let Some(part) = response.chunk().await.map_err(|error| trouble(&error))? {
        let size = answer.len().saturating_add(part.len());
        if size > MAX_ANSWER {
            return Err(too_large());
        }
        if size > answer.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(size.saturating_mul(2)));
            larger.extend_from_slice(&answer);
            answer = larger;
        }
        answer.extend_from_slice(&part);
    }
    if answer.is_empty() {
        return Ok(Json::Null);
    }
    serde_json::from_slice(&answer)
        .map_err(|_| Trouble::lasting(Failure::BadShape, "its answer is not JSON"))
}

fn trouble(error: &reqwest::Error) -> Trouble {
    if causes(error).any(|cause| cause.is::<NotAllowed>()) {
        return Trouble::lasting(
            Failure::Refused,
            "its name leads to an address that is not allowed",
        );
    }
    let failure = if error.is_timeout() {
        Failure::Timeout
    } else if error.is_connect() {
        Failure::Refused
    } else {
        Failure::Error
    };
    // The innermost cause; the outer ones would show the URL.
    let why = causes(error)
        .last()
        .map_or_else(|| "the exchange broke off".to_owned(), ToString::to_string);
    Trouble::passing(failure, why)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}
