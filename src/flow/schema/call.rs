//! The form of `call`: its own keys, and every other key is an outcome of the subflow.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::node::RecordCall;
use super::value::{Allow, Entries, ForPeople, Scalar};
use crate::flow::source::Spanned;

/// What a `call` node may hold.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) call: Spanned<String>,
    pub(crate) with: Option<Entries<Spanned<Scalar>>>,
    pub(crate) returns: Option<Entries<Spanned<String>>>,
    /// The outcomes of the subflow with where they lead, `failed` among them.
    pub(crate) outcomes: Vec<(Spanned<String>, Spanned<String>)>,
    pub(crate) record_call: Option<RecordCall>,
    pub(crate) allow: Option<Allow>,
}

impl<'de> Deserialize<'de> for Call {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CallVisitor)
    }
}

struct CallVisitor;

impl<'de> Visitor<'de> for CallVisitor {
    type Value = Call;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a `call` node")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Call, A::Error> {
        let (mut call, mut with, mut returns) = (None, None, None);
        let (mut outcomes, mut record_call, mut allow) = (Vec::new(), None, None);
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            match key.as_str() {
                "call" => call = Some(map.next_value()?),
                "with" => with = Some(map.next_value()?),
                "returns" => returns = Some(map.next_value()?),
                "record_call" => record_call = Some(map.next_value()?),
                "allow" => allow = Some(map.next_value()?),
                "about" | "tags" => _ = map.next_value::<ForPeople>()?,
                _ => outcomes.push((key, map.next_value()?)),
            }
        }
        let call = call.ok_or_else(|| A::Error::custom("a `call` node needs `call:`"))?;
        Ok(Call { call, with, returns, outcomes, record_call, allow })
    }
}
