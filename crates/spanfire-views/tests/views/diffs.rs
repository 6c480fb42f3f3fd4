//! Two drawn programs compared: stacks side by side, and what is on one side alone.

use crate::sketch;
use spanfire_views::{
    Diff, DiffSide, Evidence, Measure, Replay, Stacks, Standing, Verdict, Weight,
};

const THRESHOLD: f64 = 0.02;

fn side(sketches: &[&str], stacks: Stacks, reversed: bool) -> DiffSide {
    let mut side = DiffSide::new(stacks, reversed);
    for drawn in sketches {
        let (recording, selection) = sketch::parse(drawn);
        side.add(&Replay::new(&recording, selection)).expect("a recording just drawn");
    }
    side
}

fn diff(before: &[&str], after: &[&str]) -> Diff {
    let sides = [before, after].map(|sketches| side(sketches, Stacks::Thread, false));
    Diff::of(&sides[0], &sides[1], THRESHOLD)
}

/// Every stack as `A;B total 3→6 self 3→6 spans 1→2`, with `new` or `gone` where it is.
fn lines(diff: &Diff) -> Vec<String> {
    let totals = diff.totals(Weight::Busy);
    let mut stack: Vec<String> = Vec::new();
    let nodes = diff.nodes().iter().zip(totals).zip(diff.standings()).skip(1);
    let lines = nodes.map(|((node, [before, after]), standing)| {
        stack.truncate(node.depth - 1);
        stack.extend(node.frame.map(|frame| diff.callsite(frame).name.clone()));
        let standing = match standing {
            Standing::Both => "",
            Standing::New => " new",
            Standing::Gone => " gone",
        };
        let [own_before, own_after] = node.own(Weight::Busy);
        let [spans_before, spans_after] = node.own(Weight::Count);
        format!(
            "{} total {before}→{after} self {own_before}→{own_after} spans {spans_before}→{spans_after}{standing}",
            stack.join(";")
        )
    });
    lines.collect()
}

#[track_caller]
fn check(before: &str, after: &str, expected: &str) {
    let diff = diff(&[before], &[after]);
    let expected: Vec<&str> =
        expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines(&diff), expected);
    for stacks in [Stacks::Thread, Stacks::Span] {
        let sides = [before, after].map(|drawn| side(&[drawn], stacks, false));
        let forward = Diff::of(&sides[0], &sides[1], THRESHOLD);
        let sides = [before, after].map(|drawn| side(&[drawn], stacks, true));
        let reversed = Diff::of(&sides[0], &sides[1], THRESHOLD);
        for weight in [Weight::Busy, Weight::Idle, Weight::Count] {
            assert_eq!(forward.total(weight), reversed.total(weight));
            assert_eq!(forward.total(weight), forward.totals(weight)[0]);
        }
    }
}

#[test]
fn stacks_of_both_sides_stand_side_by_side() {
    check(
        "main |A( B( )B  )A",
        "main |A( B(   )B  B2( )B2 )A",
        "
        A total 10→20 self 7→11 spans 1→1
        A;B total 3→9 self 3→9 spans 1→2
        ",
    );
}

#[test]
fn what_one_side_lacks_is_new_or_gone_with_all_above_it() {
    check(
        "main |A( B( C( )C )B )A",
        "main |A( D( )D )A",
        "
        A total 15→9 self 6→6 spans 1→1
        A;B total 9→0 self 6→0 spans 1→0 gone
        A;B;C total 3→0 self 3→0 spans 1→0 gone
        A;D total 0→3 self 0→3 spans 0→1 new
        ",
    );
}

#[test]
fn a_frame_that_moved_under_another_is_gone_there_and_new_here() {
    check(
        "main |A( C( )C )A B( )B",
        "main |A( )A B( C( )C )B",
        "
        A total 9→3 self 6→3 spans 1→1
        A;C total 3→0 self 3→0 spans 1→0 gone
        B total 3→9 self 3→6 spans 1→1
        B;C total 0→3 self 0→3 spans 0→1 new
        ",
    );
}

#[test]
fn an_empty_side_leaves_everything_new_or_gone() {
    check("main |", "main |A( )A", "A total 0→3 self 0→3 spans 0→1 new");
    check("main |A( )A", "main |", "A total 3→0 self 3→0 spans 1→0 gone");
    assert!(diff(&["main |"], &["main |"]).names().is_empty());
}

#[test]
fn names_on_one_side_alone_are_new_or_gone_and_few_spans_are_unclear() {
    let diff = diff(&["main |A( )A B( )B"], &["main |A(      )A C( )C"]);
    let verdicts: Vec<(&str, Verdict)> = diff
        .names()
        .iter()
        .map(|name| {
            let verdict = name.change(Measure::Total).verdict;
            (diff.callsite(name.frame).name.as_str(), verdict)
        })
        .collect();
    assert_eq!(verdicts, [("A", Verdict::Unclear), ("B", Verdict::Gone), ("C", Verdict::New)]);
    let a = &diff.names()[0];
    assert_eq!((a.spans(), a.busy_ns(), a.self_ns()), ([1, 1], [3, 8], [3, 8]));
    assert_eq!(a.change(Measure::Total).shift, None);
}

#[test]
fn several_recordings_of_a_side_are_added_up_and_compared_as_wholes() {
    let slow = "main |A(          )A";
    let diff = diff(&["main |A( )A", "main |A(  )A", "main |A( )A"], &[slow, slow, slow]);
    assert_eq!(diff.recordings(), [3, 3]);
    assert_eq!(lines(&diff), ["A total 10→36 self 10→36 spans 3→3"]);
    let change = diff.names()[0].change(Measure::Total);
    let shift = change.shift.expect("three recordings a side");
    assert_eq!(shift.evidence, Evidence::Recordings { before: 3, after: 3 });
    assert_eq!((change.before_ns, change.after_ns), (3, 12));
    assert_eq!(change.verdict, Verdict::Slower);
    assert!(shift.low > 2.0 && shift.high < 7.0, "{shift:?}");
}

/// A program of `spans` spans of alternating length, all `more` longer.
fn steady(spans: usize, more: usize) -> String {
    let lengths = [10, 12, 11, 14, 10, 13];
    let lane = (0..spans).map(|number| {
        let length = lengths[number % lengths.len()] + more;
        format!("A{number}({:length$})A{number}", "")
    });
    format!("main |{}", lane.collect::<Vec<_>>().join(" "))
}

#[test]
fn spans_that_all_take_longer_are_slower_and_those_that_do_not_are_the_same() {
    let verdict = |more: usize| {
        let (before, after) = (steady(200, 20), steady(200, 20 + more));
        let diff = diff(&[&before], &[&after]);
        let change = *diff.names()[0].change(Measure::Total);
        let back = self::diff(&[&after], &[&before]);
        (change, back.names()[0].change(Measure::Total).verdict)
    };
    let (change, back) = verdict(8);
    assert_eq!((change.verdict, back), (Verdict::Slower, Verdict::Faster));
    let shift = change.shift.expect("200 spans a side");
    assert!(matches!(shift.evidence, Evidence::Batches { before: 12.., after: 12.., .. }));
    assert!(shift.p <= shift.adjusted_p && shift.low < shift.ratio && shift.ratio < shift.high);
    let (change, back) = verdict(0);
    assert_eq!((change.verdict, back), (Verdict::Same, Verdict::Same));
}

#[test]
fn spans_cut_off_by_the_end_of_the_recording_are_no_evidence() {
    let open: Vec<String> = (0..40).map(|number| format!("A{number}(")).collect();
    let open = format!("main |{}\nend 90000", open.join(" "));
    let diff = diff(&[&open], &[&open]);
    assert_eq!(diff.names()[0].spans(), [40, 40]);
    assert_eq!(diff.names()[0].change(Measure::Total).shift, None);
}

#[test]
fn time_on_processors_is_compared_only_where_switches_tell_of_nearly_all_of_it() {
    let known = |more: usize| format!("{}\non cpu main 0..99999", steady(200, more));
    let (before, after) = (known(20), known(28));
    let both = diff(&[&before], &[&after]);
    assert_eq!(both.names()[0].change(Measure::Cpu).verdict, Verdict::Slower);
    assert_eq!(both.names()[0].sum_ns(Measure::Cpu), both.names()[0].busy_ns());
    assert_eq!(both.names()[0].change(Measure::Blocked).verdict, Verdict::Same);

    let one = diff(&[&before], &[&steady(200, 28)]);
    assert_eq!(one.names()[0].knows(Measure::Cpu), [true, false]);
    assert_eq!(one.names()[0].change(Measure::Cpu).shift, None);
    assert_eq!(one.names()[0].change(Measure::Cpu).verdict, Verdict::Unclear);
}
