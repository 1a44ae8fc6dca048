//! What is wrong with a request, before anybody looks at what it wants (RFC 3261 §8.2).

use sipx_sip::error::{FramingError, LimitKind, ParseError};
use sipx_sip::validate::Finding;
use sipx_sip::{HeaderName, Method, Request, validate_request};

use super::read::{self, Content};
use super::reply::Reply;
use super::session;
use super::write;

/// The refusal that a request deserves for its form; `None` if it may be acted on. Never asked about ACK.
/// `extensions` are the option tags that may be required of us.
pub(super) fn refusal(request: &Request, extensions: &[&str]) -> Option<Reply> {
    let findings = validate_request(request);
    foreign_version(&findings)
        .or_else(|| unknown_method(&request.method))
        .or_else(|| malformed(request, &findings))
        .or_else(|| unusable_uri(request))
        .or_else(|| unsupported_extension(request, extensions))
        .or_else(|| exhausted(request))
        .or_else(|| unsupported_content(request))
}

/// 505.
fn foreign_version(findings: &[Finding]) -> Option<Reply> {
    findings.contains(&Finding::UnsupportedVersion).then(|| Reply::new(505))
}

/// 405 for what we know and do not do, 501 for what we do not know: before anything else is looked at, since
/// nobody can say what such a request must look like (RFC 4475 §3.1.2.18).
fn unknown_method(method: &Method) -> Option<Reply> {
    match method {
        Method::Invite
        | Method::Ack
        | Method::Bye
        | Method::Cancel
        | Method::Options
        | Method::Info
        | Method::Prack
        | Method::Update
        | Method::Refer
        | Method::Notify
        | Method::Register => None,
        Method::Other(_) => Some(Reply::new(501).header("Allow", write::ALLOW)),
        _ => Some(Reply::new(405).header("Allow", write::ALLOW)),
    }
}

/// 400, with the reason.
fn malformed(request: &Request, findings: &[Finding]) -> Option<Reply> {
    let worst = findings.iter().find(|finding| !finding.is_repairable());
    if let Some(finding) = worst {
        return Some(Reply::new(finding.status()).because(&reason(finding)));
    }
    if !read::has_readable_contact(request) {
        return Some(Reply::new(400).because("Malformed Contact"));
    }
    let timed = matches!(request.method, Method::Invite | Method::Update);
    let readable = !timed || session::is_readable(&request.headers);
    (!readable).then(|| Reply::new(400).because("Malformed Session-Expires"))
}

fn reason(finding: &Finding) -> String {
    match finding {
        Finding::MissingRequiredHeader(name) => format!("Missing {name}"),
        Finding::MalformedRequiredHeader(name) => format!("Malformed {name}"),
        Finding::RepeatedSingleValueHeader(name) => format!("More Than One {name}"),
        Finding::CSeqMethodMismatch => "CSeq Names Another Method".to_owned(),
        Finding::RequestUriHasHeaders => "Header Fields in Request-URI".to_owned(),
        _ => "Bad Request".to_owned(),
    }
}

/// The status and the reason for a request that could not even be read.
pub(super) fn unreadable(error: &ParseError) -> (u16, String) {
    match error {
        ParseError::Limit { limit: LimitKind::BodyBytes, .. } => {
            (413, "Request Entity Too Large".to_owned())
        }
        ParseError::Limit { limit: LimitKind::MessageBytes, .. } => {
            (513, "Message Too Large".to_owned())
        }
        ParseError::Framing(FramingError::BodyTruncated) => {
            (400, "Body Shorter Than Content-Length".to_owned())
        }
        ParseError::Framing(
            FramingError::ContentLengthMalformed | FramingError::ContentLengthRepeated,
        ) => (400, "Bad Content-Length".to_owned()),
        ParseError::StartLine(_) => (400, "Malformed Request-Line".to_owned()),
        ParseError::HeaderSyntax { line, .. } => (400, format!("Malformed Header in Line {line}")),
        _ => (400, "Bad Request".to_owned()),
    }
}

/// 416: the request URI is of a kind that we are not reached by.
fn unusable_uri(request: &Request) -> Option<Reply> {
    let known = request.uri.scheme().is_sip() || request.uri.tel_parts().is_some();
    (!known).then(|| Reply::new(416))
}

/// 420: an extension that is required and that we do not have; CANCEL requires none by definition (§8.2.2.3).
fn unsupported_extension(request: &Request, extensions: &[&str]) -> Option<Reply> {
    if request.method == Method::Cancel {
        return None;
    }
    let tags = read::unsupported(&request.headers, extensions);
    (!tags.is_empty()).then(|| Reply::new(420).header("Unsupported", &tags.join(", ")))
}

/// 483: an INVITE that may go no further. A call may lead to a call of ours, so the count must stop it here.
fn exhausted(request: &Request) -> Option<Reply> {
    let spent = request.method == Method::Invite && read::max_forwards(&request.headers) == 0;
    spent.then(|| Reply::new(483))
}

/// 415: a body that negotiates a session but is no SDP, or one that is encoded. 406: an answer that we cannot give.
fn unsupported_content(request: &Request) -> Option<Reply> {
    let negotiates = matches!(request.method, Method::Invite | Method::Update | Method::Prack);
    if negotiates && !read::accepts_sdp(&request.headers) {
        return Some(Reply::new(406).header("Accept", write::ACCEPT));
    }
    if request.body().is_empty() || read::is_optional(&request.headers) {
        return None;
    }
    let encoding = read::text(&request.headers, &HeaderName::ContentEncoding).unwrap_or_default();
    if !matches!(encoding.trim(), "" | "identity") {
        return Some(Reply::new(415).header("Accept-Encoding", "identity"));
    }
    match read::content(&request.headers, request.body()) {
        Content::Other(..) if negotiates => Some(Reply::new(415).header("Accept", write::ACCEPT)),
        Content::Other(..) | Content::Sdp(_) | Content::Empty => None,
    }
}
