//! The targets without libFuzzer: everything in the corpus, and seeded mutations of it.
//!
//! `SPANFIRE_FUZZ_EXECUTIONS` says how many mutations there are over all targets, and
//! `SPANFIRE_FUZZ_SEED` which. An input that fails is kept, and its place printed: it belongs into
//! `fuzz/regressions/`.

use spanfire_fuzz::{Corpus, Mutator, TARGETS, Target};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Enough to notice what is plainly broken, in a few seconds without optimisation.
const EXECUTIONS: u64 = 20_000;

/// Memory and time are the process's: while a test has its turn, no other runs a target.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// [T54c]
#[test]
fn nothing_in_the_corpus_breaks_a_promise() {
    let _turn = turn();
    for target in TARGETS {
        let corpus = Corpus::of(target.name).expect("the corpus can be read");
        assert!(!corpus.inputs.is_empty(), "no corpus for {}", target.name);
        for input in corpus.inputs.iter().chain(&corpus.regressions) {
            run(target, input);
        }
    }
}

/// [T54c]
#[test]
fn no_mutation_of_the_corpus_breaks_a_promise() {
    let _turn = turn();
    let wanted = number("SPANFIRE_FUZZ_EXECUTIONS").unwrap_or(EXECUTIONS);
    let seed = number("SPANFIRE_FUZZ_SEED").unwrap_or(0);
    let mut executions = 0;
    for (index, target) in TARGETS.iter().enumerate() {
        let corpus = Corpus::of(target.name).expect("the corpus can be read");
        let inputs = [corpus.inputs, corpus.regressions].concat();
        let mut mutator = Mutator::new(seed << 8 | index as u64);
        for _ in 0..wanted * target.share / 100 {
            run(target, &mutator.next(&inputs));
            executions += 1;
        }
    }
    println!("fuzz: {executions} executions of mutations, {} targets, seed {seed}", TARGETS.len());
}

#[test]
fn shares_of_all_targets_are_the_whole() {
    assert_eq!(TARGETS.iter().map(|target| target.share).sum::<u64>(), 100);
}

/// Runs a target, and keeps the input if it fails.
fn run(target: &Target, input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        let name = format!("{}-failed-{}", target.name, std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let kept = std::fs::write(&path, input);
        println!("{} fails: input in {} ({kept:?})", target.name, path.display());
        resume_unwind(panic);
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}
