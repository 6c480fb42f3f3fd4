//! `overhead -- CMD`: a program run under every arm. The programs are shell lines that put a ready
//! recording where they are told to, and keep a log of how they were run.

use crate::command::{Desk, Ran};
use serde_json::Value;
use std::fs;

/// What every run does first.
const LOG: &str = r#"echo "$SPANFIRE ${SPANFIRE_OUT##*/}" >> log"#;

const RECORD: &str = r#"case "$SPANFIRE $SPANFIRE_OUT" in
    "on /dev/null") ;;
    on*) cp run.spanfire "$SPANFIRE_OUT" ;;
esac"#;

/// Runs the experiment with temporary files in a folder of the desk's, which must be empty after it.
#[track_caller]
fn experiment(desk: &Desk, flags: &[&str], script: &str) -> Ran {
    fs::create_dir_all(desk.path("tmp")).unwrap();
    fs::create_dir_all(desk.path("bin")).unwrap();
    let script = format!("{LOG}; {script}");
    let arguments = [&["overhead"], flags, &["--", "sh", "-c", &script]].concat();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = desk
        .command(&arguments)
        .env("TMPDIR", desk.path("tmp"))
        .env("PATH", format!("{}:{path}", desk.path("bin").display()))
        .output()
        .unwrap();
    assert_eq!(fs::read_dir(desk.path("tmp")).unwrap().count(), 0, "files were left behind");
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[track_caller]
fn document(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

/// What the runs in `document` were, as the log would have it.
fn as_logged(document: &Value) -> Vec<&'static str> {
    let runs = document["runs"].as_array().unwrap();
    let line = |run: &Value| match run["arm"].as_str().unwrap() {
        "off" | "off_again" | "sampled" => "off run.spanfire",
        "on" => "on run.spanfire",
        "nowhere" => "on null",
        other => panic!("{other}"),
    };
    runs.iter().map(line).collect()
}

#[test]
fn every_arm_runs_in_every_round_in_an_order_that_the_seed_decides_and_the_result_tells() {
    let desk = Desk::new();
    let flags = ["--rounds", "6", "--seed", "3", "--arms", "on,nowhere", "--format", "json"];
    let ran = experiment(&desk, &flags, RECORD);
    let found = document(&ran);
    assert_eq!((found["seed"].as_u64(), found["rounds"].as_u64()), (Some(3), Some(6)));
    let arms: Vec<&str> =
        found["arms"].as_array().unwrap().iter().map(|arm| arm["arm"].as_str().unwrap()).collect();
    assert_eq!(arms, ["off", "off_again", "on", "nowhere"]);
    let orders: Vec<Vec<&str>> = found["runs"]
        .as_array()
        .unwrap()
        .chunks(4)
        .map(|round| round.iter().map(|run| run["arm"].as_str().unwrap()).collect())
        .collect();
    assert!(orders.iter().any(|order| *order != orders[0]), "{orders:?}");
    for mut order in orders {
        order.sort_unstable();
        assert_eq!(order, ["nowhere", "off", "off_again", "on"]);
    }
    let log = desk.read("log");
    let warm_up = ["off run.spanfire", "on run.spanfire"];
    assert_eq!(log.lines().collect::<Vec<_>>(), [&warm_up[..], &as_logged(&found)].concat());
    for (run, line) in found["runs"].as_array().unwrap().iter().zip(log.lines().skip(2)) {
        assert!(run["wall_ns"].as_u64().unwrap() > 0);
        let spans = if line == "on run.spanfire" { Value::from(8) } else { Value::Null };
        assert_eq!(run["spans"], spans);
        #[cfg(unix)]
        assert!(run["cpu_ns"].as_u64().unwrap() > 0, "{run}");
    }
    assert_eq!(found["additivity"]["spans"], 8);
    assert!(ran.stderr.contains("6 rounds of 4 arms: 24 runs"), "{ran:?}");
}

#[test]
fn people_read_a_table_and_what_the_program_writes_is_not_in_it() {
    let desk = Desk::new();
    let flags = ["--rounds", "5", "--arms", "on"];
    let script = format!("echo noise; echo more >&2; {RECORD}");
    let ran = experiment(&desk, &flags, &script);
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in ["off again", "chance (A/A)", "5 rounds, arms in random order", "8 spans cost"] {
        assert!(ran.stdout.contains(part), "{part:?} is not in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("noise") && !ran.stderr.contains("more"), "{ran:?}");
    let shown = experiment(&desk, &[&flags[..], &["--show-output"]].concat(), &script);
    assert!(!shown.stdout.contains("noise"), "{shown:?}");
    assert!(shown.stderr.contains("noise") && shown.stderr.contains("more"), "{shown:?}");
}

#[test]
fn a_result_goes_where_it_is_told_to() {
    let desk = Desk::new();
    let flags = ["--rounds", "1", "--arms", "on", "--format", "csv", "-o", "cost.csv"];
    let ran = experiment(&desk, &flags, RECORD);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "cost.csv\n"), "{ran:?}");
    assert!(desk.read("cost.csv").starts_with("arm,sampler,hz,runs,wall_median_ns"));
    assert_eq!(desk.read("cost.csv").lines().count(), 4);
}

#[test]
fn the_name_of_a_result_says_what_it_is_and_a_report_takes_what_was_kept() {
    let desk = Desk::new();
    let flags = |name| ["--rounds", "2", "--arms", "on", "-o", name];
    let begins = [
        ("cost.html", "<!doctype html>"),
        ("cost.svg", "<svg xmlns="),
        ("cost.csv", "arm,sampler"),
        ("cost.json", "{\n  \"kind\": \"spanfire experiment\""),
    ];
    for (name, begin) in begins {
        let ran = experiment(&desk, &flags(name), RECORD);
        assert_eq!((ran.code, ran.stdout), (0, format!("{name}\n")));
        assert!(desk.read(name).starts_with(begin), "{}", desk.read(name));
    }
    let told = [&flags("table.html")[..], &["--format", "table"]].concat();
    assert_eq!(experiment(&desk, &told, RECORD).code, 0);
    assert!(desk.read("table.html").contains("2 rounds, arms in random order"));
    let report = ["report", "run.spanfire", "-o", "with.html", "--experiment", "cost.json"];
    assert_eq!(desk.run(&report).code, 0);
    let part = r#"<script type="application/x-spanfire-experiment">"#;
    assert_eq!(desk.read("with.html").matches(part).count(), 1);
    let over = ["report", "run.spanfire", "-o", "cost.json", "--experiment", "cost.json"];
    desk.fails(&over, 2, &["cost.json", "would replace"]);
}

#[test]
fn what_is_no_experiment_is_refused_by_a_report_with_what_makes_one() {
    let desk = Desk::new();
    fs::write(desk.path("cut.json"), r#"{"kind": "spanfire experiment", "version""#).unwrap();
    for (file, parts) in [
        ("missing.json", ["missing.json: no such file", "spanfire overhead -o"]),
        ("run.spanfire", ["run.spanfire: not an experiment", "spanfire overhead"]),
        ("cut.json", ["cut.json: a damaged experiment", "line 1 column"]),
    ] {
        let arguments = ["report", "run.spanfire", "-o", "out.html", "--experiment", file];
        desk.fails(&arguments, 1, &parts);
        assert!(!desk.path("out.html").exists());
    }
}

#[test]
fn a_program_that_records_nothing_is_told_how_to_and_the_rest_still_works() {
    let ran = experiment(&Desk::new(), &["--rounds", "2", "--arms", "on"], ":");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("does it call spanfire::init()?"), "{ran:?}");
    assert!(ran.stdout.contains("off again") && !ran.stdout.contains(" on "), "{ran:?}");
}

#[test]
fn a_run_that_fails_is_named_with_what_it_wrote_last() {
    let desk = Desk::new();
    let script =
        r#"echo first >&2; if [ $(grep -c . log) = 5 ]; then echo last words >&2; exit 7; fi"#;
    let ran = experiment(&desk, &["--rounds", "9", "--arms", "on"], &format!("{RECORD}; {script}"));
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    let [.., words, failed] = ran.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{ran:?}") };
    assert_eq!(words, "last words");
    for part in ["the program failed under `o", "(run 3, round 1)", "exit status: 7"] {
        assert!(failed.contains(part), "{part:?} is not in {failed:?}");
    }
}

#[test]
fn ctrl_c_ends_the_program_and_shows_what_is_known() {
    let desk = Desk::new();
    let script = format!(
        "{RECORD}; if [ $(grep -c . log) = 20 ]; then kill -INT $PPID; while :; do :; done; fi"
    );
    let ran = experiment(&desk, &["--rounds", "50", "--arms", "on"], &script);
    assert_eq!(ran.code, 130, "{ran:?}");
    assert!(ran.stdout.contains("5 rounds of 50"), "{ran:?}");
    let stubborn =
        format!("trap '' TERM; {LOG}; kill -INT $PPID; kill -INT $PPID; while :; do :; done");
    let ran = experiment(&desk, &["--rounds", "50"], &stubborn);
    assert_eq!((ran.code, ran.stdout.as_str()), (130, ""), "{ran:?}");
    assert!(ran.stderr.contains("interrupted before the first round"), "{ran:?}");
}

/// A `perf` of the test's own, which is what its script says.
fn with_perf(script: &str, flags: &[&str]) -> Ran {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    fs::create_dir_all(desk.path("bin")).unwrap();
    fs::write(desk.path("bin/perf"), format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(desk.path("bin/perf"), fs::Permissions::from_mode(0o755)).unwrap();
    experiment(&desk, flags, RECORD)
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_without_a_sampler_is_sampled_by_perf_where_that_may_be() {
    let flags = ["--rounds", "2", "--arms", "on,99,4999", "--format", "json"];
    let runs_it = r#"while [ "$1" != -- ]; do shift; done; shift; exec "$@""#;
    let found = document(&with_perf(runs_it, &flags));
    let sampled: Vec<_> = found["arms"].as_array().unwrap().iter().skip(3).collect();
    assert_eq!(sampled.iter().map(|arm| &arm["hz"]).collect::<Vec<_>>(), [99, 4_999]);
    assert!(sampled.iter().all(|arm| arm["sampler"] == "perf"), "{sampled:?}");
    let found = document(&with_perf("echo no access >&2; exit 1", &flags));
    assert_eq!(found["arms"].as_array().unwrap().len(), 3);
    assert!(found["notes"][0].as_str().unwrap().contains("samplers are left out"), "{found}");
}

#[test]
fn what_cannot_be_tried_is_a_usage_error() {
    let desk = Desk::new();
    for (arguments, part) in [
        (&["overhead", "--", "./no-such-program"][..], "cannot run `./no-such-program`"),
        (&["overhead", "--root", "request", "--", "true"], "name a recording"),
        (&["overhead", "--only", "ledger", "--", "true"], "name a recording"),
        (&["overhead", "--duration", "soon", "--", "true"], "not a time"),
    ] {
        desk.fails(arguments, 2, &[part]);
    }
    for arguments in [
        &["overhead", "--arms", "sideways", "--", "true"][..],
        &["overhead", "--arms", "0", "--", "true"],
        &["overhead", "--rounds", "0", "--", "true"],
        &["overhead", "--rounds", "5", "run.spanfire"],
        &["overhead", "--hz", "99", "--", "true"],
        &["overhead", "run.spanfire", "--", "true"],
    ] {
        assert_eq!(desk.run(arguments).code, 2, "{arguments:?}");
    }
}
