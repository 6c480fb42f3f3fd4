//! What holds for every program.

use crate::check::totals_agree;
use crate::machine::{form, run, selection, steps};
use proptest::prelude::*;
use regex::Regex;
use spanfire_recording::Form;
use spanfire_views::{
    CallTree, Replay, RequestChart, RequestTable, Selection, Stacks, Statistics, Timeline, Weight,
};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    /// [T61] Every moment in which a lane has anything entered is in every total, once.
    #[test]
    fn all_views_share_the_time_in_which_anything_was_entered(form in form(), steps in steps()) {
        let machine = run(form, &steps);
        let (spans, segments) = (machine.spans, machine.segments);
        let (recording, entered_ns) = machine.finish();
        prop_assert_eq!(totals_agree(&recording, &Selection::default()), entered_ns);
        let replay = Replay::new(&recording, Selection::default());
        let rows = Statistics::of(&replay).expect("statistics").rows;
        prop_assert_eq!(rows.iter().map(|row| row.spans).sum::<u64>(), spans);
        prop_assert_eq!(rows.iter().map(|row| row.segments).sum::<u64>(), segments);
    }

    #[test]
    fn every_selection_means_the_same_in_all_views(
        form in form(),
        steps in steps(),
        selection in selection(),
    ) {
        let (recording, entered_ns) = run(form, &steps).finish();
        prop_assert!(totals_agree(&recording, &selection) <= entered_ns);
    }

    #[test]
    fn a_range_cut_in_two_adds_up(steps in steps(), at in 0u64..300) {
        let (recording, entered_ns) = run(Form::Subscriber, &steps).finish();
        let before = Selection { to_ns: Some(at), ..Selection::default() };
        let after = Selection { from_ns: Some(at), ..Selection::default() };
        let parts = totals_agree(&recording, &before) + totals_agree(&recording, &after);
        prop_assert_eq!(parts, entered_ns);
    }

    #[test]
    fn focus_and_ignore_share_the_time(steps in steps()) {
        let (recording, entered_ns) = run(Form::Subscriber, &steps).finish();
        let pattern = Regex::new("^a$").ok();
        let focus = Selection { focus: pattern.clone(), ..Selection::default() };
        let ignore = Selection { ignore: pattern, ..Selection::default() };
        let parts = totals_agree(&recording, &focus) + totals_agree(&recording, &ignore);
        prop_assert_eq!(parts, entered_ns);
    }

    #[test]
    fn a_request_is_its_chart(form in form(), steps in steps(), selection in selection()) {
        let (recording, _) = run(form, &steps).finish();
        let replay = Replay::new(&recording, selection);
        let requests = RequestTable::of(&replay).expect("requests");
        for request in requests.requests() {
            let chart = RequestChart::of(&replay, request.id, usize::MAX).expect("a chart");
            let chart = chart.expect("a request that is in the table");
            prop_assert_eq!(&chart.request, request);
            prop_assert_eq!(chart.left_out, 0);
            prop_assert_eq!(chart.spans.iter().map(|span| span.self_ns).sum::<u64>(), request.work_ns);
            prop_assert!(request.busy_ns + request.idle_ns == request.lifetime_ns);
            for (index, span) in chart.spans.iter().enumerate() {
                prop_assert!(span.row < chart.rows);
                let under = |parent: usize| parent < index && chart.spans[parent].row < span.row;
                prop_assert!(span.parent.map_or(index == 0, under));
                for other in &chart.spans[index + 1..] {
                    let overlap = span.start_ns < other.end_ns && other.start_ns < span.end_ns;
                    prop_assert!(!overlap || span.row != other.row);
                }
            }
        }
    }

    #[test]
    fn bars_of_one_depth_do_not_overlap(steps in steps(), resolution_ns in 0u64..20) {
        let (recording, entered_ns) = run(Form::Subscriber, &steps).finish();
        let replay = Replay::new(&recording, Selection::default());
        let timeline = Timeline::of(&replay, resolution_ns).expect("a timeline");
        let mut covered_ns = 0;
        for lane in &timeline.lanes {
            let mut ends = vec![0; lane.depth];
            for bar in &lane.bars {
                prop_assert!(bar.start_ns >= ends[bar.depth] && bar.end_ns >= bar.start_ns);
                prop_assert!(bar.busy_ns <= bar.end_ns - bar.start_ns);
                ends[bar.depth] = bar.end_ns;
            }
            // What is entered is covered by the bars, however they are merged.
            covered_ns += union_ns(lane.bars.iter().map(|bar| (bar.start_ns, bar.end_ns)));
        }
        prop_assert!(covered_ns >= entered_ns);
        prop_assert!(resolution_ns > 0 || covered_ns == entered_ns);
    }

    #[test]
    fn the_same_recording_gives_the_same_tree(steps in steps()) {
        let (recording, _) = run(Form::Subscriber, &steps).finish();
        let replay = Replay::new(&recording, Selection::default());
        let [one, two] = [0, 1].map(|_| CallTree::of(&replay, Stacks::Span).expect("a call tree"));
        prop_assert_eq!(one.nodes(), two.nodes());
        let totals = one.totals(Weight::Busy);
        for (index, node) in one.nodes().iter().enumerate().skip(1) {
            prop_assert!(node.parent < index && totals[node.parent] >= totals[index]);
        }
    }
}

/// The length of overlapping times, in the order of their start.
fn union_ns(times: impl Iterator<Item = (u64, u64)>) -> u64 {
    let mut reached = 0;
    times.fold(0, |total, (start, end)| {
        let new_ns = end.saturating_sub(reached.max(start));
        reached = reached.max(end);
        total + new_ns
    })
}
