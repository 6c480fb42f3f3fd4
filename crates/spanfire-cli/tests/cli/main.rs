//! The `spanfire` command as a user meets it: arguments in; files, text and exit codes out.
//!
//! A test goes into the file of what it looks at: `tables`, `compensated`, `pictures`, `exports`, `imports`, `diff`, `report`, `view`, `sampling`, `native`, `selection`, `outputs`,
//! `wrong_input` (the file is bad), `wrong_flags` (the command line is), `run`, `experiment`, `usage` (help,
//! completions). `fixture` writes the one recording that they read.

mod fixture;
mod command;

mod native;
mod tables;
mod compensated;
mod pictures;
mod exports;
mod imports;
mod selection;
mod outputs;
mod wrong_input;
mod wrong_flags;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod experiment;
mod diff;
mod report;
mod view;
mod sampling;
mod usage;
