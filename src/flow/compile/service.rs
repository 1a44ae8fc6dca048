//! Services: what a project declares of the systems that its flows ask.

use std::sync::Arc;

use indexmap::IndexMap;

use super::check_name;
use super::globals::{Globals, define};
use super::kind::{kind, money};
use crate::flow::check;
use crate::flow::definition::{
    Auth, FieldType, Method, OperationDefinition, Parameter, ParameterPlace, RecordIndex,
    RecordType, ServiceDefinition, Setting, VariableKind,
};
use crate::flow::read::{Reader, read};
use crate::flow::schema::{AuthRaw, Entries, OperationRaw, ServiceRaw, SettingRaw, Time};
use crate::flow::source::{Span, Spanned};
use crate::time::Duration;

/// How long a connection may take, where the service does not say.
const CONNECT: Duration = Duration::from_secs(1);
/// How long one try may take, where neither operation nor service says.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The longest that one try, and all tries together, may take.
pub(super) const MAX_TIMEOUT: Duration = Duration::from_secs(10);
/// The tries of an operation that may be repeated, where nothing is said.
const TRIES: u32 = 2;
/// The most tries.
pub(super) const MAX_TRIES: u32 = 5;
/// The requests under way at once, where the service does not say.
const CONCURRENCY: u32 = 32;
/// The most requests under way at once.
const MAX_CONCURRENCY: u32 = 10_000;

/// A service as its section writes it.
pub(super) struct ServiceDraft {
    name: Spanned<String>,
    raw: ServiceRaw,
}

impl Globals {
    /// Reads a `services:` section; the services are made when all record types are known.
    pub(super) fn services(&mut self, section: Reader<'_>) -> Vec<ServiceDraft> {
        let mut drafts = Vec::new();
        for (name, reader) in section.entries() {
            check_name(&name.value, name.span, "service", &mut self.findings);
            if let Some(raw) = read::<ServiceRaw>(reader) {
                for (record, _) in raw.types.iter().flatten() {
                    check_name(&record.value, record.span, "type", &mut self.findings);
                    let full = format!("{}.{}", name.value, record.value);
                    let record = RecordType { name: full.as_str().into(), fields: IndexMap::new() };
                    self.records.entry(full).or_insert(record);
                }
                drafts.push(ServiceDraft { name, raw });
            }
        }
        drafts
    }

    /// Makes the services, now that every record type has its place.
    pub(super) fn settle_services(&mut self, drafts: Vec<ServiceDraft>) {
        for ServiceDraft { name, raw } in drafts {
            for (record, fields) in raw.types.iter().flatten() {
                let fields = self.fields(name.as_str(), fields);
                let full = format!("{}.{}", name.value, record.value);
                if let Some(known) = self.records.get_mut(&full) {
                    known.fields = fields;
                }
            }
            let service = self.service(&name, &raw);
            define(&mut self.services, &mut self.findings, "service", name, service);
        }
    }

    fn fields(
        &mut self,
        service: &str,
        raw: &Entries<Spanned<String>>,
    ) -> IndexMap<Arc<str>, FieldType> {
        let mut fields = IndexMap::new();
        for (name, written) in raw {
            check_name(&name.value, name.span, "field", &mut self.findings);
            // `money(currency)`: the currency stands in another field.
            let sibling = money(&written.value)
                .and_then(|inside| raw.iter().position(|(other, _)| other.value == inside));
            let field = match sibling {
                Some(place) => FieldType::MoneyIn(place),
                None => FieldType::Plain(self.kind_of(written, Some(service))),
            };
            fields.insert(name.as_str().into(), field);
        }
        fields
    }

    /// The type of that name; text where there is none, which is reported.
    pub(super) fn kind_of(
        &mut self,
        name: &Spanned<String>,
        service: Option<&str>,
    ) -> VariableKind {
        kind(name, service, &self.records).unwrap_or_else(|finding| {
            self.findings.push(*finding);
            VariableKind::Text
        })
    }

    fn service(&mut self, name: &Spanned<String>, raw: &ServiceRaw) -> ServiceDefinition {
        let base = match &raw.base {
            Some(base) => setting(base, &mut self.findings),
            None => {
                self.findings.push(check::missing_key("a service", "base", name.span));
                Setting::Text("".into())
            }
        };
        if let Setting::Text(address) = &base
            && let Some(place) = &raw.base
            && !(address.starts_with("http://") || address.starts_with("https://"))
        {
            let wanted = "an address that begins with `https://`, or `{ env: NAME }`";
            self.findings.push(check::wrong_value("base", place.span, wanted));
        }
        if let (Setting::Text(address), Some(place)) = (&base, &raw.base)
            && check::has_password(address)
        {
            self.findings.push(check::clear_text(place.span));
        }
        if let Some(accepts) = raw.accepts.as_ref().filter(|accepts| accepts.value != "secret") {
            self.findings.push(check::wrong_value("accepts", accepts.span, "`secret`"));
        }
        let concurrency = raw.concurrency.as_ref().map_or(CONCURRENCY, |limit| {
            let range = 1..=MAX_CONCURRENCY;
            if !range.contains(&limit.value) {
                let finding = check::out_of_range("concurrency", limit.span, "from 1 to 10000");
                self.findings.push(finding);
            }
            limit.value.clamp(1, MAX_CONCURRENCY)
        });
        let mut operations = IndexMap::new();
        for (operation, written) in raw.operations.iter().flatten() {
            check_name(&operation.value, operation.span, "operation", &mut self.findings);
            let definition = self.operation(name.as_str(), raw, operation, written);
            operations.insert(operation.as_str().into(), Arc::new(definition));
        }
        ServiceDefinition {
            name: name.as_str().into(),
            base,
            auth: raw.auth.as_ref().map_or(Auth::None, |auth| self.auth(auth, name.span)),
            accepts_secret: raw.accepts.is_some(),
            addresses: raw.addresses.iter().flatten().map(|a| a.as_str().into()).collect(),
            connect: self.limit(raw.connect.as_ref(), "connect").unwrap_or(CONNECT),
            concurrency,
            operations,
        }
    }

    /// A time of at most ten seconds.
    fn limit(&mut self, time: Option<&Spanned<Time>>, key: &str) -> Option<Duration> {
        let time = time?;
        if time.value.0 > MAX_TIMEOUT || time.value.0.is_zero() {
            self.findings.push(check::out_of_range(key, time.span, "above 0 and at most 10s"));
        }
        Some(time.value.0.min(MAX_TIMEOUT).max(Duration::from_millis(1)))
    }

    fn auth(&mut self, raw: &AuthRaw, place: Span) -> Auth {
        let findings = &mut self.findings;
        // A user's name is no secret; everything else here is, and must come from outside.
        let secrets = [
            raw.bearer.as_ref(),
            raw.basic.as_ref().map(|basic| &basic.password),
            raw.header.as_ref().map(|header| &header.value),
            raw.mtls.as_ref().map(|mtls| &mtls.key),
        ];
        for secret in secrets.into_iter().flatten() {
            if matches!(secret.value, SettingRaw::Text(_)) {
                findings.push(check::clear_text(secret.span));
            }
        }
        let given =
            [raw.bearer.is_some(), raw.basic.is_some(), raw.header.is_some(), raw.mtls.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            findings.push(check::one_of("auth", place, "`bearer`, `basic`, `header` or `mtls`"));
        }
        if let Some(bearer) = &raw.bearer {
            Auth::Bearer(setting(bearer, findings))
        } else if let Some(basic) = &raw.basic {
            Auth::Basic {
                user: setting(&basic.user, findings),
                password: setting(&basic.password, findings),
            }
        } else if let Some(header) = &raw.header {
            let value = setting(&header.value, findings);
            Auth::Header { name: header.name.as_str().into(), value }
        } else if let Some(mtls) = &raw.mtls {
            Auth::Mtls { cert: setting(&mtls.cert, findings), key: setting(&mtls.key, findings) }
        } else {
            Auth::None
        }
    }

    fn operation(
        &mut self,
        service: &str,
        owner: &ServiceRaw,
        name: &Spanned<String>,
        raw: &OperationRaw,
    ) -> OperationDefinition {
        let (method, path) = self.method(name, raw);
        let mut parameters = Vec::new();
        let places = [
            (&raw.path, ParameterPlace::Path),
            (&raw.query, ParameterPlace::Query),
            (&raw.body, ParameterPlace::Body),
        ];
        for (entries, place) in places {
            for (parameter, written) in entries.iter().flatten() {
                check_name(&parameter.value, parameter.span, "parameter", &mut self.findings);
                let kind = self.kind_of(written, Some(service));
                let name: Arc<str> = parameter.as_str().into();
                if parameters.iter().any(|known: &Parameter| known.name == name) {
                    self.findings.push(check::parameter_twice(parameter));
                }
                parameters.push(Parameter { name, kind, place });
            }
        }
        if let Some(path) = &path {
            self.findings.extend(check::path_parameters(path, &parameters));
        }
        let returns = raw.returns.as_ref().and_then(|name| self.returned(service, name));
        let idempotent = raw.idempotent.unwrap_or(method == Method::Get);
        let written = raw.tries.as_ref().or(owner.tries.as_ref());
        if let Some(tries) = written.filter(|tries| !(1..=MAX_TRIES).contains(&tries.value)) {
            self.findings.push(check::out_of_range("tries", tries.span, "from 1 to 5"));
        }
        let in_vain = raw.tries.as_ref().filter(|tries| !idempotent && tries.value > 1);
        self.findings.extend(
            in_vain.map(|tries| {
                check::unsafe_repeat(&format!("{service}.{}", name.value), tries.span)
            }),
        );
        let tries = written.map_or(TRIES, |tries| tries.value.clamp(1, MAX_TRIES));
        let timeout = raw.timeout.as_ref().or(owner.timeout.as_ref());
        let unit = raw.unit.as_ref().or(owner.unit.as_ref());
        if let Some(unit) = unit.filter(|unit| !["major", "minor"].contains(&unit.as_str())) {
            self.findings.push(check::wrong_value("unit", unit.span, "`major` or `minor`"));
        }
        OperationDefinition {
            service: service.into(),
            name: name.as_str().into(),
            method,
            path: path.map_or("/".into(), |path| path.as_str().into()),
            parameters,
            returns,
            minor_units: unit.is_some_and(|unit| unit.value == "minor"),
            idempotent,
            tries: if idempotent { tries } else { 1 },
            timeout: self.limit(timeout, "timeout").unwrap_or(TIMEOUT),
        }
    }

    /// The record that an operation answers with.
    fn returned(&mut self, service: &str, name: &Spanned<String>) -> Option<RecordIndex> {
        match kind(name, Some(service), &self.records) {
            Ok(VariableKind::Record(record)) => return Some(record),
            Err(finding) => self.findings.push(*finding),
            Ok(_) => {
                let wanted = "the name of a type of this service";
                self.findings.push(check::wrong_value("returns", name.span, wanted));
            }
        }
        None
    }

    fn method(
        &mut self,
        name: &Spanned<String>,
        raw: &OperationRaw,
    ) -> (Method, Option<Spanned<String>>) {
        let methods = [
            (Method::Get, &raw.get),
            (Method::Post, &raw.post),
            (Method::Put, &raw.put),
            (Method::Patch, &raw.patch),
            (Method::Delete, &raw.delete),
        ];
        let mut given =
            methods.into_iter().filter_map(|(method, path)| Some((method, path.clone()?)));
        let (first, second) = (given.next(), given.next());
        let Some((method, path)) = first.filter(|_| second.is_none()) else {
            let wanted = "`get`, `post`, `put`, `patch` or `delete` with its path";
            self.findings.push(check::one_of(name.as_str(), name.span, wanted));
            return (Method::Post, None);
        };
        if !path.value.starts_with('/') || path.value.contains(['?', '#', ' ']) {
            let wanted = "a path that begins with `/` and holds no `?`, `#` or space";
            self.findings.push(check::wrong_value("the path", path.span, wanted));
        }
        if method == Method::Get
            && let Some((first, _)) = raw.body.iter().flatten().next()
        {
            self.findings.push(check::body_of_get(first.span));
        }
        (method, Some(path))
    }
}

/// A value that may come from outside.
pub(super) fn setting(
    raw: &Spanned<SettingRaw>,
    findings: &mut Vec<crate::flow::diagnostic::Diagnostic>,
) -> Setting {
    match &raw.value {
        SettingRaw::Text(text) => Setting::Text(text.as_str().into()),
        SettingRaw::Map(from) => {
            let given: Vec<Setting> = [
                from.env.as_ref().map(|name| Setting::Env(name.as_str().into())),
                from.file.as_ref().map(|name| Setting::File(name.as_str().into())),
                from.secret.as_ref().map(|name| Setting::Secret(name.as_str().into())),
            ]
            .into_iter()
            .flatten()
            .collect();
            match given.as_slice() {
                [one] => one.clone(),
                _ => {
                    findings.push(check::one_of("this", raw.span, "`env`, `file` or `secret`"));
                    Setting::Text("".into())
                }
            }
        }
    }
}
