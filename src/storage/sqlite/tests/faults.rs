//! Every call to SQLite fails in turn: nothing is ever kept by half.
