//! Profiles, read by `go tool pprof`.

use crate::reader::exported;
use crate::reading::{self, Reading};
use crate::recordings::{self, Case};
use spanfire_recording::Recording;
use spanfire_render::export::pprof;
use spanfire_views::Selection;
use std::collections::BTreeMap;
use std::process::Command;
use tempfile::TempDir;

fn profile(recording: &Recording, selection: &Selection) -> Vec<u8> {
    exported(|source, sink| pprof(source, &["n".to_owned()], sink), recording, selection)
}

/// What it prints of a profile.
fn asked(bytes: &[u8], words: &[&str]) -> Result<String, String> {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("profile.pb.gz");
    std::fs::write(&file, bytes).expect("a file");
    let mut command = Command::new("go");
    command.args(["tool", "pprof"]).args(words).arg(&file).env("PPROF_TMPDIR", folder.path());
    let output = command.output().expect("go starts");
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout).expect("text")),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// The samples and locations that it lists.
fn found(raw: &str) -> Reading {
    let lines = || raw.lines().map(str::trim);
    let location = |line: &str| {
        let (number, rest) = line.split_once(": 0x0 M=1 ")?;
        let (_, name) = rest.rsplit_once("(sketch::")?;
        Some((number.to_owned(), name.strip_suffix(')')?.to_owned()))
    };
    let names: BTreeMap<String, String> = lines().filter_map(location).collect();
    let mut reading = Reading::default();
    let samples = lines().skip_while(|line| !line.starts_with("spans/count")).skip(1);
    for line in samples.take_while(|line| *line != "Locations") {
        // Labels stand on lines of their own.
        let Some((values, stack)) = line.split_once(": ") else { continue };
        let values = values.split_whitespace().map(|value| value.parse::<u64>().expect("a value"));
        let [spans, _, _, self_ns] = values.collect::<Vec<_>>()[..] else { panic!("{line}") };
        let innermost = stack.split_whitespace().next().expect("a location");
        let name = &names[innermost];
        (0..spans).for_each(|_| reading.span(name));
        reading.own(name, self_ns);
    }
    reading
}

/// [T59]
#[test]
fn go_tool_pprof_finds_every_span_and_nanosecond() {
    for Case { name, recording, selection } in recordings::all() {
        println!("{name}");
        let raw = asked(&profile(&recording, &selection), &["-raw"]);
        let raw = raw.unwrap_or_else(|why| panic!("it refuses the file: {why}"));
        // A name with a line end in it is two lines of what it prints.
        if name != "hostile names" {
            reading::check(&found(&raw), &recording, &selection);
        }
    }
}

#[test]
fn go_tool_pprof_shows_self_time_and_sums_up_what_a_frame_called() {
    let Case { recording, selection, .. } = recordings::named("a service");
    let file = profile(&recording, &selection);
    let top = asked(&file, &["-top", "-unit=ns"]).expect("a table");
    let rows = top.lines().skip_while(|line| !line.contains("flat%")).skip(1).take(2);
    let words = rows.map(|row| row.split_whitespace().collect::<Vec<_>>().join(" "));
    assert_eq!(
        words.collect::<Vec<_>>(),
        ["16ns 27.12% 27.12% 40ns 67.80% A", "16ns 27.12% 54.24% 24ns 40.68% B"]
    );
    let tags = asked(&file, &["-tags", "-unit=ns"]).expect("labels");
    let tags: Vec<&str> = tags.lines().map(str::trim).collect();
    assert!(tags.contains(&"19.0ns (32.20%): worker"), "{tags:?}");
    assert!(tags.contains(&"59.0ns (  100%): A"), "{tags:?}");
}

#[test]
fn go_tool_pprof_refuses_a_damaged_file() {
    let Case { recording, selection, .. } = recordings::named("a service");
    let whole = profile(&recording, &selection);
    assert!(asked(&whole[..whole.len() / 2], &["-raw"]).is_err());
}
