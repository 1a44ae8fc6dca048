//! What must be true of a call afterwards.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::TestCompiler;
use crate::call::Class;
use crate::flow::check;
use crate::flow::definition::{OperationDefinition, VariableKind};
use crate::flow::node::{VariableIndex, Verb};
use crate::flow::schema::{AskedRaw, Entries, Scalar, ThenRaw, Time, Tree};
use crate::flow::script::Claim;
use crate::flow::source::Spanned;
use crate::time::Duration;

impl TestCompiler<'_> {
    pub(super) fn claims(&mut self, raw: &ThenRaw) -> Vec<Spanned<Claim>> {
        let mut claims = Vec::new();
        for (name, asked) in raw.http.iter().flatten() {
            claims.extend(self.asked(name, asked).map(|claim| Spanned::new(claim, name.span)));
        }
        for (name, value) in raw.vars.iter().flatten() {
            claims.extend(self.variable(name, value).map(|claim| Spanned::new(claim, name.span)));
        }
        for (name, value) in raw.record.iter().flatten() {
            claims.extend(self.note(name, value).map(|claim| Spanned::new(claim, name.span)));
        }
        if let Some(count) = &raw.recordings {
            claims.push(Spanned::new(Claim::Recordings(count.value), count.span));
        }
        for (kind, count) in raw.tickets.iter().flatten() {
            self.check_ticket(kind);
            claims.push(Spanned::new(Claim::Tickets(kind.as_str().into(), *count), kind.span));
        }
        if let Some(count) = &raw.callbacks {
            claims.push(Spanned::new(Claim::Callbacks(count.value), count.span));
        }
        if let Some(lasts) = &raw.lasts {
            let lasts = self.lasts(lasts.items());
            claims.extend(lasts);
        }
        for text in raw.log_never_has.iter().flat_map(|texts| texts.items()) {
            claims.push(Spanned::new(Claim::NeverLogged(text.as_str().into()), text.span));
        }
        claims
    }

    fn asked(&mut self, name: &Spanned<String>, raw: &AskedRaw) -> Option<Claim> {
        let (of, operation) = self.mocked(name)?;
        let Some(operation) = operation else {
            for (parameter, _) in raw.with.iter().flatten() {
                let what = format!("parameter of `{}`", name.value);
                self.findings.push(check::unknown_in_test(&what, parameter, &[]));
            }
            return Some(Claim::Asked { of, times: raw.times, with: Vec::new() });
        };
        let with = raw.with.as_ref().map(|with| self.sent(&operation, with)).unwrap_or_default();
        if raw.times == Some(0) && !with.is_empty() {
            let message = format!("`{}` cannot be asked with values and never", name.value);
            let help = "leave `with` out, or say how often it is asked";
            self.findings.push(check::contradiction(message, name.span, help));
        }
        Some(Claim::Asked { of, times: raw.times, with })
    }

    /// The parameters of a request as the service reads them.
    fn sent(
        &mut self,
        operation: &OperationDefinition,
        raw: &Entries<Spanned<Tree>>,
    ) -> Vec<(std::sync::Arc<str>, Json)> {
        let secret = self.secret_parameters(operation);
        let mut with = Vec::new();
        for (name, value) in raw {
            let position = operation.parameters.iter().position(|p| *p.name == *name.value);
            let Some(position) = position else {
                let known: Vec<&str> = operation.parameters.iter().map(|p| &*p.name).collect();
                let what = format!("parameter of `{}.{}`", operation.service, operation.name);
                self.findings.push(check::unknown_in_test(&what, name, &known));
                continue;
            };
            let place = format!("`{}`", name.value);
            if secret.contains(&position) {
                self.findings.push(check::secret_in_test(&place, value.span));
            }
            let kind = operation.parameters[position].kind;
            let json = self.json(value, kind, operation.minor_units, &place);
            with.extend(json.map(|json| (name.as_str().into(), json)));
        }
        with
    }

    /// The parameters that the flow fills with secrets.
    fn secret_parameters(&self, operation: &OperationDefinition) -> BTreeSet<usize> {
        let pins = operation.parameters.iter().enumerate();
        let pins = pins.filter(|(_, p)| p.kind == VariableKind::Pin).map(|(at, _)| at);
        let mut secret: BTreeSet<usize> = pins.collect();
        for verb in self.verbs() {
            let Verb::Http(http) = verb else { continue };
            if http.operation.service == operation.service && http.operation.name == operation.name
            {
                let with = http.with.iter();
                let with = with.filter(|(_, value)| value.class(self.flow) == Class::Secret);
                secret.extend(with.map(|(at, _)| *at));
            }
        }
        secret
    }

    fn variable(&mut self, name: &Spanned<String>, raw: &Spanned<Tree>) -> Option<Claim> {
        let flow = self.flow;
        let Some((at, _, variable)) = flow.variables.get_full(name.as_str()) else {
            let known: Vec<&str> = flow.variables.keys().map(AsRef::as_ref).collect();
            self.findings.push(check::unknown_in_test("variable", name, &known));
            return None;
        };
        let place = format!("`{}`", name.value);
        if variable.class == Class::Secret {
            self.findings.push(check::secret_in_test(&place, raw.span));
        }
        let value = self.value(raw, variable.kind, &place)?;
        Some(Claim::Variable(VariableIndex(u32::try_from(at).ok()?), value))
    }

    fn note(&mut self, name: &Spanned<String>, raw: &Spanned<Scalar>) -> Option<Claim> {
        let notes = self.verbs().filter_map(|verb| {
            if let Verb::Note(note) = verb { Some(&note.entries) } else { None }
        });
        let known: Vec<String> = notes.flatten().map(|(name, _)| name.to_string()).collect();
        if !known.contains(&name.value) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            self.findings.push(check::unknown_in_test("note", name, &known));
            return None;
        }
        let json = match &raw.value {
            Scalar::Text(text) => Json::String(text.clone()),
            Scalar::Int(number) => Json::from(*number),
            Scalar::Bool(yes) => Json::Bool(*yes),
        };
        Some(Claim::Note(name.as_str().into(), json))
    }

    fn check_ticket(&mut self, kind: &Spanned<String>) {
        let kinds = self.verbs().filter_map(|verb| {
            if let Verb::Ticket(ticket) = verb { Some(ticket.kind.to_string()) } else { None }
        });
        let known: Vec<String> = kinds.collect();
        if !known.contains(&kind.value) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            self.findings.push(check::unknown_in_test("kind of ticket", kind, &known));
        }
    }

    /// `< 90s` and `> 10s`.
    fn lasts(&mut self, texts: &[Spanned<String>]) -> Vec<Spanned<Claim>> {
        let mut claims = Vec::new();
        let mut bounds: (Option<Duration>, Option<Duration>) = (None, None);
        for text in texts {
            match bound(text.as_str()) {
                Some(Bound::Below(time)) => {
                    bounds.1 = Some(time);
                    claims.push(Spanned::new(Claim::ShorterThan(time), text.span));
                }
                Some(Bound::Above(time)) => {
                    bounds.0 = Some(time);
                    claims.push(Spanned::new(Claim::LongerThan(time), text.span));
                }
                None => {
                    let wanted = "`< 90s` or `> 10s`, or both in a list";
                    self.findings.push(check::wrong_value("lasts", text.span, wanted));
                }
            }
        }
        if let ((Some(above), Some(below)), Some(last)) = (bounds, texts.last())
            && above >= below
        {
            let message = format!("no call lasts more than {above} and less than {below}");
            self.findings.push(check::contradiction(message, last.span, "correct one of them"));
        }
        claims
    }
}

/// A bound of a length.
enum Bound {
    Below(Duration),
    Above(Duration),
}

fn bound(text: &str) -> Option<Bound> {
    let time = |rest: &str| Time::parse(rest.trim()).map(|time| time.0);
    if let Some(rest) = text.strip_prefix('<') {
        return time(rest).map(Bound::Below);
    }
    time(text.strip_prefix('>')?).map(Bound::Above)
}
