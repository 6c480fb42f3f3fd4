//! A diff as a table for people, and what may be concluded from it.

use super::amount::{Scale, change, difference, percent};
use super::order::{ordered_names, ordered_paths};
use super::rows::{Shown, word};
use super::{DiffOptions, DiffRows, DiffWeight};
use crate::duration;
use crate::tables::{count, counted, layout, printable};
use spanfire_views::{Change, Diff, FALSE_DISCOVERY_RATE, Measure, NameDiff, Names, Verdict};
use std::collections::HashMap;
use std::io::{self, Write};

/// Writes the rows that the options ask for, and under them the totals.
pub(super) fn write(diff: &Diff, options: &DiffOptions, sink: &mut dyn Write) -> io::Result<()> {
    if diff.names().is_empty() {
        return writeln!(sink, "no spans");
    }
    match options.rows {
        DiffRows::Names => write_names(diff, options, sink)?,
        DiffRows::Paths => write_paths(diff, options, sink)?,
    }
    let weight = options.weight;
    let all = Scale::per_recording(diff.recordings()).described(weight, diff.total(weight.width()));
    let what = match weight {
        DiffWeight::Total | DiffWeight::SelfTime => "Σ self",
        DiffWeight::Idle => "Σ idle",
        DiffWeight::Count => "spans",
        DiffWeight::Cpu => "Σ on cpu",
        DiffWeight::Blocked => "Σ blocked",
    };
    writeln!(sink, "{what} {all}")?;
    if options.rows == DiffRows::Names {
        writeln!(sink, "{}", verdicts(diff, weight.measure()))?;
        writeln!(sink, "{}", what_it_says(diff.recordings(), options.threshold))?;
    }
    Ok(())
}

fn write_names(diff: &Diff, options: &DiffOptions, sink: &mut dyn Write) -> io::Result<()> {
    let shown = ordered_names(diff, options);
    let measure = options.weight.measure();
    let per_span = match measure {
        Measure::SelfTime => ["self before", "self after", "Δ Σ self"],
        Measure::Idle => ["idle before", "idle after", "Δ Σ idle"],
        Measure::Cpu => ["on cpu before", "on cpu after", "Δ Σ on cpu"],
        Measure::Blocked => ["blocked before", "blocked after", "Δ Σ blocked"],
        _ => ["mean before", "mean after", "Δ Σ busy"],
    };
    let [before, after, sum] = per_span;
    let header =
        ["verdict", "change", "99.5 % interval", before, after, "p50", "p99", "spans", sum];
    let mut table = layout::table(&[&header[..], &["name"]].concat(), 1);
    let scale = Scale::per_recording(diff.recordings());
    for (name, label) in shown.iter().zip(labels(diff, &shown, options.names)) {
        let of = name.change(measure);
        let [sum_before, sum_after] = scale.rounded(name.sum_ns(measure));
        let is_known = name.knows(measure);
        let both_known = (0..2).all(|side| is_known[side] || name.sides()[side].is_none());
        table.add_row([
            word(of.verdict).to_owned(),
            of.shift.map_or("–".to_owned(), |shift| percent(shift.ratio)),
            interval(of),
            side(of.before_ns, is_known[0]),
            side(of.after_ns, is_known[1]),
            quantile(name.change(Measure::P50)),
            quantile(name.change(Measure::P99)),
            spans(scale.rounded(name.spans())),
            if both_known { difference(sum_before, sum_after) } else { "–".to_owned() },
            printable(&label),
        ]);
    }
    writeln!(sink, "{}", table.trim_fmt())
}

fn interval(change: &Change) -> String {
    let shift = change.shift;
    shift.map_or("–".to_owned(), |shift| {
        format!("{} … {}", percent(shift.low), percent(shift.high))
    })
}

fn side(ns: u64, is_known: bool) -> String {
    if is_known { duration(ns) } else { "–".to_owned() }
}

/// A change of a quantile, in brackets where it may be noise.
fn quantile(of: &Change) -> String {
    let text = change(of.before_ns as f64, of.after_ns as f64);
    match of.verdict {
        Verdict::Slower | Verdict::Faster | Verdict::Same => text,
        Verdict::Unclear => format!("({text})"),
        Verdict::New | Verdict::Gone => "–".to_owned(),
    }
}

fn spans([before, after]: [u64; 2]) -> String {
    match before == after {
        true => count(after),
        false => format!("{} → {}", count(before), count(after)),
    }
}

/// Labels, with the place in the source where a label alone would name two rows.
fn labels(diff: &Diff, shown: &[&NameDiff], names: Names) -> Vec<String> {
    let labels: Vec<String> = shown.iter().map(|name| diff.label(name.frame, names)).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for label in &labels {
        *uses.entry(label).or_default() += 1;
    }
    let told_apart = |(label, name): (&String, &&NameDiff)| match uses[label.as_str()] {
        1 => label.clone(),
        _ => diff.label(name.frame, Names::Location),
    };
    labels.iter().zip(shown).map(told_apart).collect()
}

fn write_paths(diff: &Diff, options: &DiffOptions, sink: &mut dyn Write) -> io::Result<()> {
    let header = [
        "standing",
        "change",
        "before",
        "after",
        "share before",
        "share after",
        "self before",
        "self after",
        "spans",
        "path",
    ];
    let mut table = layout::table(&header, 1);
    for (path, row) in ordered_paths(diff, options) {
        let Shown { compared: [before, after], total_ns, share, self_ns } = row.shown;
        table.add_row([
            row.standing.to_owned(),
            change(before as f64, after as f64),
            duration(total_ns[0]),
            duration(total_ns[1]),
            format!("{:.1} %", share[0] * 100.0),
            format!("{:.1} %", share[1] * 100.0),
            duration(self_ns[0]),
            duration(self_ns[1]),
            spans([row.count_before, row.count_after]),
            path,
        ]);
    }
    writeln!(sink, "{}", table.trim_fmt())
}

/// How many names got each verdict.
fn verdicts(diff: &Diff, measure: Measure) -> String {
    let words = [
        Verdict::Slower,
        Verdict::Faster,
        Verdict::Same,
        Verdict::Unclear,
        Verdict::New,
        Verdict::Gone,
    ];
    let with = |verdict: Verdict| {
        let names = diff.names().iter();
        names.filter(|name| name.change(measure).verdict == verdict).count()
    };
    let parts: Vec<String> = words
        .into_iter()
        .filter(|&verdict| with(verdict) > 0)
        .map(|verdict| format!("{} {}", count(with(verdict) as u64), word(verdict)))
        .collect();
    format!("{}: {}", counted(diff.names().len() as u64, "name"), parts.join(", "))
}

/// What the verdicts mean, in three lines.
fn what_it_says(recordings: [usize; 2], threshold: f64) -> String {
    let [before, after] = recordings;
    let least = percent(1.0 + threshold).trim_start_matches('+').to_owned();
    let noise = match recordings {
        [1, 1] => "than what varies inside these two recordings".to_owned(),
        _ => format!("than what varies among {before} recordings before and {after} after"),
    };
    let limit = match recordings {
        [1, 1] => {
            "\nWhat varies from run to run is not in one recording; add more runs with --before and --after."
        }
        _ => "",
    };
    format!(
        "slower, faster: more {noise}, and at least {least}; of names called so, about {} % may be \
         neither.{limit}",
        FALSE_DISCOVERY_RATE * 100.0
    )
}
