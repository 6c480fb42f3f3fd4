//! From a view to bytes: pictures, tables and exports.
//!
//! Every renderer takes one view, its options and one sink, writes to that sink and nowhere else,
//! and gives the same bytes for the same input. Text from a recording is hostile until proven
//! otherwise: each format escapes it, so that no name breaks a file.

#![forbid(unsafe_code)]

mod error;
mod duration;
pub mod tables;

pub use duration::duration;
pub use error::Error;
