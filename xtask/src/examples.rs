//! The examples, run to their ends: in the build that the tests use, since one of their own in release
//! takes longer than all of them.

use crate::cargo;
use std::process::{Command, Stdio};

/// Runs every example once.
pub fn run() -> Result<(), String> {
    cargo::build_tests()?;
    let packages = cargo::packages()?;
    let targets = packages
        .iter()
        .filter(|package| package["name"] == "spanfire-examples")
        .flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let mut names: Vec<&str> = targets
        .filter(|target| {
            target["kind"].as_array().is_some_and(|kind| kind.contains(&"example".into()))
        })
        .filter_map(|target| target["name"].as_str())
        .collect();
    names.sort_unstable();
    if names.is_empty() {
        return Err("the package spanfire-examples has no example".into());
    }
    names.into_iter().try_for_each(run_built)
}

/// Runs one that is built. It leaves its recording and pictures below the target folder.
pub fn run_built(name: &str) -> Result<(), String> {
    println!("   {name}");
    let status = Command::new(cargo::target_folder()?.join("debug/examples").join(name))
        .current_dir(cargo::root())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("{name} does not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name}: {status}")) }
}
