//! A bench that runs itself again for each figure.
//!
//! The parent starts its own executable with `child` and a list of words; the child measures one
//! thing and prints `name value` lines, which the parent reads as [`Figures`].

use crate::program::Program;
use std::{collections::BTreeMap, env, process::Command};

/// What a child measured, by name.
#[derive(Clone, Debug, Default)]
pub struct Figures(BTreeMap<String, f64>);

impl Figures {
    /// Adds a figure.
    pub fn set(&mut self, name: &str, value: f64) {
        self.0.insert(name.to_owned(), value);
    }

    /// A figure.
    ///
    /// # Panics
    /// If the child did not print it.
    pub fn get(&self, name: &str) -> f64 {
        *self.0.get(name).unwrap_or_else(|| panic!("the child printed no `{name}`"))
    }

    /// Prints all figures for the parent.
    pub fn print(&self) {
        for (name, value) in &self.0 {
            println!("{name} {value}");
        }
    }
}

/// The words this process was started with, if it is a child.
pub fn words() -> Option<Vec<String>> {
    let mut arguments = env::args().skip(1);
    (arguments.next().as_deref() == Some("child")).then(|| arguments.collect())
}

/// In a child: records about `spans` spans of a service, and prints how many.
///
/// # Panics
/// If that is no number, or the recorder fails.
pub fn record_service(file: &str, spans: &str) {
    let guard = spanfire::Recorder::builder().output(file).init().expect("a recorder");
    let spans = Program::Service.run(spans.parse().expect("a number"));
    guard.finish().expect("a recording");
    let mut figures = Figures::default();
    figures.set("spans", spans as f64);
    figures.print();
}

/// Measures in a child.
///
/// # Panics
/// If the child fails: half a table helps nobody.
pub fn run(words: &[&str]) -> Figures {
    let executable = env::current_exe().expect("the bench's own path");
    let output = Command::new(executable).arg("child").args(words).output().expect("a child");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "child {words:?} failed: {}\n{text}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    Figures(lines.filter_map(|(name, value)| Some((name.into(), value.parse().ok()?))).collect())
}
