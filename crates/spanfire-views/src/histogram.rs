//! A log-bucket histogram of durations.

/// How many buckets a power of two is cut into.
const PER_OCTAVE: usize = 128;
const PER_OCTAVE_BITS: u32 = PER_OCTAVE.ilog2();

/// Counts of durations in buckets whose width is at most 1/128 of their value; merges exactly.
///
/// Bucket `b < 128` holds the duration `b` alone. From there every power of two is cut into 128
/// buckets of equal width (the layout of HdrHistogram, Tene 2012). Memory is 1 KiB for each power
/// of two that occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// The first holds the durations below 128, each further one those of one power of two.
    octaves: Vec<Option<Box<[u64; PER_OCTAVE]>>>,
    count: u64,
}

impl Histogram {
    /// Counts one duration.
    pub fn record(&mut self, ns: u64) {
        self.record_n(ns, 1);
    }

    /// Counts a duration `n` times.
    pub fn record_n(&mut self, ns: u64, n: u64) {
        if n == 0 {
            return;
        }
        let (octave, bucket) = place(ns);
        if octave >= self.octaves.len() {
            self.octaves.resize(octave + 1, None);
        }
        let counts = self.octaves[octave].get_or_insert_with(|| Box::new([0; PER_OCTAVE]));
        counts[bucket] += n;
        self.count += n;
    }

    /// Adds all that another counted.
    pub fn merge(&mut self, other: &Histogram) {
        for (lower, _, count) in other.buckets() {
            self.record_n(lower, count);
        }
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The duration that the share `q` of those counted does not exceed, to within 1/256: the
    /// middle of the bucket it is in. 0 if nothing was counted.
    pub fn quantile(&self, q: f64) -> u64 {
        let rank = (q * self.count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (lower, upper, count) in self.buckets() {
            seen += count;
            if seen >= rank.min(self.count) {
                return lower + (upper - lower) / 2;
            }
        }
        0
    }

    /// The number of the bucket that a duration is counted in: below 128 the duration itself, and from there
    /// 128 numbers for each power of two. It rises with the duration, to 7423.
    pub fn bucket_of(ns: u64) -> u32 {
        bucket_of(ns)
    }

    /// The buckets that are not empty as (smallest duration, largest duration, count), in the order
    /// of duration.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        let octaves = self.octaves.iter().enumerate();
        let octaves = octaves.filter_map(|(octave, counts)| Some((octave, counts.as_deref()?)));
        octaves.flat_map(|(octave, counts)| {
            let occupied = counts.iter().enumerate().filter(|&(_, &count)| count > 0);
            occupied.map(move |(bucket, &count)| {
                let (lower, upper) = bounds(octave, bucket);
                (lower, upper, count)
            })
        })
    }
}

/// The number of the bucket of a duration, rising with it.
pub(crate) fn bucket_of(ns: u64) -> u32 {
    let (octave, bucket) = place(ns);
    (octave * PER_OCTAVE + bucket) as u32
}

/// The duration in the middle of a bucket.
pub(crate) fn middle_of(bucket: u32) -> u64 {
    let (lower, upper) = bounds(bucket as usize / PER_OCTAVE, bucket as usize % PER_OCTAVE);
    lower + (upper - lower) / 2
}

/// The octave and bucket of a duration.
fn place(ns: u64) -> (usize, usize) {
    let shift = (ns | (PER_OCTAVE as u64 - 1)).ilog2() + 1 - PER_OCTAVE_BITS;
    match shift {
        0 => (0, ns as usize),
        // From 128 on, the seven bits below the highest say which bucket.
        shift => (shift as usize, (ns >> (shift - 1)) as usize - PER_OCTAVE),
    }
}

/// The smallest and the largest duration of a bucket.
fn bounds(octave: usize, bucket: usize) -> (u64, u64) {
    match octave.checked_sub(1) {
        None => (bucket as u64, bucket as u64),
        Some(shift) => {
            let lower = ((PER_OCTAVE + bucket) as u64) << shift;
            (lower, lower + ((1 << shift) - 1))
        }
    }
}
