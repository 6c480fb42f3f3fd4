//! Segments looked at from afar and from near.

use crate::sketch;
use spanfire_views::{IndexedLane, Replay, SegmentIndex, Shown, Spans, Summary, Timeline};
use std::fmt::Write;

fn index(drawn: &str) -> SegmentIndex {
    let (recording, selection) = sketch::parse(drawn);
    SegmentIndex::of(&Replay::new(&recording, selection)).expect("a recording just drawn").0
}

/// What is shown of a row: `start+length`, and how many where it is more than one.
fn shown(lane: &IndexedLane, depth: usize, range: std::ops::Range<u64>, pixel_ns: f64) -> String {
    let pieces = lane.shown(depth, &range, pixel_ns).into_iter().map(|piece| {
        let Shown { start_ns, end_ns, segments, .. } = piece;
        let many = if segments == 1 { String::new() } else { format!("×{segments}") };
        format!("{start_ns}+{}{many}", end_ns - start_ns)
    });
    pieces.collect::<Vec<_>>().join(" ")
}

#[test]
fn from_near_every_segment_stands_as_it_is() {
    let index = index("main |A( B( )B C( )C )A D( )D");
    let lane = &index.lanes()[0];
    assert_eq!((lane.depth(), index.segments()), (2, 4));
    assert_eq!(shown(lane, 0, 0..30, 0.5), "0+15 18+3");
    assert_eq!(shown(lane, 1, 0..30, 0.5), "3+3 9+3");
    assert_eq!(shown(lane, 1, 7..30, 0.5), "9+3");
    assert_eq!(shown(lane, 1, 4..8, 0.5), "3+3");
    assert_eq!(shown(lane, 7, 0..30, 0.5), "");
}

#[test]
fn from_afar_short_ones_in_one_pixel_are_one_and_long_ones_stay() {
    let index = index("main |A()A B()B C()C D(                         )D E()E");
    let lane = &index.lanes()[0];
    assert_eq!(shown(lane, 0, 0..60, 20.0), "0+0×3 15+27 45+0");
}

/// A lane of `spans` short spans, with a long one after every hundred.
fn busy(spans: usize) -> String {
    let mut lane = "main |".to_owned();
    for number in 0..spans {
        let length = if number % 100 == 99 { 400 } else { 1 + number % 3 };
        write!(lane, "A{number}({:length$})A{number} ", "").expect("a string");
    }
    lane
}

#[test]
fn at_every_scale_all_segments_and_all_their_time_are_there_in_at_most_two_a_pixel() {
    let index = index(&busy(3_000));
    let range = index.range_ns();
    let lane = &index.lanes()[0];
    let exact = lane.shown(0, &range, 0.0);
    assert_eq!(exact.len(), 3_000);
    let busy_ns: u64 = exact.iter().map(|piece| piece.end_ns - piece.start_ns).sum();
    for pixels in [1.0, 7.0, 100.0, 1_000.0, 100_000.0] {
        let pixel_ns = (range.end - range.start) as f64 / pixels;
        let pieces = lane.shown(0, &range, pixel_ns);
        assert!(pieces.len() as f64 <= 2.0 * pixels + 1.0, "{} at {pixels}", pieces.len());
        assert_eq!(pieces.iter().map(|piece| piece.segments).sum::<u64>(), 3_000);
        let shown_ns: u64 = pieces.iter().map(|piece| piece.end_ns - piece.start_ns).sum();
        assert_eq!(shown_ns, busy_ns);
        let long = pieces.iter().filter(|piece| piece.segments == 1).count();
        assert!(pixel_ns >= 400.0 || long >= 30, "{long} at {pixels}");
        assert!(pieces.is_sorted_by_key(|piece| piece.start_ns));
    }
}

#[test]
fn the_index_holds_what_the_spans_are() {
    let (recording, selection) = sketch::parse("main |A( B( C( )C )B !e )A\nworker | E( F( )F )E");
    let replay = Replay::new(&recording, selection);
    let (index, summary) = SegmentIndex::of(&replay).expect("an index");
    assert_eq!(summary, Summary::of(&replay).expect("a summary"));
    assert_eq!(index.segments_in(&(4..100)), 2);
    let spans = Spans::of(&replay, usize::MAX).expect("spans");
    assert_eq!(index.range_ns(), Timeline::range_of(&replay));
    for (lane, spans) in index.lanes().iter().zip(&spans.lanes) {
        assert_eq!((lane.lane, &lane.label), (spans.lane, &spans.label));
        let mut found: Vec<(u64, u64, u32)> = (0..lane.depth())
            .flat_map(|depth| lane.shown(depth, &(0..100), 0.0))
            .map(|piece| (piece.start_ns, piece.end_ns, piece.callsite.0))
            .collect();
        let mut expected: Vec<(u64, u64, u32)> = spans
            .segments
            .iter()
            .map(|segment| (segment.start_ns, segment.end_ns, segment.callsite.0))
            .collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(lane.marks(&(0..100), 1.0), spans.marks);
    }
}

#[test]
fn while_it_grows_an_index_shows_what_ended_so_far_and_ever_more_of_it() {
    let (recording, selection) = sketch::parse(&busy(3_000));
    let replay = Replay::new(&recording, selection);
    let mut seen = Vec::new();
    let (index, _) = SegmentIndex::watched(&replay, 100, &mut |growing| {
        let range = index_range(growing);
        let near = growing.lanes()[0].shown(0, &range, 0.0);
        let far = growing.lanes()[0].shown(0, &range, (range.end - range.start) as f64 / 50.0);
        let covered = |shown: &[Shown]| -> (u64, u64) {
            let times = shown.iter().map(|piece| piece.end_ns - piece.start_ns);
            (shown.iter().map(|piece| piece.segments).sum(), times.sum())
        };
        assert_eq!(covered(&near), covered(&far), "at {} segments", growing.segments());
        assert_eq!(near.last().map(|piece| piece.end_ns), Some(growing.end_ns()));
        seen.push(near.len());
    })
    .expect("an index");
    assert!(seen.len() > 5 && seen[0] == 100, "{seen:?}");
    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");
    assert_eq!(index.segments(), 3_000);
}

fn index_range(index: &SegmentIndex) -> std::ops::Range<u64> {
    let range = index.range_ns();
    range.start..range.end + 1
}
