//! x
/// The format version.
pub const VERSION: u32 = 1;
