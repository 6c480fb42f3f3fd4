//! Random programs of spans, recorded in both forms and heard by an oracle: both tell the same.
//!
//! Each property takes its share of `$SPANFIRE_PROGRAMS` programs (10,000 unless set), prints how
//! much it compared as its last line, and leaves that in `target/spanfire/correctness/oracle.json`.
//! The seeds of failures stand in `oracle.regressions` and are tried first.

use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestError, TestRunner};
use spanfire::{Fields, Overflow};
use spanfire_recording::{EventKind, Recording};
use spanfire_tests::oracle::{Account, Detail, Score, Setting, Testimony, hear, record};
use spanfire_tests::program::{FILLING, Pace, Program, genes};
use spanfire_tests::{FORMS, recorded_and_lost};
use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

/// Fewer programs need not have in them what a property is about.
const LEAST: u32 = 200;

/// The longest list of genes of one program.
const GENES: usize = 70;

/// One thread at a time, nothing at once: every time is exact.
#[test]
fn programs_whose_steps_are_apart_are_recorded_to_the_tick() {
    property("apart", 40, (genes(GENES), policy()), |(genes, policy), score| {
        let program = Program::of(genes, Pace::Apart);
        recorded_as_heard(&[program], policy, Detail::Lifetimes, score)
    });
}

/// One thread at a time, steps close together: what comes at once may be recorded as one, within its
/// bounds; every segment and every sum of segments is exact.
#[test]
fn programs_whose_steps_are_close_have_exact_segments() {
    property("close", 35, (genes(GENES), policy()), |(genes, policy), score| {
        let program = Program::of(genes, Pace::Close);
        recorded_as_heard(&[program], policy, Detail::Segments, score)
    });
}

/// All threads at once on the machine's clock, many programs under one recorder with the smallest buffer.
#[test]
fn programs_that_run_freely_are_recorded_whole() {
    let many = proptest::collection::vec(genes(GENES), FREE);
    property("free", 20, (many, policy()), |(many, policy), score| {
        let programs: Vec<Program> =
            many.iter().map(|genes| Program::of(genes, Pace::Free)).collect();
        recorded_as_heard(&programs, policy, Detail::Timeless, score)
    });
}

/// Nobody waits for a collector that is flooded: what is recorded and what is counted as lost
/// are together what happened.
#[test]
fn programs_in_a_flood_lose_what_is_counted() {
    let many = proptest::collection::vec(genes(GENES), FREE);
    property("flood", 5, many, |many, score| {
        let calm = many.iter().map(|genes| Program::of(genes, Pace::Free).without_pauses());
        let programs = calm.flat_map(|program| [Program::flood(3, 2), program]);
        let programs: Vec<Arc<Program>> = programs.map(Arc::new).collect();
        // Fields at birth are no events of their own.
        let policy = Fields::Named(vec!["late".into(), FILLING.into()]);
        let setting = Setting { policy, overflow: Overflow::Drop, manual: false };
        let (heard, time) = hear(&programs, &setting);
        for form in FORMS {
            let account = Account::of(&heard, form, &setting.policy, *time.end());
            let (recorded, lost) = recorded_and_lost(&record(&programs, form, &setting));
            if recorded + lost != account.callbacks {
                let made = account.callbacks;
                return Err(format!("{form:?}: of {made}, {recorded} recorded and {lost} lost"));
            }
            score.note("lost_callbacks", lost);
            if form == FORMS[0] {
                score.add(FREE, &account);
            }
        }
        Ok(())
    });
}

/// How many programs run freely under one recorder.
const FREE: usize = 20;

/// Performs programs under the oracle and under both forms of the recorder, and compares.
fn recorded_as_heard(
    programs: &[Program],
    policy: &Fields,
    detail: Detail,
    score: &Score,
) -> Result<(), String> {
    let sketch = || programs.iter().map(Program::to_string).collect::<String>();
    let programs: Vec<Arc<Program>> = programs.iter().cloned().map(Arc::new).collect();
    let manual = detail > Detail::Timeless;
    let setting = Setting { policy: policy.clone(), overflow: Overflow::Block, manual };
    let (heard, time) = hear(&programs, &setting);
    let testimony = Testimony { heard: &heard, policy, time, detail };
    for form in FORMS {
        let recording = record(&programs, form, &setting);
        let account = testimony
            .compare(&recording)
            .map_err(|difference| format!("{form:?}, {policy:?}\n{}\n{difference}", sketch()))?;
        if form == FORMS[0] {
            score.add(programs.len(), &account);
        }
        note(&recording, detail, score);
    }
    Ok(())
}

/// What must occur in some program, or the property shows less than it says.
fn note(recording: &Recording, detail: Detail, score: &Score) {
    let chunks = (0..recording.chunks().len()).map(|at| recording.chunk(at).expect("a chunk"));
    let at_once = chunks.flat_map(|chunk| chunk.events);
    let at_once = at_once.filter(|event| matches!(event.kind, EventKind::NewEnter { .. })).count();
    let turned_over = recording.chunks().len().saturating_sub(recording.lanes().len());
    score.note("chunks_turned_over", turned_over as u64);
    if detail < Detail::Lifetimes {
        score.note("trusted_spans", at_once as u64);
    }
}

fn policy() -> impl Strategy<Value = Fields> {
    let names = ["late", "text", "number"].map(str::to_owned).to_vec();
    prop_oneof![
        Just(Fields::All),
        Just(Fields::Roots),
        Just(Fields::None),
        Just(Fields::Named(names)),
    ]
}

/// Tries a property on its percentage of all programs, after the seeds of earlier failures.
fn property<T: Debug>(
    name: &str,
    percent: u32,
    values: impl Strategy<Value = T>,
    holds: impl Fn(&T, &Score) -> Result<(), String>,
) {
    let programs = std::env::var("SPANFIRE_PROGRAMS").ok().and_then(|n| n.parse().ok());
    let each = if ["free", "flood"].contains(&name) { FREE as u32 } else { 1 };
    let cases = (programs.unwrap_or(10_000_u32).max(LEAST) / 100 * percent).div_ceil(each);
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/oracle.regressions");
    let config = Config {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(seeds))),
        max_shrink_iters: 4_000,
        ..Config::default()
    };
    let score = Score::default();
    let outcome = TestRunner::new(config)
        .run(&values, |value| holds(&value, &score).map_err(TestCaseError::fail));
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{name}: {reason}"),
        Err(TestError::Abort(reason)) => panic!("{name}: {reason}"),
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    score.finish(name, &target.join("spanfire/correctness/oracle.json"));
}
