//! The HTTP message that asks for an operation: where each value stands, and in what form.
//!
//! Values are data only: each is encoded for its place, and one that has no place there (a secret outside of a body,
//! a path piece that would lead elsewhere) is refused.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Url;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::settings::OperationSettings;
use crate::call::{Argument, Class, Operation};

/// The most bytes of a body that is sent.
const MAX_BODY: usize = 1 << 20;

/// A message, ready to be sent as often as needed.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) url: Url,
    /// The JSON body; wiped when its last copy goes.
    pub(super) body: Option<Bytes>,
}

/// Why an operation cannot be put into a message. Nothing here shows a value.
#[derive(Debug, thiserror::Error)]
pub(super) enum MessageError {
    #[error("the parameter `{0}` has no value")]
    Missing(Arc<str>),
    #[error("the value of `{0}` cannot stand in a path")]
    Path(Arc<str>),
    #[error("the secret `{0}` may stand in a body only")]
    SecretInClear(Arc<str>),
    #[error("the service accepts no secret, and `{0}` is one")]
    SecretNotAccepted(Arc<str>),
    #[error("the operation has no parameter `{0}`")]
    Unknown(Arc<str>),
    #[error("the body is larger than 1 MB")]
    TooLarge,
    #[error("the path of the operation cannot follow the service's base")]
    Base,
    #[error("the body cannot be written")]
    Body(#[from] serde_json::Error),
}

/// Writes the message of `operation` to a service at `base`.
pub(super) fn write(
    base: &Url,
    accepts_secrets: bool,
    settings: &OperationSettings,
    operation: &Operation,
) -> Result<Message, MessageError> {
    let values = Values { with: &operation.with };
    values.check(settings, accepts_secrets)?;
    let mut url = base.clone();
    fill_path(&mut url, &settings.path, &values)?;
    fill_query(&mut url, &settings.query, &values);
    let body = if settings.body.is_empty() { None } else { Some(body(&settings.body, &values)?) };
    Ok(Message { url, body })
}

/// The arguments of an operation, by name.
struct Values<'a> {
    with: &'a [Argument],
}

impl<'a> Values<'a> {
    fn get(&self, name: &str) -> Option<&'a Argument> {
        self.with.iter().find(|argument| *argument.name == *name)
    }

    /// Refuses a value that has no place, and a secret in the wrong one.
    fn check(
        &self,
        settings: &OperationSettings,
        accepts_secrets: bool,
    ) -> Result<(), MessageError> {
        for Argument { name, class, .. } in self.with {
            let open = pieces(&settings.path).any(|piece| piece == Piece::Parameter(name))
                || settings.query.contains(name);
            if !open && !settings.body.contains(name) {
                return Err(MessageError::Unknown(Arc::clone(name)));
            }
            match class {
                Class::Secret if open => return Err(MessageError::SecretInClear(Arc::clone(name))),
                Class::Secret if !accepts_secrets => {
                    return Err(MessageError::SecretNotAccepted(Arc::clone(name)));
                }
                Class::Public | Class::Personal | Class::Secret => {}
            }
        }
        Ok(())
    }
}

/// A piece of a path as an operation declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    /// Written as it stands.
    Text(&'a str),
    /// Replaced by the value of a parameter.
    Parameter(&'a str),
}

/// The pieces of a path or of a part of one.
fn pieces(path: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = path;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            rest = after;
            return Some(Piece::Parameter(name));
        }
        let brace = rest.char_indices().skip(1).find_map(|(at, c)| (c == '{').then_some(at));
        let (text, after) = rest.split_at(brace.unwrap_or(rest.len()));
        rest = after;
        Some(Piece::Text(text))
    })
}

/// Adds the operation's path to the base. A value stays within its own segment, whatever it holds.
fn fill_path(url: &mut Url, path: &str, values: &Values<'_>) -> Result<(), MessageError> {
    let mut segments = url.path_segments_mut().map_err(|()| MessageError::Base)?;
    segments.pop_if_empty();
    for segment in path.strip_prefix('/').unwrap_or(path).split('/') {
        let mut text = String::new();
        let mut last = None;
        for piece in pieces(segment) {
            match piece {
                Piece::Text(written) => text.push_str(written),
                Piece::Parameter(name) => {
                    let name: Arc<str> = name.into();
                    let value = values.get(&name).and_then(|argument| text_of(&argument.value));
                    let value = value.ok_or_else(|| MessageError::Missing(Arc::clone(&name)))?;
                    if value.is_empty() || value.chars().any(char::is_control) {
                        return Err(MessageError::Path(name));
                    }
                    text.push_str(&value);
                    last = Some(name);
                }
            }
        }
        // These would be taken for the way up.
        match last {
            Some(name) if text == "." || text == ".." => return Err(MessageError::Path(name)),
            Some(_) | None => {}
        }
        segments.push(&text);
    }
    Ok(())
}

fn fill_query(url: &mut Url, names: &[Arc<str>], values: &Values<'_>) {
    let given = names.iter().filter_map(|name| values.get(name));
    let mut pairs = Vec::new();
    for argument in given {
        match &argument.value {
            Json::Array(items) => {
                pairs.extend(items.iter().filter_map(text_of).map(|item| (&argument.name, item)));
            }
            value => pairs.extend(text_of(value).map(|text| (&argument.name, text))),
        }
    }
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
}

/// A value as plain text; `None` where there is no value.
fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
            Some(value.to_string())
        }
    }
}

/// The JSON object of a body, in the order of its declaration. It is written into one buffer of the right size, so
/// that no copy of a secret is left behind when a buffer grows.
fn body(names: &[Arc<str>], values: &Values<'_>) -> Result<Bytes, MessageError> {
    let object = Object { names, values };
    let mut size = Size(0);
    serde_json::to_writer(&mut size, &object)?;
    if size.0 > MAX_BODY {
        return Err(MessageError::TooLarge);
    }
    let mut buffer = Zeroizing::new(Vec::with_capacity(size.0));
    serde_json::to_writer(&mut *buffer, &object)?;
    Ok(Bytes::from_owner(buffer))
}

struct Object<'a> {
    names: &'a [Arc<str>],
    values: &'a Values<'a>,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let given: Vec<_> = self.names.iter().filter_map(|name| self.values.get(name)).collect();
        let mut map = serializer.serialize_map(Some(given.len()))?;
        for argument in given {
            map.serialize_entry(&argument.name, &argument.value)?;
        }
        map.end()
    }
}

/// Counts what is written.
struct Size(usize);

impl std::io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
