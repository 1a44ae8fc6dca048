//! FAQs: questions in several wordings and the prompt that answers each.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::check_name;
use super::flow::{FlowCompiler, twice};
use super::input::keys;
use crate::call::Digits;
use crate::flow::check;
use crate::flow::definition::{FaqDefinition, FaqEntry};
use crate::flow::node::FaqIndex;
use crate::flow::read::read;
use crate::flow::schema::{FaqEntryRaw, FaqRaw};
use crate::flow::source::{Span, Spanned};

impl FlowCompiler<'_> {
    pub(super) fn read_faqs(&mut self) {
        let mut places: IndexMap<String, Span> = IndexMap::new();
        for (name, reader) in self.sections("faq") {
            check_name(&name.value, name.span, "FAQ", &mut self.findings);
            if let Some(first) = places.get(&name.value) {
                self.findings.push(twice("FAQ", &name, *first));
                continue;
            }
            places.insert(name.value.clone(), name.span);
            let entries = read::<FaqRaw>(reader)
                .map(|raw| self.faq_entries(&name.value, &raw))
                .unwrap_or_default();
            let index = FaqIndex(u32::try_from(self.faqs.len()).unwrap_or(u32::MAX));
            self.faq_names.insert(name.value.clone(), index);
            self.faqs.push(FaqDefinition { name: name.as_str().into(), entries });
        }
    }

    fn faq_entries(&mut self, faq: &str, raw: &FaqRaw) -> Vec<FaqEntry> {
        let mut entries = Vec::new();
        let mut taken: BTreeMap<Digits, Span> = BTreeMap::new();
        for (name, entry) in &raw.entries {
            let key = entry.key.as_ref().and_then(|key| self.faq_key(key, &mut taken));
            if let Some(entry) = self.faq_entry(faq, name, entry, key) {
                entries.push(entry);
            }
        }
        entries
    }

    fn faq_key(
        &mut self,
        key: &Spanned<String>,
        taken: &mut BTreeMap<Digits, Span>,
    ) -> Option<Digits> {
        let Some(digits) = keys(&key.value) else {
            self.findings.push(check::not_keys(key));
            return None;
        };
        if let Some(first) = taken.get(&digits) {
            self.findings.push(twice("key", key, *first));
            return None;
        }
        taken.insert(digits.clone(), key.span);
        Some(digits)
    }

    fn faq_entry(
        &mut self,
        faq: &str,
        name: &Spanned<String>,
        raw: &FaqEntryRaw,
        key: Option<Digits>,
    ) -> Option<FaqEntry> {
        let places = self.phrases(&raw.ask);
        let first =
            places.iter().filter_map(|(l, asked)| Some((l.clone(), asked.first()?.clone())));
        let wording = self.wording(&format!("{faq}-{}", name.value), first.collect());
        let ask = places
            .into_iter()
            .map(|(language, phrases)| {
                let wordings: Vec<Arc<str>> = phrases.iter().map(|p| p.as_str().into()).collect();
                (language, wordings)
            })
            .collect();
        let prompts = self.prompts(&raw.say);
        let items = raw.say.items();
        if items.len() > 1 {
            self.findings.push(check::one_prompt(name.span));
        }
        let say = prompts.into_iter().next()?;
        Some(FaqEntry { name: name.as_str().into(), key, ask, wording, say })
    }
}
