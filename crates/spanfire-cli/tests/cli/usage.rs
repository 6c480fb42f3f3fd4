//! What the command says of itself.

use crate::command::Desk;

const COMMANDS: [&str; 12] = [
    "run",
    "info",
    "flamegraph",
    "chart",
    "top",
    "requests",
    "report",
    "view",
    "diff",
    "export",
    "overhead",
    "completions",
];

#[test]
fn every_help_ends_with_an_example() {
    let desk = Desk::new();
    for command in COMMANDS {
        let help = desk.stdout(&[command, "--help"]);
        let (_, example) = help.split_once("Example:\n").unwrap();
        assert!(example.trim_start().starts_with(&format!("spanfire {command} ")), "{help}");
    }
    assert!(desk.stdout(&["--help"]).contains("Example:\n"));
}

#[test]
fn the_version_is_told() {
    let version = format!("spanfire {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(Desk::new().stdout(&["--version"]), version);
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Desk::new().stdout(&["completions", shell]);
        for command in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
}
