//! What the spans of a path add up to, by the time in which they closed.
//!
//! Rows are held until the end, so that they are written sorted. Where they become too many, those so far
//! are written, sorted, and more may follow for the same path and time: a reader adds rows up anyway.

use super::Sink;
use super::paths::{PathId, Paths};
use super::row::TextId;
use super::table::{Table, Whose};
use crate::error::Error;
use crate::export::Source;
use rustc_hash::FxHashMap;
use spanfire_recording::CallsiteId;
use spanfire_views::{Histogram, VisitedSpan};

const COLUMNS: &str = "
    required int64 time_unix_ns;
    required int64 bucket_ns;
    required int64 path_hash;
    optional int64 parent_hash;
    required binary name (STRING);
    required group path (LIST) { repeated group list { required binary element (STRING); } }
    required int64 depth;
    required int64 count;
    required int64 open;
    required int64 busy_ns;
    required int64 self_ns;
    required int64 idle_ns;
    required int64 waited_ns;
    required int64 min_ns;
    required int64 max_ns;
    required group histogram (LIST) {
        repeated group list {
            required group element {
                required int32 bucket (INTEGER(16,true));
                required int64 count;
            }
        }
    }";

/// Rows that are held.
const HELD: usize = 1 << 17;

/// The rows so far.
pub(super) struct Rollups<'a> {
    table: Table<'a>,
    labels: Vec<String>,
    names: Vec<TextId>,
    origin_unix_ns: u64,
    bucket_ns: u64,
    rows: FxHashMap<(u64, PathId), Sums>,
}

/// What some spans add up to.
#[derive(Default)]
struct Sums {
    count: u64,
    open: u64,
    busy_ns: u64,
    self_ns: u64,
    idle_ns: u64,
    waited_ns: u64,
    shortest_ns: Option<u64>,
    longest_ns: u64,
    /// How many were busy so long, by bucket.
    histogram: Vec<(i16, i64)>,
}

impl<'a> Rollups<'a> {
    /// Nothing yet, of what began then. Times are cut into buckets of this length, from 1970 on.
    pub fn new(
        whose: &Whose,
        source: &Source<'_>,
        (origin_unix_ns, bucket_ns): (u64, u64),
        sink: Sink<'a>,
    ) -> Rollups<'a> {
        let mut table = Table::new("rollups", COLUMNS, whose, sink);
        let labels = source.labels();
        let names = labels.iter().map(|label| table.text(label)).collect();
        let rows = FxHashMap::default();
        Rollups { table, labels, names, origin_unix_ns, bucket_ns: bucket_ns.max(1), rows }
    }

    /// A span of this path closed.
    pub fn add(&mut self, path: PathId, span: &VisitedSpan<'_>, paths: &Paths) {
        let at_unix_ns = self.origin_unix_ns.saturating_add(span.end_ns);
        let time = at_unix_ns - at_unix_ns % self.bucket_ns;
        self.rows.entry((time, path)).or_default().add(span);
        if self.rows.len() == HELD {
            self.write(paths);
        }
    }

    /// Writes what is held, and the footer.
    pub fn finish(mut self, paths: &Paths, facts: &[(&str, String)]) -> Result<(), Error> {
        self.write(paths);
        self.table.finish(facts)
    }

    fn write(&mut self, paths: &Paths) {
        let ranks = paths.ranks(&self.labels);
        let mut rows: Vec<_> = std::mem::take(&mut self.rows).into_iter().collect();
        let place = |(time, path): (u64, PathId)| {
            (time, ranks.get(path.index()).copied(), paths.get(path).hash())
        };
        rows.sort_unstable_by_key(|(key, _)| place(*key));
        for ((time, id), sums) in rows {
            let path = paths.get(id);
            let name = |site: &CallsiteId| self.names.get(site.index());
            self.table.row(|row| {
                row.number(time);
                row.number(self.bucket_ns);
                row.int(path.hash());
                row.optional(path.parent.map(|parent| paths.get(parent).hash()));
                row.text(name(&path.callsite).copied().unwrap_or_default());
                row.texts(paths.frames(id).iter().filter_map(name).copied());
                row.number(u64::from(path.depth));
                row.number(sums.count);
                row.number(sums.open);
                row.number(sums.busy_ns);
                row.number(sums.self_ns);
                row.number(sums.idle_ns);
                row.number(sums.waited_ns);
                row.number(sums.shortest_ns.unwrap_or(0));
                row.number(sums.longest_ns);
                row.pairs(&sums.histogram);
            });
        }
    }
}

impl Sums {
    fn add(&mut self, span: &VisitedSpan<'_>) {
        self.count += 1;
        self.open += u64::from(span.open);
        self.busy_ns = self.busy_ns.saturating_add(span.busy_ns);
        self.self_ns = self.self_ns.saturating_add(span.self_ns);
        self.idle_ns = self.idle_ns.saturating_add(span.idle_ns);
        self.waited_ns = self.waited_ns.saturating_add(span.waited_ns);
        self.shortest_ns = Some(self.shortest_ns.map_or(span.busy_ns, |ns| ns.min(span.busy_ns)));
        self.longest_ns = self.longest_ns.max(span.busy_ns);
        let bucket = i16::try_from(Histogram::bucket_of(span.busy_ns)).unwrap_or(i16::MAX);
        match self.histogram.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(known) => self.histogram[known].1 += 1,
            Err(place) => self.histogram.insert(place, (bucket, 1)),
        }
    }
}
