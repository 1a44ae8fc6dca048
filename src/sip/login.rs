//! The client side of digest authentication (RFC 7616, RFC 8760): what a far side asks, answered or not.
//!
//! A password is worth something to whoever can make us use it, so only the far side that we sent a request to is
//! answered, only for the realm that is configured or was seen there first, and at most twice for one request.

use std::fmt;
use std::sync::Arc;

use sipx_sip::auth::{Challenge, Credentials, respond};
use sipx_sip::{HeaderName, Response};

/// How often one request is sent again with credentials.
const MAX_ANSWERS: u8 = 2;
/// The most challenges of one response that are looked at.
const MAX_CHALLENGES: usize = 8;

/// How we are known at a far side. It shows its password to nobody by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user name.
    pub user: Arc<str>,
    /// The password.
    pub password: Arc<str>,
    /// The only realm that is answered; `None` = the first that is seen.
    pub realm: Option<Arc<str>>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}

/// A challenge that we answer, and how often its nonce was used.
#[derive(Debug, Clone)]
struct Known {
    challenge: Challenge,
    count: u32,
}

/// Answers the challenges of one far side: for a call with all its requests, or for a registration.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    login: Login,
    /// At most one of the far end (401) and one of a proxy (407).
    known: Vec<Known>,
    /// How often the present request was answered.
    tries: u8,
}

impl Answers {
    /// Nothing was asked yet.
    pub(super) fn new(login: Login) -> Self {
        Self { login, known: Vec::new(), tries: 0 }
    }

    /// A request was settled: the next one starts anew.
    pub(super) fn settled(&mut self) {
        self.tries = 0;
    }

    /// Takes the challenge of a 401 or 407. `true` if the request is to be sent again with [`headers`](Self::headers).
    pub(super) fn asked(&mut self, response: &Response) -> bool {
        let proxy = response.status.code() == 407;
        let name = if proxy { HeaderName::ProxyAuthenticate } else { HeaderName::WwwAuthenticate };
        let values = response.headers.get_all(&name).take(MAX_CHALLENGES);
        let offered = values.filter_map(|header| Challenge::parse(&header.value(), proxy));
        let best = offered
            .filter(|challenge| self.is_ours(challenge))
            .max_by_key(|challenge| challenge.algorithm.strength());
        let Some(challenge) = best else { return false };
        let before = self.known.iter().position(|known| known.challenge.from_proxy == proxy);
        // The same credentials once more would be refused once more, unless only the nonce was too old.
        let refused = before.is_some() && self.tries > 0 && !challenge.stale;
        if refused || self.tries >= MAX_ANSWERS {
            return false;
        }
        self.tries += 1;
        if let Some(place) = before {
            self.known.remove(place);
        }
        self.known.push(Known { challenge, count: 0 });
        true
    }

    /// Whether a challenge is for the realm that we answer.
    fn is_ours(&self, challenge: &Challenge) -> bool {
        let mut known = self.known.iter().map(|known| &known.challenge);
        let first = known.find(|known| known.from_proxy == challenge.from_proxy);
        match (&self.login.realm, first) {
            (Some(realm), _) => **realm == *challenge.realm,
            (None, Some(first)) => first.realm == challenge.realm,
            (None, None) => true,
        }
    }

    /// The header fields that let a request in; nobody can foresee `cnonce`.
    pub(super) fn headers(
        &mut self,
        method: &str,
        uri: &str,
        cnonce: &str,
    ) -> Vec<(HeaderName, String)> {
        let credentials = Credentials::new(&*self.login.user, &*self.login.password);
        let fields = self.known.iter_mut().map(|Known { challenge, count }| {
            *count += 1;
            let value = respond(challenge, &credentials, method, uri, *count, cnonce);
            (challenge.response_header(), value)
        });
        fields.collect()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use sipx_sip::{Limits, Message, parse_datagram};

    use super::*;

    fn response(status: u16, challenges: &[&str]) -> Response {
        let name = if status == 407 { "Proxy-Authenticate" } else { "WWW-Authenticate" };
        let fields: String =
            challenges.iter().map(|value| format!("{name}: {value}\r\n")).collect();
        let text = format!(
            "SIP/2.0 {status} No\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@h>;tag=1\r\n\
             To: <sip:b@h>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n{fields}Content-Length: 0\r\n\r\n"
        );
        match parse_datagram(Bytes::from(text), &Limits::default()) {
            Ok(Message::Response(response)) => response,
            other => panic!("{other:?}"),
        }
    }

    fn answers(realm: Option<&str>) -> Answers {
        Answers::new(Login {
            user: "Mufasa".into(),
            password: "Circle of Life".into(),
            realm: realm.map(Into::into),
        })
    }

    /// RFC 7616 §3.9.1, both hashes; of two the stronger is answered.
    #[test]
    fn the_answer_is_that_of_rfc_7616() {
        let challenge = |algorithm: &str| {
            format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                 opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            )
        };
        let (md5, sha) = (challenge("MD5"), challenge("SHA-256"));
        for (offered, expected) in [
            (vec![&*md5], "8ca523f5e9506fed4657c9700eebdbec"),
            (
                vec![&*md5, &*sha],
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ] {
            let mut answers = answers(None);
            assert!(answers.asked(&response(401, &offered)));
            let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
            let headers = answers.headers("GET", "/dir/index.html", cnonce);
            let [(HeaderName::Authorization, value)] = &headers[..] else { panic!("{headers:?}") };
            for part in [
                &*format!("response=\"{expected}\""),
                "nc=00000001",
                "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
            ] {
                assert!(value.contains(part), "{part} in {value}");
            }
            let again = answers.headers("GET", "/dir/index.html", cnonce);
            assert!(again[0].1.contains("nc=00000002"), "{again:?}");
        }
    }

    #[test]
    fn only_the_own_realm_is_answered_and_not_for_ever() {
        const OURS: &str = "Digest realm=\"telko\", nonce=\"1\", qop=\"auth\"";
        const STALE: &str = "Digest realm=\"telko\", nonce=\"2\", qop=\"auth\", stale=true";
        const OTHER: &str = "Digest realm=\"evil\", nonce=\"3\", qop=\"auth\"";
        const BASIC: &str = "Basic realm=\"telko\"";
        const INTEGRITY: &str = "Digest realm=\"telko\", nonce=\"4\", qop=\"auth-int\"";
        for (name, realm, asked, answered) in [
            ("once", None, &[(401, OURS)][..], &[true][..]),
            ("refused", None, &[(401, OURS), (401, OURS)], &[true, false]),
            ("stale", None, &[(401, OURS), (401, STALE)], &[true, true]),
            (
                "stale for ever",
                None,
                &[(401, STALE), (401, STALE), (401, STALE)],
                &[true, true, false],
            ),
            ("the proxy too", None, &[(407, OURS), (401, OTHER)], &[true, true]),
            ("another realm", None, &[(401, OURS), (401, OTHER)], &[true, false]),
            ("a foreign realm", Some("telko"), &[(401, OTHER)], &[false]),
            ("the realm of ours", Some("telko"), &[(401, OURS)], &[true]),
            ("in clear", None, &[(401, BASIC)], &[false]),
            ("with the body", None, &[(401, INTEGRITY)], &[false]),
        ] {
            let mut answers = answers(realm);
            let found: Vec<bool> = asked
                .iter()
                .map(|(status, challenge)| answers.asked(&response(*status, &[challenge])))
                .collect();
            assert_eq!(found, answered, "{name}");
        }
        let mut answers = answers(None);
        assert!(answers.asked(&response(401, &[OURS])));
        answers.settled();
        assert!(answers.asked(&response(401, &[OURS])), "another request, another try");
    }

    #[test]
    fn the_password_shows_itself_to_nobody() {
        let shown = format!("{:?}", answers(None));
        assert!(shown.contains("Mufasa") && !shown.contains("Circle"), "{shown}");
    }
}
