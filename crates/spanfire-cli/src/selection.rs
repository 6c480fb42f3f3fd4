//! From the selection flags as typed to a [`Selection`] that the recording can answer.

use crate::args::SelectionArgs;
use crate::failure::Failure;
use crate::time::parse_ns;
use regex::Regex;
use spanfire_recording::{Callsite, CallsiteKind, LaneId, Recording};
use spanfire_views::{Replay, RequestTable, Selection};
use std::collections::BTreeSet;
use std::path::Path;

/// More names than this are more than one line tells.
const NAMES_SHOWN: usize = 8;
/// Closer than this (Jaro–Winkler), a name was probably meant.
const LIKENESS: f64 = 0.85;

/// What the flags say, before any recording is open.
pub fn understand(args: &SelectionArgs) -> Result<Selection, Failure> {
    let selection = Selection {
        from_ns: time("--from", args.from.as_deref())?,
        to_ns: time("--to", only("--to", &args.to)?)?,
        thread: pattern("--thread", args.thread.as_deref())?,
        root: args.root.clone(),
        focus: pattern("--focus", args.focus.as_deref())?,
        ignore: pattern("--ignore", args.ignore.as_deref())?,
        hide: pattern("--hide", args.hide.as_deref())?,
        min_duration_ns: time("--min-duration", args.min_duration.as_deref())?.unwrap_or(0),
    };
    match (selection.from_ns, selection.to_ns) {
        (Some(from), Some(to)) if from >= to => {
            Err(Failure::Usage("--from is not before --to: nothing lies between them".to_owned()))
        }
        _ => Ok(selection),
    }
}

fn only<'a>(flag: &str, typed: &'a [String]) -> Result<Option<&'a str>, Failure> {
    match typed {
        [] => Ok(None),
        [typed] => Ok(Some(typed)),
        _ => Err(Failure::Usage(format!("{flag} is given more than once"))),
    }
}

fn time(flag: &str, typed: Option<&str>) -> Result<Option<u64>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    match parse_ns(typed) {
        Some(ns) => Ok(Some(ns)),
        None => Err(Failure::Usage(format!(
            "{flag}: `{typed}` is not a time; write a number and a unit, such as 1.5s, 300ms, 20us, 15ns"
        ))),
    }
}

fn pattern(flag: &str, typed: Option<&str>) -> Result<Option<Regex>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    match Regex::new(typed) {
        Ok(pattern) => Ok(Some(pattern)),
        Err(error) => Err(Failure::Usage(format!(
            "{flag}: `{typed}` is not a regular expression: {}",
            last_line(&error.to_string())
        ))),
    }
}

/// The reason, without the drawing of the place that stands above it.
fn last_line(error: &str) -> &str {
    let line = error.lines().last().unwrap_or(error);
    line.strip_prefix("error: ").unwrap_or(line)
}

/// Refuses what names nothing in `recording` and would select nothing.
pub fn check(
    selection: Selection,
    path: &Path,
    recording: &Recording,
) -> Result<Selection, Failure> {
    let callsites = recording.callsites().iter();
    let spans: Vec<&Callsite> =
        callsites.filter(|callsite| callsite.kind == CallsiteKind::Span).collect();
    if let Some(root) = &selection.root
        && !spans.iter().any(|span| span.name == *root)
    {
        let names = spans.iter().map(|span| span.name.as_str()).collect();
        return Err(unknown_root(root, path, recording, &names));
    }
    if let Some(focus) = &selection.focus
        && !spans.iter().any(|span| matches(focus, span))
    {
        return Err(Failure::Usage(format!(
            "{}: no span matches --focus `{focus}`; `spanfire top` lists the spans",
            path.display()
        )));
    }
    let threads = thread_labels(recording);
    if let Some(thread) = &selection.thread
        && !threads.iter().any(|label| thread.is_match(label))
    {
        return Err(Failure::Usage(format!(
            "{}: no thread matches `{thread}`; the threads here are {}",
            path.display(),
            listed(threads.iter().map(String::as_str))
        )));
    }
    Ok(selection)
}

/// As the views do it: in the name, and in the path.
fn matches(pattern: &Regex, callsite: &Callsite) -> bool {
    let path = format!("{}::{}", callsite.target, callsite.name);
    pattern.is_match(&callsite.name) || pattern.is_match(&path)
}

fn thread_labels(recording: &Recording) -> BTreeSet<String> {
    let lanes = recording.lanes().iter().zip(0..);
    lanes.map(|(lane, number)| lane.label(LaneId(number))).collect()
}

fn unknown_root(root: &str, path: &Path, recording: &Recording, names: &BTreeSet<&str>) -> Failure {
    let meant = closest(root, names);
    let meant = meant.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default();
    let replay = Replay::new(recording, Selection::default());
    let roots = match RequestTable::of(&replay) {
        Ok(table) => {
            let requests = table.requests().iter();
            let roots: BTreeSet<&str> =
                requests.map(|request| table.callsite(request).name.as_str()).collect();
            format!("the roots here are {}", listed(roots.into_iter()))
        }
        Err(error) => return Failure::reading(path, &error),
    };
    Failure::Usage(format!("{}: no span is named `{root}`{meant}; {roots}", path.display()))
}

fn closest<'a>(typed: &str, names: &BTreeSet<&'a str>) -> Option<&'a str> {
    let likeness = |name: &&str| strsim::jaro_winkler(typed, name);
    let best = names.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) >= LIKENESS).then_some(best)
}

/// `a, b, c and 4 more`.
fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(NAMES_SHOWN);
    let shown: Vec<&str> = names.take(NAMES_SHOWN).collect();
    match (shown.is_empty(), more) {
        (true, _) => "none".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
