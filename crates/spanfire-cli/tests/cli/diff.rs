//! `diff`: what changed, in every form, and the exit code that a build looks at.

use crate::command::Desk;
use crate::fixture;
use serde_json::Value;
use std::fs;

/// A directory with `old.spanfire` and `new.spanfire`, in which `db` takes twice as long and `mail`
/// has taken the place of `log`.
fn desk() -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("old.spanfire"), fixture::service(1_000, "log")).unwrap();
    fs::write(desk.path("new.spanfire"), fixture::service(2_000, "mail")).unwrap();
    desk
}

fn diff(desk: &Desk, flags: &[&str]) -> String {
    desk.stdout(&[&["diff", "old.spanfire", "new.spanfire"], flags].concat())
}

fn json(desk: &Desk, flags: &[&str]) -> Value {
    let flags = [flags, &["--format", "json"]].concat();
    desk.json(&[&["diff", "old.spanfire", "new.spanfire"], &flags[..]].concat())
}

fn verdicts(document: &Value) -> Vec<(String, String)> {
    let rows = document["names"].as_array().unwrap().iter();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let mut verdicts: Vec<(String, String)> =
        rows.map(|row| (word(&row["name"]), word(&row["verdict"]))).collect();
    verdicts.sort();
    verdicts
}

#[test]
fn names_are_listed_with_their_verdicts_and_what_they_mean() {
    let table = diff(&desk(), &[]);
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].trim_start().starts_with("verdict"), "{table}");
    assert!(lines[1].trim_start().starts_with("slower"), "{table}");
    assert!(table.contains("+99.6 %") && table.contains("2.005 ms"));
    assert!(table.contains("4 names: 2 slower, 1 new, 1 gone"), "{table}");
    assert!(table.contains("What varies from run to run is not in one recording"), "{table}");
}

#[test]
fn json_and_tables_agree_with_top() {
    let desk = desk();
    let document = json(&desk, &[]);
    for (file, key) in [("old.spanfire", "before"), ("new.spanfire", "after")] {
        let top = desk.json(&["top", file, "--format", "json"]);
        let rows = top.as_array().unwrap();
        let total: u64 = rows.iter().map(|row| row["self_ns"].as_u64().unwrap()).sum();
        assert_eq!(document[key]["total_ns"], total);
        let db = rows.iter().find(|row| row["name"] == "db").unwrap();
        let names = document["names"].as_array().unwrap();
        let found = names.iter().find(|row| row["name"] == "db").unwrap();
        assert_eq!(found[format!("busy_{key}_ns")], db["busy_ns"]);
        assert_eq!(found["measures"]["p99"][format!("{key}_ns")], db["p99_ns"]);
    }
    let expected = [("db", "slower"), ("log", "gone"), ("mail", "new"), ("request", "slower")];
    let expected = expected.map(|(name, verdict)| (name.to_owned(), verdict.to_owned()));
    assert_eq!(verdicts(&document), expected);
}

#[test]
fn by_self_time_only_the_name_that_is_slower_itself_is_blamed() {
    let document = json(&desk(), &["--weight", "self"]);
    let verdicts = verdicts(&document);
    assert_eq!(verdicts[0], ("db".to_owned(), "slower".to_owned()));
    assert_eq!(verdicts[3], ("request".to_owned(), "same".to_owned()));
}

#[test]
fn a_program_compared_with_itself_is_the_same() {
    let document = desk().json(&["diff", "old.spanfire", "old.spanfire", "--format", "json"]);
    assert!(verdicts(&document).iter().all(|(_, verdict)| verdict == "same"), "{document}");
}

#[test]
fn the_picture_goes_where_the_ending_says() {
    let desk = desk();
    assert_eq!(diff(&desk, &["-o", "d.svg"]), "d.svg\n");
    let svg = desk.read("d.svg");
    assert!(svg.contains("old.spanfire → new.spanfire") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("+ mail") && svg.contains("− log"));
    assert_eq!(diff(&desk, &["--format", "svg"]), svg);
    diff(&desk, &["-o", "d.csv"]);
    assert!(desk.read("d.csv").starts_with("name,target,file,line,verdict,"));
    diff(&desk, &["-o", "d.json"]);
    serde_json::from_str::<Value>(&desk.read("d.json")).unwrap();
}

#[test]
fn a_page_holds_both_recordings() {
    let desk = desk();
    diff(&desk, &["-o", "d.html"]);
    let html = desk.read("d.html");
    assert_eq!(html.matches("application/x-spanfire-end\"></script>").count(), 2);
    assert_eq!(html.matches("application/x-spanfire-diff\">").count(), 1);
}

#[test]
fn stacks_are_listed_where_asked() {
    let table = diff(&desk(), &["--by", "path", "--limit", "2"]);
    assert!(table.lines().nth(1).unwrap().ends_with("request"), "{table}");
    assert!(table.lines().nth(2).unwrap().ends_with("request;db"), "{table}");
    assert_eq!(table.lines().count(), 4);
}

#[test]
fn a_slower_name_fails_the_build_that_asked_for_it_after_everything_is_written() {
    let desk = desk();
    let run =
        |flags: &[&str]| desk.run(&[&["diff", "old.spanfire", "new.spanfire"], flags].concat());
    for flags in [&["--fail-if", "slower"][..], &["--fail-if", "slower:90"]] {
        let ran = run(flags);
        assert_eq!(ran.code, 3, "{ran:?}");
        assert!(ran.stdout.contains("slower"));
        assert!(ran.stderr.contains("slower: db (+99.6 %)"), "{}", ran.stderr);
    }
    assert!(run(&["--fail-if", "slower"]).stderr.starts_with("spanfire: 2 names are slower: "));
    assert_eq!(run(&["--fail-if", "slower:150"]).code, 0);
    let back = ["diff", "new.spanfire", "old.spanfire", "--fail-if", "slower"];
    assert_eq!(desk.run(&back).code, 0);
}

#[test]
fn several_recordings_a_side_are_compared_as_wholes() {
    let desk = desk();
    for (number, us) in [(1, 1_010), (2, 990)] {
        let bytes = fixture::service(us, "log");
        fs::write(desk.path(&format!("old{number}.spanfire")), bytes).unwrap();
        fs::write(desk.path(&format!("new{number}.spanfire")), fixture::service(2 * us, "mail"))
            .unwrap();
    }
    let more = ["--before", "old1.spanfire", "--before", "old2.spanfire"];
    let more = [&more[..], &["--after", "new1.spanfire", "--after", "new2.spanfire"]].concat();
    let document = json(&desk, &more);
    assert_eq!(document["after"]["recordings"], 3);
    assert_eq!(document["before"]["spans"], 600);
    assert_eq!(document["names"][0]["measures"]["mean"]["compared"], "recordings");
    assert_eq!(verdicts(&document)[0], ("db".to_owned(), "slower".to_owned()));
    let table = diff(&desk, &more);
    assert!(table.contains("what varies among 3 recordings before and 3 after"), "{table}");
    assert!(!table.contains("add more runs"));
}

#[test]
fn one_side_alone_may_have_the_root_that_is_named() {
    let desk = desk();
    let document = json(&desk, &["--root", "mail"]);
    assert_eq!(verdicts(&document), [("mail".to_owned(), "new".to_owned())]);
    let typed = ["diff", "old.spanfire", "new.spanfire", "--root", "maul"];
    desk.fails(&typed, 2, &["no span is named `maul`"]);
}

#[test]
fn what_is_typed_wrong_is_refused() {
    let desk = desk();
    let refused = |flags: &[&str], part: &str| {
        let ran = desk.run(&[&["diff", "old.spanfire", "new.spanfire"], flags].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    };
    refused(&["--threshold=-1"], "write a number of percent");
    refused(&["--fail-if", "faster"], "write slower");
    refused(&["--fail-if", "slower:x"], "write a number of percent");
    refused(&["--share", "--absolute"], "cannot be used with");
    let over = ["diff", "old.spanfire", "new.spanfire", "-o", "new.spanfire"];
    desk.fails(&over, 2, &["the output would replace the recording"]);
    let missing = ["diff", "old.spanfire", "none.spanfire"];
    desk.fails(&missing, 1, &["none.spanfire", "no such file"]);
    let empty = ["diff", "old.spanfire", "new.spanfire", "--format", "svg", "--from", "9s"];
    desk.fails(&empty, 2, &["the selection holds no spans to compare"]);
}

/// Each `db` takes a millisecond before and after, of which it waits 600 µs before and 300 µs after.
#[test]
fn time_on_processors_is_compared_where_switches_tell_of_it() {
    let desk = Desk::new();
    fs::write(desk.path("old.spanfire"), fixture::waiting_service(1_000, 600)).unwrap();
    fs::write(desk.path("new.spanfire"), fixture::waiting_service(1_000, 300)).unwrap();
    let verdict_of_db = |flags: &[&str]| verdicts(&json(&desk, flags))[0].1.clone();
    assert_eq!(verdict_of_db(&[]), "same");
    assert_eq!(verdict_of_db(&["--weight", "cpu"]), "slower");
    assert_eq!(verdict_of_db(&["--weight", "blocked"]), "faster");

    let document = json(&desk, &["--weight", "cpu"]);
    let names = document["names"].as_array().unwrap();
    let db = names.iter().find(|row| row["name"] == "db").unwrap();
    let mean = &db["measures"]["mean_blocked"];
    assert_eq!((&mean["before_ns"], &mean["after_ns"]), (&600_000.into(), &300_000.into()));
    for (file, key) in [("old.spanfire", "before"), ("new.spanfire", "after")] {
        let top = desk.json(&["top", file, "--format", "json"]);
        let row = top.as_array().unwrap().iter().find(|row| row["name"] == "db").unwrap();
        assert_eq!(db[format!("cpu_{key}_ns")], row["cpu_ns"]);
        assert_eq!(db[format!("blocked_{key}_ns")], row["blocked_ns"]);
        let all = document[key]["cpu_ns"].as_u64().unwrap();
        let waited = document[key]["blocked_ns"].as_u64().unwrap();
        assert_eq!(document[key]["total_ns"], all + waited);
    }

    let table = diff(&desk, &["--weight", "blocked"]);
    assert!(table.contains("blocked before") && table.contains("Σ blocked 120.0 ms → 60.00 ms"));
    let paths = diff(&desk, &["--weight", "blocked", "--by", "path"]);
    assert!(paths.contains("request;db") && paths.contains("100.0 %"), "{paths}");
    let csv = diff(&desk, &["--weight", "cpu", "--format", "csv"]);
    assert!(csv.lines().next().unwrap().ends_with(",blocked_before_ns,blocked_after_ns"), "{csv}");
    let svg = diff(&desk, &["--weight", "cpu", "--format", "svg"]);
    assert!(svg.contains("time on a processor: ") && svg.contains(">db<"));
}

#[test]
fn more_time_on_processors_fails_the_build_that_asked_for_it() {
    let desk = Desk::new();
    fs::write(desk.path("old.spanfire"), fixture::waiting_service(1_000, 600)).unwrap();
    fs::write(desk.path("new.spanfire"), fixture::waiting_service(1_000, 300)).unwrap();
    let run = |flags: &[&str]| {
        let command = ["diff", "old.spanfire", "new.spanfire", "--fail-if", "slower:20"];
        desk.run(&[&command, flags].concat())
    };
    assert_eq!(run(&[]).code, 0);
    let ran = run(&["--weight", "cpu"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("slower: ") && ran.stderr.contains("db (+"), "{}", ran.stderr);
    assert_eq!(run(&["--weight", "blocked"]).code, 0);
}

#[test]
fn recordings_without_switches_are_not_compared_by_time_on_processors() {
    let desk = desk();
    fs::write(desk.path("switched.spanfire"), fixture::waiting_service(1_000, 600)).unwrap();
    for weight in ["cpu", "blocked"] {
        let flags = ["diff", "switched.spanfire", "old.spanfire", "--weight", weight];
        desk.fails(&flags, 1, &["old.spanfire: ", "context switches", "SPANFIRE_SAMPLE=999"]);
        let flags = ["flamegraph", "old.spanfire", "--weight", weight, "-o", "a.svg"];
        desk.fails(&flags, 1, &["context switches", "SPANFIRE_SAMPLE=999"]);
        let flags = ["export", "old.spanfire", "--to", "folded", "--weight", weight];
        desk.fails(&flags, 1, &["context switches", "SPANFIRE_SAMPLE=999"]);
    }
    let flags = ["diff", "switched.spanfire", "switched.spanfire", "-o", "a.html"];
    desk.fails(&[&flags[..], &["--weight", "cpu"]].concat(), 2, &["OUT.svg"]);
}
