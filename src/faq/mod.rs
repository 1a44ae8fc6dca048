//! Answers to spoken questions, by words: no model, no network.
