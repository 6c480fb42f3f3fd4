//! The recorder's events in memory.
