//! Draws programs at random.
//!
//! A gene says roughly what comes next: on which thread, what, to which of the things that are there.
//! It is taken to mean something that is allowed at that moment, or nothing. So every list of genes is a program,
//! and with some left out it is another one.

mod drafting;

use super::Program;
use drafting::Draft;
use proptest::prelude::*;

/// How time passes in a program, and what happens at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// One thread at a time, and so far apart that the recorder takes nothing to come at once.
    Apart,
    /// One thread at a time, mostly within what comes at once.
    Close,
    /// All threads at once, between barriers.
    Free,
}

/// Something to do next.
#[derive(Clone, Copy, Debug)]
pub struct Gene {
    /// The thread; from 128 on, that of the gene before.
    thread: u8,
    gap: u8,
    what: u8,
    which: u8,
    how: u8,
}

/// Up to so many genes.
pub fn genes(most: usize) -> impl Strategy<Value = Vec<Gene>> {
    let gene = any::<[u8; 5]>();
    let gene =
        gene.prop_map(|[thread, gap, what, which, how]| Gene { thread, gap, what, which, how });
    proptest::collection::vec(gene, 0..most)
}

impl Program {
    /// The program that `genes` make.
    pub fn of(genes: &[Gene], pace: Pace) -> Program {
        let mut draft = Draft::new(pace);
        genes.iter().for_each(|gene| draft.add(gene));
        draft.finish()
    }
}
