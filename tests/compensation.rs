//! What remains when the ledger takes out what recording took, against work of a known cost.
//!
//! A debug build pays more for the macro around the recorder, which the calibration leaves out, than for the
//! doubt that an interval has. So it is only asked how much of the inflation is gone; with
//! `--release` how often the truth lies in the interval.
//!
//! What recording costs is measured when it starts. Runs during which the processor was slower or faster
//! than then, as on a machine that others use too, are set aside and counted.

use std::process::Command;

/// Work of which two measurements without any span differ by more is not known well enough.
const KNOWN_TO: f64 = 0.01;

/// How much slower or faster a processor may be that counts as the one the cost was measured on.
const SAME_PACE_PERMILLE: u64 = 30;

/// A line of the program `compensating`.
struct Run {
    form: &'static str,
    depth: u64,
    leaf_ns: u64,
    truth_ns: f64,
    /// How far the truth may be off: a hundredth, or the distance of its two measurements.
    doubt_ns: f64,
    raw_ns: f64,
    low_ns: f64,
    high_ns: f64,
    pace_changed_permille: u64,
}

fn runs(form: &'static str) -> Vec<Run> {
    let output = Command::new(env!("CARGO_BIN_EXE_compensating")).arg(form).output();
    let output = output.expect("the program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let run = |line: &str| {
        let numbers: Vec<u64> =
            line.split(' ').map(|number| number.parse().expect("a number")).collect();
        let [depth, leaf_ns, one, other, raw, low, high, pace_changed_permille] = numbers[..]
        else {
            panic!("{line}")
        };
        let truth_ns = one.min(other) as f64;
        Run {
            form,
            depth,
            leaf_ns,
            truth_ns,
            doubt_ns: (truth_ns * KNOWN_TO).max(one.abs_diff(other) as f64),
            raw_ns: raw as f64,
            low_ns: low as f64,
            high_ns: high as f64,
            pace_changed_permille,
        }
    };
    String::from_utf8(output.stdout).expect("lines").lines().map(run).collect()
}

impl Run {
    fn is_covered(&self) -> bool {
        let (low_ns, high_ns) = (self.low_ns - self.doubt_ns, self.high_ns + self.doubt_ns);
        (low_ns..=high_ns).contains(&self.truth_ns)
    }
}

/// How many runs of each form there have to be.
const RUNS: usize = 64;

/// In how many processes they are looked for; each calibrates once and makes 32 runs.
const PROCESSES: usize = 12;

fn enough(form: &'static str) -> Vec<Run> {
    let (mut kept, mut aside) = (Vec::new(), 0);
    for _ in 0..PROCESSES {
        let (same, other): (Vec<Run>, Vec<Run>) =
            runs(form).into_iter().partition(|run| run.pace_changed_permille <= SAME_PACE_PERMILLE);
        kept.extend(same);
        aside += other.len();
        if kept.len() >= RUNS {
            break;
        }
    }
    println!("{form}: {aside} runs set aside, at another pace of the processor");
    assert!(
        kept.len() >= RUNS / 2,
        "{form}: only {} runs at one pace of the processor",
        kept.len()
    );
    kept
}

/// [T65] As recorded, parents of short spans are several times as long as their work.
#[test]
fn compensated_parents_are_what_their_work_takes_in_nine_of_ten_runs() {
    let runs: Vec<Run> = ["subscriber", "layer"].into_iter().flat_map(enough).collect();
    for run in &runs {
        println!("{}", run.described());
    }
    let share = |which: &dyn Fn(&&Run) -> bool, of: &[&Run]| {
        of.iter().filter(|run| which(run)).count() as f64 / of.len() as f64
    };
    let all: Vec<&Run> = runs.iter().collect();
    let covered = share(&|run| run.is_covered(), &all);
    println!("{:.1} % of {} runs within their interval", covered * 100.0, runs.len());
    let short: Vec<&Run> = runs.iter().filter(|run| run.leaf_ns <= 600).collect();
    let mended = share(&|run| run.inflation_left() <= 0.4, &short);
    println!("{:.1} % of {} with short leaves mended", mended * 100.0, short.len());
    assert!(mended >= 0.9, "{mended}");
    assert!(cfg!(debug_assertions) || covered >= 0.9, "{covered}");
}

impl Run {
    /// The part of what recording added that compensation left, or took too much.
    fn inflation_left(&self) -> f64 {
        let middle_ns = (self.low_ns + self.high_ns) / 2.0;
        (middle_ns - self.truth_ns).abs() / (self.raw_ns - self.truth_ns).max(1.0)
    }

    fn described(&self) -> String {
        let missed = if self.is_covered() { "" } else { " MISSED" };
        format!(
            "{} depth {} leaf {} ns: truth {} ± {:.0}, recorded {}, compensated {} to {}{missed}",
            self.form,
            self.depth,
            self.leaf_ns,
            self.truth_ns,
            self.doubt_ns,
            self.raw_ns,
            self.low_ns,
            self.high_ns,
        )
    }
}
