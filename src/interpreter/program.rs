//! A flow with what it needs at hand: the unit that a call is pinned to.

use std::fmt;
use std::sync::Arc;

use crate::faq::Faq;
use crate::flow::Flow;

/// A compiled flow and the indexes of its FAQs. Immutable and shared; a live call keeps the one it began with.
pub struct Program {
    /// The flow.
    pub flow: Arc<Flow>,
    /// One index per entry of [`Flow::faqs`], in the same order.
    pub faqs: Vec<Faq>,
}

impl fmt::Debug for Program {
    /// Says which flow it is and no more: every live call holds one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Program({} {})", self.flow.id, self.flow.hash)
    }
}
