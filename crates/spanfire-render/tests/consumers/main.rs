//! Exports, shown to the tools they are for: each consumer's own reader says what it finds, which is held
//! against what the views say of the same recording, and each refuses a damaged file.
//!
//! `cargo xtask consumers` brings in what these need (node, chromium, go, the packages of `package.json` and
//! `requirements.txt`) and runs them; `cargo test` does not.

// The language in which the views' own tests draw recordings.
#[allow(dead_code)]
#[path = "../../../spanfire-views/tests/views/program.rs"]
mod program;
#[allow(dead_code)]
#[path = "../../../spanfire-views/tests/views/sketch.rs"]
mod sketch;
#[allow(dead_code)]
#[path = "../exports/recordings.rs"]
mod recordings;
#[allow(dead_code)]
#[path = "../exports/seen.rs"]
mod seen;
#[allow(dead_code)]
#[path = "../exports/reading.rs"]
mod reading;

mod reader;

mod chrome;
mod perfetto;
mod pprof;
mod speedscope;
mod firefox;
#[cfg(feature = "parquet")]
mod duckdb;
