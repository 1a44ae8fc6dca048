//! The forms of everything beside the nodes: settings of the flow, variables, prompts, FAQs, calendars, queues.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

use super::node::{BargeinRaw, RetryRaw};
use super::value::{Entries, ForPeople, Prompts, Scalar, Texts, Time, WordsRaw};
use crate::call::Class;
use crate::flow::source::Spanned;

/// `defaults`: what holds for every node that does not say otherwise.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename = "`defaults`")]
#[schemars(rename = "defaults", deny_unknown_fields)]
pub(crate) struct Defaults {
    pub(crate) timeout: Option<Time>,
    pub(crate) between_digits: Option<Time>,
    pub(crate) max_time: Option<Time>,
    pub(crate) bargein: Option<BargeinRaw>,
    pub(crate) retry: Option<RetryRaw>,
    pub(crate) failed: Option<Spanned<String>>,
}

/// `limits` on self-service.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename = "`limits`")]
#[schemars(rename = "limits", deny_unknown_fields)]
pub(crate) struct LimitsRaw {
    pub(crate) call: Option<Time>,
    pub(crate) visits: Option<Spanned<u32>>,
    pub(crate) errors: Option<Spanned<u32>>,
    pub(crate) menus: Option<Time>,
    pub(crate) effort: Option<EffortRaw>,
}

/// `effort`: what a caller may need to reach a person.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename = "`effort`")]
#[schemars(rename = "effort", deny_unknown_fields)]
pub(crate) struct EffortRaw {
    pub(crate) to_person: Option<Time>,
    pub(crate) keys: Option<Spanned<u32>>,
}

/// `answer`: how a call is picked up.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename = "`answer`")]
#[schemars(rename = "answer_policy", deny_unknown_fields)]
pub(crate) struct AnswerPolicyRaw {
    pub(crate) after: Option<Time>,
    pub(crate) early: Option<bool>,
}

/// A variable.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a variable")]
#[schemars(rename = "variable", deny_unknown_fields)]
pub(crate) struct VariableRaw {
    #[serde(rename = "type")]
    pub(crate) kind: Spanned<String>,
    pub(crate) class: Option<Spanned<Class>>,
    pub(crate) start: Option<Spanned<Scalar>>,
    #[serde(rename = "about")]
    _about: Option<ForPeople>,
}

/// A prompt: its words per language (or one text), and how it is played.
#[derive(Debug, Clone, Default)]
pub(crate) struct PromptRaw {
    /// Words without a language.
    pub(crate) text: Option<Spanned<String>>,
    /// Words per language; every key that is none of the others.
    pub(crate) texts: Vec<(Spanned<String>, Spanned<String>)>,
    /// The languages to play one after another.
    pub(crate) play: Option<Vec<Spanned<String>>>,
    /// A sound file without words.
    pub(crate) audio: Option<Spanned<String>>,
    /// Its own rule of interruption.
    pub(crate) bargein: Option<BargeinRaw>,
}

impl<'de> Deserialize<'de> for PromptRaw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "$shape", rename_all = "lowercase")]
        enum Shape {
            Text(Spanned<String>),
            Map(Keys),
        }
        struct Keys(PromptRaw);
        impl<'de> Deserialize<'de> for Keys {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map(PromptVisitor).map(Keys)
            }
        }
        Ok(match Shape::deserialize(deserializer)? {
            Shape::Text(text) => Self { text: Some(text), ..Self::default() },
            Shape::Map(Keys(prompt)) => prompt,
        })
    }
}

struct PromptVisitor;

impl<'de> Visitor<'de> for PromptVisitor {
    type Value = PromptRaw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, or text per language")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PromptRaw, A::Error> {
        let mut prompt = PromptRaw::default();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            match key.as_str() {
                "text" => prompt.text = Some(map.next_value()?),
                "play" => prompt.play = Some(map.next_value()?),
                "audio" => prompt.audio = Some(map.next_value()?),
                "bargein" => prompt.bargein = Some(map.next_value()?),
                "about" => _ = map.next_value::<ForPeople>()?,
                _ => prompt.texts.push((key, map.next_value()?)),
            }
        }
        if prompt.text.is_none() && prompt.texts.is_empty() && prompt.audio.is_none() {
            return Err(A::Error::custom(
                "a prompt needs words (`id: \"…\"`) or a sound (`audio:`)",
            ));
        }
        Ok(prompt)
    }
}

/// A FAQ.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a FAQ")]
#[schemars(rename = "faq", deny_unknown_fields)]
pub(crate) struct FaqRaw {
    pub(crate) entries: Entries<FaqEntryRaw>,
    #[serde(rename = "about")]
    _about: Option<ForPeople>,
}

/// One answer of a FAQ.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a FAQ entry")]
#[schemars(rename = "faq_entry", deny_unknown_fields)]
pub(crate) struct FaqEntryRaw {
    pub(crate) key: Option<Spanned<String>>,
    pub(crate) ask: WordsRaw,
    pub(crate) say: Prompts,
}

/// A human queue.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a queue")]
#[schemars(rename = "queue", deny_unknown_fields)]
pub(crate) struct QueueRaw {
    pub(crate) hours: Option<Spanned<String>>,
    pub(crate) closing: Option<Spanned<ClosingRaw>>,
    pub(crate) max_calls: Option<Spanned<u32>>,
    pub(crate) ring: Option<RingRaw>,
    pub(crate) rings: Option<Vec<Spanned<RingStepRaw>>>,
    pub(crate) wrap_up: Option<Time>,
    pub(crate) callbacks: Option<CallbacksRaw>,
    #[serde(rename = "about")]
    _about: Option<ForPeople>,
}

/// What becomes of callers in line when the hours of a queue end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "closing")]
pub(crate) enum ClosingRaw {
    Serve,
    Tell,
}

/// How a queue calls people back.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`callbacks`")]
#[schemars(rename = "callbacks", deny_unknown_fields)]
pub(crate) struct CallbacksRaw {
    pub(crate) first: Option<FirstRaw>,
    pub(crate) attempts: Option<Spanned<u32>>,
    pub(crate) gaps: Option<Texts>,
    pub(crate) hours: Option<Spanned<String>>,
    pub(crate) zone: Option<Spanned<String>>,
    pub(crate) expires: Option<Time>,
    pub(crate) allow: Option<Texts>,
}

/// Who is rung first where somebody is called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "first")]
pub(crate) enum FirstRaw {
    Agent,
    Customer,
}

/// How the agents of a queue are rung.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "`ring`")]
#[schemars(rename = "ring", deny_unknown_fields)]
pub(crate) struct RingRaw {
    pub(crate) strategy: Option<StrategyRaw>,
    pub(crate) max_parallel: Option<Spanned<u32>>,
    pub(crate) timeout: Option<Time>,
}

/// Who is rung first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "strategy")]
pub(crate) enum StrategyRaw {
    LongestIdle,
    RoundRobin,
    FewestCalls,
    LeastTalk,
    Linear,
    Random,
    Weighted,
    RingAll,
}

/// Whom callers reach that have waited for so long.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename = "a ring")]
#[schemars(rename = "ring_step", deny_unknown_fields)]
pub(crate) struct RingStepRaw {
    pub(crate) after: Time,
    pub(crate) levels: Option<Spanned<LevelsRaw>>,
    pub(crate) drop_skills: Option<Vec<String>>,
}

/// Levels of agents: `2`, `1..3` or a list of such.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename = "$shape", rename_all = "lowercase")]
pub(crate) enum LevelsRaw {
    Text(String),
    List(Vec<String>),
}

impl JsonSchema for LevelsRaw {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "levels".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = serde_json::json!({ "type": ["integer", "string"], "minimum": 1, "maximum": 99 });
        schemars::json_schema!({
            "description": "Levels of agents: `2`, `1..3` or a list of such.",
            "anyOf": [one.clone(), { "type": "array", "items": one }]
        })
    }
}
