//! What a project takes from where it runs: the services that its flows ask and the numbers that they ring, with the
//! values that stand in the environment, in files and among the secrets.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::backend::{self, AddressRange, AddressRules, OperationSettings, ServiceSettings};
use crate::config::{Disabled, Keyring, SecretError};
use crate::flow::{
    Auth, Compiled, Destination, Flow, Method, OperationDefinition, ParameterPlace,
    ServiceDefinition, Setting, Verb,
};
use crate::interpreter::Numbers;

/// Services by name.
pub type Services = BTreeMap<Arc<str>, ServiceSettings>;

/// What a project takes from where it runs.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// What the backend is told of the services.
    pub services: Services,
    /// The numbers that stand elsewhere.
    pub numbers: Numbers,
    /// What is not to be had: such a service is left out, and a transfer to such a number fails.
    pub disabled: Vec<Disabled>,
}

/// Fetches what a project takes from where it runs.
#[must_use]
pub fn surroundings(compiled: &Compiled, keyring: &Keyring) -> Surroundings {
    let mut found = Surroundings::default();
    for definition in &compiled.services {
        match service(definition, keyring) {
            Ok(settings) => {
                found.services.insert(Arc::clone(&definition.name), settings);
            }
            Err(why) => found.disabled.push(Disabled { item: item(&definition.name), why }),
        }
    }
    for setting in compiled.flows.iter().flat_map(|flow| settings_of_numbers(flow)) {
        let (Setting::Env(name) | Setting::File(name) | Setting::Secret(name)) = setting else {
            continue;
        };
        match keyring.plain(setting) {
            Ok(number) => {
                found.numbers.insert(setting.clone(), number);
            }
            Err(error) => {
                let disabled =
                    Disabled { item: format!("number `{name}`"), why: error.to_string() };
                if !found.disabled.contains(&disabled) {
                    found.disabled.push(disabled);
                }
            }
        }
    }
    found
}

/// The numbers that a flow transfers to and does not write out.
pub(super) fn settings_of_numbers(flow: &Flow) -> impl Iterator<Item = &Setting> {
    flow.nodes.iter().filter_map(|node| match &node.verb {
        Verb::Transfer(transfer) => match &transfer.to {
            Destination::Setting(setting) => Some(setting),
            Destination::Formula(_) => None,
        },
        _ => None,
    })
}

/// How a service is named where it is told that it was left out.
#[must_use]
pub fn item(service: &str) -> String {
    format!("service `{service}`")
}

fn service(definition: &ServiceDefinition, keyring: &Keyring) -> Result<ServiceSettings, String> {
    let range = |text: &Arc<str>| {
        text.parse::<AddressRange>().map_err(|error| format!("`{text}` under `addresses`: {error}"))
    };
    let ranges = definition.addresses.iter().map(range).collect::<Result<_, _>>()?;
    let operation = |(name, operation): (&Arc<str>, &Arc<OperationDefinition>)| {
        (Arc::clone(name), operation_settings(operation))
    };
    Ok(ServiceSettings {
        base: keyring.plain(&definition.base).map_err(|error| format!("its base: {error}"))?,
        auth: auth(&definition.auth, keyring).map_err(|error| format!("its `auth`: {error}"))?,
        accepts_secrets: definition.accepts_secret,
        connect_limit: definition.connect,
        concurrency: usize::try_from(definition.concurrency).unwrap_or(usize::MAX),
        addresses: AddressRules(ranges),
        operations: definition.operations.iter().map(operation).collect(),
    })
}

fn auth(auth: &Auth, keyring: &Keyring) -> Result<backend::Auth, SecretError> {
    let secret = |setting: &Setting| {
        keyring.secret(setting).map(|secret| backend::Secret::new(secret.reveal()))
    };
    Ok(match auth {
        Auth::None => backend::Auth::None,
        Auth::Bearer(token) => backend::Auth::Bearer(secret(token)?),
        Auth::Basic { user, password } => {
            backend::Auth::Basic { user: keyring.plain(user)?, password: secret(password)? }
        }
        Auth::Header { name, value } => {
            backend::Auth::Header { name: Arc::clone(name), value: secret(value)? }
        }
        Auth::Mtls { cert, key } => backend::Auth::Mtls {
            certificate: backend::Secret::new(keyring.certificate(cert)?.reveal()),
            key: backend::Secret::new(keyring.key(key)?.reveal()),
        },
    })
}

fn operation_settings(definition: &OperationDefinition) -> OperationSettings {
    let named = |place| {
        let there = definition.parameters.iter().filter(move |one| one.place == place);
        there.map(|one| Arc::clone(&one.name)).collect()
    };
    OperationSettings {
        method: match definition.method {
            Method::Get => backend::Method::Get,
            Method::Post => backend::Method::Post,
            Method::Put => backend::Method::Put,
            Method::Patch => backend::Method::Patch,
            Method::Delete => backend::Method::Delete,
        },
        path: Arc::clone(&definition.path),
        body: named(ParameterPlace::Body),
        query: named(ParameterPlace::Query),
        idempotent: definition.idempotent,
        try_limit: definition.timeout,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Facts, Sources, compile};

    #[test]
    fn what_is_not_to_be_had_is_left_out_and_told() {
        let text = r#"
sambung: 1
flow: night
language: en
start: bye
nodes:
  bye: { hangup: { text: Bye. } }
services:
  open: { base: "https://a.example", operations: { ask: { get: "/" } } }
  nowhere: { base: { env: SAMBUNG_TEST_NEVER_SET }, operations: { ask: { get: "/" } } }
  keyless:
    base: "https://a.example"
    auth: { bearer: { secret: SAMBUNG_TEST_NEVER_SET } }
    operations: { ask: { get: "/" } }
  mute:
    base: "https://a.example"
    auth: { mtls: { cert: { file: no.pem }, key: { file: no.pem } } }
    operations: { ask: { get: "/" } }
  astray: { base: "https://a.example", addresses: [inside], operations: { ask: { get: "/" } } }
"#;
        let compiled = compile(&Sources::one("night.yaml", text.as_bytes()), &Facts::default());
        assert!(!compiled.diagnostics.has_errors(), "{:?}", compiled.diagnostics);
        let found = surroundings(&compiled, &Keyring::at("/nowhere".into()));
        assert_eq!(found.services.keys().map(|name| &**name).collect::<Vec<_>>(), ["open"]);
        let told: Vec<String> =
            found.disabled.iter().map(|one| format!("{}: {}", one.item, one.why)).collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
