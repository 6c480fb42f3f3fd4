//! A log-bucket histogram of durations.

/// Counts of durations in buckets whose width is at most 1/128 of their value; merges exactly.
///
/// Bucket `b < 128` holds the duration `b` alone. From there every power of two is cut into 128
/// buckets of equal width (the layout of HdrHistogram, Tene 2012).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
    count: u64,
}
