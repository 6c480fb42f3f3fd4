//! Runs cargo, the same one that runs this program, and reads what it knows of the workspace.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's top folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A cargo command in the workspace's top folder.
pub fn command(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root());
    command
}

/// Runs cargo with its output going where ours goes.
pub fn run(arguments: &[&str]) -> Result<(), String> {
    run_with(command(arguments), arguments)
}

/// The same, for a command that was given more than its arguments.
pub fn run_with(mut command: Command, arguments: &[&str]) -> Result<(), String> {
    let shown = arguments.join(" ");
    println!("   cargo {shown}");
    let status = command.status().map_err(|error| format!("cargo does not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {shown}: {status}")) }
}

/// Builds all that the tests need, with the programs they run. A package alone would be built anew,
/// with fewer features.
pub fn build_tests() -> Result<(), String> {
    run(&["test", "--workspace", "--no-run", "--quiet"])
}

/// The workspace's packages, as `cargo metadata` gives them.
pub fn packages() -> Result<Vec<Value>, String> {
    match &metadata()?["packages"] {
        Value::Array(packages) => Ok(packages.clone()),
        _ => Err("cargo metadata names no packages".into()),
    }
}

/// Where cargo puts what it builds.
pub fn target_folder() -> Result<PathBuf, String> {
    match &metadata()?["target_directory"] {
        Value::String(path) => Ok(path.into()),
        _ => Err("cargo metadata names no target folder".into()),
    }
}

fn metadata() -> Result<Value, String> {
    let output = command(&["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .output()
        .map_err(|error| format!("cargo metadata does not start: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
}

/// Has `rustup` install a component unless cargo can already run `subcommand`.
pub fn need_component(component: &str, subcommand: &str) -> Result<(), String> {
    let there =
        command(&[subcommand, "--version"]).output().is_ok_and(|done| done.status.success());
    if there {
        return Ok(());
    }
    println!("   rustup component add {component}");
    let added = Command::new("rustup").args(["component", "add", component]).status();
    match added {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!(
            "missing: the Rust component {component} (rustup component add {component})"
        )),
    }
}
