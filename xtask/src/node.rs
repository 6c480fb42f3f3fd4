//! Folders of this workspace that hold JavaScript: what they need, and what runs in them.

use crate::cargo;
use std::process::{Command, Stdio};

/// Brings in what a folder's package-lock.json names, unless that is there already.
pub fn install(folder: &str) -> Result<(), String> {
    needed()?;
    if is_newer(folder, "node_modules/.package-lock.json", "package-lock.json") {
        return Ok(());
    }
    run(folder, "npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"], &[])
}

/// Says in a line what of node and npm is missing.
pub fn needed() -> Result<(), String> {
    need("node", "node 20 or later (Debian: apt-get install nodejs)")?;
    need("npm", "npm (Debian: apt-get install npm)")
}

/// Whether what was made of a file is there, and made of it as it is.
pub fn is_newer(folder: &str, made: &str, of: &str) -> bool {
    let folder = cargo::root().join(folder);
    let modified =
        |path: &str| folder.join(path).metadata().and_then(|found| found.modified()).ok();
    modified(made).is_some() && modified(made) >= modified(of)
}

/// Runs a program in a folder.
pub fn run(
    folder: &str,
    program: &str,
    words: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), String> {
    println!("   {program} {}", words.join(" "));
    let mut command = Command::new(program);
    command.args(words).current_dir(cargo::root().join(folder));
    command.envs(environment.iter().copied());
    let status = command.status().map_err(|error| format!("{program} does not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} {}: {status}", words.join(" "))) }
}

/// Says in a line what is missing.
pub fn need(program: &str, meaning: &str) -> Result<(), String> {
    let mut command = Command::new(program);
    let found = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match found {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!("missing: {meaning}")),
    }
}
