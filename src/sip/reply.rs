//! An answer to a request of theirs, before it is a message.

use bytes::Bytes;
use sipx_sip::{HeaderName, Request, Response};

use super::write::{self, Doorstep};

/// What to answer.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// 100–699.
    status: u16,
    /// What is said beside the status where its usual phrase would tell too little.
    phrase: Option<String>,
    /// Our tag, for a `To` that has none.
    tag: Option<u64>,
    /// Where we are reached, in answers that make or refresh a dialog.
    contact: Option<Doorstep>,
    /// Further header fields.
    headers: Vec<(String, String)>,
    /// The session description.
    sdp: Bytes,
}

impl Reply {
    /// An answer with nothing but its status.
    pub(super) fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// Says what was wrong: the phrase beside the status.
    pub(super) fn because(mut self, phrase: &str) -> Self {
        self.phrase = Some(phrase.to_owned());
        self
    }

    /// Puts our tag into `To`.
    pub(super) fn tag(mut self, tag: u64) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Makes it an answer that makes or refreshes a dialog: `Contact`, `Record-Route` and `Allow`.
    pub(super) fn contact(mut self, doorstep: Doorstep) -> Self {
        self.contact = Some(doorstep);
        self
    }

    /// Adds one header field.
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds header fields.
    pub(super) fn headers(mut self, headers: Vec<(String, String)>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// Adds `Retry-After`, in seconds.
    pub(super) fn retry_after(self, seconds: Option<u32>) -> Self {
        match seconds {
            Some(seconds) => self.header("Retry-After", &seconds.to_string()),
            None => self,
        }
    }

    /// Sets the session description.
    pub(super) fn sdp(mut self, sdp: Bytes) -> Self {
        self.sdp = sdp;
        self
    }

    /// Whether the answer says that a tag is wanted: every one but 100 (RFC 3261 §8.2.6.2).
    pub(super) fn wants_tag(&self) -> bool {
        self.tag.is_none() && self.status > 100
    }

    /// Whether it says where we are reached.
    pub(super) fn is_doorstep(&self) -> bool {
        self.contact.is_some()
    }

    /// The message.
    pub(super) fn to_request(&self, request: &Request, server: Option<&str>) -> Response {
        let mut response = write::response(request, self.status, self.tag);
        if let Some(phrase) = &self.phrase {
            response.reason = Bytes::copy_from_slice(phrase.as_bytes());
        }
        let headers = &mut response.headers;
        if let Some(doorstep) = self.contact {
            write::copy_record_route(request, headers);
            write::add(headers, HeaderName::Contact, write::contact(doorstep));
            write::add(headers, HeaderName::Allow, write::ALLOW);
        }
        if let Some(server) = server.filter(|_| self.status > 100) {
            write::add(headers, HeaderName::Server, server);
        }
        write::add_all(headers, &self.headers);
        write::body(headers, &self.sdp);
        response.set_body(self.sdp.clone());
        response
    }
}
