//! Writes a recording.

/// Appends the blocks of a recording to a sink.
pub struct Writer;
