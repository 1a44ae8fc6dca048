//! What a step may look at outside its call.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::calendar::Calendar;
use crate::call::Expected;
use crate::flow::Setting;
use crate::time::{Duration, Wall};

/// The telephone numbers that come from the environment or files of a node.
pub type Numbers = BTreeMap<Setting, Arc<str>>;

/// The outside of a call at the moment of a step.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The wall-clock time.
    pub wall: Wall,
    /// How long the call's own clock has stood still so far, because its telephone was out of touch.
    pub stood_still: Duration,
    /// The project's calendars by name.
    pub calendars: &'a BTreeMap<Arc<str>, Calendar>,
    /// The telephone numbers that come from the environment or files of the node.
    pub numbers: &'a Numbers,
    /// What the queue expects of the wait of a caller in line; `None` where it is not sure, nobody waits, or
    /// nothing is to be told of it in this step.
    pub expected: Option<Expected>,
}
