//! The steps that watch memory: models of the protocol under loom, and tests of the unsafe code
//! under whatever this toolchain has of miri, the sanitizers and valgrind.
//!
//! What needs flags of its own has a target folder of its own. A tool that is missing is
//! named in a line, and what stands in for it runs instead: docs/correctness.md says what that
//! leaves unchecked.

use crate::cargo;
use std::process::{Command, Stdio};

/// The tests that pass every unsafe block of the recorder.
const MEMORY_TESTS: [&str; 5] = ["test", "--package", "spanfire", "--test", "memory"];

/// Tests of whole programs that the address sanitizer runs too.
const PROGRAMS: [&str; 3] = ["live_threads", "lifetimes", "composition"];

/// The models: `crates/spanfire/src/models/`.
pub fn loom() -> Result<(), String> {
    let arguments = ["test", "--release", "--package", "spanfire", "--lib", "models::"];
    let mut command = cargo::command(&arguments);
    command.env("RUSTFLAGS", "--cfg spanfire_loom");
    run_in(command, "loom", &arguments)
}

/// The unsafe code in miri, or the same tests under the address sanitizer and valgrind.
pub fn miri() -> Result<(), String> {
    let toolchains: [&[&str]; 2] = [&[], &["+nightly"]];
    let Some(toolchain) = toolchains.into_iter().find(|toolchain| has_miri(toolchain)) else {
        println!(
            "   missing: miri (rustup component add --toolchain nightly miri); the same tests run \
             under the address sanitizer and valgrind, which do not see how references alias"
        );
        address(&MEMORY_TESTS)?;
        return valgrind();
    };
    let arguments = [&["miri"][..], &MEMORY_TESTS].concat();
    let mut command = Command::new("cargo");
    command.args(toolchain).args(&arguments).current_dir(cargo::root());
    command.env("MIRIFLAGS", "-Zmiri-disable-isolation");
    run_in(command, "miri", &arguments)
}

/// Races under the thread sanitizer, and whole programs under the address sanitizer.
pub fn sanitize() -> Result<(), String> {
    thread(&MEMORY_TESTS)?;
    let mut programs = vec!["test", "--package", "spanfire-tests"];
    programs.extend(PROGRAMS.iter().flat_map(|name| ["--test", name]));
    address(&programs)
}

/// The standard library is not instrumented without its source. Its inlined parts are; the reports
/// about the others are named one by one in the file of suppressions, by names that only full debug
/// information has.
fn thread(arguments: &[&str]) -> Result<(), String> {
    let suppressions = cargo::root().join("xtask/thread-sanitizer.txt");
    let mut options = std::ffi::OsString::from("suppressions=");
    options.push(suppressions);
    let flags = "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer --cfg spanfire_tsan";
    instrumented("thread", flags, arguments, |command| {
        command.env("TSAN_OPTIONS", &options).env("CARGO_PROFILE_DEV_DEBUG", "full");
    })
}

fn address(arguments: &[&str]) -> Result<(), String> {
    instrumented("address", "-Zsanitizer=address", arguments, |_| {})
}

/// Sanitizers are a compiler's unstable flags, which its stable releases take if told to.
fn instrumented(
    name: &str,
    flags: &str,
    arguments: &[&str],
    set: impl FnOnce(&mut Command),
) -> Result<(), String> {
    let host = host()?;
    if !sanitizers_exist(&host) {
        println!("   no {name} sanitizer for {host}: not run");
        return Ok(());
    }
    let arguments = [arguments, &["--target", &host]].concat();
    let mut command = cargo::command(&arguments);
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", flags);
    set(&mut command);
    run_in(command, name, &arguments)
}

fn valgrind() -> Result<(), String> {
    if !succeeds(Command::new("valgrind").arg("--version")) {
        println!("   no valgrind here: not run");
        return Ok(());
    }
    let runner = host()?.to_uppercase().replace('-', "_");
    let mut command = cargo::command(&MEMORY_TESTS);
    command
        .env(format!("CARGO_TARGET_{runner}_RUNNER"), "valgrind -q --error-exitcode=1")
        .env("SPANFIRE_SLOW_TOOL", "1");
    cargo::run_with(command, &MEMORY_TESTS)
}

fn run_in(mut command: Command, folder: &str, arguments: &[&str]) -> Result<(), String> {
    command.env("CARGO_TARGET_DIR", cargo::target_folder()?.join(folder));
    cargo::run_with(command, arguments)
}

fn has_miri(toolchain: &[&str]) -> bool {
    succeeds(Command::new("cargo").args(toolchain).args(["miri", "--version"]))
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The platforms of tier 1 and 2 that have both sanitizers.
fn sanitizers_exist(host: &str) -> bool {
    ["x86_64", "aarch64"].iter().any(|processor| host.starts_with(processor))
        && ["linux-gnu", "apple-darwin"].iter().any(|system| host.ends_with(system))
}

/// The platform that the compiler runs on.
fn host() -> Result<String, String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .map_err(|error| format!("rustc does not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV names no host".into())
}
