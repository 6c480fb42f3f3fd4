//! `flamegraph`, `chart` and `export`: which file, of what, adding up to what.

use crate::command::Desk;
use crate::fixture::TOTAL_NS;

#[track_caller]
fn is_svg(text: &str) {
    assert!(text.contains("<svg") && text.trim_end().ends_with("</svg>"));
    assert!(!text.contains("<script>,"), "a name became markup");
}

#[test]
fn pictures_go_next_to_the_recording_and_their_path_is_printed() {
    for (arguments, name) in [
        (&["flamegraph"][..], "run.flamegraph.svg"),
        (&["flamegraph", "--reverse"], "run.reversed.svg"),
        (&["flamegraph", "--icicle", "--title", "Mine"], "run.flamegraph.svg"),
        (&["chart"], "run.chart.svg"),
    ] {
        let desk = Desk::new();
        let arguments = [arguments, &["run.spanfire"]].concat();
        assert_eq!(desk.stdout(&arguments), format!("{name}\n"));
        assert_eq!(desk.files(), [name, "run.spanfire"].map(str::to_owned));
        is_svg(&desk.read(name));
    }
}

#[test]
fn the_chart_of_a_request_is_named_after_it() {
    let desk = Desk::new();
    let rows = desk.json(&["requests", "run.spanfire", "--format", "json"]);
    let slowest = rows[0]["id"].as_u64().unwrap();
    let name = format!("run.request-{slowest}.svg");
    assert_eq!(
        desk.stdout(&["chart", "run.spanfire", "--request", "slowest"]),
        format!("{name}\n")
    );
    let by_slowest = desk.read(&name);
    is_svg(&by_slowest);
    desk.stdout(&["chart", "run.spanfire", "--request", &slowest.to_string()]);
    assert_eq!(desk.read(&name), by_slowest);
}

#[test]
fn pictures_go_to_standard_output_alone_when_asked() {
    let desk = Desk::new();
    for command in ["flamegraph", "chart"] {
        is_svg(&desk.stdout(&[command, "run.spanfire", "-o", "-"]));
    }
    assert_eq!(desk.files(), ["run.spanfire"]);
}

#[test]
fn a_title_is_drawn() {
    let svg = Desk::new().stdout(&["flamegraph", "run.spanfire", "--title", "Mine", "-o", "-"]);
    assert!(svg.contains("Mine"));
}

#[test]
fn folded_stacks_add_up_to_the_total_in_both_directions() {
    let desk = Desk::new();
    for direction in [&[][..], &["--reverse"]] {
        let folded =
            desk.stdout(&[&["export", "run.spanfire", "--to", "folded"], direction].concat());
        let weight = |line: &str| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap();
        assert_eq!(folded.lines().map(weight).sum::<u64>(), TOTAL_NS);
    }
}

#[test]
fn folded_stacks_start_at_the_outermost_span_unless_reversed() {
    let desk = Desk::new();
    let forward = desk.stdout(&["export", "run.spanfire", "--to", "folded"]);
    assert!(forward.lines().any(|line| line == "request;db 600000"), "{forward}");
    let reversed = desk.stdout(&["export", "run.spanfire", "--to", "folded", "--reverse"]);
    assert!(reversed.lines().any(|line| line == "db;request 600000"), "{reversed}");
}

#[test]
fn folded_stacks_count_spans_or_waiting_when_asked() {
    let desk = Desk::new();
    let export = ["export", "run.spanfire", "--to", "folded", "--weight"];
    let count = desk.stdout(&[&export[..], &["count"]].concat());
    assert!(count.lines().any(|line| line == "request;db 2"), "{count}");
    let idle = desk.stdout(&[&export[..], &["idle", "--stacks", "span"]].concat());
    assert!(idle.lines().any(|line| line == "request 500000"), "{idle}");
}
