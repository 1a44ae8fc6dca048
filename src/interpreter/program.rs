//! A flow with what it needs at hand: the unit that a call is pinned to.

use std::sync::Arc;

use crate::faq::Faq;
use crate::flow::Flow;

/// A compiled flow and the indexes of its FAQs. Immutable and shared; a live call keeps the one it began with.
#[derive(Debug)]
pub struct Program {
    /// The flow.
    pub flow: Arc<Flow>,
    /// One index per entry of [`Flow::faqs`], in the same order.
    pub faqs: Vec<Faq>,
}
