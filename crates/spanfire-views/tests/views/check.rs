//! Between tests and views.

use crate::{print, sketch, visitors::visits_agree};
use spanfire_recording::Recording;
use spanfire_views::{
    Account, CallTree, Compensated, Ledger, Overall, Replay, Request, RequestTable,
    SamplingEstimate, SamplingOptions, Selection, SpanStatistics, Spans, Stacks, Statistics,
    Summary, Weight,
};

/// Checks that the views named at the beginning of the expected lines show these lines of what is
/// sketched, and that all views agree on the total.
#[track_caller]
pub fn check(sketch: &str, expected: &str) {
    let (recording, selection) = sketch::parse(sketch);
    totals_agree(&recording, &selection);
    let expected: Vec<&str> =
        expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut keys: Vec<&str> = expected.iter().filter_map(|line| line.split(' ').next()).collect();
    keys.dedup();
    let shown = keys.iter().flat_map(|key| match print::view(key, &recording, &selection) {
        Ok(lines) if lines.is_empty() => vec![key.to_string()],
        Ok(lines) => lines,
        Err(error) => panic!("{error}"),
    });
    let shown: Vec<String> = shown.collect();
    assert!(
        shown == expected,
        "{sketch}\nshows\n{}\nand not\n{}",
        shown.join("\n"),
        expected.join("\n")
    );
}

/// Σ self forward = reversed = statistics = Σ work of the requests, by either kind of stack, and
/// every span is counted once. The result is that sum.
#[track_caller]
pub fn totals_agree(recording: &Recording, selection: &Selection) -> u64 {
    let replay = Replay::new(recording, selection.clone());
    let thread = CallTree::of(&replay, Stacks::Thread).expect("a call tree");
    let span = CallTree::of(&replay, Stacks::Span).expect("a call tree");
    let total = thread.total(Weight::Busy);
    assert_eq!(total, span.total(Weight::Busy), "by logical stacks");
    assert_eq!(total, thread.totals(Weight::Busy)[0], "under the root");
    for tree in [&thread, &span] {
        let reversed = tree.reversed();
        for weight in [Weight::Busy, Weight::Idle, Weight::Count, Weight::Cpu, Weight::Blocked] {
            assert_eq!(tree.total(weight), reversed.total(weight), "reversed");
        }
        assert_eq!(tree.nodes(), reversed.reversed().nodes(), "reversed twice");
    }
    let statistics = Statistics::of(&replay).expect("statistics");
    assert_eq!(total, statistics.total_self_ns, "in statistics");
    let requests = RequestTable::of(&replay).expect("requests");
    let requests = requests.requests();
    assert_eq!(total, requests.iter().map(|row| row.work_ns).sum::<u64>(), "in requests");
    for (weight, of) in [
        (Weight::Cpu, (|row| row.cpu_ns) as fn(&Request) -> u64),
        (Weight::Blocked, |row| row.blocked_ns),
    ] {
        assert_eq!(thread.total(weight), span.total(weight), "on and off the processor");
        assert_eq!(thread.total(weight), requests.iter().map(of).sum::<u64>(), "in requests");
    }
    let split = |row: &SpanStatistics| row.cpu_ns + row.blocked_ns <= row.busy_ns;
    assert!(statistics.rows.iter().all(split), "no time is in two parts");
    let summary = Summary::of(&replay).expect("a summary");
    let overall = Overall::of(&replay).expect("all sums");
    assert_eq!(overall.by_thread.nodes(), thread.nodes(), "at once");
    assert_eq!(overall.by_span.nodes(), span.nodes(), "at once");
    assert_eq!(overall.summary, summary, "at once");
    let ledger = Ledger::of(&replay).expect("a ledger");
    let accounts = |ledger: &Option<Ledger>, stacks| {
        ledger.as_ref().map(|ledger| ledger.stacks(stacks).nodes().to_vec())
    };
    for stacks in [Stacks::Thread, Stacks::Span] {
        let (known, of) = (accounts(&overall.ledger, stacks), accounts(&ledger, stacks));
        assert_eq!(known, of, "accounts at once");
    }
    let rows = &statistics.rows;
    let of = |rows: &[SpanStatistics]| -> Vec<_> {
        rows.iter().map(|row| (row.id, row.spans, row.busy_ns, row.self_ns, row.idle_ns)).collect()
    };
    assert_eq!(of(&overall.statistics.rows), of(rows), "at once");
    assert_eq!(summary.spans, rows.iter().map(|row| row.spans).sum::<u64>(), "spans");
    assert_eq!(summary.spans, requests.iter().map(|row| row.spans).sum::<u64>(), "spans");
    assert_eq!(summary.spans, span.total(Weight::Count), "spans");
    assert_eq!(summary.segments, rows.iter().map(|row| row.segments).sum::<u64>(), "segments");
    assert_eq!(summary.segments, requests.iter().map(|row| row.segments).sum::<u64>(), "segments");
    let spans = Spans::of(&replay, usize::MAX).expect("spans");
    let segments: Vec<_> = spans.lanes.iter().flat_map(|lane| &lane.segments).collect();
    let plain = segments.iter().filter(|segment| segment.life.is_none()).count();
    let lives = spans.lives.iter().filter(|life| life.selected).count();
    assert_eq!(summary.segments, segments.len() as u64, "segments one by one");
    assert_eq!(summary.spans, (plain + lives) as u64, "spans one by one");
    samplers_see_the_same(&replay, &thread, rows);
    nothing_is_lost_by_accounting(&replay, [&thread, &span], rows);
    let visited = visits_agree(recording, selection);
    assert_eq!(total, visited.self_ns, "in a visit");
    assert_eq!((summary.spans, summary.segments), (visited.spans, visited.segments), "in a visit");
    assert_eq!(summary.instants, visited.instants, "instants in a visit");
    total
}

/// The time that samplers watch is that of the merged graph and of the names, and no sample is lost
/// between frames.
#[track_caller]
fn samplers_see_the_same(replay: &Replay<'_>, tree: &CallTree, rows: &[SpanStatistics]) {
    let options = SamplingOptions { rates_hz: vec![200_000_000], ..SamplingOptions::default() };
    let estimate = SamplingEstimate::of(replay, &options).expect("an estimate");
    let frames = estimate.frames();
    let stacks = |(index, &ns): (usize, &u64)| (ns > 0).then(|| (tree.stack(index).collect(), ns));
    let totals = tree.totals(Weight::Busy);
    let totals: Vec<(Vec<_>, u64)> = totals.iter().enumerate().filter_map(stacks).collect();
    let seen = frames.iter().enumerate().filter(|(_, frame)| frame.total.busy_ns > 0);
    let stack = |index| estimate.stack(index).into_iter().rev().collect();
    let seen: Vec<_> = seen.map(|(index, frame)| (stack(index), frame.total.busy_ns)).collect();
    assert_eq!(seen, totals, "watched");
    let own = frames.iter().map(|frame| frame.own.taken[0].jittered);
    assert_eq!(own.sum::<u64>(), estimate.samples(0), "samples");
    for row in rows {
        let name = estimate.names().iter().find(|name| name.frame == Some(row.id));
        let watched = name.map_or((0, 0), |name| (name.total.busy_ns, name.own.busy_ns));
        assert_eq!(watched, (row.nonreentrant_ns, row.self_ns), "{}", row.callsite.name);
    }
}

/// What remains, what recording took and stalls are what was recorded, of every name and stack.
#[track_caller]
fn nothing_is_lost_by_accounting(
    replay: &Replay<'_>,
    trees: [&CallTree; 2],
    rows: &[SpanStatistics],
) {
    let ledger = Ledger::of(replay).expect("a ledger").expect("a probe cost");
    let self_ns = |tree: &CallTree| {
        let stacks = tree.nodes().iter().enumerate().filter(|(_, node)| node.busy_ns > 0);
        stacks.map(|(index, node)| (tree.stack(index).collect(), node.busy_ns)).collect::<Vec<_>>()
    };
    for (tree, stacks) in trees.into_iter().zip([Stacks::Thread, Stacks::Span]) {
        let ledger_tree = ledger.stacks(stacks);
        let stack = |index: usize| ledger_tree.stack(index).collect::<Vec<_>>();
        let nodes = ledger_tree.nodes().iter().enumerate();
        let raw = nodes.filter(|(_, node)| node.account.self_time.raw_ns > 0);
        let raw: Vec<_> =
            raw.map(|(index, node)| (stack(index), node.account.self_time.raw_ns)).collect();
        assert_eq!(raw, self_ns(tree), "recorded");
        let (compensated, reversed) = (ledger_tree.compensated(), ledger_tree.reversed());
        assert_eq!(compensated.total(Weight::Busy), ledger.total.self_time.ns, "{stacks:?}");
        assert_eq!(reversed.nodes()[0].account.busy, ledger_tree.nodes()[0].account.busy);
        assert_eq!(ledger_tree.nodes()[0].account.busy, ledger.total.self_time);
        let accounts = ledger_tree.nodes().iter().chain(reversed.nodes());
        accounts.for_each(|node| conserves(&node.account));
        assert_eq!(reversed.reversed().nodes(), ledger_tree.nodes(), "reversed twice");
    }
    conserves(&ledger.total);
    for row in rows {
        let name = ledger.names.iter().find(|name| name.id == row.id).expect("its account");
        let Account { spans, self_time, busy, .. } = name.account;
        let known = (spans, self_time.raw_ns, busy.raw_ns);
        assert_eq!(known, (row.spans, row.self_ns, row.busy_ns), "{}", row.callsite.name);
    }
    assert_eq!(ledger.names.len(), rows.len());
    requests_share(replay, &ledger.total);
}

/// The work of all requests is all there is, and so is what remains of it, but that nothing less than nothing
/// remains of a stack, and of a request.
#[track_caller]
fn requests_share(replay: &Replay<'_>, total: &Account) {
    let table = RequestTable::compensated(replay).expect("requests").expect("a probe cost");
    let left = table.requests().iter().filter_map(|request| request.compensated_work);
    let is_cut = left.clone().any(|left| left.ns == 0);
    let left = left.reduce(Compensated::plus).unwrap_or_default();
    assert_eq!(left.raw_ns, total.self_time.raw_ns);
    let uncut_ns = total.self_time.ns as i64 - total.overcompensated_ns as i64;
    assert!(left.ns as i64 >= uncut_ns && (is_cut || left.ns as i64 == uncut_ns), "{left:?}");
    assert!(left.low_ns <= left.ns && left.ns <= left.high_ns && left.high_ns <= left.raw_ns);
}

#[track_caller]
fn conserves(account: &Account) {
    let Compensated { raw_ns, ns, low_ns, high_ns } = account.self_time;
    assert_eq!(ns + account.ours_ns + account.stalled_ns, raw_ns);
    assert!(low_ns <= ns && ns <= high_ns && high_ns <= raw_ns);
    let busy = account.busy;
    assert!(busy.low_ns <= busy.ns && busy.ns <= busy.high_ns && busy.high_ns <= busy.raw_ns);
}
