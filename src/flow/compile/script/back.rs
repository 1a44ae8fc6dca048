//! What comes after the call: whom the node rings for a wish to be called back, and how the wish ends.

use super::TestCompiler;
use crate::flow::check;
use crate::flow::definition::QueueDefinition;
use crate::flow::schema::{CustomerRaw, RungRaw, Time, WishEndRaw};
use crate::flow::script::{CustomerAct, Rung, Step, WishEnd};
use crate::flow::source::Spanned;

impl TestCompiler<'_> {
    /// Nothing comes after the end of a call but its callback, which does not come before. What stands in the wrong place
    /// is found and taken out, with all that follows.
    pub(super) fn check_order(&mut self, steps: &mut Vec<Spanned<Step>>) {
        let calls_back = |queue: &QueueDefinition| queue.callbacks.is_some();
        let any = self.globals.queues.values().any(|(_, queue)| calls_back(queue));
        let last = steps.iter().rposition(|step| step.value.is_callback());
        let mut over: Option<&Spanned<Step>> = None;
        let mut wrong = None;
        for (at, step) in steps.iter().enumerate() {
            let aside = matches!(step.value, Step::Wait(_) | Step::Agent(_));
            let before_last = last.is_some_and(|last| at < last);
            let finding = match over {
                _ if step.value.is_callback() && !any => {
                    let help = "give a queue `callbacks: { allow: [..] }`, or remove the step";
                    check::contradiction("no queue calls anybody back", step.span, help)
                }
                None if step.value.is_callback() => {
                    let message = "nobody is called back while their own call goes on";
                    let help = "put what ends the call before it, such as `end: callback`";
                    check::contradiction(message, step.span, help)
                }
                Some(end) if !(step.value.is_callback() || aside && before_last) => {
                    let message = "nothing can happen after the call is over";
                    let help = "remove the step, or what ends the call before it";
                    check::contradiction(message, step.span, help)
                        .also(end.span, "the call ends here")
                }
                None | Some(_) => {
                    match step.value {
                        Step::End(_) | Step::Hangup => over = Some(step),
                        Step::Customer(CustomerAct::CallsAgain) => over = None,
                        _ => {}
                    }
                    continue;
                }
            };
            wrong = Some((at, finding));
            break;
        }
        if let Some((at, finding)) = wrong {
            self.findings.push(finding);
            steps.truncate(at);
        }
    }
}

/// Whom the node rings; `None` where `for` is missing, or stands beside a person.
pub(super) fn rung_of(raw: RungRaw, span: Option<Time>) -> Option<Rung> {
    match (raw, span) {
        (RungRaw::Agent, None) => Some(Rung::Agent),
        (RungRaw::Customer, None) => Some(Rung::Customer),
        (RungRaw::Nobody, Some(span)) => Some(Rung::Nobody(span.0)),
        (RungRaw::Agent | RungRaw::Customer, Some(_)) | (RungRaw::Nobody, None) => None,
    }
}

pub(super) const fn customer_act(raw: CustomerRaw) -> CustomerAct {
    match raw {
        CustomerRaw::Answers => CustomerAct::Answers,
        CustomerRaw::Confirms => CustomerAct::Confirms,
        CustomerRaw::Declines => CustomerAct::Declines,
        CustomerRaw::IsBusy => CustomerAct::IsBusy,
        CustomerRaw::Rejects => CustomerAct::Rejects,
        CustomerRaw::DoesNotAnswer => CustomerAct::DoesNotAnswer,
        CustomerRaw::MachineAnswers => CustomerAct::MachineAnswers,
        CustomerRaw::HangsUp => CustomerAct::HangsUp,
        CustomerRaw::CallsAgain => CustomerAct::CallsAgain,
    }
}

pub(super) const fn wish_end(raw: WishEndRaw) -> WishEnd {
    match raw {
        WishEndRaw::Done => WishEnd::Done,
        WishEndRaw::CalledAgain => WishEnd::CalledAgain,
        WishEndRaw::Exhausted => WishEnd::Exhausted,
        WishEndRaw::Expired => WishEnd::Expired,
        WishEndRaw::Declined => WishEnd::Declined,
        WishEndRaw::Merged => WishEnd::Merged,
        WishEndRaw::NotAllowed => WishEnd::NotAllowed,
    }
}
