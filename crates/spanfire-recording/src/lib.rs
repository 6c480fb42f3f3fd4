//! The neutral model of a spanfire recording and its file format, written and read.
//!
//! A [`Recording`] is what one process did: its [`Header`], the [`Callsite`]s it passed, its
//! [`Lane`]s (one thread's stream of events each), the [`Event`]s in compressed chunks, clock
//! [`Anchor`]s that turn ticks into nanoseconds, and every [`Loss`]; and, where a sampler ran
//! beside, [`Batch`]es of native stacks. The recorder feeds a [`Writer`]; everything else starts from [`Recording::open`]. The in-memory form is the same
//! bytes in a `Vec<u8>`, so there is one model and one pair of codecs.
//!
//! This crate has no clock, starts no thread, prints nothing and contains no `unsafe`. It trusts
//! no byte it reads: every length is checked before it is used, every block carries a checksum,
//! and memory is bounded by the size of the input. The format is described byte by byte in
//! `docs/recording-format.md`.

#![forbid(unsafe_code)]

mod error;
mod ids;
mod callsite;
mod field;
mod header;
mod origin;
mod lane;
mod clock;
mod loss;
mod event;
pub mod raw;
mod varint;
mod block;
mod chunk;
mod packed;
mod native;
mod writer;
pub mod tail;
mod reader;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;

pub use block::VERSION;
pub use callsite::{Callsite, CallsiteKind, Level};
pub use chunk::Chunk;
pub use clock::{Anchor, Calibration, ClockInfo, ClockSource, Timebase};
pub use error::{Error, ErrorKind};
pub use event::{Event, EventKind, Parent};
pub use field::{Field, Value};
pub use header::{Form, Header, ProbeCost, ProbeSample};
pub use ids::{CallsiteId, LaneId, SpanId, Tick};
pub use lane::Lane;
pub use loss::{Loss, LossCause};
pub use native::{
    Batch, Image, RawTimebase, Sample, SampleClock, Sampling, SamplingMethod, Switch,
};
pub use origin::{Lacks, Origin};
pub use reader::{ChunkInfo, Cut, Recording};
pub use writer::Writer;
