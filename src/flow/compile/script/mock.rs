//! How services and stores answer in tests, typed by what the services declare.

use std::sync::Arc;

use serde_json::Value as Json;

use super::TestCompiler;
use crate::call::Failure;
use crate::flow::check;
use crate::flow::definition::{OperationDefinition, VariableKind};
use crate::flow::schema::{FaultRaw, MockRaw, MocksRaw};
use crate::flow::script::{Mock, MockAnswer, MockOf, MockReply};
use crate::flow::source::{Span, Spanned};
use crate::time::Duration;

/// How long a store may take before it counts as failed.
const STORE_TIMEOUT: Duration = Duration::from_secs(10);

/// The number that a store gives where a mock says none.
const USUAL_NUMBER: &str = "1001";

impl TestCompiler<'_> {
    /// What stands before a mock or a claim: `tickets`, `callbacks`, or an operation.
    pub(super) fn mocked(
        &mut self,
        name: &Spanned<String>,
    ) -> Option<(MockOf, Option<Arc<OperationDefinition>>)> {
        match name.as_str() {
            "tickets" => return Some((MockOf::Tickets, None)),
            "callbacks" => return Some((MockOf::Callbacks, None)),
            _ => {}
        }
        let services = self.globals.services.values().map(|(_, service)| service);
        let operations = services.flat_map(|service| service.operations.values());
        let full =
            |operation: &OperationDefinition| format!("{}.{}", operation.service, operation.name);
        if let Some(operation) = operations.clone().find(|o| full(o) == name.value) {
            let (service, own) = (operation.service.clone(), operation.name.clone());
            let of = MockOf::Operation { service, operation: own };
            return Some((of, Some(Arc::clone(operation))));
        }
        let known: Vec<String> = operations.map(|o| full(o)).collect();
        let known = known.iter().map(String::as_str).chain(["tickets", "callbacks"]);
        let finding = check::unknown_in_test("operation", name, &known.collect::<Vec<_>>());
        self.findings.push(finding);
        None
    }

    pub(super) fn mock(&mut self, name: &Spanned<String>, raw: &MocksRaw) -> Option<Mock> {
        let (of, operation) = self.mocked(name)?;
        let written = match raw {
            MocksRaw::Map(one) => std::slice::from_ref(one),
            MocksRaw::List(several) => several,
        };
        if written.is_empty() {
            self.findings.push(check::wrong_value(
                &name.value,
                name.span,
                "one answer, or several",
            ));
        }
        let mut answers = Vec::new();
        for raw in written {
            let raw = &Spanned::new(raw.value.clone(), self.tight(raw.span));
            answers.extend(match &operation {
                Some(operation) => self.answer(operation, raw),
                None => self.kept(&name.value, raw),
            });
        }
        (!answers.is_empty()).then_some(Mock { span: name.span, of, answers })
    }

    /// What an operation answers.
    fn answer(
        &mut self,
        operation: &OperationDefinition,
        raw: &Spanned<MockRaw>,
    ) -> Option<MockAnswer> {
        self.check_one_answer(raw);
        let after = self.after(&raw.value, raw.span);
        let timed_out =
            MockAnswer { after: operation.timeout, what: MockReply::Failed(Failure::Timeout) };
        if after >= operation.timeout {
            return Some(timed_out);
        }
        let what = match (&raw.value.fault, &raw.value.status, &raw.value.body) {
            (Some(fault), ..) if fault.value == FaultRaw::Timeout => return Some(timed_out),
            (Some(fault), ..) => MockReply::Failed(failure(fault.value)),
            (_, Some(status), _) if !is_success(status.value) => self.status(status)?,
            (.., Some(body)) => match serde_json::from_str(&body.value) {
                Ok(json) => MockReply::Body(json),
                Err(_) => MockReply::Failed(Failure::BadShape),
            },
            (..) => MockReply::Body(self.reply(operation, raw)?),
        };
        Some(MockAnswer { after, what })
    }

    /// The reply, which must be of the declared type.
    fn reply(&mut self, operation: &OperationDefinition, raw: &Spanned<MockRaw>) -> Option<Json> {
        let full = format!("{}.{}", operation.service, operation.name);
        match (&raw.value.reply, operation.returns) {
            (None, None) => Some(Json::Null),
            (Some(reply), None) => Some(self.any_json(reply)),
            (None, Some(_)) if self.context.any_within(raw.span) => None,
            (None, Some(_)) => {
                let wanted = "given: what the service answers, as `reply`, `status` or `fault`";
                let place = format!("the answer of `{full}`");
                self.findings.push(check::wrong_test_value(&place, wanted, raw.span));
                None
            }
            (Some(reply), Some(record)) => {
                let (kind, minor) = (VariableKind::Record(record), operation.minor_units);
                self.json(reply, kind, minor, &format!("the reply of `{full}`"))
            }
        }
    }

    /// What a status that is no success means to a flow.
    fn status(&mut self, status: &Spanned<u16>) -> Option<MockReply> {
        match status.value {
            404 | 410 => Some(MockReply::NotFound),
            300..=599 => Some(MockReply::Failed(Failure::Error)),
            _ => {
                self.findings.push(check::out_of_range("status", status.span, "from 200 to 599"));
                None
            }
        }
    }

    /// What a store answers: the number under which it keeps something, or that it cannot.
    fn kept(&mut self, name: &str, raw: &Spanned<MockRaw>) -> Option<MockAnswer> {
        self.check_one_answer(raw);
        let after = self.after(&raw.value, raw.span);
        if after >= STORE_TIMEOUT {
            let what = MockReply::Failed(Failure::Timeout);
            return Some(MockAnswer { after: STORE_TIMEOUT, what });
        }
        if let Some(body) = &raw.value.body {
            let wanted = "`reply` with a number, `status` or `fault`";
            self.findings.push(check::wrong_test_value(&format!("`{name}`"), wanted, body.span));
            return None;
        }
        if let Some(fault) = &raw.value.fault {
            let after = if fault.value == FaultRaw::Timeout { STORE_TIMEOUT } else { after };
            return Some(MockAnswer { after, what: MockReply::Failed(failure(fault.value)) });
        }
        if let Some(status) = raw.value.status.as_ref().filter(|status| !is_success(status.value)) {
            self.status(status)?;
            return Some(MockAnswer { after, what: MockReply::Failed(Failure::Error) });
        }
        let number = match &raw.value.reply {
            None => USUAL_NUMBER.into(),
            Some(reply) => {
                let place = format!("the reply of `{name}`");
                let value = self.value(reply, VariableKind::Digits, &place)?;
                value.to_string().as_str().into()
            }
        };
        Some(MockAnswer { after, what: MockReply::Kept(number) })
    }

    fn after(&mut self, raw: &MockRaw, span: Span) -> Duration {
        if raw.after.is_some() && raw.slow.is_some() {
            let message = "`after` and `slow` both say how long the answer takes";
            self.findings.push(check::contradiction(message, span, "leave one of them out"));
        }
        let time = raw.slow.as_ref().or(raw.after.as_ref());
        time.map_or(Duration::ZERO, |time| time.value.0)
    }

    /// A mock answers in one way.
    fn check_one_answer(&mut self, raw: &Spanned<MockRaw>) {
        let mock = &raw.value;
        let failing = mock.status.as_ref().is_some_and(|status| !is_success(status.value));
        let given = [
            ("reply", mock.reply.is_some()),
            ("body", mock.body.is_some()),
            ("fault", mock.fault.is_some()),
            ("status", failing || (mock.status.is_some() && mock.fault.is_some())),
        ];
        let given: Vec<&str> = given.iter().filter(|(_, given)| *given).map(|(n, _)| *n).collect();
        if let [first, second, ..] = given.as_slice() {
            let message = format!("this mock answers in two ways: `{first}` and `{second}`");
            let help = "leave one of them out; for successive requests write a list";
            self.findings.push(check::contradiction(message, raw.span, help));
        }
    }
}

const fn failure(fault: FaultRaw) -> Failure {
    match fault {
        FaultRaw::Timeout => Failure::Timeout,
        // A name that leads nowhere is a connection that cannot be made, to a flow.
        FaultRaw::Refused | FaultRaw::Dns => Failure::Refused,
        FaultRaw::HangupDuring => Failure::Error,
    }
}

const fn is_success(status: u16) -> bool {
    status >= 200 && status < 300
}
