//! Opening hours: is it open now, and when is it open next.
