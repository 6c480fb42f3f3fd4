//! What a bench is told: `cargo bench -p spanfire-benches --bench record -- --quick leaf`.

use std::env;

/// The bench's command line, as far as all benches share it.
#[derive(Clone, Debug)]
pub struct CommandLine {
    /// Fewer spans and rounds: seconds instead of minutes, and rougher.
    pub quick: bool,
    /// CPU time instead of elapsed time, where the machine is busy with other things.
    pub cpu: bool,
    /// `--rounds N`.
    pub rounds: Option<usize>,
    /// Other words: names of what to measure, everything if there is none.
    pub names: Vec<String>,
}

impl CommandLine {
    /// Of this process. `cargo bench` adds `--bench`; `cargo test --benches` does not, and gets one
    /// quick round, which shows that the bench works.
    pub fn of_process() -> CommandLine {
        let benching = env::args().any(|word| word == "--bench");
        let line = CommandLine::parsed();
        if benching { line } else { CommandLine { quick: true, rounds: Some(1), ..line } }
    }

    fn parsed() -> CommandLine {
        let mut line = CommandLine { quick: false, cpu: false, rounds: None, names: Vec::new() };
        let mut words = env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => line.quick = true,
                "--cpu" => line.cpu = true,
                "--rounds" => line.rounds = words.next().and_then(|number| number.parse().ok()),
                flag if flag.starts_with('-') => {}
                _ => line.names.push(word),
            }
        }
        line
    }

    /// Those of `all` that were named; all of them if none was.
    pub fn chosen<T: Copy, const N: usize>(
        &self,
        all: [T; N],
        name: impl Fn(T) -> &'static str,
    ) -> Vec<T> {
        let is_named = |thing: &T| self.names.iter().any(|asked| asked == name(*thing));
        let named: Vec<T> = all.into_iter().filter(is_named).collect();
        if named.is_empty() { all.to_vec() } else { named }
    }
}
