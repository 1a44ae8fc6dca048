//! Whether a user exists shows in no answer, and in no time that an answer takes.

use std::net::{IpAddr, Ipv4Addr};

use rustix::time::{ClockId, clock_gettime};
use sambung::sip::{Algorithm, Attempt, Authenticator, Verdict};
use sambung::time::Instant;

use crate::form::measured;

/// Tries of each kind.
const TRIES: usize = 10_000;
/// By how much the time may differ, in nanoseconds.
const MAX_DIFFERENCE_NS: i64 = 1_000_000;

#[test]
fn an_unknown_user_takes_as_long_as_a_wrong_password() {
    let source = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9));
    let mut authenticator = Authenticator::new("sambung", [7; 32], &[Algorithm::Sha256]);
    let now = Instant::from_micros(1_000_000);
    let challenge = authenticator.challenge(now, source, false).remove(0);
    let (_, nonce) = challenge.split_once("nonce=\"").expect("a nonce");
    let nonce = nonce.split('"').next().unwrap_or_default();
    let users: Vec<String> = (200..400).map(|user| user.to_string()).collect();
    let mut times = [Vec::with_capacity(TRIES), Vec::with_capacity(TRIES)];
    for number in 0..TRIES {
        for (kind, user) in ["201", "999"].into_iter().enumerate() {
            let value = format!(
                "Digest username=\"{user}\", realm=\"sambung\", nonce=\"{nonce}\", uri=\"sip:sambung\", \
                 response=\"{number:064x}\", algorithm=SHA-256, cnonce=\"x\", qop=auth, nc=00000001"
            );
            let attempt = Attempt {
                source,
                method: "REGISTER",
                uri: "sip:sambung",
                authorization: &[&value],
            };
            let before = clock_gettime(ClockId::ThreadCPUTime);
            let verdict = authenticator.judge(now, attempt, |user| {
                users.iter().find(|known| *known == user).map(|_| "kopi-tubruk-201")
            });
            let after = clock_gettime(ClockId::ThreadCPUTime);
            assert!(matches!(verdict, Verdict::Wrong { exists, .. } if exists == (kind == 0)));
            let took =
                (after.tv_sec - before.tv_sec) * 1_000_000_000 + after.tv_nsec - before.tv_nsec;
            times[kind].push(took);
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort_unstable();
        times[TRIES / 2]
    });
    let difference = (known - unknown).abs();
    measured(
        "unknown user against wrong password, medians of 10,000 tries",
        &format!("{known} ns, {unknown} ns"),
        "1000000 ns apart",
    );
    // The goal is a millisecond; a fifth of the work itself is far less.
    assert!(difference < MAX_DIFFERENCE_NS.min(known / 5), "{known} ns and {unknown} ns");
}
