//! `cargo xtask STEP`: the checks of this workspace, each runnable alone.
//!
//! Every step prints what it runs, stops at the first thing that is wrong, and says so in a line.
//! It changes nothing in the working tree; what it needs beyond a Rust toolchain it either installs
//! through `rustup` or names.

#![forbid(unsafe_code)]

mod cargo;
mod test;
mod memory_model;
mod steps;
mod edges;
mod tidy;
mod node;
mod viewer;
mod consumers;
mod fuzz;
mod cost;
mod examples;

use std::process::ExitCode;

/// A step: its name, what it shows, and the function that runs it.
struct Step {
    name: &'static str,
    shows: &'static str,
    run: fn() -> Result<(), String>,
}

/// In the order `ci` runs them: what fails fastest comes first, the tests' summary stands last.
const STEPS: [Step; 18] = [
    Step { name: "fmt", shows: "rustfmt leaves every file as it is", run: steps::fmt },
    Step { name: "tidy", shows: "the invariants that a text search can see hold", run: tidy::run },
    Step { name: "edges", shows: "crates depend only on what they may", run: edges::run },
    Step {
        name: "viewer",
        shows: "the committed viewer is what its sources give",
        run: viewer::build,
    },
    Step { name: "clippy", shows: "clippy has nothing to say on any target", run: steps::clippy },
    Step { name: "doc", shows: "rustdoc has nothing to say", run: steps::doc },
    Step {
        name: "features",
        shows: "the recorder builds alone and with any features",
        run: steps::features,
    },
    Step { name: "benches", shows: "every benchmark compiles", run: steps::benches },
    Step { name: "examples", shows: "every example runs to its end", run: examples::run },
    Step {
        name: "console",
        shows: "tokio-console and the recorder leave each other as they are",
        run: steps::console,
    },
    Step { name: "cost", shows: "what measuring an example costs is told", run: cost::run },
    Step { name: "browser", shows: "the viewer works in chromium", run: viewer::browser },
    Step {
        name: "consumers",
        shows: "the tools that exports are for find in them what the recording has",
        run: consumers::run,
    },
    Step {
        name: "fuzz",
        shows: "no mutation of a recording breaks a promise of its readers",
        run: fuzz::run,
    },
    Step {
        name: "loom",
        shows: "lanes and collector keep their promises in every order of their threads",
        run: memory_model::loom,
    },
    Step {
        name: "miri",
        shows: "the unsafe code touches only what it may",
        run: memory_model::miri,
    },
    Step {
        name: "sanitize",
        shows: "no races, and no misuse of memory in whole programs",
        run: memory_model::sanitize,
    },
    Step {
        name: "test",
        shows: "every test of the workspace passes, doctests and the viewer's included",
        run: test::run,
    },
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let steps: Vec<&Step> = match wanted.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // What `test` runs needs no step of its own.
        ["ci"] => STEPS.iter().filter(|step| step.name != "browser").collect(),
        [name] => STEPS.iter().filter(|step| step.name == name).collect(),
        _ => Vec::new(),
    };
    if steps.is_empty() {
        usage();
        return ExitCode::from(2);
    }
    for step in steps {
        println!("── {}: {}", step.name, step.shows);
        if let Err(problem) = (step.run)() {
            eprintln!("xtask {}: {problem}", step.name);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn usage() {
    eprintln!(
        "usage: cargo xtask STEP\n\n  {:<10} every step below, in this order; browser as a part of test",
        "ci"
    );
    for step in &STEPS {
        eprintln!("  {:<10} {}", step.name, step.shows);
    }
}
