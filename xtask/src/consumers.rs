//! Exports, shown to the tools they are for.

use crate::{cargo, node, viewer};

const FOLDER: &str = "crates/spanfire-render/tests/consumers";
const TABLES: &str = "crates/spanfire-render/tests/consumers/tables";

/// Brings in the consumers' own readers, and holds what they find against the views.
pub fn run() -> Result<(), String> {
    viewer::need_chromium()?;
    node::run(FOLDER, "go", &["version"], &[]).map_err(|_| {
        "missing: go, which has pprof (Debian: apt-get install golang-go)".to_owned()
    })?;
    node::install(FOLDER)?;
    install_wheels(FOLDER, &ANY_PYTHON)?;
    install_wheels(TABLES, &[])?;
    // The whole workspace's features, so that what is built serves the other tests too.
    cargo::run(&["test", "--workspace", "--test", "consumers"])
}

/// Whose wheel is read as an archive of web pages, so that which Python it is for does not matter, and is
/// what its checksum says.
const ANY_PYTHON: [&str; 2] = ["--python-version=3.11", "--platform=manylinux2014_x86_64"];

/// Unpacks the wheels of a folder's requirements.txt, for the Python that is there or for another.
fn install_wheels(folder: &str, python: &[&str]) -> Result<(), String> {
    if node::is_newer(folder, "python_modules", "requirements.txt") {
        return Ok(());
    }
    let pip = ["-m", "pip", "--version"];
    node::run(folder, "python3", &pip, &[])
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
        "--require-hashes",
        "--requirement=requirements.txt",
    ];
    node::run(folder, "python3", &[&install[..], python].concat(), &[])
}
