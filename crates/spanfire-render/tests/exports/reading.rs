//! What a reader finds in an export, and what the views say of the same recording.

use spanfire_recording::Recording;
use spanfire_views::{Replay, RequestTable, Selection, Statistics};
use std::collections::BTreeMap;

/// What is in an export, as far as all formats have it. What one has not stays `None`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// By the name of the callsite.
    pub names: BTreeMap<String, Numbers>,
    /// How many requests.
    pub requests: Option<u64>,
    /// Instants.
    pub instants: Option<u64>,
    /// How much of all spans' busy time is said to be on a processor, and off it.
    pub ran_ns: Option<[u64; 2]>,
}

/// What a name adds up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Spans.
    pub spans: Option<u64>,
    /// Segments; where pieces of one segment are told apart, they are one.
    pub segments: Option<u64>,
    /// Time as the innermost of a thread.
    pub self_ns: u64,
}

impl Reading {
    /// Counts one span of this name.
    pub fn span(&mut self, name: &str) {
        *self.numbers(name).spans.get_or_insert(0) += 1;
    }

    /// Counts one segment of this name.
    pub fn segment(&mut self, name: &str) {
        *self.numbers(name).segments.get_or_insert(0) += 1;
    }

    /// Adds time as the innermost.
    pub fn own(&mut self, name: &str, ns: u64) {
        self.numbers(name).self_ns += ns;
    }

    /// Says how much of a span's time was on a processor and how much off it, or that this is not said.
    pub fn ran(&mut self, ran: [Option<u64>; 2]) {
        let sums = self.ran_ns.get_or_insert_default();
        sums.iter_mut().zip(ran).for_each(|(sum, ran_ns)| *sum += ran_ns.unwrap_or(0));
    }

    fn numbers(&mut self, name: &str) -> &mut Numbers {
        self.names.entry(name.to_owned()).or_default()
    }

    /// Σ self.
    pub fn self_ns(&self) -> u64 {
        self.names.values().map(|numbers| numbers.self_ns).sum()
    }
}

/// Whether every piece is of a selected segment. A segment that ends where the range begins, or that a
/// pattern does not select and that is around one it does, may have pieces without length.
pub fn pieces_are_of_segments(selection: &Selection) -> bool {
    let Selection { from_ns, focus, ignore, .. } = selection;
    from_ns.is_none() && focus.is_none() && ignore.is_none()
}

/// Holds a reading against `top`, `requests` and the total of the recording.
#[track_caller]
pub fn check(reading: &Reading, recording: &Recording, selection: &Selection) {
    let replay = Replay::new(recording, selection.clone());
    let statistics = Statistics::of(&replay).expect("statistics");
    assert_eq!(reading.self_ns(), statistics.total_self_ns, "Σ self");
    let mut said: BTreeMap<&str, (u64, u64, u64)> = BTreeMap::new();
    for row in &statistics.rows {
        let (spans, segments, self_ns) = said.entry(&row.callsite.name).or_default();
        *spans += row.spans;
        *segments += row.segments;
        *self_ns += row.self_ns;
    }
    for (name, numbers) in &reading.names {
        let (spans, segments, self_ns) = said.remove(name.as_str()).unwrap_or_default();
        assert_eq!(numbers.self_ns, self_ns, "self of {name:?}");
        assert_eq!(numbers.spans.unwrap_or(spans), spans, "spans of {name:?}");
        if pieces_are_of_segments(selection) {
            assert_eq!(numbers.segments.unwrap_or(segments), segments, "segments of {name:?}");
        }
    }
    let missing: Vec<_> = said.keys().collect();
    assert!(missing.is_empty(), "not in the export: {missing:?}");
    let ran_ns = statistics.rows.iter().fold([0, 0], |[cpu_ns, blocked_ns], row| {
        [cpu_ns + row.cpu_ns, blocked_ns + row.blocked_ns]
    });
    assert_eq!(reading.ran_ns.unwrap_or(ran_ns), ran_ns, "on and off a processor");
    let requests = RequestTable::of(&replay).expect("requests");
    let count = requests.requests().len() as u64;
    assert_eq!(reading.requests.unwrap_or(count), count, "requests");
}
