//! How [`Spanned`] gets its place through serde: the reader answers a request for a newtype of the name below
//! with four elements: file, start, end and the value itself.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::U32Deserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, de};

use super::error::ReadError;
use crate::flow::source::{FileId, Span, Spanned};

/// The serde name that asks for the place of a value.
pub(super) const SPANNED: &str = "$spanned";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(SPANNED, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let mut number =
            || parts.next_element::<u32>()?.ok_or_else(|| A::Error::custom("no place"));
        let (file, start, end) = (number()?, number()?, number()?);
        let value = parts.next_element()?.ok_or_else(|| A::Error::custom("no value"))?;
        Ok(Spanned { value, span: Span { file: FileId(file), start, end } })
    }
}

/// Gives out the place of a value, then the value.
pub(super) struct SpannedAccess<D> {
    numbers: std::vec::IntoIter<u32>,
    value: Option<D>,
}

impl<D> SpannedAccess<D> {
    pub(super) fn new(span: Span, value: D) -> Self {
        let numbers = vec![span.file.0, span.start, span.end].into_iter();
        Self { numbers, value: Some(value) }
    }
}

impl<'de, D: Deserializer<'de, Error = ReadError>> SeqAccess<'de> for SpannedAccess<D> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ReadError> {
        if let Some(number) = self.numbers.next() {
            let number: U32Deserializer<ReadError> =
                de::IntoDeserializer::into_deserializer(number);
            return seed.deserialize(number).map(Some);
        }
        self.value.take().map(|value| seed.deserialize(value)).transpose()
    }
}
