//! Exports, shown to the tools they are for.

use crate::{cargo, node, viewer};

const FOLDER: &str = "crates/spanfire-render/tests/consumers";

/// Brings in the consumers' own readers, and holds what they find against the views.
pub fn run() -> Result<(), String> {
    viewer::need_chromium()?;
    node::run(FOLDER, "go", &["version"], &[]).map_err(|_| {
        "missing: go, which has pprof (Debian: apt-get install golang-go)".to_owned()
    })?;
    node::install(FOLDER)?;
    install_wheels()?;
    cargo::run(&["test", "--package", "spanfire-render", "--all-features", "--test", "consumers"])
}

/// Unpacks the wheels of requirements.txt. They are read as archives of web pages, so which Python they
/// are for does not matter, and is what their checksum says.
fn install_wheels() -> Result<(), String> {
    if node::is_newer(FOLDER, "python_modules", "requirements.txt") {
        return Ok(());
    }
    let pip = ["-m", "pip", "--version"];
    node::run(FOLDER, "python3", &pip, &[])
        .map_err(|_| "missing: pip (Debian: apt-get install python3-pip)".to_owned())?;
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
        "--upgrade",
        "--target=python_modules",
        "--no-deps",
        "--only-binary=:all:",
        "--python-version=3.11",
        "--platform=manylinux2014_x86_64",
        "--require-hashes",
        "--requirement=requirements.txt",
    ];
    node::run(FOLDER, "python3", &install, &[])
}
