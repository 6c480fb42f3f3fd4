//! An experiment as people read it.

use super::Tried;
use crate::duration;
use crate::tables::{self, layout};
use spanfire_views::{Additivity, Claim, Comparison, Effect, Ratio};
use std::io::{self, Write};

pub(super) fn write(tried: &Tried, sink: &mut dyn Write) -> io::Result<()> {
    let (header, rows) = table(tried);
    let times = header.iter().filter(|name| name.ends_with(" time")).count();
    let mut table = layout::table(&header, 1 + times);
    for row in rows {
        table.add_row(row);
    }
    writeln!(sink, "{}\n", table.trim_fmt())?;
    writeln!(sink, "{}", rounds(tried))?;
    if let Some(found) = &tried.findings.additivity {
        writeln!(sink, "{}", adds_up(found))?;
    }
    for note in &tried.notes {
        writeln!(sink, "note: {}", tables::printable(note))?;
    }
    Ok(())
}

/// The header, and a row for each arm: numbers first, then the arm and what may be said of it.
pub(super) fn table(tried: &Tried) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let effects = &tried.findings.effects;
    let has_cpu = effects.iter().any(|effect| effect.cpu.is_some());
    let mut header = vec!["runs", "wall", "spread"];
    header.extend(has_cpu.then_some("CPU"));
    header.extend(["arm", "wall time"]);
    header.extend(has_cpu.then_some("CPU time"));
    (header, effects.iter().map(|effect| cells(effect, tried, has_cpu)).collect())
}

fn cells(effect: &Effect, tried: &Tried, has_cpu: bool) -> Vec<String> {
    let time =
        |side: Option<&Comparison>| side.map_or("–".to_owned(), |side| duration(side.median_ns));
    let said =
        |side: Option<&Comparison>, band| side.map_or(String::new(), |side| says(side, band));
    let (wall, cpu) = (effect.wall.as_ref(), effect.cpu.as_ref());
    let spread = wall.map_or("–".to_owned(), |wall| format!("{:.1} %", wall.spread * 100.0));
    let mut cells = vec![effect.runs.to_string(), time(wall), spread];
    cells.extend(has_cpu.then(|| time(cpu)));
    cells.push(effect.arm.name());
    cells.push(said(wall, tried.findings.wall_band));
    cells.extend(has_cpu.then(|| said(cpu, tried.findings.cpu_band)));
    cells
}

/// What may be said of one arm: `costs 5.2 % [4.0, 6.1]`, `no cost shown (within A/A band ±1.2 %)`.
fn says(side: &Comparison, band: Option<f64>) -> String {
    let band = band.map_or(String::new(), |band| format!("±{:.1} %", (band - 1.0) * 100.0));
    match (side.claim, side.ratio, side.typical) {
        (Claim::Costs, Some(ratio), _) => {
            format!("costs {:.1} % {}", percent(ratio.ratio), interval(&ratio))
        }
        (Claim::Saves, Some(ratio), _) => {
            format!("saves {:.1} % {}", -percent(ratio.ratio), interval(&ratio))
        }
        (Claim::NoneShown, Some(_), _) => format!("no cost shown (within A/A band {band})"),
        (Claim::Unclear, Some(ratio), _) => {
            format!("unclear: {}, A/A band {band}", with_interval(&ratio))
        }
        (Claim::Reference, Some(ratio), _) => format!("{}: chance (A/A)", with_interval(&ratio)),
        (_, _, Some(typical)) => format!("{}: too few rounds to say", signed(percent(typical))),
        _ => String::new(),
    }
}

/// The same in fewer words, for where the band is drawn.
pub(super) fn verdict(side: &Comparison) -> String {
    match (side.claim, side.ratio) {
        (Claim::NoneShown, Some(_)) => "within A/A noise".to_owned(),
        (Claim::Unclear, Some(ratio)) => format!("unclear: {}", with_interval(&ratio)),
        (Claim::Reference, Some(ratio)) => format!("chance: {}", with_interval(&ratio)),
        _ => says(side, None),
    }
}

/// How much was tried, and how.
pub(super) fn rounds(tried: &Tried) -> String {
    let rounds = tables::counted(tried.findings.rounds as u64, "round");
    let of = match tried.findings.rounds < tried.planned_rounds {
        true => format!(" of {}", tried.planned_rounds),
        false => String::new(),
    };
    let seed = tried.experiment.seed();
    format!(
        "{rounds}{of}, arms in random order (seed {seed}); [low, high] holds the cost in 95 of 100 experiments"
    )
}

/// Whether compensation adds up.
pub(super) fn adds_up(found: &Additivity) -> String {
    let spans = tables::counted(found.spans, "span");
    let ours = duration(found.ours_ns);
    let left = |side: Option<Ratio>, what: &str| {
        side.map(|ratio| format!("{} {what}", with_interval(&ratio)))
    };
    let left: Vec<String> = [left(found.wall, "wall time"), left(found.cpu, "CPU time")]
        .into_iter()
        .flatten()
        .collect();
    let left = match left.is_empty() {
        true => "too few rounds to say what is left".to_owned(),
        false => format!("left beside off: {}", left.join(", ")),
    };
    format!("recording says {spans} cost {ours}; without that, {left}")
}

fn percent(ratio: f64) -> f64 {
    (ratio - 1.0) * 100.0
}

/// A change with its sign, which what rounds to nothing has not.
fn signed(percent: f64) -> String {
    match (percent * 10.0).round() / 10.0 {
        0.0 => "0.0 %".to_owned(),
        percent if percent < 0.0 => format!("−{:.1} %", -percent),
        percent => format!("+{percent:.1} %"),
    }
}

/// A change and its interval, as in `+3.0 % [+2.1, +4.2]`.
pub(super) fn with_interval(ratio: &Ratio) -> String {
    format!("{} {}", signed(percent(ratio.ratio)), interval(ratio))
}

fn interval(ratio: &Ratio) -> String {
    let end = |ratio: f64| signed(percent(ratio)).trim_end_matches(" %").to_owned();
    format!("[{}, {}]", end(ratio.low), end(ratio.high))
}
