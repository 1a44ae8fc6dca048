//! The form of opening hours.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::value::{Entries, ForPeople, Texts};
use crate::flow::source::Spanned;

/// Opening hours.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a calendar")]
#[schemars(rename = "calendar", deny_unknown_fields)]
pub(crate) struct CalendarRaw {
    pub(crate) zone: Spanned<String>,
    pub(crate) open: Entries<Texts>,
    pub(crate) exceptions: Option<Entries<Texts>>,
    pub(crate) holidays: Option<HolidaysRaw>,
    #[serde(rename = "override")]
    pub(crate) standing: Option<OverrideRaw>,
    #[serde(rename = "about")]
    _about: Option<ForPeople>,
}

/// Holidays: names of lists, or days with their names, or both.
#[derive(Debug, Clone, Default)]
pub(crate) struct HolidaysRaw {
    /// Names of lists: `indonesia`, `[indonesia]`, or under the key `use`.
    pub(crate) lists: Vec<Spanned<String>>,
    /// Days with the names of their holidays.
    pub(crate) days: Vec<(Spanned<String>, Spanned<String>)>,
}

impl<'de> Deserialize<'de> for HolidaysRaw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "$shape", rename_all = "lowercase")]
        enum Shape {
            Text(Spanned<String>),
            List(Vec<Spanned<String>>),
            Map(Keys),
        }
        struct Keys(HolidaysRaw);
        impl<'de> Deserialize<'de> for Keys {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map(HolidaysVisitor).map(Keys)
            }
        }
        Ok(match Shape::deserialize(deserializer)? {
            Shape::Text(list) => Self { lists: vec![list], days: Vec::new() },
            Shape::List(lists) => Self { lists, days: Vec::new() },
            Shape::Map(Keys(holidays)) => holidays,
        })
    }
}

struct HolidaysVisitor;

impl<'de> Visitor<'de> for HolidaysVisitor {
    type Value = HolidaysRaw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("days with the names of their holidays")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<HolidaysRaw, A::Error> {
        let mut holidays = HolidaysRaw::default();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            if key.value == "use" {
                holidays.lists = map.next_value::<Texts>()?.items().to_vec();
            } else {
                holidays.days.push((key, map.next_value()?));
            }
        }
        Ok(holidays)
    }
}

/// Open or closed whatever the hours say.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "$shape", rename_all = "lowercase")]
#[schemars(rename = "override", untagged)]
pub(crate) enum OverrideRaw {
    /// `open` or `closed`.
    Text(Spanned<String>),
    /// With an end.
    Map(Spanned<OverrideKeys>),
}

/// An override with an end.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`override`")]
#[schemars(rename = "override_until", deny_unknown_fields)]
pub(crate) struct OverrideKeys {
    pub(crate) open: Option<bool>,
    pub(crate) closed: Option<bool>,
    pub(crate) until: Option<Spanned<String>>,
    #[serde(rename = "why")]
    _why: Option<ForPeople>,
}
