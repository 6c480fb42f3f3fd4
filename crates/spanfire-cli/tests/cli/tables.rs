//! `info`, `top` and `requests` in every format.

use crate::command::Desk;
use crate::fixture::{HOSTILE, TOTAL_NS, switched};
use serde_json::{Value, json};
use std::fs;

#[test]
fn info_as_json_tells_process_clock_counts_and_what_is_missing() {
    let info = Desk::new().json(&["info", "run.spanfire", "--format", "json"]);
    for (key, expected) in [
        ("format_version", json!(1)),
        ("spans", json!(8)),
        ("segments", json!(9)),
        ("instants", json!(0)),
        ("threads", json!(2)),
        ("lost_events", json!(0)),
        ("open_spans", json!(1)),
        ("duration_ns", json!(4_000_000)),
        ("losses", json!([])),
        ("cut", json!(null)),
    ] {
        assert_eq!(info[key], expected, "{key}");
    }
    assert_eq!(info["process"]["id"], 4242);
    assert_eq!(info["process"]["arguments"], json!(["server", "--port", "8080"]));
    assert_eq!(info["clock"]["source"], "manual");
    assert_eq!(info["clock"]["uncertainty_ns"], 40);
    assert_eq!(info["clock"]["error_ns"], 40);
    assert_eq!(info["clock"]["corrected_ppm"], json!(null));
    assert_eq!(info["clock"]["clamped_ticks"], 0);
    assert_eq!(info["probe_cost"]["outside_median_ns"], 31.5);
    assert_eq!(info["probe_cost"]["outside_spread_ns"], 2.0);
    assert_eq!(info["probe_cost"]["fields"]["outside_median_ns"], 131.5);
    assert_eq!(info["probe_cost"]["reenter"]["outside_min_ns"], 10.0);
    assert_eq!(info["lanes"][1]["label"], "worker-1");
    assert!(info["size_bytes"].as_u64().unwrap() > 0);
}

/// A frozen recording that was sampled: 990 samples and 10 lost in a second.
const SAMPLED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../spanfire-recording/tests/data/version-1-sampled.spanfire"
);

#[test]
fn info_tells_how_native_samples_were_taken() {
    let desk = Desk::new();
    let sampling = &desk.json(&["info", SAMPLED, "--format", "json"])["sampling"];
    for (key, expected) in [
        ("method", json!("perf_events")),
        ("why", json!("a reason")),
        ("asked_hz", json!(999)),
        ("true_hz", json!(1_000.0)),
        ("samples", json!(990)),
        ("lost_samples", json!(10)),
        ("switches", json!(null)),
        ("lost_switches", json!(0)),
        ("throttled", json!(0)),
        ("cpu_ns", json!(1_000_000_000)),
        ("user_ns", json!(null)),
        ("images", json!(3)),
        ("ended", json!(true)),
    ] {
        assert_eq!(sampling[key], expected, "{key}");
    }
    let text = desk.stdout(&["info", SAMPLED]);
    for line in [
        "samples     990 by perf events, 10 lost; 1000 per second on a processor, asked 999; no switches",
        "warning: sampling: a reason",
        "warning: 10 samples are missing: the collector fell behind",
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} is not in\n{text}");
    }
    let unsampled = desk.json(&["info", "run.spanfire", "--format", "json"]);
    assert_eq!(unsampled["sampling"], json!(null));
}

/// [T64] What a span costs is printed, too.
#[test]
fn info_as_text_names_the_same_things() {
    let text = Desk::new().stdout(&["info", "run.spanfire"]);
    for line in [
        "process     /opt/server (pid 4242) on linux x86_64, 2 hardware threads",
        "command     server --port 8080",
        "duration    4.000 ms",
        "spans       8, of which 1 still open at the end",
        "segments    9",
        "clock       manual, 1.0000 ns per tick, 1 anchor, times to within 40 ns",
        "probe cost  47.5 ns per span: 16.0 ns inside it, 31.5 ns in its parent (median of 1,000; 45.0 ns at least, spread 3.0 ns)",
        "with fields 147.5 ns per span: 16.0 ns inside it, 131.5 ns in its parent (median of 1,000; 45.0 ns at least, spread 3.0 ns)",
        "reentered   27.5 ns per span: 16.0 ns inside it, 11.5 ns in its parent (median of 1,000; 25.0 ns at least, spread 3.0 ns)",
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} is not in\n{text}");
    }
    assert!(text.contains("worker-1"));
    assert!(!text.contains("warning"));
}

#[test]
fn top_as_json_has_every_key_and_its_self_times_add_up() {
    let rows = Desk::new().json(&["top", "run.spanfire", "--format", "json"]);
    let rows = rows.as_array().unwrap();
    let total: u64 = rows.iter().map(|row| row["self_ns"].as_u64().unwrap()).sum();
    assert_eq!(total, TOTAL_NS);
    let request = rows.iter().find(|row| row["name"] == "request").unwrap();
    for (key, expected) in [
        ("target", json!("app::server")),
        ("file", json!("src/app.rs")),
        ("line", json!(10)),
        ("spans", json!(3)),
        ("segments", json!(4)),
        ("busy_ns", json!(2_500_000)),
        ("self_ns", json!(1_100_000)),
        ("nonreentrant_ns", json!(2_500_000)),
        ("idle_ns", json!(500_000)),
        ("min_ns", json!(500_000)),
        ("mean_ns", json!(833_333)),
        ("max_ns", json!(1_500_000)),
    ] {
        assert_eq!(request[key], expected, "{key}");
    }
    for key in ["p50_ns", "p90_ns", "p99_ns"] {
        let percentile = request[key].as_u64().unwrap();
        assert!((500_000..=1_500_000).contains(&percentile), "{key}");
    }
}

#[test]
fn top_is_sorted_as_asked_and_cut_to_the_limit() {
    let names = |sort: &str, limit: &str| -> Vec<String> {
        let rows = Desk::new().json(&[
            "top",
            "run.spanfire",
            "--format",
            "json",
            "--sort",
            sort,
            "--limit",
            limit,
        ]);
        let name = |row: &Value| row["name"].as_str().unwrap().to_owned();
        rows.as_array().unwrap().iter().map(name).collect()
    };
    assert_eq!(names("self", "2"), ["request", "render"]);
    assert_eq!(names("total", "1"), ["request"]);
    assert_eq!(names("count", "2"), ["request", "db"]);
    assert_eq!(names("p99", "3"), ["request", "render", "db"]);
    assert_eq!(names("self", "0").len(), 5);
}

#[test]
fn top_as_a_table_ends_with_the_total_and_obeys_no_name() {
    let table = Desk::new().stdout(&["top", "run.spanfire"]);
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].trim_start().starts_with("self"), "{table}");
    assert!(lines[1].contains("1.100 ms") && lines[1].ends_with("request"), "{table}");
    assert!(lines[1].contains("42.1 %"), "{table}");
    assert_eq!(lines[6], "Σ self 2.610 ms in 5 rows");
    assert!(table.contains(r#"a;b\n\u{1b}[31m"<script>,"#), "{table}");
    assert!(!table.contains('\u{1b}'));
}

#[test]
fn a_limited_table_says_how_much_it_covers() {
    let table = Desk::new().stdout(&["top", "run.spanfire", "--limit", "1"]);
    let last = table.lines().last().unwrap();
    assert_eq!(last, "Σ self 1.100 ms of 2.610 ms (42.1 %) in 1 of 5 rows");
}

#[test]
fn csv_keeps_hostile_names_whole() {
    let csv = Desk::new().stdout(&["top", "run.spanfire", "--format", "csv"]);
    let header = "name,target,file,line,spans,segments,busy_ns,self_ns,nonreentrant_ns,idle_ns,\
                  min_ns,mean_ns,p50_ns,p90_ns,p99_ns,max_ns\n";
    assert!(csv.starts_with(header), "{csv}");
    let quoted = format!("\"{}\",app::view,", HOSTILE.replace('"', "\"\""));
    assert!(csv.contains(&quoted), "{csv}");
}

#[test]
fn names_are_labelled_as_asked() {
    let desk = Desk::new();
    let first = |names: &str| -> Value {
        let rows = desk.json(&[
            "top",
            "run.spanfire",
            "--format",
            "json",
            "--names",
            names,
            "--limit",
            "1",
        ]);
        rows[0]["name"].clone()
    };
    assert_eq!(first("name"), "request");
    assert_eq!(first("path"), "app::server::request");
    assert_eq!(first("location"), "request (src/app.rs:10)");
}

#[test]
fn requests_as_json_hold_times_and_typed_fields() {
    let rows =
        Desk::new().json(&["requests", "run.spanfire", "--root", "request", "--format", "json"]);
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 3);
    let expected = json!({
        "id": rows[0]["id"],
        "name": "request",
        "start_ns": 1_000_000,
        "lifetime_ns": 2_000_000,
        "busy_ns": 1_500_000,
        "idle_ns": 500_000,
        "work_ns": 1_500_000,
        "spans": 2,
        "segments": 3,
        "threads": 1,
        "open": false,
        "fields": { "method": "POST", "uri": "/a b" },
    });
    assert_eq!(rows[0], expected);
    let open: Vec<&Value> = rows.iter().map(|row| &row["open"]).collect();
    assert_eq!(open.iter().filter(|open| ***open == json!(true)).count(), 1);
}

#[test]
fn requests_are_sorted_as_asked() {
    let starts = |sort: &str| -> Vec<u64> {
        let rows = Desk::new().json(&[
            "requests",
            "run.spanfire",
            "--format",
            "json",
            "--sort",
            sort,
            "--root",
            "request",
        ]);
        rows.as_array().unwrap().iter().map(|row| row["start_ns"].as_u64().unwrap()).collect()
    };
    assert_eq!(starts("start"), [200_000, 1_000_000, 3_500_000]);
    assert_eq!(starts("lifetime")[0], 1_000_000);
    assert_eq!(starts("busy")[0], 1_000_000);
    assert_eq!(starts("idle")[0], 1_000_000);
}

#[test]
fn requests_as_a_table_show_their_fields() {
    let table = Desk::new().stdout(&["requests", "run.spanfire"]);
    assert!(table.contains("request method=POST uri=\"/a b\"\n"), "{table}");
    assert!(table.contains("request (open) method=GET uri=/late\n"), "{table}");
    assert_eq!(table.lines().last().unwrap(), "Σ work 2.610 ms in 5 requests");
}

#[test]
fn requests_as_csv_hold_the_fields_as_one_json_column() {
    let csv = Desk::new().stdout(&["requests", "run.spanfire", "--format", "csv"]);
    assert!(csv.contains(r#""{""method"":""GET"",""uri"":""/x""}""#), "{csv}");
    assert!(
        csv.starts_with("id,name,start_ns,lifetime_ns,busy_ns,idle_ns,work_ns,spans,"),
        "{csv}"
    );
}

#[test]
fn a_selection_that_holds_nothing_gives_an_empty_table() {
    let desk = Desk::new();
    let nothing = ["--from", "1s"];
    assert_eq!(desk.stdout(&[&["top", "run.spanfire"], &nothing[..]].concat()), "no spans\n");
    let rows = desk.json(&[&["top", "run.spanfire", "--format", "json"], &nothing[..]].concat());
    assert_eq!(rows, json!([]));
    let csv = desk.stdout(&[&["top", "run.spanfire", "--format", "csv"], &nothing[..]].concat());
    assert_eq!(csv.lines().count(), 1);
    let table = desk.stdout(&[&["requests", "run.spanfire"], &nothing[..]].concat());
    assert_eq!(table, "no requests\n");
}

/// `startup` and the hostile span stand alone: 16 ns inside each. Three requests have fields, one is
/// entered twice; three spans are in them, each 31.5 ns outside.
#[test]
fn overhead_tells_what_recording_cost() {
    let desk = Desk::new();
    let json = desk.json(&["overhead", "run.spanfire", "--format", "json"]);
    let total = &json["ledger"]["total"];
    assert_eq!(total["recorded_ns"], TOTAL_NS);
    let ns = |key: &str| total[key].as_u64().unwrap();
    assert_eq!(ns("ours_ns"), 2 * 16 + 3 * 16 + 3 * 16 + 16 + 95);
    assert_eq!(ns("compensated_ns") + ns("ours_ns") + ns("stalled_ns"), TOTAL_NS);
    let rows = json["ledger"]["rows"].as_array().unwrap();
    assert_eq!(rows[0]["name"], "request");
    assert_eq!(
        (&rows[0]["cost_inside_ns"], &rows[0]["cost_outside_ns"]),
        (&json!(64), &json!(406))
    );
    let sum = |key: &str| rows.iter().map(|row| row[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("compensated_self_ns"), ns("compensated_ns"));
    let text = desk.stdout(&["overhead", "run.spanfire"]);
    assert!(
        text.starts_with("recording took 239 ns of 2.610 ms (0.0 %) for 9 segments; "),
        "{text}"
    );
    assert!(text.contains(" request\n"), "{text}");
    let stacks = desk.stdout(&["overhead", "run.spanfire", "--by", "stack"]);
    assert!(stacks.contains(" request;render\n"), "{stacks}");
    let csv = desk.stdout(&["overhead", "run.spanfire", "--format", "csv"]);
    // One name has a line break.
    assert_eq!(csv.lines().count(), 1 + rows.len() + 1);
    assert!(csv.starts_with("name,spans,segments,cost_inside_ns,"), "{csv}");
}

#[test]
fn time_on_a_processor_is_shown_where_it_is_known() {
    let desk = Desk::new();
    fs::write(desk.path("switched.spanfire"), switched()).unwrap();
    let rows = desk.json(&["top", "switched.spanfire", "--format", "json"]);
    let row = |name: &str| {
        let rows = rows.as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap().clone()
    };
    assert_eq!(
        (&row("db")["cpu_ns"], &row("db")["blocked_ns"]),
        (&json!(400_000), &json!(200_000))
    );
    let request = row("request");
    assert_eq!(
        (&request["cpu_ns"], &request["blocked_ns"], &request["busy_ns"]),
        (&json!(2_300_000), &json!(200_000), &json!(2_500_000)),
    );
    assert!(row("startup").get("cpu_ns").is_none(), "main has no switches");
    let csv = desk.stdout(&["top", "switched.spanfire", "--format", "csv"]);
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().ends_with(",max_ns,cpu_ns,blocked_ns"));
    assert!(csv.lines().any(|line| line.starts_with("db,") && line.ends_with(",400000,200000")));
    assert!(csv.lines().any(|line| line.starts_with("startup,") && line.ends_with(",,")));
    let first = |command: &str, sort: &str, of: &str| {
        let flags = [command, "switched.spanfire", "--sort", sort, "--format", "json"];
        desk.json(&flags)[0][of].clone()
    };
    assert_eq!(
        (first("top", "cpu", "name"), first("top", "blocked", "spans")),
        ("request".into(), json!(3))
    );
    assert_eq!(first("top", "blocked", "blocked_ns"), 200_000);
    assert_eq!(first("requests", "cpu", "cpu_ns"), 1_500_000);
    assert_eq!(first("requests", "blocked", "blocked_ns"), 200_000);
    for command in ["top", "requests"] {
        let flags = [command, "run.spanfire", "--sort", "blocked"];
        desk.fails(&flags, 1, &["context switches", "SPANFIRE_SAMPLE=999"]);
    }
    let table = desk.stdout(&["top", "switched.spanfire"]);
    assert!(table.contains("on cpu") && table.contains("blocked"), "{table}");
    let requests = ["requests", "switched.spanfire", "--root", "request", "--sort", "start"];
    let rows = desk.json(&[&requests[..], &["--format", "json"]].concat());
    assert_eq!((&rows[0]["cpu_ns"], &rows[0]["blocked_ns"]), (&json!(300_000), &json!(200_000)));
    let csv = desk.stdout(&[&requests[..], &["--format", "csv"]].concat());
    assert!(csv.lines().nth(1).unwrap().ends_with(",300000,200000"), "{csv}");
}

#[test]
fn merged_graphs_are_weighed_by_time_on_a_processor_and_off_it() {
    let desk = Desk::new();
    fs::write(desk.path("switched.spanfire"), switched()).unwrap();
    let folded = |weight: &str| {
        desk.stdout(&["export", "switched.spanfire", "--to", "folded", "--weight", weight])
    };
    assert_eq!(folded("blocked"), "request;db 200000\n");
    let on_cpu = folded("cpu");
    let sum = |line: &str| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap();
    assert_eq!(on_cpu.lines().map(sum).sum::<u64>(), 2_300_000);
    desk.stdout(&["flamegraph", "switched.spanfire", "--weight", "blocked", "-o", "off.svg"]);
    assert!(desk.read("off.svg").contains("off the processor, 200.0 µs"));
    let why = "context switches";
    desk.fails(&["flamegraph", "run.spanfire", "--weight", "cpu", "-o", "no.svg"], 1, &[why]);
}
