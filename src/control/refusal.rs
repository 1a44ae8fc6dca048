//! How everything is told that cannot be done: one form, with a code for programs, a sentence and a hint for people.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer;

/// What is answered in place of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What is wrong.
    pub error: FaultBody,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultBody {
    /// For programs: it does not change, such as `unknown_agent`.
    pub code: String,
    /// For people: what is wrong.
    pub message: String,
    /// For people: what helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Why something is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    hint: Option<String>,
    /// When to try again, in seconds.
    again: Option<u64>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), hint: None, again: None }
    }

    /// What was asked makes no sense.
    pub(super) fn senseless(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// There is nothing of that name.
    pub(super) fn unknown(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// It makes sense, but not now.
    pub(super) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// The engine does not answer.
    pub(super) fn busy() -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "node_busy", "The node does not answer in time.").again(1)
    }

    /// The engine has ended.
    pub(super) fn gone() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "node_ended", "The node is about to end.")
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) const fn again(mut self, seconds: u64) -> Self {
        self.again = Some(seconds);
        self
    }

    /// As it is answered.
    pub(super) fn into_response(self) -> Response<Body> {
        let body = FaultBody { code: self.code.to_owned(), message: self.message, hint: self.hint };
        let mut response = answer::json(self.status, &Fault { error: body });
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            let way = HeaderValue::from_static("Bearer realm=\"sambung\"");
            headers.insert(header::WWW_AUTHENTICATE, way);
        }
        if let Some(again) = self.again {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(again));
        }
        response
    }
}
