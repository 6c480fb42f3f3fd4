//! What the benches share.
//!
//! Every figure is measured in a process of its own, in which the arm is the *global* default as it
//! is in a program, and is worth something only beside the other figures of its run: processes of
//! all arms take turns, round by round, and the least of an arm's rounds counts.

#![forbid(unsafe_code)]

pub mod arm;
pub mod bodies;
pub mod child;
pub mod command_line;
pub mod program;
pub mod rounds;
pub mod scratch;
pub mod stand_ins;
pub mod table;
pub mod usage;
