//! Programs of spans as data: what every thread does, step by step.
//!
//! A [`Program`] is drawn at random from [`genes`](genes()), of which any list makes a program that `tracing`
//! allows, so that a failing one can be made smaller by leaving genes out. It prints as a sketch and is
//! performed by a [`Cast`] of real threads under any dispatcher: one thread at a time in a given
//! order, or all at once between barriers. Handles, guards, threads and the clock are the
//! performance's; the program names them by number.

mod callsites;
mod genes;
mod cast;

pub use callsites::{FILLING, meet_callsites};
pub use cast::{Cast, Stage};
pub use genes::{Gene, Pace, genes};

use std::fmt;

/// What a number of threads does.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// One after the other.
    pub acts: Vec<Vec<Step>>,
    /// How many handles of spans there are, closed ones and clones included.
    pub handles: usize,
}

/// What one thread does next. Steps of different threads in one act happen at the same time.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Which thread.
    pub thread: usize,
    /// How long after the step before, in ticks of a manual clock.
    pub gap: u64,
    /// What.
    pub does: Does,
}

/// A handle of a span, by the order in which they come to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(pub usize);

/// The parent a span or event is given.
#[derive(Clone, Copy, Debug)]
pub enum Kin {
    /// Whatever is current.
    Current,
    /// `parent: None`.
    Root,
    /// `parent: &span`.
    Of(Handle),
}

/// What a thread can do.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Does {
    New {
        handle: Handle,
        site: usize,
        value: usize,
        kin: Kin,
    },
    /// `Span::current()`.
    Current {
        handle: Handle,
    },
    Clone {
        handle: Handle,
        of: Handle,
    },
    Enter(Handle),
    Exit(Handle),
    Drop(Handle),
    /// The handle is forgotten: its span never closes.
    Forget(Handle),
    Record {
        on: Handle,
        value: usize,
    },
    Follows {
        on: Handle,
        cause: Handle,
    },
    Event {
        value: usize,
        kin: Kin,
    },
    /// `info_span!(…).in_scope(|| ())`, so many times.
    Leaves {
        site: usize,
        times: usize,
    },
    /// Writes so much that this many words remain of a thread's first chunk.
    Fill {
        spare: usize,
    },
    Pause,
    Resume,
    /// The thread ends; steps of the same number are done by a new one.
    End,
}

impl Program {
    /// So many threads at once write so many chunks each.
    pub fn flood(threads: usize, chunks: usize) -> Program {
        let step = |thread| Step { thread, gap: 0, does: Does::Fill { spare: 0 } };
        let act = (0..threads).flat_map(|thread| vec![step(thread); chunks]);
        Program { acts: vec![act.collect()], handles: 0 }
    }

    /// The same program without its pauses.
    pub fn without_pauses(mut self) -> Program {
        let pause = |step: &Step| matches!(step.does, Does::Pause | Does::Resume);
        self.acts.iter_mut().for_each(|act| act.retain(|step| !pause(step)));
        self
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, act) in self.acts.iter().enumerate() {
            for step in act {
                writeln!(f, "{number:3}. t{} +{:<5} {}", step.thread, step.gap, step.does)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Does {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Does::New { handle, site, value, kin } => {
                write!(f, "{handle} = new span of site {site}, value {value}, {kin}")
            }
            Does::Current { handle } => write!(f, "{handle} = current"),
            Does::Clone { handle, of } => write!(f, "{handle} = clone of {of}"),
            Does::Enter(handle) => write!(f, "enter {handle}"),
            Does::Exit(handle) => write!(f, "exit {handle}"),
            Does::Drop(handle) => write!(f, "drop {handle}"),
            Does::Forget(handle) => write!(f, "forget {handle}"),
            Does::Record { on, value } => write!(f, "record value {value} on {on}"),
            Does::Follows { on, cause } => write!(f, "{on} follows from {cause}"),
            Does::Event { value, kin } => write!(f, "event, value {value}, {kin}"),
            Does::Leaves { site, times } => write!(f, "{times} leaves of site {site}"),
            Does::Fill { spare } => write!(f, "fill the chunk but for {spare} words"),
            Does::Pause => write!(f, "pause"),
            Does::Resume => write!(f, "resume"),
            Does::End => write!(f, "the thread ends"),
        }
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "h{}", self.0)
    }
}

impl fmt::Display for Kin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kin::Current => write!(f, "under what is current"),
            Kin::Root => write!(f, "at the root"),
            Kin::Of(handle) => write!(f, "under {handle}"),
        }
    }
}
