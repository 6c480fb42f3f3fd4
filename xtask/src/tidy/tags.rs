//! The table of `docs/correctness.md` is true: every pitfall has its row, every test that a row names
//! is there and carries the row's tag, and every test that carries a tag is named in its row.

use super::Source;
use std::collections::BTreeSet;

/// Where the table stands.
pub(super) const PAGE: &str = "docs/correctness.md";

/// Tags count from 1 to this, and two came later.
const LAST: u32 = 67;
const BETWEEN: [&str; 2] = ["T54b", "T54c"];

/// A row says this, with the reason, where a pitfall has no test.
const UNTESTED: &str = "not tested: ";

/// A test and the tag in its doc comment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Tagged {
    tag: String,
    path: String,
    test: String,
}

/// What is wrong with `page`, or with the tags in `sources`.
pub(super) fn problems(page: &str, sources: &[Source]) -> Vec<String> {
    let mut problems = Vec::new();
    let named = named(page, &mut problems);
    let mut carried = BTreeSet::new();
    for source in sources.iter().filter(|source| !source.path.starts_with("xtask/")) {
        carried.extend(carried_in(source, &mut problems));
    }
    problems.extend(named.difference(&carried).map(|Tagged { tag, path, test }| {
        format!("{PAGE}: {tag} names `{test}`, but no test of that name in {path} has the tag")
    }));
    problems.extend(carried.difference(&named).map(|Tagged { tag, path, test }| {
        format!("{path}: `{test}` has the tag {tag}, but {PAGE} does not name it there")
    }));
    problems
}

/// The tests that the rows name. Each tag must have one row, with a test or a reason.
fn named(page: &str, problems: &mut Vec<String>) -> BTreeSet<Tagged> {
    let mut named = BTreeSet::new();
    for tag in (1..=LAST).map(|number| format!("T{number}")).chain(BETWEEN.map(str::to_owned)) {
        let start = format!("| {tag} |");
        let mut rows = page.lines().filter(|line| line.starts_with(&start));
        let (row, further) = (rows.next(), rows.next());
        if row.is_none() || further.is_some() {
            problems.push(format!("{PAGE}: {tag} has no row, or more than one"));
        }
        let Some(tests) = row.and_then(|row| row.trim_end_matches(['|', ' ']).rsplit('|').next())
        else {
            continue;
        };
        let before = named.len();
        named.extend(tests_of(&tag, tests));
        if named.len() == before && !tests.contains(UNTESTED) {
            problems.push(format!("{PAGE}: {tag} names neither a test nor a reason"));
        }
    }
    named
}

/// A cell: a file in backticks, and then its tests.
fn tests_of(tag: &str, cell: &str) -> Vec<Tagged> {
    let mut path = "";
    let mut tests = Vec::new();
    for code in cell.split('`').skip(1).step_by(2) {
        if code.ends_with(".rs") {
            path = code;
        } else {
            tests.push(Tagged { tag: tag.into(), path: path.into(), test: code.into() });
        }
    }
    tests
}

/// The tests of a file that carry tags.
fn carried_in(source: &Source, problems: &mut Vec<String>) -> Vec<Tagged> {
    let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
    let mut carried = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(comment) = line.find("//").map(|from| &line[from..]) else { continue };
        for tag in tags_in(comment) {
            let test = if line.starts_with("///") { name_below(&lines[at..]) } else { None };
            match test {
                Some(test) => carried.push(Tagged { tag, path: source.path.clone(), test }),
                None => problems.push(
                    source.problem(at + 1, "a tag stands in the doc comment of a test, not here"),
                ),
            }
        }
    }
    carried
}

/// `T6` and `T54b` of `… [T6] … [T54b] …`.
fn tags_in(comment: &str) -> impl Iterator<Item = String> {
    comment.split('[').skip(1).filter_map(|rest| {
        let (inside, _) = rest.split_once(']')?;
        let number = inside.strip_prefix('T')?;
        let digits = number.starts_with(|first: char| first.is_ascii_digit());
        (digits && number.chars().all(char::is_alphanumeric)).then(|| inside.to_owned())
    })
}

/// The name of the test whose doc comment begins with these lines.
fn name_below(lines: &[&str]) -> Option<String> {
    let mut is_test = false;
    for line in lines.iter().skip_while(|line| line.starts_with("///")) {
        if line.starts_with("#[") {
            is_test |= *line == "#[test]";
        } else {
            let name = line.split_once("fn ")?.1;
            let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
            return is_test.then(|| name[..end].to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page in which every tag has a row, that of T1 with these tests.
    fn page(tests: &str) -> String {
        let tags = (2..=LAST).map(|number| format!("T{number}"));
        let others = tags.chain(BETWEEN.map(str::to_owned));
        let others = others.map(|tag| format!("| {tag} | what | not tested: why |\n"));
        format!("| T1 | what | {tests} |\n{}", others.collect::<String>())
    }

    #[track_caller]
    fn check(page: &str, text: &str, expected: &[&str]) {
        let source = Source { path: "tests/a.rs".into(), text: text.into() };
        assert_eq!(problems(page, &[source]), expected);
    }

    const TEST: &str = "/// [T1] Why.\n#[test]\nfn it_holds() {}";

    #[test]
    fn a_row_that_names_the_test_with_its_tag_is_true() {
        check(&page("`tests/a.rs`: `it_holds`"), TEST, &[]);
    }

    #[test]
    fn a_row_that_names_a_missing_test_is_found() {
        check(
            &page("`tests/a.rs`: `it_holds`, `it_went`"),
            TEST,
            &[
                "docs/correctness.md: T1 names `it_went`, but no test of that name in tests/a.rs has the tag",
            ],
        );
    }

    #[test]
    fn a_test_that_no_row_names_is_found() {
        check(
            &page("not tested: why"),
            TEST,
            &[
                "tests/a.rs: `it_holds` has the tag T1, but docs/correctness.md does not name it there",
            ],
        );
    }

    #[test]
    fn a_row_with_neither_test_nor_reason_and_a_missing_row_are_found() {
        check(&page(""), "", &["docs/correctness.md: T1 names neither a test nor a reason"]);
        let missing = page("not tested: why").replace("| T67 |", "| T68 |");
        check(&missing, "", &["docs/correctness.md: T67 has no row, or more than one"]);
    }

    #[test]
    fn a_tag_away_from_a_test_is_found() {
        let message = "a tag stands in the doc comment of a test, not here";
        let (first, second) =
            (format!("tests/a.rs:1: {message}"), format!("tests/a.rs:2: {message}"));
        let page = page("not tested: why");
        check(&page, "//! [T1] A module.\n/// [T1]\nfn no_test() {}", &[&first, &second]);
        check(&page, "let a = b[T1]; // b[index]", &[]);
    }
}
