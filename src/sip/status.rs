//! Status codes: their phrases, and what they mean to a call and back (RFC 3261 §21, Q.850 through RFC 3398).

use super::event::Ending;
use crate::call::HangupCause;

/// What a final status that refused our call means.
#[must_use]
pub fn hangup_cause(status: u16) -> HangupCause {
    match status {
        486 | 600 => HangupCause::Busy,
        408 => HangupCause::NoAnswer,
        403 | 603 | 607 | 608 => HangupCause::Rejected,
        415 | 488 | 606 => HangupCause::Incompatible,
        487 => HangupCause::Cancelled,
        _ => HangupCause::Unreachable,
    }
}

/// How a call of ours ended that was refused with this status, and perhaps for a reason (RFC 3326) that says more.
pub(super) fn refused(status: u16, reason: Option<HangupCause>) -> Ending {
    match reason {
        Some(cause) if cause != hangup_cause(status) => Ending::RefusedFor(status, cause),
        Some(_) | None => Ending::Refused(status),
    }
}

/// How a call ended that the far side hung up, perhaps for a reason that says more.
pub(super) fn hung_up(reason: Option<HangupCause>) -> Ending {
    match reason {
        Some(HangupCause::Normal) | None => Ending::Bye,
        Some(cause) => Ending::ByeFor(cause),
    }
}

/// What a `Reason` means: a cause of Q.850, or a SIP status. `None` for what says nothing to a call.
pub(super) fn reason_cause(protocol: &str, cause: u16) -> Option<HangupCause> {
    if protocol.eq_ignore_ascii_case("SIP") {
        return match cause {
            200..300 => Some(HangupCause::Normal),
            300..700 => Some(hangup_cause(cause)),
            _ => None,
        };
    }
    if !protocol.eq_ignore_ascii_case("Q.850") {
        return None;
    }
    match cause {
        1 | 3 | 22 | 28 => Some(HangupCause::NotFound),
        16 | 26 | 31 => Some(HangupCause::Normal),
        17 => Some(HangupCause::Busy),
        18 | 19 => Some(HangupCause::NoAnswer),
        20 | 27 | 38 | 41 => Some(HangupCause::Unreachable),
        21 => Some(HangupCause::Rejected),
        34 | 42 | 44 | 47 => Some(HangupCause::Overload),
        57 | 58 | 65 | 79 | 88 => Some(HangupCause::Incompatible),
        102 => Some(HangupCause::Timeout),
        _ => None,
    }
}

/// The status that turns an incoming call away for a cause.
#[must_use]
pub fn refusal_status(cause: HangupCause) -> u16 {
    match cause {
        HangupCause::Busy => 486,
        HangupCause::Rejected => 603,
        HangupCause::NotFound => 404,
        HangupCause::Incompatible => 488,
        HangupCause::Overload | HangupCause::Shutdown => 503,
        HangupCause::InternalError | HangupCause::Interrupted => 500,
        HangupCause::Normal
        | HangupCause::NoAnswer
        | HangupCause::Unreachable
        | HangupCause::Cancelled
        | HangupCause::MediaLost
        | HangupCause::AdapterLost
        | HangupCause::Timeout => 480,
    }
}

/// The `Reason` of a call that was answered at another telephone (RFC 3326 §2).
pub(super) const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

/// The `Reason` value (RFC 3326) that tells the far side why we hang up.
pub(super) fn reason_header(cause: HangupCause) -> &'static str {
    match cause {
        HangupCause::Normal | HangupCause::Cancelled => {
            "Q.850;cause=16;text=\"Normal call clearing\""
        }
        HangupCause::Busy => "Q.850;cause=17;text=\"User busy\"",
        HangupCause::NoAnswer => "Q.850;cause=19;text=\"No answer\"",
        HangupCause::Rejected => "Q.850;cause=21;text=\"Call rejected\"",
        HangupCause::Unreachable | HangupCause::AdapterLost => {
            "Q.850;cause=20;text=\"Unreachable\""
        }
        HangupCause::NotFound => "Q.850;cause=1;text=\"Unallocated number\"",
        HangupCause::Incompatible => "Q.850;cause=88;text=\"Incompatible destination\"",
        HangupCause::Overload => "Q.850;cause=42;text=\"Congestion\"",
        HangupCause::MediaLost => "Q.850;cause=27;text=\"No media\"",
        HangupCause::Timeout => "Q.850;cause=102;text=\"Time limit\"",
        HangupCause::Shutdown | HangupCause::InternalError | HangupCause::Interrupted => {
            "Q.850;cause=41;text=\"Temporary failure\""
        }
    }
}

/// The usual phrase of a status.
pub(super) fn phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        181 => "Call Is Being Forwarded",
        182 => "Queued",
        183 => "Session Progress",
        200 => "OK",
        202 => "Accepted",
        302 => "Moved Temporarily",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        421 => "Extension Required",
        422 => "Session Interval Too Small",
        423 => "Interval Too Brief",
        469 => "Bad Info Package",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        483 => "Too Many Hops",
        484 => "Address Incomplete",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        491 => "Request Pending",
        500 => "Server Internal Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Server Time-out",
        505 => "Version Not Supported",
        513 => "Message Too Large",
        600 => "Busy Everywhere",
        603 => "Decline",
        604 => "Does Not Exist Anywhere",
        606 => "Not Acceptable",
        _ => match status / 100 {
            1 => "Progress",
            2 => "OK",
            3 => "Redirection",
            4 => "Request Failure",
            5 => "Server Failure",
            _ => "Global Failure",
        },
    }
}
