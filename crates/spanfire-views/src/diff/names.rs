//! The span names of both sides, and what changed in each.

use super::DiffSide;
use super::alignment::Alignment;
use super::batches::Batches;
use super::evidence::{self, Change, Measure, Shift, Verdict};
use super::side::Recorded;
use crate::{Frame, SpanStatistics};
use spanfire_recording::CallsiteId;
use std::cmp::Reverse;

/// The spans of one name on both sides.
#[derive(Clone, Debug)]
pub struct NameDiff {
    /// The frame.
    pub frame: Frame,
    /// Its spans in all recordings before; `None` if there are none.
    pub before: Option<SpanStatistics>,
    /// Its spans in all recordings after; `None` if there are none.
    pub after: Option<SpanStatistics>,
    /// By [`Measure::ALL`].
    changes: [Change; Measure::ALL.len()],
}

impl NameDiff {
    /// How a measure changed.
    pub fn change(&self, measure: Measure) -> &Change {
        &self.changes[measure as usize]
    }

    /// How many spans, before and after, in all recordings.
    pub fn spans(&self) -> [u64; 2] {
        self.sides().map(|side| side.map_or(0, |row| row.spans))
    }

    /// The self time of all spans, before and after, in all recordings.
    pub fn self_ns(&self) -> [u64; 2] {
        self.sum(|row| row.self_ns)
    }

    /// The busy time of all spans, before and after, in all recordings.
    pub fn busy_ns(&self) -> [u64; 2] {
        self.sum(|row| row.busy_ns)
    }

    /// What a measure is the mean of, over all spans, before and after, in all recordings; of a
    /// quantile the busy time.
    pub fn sum_ns(&self, measure: Measure) -> [u64; 2] {
        match measure {
            Measure::Total | Measure::P50 | Measure::P99 => self.busy_ns(),
            Measure::SelfTime => self.self_ns(),
            Measure::Idle => self.sum(|row| row.idle_ns),
            Measure::Cpu => self.sum(|row| row.cpu_ns),
            Measure::Blocked => self.sum(|row| row.blocked_ns),
        }
    }

    /// Whether a measure is known, before and after: false of a side without spans, and of time on
    /// processors where the threads' switches are not known.
    pub fn knows(&self, measure: Measure) -> [bool; 2] {
        self.sides().map(|side| side.is_some_and(|row| measure.is_known(row)))
    }

    fn sum(&self, of: impl Fn(&SpanStatistics) -> u64) -> [u64; 2] {
        self.sides().map(|side| side.map_or(0, &of))
    }

    /// Its statistics, before and after.
    pub fn sides(&self) -> [Option<&SpanStatistics>; 2] {
        [self.before.as_ref(), self.after.as_ref()]
    }
}

/// What each recording of a side has of one frame.
#[derive(Default)]
struct Found<'a> {
    all: Option<SpanStatistics>,
    /// One for each recording that has spans of it.
    recordings: Vec<SpanStatistics>,
    /// One for each callsite and recording.
    batches: Vec<&'a Batches>,
}

/// Compares every frame that has spans.
pub(super) fn compare(
    sides: [&DiffSide; 2],
    alignment: &Alignment,
    threshold: f64,
) -> Vec<NameDiff> {
    let [before, after] = [0, 1].map(|side| find(side, sides[side], alignment));
    let rows = (0..).map(CallsiteId).zip(before.into_iter().zip(after));
    let rows = rows.filter(|(_, (before, after))| before.all.is_some() || after.all.is_some());
    let mut names: Vec<NameDiff> =
        rows.map(|(frame, (before, after))| name(frame, before, after)).collect();
    for measure in Measure::ALL {
        judge(&mut names, measure, threshold);
    }
    let recordings = sides.map(|side| side.recordings.len().max(1) as u64);
    names.sort_by_key(|name| {
        let [before, after] = name.self_ns();
        Reverse((after / recordings[1]).abs_diff(before / recordings[0]))
    });
    names
}

fn find<'a>(side: usize, of: &'a DiffSide, alignment: &Alignment) -> Vec<Found<'a>> {
    let mut frames: Vec<Found<'a>> = Vec::new();
    frames.resize_with(alignment.frames.len(), Found::default);
    for recorded in &of.recordings {
        let mut here: Vec<Option<SpanStatistics>> = vec![None; frames.len()];
        for row in &recorded.statistics.rows {
            let Some(frame) = alignment.frame(side, &row.callsite) else { continue };
            merge(&mut here[frame.index()], row);
            frames[frame.index()].batches.extend(batches(recorded, row));
        }
        for (found, row) in frames.iter_mut().zip(here) {
            if let Some(row) = row {
                merge(&mut found.all, &row);
                found.recordings.push(row);
            }
        }
    }
    frames
}

fn batches<'a>(recorded: &'a Recorded, row: &SpanStatistics) -> Option<&'a Batches> {
    recorded.batches.get(row.id.index())
}

fn merge(sum: &mut Option<SpanStatistics>, row: &SpanStatistics) {
    match sum {
        Some(sum) => sum.merge(row),
        None => *sum = Some(row.clone()),
    }
}

fn name(frame: Frame, before: Found<'_>, after: Found<'_>) -> NameDiff {
    let changes = Measure::ALL.map(|measure| {
        let ns = |all: &Option<SpanStatistics>| {
            all.as_ref().map_or(0, |row| measure.of_all(row).round() as u64)
        };
        Change {
            before_ns: ns(&before.all),
            after_ns: ns(&after.all),
            shift: shift(measure, &before, &after),
            verdict: match (&before.all, &after.all) {
                (None, _) => Verdict::New,
                (_, None) => Verdict::Gone,
                _ => Verdict::Unclear,
            },
        }
    });
    NameDiff { frame, before: before.all, after: after.all, changes }
}

/// Whole recordings where there are several; otherwise batches, which show less. Several callsites
/// that became one frame have no order of time among them, and so no batches. What is not known of
/// one side is not compared.
fn shift(measure: Measure, before: &Found<'_>, after: &Found<'_>) -> Option<Shift> {
    let is_known = |found: &Found<'_>| found.all.as_ref().is_some_and(|row| measure.is_known(row));
    if !is_known(before) || !is_known(after) {
        return None;
    }
    let values = |found: &Found<'_>| -> Vec<f64> {
        found.recordings.iter().map(|row| measure.of_all(row)).collect()
    };
    match (before.recordings.len(), after.recordings.len()) {
        (0, _) | (_, 0) => None,
        (1, 1) => match (&before.batches[..], &after.batches[..]) {
            ([before], [after]) => evidence::from_batches(measure, before, after),
            _ => None,
        },
        _ => evidence::from_recordings(&values(before), &values(after)),
    }
}

/// Corrects a measure's p over all names, then says what they mean.
fn judge(names: &mut [NameDiff], measure: Measure, threshold: f64) {
    let mut changes: Vec<&mut Change> =
        names.iter_mut().map(|name| &mut name.changes[measure as usize]).collect();
    let mut shifts: Vec<&mut Shift> =
        changes.iter_mut().filter_map(|change| change.shift.as_mut()).collect();
    evidence::adjust(&mut shifts);
    for change in changes {
        if change.verdict == Verdict::Unclear {
            change.verdict = evidence::judge(change.shift.as_ref(), threshold);
        }
    }
}
