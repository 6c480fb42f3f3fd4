//! Views as text, one line for each thing in them, which begins with the view's name.

use crate::native;
use crate::visitors::Words;
use spanfire_recording::{Error, Field, Recording};
use spanfire_views::{
    Bar, CallTree, ChartSpan, Compensated, Ledger, LeftOut, LifeParent, Names, Replay, Request,
    RequestChart, RequestId, RequestTable, Selection, SpanStatistics, Spans, Stacks, Statistics,
    Summary, Timeline, Weight,
};

/// The lines of one view.
pub fn view(key: &str, recording: &Recording, selection: &Selection) -> Result<Vec<String>, Error> {
    let replay = Replay::new(recording, selection.clone());
    let (view, argument) = key.split_once('#').unwrap_or((key, "0"));
    let argument: u64 = argument.parse().expect("a number");
    let lines = match view {
        "thread" => stacks(&CallTree::of(&replay, Stacks::Thread)?, Weight::Busy),
        "span" => stacks(&CallTree::of(&replay, Stacks::Span)?, Weight::Busy),
        "reversed" => stacks(&CallTree::of(&replay, Stacks::Thread)?.reversed(), Weight::Busy),
        "idle" => stacks(&CallTree::of(&replay, Stacks::Span)?, Weight::Idle),
        "idle-thread" => stacks(&CallTree::of(&replay, Stacks::Thread)?, Weight::Idle),
        "count" => stacks(&CallTree::of(&replay, Stacks::Span)?, Weight::Count),
        "count-thread" => stacks(&CallTree::of(&replay, Stacks::Thread)?, Weight::Count),
        "hybrid" => stacks(&native::hybrid(&replay, Stacks::Thread)?.tree, Weight::Busy),
        "hybrid-cpu" => stacks(&native::hybrid(&replay, Stacks::Thread)?.tree, Weight::Cpu),
        "hybrid-span" => stacks(&native::hybrid(&replay, Stacks::Span)?.tree, Weight::Busy),
        "hybrid-reversed" => {
            stacks(&native::hybrid(&replay, Stacks::Thread)?.tree.reversed(), Weight::Busy)
        }
        "joined" => vec![native::joined(&native::hybrid(&replay, Stacks::Thread)?.joined)],
        "cpu" => stacks(&CallTree::of(&replay, Stacks::Span)?, Weight::Cpu),
        "blocked" => stacks(&CallTree::of(&replay, Stacks::Thread)?, Weight::Blocked),
        "split" => {
            let split = |row: &SpanStatistics| {
                format!(
                    "{} {}+{} of {}",
                    row.callsite.name, row.cpu_ns, row.blocked_ns, row.busy_ns
                )
            };
            Statistics::of(&replay)?.rows.iter().map(split).collect()
        }
        "top" => Statistics::of(&replay)?.rows.iter().map(statistics).collect(),
        "request" => {
            let table = RequestTable::of(&replay)?;
            let name = |request: &Request| table.callsite(request).name.clone();
            table.requests().iter().map(|row| request(&name(row), row)).collect()
        }
        "lane" => timeline(&Timeline::of(&replay, argument)?, recording),
        "chart" => match RequestChart::of(&replay, RequestId(argument), 5)? {
            Some(view) => chart(&view, recording),
            None => vec!["none".to_string()],
        },
        "spans" if argument > 0 => spans(&Spans::of(&replay, argument as usize)?, recording),
        "spans" => spans(&Spans::of(&replay, usize::MAX)?, recording),
        "visit" => Words::of(&replay)?.0.lines,
        "pieces" => Words::of(&replay)?.0.lanes,
        "tracks" => Words::of(&replay)?.0.track_lines(),
        "ledger" => ledger(&Ledger::of(&replay)?.expect("a probe cost"), Stacks::Thread),
        "ledger-span" => ledger(&Ledger::of(&replay)?.expect("a probe cost"), Stacks::Span),
        "summary" => vec![summary(&Summary::of(&replay)?)],
        view => panic!("no such view: {view}"),
    };
    Ok(lines.into_iter().map(|line| format!("{key} {line}").trim().to_string()).collect())
}

/// `A=4 A;B=3`: what each stack has by itself.
fn stacks(tree: &CallTree, weight: Weight) -> Vec<String> {
    let line = |index: usize| {
        let own = tree.nodes()[index].own(weight);
        let mut frames: Vec<String> =
            tree.stack(index).map(|frame| tree.label(frame, Names::Name)).collect();
        frames.reverse();
        (own > 0).then(|| format!("{}={own}", frames.join(";")))
    };
    let lines: Vec<String> = (0..tree.nodes().len()).filter_map(line).collect();
    vec![lines.join(" ")]
}

/// `A;B 9 = 4 (3..5) + 3 ours + 2 stalled, cost 1+2`: the self time of each stack, what is in it, and
/// what recording it cost inside and outside.
fn ledger(ledger: &Ledger, stacks: Stacks) -> Vec<String> {
    let tree = ledger.stacks(stacks);
    let line = |index: usize| {
        let account = tree.nodes()[index].account;
        let mut frames: Vec<&str> =
            tree.stack(index).map(|frame| tree.callsites()[frame.index()].name.as_str()).collect();
        frames.reverse();
        let Compensated { raw_ns, ns, low_ns, high_ns } = account.self_time;
        let mut line = format!(
            "{} {raw_ns} = {ns} ({low_ns}..{high_ns}) + {} ours",
            frames.join(";"),
            account.ours_ns
        );
        for (amount, name) in [
            (account.stalled_ns, " + N stalled"),
            (account.overcompensated_ns, " - N over"),
            (account.below_resolution, " N below"),
        ] {
            if amount > 0 {
                line += &name.replace('N', &amount.to_string());
            }
        }
        format!("{line}, cost {}+{}", account.inside_ns, account.outside_ns)
    };
    let mut lines: Vec<String> = (1..tree.nodes().len()).map(line).collect();
    lines.push(format!("beyond {}", ledger.beyond_ns));
    lines
}

fn statistics(row: &SpanStatistics) -> String {
    format!(
        "{} spans {} segments {} busy {} self {} once {} idle {} min {} max {}",
        row.callsite.name,
        row.spans,
        row.segments,
        row.busy_ns,
        row.self_ns,
        row.nonreentrant_ns,
        row.idle_ns,
        row.min_ns,
        row.max_ns
    )
}

fn request(name: &str, request: &Request) -> String {
    format!(
        "{} {name} {}+{} busy {} idle {} work {} spans {} segments {} threads {}{}{}",
        request.id,
        request.start_ns,
        request.lifetime_ns,
        request.busy_ns,
        request.idle_ns,
        request.work_ns,
        request.spans,
        request.segments,
        request.threads,
        fields(&request.fields),
        if request.open { " open" } else { "" },
    )
}

fn fields(fields: &[Field]) -> String {
    fields.iter().map(|field| format!(" {}={}", field.name, field.value)).collect()
}

/// `main 0..20 A@0+9 B@3+2/1 !e@4`: bars with their start, length and depth, then marks.
fn timeline(timeline: &Timeline, recording: &Recording) -> Vec<String> {
    let range = &timeline.range_ns;
    let lane = |lane: &spanfire_views::LaneTimeline| {
        let bars = lane.bars.iter().map(|each| bar(each, recording));
        let marks = lane.marks.iter().map(|mark| {
            format!("!{}@{}", recording.callsites()[mark.callsite.index()].name, mark.at_ns)
        });
        let all: Vec<String> = bars.chain(marks).collect();
        format!("{} {}..{} {}", lane.label, range.start, range.end, all.join(" "))
    };
    timeline.lanes.iter().map(lane).collect()
}

fn bar(bar: &Bar, recording: &Recording) -> String {
    let name = &recording.callsites()[bar.callsite.index()].name;
    let length = bar.end_ns - bar.start_ns;
    let many = match bar.segments {
        1 => String::new(),
        segments => format!("*{segments}~{}", bar.busy_ns),
    };
    let open = if bar.open { "…" } else { "" };
    format!("{name}@{}+{length}/{}{many}{open}", bar.start_ns, bar.depth)
}

/// `A row 0 0+9 busy 7 self 4 main@0+7`, and how many were left out.
fn chart(chart: &RequestChart, recording: &Recording) -> Vec<String> {
    let span = |span: &ChartSpan| {
        let segments = span.segments.iter().map(|segment| {
            let lane = recording.lanes()[segment.lane.index()].label(segment.lane);
            format!(" {lane}@{}+{}", segment.start_ns, segment.end_ns - segment.start_ns)
        });
        let name = |index: usize| &recording.callsites()[chart.spans[index].callsite.index()].name;
        format!(
            "{}{} row {} {}+{} busy {} self {}{}{}{}",
            recording.callsites()[span.callsite.index()].name,
            span.parent.map_or(String::new(), |parent| format!(" in {}", name(parent))),
            span.row,
            span.start_ns,
            span.end_ns - span.start_ns,
            span.busy_ns,
            span.self_ns,
            fields(&span.fields),
            if span.open { " open" } else { "" },
            segments.collect::<String>(),
        )
    };
    let end = format!("rows {} left out {}", chart.rows, chart.left_out);
    chart.spans.iter().map(span).chain([end]).collect()
}

/// Only what is not 0.
fn summary(summary: &Summary) -> String {
    let all = [
        ("duration", summary.duration_ns),
        ("spans", summary.spans),
        ("segments", summary.segments),
        ("instants", summary.instants),
        ("threads", summary.threads as u64),
        ("lost", summary.lost_events),
        ("stalled", summary.stalled_ns),
        ("open", summary.open_spans),
        ("unmatched", summary.unmatched_exits),
        ("unknown", summary.unknown_spans),
        ("inexact", summary.inexact_starts),
    ];
    let some = all.iter().filter(|(_, value)| *value > 0);
    some.map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(" ")
}

/// `main A@0+9/0'0 B@3+2/1`: segments with their start, length, depth and life; then lives.
fn spans(spans: &Spans, recording: &Recording) -> Vec<String> {
    let name =
        |callsite: spanfire_recording::CallsiteId| &recording.callsites()[callsite.index()].name;
    let lanes = spans.lanes.iter().map(|lane| {
        let segments = lane.segments.iter().map(|segment| {
            let life = segment.life.map_or(String::new(), |life| format!("'{}", life.0));
            let length = segment.end_ns - segment.start_ns;
            format!(
                " {}@{}+{length}/{}{life}",
                name(segment.callsite),
                segment.start_ns,
                segment.depth
            )
        });
        format!("{}{}", lane.label, segments.collect::<String>())
    });
    let lives = spans.lives.iter().zip(0..).map(|(life, index)| {
        let parent = match life.parent {
            LifeParent::Root => format!("root {}", life.number),
            LifeParent::Around => "around".to_string(),
            LifeParent::Life(parent) => format!("under '{}", parent.0),
        };
        let length = life.end_ns - life.start_ns;
        let open = if life.open { " open" } else { "" };
        let unselected = if life.selected { "" } else { " unselected" };
        let more = format!("{}{open}{unselected}", fields(&life.fields));
        format!("'{index} {} {parent} {}+{length}{more}", name(life.callsite), life.start_ns)
    });
    let left = spans.left_out.map(|LeftOut { spans, shorter_than_ns }| {
        format!("without {spans} shorter than {shorter_than_ns}")
    });
    lanes.chain(lives).chain(left).collect()
}
