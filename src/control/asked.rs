//! What somebody asks: who, by what values, with which body.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::guard::Who;
use super::refusal::Refusal;
use super::table::Parameter;
use crate::call::{AgentId, CallId, QueueId};

/// How many things a list tells at most, unless less is asked for; and the most that can be asked for.
const LIMIT: (usize, usize) = (100, 1_000);
/// The longest name of an agent or a queue, in characters.
const MAX_NAME: usize = 128;

/// A question or an order whose asker may ask it.
#[derive(Debug)]
pub(super) struct Asked {
    /// Who; `None` = nobody in particular.
    pub(super) who: Option<Who>,
    /// The values of the path.
    pub(super) path: BTreeMap<String, String>,
    /// The values of the query.
    pub(super) query: BTreeMap<String, String>,
    /// The body.
    pub(super) body: Vec<u8>,
}

impl Asked {
    /// The agent in the path.
    pub(super) fn agent(&self) -> Result<AgentId, Refusal> {
        self.name("agent").map(AgentId::new)
    }

    /// The queue in the path.
    pub(super) fn queue(&self) -> Result<QueueId, Refusal> {
        self.name("queue").map(QueueId::new)
    }

    fn name(&self, of: &str) -> Result<&str, Refusal> {
        let name = self.path.get(of).map_or("", String::as_str);
        if (1..=MAX_NAME).contains(&name.chars().count()) {
            return Ok(name);
        }
        Err(Refusal::senseless("wrong_name", format!("This is no name of one {of}.")))
    }

    /// The contact in the path.
    pub(super) fn contact(&self) -> Result<CallId, Refusal> {
        contact(self.path.get("contact").map_or("", String::as_str))
    }

    /// A contact in the query.
    pub(super) fn contact_in_query(&self) -> Result<CallId, Refusal> {
        contact(self.query.get("contact").map_or("", String::as_str))
    }

    /// An agent in the query.
    pub(super) fn agent_in_query(&self) -> AgentId {
        AgentId::new(self.query.get("agent").map_or("", String::as_str))
    }

    /// How many are asked for.
    pub(super) fn limit(&self) -> Result<usize, Refusal> {
        let Some(written) = self.query.get("limit") else { return Ok(LIMIT.0) };
        match written.parse() {
            Ok(limit) if (1..=LIMIT.1).contains(&limit) => Ok(limit),
            _ => {
                let message = format!("`limit` must be a whole number from 1 to {}.", LIMIT.1);
                Err(Refusal::senseless("wrong_limit", message))
            }
        }
    }

    /// The body as what it must be.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let message = format!("The body is not the JSON that belongs here: {error}.");
            Refusal::senseless("wrong_body", message)
                .hint("`GET /v1/openapi.json` tells what each order takes.")
        })
    }

    /// Who orders, by the name of their token.
    pub(super) fn token(&self) -> std::sync::Arc<str> {
        self.who.as_ref().map(|who| who.name.clone()).unwrap_or_default()
    }

    /// Who orders, for the history; `None` = the agent themselves.
    pub(super) fn by(&self) -> Option<std::sync::Arc<str>> {
        use super::settings::Role;
        self.who.as_ref().and_then(|who| match who.role {
            Role::Agent(_) => None,
            Role::Read | Role::Supervisor | Role::Admin => Some(who.name.clone()),
        })
    }
}

/// A contact by its id.
pub(super) fn contact(text: &str) -> Result<CallId, Refusal> {
    CallId::parse(text).ok_or_else(|| {
        Refusal::senseless("wrong_contact", "This is no id of a contact.")
            .hint("`GET /v1/queues/{queue}`, or `sambung queue show QUEUE`, tells ids.")
    })
}

/// The values of a query, if they are those that a route knows.
pub(super) fn query(
    written: Vec<(String, String)>,
    known: &[Parameter],
) -> Result<BTreeMap<String, String>, Refusal> {
    let mut values = BTreeMap::new();
    for (name, value) in written {
        if !known.iter().any(|parameter| parameter.name == name) {
            let names: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
            let message = format!("`{}` is not known here.", name.escape_default());
            let refusal = Refusal::senseless("unknown_parameter", message);
            return Err(if names.is_empty() {
                refusal.hint("This route takes nothing in its query.")
            } else {
                refusal.hint(format!("Known are: {}.", names.join(", ")))
            });
        }
        if values.insert(name.clone(), value).is_some() {
            return Err(Refusal::senseless("twice", format!("`{name}` is given twice.")));
        }
    }
    match known.iter().find(|known| known.required && !values.contains_key(known.name)) {
        None => Ok(values),
        Some(missing) => {
            let message = format!("`{}` is missing in the query.", missing.name);
            Err(Refusal::senseless("missing_parameter", message))
        }
    }
}
