//! How facts are read: as they stream by, nothing kept aside but where `kind` does not come first.
//!
//! What serde derives for a `tag` keeps every value of the object until it has seen the tag, and reads them a second time.
//! Our own rows begin with it, and reports read millions of them.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{EnumAccessDeserializer, MapDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, Unexpected, VariantAccess, Visitor,
};
use serde_json::Value as Json;

use super::fact::{Fact, Shape};

/// The key that tells the variant.
const KIND: &str = "kind";

impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Facts)
    }
}

/// Reads the object of a fact.
struct Facts;

impl<'de> Visitor<'de> for Facts {
    type Value = Fact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what happened, as an object with its `kind`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fact, A::Error> {
        match map.next_key()? {
            Some(Key::Kind) => Shape::deserialize(EnumAccessDeserializer::new(Tagged(map))),
            Some(Key::Other(first)) => sorted(first, map),
            None => Err(Error::missing_field(KIND)),
        }
    }
}

/// Reads a fact whose kind comes later, as other programs may write it.
fn sorted<'de, A: MapAccess<'de>>(first: String, mut map: A) -> Result<Fact, A::Error> {
    let mut fields = vec![(first, map.next_value::<Json>()?)];
    while let Some(field) = map.next_entry()? {
        fields.push(field);
    }
    let kind = fields.iter().position(|(key, _)| key == KIND);
    let kind = kind.ok_or_else(|| Error::missing_field(KIND))?;
    fields.swap(0, kind);
    let fact = Facts.visit_map(MapDeserializer::new(fields.into_iter()));
    fact.map_err(|error: serde_json::Error| Error::custom(error))
}

/// The first key of an object.
enum Key {
    Kind,
    Other(String),
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl Visitor<'_> for Keys {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
                Ok(if key == KIND { Key::Kind } else { Key::Other(key.to_owned()) })
            }
        }

        deserializer.deserialize_identifier(Keys)
    }
}

/// An object whose next value tells the variant; what follows are its fields.
struct Tagged<A>(A);

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Tagged<A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        mut self,
        seed: V,
    ) -> Result<(V::Value, Self), A::Error> {
        Ok((self.0.next_value_seed(seed)?, self))
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Tagged<A> {
    type Error = A::Error;

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.0)
    }

    // Every fact has named fields.

    fn unit_variant(self) -> Result<(), A::Error> {
        Err(Error::invalid_type(Unexpected::Map, &"a fact without fields"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, A::Error> {
        Err(Error::invalid_type(Unexpected::Map, &"a value"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        Err(Error::invalid_type(Unexpected::Map, &"a list"))
    }
}
