//! Every view of one recording has the same total, to the nanosecond.

use spanfire_recording::{Form, Recording};
use spanfire_tests::{
    FORMS, Session, Transcript, async_program, pool, rayon_program, runtime, sync_program, work,
};
use spanfire_views::{CallTree, Replay, Selection, Stacks, Statistics, Timeline, Weight};
use std::collections::BTreeMap;
use tracing::info_span;

/// A synchronous, a rayon and a tokio program in one recording.
fn recording_of_everything(form: Form) -> Recording {
    let session = Session::start(form);
    session.run(|| sync_program(50));
    rayon_program(&pool(session.dispatch(), 4), 500);
    let runtime = runtime(session.dispatch(), 4);
    session.run(|| runtime.block_on(async_program(20)));
    drop(runtime);
    session.finish()
}

/// Time in which at least one span was entered, added up over all lanes.
fn outermost_ns(recording: &Recording, transcript: &Transcript) -> u64 {
    let clock = recording.timebase();
    let mut segments: Vec<_> = transcript.spans.iter().flat_map(|span| &span.segments).collect();
    segments.sort_by_key(|segment| (segment.lane, segment.enter));
    let mut total = 0;
    let mut covered = BTreeMap::new();
    for segment in segments {
        let end = clock.ns(segment.exit.expect("a segment that ended"));
        let covered_to = covered.entry(segment.lane).or_insert(0);
        total += end.saturating_sub(clock.ns(segment.enter).max(*covered_to));
        *covered_to = end.max(*covered_to);
    }
    total
}

/// The total of the flamegraph, the reversed one and `top`, by both kinds of stack; all the same.
#[track_caller]
fn agreed_total_ns(recording: &Recording) -> u64 {
    let replay = Replay::new(recording, Selection::default());
    let top = Statistics::of(&replay).expect("statistics");
    let rows: u64 = top.rows.iter().map(|row| row.self_ns).sum();
    assert_eq!(rows, top.total_self_ns, "the rows of top");
    for stacks in [Stacks::Thread, Stacks::Span] {
        let tree = CallTree::of(&replay, stacks).expect("a tree");
        assert_eq!(tree.total(Weight::Busy), rows, "flamegraph by {stacks:?}");
        assert_eq!(tree.reversed().total(Weight::Busy), rows, "reversed by {stacks:?}");
        let spans: u64 = top.rows.iter().map(|row| row.spans).sum();
        assert_eq!(tree.total(Weight::Count), spans, "spans by {stacks:?}");
    }
    rows
}

/// [T61]
#[test]
fn flamegraph_reversed_and_top_add_up_to_the_busy_time_of_the_outermost_segments() {
    for form in FORMS {
        let recording = recording_of_everything(form);
        let transcript = Transcript::of(&recording);
        assert_eq!(transcript.strays, [""; 0], "{form:?}");
        let outermost = outermost_ns(&recording, &transcript);
        assert_eq!(agreed_total_ns(&recording), outermost, "{form:?}");
        assert!(outermost > 0);
    }
}

#[test]
fn top_has_every_span_every_segment_and_their_time() {
    for form in FORMS {
        let recording = recording_of_everything(form);
        let clock = recording.timebase();
        let mut expected: BTreeMap<String, (u64, u64, u64)> = BTreeMap::new();
        for span in Transcript::of(&recording).spans {
            let row = expected.entry(span.name).or_default();
            row.0 += 1;
            for segment in span.segments {
                let end = segment.exit.expect("a segment that ended");
                row.1 += 1;
                row.2 += clock.ns(end) - clock.ns(segment.enter);
            }
        }
        let replay = Replay::new(&recording, Selection::default());
        let rows = Statistics::of(&replay).expect("statistics").rows;
        let found = rows.into_iter().fold(BTreeMap::new(), |mut found, row| {
            let sum: &mut (u64, u64, u64) = found.entry(row.callsite.name).or_default();
            *sum = (sum.0 + row.spans, sum.1 + row.segments, sum.2 + row.busy_ns);
            found
        });
        assert_eq!(found, expected, "{form:?}");
    }
}

/// [T9] [T62] A span that nobody left is closed at the end of the recording in every view alike.
#[test]
fn spans_that_are_still_open_count_alike_in_every_view() {
    for form in FORMS {
        let session = Session::start(form);
        session.run(|| {
            sync_program(5);
            let outer = info_span!("still open").entered();
            let inner = info_span!("open inside").entered();
            work(1_000);
            std::mem::forget((outer, inner));
            info_span!("last").in_scope(|| work(1_000));
        });
        let recording = session.finish();
        let total = agreed_total_ns(&recording);
        let replay = Replay::new(&recording, Selection::default());
        let timeline = Timeline::of(&replay, 0).expect("a timeline");
        let bars = timeline.lanes.iter().flat_map(|lane| &lane.bars);
        let outermost = bars.filter(|bar| bar.depth == 0).map(|bar| bar.end_ns - bar.start_ns);
        assert_eq!(outermost.sum::<u64>(), total, "{form:?}");
    }
}
