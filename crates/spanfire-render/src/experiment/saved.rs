//! An experiment that was kept as JSON, read again.
//!
//! Takes what [`table`](super::table) wrote; gives the experiment with what its runs say, which is worked
//! out anew, so that a file cannot claim what its runs do not bear out. What is written of it again is the
//! same. Holds as much as the runs take.

use super::rows::{KIND, RunRow, VERSION, arm};
use super::{Machine, Tried};
use serde::Deserialize;
use spanfire_views::{Arm, Experiment};
use std::borrow::Cow;
use std::fmt;

/// Why something is no experiment: where it fails to be one, and what to do.
#[derive(Debug)]
pub struct Unreadable {
    why: String,
}

/// What is told before anything else is looked at.
#[derive(Deserialize)]
struct Label {
    kind: Option<Cow<'static, str>>,
    version: Option<u32>,
}

#[derive(Deserialize)]
struct Document {
    subject: String,
    machine: Machine,
    seed: u64,
    planned_rounds: usize,
    arms: Vec<ArmWords>,
    notes: Vec<String>,
    runs: Vec<RunRow>,
}

#[derive(Deserialize)]
struct ArmWords {
    arm: String,
    sampler: Option<String>,
    hz: Option<u32>,
}

impl Tried {
    /// The experiment in `json`, an object that [`table`](super::table) wrote.
    pub fn read(json: &[u8]) -> Result<Tried, Unreadable> {
        labelled(json)?;
        let document: Document =
            serde_json::from_slice(json).map_err(|error| Unreadable::damaged(error.to_string()))?;
        let mut arms = Vec::with_capacity(document.arms.len());
        for (index, words) in document.arms.iter().enumerate() {
            let known = arm(&words.arm, words.sampler.as_deref(), words.hz);
            let place = || format!("arms[{index}] is `{}`, which is no arm", words.arm);
            arms.push(known.ok_or_else(|| Unreadable::damaged(place()))?);
        }
        let mut experiment = Experiment::new(&arms, document.seed);
        let rounds = document.runs.len();
        for (index, row) in document.runs.iter().enumerate() {
            let arm = run_arm(row, &experiment).map_err(|why| Unreadable::in_run(index, &why))?;
            // Each round has a run, so that more rounds than runs are none of ours.
            if row.round >= rounds {
                let why = format!("is of round {}, of {rounds} runs in all", row.round);
                return Err(Unreadable::in_run(index, &why));
            }
            experiment.push(row.run(arm));
        }
        Ok(Tried {
            subject: document.subject,
            machine: document.machine,
            findings: experiment.findings(),
            experiment,
            planned_rounds: document.planned_rounds,
            notes: document.notes,
        })
    }
}

fn labelled(json: &[u8]) -> Result<(), Unreadable> {
    let label: Label = serde_json::from_slice(json).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Unreadable::foreign("it says nothing of its kind"),
        serde_json::error::Category::Eof if json.contains(&b'{') => {
            Unreadable::damaged(error.to_string())
        }
        _ => Unreadable::foreign(&error.to_string()),
    })?;
    match (label.kind.as_deref(), label.version) {
        (Some(KIND), Some(VERSION)) => Ok(()),
        (Some(KIND), Some(version)) => Err(Unreadable {
            why: format!(
                "an experiment of format {version}, of which this command knows {VERSION}: use the spanfire that wrote it, or a newer one"
            ),
        }),
        (Some(KIND), None) => Err(Unreadable::damaged("it does not say its version".to_owned())),
        (Some(kind), _) => Err(Unreadable::foreign(&format!("it says it is `{kind}`"))),
        (None, _) => Err(Unreadable::foreign("it says nothing of its kind")),
    }
}

fn run_arm(row: &RunRow, experiment: &Experiment) -> Result<Arm, String> {
    let known = arm(&row.arm, row.sampler.as_deref(), row.hz);
    known
        .filter(|arm| experiment.arms().contains(arm))
        .ok_or_else(|| format!("is under `{}`, which is none of the arms", row.arm))
}

impl Unreadable {
    fn damaged(place: String) -> Unreadable {
        Unreadable {
            why: format!("a damaged experiment: {place}; take another copy, or make it again"),
        }
    }

    fn in_run(index: usize, why: &str) -> Unreadable {
        Unreadable::damaged(format!("runs[{index}] {why}"))
    }

    fn foreign(why: &str) -> Unreadable {
        Unreadable {
            why: format!(
                "not an experiment: {why}; `spanfire overhead --format json -o FILE -- CMD` writes one"
            ),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Unreadable {}
