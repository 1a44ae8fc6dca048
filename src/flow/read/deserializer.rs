//! The serde side of [`Reader`].

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_yaml::Value;

use super::error::ReadError;
use super::spanned::{SPANNED, SpannedAccess};
use super::{Reader, SHAPE, unknown_key};
use crate::flow::check::KEY_IS_NO_TEXT;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::load::Places;
use crate::flow::source::Span;

type Result<T> = std::result::Result<T, ReadError>;

impl<'a> Reader<'a> {
    /// The value as text: what stands in the file, so that `0.50` and `true` can be text too.
    fn text(&self) -> Result<&'a str> {
        match self.value {
            Value::String(text) => Ok(text),
            Value::Number(_) | Value::Bool(_) => Ok(self.context.file.slice(self.span())),
            Value::Mapping(_) if self.is_text_in_braces() => Err(self.text_in_braces()),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => {
                Err(self.expected("text"))
            }
        }
    }

    /// Whether the value is `{name}`: text whose author did not think of YAML.
    fn is_text_in_braces(&self) -> bool {
        let written = self.context.file.slice(self.span());
        matches!(self.value, Value::Mapping(map) if !map.is_empty() && map.values().all(Value::is_null))
            && written.starts_with('{')
    }

    fn text_in_braces(&self) -> ReadError {
        let written = self.context.file.slice(self.span());
        let message = format!("`{written}` without quotes is a YAML map");
        let finding = Diagnostic::new(&KEY_IS_NO_TEXT, self.span(), message);
        ReadError::complete(finding.patch(self.span(), format!("\"{written}\"")))
    }

    fn whole_number(&self, range: std::ops::RangeInclusive<i64>) -> Result<i64> {
        let (low, high) = (*range.start(), *range.end());
        match self.value.as_i64() {
            Some(number) if range.contains(&number) => Ok(number),
            _ if low >= 0 && high >= i64::from(u32::MAX) => {
                Err(self.expected("a whole number from 0"))
            }
            _ if high < i64::MAX => {
                Err(self.expected(&format!("a whole number from {low} to {high}")))
            }
            _ => Err(self.expected("a whole number")),
        }
    }

    fn expected(&self, what: &str) -> ReadError {
        if self.is_alias() {
            return ReadError::consequence();
        }
        let found = match self.value {
            Value::Null => ", but nothing is given",
            Value::Bool(_) => ", not true or false",
            // Beside a wanted number, what is written says more than its form.
            Value::Number(_) => &format!(", not `{}`", self.context.file.slice(self.span())),
            Value::String(_) => ", not text",
            Value::Sequence(_) => ", not a list",
            Value::Mapping(_) | Value::Tagged(_) => ", not a map",
        };
        ReadError::expected(format!("{what}{found}")).at(self.span())
    }

    const fn shape(&self) -> &'static str {
        match self.value {
            Value::Sequence(_) => "list",
            Value::Mapping(_) => "map",
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Tagged(_) => "text",
        }
    }

    fn struct_fields<V: Visitor<'a>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if !self.is_map() {
            return Err(self.expected("a map: keys with their values"));
        }
        let given = self.entries();
        let mut entries: Vec<(&str, Span, Self)> = Vec::new();
        let mut set_aside = Vec::new();
        for (key, reader) in &given {
            // What was probably meant is read as meant, so that one slip of the finger is one finding.
            let field = match fields.iter().find(|field| **field == key.value) {
                Some(field) => Some(*field),
                None => {
                    let finding = unknown_key(&key.value, key.span, name, fields);
                    let meant = finding.patch.as_ref().map(|patch| patch.text.clone());
                    self.context.report(finding);
                    fields.iter().find(|field| Some(**field) == meant.as_deref()).copied()
                }
            };
            let Some(field) = field else { continue };
            let own = field == key.value;
            let rightly_given = !own && given.iter().any(|(k, _)| k.value == field);
            let taken = entries.iter().any(|(name, _, _)| *name == field);
            if self.context.broken.borrow().contains(&key.span) {
                set_aside.push(field);
            } else if !rightly_given && !taken {
                entries.push((field, key.span, *reader));
            }
        }
        let place = self.key.map_or_else(|| self.span(), |(_, span)| span);
        let access = Entries { entries: entries.into_iter(), value: None };
        visitor
            .visit_map(access)
            .map_err(|e| e.in_struct(name, place, |key| set_aside.contains(&key)))
    }
}

impl<'a> Deserializer<'a> for Reader<'a> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        let span = self.span();
        let result = match self.value {
            Value::Null => Err(self.expected("given")),
            Value::Bool(yes) => visitor.visit_bool(*yes),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => visitor.visit_i64(whole),
                (None, Some(decimal)) => visitor.visit_f64(decimal),
                (None, None) => Err(self.expected("a number")),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Sequence(_) => return self.deserialize_seq(visitor),
            Value::Mapping(_) | Value::Tagged(_) => return self.deserialize_map(visitor),
        };
        result.map_err(|e| e.at(span))
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        match self.value {
            Value::Bool(yes) => visitor.visit_bool(*yes),
            _ => Err(self.expected("`true` or `false`")),
        }
    }

    fn deserialize_i64<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_i64(self.whole_number(i64::MIN..=i64::MAX)?)
    }

    fn deserialize_u32<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_i64(self.whole_number(0..=i64::from(u32::MAX))?)
    }

    fn deserialize_u64<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_i64(self.whole_number(0..=i64::MAX)?)
    }

    fn deserialize_u16<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_i64(self.whole_number(0..=i64::from(u16::MAX))?)
    }

    fn deserialize_u8<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_i64(self.whole_number(0..=i64::from(u8::MAX))?)
    }

    fn deserialize_f64<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        match self.value.as_f64() {
            Some(number) => visitor.visit_f64(number),
            None => Err(self.expected("a number")),
        }
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        let text = self.text()?;
        visitor.visit_borrowed_str(text).map_err(|e: ReadError| e.at(self.span()))
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        if name == SPANNED {
            return visitor.visit_seq(SpannedAccess::new(self.span(), self));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        let (Value::Sequence(items), Places::List(_, places)) = (self.value, self.places) else {
            return Err(self.expected("a list"));
        };
        let readers = items
            .iter()
            .zip(places)
            .map(|(value, places)| Reader { value, places, key: None, ..self })
            .filter(|reader| !self.context.broken.borrow().contains(&reader.span()));
        visitor.visit_seq(Items(readers)).map_err(|e: ReadError| e.at(self.span()))
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        if !self.is_map() {
            return Err(self.expected("a map: keys with their values"));
        }
        let mut entries = Vec::new();
        for (key, reader) in self.entries() {
            if let Some((name, _)) = reader.key
                && !self.context.broken.borrow().contains(&key.span)
            {
                entries.push((name, key.span, reader));
            }
        }
        let access = Entries { entries: entries.into_iter(), value: None };
        visitor.visit_map(access).map_err(|e: ReadError| e.at(self.span()))
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.struct_fields(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if name != SHAPE {
            let text: StrDeserializer<'_, ReadError> = self.text()?.into_deserializer();
            return visitor.visit_enum(text).map_err(|e: ReadError| e.at(self.span()));
        }
        if variants.contains(&"text") && self.is_text_in_braces() {
            return Err(self.text_in_braces());
        }
        let shape = self.shape();
        if variants.contains(&shape) {
            return visitor
                .visit_enum(ByShape { shape, reader: self })
                .map_err(|e: ReadError| e.at(self.span()));
        }
        let named: Vec<&str> = variants
            .iter()
            .map(|v| match *v {
                "list" => "a list",
                "map" => "a map",
                text => text,
            })
            .collect();
        Err(self.expected(&named.join(" or ")))
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'a>>
        i8 i16 i32 i128 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

/// The items of a list.
struct Items<I>(I);

impl<'a, I: Iterator<Item = Reader<'a>>> SeqAccess<'a> for Items<I> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let Some(reader) = self.0.next() else { return Ok(None) };
        let span = reader.span();
        seed.deserialize(reader).map(Some).map_err(|e| e.at(span).inside(span))
    }
}

/// The entries of a map.
struct Entries<'a> {
    entries: std::vec::IntoIter<(&'a str, Span, Reader<'a>)>,
    value: Option<(&'a str, Span, Reader<'a>)>,
}

impl<'a> MapAccess<'a> for Entries<'a> {
    type Error = ReadError;

    fn next_key_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        self.value = self.entries.next();
        let Some((name, span, _)) = self.value else { return Ok(None) };
        seed.deserialize(KeyReader { name, span })
            .map(Some)
            .map_err(|e| e.at(span).under(name, span))
    }

    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value> {
        let Some((name, key, reader)) = self.value.take() else {
            return Err(ReadError::expected("a key before a value"));
        };
        seed.deserialize(reader).map_err(|e| e.at(reader.span()).under(name, key))
    }
}

/// A key of a map.
#[derive(Clone, Copy)]
struct KeyReader<'a> {
    name: &'a str,
    span: Span,
}

impl<'a> Deserializer<'a> for KeyReader<'a> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_str(self.name)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        if name == SPANNED {
            return visitor.visit_seq(SpannedAccess::new(self.span, self));
        }
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// An enum variant chosen by the shape of the value.
struct ByShape<'a> {
    shape: &'static str,
    reader: Reader<'a>,
}

impl<'a> EnumAccess<'a> for ByShape<'a> {
    type Error = ReadError;
    type Variant = Reader<'a>;

    fn variant_seed<S: DeserializeSeed<'a>>(self, seed: S) -> Result<(S::Value, Reader<'a>)> {
        let shape: StrDeserializer<'_, ReadError> = self.shape.into_deserializer();
        Ok((seed.deserialize(shape)?, self.reader))
    }
}

impl<'a> VariantAccess<'a> for Reader<'a> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'a>>(self, seed: S) -> Result<S::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.struct_fields("this", fields, visitor)
    }
}
