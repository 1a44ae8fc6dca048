//! The written forms of single values: sockets, networks, port ranges, numbers, times. Each says what it expects.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::settings::{Listen, Network, Transport};
use crate::call::{Language, NumberPattern};
use crate::time::Duration;

/// A value that is written as text.
pub(super) trait Written: Sized {
    /// What is expected, to be read after "must be".
    const EXPECTED: &'static str;

    /// Reads the text; `None` if it is not as expected.
    fn read(text: &str) -> Option<Self>;
}

/// Reads a [`Written`] value where a file has text.
struct TextVisitor<T>(PhantomData<T>);

impl<T: Written> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::read(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

macro_rules! written {
    ($(#[$doc:meta])* $name:ident($value:ty): $expected:literal, $read:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(super) struct $name(pub(super) $value);

        impl Written for $name {
            const EXPECTED: &'static str = $expected;

            fn read(text: &str) -> Option<Self> {
                let read: fn(&str) -> Option<$value> = $read;
                read(text).map(Self)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": concat!("Must be ", $expected, ".") })
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(TextVisitor(PhantomData))
            }
        }
    };
}

written! {
    /// A socket to listen on.
    Socket(Listen): "a socket such as `udp:0.0.0.0:5060` or `tls:[::]:5061`; others begin with `tcp:`, `ws:` or `wss:`",
    listen
}
written! {
    /// The name of an adapter.
    AdapterName(Arc<str>): "a name such as `pbx`, of letters, digits and `-`, other than `sip`",
    |text| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let fits = (1..=MAX_NAME).contains(&text.len()) && text.chars().all(plain);
        (fits && text != "sip").then(|| text.into())
    }
}
written! {
    /// Where an adapter connects.
    AdapterSocket(SocketAddr): "an address and a port such as `127.0.0.1:7070`",
    |text| text.parse().ok().filter(|address: &SocketAddr| address.port() != 0)
}
written! {
    /// Where the control interface is reached.
    ControlSocket(SocketAddr): "an address and a port such as `127.0.0.1:8022`; port 0 is any free one",
    |text| text.parse().ok()
}
written! {
    /// What an agent dials.
    Code(Arc<str>): "a code of `*` and 1 to 7 digits, such as `*13`",
    |text| {
        let digits = text.strip_prefix('*')?;
        let fits = (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.into())
    }
}
written! {
    /// A range of addresses.
    Range(Network): "a range of addresses such as `192.168.0.0/16`, or one address",
    network
}
written! {
    /// The address that others must use; `None` = `auto`.
    Advertise(Option<IpAddr>): "`auto`, or the address that phones must use, such as `203.0.113.7`",
    |text| match text {
        "auto" => Some(None),
        _ => text.parse().ok().filter(|address: &IpAddr| !address.is_unspecified()).map(Some),
    }
}
written! {
    /// A range of UDP ports.
    Ports(RangeInclusive<u16>): "a range of at least 4 ports from 1024 up, such as `20000-29999`",
    ports
}
written! {
    /// The time of audio in a packet.
    PacketTime(Duration): "`10ms`, `20ms`, `30ms`, `40ms`, `50ms` or `60ms`",
    |text| time(text).filter(|time| {
        time.as_millis() % 10 == 0 && (10..=60).contains(&time.as_millis())
    })
}
written! {
    /// For how long something is kept.
    Days(Duration): "a number of days from `1d` to `3650d`",
    |text| {
        let days: u64 = text.strip_suffix('d')?.parse().ok()?;
        (1..=3_650).contains(&days).then(|| Duration::from_mins(24 * 60).times(days))
    }
}
written! {
    /// How many media threads; `None` = `auto`.
    Threads(Option<NonZeroUsize>): "`auto`, or a number of threads from 1 to 64",
    |text| match text {
        "auto" => Some(None),
        _ => text.parse().ok().filter(|n: &NonZeroUsize| n.get() <= 64).map(Some),
    }
}
written! {
    /// A called number or SIP user, or how one begins.
    Called(Arc<str>): "a number or user name without spaces, up to 64 characters", name
}
written! {
    /// A pattern of called numbers.
    Shape(Arc<str>): "a pattern of numbers such as `62???` or `*00`: `*` for any digits, `?` for one",
    |text| NumberPattern::read(text).map(|pattern| pattern.as_str().into())
}
written! {
    /// The name that a phone registers by.
    User(Arc<str>): "a user name without spaces, such as `201`, up to 64 characters", name
}
written! {
    /// What phones are asked a password for; it stands in quotes in SIP messages.
    Realm(Arc<str>): "a word such as `sambung` or `example.org`", name
}
written! {
    /// How often a trunk is asked whether it is there; `None` = `never`.
    Keepalive(Option<Duration>): "`never`, or a time from `5s` to `1h`",
    |text| match text {
        "never" => Some(None),
        _ => time(text)
            .filter(|every| (KEEPALIVE.0..=KEEPALIVE.1).contains(every))
            .map(Some),
    }
}
written! {
    /// The name of an environment variable.
    Variable(Arc<str>): "the name of an environment variable, such as `AGENT_201`", variable
}
written! {
    /// The address of a phone.
    SipAddress(Arc<str>): "a SIP address such as `sip:budi@192.0.2.7:5070`", sip_address
}
written! {
    /// The address of a proxy or gateway.
    Gateway(Arc<str>): "the SIP address of a proxy or gateway, without a user, such as `sip:192.0.2.10:5060`",
    |text| sip_address(text).filter(|address| !address.contains('@'))
}
written! {
    /// Whom a flow may transfer to.
    Transferable(Arc<str>): "a number such as `+62215550100`, a pattern such as `+6221*`, or a SIP address",
    transferable
}
written! {
    /// A page for the agent's desk.
    Page(Arc<str>): "an address such as `https://desk.example.org/call/{call}`", page
}
written! {
    /// A language.
    Tag(Language): "a language tag such as `id`, `en` or `en-GB`", tag
}
written! {
    /// An interval that can be switched off; `None` = `off`.
    Interval(Option<Duration>): "a time such as `90s`, `30m` or `1h`, or `off`",
    |text| if text == "off" { Some(None) } else { time(text).map(Some) }
}
written! {
    /// A span of time.
    Time(Duration): "a time such as `250ms`, `5s`, `2m` or `1h`", time
}

/// The fewest ports that make sense: audio and its reports for both legs of one call.
const MIN_PORTS: u16 = 4;
/// The shortest and the longest time between two questions to a trunk.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(60));
/// The longest name of a user, number or realm, in characters.
const MAX_NAME: usize = 64;
/// The longest address, in bytes.
const MAX_ADDRESS: usize = 256;
/// The largest number that may stand before a unit of time.
const MAX_COUNT: u64 = 1_000_000;

fn listen(text: &str) -> Option<Listen> {
    let (transport, address) = text.split_once(':')?;
    let transport = match transport {
        "udp" => Transport::Udp,
        "tcp" => Transport::Tcp,
        "tls" => Transport::Tls,
        "ws" => Transport::Ws,
        "wss" => Transport::Wss,
        _ => return None,
    };
    Some(Listen { transport, address: address.parse().ok()? })
}

fn network(text: &str) -> Option<Network> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, bits)| (a, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let prefix = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (prefix <= most).then_some(Network { address, prefix })
}

fn ports(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-')?;
    let (first, last) = (first.trim().parse::<u16>().ok()?, last.trim().parse::<u16>().ok()?);
    let fits = first >= 1_024 && last.checked_sub(first)? >= MIN_PORTS - 1;
    fits.then_some(first..=last)
}

fn name(text: &str) -> Option<Arc<str>> {
    let plain = |c: char| c.is_alphanumeric() || "+*#-_.!~'()&=$".contains(c);
    let fits = (1..=MAX_NAME).contains(&text.chars().count()) && text.chars().all(plain);
    fits.then(|| text.into())
}

fn variable(text: &str) -> Option<Arc<str>> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let fits = !text.is_empty()
        && text.chars().all(plain)
        && !text.starts_with(|c: char| c.is_ascii_digit());
    fits.then(|| text.into())
}

fn transferable(text: &str) -> Option<Arc<str>> {
    NumberPattern::read(text).map(|_| text.into()).or_else(|| sip_address(text))
}

fn sip_address(text: &str) -> Option<Arc<str>> {
    let rest = text.strip_prefix("sip:").or_else(|| text.strip_prefix("sips:"))?;
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let plain = |c: char| c.is_ascii_graphic() && !"<>\"".contains(c);
    let fits = !host.is_empty() && text.len() <= MAX_ADDRESS && rest.chars().all(plain);
    fits.then(|| text.into())
}

fn page(text: &str) -> Option<Arc<str>> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = |c: char| c.is_ascii_graphic() && !"<>\"".contains(c);
    let fits = !rest.is_empty() && text.len() <= MAX_ADDRESS && rest.chars().all(plain);
    fits.then(|| text.into())
}

fn tag(text: &str) -> Option<Language> {
    let plain = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let first = text.split('-').next().unwrap_or_default();
    let fits = (2..=3).contains(&first.len()) && text.split('-').all(plain);
    fits.then(|| Language::from(text))
}

fn time(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit_at);
    let number = number.parse().ok().filter(|number| *number <= MAX_COUNT)?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_mins(number)),
        "h" => Some(Duration::from_mins(number * 60)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that the first texts are taken and the others are not.
    fn check<T: Written>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(T::read(text).is_some(), "`{text}` is {}", T::EXPECTED);
        }
        for text in bad {
            assert!(T::read(text).is_none(), "`{text}` is not {}", T::EXPECTED);
        }
    }

    #[test]
    fn each_form_takes_what_it_says_and_nothing_else() {
        check::<Socket>(
            &[
                "udp:0.0.0.0:5060",
                "udp:[::1]:5060",
                "tcp:0.0.0.0:5060",
                "tls:[::]:5061",
                "ws:127.0.0.1:80",
                "wss:127.0.0.1:443",
            ],
            &[
                "5060",
                "udp:5060",
                "udp:localhost:5060",
                "udp:0.0.0.0:70000",
                "sctp:0.0.0.0:5060",
                "TCP:0.0.0.0:5060",
                "tls:",
                "",
            ],
        );
        check::<AdapterSocket>(
            &["127.0.0.1:7070", "[::1]:7070", "0.0.0.0:443"],
            &["7070", "localhost:7070", "127.0.0.1:0", "127.0.0.1", ""],
        );
        check::<ControlSocket>(&["127.0.0.1:8022", "[::1]:0"], &["8022", "localhost:8022", ""]);
        check::<Code>(&["*1", "*1234567"], &["*", "13", "*12345678", "*1a", "**1", "*1#", ""]);
        check::<Range>(&["127.0.0.0/8", "10.1.2.3", "fd00::/8"], &["lan", "10.0.0.0/33", ""]);
        check::<Advertise>(&["auto", "203.0.113.7", "2001:db8::7"], &["0.0.0.0", "::", "me", ""]);
        check::<Ports>(
            &["20000-29999", "65532 - 65535"],
            &["20000", "29999-20000", "20000-20002", "80-90", "20000-70000", "a-b", "-", ""],
        );
        check::<Threads>(&["auto", "1", "64"], &["0", "65", "-1", "many", ""]);
        check::<PacketTime>(&["10ms", "20ms", "60ms"], &["0s", "25ms", "70ms", "20", "1s", ""]);
        check::<User>(&["201", "sari", "sari.w-2"], &["sari w", "a@b", "\"", &"9".repeat(65), ""]);
        check::<Variable>(&["AGENT_201", "_x"], &["201", "A-B", "A B", "$A", ""]);
        check::<SipAddress>(
            &["sip:budi@127.0.0.1:5070", "sip:192.0.2.1", "sip:gw.example.org"],
            &["budi@127.0.0.1", "sip:", "sip:a@", "sip:a b@c", "sip:a@b\r\nEvil: 1", "<sip:a@b>"],
        );
        check::<Gateway>(&["sip:192.0.2.10:5060"], &["sip:gw@192.0.2.10", "192.0.2.10"]);
        check::<Transferable>(
            &["+62215550100", "110", "sip:desk@192.0.2.9", "+62*", "2??"],
            &["+", "+62 21", "62+1", "", "tel:110"],
        );
        check::<Page>(
            &["https://desk.example.org/call/{call}", "http://127.0.0.1:8080/"],
            &["desk.example.org", "https://", "javascript:alert(1)", "https://a b", "https://a>"],
        );
        check::<Tag>(&["id", "en", "en-GB", "jav"], &["e", "english", "en_GB", "en-", ""]);
        check::<Time>(
            &["250ms", "5s", "2m", "1h", "0s"],
            &["5", "s", "5 s", "-5s", "1.5s", "5d", "99999999999s", ""],
        );
    }

    #[test]
    fn days_are_whole_and_not_endless() {
        check::<Days>(&["1d", "90d", "3650d"], &["0d", "3651d", "-1d", "1.5d", "24h", "d", ""]);
    }

    #[test]
    fn times_are_counted_in_their_unit() {
        for (text, millis) in [("250ms", 250), ("5s", 5_000), ("2m", 120_000), ("1h", 3_600_000)] {
            assert_eq!(time(text).map(Duration::as_millis), Some(millis), "{text}");
        }
    }
}
