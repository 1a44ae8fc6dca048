//! How long what is kept stays: one limit for each class.

use schemars::JsonSchema;
use serde::Deserialize;

use super::written::Days;
use crate::time::Duration;

/// A day.
const DAY: Duration = Duration::from_mins(24 * 60);

/// `retention`, as it is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename = "`retention`")]
#[schemars(rename = "retention", deny_unknown_fields)]
pub(super) struct RetentionSection {
    records: Option<Days>,
    recordings: Option<Days>,
    voicemail: Option<Days>,
    history: Option<Days>,
    tickets: Option<Days>,
    private: Option<Days>,
}

/// `retention`: for how long each class of what the store keeps stays; what is older is let go once a day. What is still
/// to be done stays in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Records of calls in the store. Default `400d`.
    pub records: Duration,
    /// What callers were recorded saying, and whole calls. Default `90d`.
    pub recordings: Duration,
    /// Messages left for people. Default `90d`.
    pub voicemail: Duration,
    /// Rows of the history. Default `400d`.
    pub history: Duration,
    /// What belongs to people in tickets and callbacks. Default `400d`.
    pub tickets: Duration,
    /// What else belongs to people: numbers of callers, answers. Default `90d`.
    pub private: Duration,
}

impl RetentionSection {
    /// With the defaults filled in.
    pub(super) fn settle(self) -> Retention {
        let days = |written: Option<Days>, default| {
            written.map_or(DAY.times(default), |written| written.0)
        };
        Retention {
            records: days(self.records, 400),
            recordings: days(self.recordings, 90),
            voicemail: days(self.voicemail, 90),
            history: days(self.history, 400),
            tickets: days(self.tickets, 400),
            private: days(self.private, 90),
        }
    }
}
