//! Invariants that a text search can see, each a small check with a message of its own.
//!
//! The checks read source files as text, comments taken out. They are not a parser: what they
//! forbid is easy to write around, and nobody who knows the rule does so by accident.

mod tags;

use crate::cargo;
use std::path::Path;

/// The files that may contain `unsafe`, and what for.
const UNSAFE: &[(&str, &str)] = &[
    ("crates/spanfire/src/chunk/mod.rs", "memory that one thread writes while another reads it"),
    ("crates/spanfire/src/chunk/region.rs", "allocates that memory, or maps it"),
    ("crates/spanfire/src/chunk/tail_file.rs", "has the disk keep room for a mapping"),
    ("crates/spanfire/src/exit.rs", "C's atexit, so that process::exit finishes a recording"),
    ("crates/spanfire/src/fork.rs", "POSIX's pthread_atfork, so that a forked process is noticed"),
    ("crates/spanfire/src/clock.rs", "the x86 counter, read in place"),
    (
        "crates/spanfire/src/lane/mod.rs",
        "what belongs to one thread, without a lock or a borrow check",
    ),
    (
        "crates/spanfire/src/lane/slot.rs",
        "a thread's way to its lane without a count of references",
    ),
    ("crates/spanfire-sampler/src/perf/event.rs", "perf_event_open, which no crate of ours wraps"),
    ("crates/spanfire-sampler/src/perf/ring.rs", "memory that the kernel writes while we read"),
    (
        "crates/spanfire-sampler/src/signal/handler.rs",
        "a signal handler, and the timers that call it",
    ),
    ("crates/spanfire-sampler/src/signal/slot.rs", "memory that a late signal may still find"),
    ("tests/programs/notes.rs", "memory that outlives a killed process"),
    ("tests/programs/allocating.rs", "an allocator that traces"),
    ("tests/dynamic_library.rs", "loads a library and calls what is in it"),
    ("tests/programs/forking.rs", "forks, which Rust's library does not offer"),
    ("tests/allocation.rs", "counts allocations: implementing GlobalAlloc is unsafe"),
];

/// Crate roots that forbid `unsafe` unless they hold a file of [`UNSAFE`].
const CRATE_ROOTS: [&str; 9] = [
    "crates/spanfire-recording/src/lib.rs",
    "crates/spanfire-views/src/lib.rs",
    "crates/spanfire-render/src/lib.rs",
    "crates/spanfire-import/src/lib.rs",
    "crates/spanfire-cli/src/main.rs",
    "tests/harness/lib.rs",
    "tests/tokio_console/harness.rs",
    "fuzz/src/lib.rs",
    "xtask/src/main.rs",
];

/// Files that may be longer than [`LONGEST`] lines, each with the reason.
const LONG: &[(&str, &str)] = &[];
const LONGEST: usize = 500;

/// Names that say nothing of what is inside.
const NAMELESS: [&str; 9] =
    ["util", "utils", "common", "helper", "helpers", "misc", "shared", "stuff", "tools"];

const PRINTS: [&str; 5] = ["println!", "eprintln!", "print!", "eprint!", "dbg!"];

/// What a view would need to touch anything outside its arguments.
const IO: [&str; 6] = ["std::fs", "std::io", "std::net", "std::env", "std::process", "File::"];

const UNFINISHED: [&str; 3] = ["todo!(", "unimplemented!(", "#[ignore"];

/// Runs every check over every source file.
pub fn run() -> Result<(), String> {
    let sources = Source::all(&cargo::root())?;
    let page = cargo::root().join(tags::PAGE);
    let page =
        std::fs::read_to_string(&page).map_err(|error| format!("{}: {error}", tags::PAGE))?;
    let problems = [problems(&sources), tags::problems(&page, &sources)].concat();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n  ")) }
}

/// A Rust file: its path from the workspace's top folder, and its text.
struct Source {
    path: String,
    text: String,
}

type Check = fn(&Source) -> Vec<String>;

const CHECKS: [Check; 8] = [
    unsafe_stands_in_the_named_files,
    crate_roots_forbid_unsafe,
    files_are_called_what_they_hold,
    libraries_never_print,
    views_do_no_io,
    long_files_have_a_reason,
    nothing_is_unfinished,
    tests_are_sentences_and_never_sleep,
];

fn problems(sources: &[Source]) -> Vec<String> {
    let found = sources.iter().flat_map(|source| CHECKS.iter().flat_map(|check| check(source)));
    let named = UNSAFE.iter().chain(LONG).map(|entry| entry.0).chain(CRATE_ROOTS);
    let stale = named
        .filter(|path| !sources.iter().any(|source| source.path == *path))
        .map(|path| format!("{path}: named in tidy, but there is no such file"));
    found.chain(stale).collect()
}

fn unsafe_stands_in_the_named_files(source: &Source) -> Vec<String> {
    let allowed = UNSAFE.iter().any(|entry| entry.0 == source.path);
    let used = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe trait", "unsafe extern"];
    let lines: Vec<usize> = source.lines_with(&used).collect();
    if allowed && lines.is_empty() {
        return vec![source.problem(1, "named for its unsafe in tidy, but has none")];
    }
    let outside = lines.into_iter().filter(|_| !allowed);
    outside.map(|at| source.problem(at, "unsafe outside the named files")).collect()
}

fn crate_roots_forbid_unsafe(source: &Source) -> Vec<String> {
    let is_root = CRATE_ROOTS.contains(&source.path.as_str());
    let forbids = source.text.contains("#![forbid(unsafe_code)]");
    if is_root && !forbids {
        return vec![source.problem(1, "a crate root without #![forbid(unsafe_code)]")];
    }
    Vec::new()
}

fn files_are_called_what_they_hold(source: &Source) -> Vec<String> {
    let parts = source.path.split('/').map(|part| part.trim_end_matches(".rs"));
    parts
        .filter(|part| NAMELESS.contains(part))
        .map(|part| source.problem(1, &format!("`{part}` does not say what it holds")))
        .collect()
}

fn libraries_never_print(source: &Source) -> Vec<String> {
    if !source.is_library() {
        return Vec::new();
    }
    source.lines_with(&PRINTS).map(|at| source.problem(at, "a library prints")).collect()
}

fn views_do_no_io(source: &Source) -> Vec<String> {
    if !source.path.starts_with("crates/spanfire-views/src/") {
        return Vec::new();
    }
    source
        .lines_with(&IO)
        .map(|at| source.problem(at, "a view reaches outside its arguments"))
        .collect()
}

fn long_files_have_a_reason(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    let allowed = LONG.iter().any(|entry| entry.0 == source.path);
    match (lines > LONGEST, allowed) {
        (true, false) => {
            vec![source.problem(lines, &format!("over {LONGEST} lines without a reason in tidy"))]
        }
        (false, true) => vec![source.problem(lines, "named for its length in tidy, but is short")],
        _ => Vec::new(),
    }
}

fn nothing_is_unfinished(source: &Source) -> Vec<String> {
    if source.path.starts_with("xtask/") {
        return Vec::new();
    }
    source.lines_with(&UNFINISHED).map(|at| source.problem(at, "unfinished or ignored")).collect()
}

/// Only the harness waits, for a condition and with a deadline.
fn tests_are_sentences_and_never_sleep(source: &Source) -> Vec<String> {
    let mut problems: Vec<String> = source
        .lines_with(&["fn test_"])
        .map(|at| source.problem(at, "a test's name is a sentence"))
        .collect();
    if source.path.starts_with("tests/") && source.path != "tests/harness/waiting.rs" {
        let sleeps = source.lines_with(&["thread::sleep", "time::sleep"]);
        problems
            .extend(sleeps.map(|at| source.problem(at, "a test sleeps: use harness::wait_until")));
    }
    problems
}

impl Source {
    /// Every Rust file of the workspace, in the order of their paths.
    fn all(root: &Path) -> Result<Vec<Source>, String> {
        let mut sources = Vec::new();
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            let entries = std::fs::read_dir(&folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
            for entry in entries {
                let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if path.is_dir()
                    && !name.starts_with('.')
                    && name != "target"
                    && name != "node_modules"
                {
                    folders.push(path);
                } else if name.ends_with(".rs") {
                    let text = std::fs::read_to_string(&path)
                        .map_err(|error| format!("{}: {error}", path.display()))?;
                    let path = path.strip_prefix(root).unwrap_or(&path);
                    sources.push(Source { path: path.to_string_lossy().replace('\\', "/"), text });
                }
            }
        }
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(sources)
    }

    fn is_library(&self) -> bool {
        let in_crate = self.path.starts_with("crates/") && self.path.contains("/src/");
        in_crate && !self.path.starts_with("crates/spanfire-cli/")
    }

    /// The numbers of the lines whose code, not comment, contains one of `words` as whole words.
    fn lines_with<'a>(&'a self, words: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
        let lines = self.text.lines().enumerate();
        lines
            .filter(|(_, line)| words.iter().any(|word| has_word(code_of(line), word)))
            .map(|(at, _)| at + 1)
    }

    fn problem(&self, line: usize, message: &str) -> String {
        format!("{}:{line}: {message}", self.path)
    }
}

/// The line up to its comment. A `//` inside a string ends it too, which hides what follows.
fn code_of(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// Whether `word` stands in `code` with no letter directly before it.
fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|before| before.is_alphanumeric() || before == '_' || before == '"')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(check: Check, path: &str, text: &str, expected: &[&str]) {
        let source = Source { path: path.into(), text: text.into() };
        assert_eq!(check(&source), expected);
    }

    #[test]
    fn unsafe_outside_the_named_files_is_found() {
        let found = ["crates/spanfire-views/src/a.rs:2: unsafe outside the named files"];
        check(
            unsafe_stands_in_the_named_files,
            "crates/spanfire-views/src/a.rs",
            "// unsafe {\nunsafe { f() }",
            &found,
        );
        check(unsafe_stands_in_the_named_files, UNSAFE[0].0, "unsafe { f() }", &[]);
    }

    #[test]
    fn a_crate_root_that_allows_unsafe_is_found() {
        let found = [format!("{}:1: a crate root without #![forbid(unsafe_code)]", CRATE_ROOTS[0])];
        check(crate_roots_forbid_unsafe, CRATE_ROOTS[0], "mod a;", &[&found[0]]);
        check(crate_roots_forbid_unsafe, CRATE_ROOTS[0], "#![forbid(unsafe_code)]", &[]);
    }

    #[test]
    fn a_file_or_folder_without_a_name_of_its_own_is_found() {
        check(
            files_are_called_what_they_hold,
            "a/util/b.rs",
            "",
            &["a/util/b.rs:1: `util` does not say what it holds"],
        );
        check(
            files_are_called_what_they_hold,
            "a/shared.rs",
            "",
            &["a/shared.rs:1: `shared` does not say what it holds"],
        );
        check(files_are_called_what_they_hold, "a/utility_bill.rs", "", &[]);
    }

    #[test]
    fn a_printing_library_is_found_and_the_command_may_print() {
        let printing = "/// println!(\"in a doc\");\nfn f() { eprintln!(\"x\"); }";
        check(
            libraries_never_print,
            "crates/spanfire/src/lib.rs",
            printing,
            &["crates/spanfire/src/lib.rs:2: a library prints"],
        );
        check(libraries_never_print, "crates/spanfire-cli/src/main.rs", printing, &[]);
    }

    #[test]
    fn a_view_that_opens_a_file_is_found() {
        let found = ["crates/spanfire-views/src/a.rs:1: a view reaches outside its arguments"];
        check(views_do_no_io, "crates/spanfire-views/src/a.rs", "use std::fs;", &found);
        check(views_do_no_io, "crates/spanfire-render/src/a.rs", "use std::fs;", &[]);
    }

    #[test]
    fn a_long_file_without_a_reason_is_found() {
        let long = "\n".repeat(LONGEST + 1);
        check(
            long_files_have_a_reason,
            "a.rs",
            &long,
            &["a.rs:501: over 500 lines without a reason in tidy"],
        );
        check(long_files_have_a_reason, "a.rs", &long[1..], &[]);
    }

    #[test]
    fn an_unfinished_function_and_an_ignored_test_are_found() {
        let found = ["a.rs:1: unfinished or ignored", "a.rs:2: unfinished or ignored"];
        check(nothing_is_unfinished, "a.rs", "fn f() { todo!() }\n#[ignore]", &found);
    }

    #[test]
    fn a_test_that_sleeps_or_has_no_sentence_is_found() {
        let text = "fn test_it() {\nstd::thread::sleep(x);";
        let found = [
            "tests/a.rs:1: a test's name is a sentence",
            "tests/a.rs:2: a test sleeps: use harness::wait_until",
        ];
        check(tests_are_sentences_and_never_sleep, "tests/a.rs", text, &found);
    }
}
