//! Spins so often, in so many spans, under what the environment says: the process whose overhead
//! `spanfire overhead` has to find.
//!
//! `spinning SPANS TURNS [exit]`. Turns are counted, not timed, so that every run does the same. With
//! `exit` it exits without dropping its guard.

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let number = |index| -> Result<u64, Failure> {
        Ok(std::env::args().nth(index).ok_or("two numbers")?.parse()?)
    };
    let (spans, turns) = (number(1)?, number(2)?);
    let _guard = spanfire::init()?;
    for _ in 0..spans {
        tracing::info_span!("spin").in_scope(|| spin(turns));
    }
    if std::env::args().nth(3).is_some_and(|end| end == "exit") {
        std::process::exit(0);
    }
    Ok(())
}

fn spin(turns: u64) -> u64 {
    (0..turns).fold(turns, |sum, turn| std::hint::black_box(sum.rotate_left(5) ^ turn))
}
