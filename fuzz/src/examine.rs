//! What must hold of every recording that opens, and of every view of it, whoever wrote its bytes.

use crate::limits::{PerByte, bounded};
use regex::Regex;
use spanfire_recording::{
    CallsiteId, Chunk, Error, ErrorKind, EventKind, Form, Parent, Recording, SpanId, raw,
};
use spanfire_views::{
    CallTree, Diff, DiffSide, Replay, RequestChart, RequestId, RequestTable, Selection, Spans,
    Stacks, Statistics, Summary, Timeline, Weight,
};
use std::sync::LazyLock;

/// Opens the bytes.
pub(crate) fn open(bytes: &[u8]) -> Option<Recording> {
    let size = bytes.len();
    match bounded(size, PerByte::OPENING, || Recording::from_bytes(bytes.to_vec())) {
        Ok(recording) => Some(recording),
        Err(error) => {
            says_where(&error, size);
            None
        }
    }
}

/// Reads everything there is, and gives the chunks that could be read.
pub(crate) fn read(recording: &Recording, bytes: &[u8]) -> Vec<Option<Chunk>> {
    assert_eq!(recording.to_bytes().expect("it is in memory"), bytes);
    if let Some(cut) = recording.cut() {
        assert!(cut.at_byte <= bytes.len() as u64, "cut behind the end");
        assert!(!cut.reason.is_empty() && !cut.reason.contains("at byte"), "{}", cut.reason);
    }
    (0..recording.chunks().len()).map(|index| chunk(recording, index, bytes.len())).collect()
}

fn chunk(recording: &Recording, index: usize, size: usize) -> Option<Chunk> {
    let info = recording.chunks()[index];
    assert!(info.lane.index() < recording.lanes().len(), "a chunk of no lane");
    match bounded(size, PerByte::CHUNK, || recording.chunk(index)) {
        Ok(chunk) => {
            assert_eq!(chunk.lane, info.lane);
            assert!(chunk.events.len() <= info.events as usize * 2, "events from nowhere");
            let ticks = chunk.events.iter().map(|event| event.tick);
            assert!(ticks.clone().all(|tick| (info.first..=info.last).contains(&tick)));
            sound(recording.form(), recording.callsites().len(), &chunk);
            let ns = ticks.map(|tick| recording.timebase().ns(tick));
            assert!(ns.is_sorted(), "time runs backwards");
            Some(chunk)
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
            says_where(&error, size);
            None
        }
    }
}

/// Every number that an event names exists, and ticks never decrease.
pub(crate) fn sound(form: Form, callsites: usize, chunk: &Chunk) {
    assert!(chunk.events.is_sorted_by_key(|event| event.tick), "ticks decrease");
    let there = |callsite: CallsiteId| assert!(callsite.index() < callsites, "{callsite:?}");
    let known = |span: SpanId| {
        if form == Form::Subscriber {
            there(raw::callsite_of(span));
        }
    };
    for event in &chunk.events {
        match event.kind {
            EventKind::New { span, callsite, parent, .. }
            | EventKind::NewEnter { span, callsite, parent } => {
                known(span);
                there(callsite);
                if let Parent::Span(parent) = parent {
                    known(parent);
                }
            }
            EventKind::Enter { span }
            | EventKind::Exit { span }
            | EventKind::ExitDrop { span }
            | EventKind::Drop { span }
            | EventKind::Clone { span }
            | EventKind::Fields { span, .. } => known(span),
            EventKind::Follows { span, cause } => {
                known(span);
                known(cause);
            }
            EventKind::Instant { callsite, .. } => there(callsite),
            EventKind::Lost { loss } => {
                assert_eq!(chunk.loss(loss).expect("the loss is there").lane, chunk.lane);
            }
        }
    }
}

/// A message that says what is wrong, and where if it is somewhere.
fn says_where(error: &Error, size: usize) {
    let text = error.to_string();
    assert!(text.len() > 8 && !text.contains('\n'), "no message: {text:?}");
    match error.kind() {
        ErrorKind::Damaged => {
            let place = error.place().expect("damage is somewhere");
            assert!(place <= size as u64, "{text}: behind {size}");
            assert!(text.starts_with(&format!("block at byte {place}: ")), "{text}");
        }
        ErrorKind::Foreign | ErrorKind::Version => assert_eq!(error.place(), None, "{text}"),
        ErrorKind::Io => panic!("bytes in memory gave {text}"),
    }
}

/// Makes every view of a selection, and compares their totals.
pub(crate) fn view(recording: &Recording, selection: u8, size: usize) {
    bounded(size, PerByte::VIEWS, || {
        let selections = &*SELECTIONS;
        let selection = selections[usize::from(selection) % selections.len()].clone();
        let _ = views(&Replay::new(recording, selection));
    });
}

fn views(replay: &Replay<'_>) -> Result<(), Error> {
    let by_thread = CallTree::of(replay, Stacks::Thread)?;
    let by_span = CallTree::of(replay, Stacks::Span)?;
    let statistics = Statistics::of(replay)?;
    let requests = RequestTable::of(replay)?;
    let summary = Summary::of(replay)?;
    let total = by_thread.total(Weight::Busy);
    let work =
        requests.requests().iter().fold(0u64, |sum, request| sum.saturating_add(request.work_ns));
    let totals = [
        by_span.total(Weight::Busy),
        by_thread.reversed().total(Weight::Busy),
        by_span.reversed().totals(Weight::Busy)[0],
        statistics.total_self_ns,
        work,
    ];
    assert_eq!(totals, [total; 5], "views differ");
    let spans: u64 = statistics.rows.iter().map(|row| row.spans).sum();
    assert_eq!(by_span.total(Weight::Count), summary.spans);
    assert_eq!(spans, summary.spans);
    for row in &statistics.rows {
        assert!(row.min_ns <= row.max_ns && row.nonreentrant_ns <= row.busy_ns);
        assert!((row.min_ns..=row.max_ns).contains(&row.quantile_ns(0.99)));
    }
    for request in requests.requests() {
        assert!(request.busy_ns <= request.lifetime_ns, "busier than it lived: {request:?}");
    }
    compared(replay, total)?;
    timelines(replay)?;
    let spans = Spans::of(replay, usize::MAX)?;
    let segments: usize = spans.lanes.iter().map(|lane| lane.segments.len()).sum();
    assert_eq!(segments as u64, summary.segments);
    let slowest = requests.slowest().map_or(RequestId(1), |request| request.id);
    for limit in [3, 1_000] {
        let chart = RequestChart::of(replay, slowest, limit)?;
        assert_eq!(chart.is_some(), requests.slowest().is_some());
        for (index, span) in chart.iter().flat_map(|chart| chart.spans.iter().enumerate()) {
            assert!(span.parent.is_none_or(|parent| parent < index), "a parent after its child");
        }
    }
    Ok(())
}

/// A recording against itself: nothing has changed.
fn compared(replay: &Replay<'_>, total: u64) -> Result<(), Error> {
    let mut side = DiffSide::new(Stacks::Thread, false);
    side.add(replay)?;
    let diff = Diff::of(&side, &side, 0.02);
    assert_eq!(diff.total(Weight::Busy), [total; 2]);
    Ok(())
}

fn timelines(replay: &Replay<'_>) -> Result<(), Error> {
    let range = Timeline::range_of(replay);
    let width = (range.end - range.start) / 100;
    for resolution_ns in [0, width] {
        let timeline = Timeline::of(replay, resolution_ns)?;
        for lane in &timeline.lanes {
            assert!(lane.bars.is_sorted_by_key(|bar| (bar.start_ns, bar.depth)));
            assert!(lane.bars.iter().all(|bar| bar.start_ns <= bar.end_ns));
        }
    }
    Ok(())
}

static SELECTIONS: LazyLock<Vec<Selection>> = LazyLock::new(|| {
    let pattern = |text: &str| Regex::new(text).ok();
    vec![
        Selection::default(),
        Selection { from_ns: Some(100), to_ns: Some(700), ..Selection::default() },
        Selection { min_duration_ns: 40, ..Selection::default() },
        Selection { hide: pattern("e"), thread: pattern("a"), ..Selection::default() },
        Selection { root: Some("request".into()), ignore: pattern("z"), ..Selection::default() },
    ]
});
