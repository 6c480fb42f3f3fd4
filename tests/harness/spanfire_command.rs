//! The `spanfire` command, for tests of programs that it runs or whose recordings it reads.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The command as the workspace builds it, which stands beside `program`, a program of these tests;
/// built here if only this package was.
pub fn spanfire_command(program: &str) -> PathBuf {
    let command = Path::new(program).with_file_name("spanfire");
    if !command.exists() {
        let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "spanfire-cli", "--profile", profile])
            .status();
        assert!(built.expect("cargo").success());
    }
    command
}
