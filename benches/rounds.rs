//! Arms take turns, so that what disturbs the machine disturbs all of them.

use crate::child::Figures;
use std::io::{IsTerminal, Write};

/// The figures of one arm, a set for each round.
#[derive(Clone, Debug, Default)]
pub struct Rounds(Vec<Figures>);

impl Rounds {
    /// The least of a figure: what the work costs when nothing else disturbs it.
    pub fn least(&self, name: &str) -> f64 {
        self.sorted(name).first().copied().unwrap_or(f64::NAN)
    }

    /// The median of a figure.
    pub fn median(&self, name: &str) -> f64 {
        let values = self.sorted(name);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn sorted(&self, name: &str) -> Vec<f64> {
        let mut values: Vec<f64> = self.0.iter().map(|figures| figures.get(name)).collect();
        values.sort_by(f64::total_cmp);
        values
    }
}

/// Measures each arm once in every round. The order turns by one from round to round, so that no
/// arm always follows the same one.
pub fn interleave<A>(
    arms: &[A],
    rounds: usize,
    mut measure: impl FnMut(&A) -> Figures,
) -> Vec<Rounds> {
    let mut results = vec![Rounds::default(); arms.len()];
    for round in 0..rounds {
        for turn in 0..arms.len() {
            let arm = (turn + round) % arms.len();
            show_progress(round, rounds, turn, arms.len());
            results[arm].0.push(measure(&arms[arm]));
        }
    }
    clear_progress();
    results
}

fn show_progress(round: usize, rounds: usize, turn: usize, turns: usize) {
    if std::io::stderr().is_terminal() {
        eprint!("\rround {} of {rounds}, {} of {turns}   ", round + 1, turn + 1);
        let _ = std::io::stderr().flush();
    }
}

fn clear_progress() {
    if std::io::stderr().is_terminal() {
        eprint!("\r{:40}\r", "");
    }
}
