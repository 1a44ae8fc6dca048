//! Values inside prompts: what a caller hears where a slot stands.

use crate::call::{Class, Item, Language, PromptId, SayAs};
use crate::flow::{Slot, Value};
use crate::interpreter::view::View;
use crate::reading::{Settings, Subject, items, read};
use crate::time::Moment;

/// Reads the value of a slot aloud, as items of the prompt that it stands in. `None` where it has no value, where the
/// value cannot be read in the slot's form, and always for a secret.
#[must_use]
pub fn read_slot(
    slot: &Slot,
    prompt: &PromptId,
    language: &Language,
    view: &View<'_>,
) -> Option<Vec<Item>> {
    if slot.value.class(view.flow) == Class::Secret {
        return None;
    }
    let value = slot.value.eval(view).ok()?;
    read_value(&value, slot.form, prompt, language, Some(view.now()))
}

/// Reads a value aloud, as items of a prompt. `None` where there is nothing that can be read in this form.
#[must_use]
pub fn read_value(
    value: &Value,
    form: SayAs,
    prompt: &PromptId,
    language: &Language,
    now: Option<Moment>,
) -> Option<Vec<Item>> {
    let subject = match value {
        Value::Text(text) => Subject::Text(text.clone()),
        Value::Int(number) => Subject::Int(*number),
        Value::Money(money) => Subject::Money(*money),
        Value::Date(date) => Subject::Date(*date),
        Value::Time(time) => Subject::Time(*time),
        Value::Moment(moment) => Subject::Moment(*moment),
        Value::Duration(span) => Subject::Duration(*span),
        Value::Unset | Value::Bool(_) | Value::List(_) | Value::Record(_) | Value::Recording(_) => {
            return None;
        }
    };
    let words = read(&subject, form, language, now, &Settings::default()).ok()?;
    (!words.is_empty()).then(|| items(&words, prompt, language))
}
