//! What the tests stand on: a recorder with a counter beside it, programs to record, and a plain
//! reading of what was recorded.
//!
//! A test starts a [`Session`] in either form of the recorder, runs a program under it, and reads
//! the recording as a [`Transcript`], which pairs events by the simplest rules there are and shares
//! no code with the views. A new test goes into the file at the top of `tests/` whose name says
//! what it is about; a file that needs the process for itself (a global subscriber, a global
//! allocator) is a target of its own in `Cargo.toml`.

#![forbid(unsafe_code)]

mod session;
mod counts;
mod programs;
mod at_once;
mod transcript;
mod figures;
mod waiting;
mod script;
mod site;
mod performer;
mod callbacks;
mod follow;
mod notes;
mod pipe;
mod disk;
mod signalled;
mod noting;
mod sources;
mod spanfire_command;
pub mod program;
pub mod oracle;

pub use callbacks::{Callback, Callbacks};
pub use counts::{Counting, Counts, counts_of, losses_of, recorded_and_lost};
pub use disk::SmallDisk;
pub use figures::{Figures, figures, stacks};
pub use follow::{Followed, Performance, WHOLE, follow, performer_name};
pub use notes::{NOTE_BYTES, Notes};
pub use noting::{Noting, STORM_STEPS, Scene};
pub use performer::Performer;
pub use pipe::{Pipe, Reading};
pub use programs::{async_program, pool, rayon_program, runtime, sync_program, work};
pub use script::{PLAIN_SITES, Random, Script, Site, Step};
pub use session::{FORMS, Session, Time};
pub use signalled::ended_by_signals;
pub use site::DynamicSite;
pub use sources::with_sources;
pub use spanfire_command::spanfire_command;
pub use transcript::{Instant, Segment, Span, Transcript};
pub use waiting::{let_pass, wait_until};
