//! The spans of one callsite in the order in which they closed, in batches of equal size.
//!
//! Spans of one run are not independent: a slow moment of the machine is slow for all of its
//! spans. The means of batches longer than such moments nearly are, which is the method of batch
//! means (A. M. Law and J. S. Carson, "A sequential procedure for determining the length of a
//! steady-state simulation", Operations Research 27, 1979).
//!
//! Takes spans one by one without knowing how many will come: when [`BATCHES`] are full, neighbours
//! are merged and batches are twice as large from then on. Sizes are powers of two, so that the
//! batches of two recordings can always be brought to the same size. Costs at most 128 batches of a
//! few hundred buckets for each callsite.

use crate::histogram::{bucket_of, middle_of};
use crate::replay::{Closing, Life, Observer};

/// How many batches are kept at most.
const BATCHES: usize = 128;

/// Batches of spans.
#[derive(Clone, Debug, Default)]
pub(super) struct Batches {
    full: Vec<Batch>,
    /// The one that is being filled.
    last: Batch,
    size_log2: u32,
}

/// Successive spans.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    /// How many.
    pub spans: u64,
    /// Σ busy.
    pub busy_ns: u64,
    /// Σ self.
    pub self_ns: u64,
    /// Σ idle.
    pub idle_ns: u64,
    /// Σ time on a processor, as far as is known.
    pub cpu_ns: u64,
    /// Σ time entered but not on one, as far as is known.
    pub blocked_ns: u64,
    /// Busy times as (bucket, count), rising.
    busy: Vec<(u32, u32)>,
}

/// What one span adds to its batch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    pub busy_ns: u64,
    pub self_ns: u64,
    pub idle_ns: u64,
    pub cpu_ns: u64,
    pub blocked_ns: u64,
}

impl Batches {
    /// Adds the next span.
    pub fn push(&mut self, sample: Sample) {
        self.last.push(sample);
        if self.last.spans < 1 << self.size_log2 {
            return;
        }
        self.full.push(std::mem::take(&mut self.last));
        if self.full.len() == BATCHES {
            self.double();
        }
    }

    /// The full batches, in the order of time.
    pub fn full(&self) -> &[Batch] {
        &self.full
    }

    /// The logarithm of how many spans a batch holds.
    pub fn size_log2(&self) -> u32 {
        self.size_log2
    }

    /// The same spans in batches of `1 << size_log2`, if that is not smaller; those that do not
    /// fill the last one are left out.
    pub fn of_size(&self, size_log2: u32) -> Batches {
        let mut batches = self.clone();
        while batches.size_log2 < size_log2 {
            batches.double();
        }
        batches
    }

    /// Merges neighbours.
    pub fn double(&mut self) {
        let mut pairs = std::mem::take(&mut self.full).into_iter();
        while let Some(mut batch) = pairs.next() {
            match pairs.next() {
                Some(next) => {
                    batch.merge(&next);
                    self.full.push(batch);
                }
                None => {
                    batch.merge(&self.last);
                    self.last = batch;
                }
            }
        }
        self.size_log2 += 1;
    }
}

impl Batch {
    fn push(&mut self, sample: Sample) {
        self.spans += 1;
        self.busy_ns = self.busy_ns.saturating_add(sample.busy_ns);
        self.self_ns = self.self_ns.saturating_add(sample.self_ns);
        self.idle_ns = self.idle_ns.saturating_add(sample.idle_ns);
        self.cpu_ns = self.cpu_ns.saturating_add(sample.cpu_ns);
        self.blocked_ns = self.blocked_ns.saturating_add(sample.blocked_ns);
        self.count(bucket_of(sample.busy_ns), 1);
    }

    fn count(&mut self, bucket: u32, spans: u32) {
        match self.busy.binary_search_by_key(&bucket, |&(bucket, _)| bucket) {
            Ok(place) => self.busy[place].1 = self.busy[place].1.saturating_add(spans),
            Err(place) => self.busy.insert(place, (bucket, spans)),
        }
    }

    fn merge(&mut self, other: &Batch) {
        self.spans += other.spans;
        self.busy_ns = self.busy_ns.saturating_add(other.busy_ns);
        self.self_ns = self.self_ns.saturating_add(other.self_ns);
        self.idle_ns = self.idle_ns.saturating_add(other.idle_ns);
        self.cpu_ns = self.cpu_ns.saturating_add(other.cpu_ns);
        self.blocked_ns = self.blocked_ns.saturating_add(other.blocked_ns);
        for &(bucket, spans) in &other.busy {
            self.count(bucket, spans);
        }
    }

    /// The busy time that the share `q` of its spans does not exceed, to within 1/256.
    pub fn quantile(&self, q: f64) -> u64 {
        let rank = (q * self.spans as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for &(bucket, spans) in &self.busy {
            seen += u64::from(spans);
            if seen >= rank {
                return middle_of(bucket);
            }
        }
        0
    }
}

/// Fills the batches of every callsite, by its number. Spans that were cut off by the end of the
/// recording are left out: they would have gone on.
#[derive(Default)]
pub(super) struct Batcher(pub Vec<Batches>);

impl Observer for Batcher {
    fn closed(&mut self, closing: &Closing, life: &Life) {
        if !closing.counts || closing.open {
            return;
        }
        let callsite = life.callsite.index();
        if callsite >= self.0.len() {
            self.0.resize_with(callsite + 1, Batches::default);
        }
        self.0[callsite].push(Sample {
            busy_ns: life.busy_ns,
            self_ns: life.self_ns,
            idle_ns: closing.lifetime_ns().saturating_sub(life.ran_ns),
            cpu_ns: life.split.cpu_ns,
            blocked_ns: life.split.blocked_ns,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(spans: u64) -> Batches {
        let mut batches = Batches::default();
        for busy_ns in 1..=spans {
            batches.push(Sample { busy_ns, ..Sample::default() });
        }
        batches
    }

    #[test]
    fn however_many_spans_there_are_at_most_128_batches_are_kept_in_order() {
        for spans in [0, 1, 127, 128, 129, 1_000, 100_000] {
            let batches = filled(spans);
            let full = batches.full();
            assert!(full.len() < BATCHES && (full.len() >= 64 || spans < 128));
            let size = 1 << batches.size_log2();
            assert!(full.iter().all(|batch| batch.spans == size));
            assert!(full.iter().map(|batch| batch.busy_ns).is_sorted());
            let kept = full.iter().map(|batch| batch.spans).sum::<u64>() + batches.last.spans;
            assert_eq!(kept, spans);
        }
    }

    #[test]
    fn larger_batches_hold_the_same_spans() {
        let larger = filled(100).of_size(3);
        let sums: Vec<u64> = larger.full().iter().map(|batch| batch.busy_ns).collect();
        let expected: Vec<u64> =
            (0..12).map(|batch| (batch * 8 + 1..batch * 8 + 9).sum()).collect();
        assert_eq!(sums, expected);
        assert_eq!(larger.full()[0].quantile(0.5), 4);
        assert_eq!(larger.full()[0].quantile(0.99), 8);
    }
}
