//! Outputs appear whole, under the name that was asked for, or not at all.

use crate::command::Desk;
use std::fs;
use std::process::Stdio;

#[test]
fn an_output_replaces_an_older_one_and_leaves_nothing_beside_it() {
    let desk = Desk::new();
    fs::write(desk.path("out.json"), "old").unwrap();
    let arguments = ["top", "run.spanfire", "--format", "json", "-o", "out.json"];
    assert_eq!(desk.stdout(&arguments), "out.json\n");
    assert!(desk.read("out.json").starts_with('['));
    assert_eq!(desk.files(), ["out.json", "run.spanfire"]);
}

#[test]
fn a_failing_command_keeps_the_older_output() {
    let desk = Desk::new();
    fs::write(desk.path("out.svg"), "old").unwrap();
    let arguments = ["flamegraph", "run.spanfire", "--from", "9s", "-o", "out.svg"];
    desk.fails(&arguments, 2, &["the selection holds no"]);
    assert_eq!(desk.read("out.svg"), "old");
}

#[test]
fn an_output_in_a_missing_directory_is_refused() {
    let arguments = ["top", "run.spanfire", "-o", "no/such/out.txt"];
    Desk::new().fails(&arguments, 1, &["no/such/out.txt: cannot write", "-o"]);
}

#[test]
fn an_output_that_is_a_directory_is_refused() {
    let desk = Desk::new();
    fs::create_dir(desk.path("dir")).unwrap();
    desk.fails(&["chart", "run.spanfire", "-o", "dir"], 1, &["dir: is a directory"]);
}

#[test]
fn the_recording_is_never_written_over() {
    let desk = Desk::new();
    let before = fs::read(desk.path("run.spanfire")).unwrap();
    let arguments = ["export", "run.spanfire", "--to", "folded", "-o", "./run.spanfire"];
    desk.fails(&arguments, 2, &["would replace the recording"]);
    assert_eq!(fs::read(desk.path("run.spanfire")).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_and_stays_a_device() {
    use std::os::unix::fs::FileTypeExt;
    let desk = Desk::new();
    assert_eq!(desk.stdout(&["top", "run.spanfire", "-o", "/dev/null"]), "");
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_followed() {
    let desk = Desk::new();
    fs::write(desk.path("target.txt"), "old").unwrap();
    std::os::unix::fs::symlink("target.txt", desk.path("link.txt")).unwrap();
    assert_eq!(desk.stdout(&["top", "run.spanfire", "-o", "link.txt"]), "link.txt\n");
    assert!(desk.path("link.txt").is_symlink());
    assert!(desk.read("target.txt").contains("request"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_so() {
    let desk = Desk::new();
    let arguments = ["top", "run.spanfire", "-o", "/dev/full"];
    desk.fails(&arguments, 1, &["/dev/full: cannot write: No space left"]);
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let desk = Desk::new();
    for arguments in [
        &["top", "run.spanfire"][..],
        &["flamegraph", "run.spanfire", "-o", "-"],
        &["completions", "bash"],
    ] {
        let mut child =
            desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), &output.stderr[..]), (Some(0), &b""[..]));
    }
}
