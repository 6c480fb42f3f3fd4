//! Rows for intervals that overlap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Rows that are taken and given back in the order of time. The first free one is always taken,
/// which uses the fewest rows possible.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    free: BinaryHeap<Reverse<usize>>,
    used: usize,
}

impl Rows {
    /// Takes the first free row, which is a new one if none is free.
    pub fn take(&mut self) -> usize {
        match self.free.pop() {
            Some(Reverse(row)) => row,
            None => {
                self.used += 1;
                self.used - 1
            }
        }
    }

    /// Gives a row back.
    pub fn release(&mut self, row: usize) {
        self.free.push(Reverse(row));
    }
}

/// Gives each interval a row so that no two in one row overlap.
///
/// `intervals` are `(start, end)` in the order of their start; an interval that starts where
/// another ends does not overlap it. Each takes the first row that is free, which uses the fewest
/// rows possible. The result has one row number for each interval.
pub fn assign_rows(intervals: &[(u64, u64)]) -> Vec<usize> {
    let mut rows = Rows::default();
    let mut taken: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    let row = |&(start, end): &(u64, u64)| {
        while let Some(&Reverse((ended, row))) = taken.peek()
            && ended <= start
        {
            taken.pop();
            rows.release(row);
        }
        let row = rows.take();
        taken.push(Reverse((end.max(start), row)));
        row
    };
    intervals.iter().map(row).collect()
}

/// An interval that takes several rows.
pub(crate) struct Block {
    pub start: u64,
    pub end: u64,
    pub height: usize,
}

/// Gives each block, in the order of their start, the first rows that are free for all of it.
/// The result has each block's first row, and how many rows there are.
pub(crate) fn assign_blocks(blocks: &[Block]) -> (Vec<usize>, usize) {
    let mut row_ends: Vec<u64> = Vec::new();
    let rows = blocks
        .iter()
        .map(|block| {
            let row = first_free(&row_ends, block);
            let bottom = row + block.height;
            row_ends.resize(row_ends.len().max(bottom), 0);
            row_ends[row..bottom].fill(block.end.max(block.start));
            row
        })
        .collect();
    (rows, row_ends.len())
}

fn first_free(row_ends: &[u64], block: &Block) -> usize {
    let mut free_from = 0;
    for (row, &row_end) in row_ends.iter().enumerate() {
        if row_end > block.start {
            free_from = row + 1;
        } else if row + 1 - free_from == block.height {
            break;
        }
    }
    free_from
}
