//! What is wrong with a request, before anybody looks at what it wants (RFC 3261 §8.2).

use sipx_sip::{HeaderName, Method, Request, validate_request};

use super::read::{self, Content};
use super::reply::Reply;
use super::write;

/// The refusal that a request deserves for its form; `None` if it may be acted on. Never asked about ACK.
pub(super) fn refusal(request: &Request) -> Option<Reply> {
    malformed(request)
        .or_else(|| unknown_method(&request.method))
        .or_else(|| unusable_uri(request))
        .or_else(|| unsupported_extension(request))
        .or_else(|| exhausted(request))
        .or_else(|| unsupported_content(request))
}

/// 400 and 505.
fn malformed(request: &Request) -> Option<Reply> {
    let findings = validate_request(request);
    let worst =
        findings.iter().filter(|finding| !finding.is_repairable()).map(|f| f.status()).max();
    if let Some(status) = worst {
        return Some(Reply::new(status));
    }
    (!read::has_readable_contact(&request.headers)).then(|| Reply::new(400))
}

/// 405 for what we know and do not do, 501 for what we do not know.
fn unknown_method(method: &Method) -> Option<Reply> {
    match method {
        Method::Invite
        | Method::Ack
        | Method::Bye
        | Method::Cancel
        | Method::Options
        | Method::Info
        | Method::Update
        | Method::Register => None,
        Method::Other(_) => Some(Reply::new(501).header("Allow", write::ALLOW)),
        _ => Some(Reply::new(405).header("Allow", write::ALLOW)),
    }
}

/// 416: the request URI is of a kind that we are not reached by.
fn unusable_uri(request: &Request) -> Option<Reply> {
    let known = request.uri.scheme().is_sip() || request.uri.tel_parts().is_some();
    (!known).then(|| Reply::new(416))
}

/// 420: we support no extension that can be required; CANCEL requires none by definition (§8.2.2.3).
fn unsupported_extension(request: &Request) -> Option<Reply> {
    if request.method == Method::Cancel {
        return None;
    }
    read::required(request).map(|tags| Reply::new(420).header("Unsupported", &tags))
}

/// 483: an INVITE that may go no further. A call may lead to a call of ours, so the count must stop it here.
fn exhausted(request: &Request) -> Option<Reply> {
    let spent = request.method == Method::Invite && read::max_forwards(&request.headers) == 0;
    spent.then(|| Reply::new(483))
}

/// 415: a body that negotiates a session but is no SDP, or one that is encoded.
fn unsupported_content(request: &Request) -> Option<Reply> {
    if request.body().is_empty() {
        return None;
    }
    let encoding = read::text(&request.headers, &HeaderName::ContentEncoding).unwrap_or_default();
    if !matches!(encoding.trim(), "" | "identity") {
        return Some(Reply::new(415).header("Accept-Encoding", "identity"));
    }
    let negotiates = matches!(request.method, Method::Invite | Method::Update);
    match read::content(&request.headers, request.body()) {
        Content::Other(..) if negotiates => Some(Reply::new(415).header("Accept", write::SDP)),
        Content::Other(..) | Content::Sdp(_) | Content::Empty => None,
    }
}
