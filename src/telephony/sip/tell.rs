//! What an agent's phone is told with the call: `User-to-User` (RFC 7433) and `Call-Info` (RFC 3261 §20.9).

use std::fmt::Write as _;

use crate::call::{Class, Dial, Told};

/// Most bytes of text in `User-to-User`: what ISDN user information holds (ITU-T Q.931 §4.5.30), so that gateways
/// pass it on.
const MAX_TEXT_BYTES: usize = 128;
/// The protocol discriminator "user-specific" of ITU-T Q.931 §4.5.30, first octet of the information.
const USER_SPECIFIC: &str = "00";
/// Longest page address sent, in bytes.
const MAX_URL_BYTES: usize = 512;

/// The header fields that carry what `dial` tells. `private` says whether nobody on the way can read them.
pub(super) fn headers(dial: &Dial, private: bool) -> Vec<(String, String)> {
    let told = user_to_user(&dial.tell, private).map(|value| ("User-to-User".to_owned(), value));
    let page = dial
        .pop_url
        .as_deref()
        .filter(|url| is_page(url))
        .map(|url| ("Call-Info".to_owned(), format!("<{url}>;purpose=info")));
    told.into_iter().chain(page).collect()
}

/// `order=1234;topic=delivery` in hexadecimal; whole values only, as many as fit, in order.
fn user_to_user(tell: &[Told], private: bool) -> Option<String> {
    let mut text = String::new();
    for told in tell.iter().filter(|told| may_travel(told.class, private)) {
        let separator = if text.is_empty() { "" } else { ";" };
        let next = format!("{separator}{}={}", escaped(&told.name), escaped(&told.value));
        if text.len() + next.len() <= MAX_TEXT_BYTES {
            text.push_str(&next);
        }
    }
    if text.is_empty() {
        return None;
    }
    let mut value = String::from(USER_SPECIFIC);
    for byte in text.bytes() {
        write!(value, "{byte:02x}").expect("a String takes every write");
    }
    value.push_str(";encoding=hex");
    Some(value)
}

const fn may_travel(class: Class, private: bool) -> bool {
    match class {
        Class::Public => true,
        Class::Personal => private,
        Class::Secret => false,
    }
}

/// Writes the separators of our own form as `%XX`.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace(';', "%3B").replace('=', "%3D")
}

/// Whether a page address can stand in a header as it is.
fn is_page(url: &str) -> bool {
    let web = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
    let plain =
        url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"'));
    web && plain && url.len() <= MAX_URL_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Target;
    use crate::time::Duration;

    fn dial(tell: &[(&str, &str, Class)], pop_url: Option<&str>) -> Dial {
        let told = |(name, value, class): &(&str, &str, Class)| Told {
            name: (*name).into(),
            value: (*value).into(),
            class: *class,
        };
        Dial {
            to: Target::User("201".into()),
            trunk: None,
            caller_id: None,
            display: None,
            tell: tell.iter().map(told).collect(),
            pop_url: pop_url.map(Into::into),
            beside: None,
            ring: Duration::from_secs(20),
        }
    }

    /// The text inside a `User-to-User` value.
    fn text(headers: &[(String, String)]) -> String {
        let Some((_, value)) = headers.iter().find(|(name, _)| name == "User-to-User") else {
            return String::new();
        };
        let hex = value.strip_suffix(";encoding=hex").expect("the encoding is named");
        let digit =
            |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let bytes =
            hex.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?));
        let bytes = bytes.collect::<Option<Vec<_>>>().expect("hexadecimal");
        assert_eq!(bytes[0], 0, "the discriminator comes first");
        String::from_utf8(bytes[1..].to_vec()).expect("text")
    }

    #[test]
    fn values_travel_as_their_class_and_the_way_allow() {
        let tell = [
            ("topic", "order; new", Class::Public),
            ("phone", "0812", Class::Personal),
            ("pin", "1234", Class::Secret),
            ("rate", "5%=", Class::Public),
        ];
        assert_eq!(text(&headers(&dial(&tell, None), false)), "topic=order%3B new;rate=5%25%3D");
        let private = text(&headers(&dial(&tell, None), true));
        assert_eq!(private, "topic=order%3B new;phone=0812;rate=5%25%3D");
        assert!(headers(&dial(&tell[2..3], None), true).is_empty());
    }

    #[test]
    fn only_whole_values_that_fit_are_sent() {
        let long = "x".repeat(MAX_TEXT_BYTES);
        let tell =
            [("a", "1", Class::Public), ("b", &*long, Class::Public), ("c", "3", Class::Public)];
        assert_eq!(text(&headers(&dial(&tell, None), false)), "a=1;c=3");
    }

    #[test]
    fn a_page_is_sent_only_if_it_cannot_break_the_header() {
        for (url, sent) in [
            ("https://desk.example/call?id=1", true),
            ("javascript:alert(1)", false),
            ("https://desk.example/>;x", false),
            ("https://desk.example/a b", false),
            ("https://desk.example/\r\nEvil: 1", false),
        ] {
            let headers = headers(&dial(&[], Some(url)), false);
            let expected = sent.then(|| format!("<{url}>;purpose=info"));
            assert_eq!(headers.into_iter().next().map(|(_, value)| value), expected, "{url:?}");
        }
    }
}
