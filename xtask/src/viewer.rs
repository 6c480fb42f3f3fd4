//! The viewer: its types, whether the committed page is what its sources give, and its tests in a
//! real browser.
//!
//! Both steps need node and npm; the tests also need chromium. What is missing is said in a line.

use crate::{cargo, examples, node};
use std::path::Path;

/// The page as it is committed.
const COMMITTED: &str = "crates/spanfire-render/src/html/viewer.html";
const CHROMIUM: &str = "/usr/bin/chromium";

/// Type-checks the sources, builds the page, and compares it with the committed one.
pub fn build() -> Result<(), String> {
    install()?;
    run("npx", &["--no-install", "tsc", "--noEmit"], &[])?;
    let built = std::env::temp_dir().join(format!("viewer-{}.html", std::process::id()));
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    run("node", &["build.mjs", &built.to_string_lossy()], &[])?;
    let page = read(&built)?;
    let _ = std::fs::remove_file(&built);
    if page == read(&cargo::root().join(COMMITTED))? {
        return Ok(());
    }
    Err(format!("{COMMITTED} is not what viewer/ gives; run `npm run build` there and commit it"))
}

/// What the tests need and is not here, in a line.
pub fn missing() -> Option<String> {
    node::needed().and_then(|()| need_chromium()).err()
}

/// Drives the pages of real recordings in chromium.
pub fn browser() -> Result<(), String> {
    need_chromium()?;
    install()?;
    cargo::build_tests()?;
    let target = cargo::target_folder()?;
    let shapes = target.join("debug/shapes").to_string_lossy().into_owned();
    let sampled = target.join("debug/sampled").to_string_lossy().into_owned();
    let spanfire = target.join("debug/spanfire").to_string_lossy().into_owned();
    let recording = target.join("spanfire/requests.spanfire").to_string_lossy().into_owned();
    let before = target.join("spanfire/requests-before.spanfire").to_string_lossy().into_owned();
    // Twice: two recordings of one program are what is compared.
    examples::run_built("requests")?;
    std::fs::rename(&recording, &before).map_err(|error| format!("{recording}: {error}"))?;
    examples::run_built("requests")?;
    let environment = [
        ("SPANFIRE", &*spanfire),
        ("SPANFIRE_RECORDING", &*recording),
        ("SPANFIRE_RECORDING_BEFORE", &*before),
        ("SPANFIRE_SHAPES", &*shapes),
        ("SPANFIRE_SAMPLED", &*sampled),
    ];
    run("npm", &["test", "--silent"], &environment)
}

fn install() -> Result<(), String> {
    node::install("viewer")
}

fn run(program: &str, words: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    node::run("viewer", program, words, environment)
}

/// The browser, which shows pages.
pub fn need_chromium() -> Result<(), String> {
    node::need(CHROMIUM, "chromium, which shows the pages (Debian: apt-get install chromium)")
}
