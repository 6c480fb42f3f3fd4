//! `spanfire diff`.

use super::ROWS_IN_A_TABLE;
use crate::args::{DiffArgs, DiffFormat, DiffWeightWord, FailIf};
use crate::failure::{Failure, say};
use crate::input::Input;
use crate::output::Output;
use spanfire_render::diff::{DiffOptions, flamegraph, table};
use spanfire_render::tables::{Format, counted};
use spanfire_render::{Report, ReportOptions, SEGMENTS_IN_A_PAGE, diff_report};
use spanfire_views::{Diff, DiffSide, Measure, Stacks, Verdict};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What `--fail-if` exits with where it applies: neither 1 nor 2, which say that nothing was
/// compared.
const CHANGED: u8 = 3;

/// More names than this are more than one line tells.
const NAMES_SHOWN: usize = 5;

/// Shows what changed between two sides.
pub fn diff(args: &DiffArgs) -> Result<ExitCode, Failure> {
    refuse_compensated(args)?;
    refuse_page(args)?;
    let before = std::iter::once(&args.before).chain(&args.more_before);
    let after = std::iter::once(&args.after).chain(&args.more_after);
    let paths: Vec<&PathBuf> = before.chain(after).collect();
    let inputs = Input::open_each(&paths, &args.selection)?;
    let output = Output::open_beside(&args.output, &paths)?;
    let (before, after) = inputs.split_at(1 + args.more_before.len());
    refuse_unlike(&inputs, args)?;
    let options = options(args);
    let compared = |stacks, reversed| -> Result<Diff, Failure> {
        let sides = [side(before, stacks, reversed)?, side(after, stacks, reversed)?];
        refuse_unknown(&sides, &inputs, args)?;
        let [before, after] = sides;
        Ok(Diff::of(&before, &after, options.threshold))
    };
    let diff = compared(stacks(args), args.reverse)?;
    let is_drawn = matches!(format(args), DiffFormat::Svg | DiffFormat::Html);
    if is_drawn && diff.names().is_empty() {
        return Err(inputs[0].empty("spans to compare"));
    }
    let page = match format(args) {
        // The page reverses by itself, and shows both kinds of stack.
        DiffFormat::Html => Some((
            [recorded(&before[0], args)?, recorded(&after[0], args)?],
            [compared(Stacks::Thread, false)?, compared(Stacks::Span, false)?],
        )),
        _ => None,
    };
    output.write(|sink| match (format(args), &page) {
        (DiffFormat::Html, Some((reports, diffs))) => {
            let pages = reports.each_ref().map(|(report, options)| (report, options));
            diff_report(pages, diffs.each_ref(), &options, sink)
        }
        (DiffFormat::Svg, _) => flamegraph(&diff, &options, sink),
        (DiffFormat::Json, _) => table(&diff, &options, Format::Json, sink),
        (DiffFormat::Csv, _) => table(&diff, &options, Format::Csv, sink),
        _ => table(&diff, &options, Format::Table, sink),
    })?;
    let failed = args.fail_if.is_some_and(|wanted| fails(wanted, &diff, &options));
    Ok(if failed { ExitCode::from(CHANGED) } else { ExitCode::SUCCESS })
}

/// What recording took is known to about a quarter, the same on both sides; a test of single spans cannot take
/// that into its interval.
fn refuse_compensated(args: &DiffArgs) -> Result<(), Failure> {
    match args.compensated {
        true => Err(Failure::Usage(
            "diff: compensated times cannot be tested; recording costs both sides alike, so leave \
             --compensated out, or compare what `spanfire top --compensated` says of each"
                .to_owned(),
        )),
        false => Ok(()),
    }
}

/// The page works its stacks out anew for what is selected in it, and does not have the switches.
fn refuse_page(args: &DiffArgs) -> Result<(), Failure> {
    match is_of_processors(args) && format(args) == DiffFormat::Html {
        true => Err(Failure::Usage(
            "diff: a page does not know when threads ran on a processor; with --weight cpu and \
             blocked write OUT.svg, OUT.json, OUT.csv or a table"
                .to_owned(),
        )),
        false => Ok(()),
    }
}

fn is_of_processors(args: &DiffArgs) -> bool {
    matches!(args.weight, DiffWeightWord::Cpu | DiffWeightWord::Blocked)
}

/// Where switches do not tell when the threads of a recording ran, nothing can be said of processors.
fn refuse_unknown(sides: &[DiffSide; 2], inputs: &[Input], args: &DiffArgs) -> Result<(), Failure> {
    if !is_of_processors(args) {
        return Ok(());
    }
    let [before, after] = sides.each_ref().map(DiffSide::without_switches);
    let lacking = before.or(after.map(|index| 1 + args.more_before.len() + index));
    lacking.map_or(Ok(()), |index| Err(inputs[index].without_switches()))
}

/// Recordings that count different things have no difference. Where calls are not known, neither is what varies from
/// one to the next, which a verdict is made of.
fn refuse_unlike(inputs: &[Input], args: &DiffArgs) -> Result<(), Failure> {
    let unit = |input: &Input| input.origin().and_then(|origin| origin.unit.clone());
    let shown = |input: &Input| unit(input).unwrap_or("times".to_owned());
    if let [first, others @ ..] = inputs
        && let Some(other) = others.iter().find(|other| unit(other) != unit(first))
    {
        return Err(Failure::Usage(format!(
            "diff: {} holds {}, and {} {}; import both with the same weight",
            first.path().display(),
            shown(first),
            other.path().display(),
            shown(other),
        )));
    }
    let without_calls = inputs.iter().find(|input| input.origin().is_some_and(|of| of.lacks.calls));
    let Some(input) = without_calls else { return Ok(()) };
    let path = input.path().display();
    if args.fail_if.is_some() {
        return Err(Failure::Usage(format!(
            "--fail-if: {path} has no counts of calls, so nothing says what is more than noise"
        )));
    }
    say(&format!(
        "{path}: without counts of calls: compare Σ busy and Σ self; a mean is of stays in a frame, and verdicts say little"
    ));
    Ok(())
}

/// One recording of the page, as `spanfire report` writes it. Of several on a side the first is
/// shown; the table tells of all.
fn recorded<'a>(input: &'a Input, args: &DiffArgs) -> Result<(Report<'a>, ReportOptions), Failure> {
    let options = ReportOptions {
        title: input.name(),
        selection: args.selection.described().unwrap_or_default(),
        resolution_ns: 1,
    };
    Ok((
        input.view(|replay| Report::of(input.recording(), replay, SEGMENTS_IN_A_PAGE / 2))?,
        options,
    ))
}

/// The recordings of one side, replayed one after the other.
fn side(inputs: &[Input], stacks: Stacks, reversed: bool) -> Result<DiffSide, Failure> {
    let mut side = DiffSide::new(stacks, reversed);
    for input in inputs {
        input.view(|replay| side.add(replay))?;
    }
    Ok(side)
}

fn stacks(args: &DiffArgs) -> Stacks {
    match args.stacks {
        Some(stacks) => stacks.into(),
        None if args.selection.root.is_some() => Stacks::Span,
        None => Stacks::Thread,
    }
}

fn options(args: &DiffArgs) -> DiffOptions {
    DiffOptions {
        title: args.title.clone().unwrap_or_else(|| title(args)),
        subtitle: args.selection.described(),
        weight: args.weight.into(),
        share: args.share,
        threshold: args.threshold,
        names: args.names.into(),
        icicle: args.icicle,
        rows: args.by.into(),
        limit: match (args.limit, format(args)) {
            (Some(0), _) => None,
            (None, DiffFormat::Table) => Some(ROWS_IN_A_TABLE),
            (limit, _) => limit,
        },
    }
}

/// What was typed, else what the name of the file says.
fn format(args: &DiffArgs) -> DiffFormat {
    let ending = args.output.extension().and_then(|ending| ending.to_str());
    args.format.unwrap_or(match ending {
        Some("svg") => DiffFormat::Svg,
        Some("json") => DiffFormat::Json,
        Some("csv") => DiffFormat::Csv,
        Some("html") => DiffFormat::Html,
        _ => DiffFormat::Table,
    })
}

/// The names of the files, with their folders where that alone tells them apart.
fn title(args: &DiffArgs) -> String {
    let alike = args.before.file_name() == args.after.file_name();
    let side = |path: &Path, more: usize| {
        let name = path.file_name().filter(|_| !alike).unwrap_or(path.as_os_str());
        let name = name.to_string_lossy();
        match more {
            0 => name.into_owned(),
            more => format!("{name} and {more} more"),
        }
    };
    let before = side(&args.before, args.more_before.len());
    format!("{before} → {}", side(&args.after, args.more_after.len()))
}

/// Says which names are slower by as much as was asked for.
fn fails(wanted: FailIf, diff: &Diff, options: &DiffOptions) -> bool {
    let measure: Measure = options.weight.measure();
    let slower = diff.names().iter().filter_map(|name| {
        let change = name.change(measure);
        let shift = change.shift.filter(|_| change.verdict == Verdict::Slower)?;
        let by = shift.ratio - 1.0;
        let label = diff.label(name.frame, options.names);
        (by >= wanted.slower_by).then(|| format!("{label} (+{:.1} %)", by * 100.0))
    });
    let mut slower: Vec<String> = slower.collect();
    if slower.is_empty() {
        return false;
    }
    let number = counted(slower.len() as u64, "name");
    let verb = if slower.len() == 1 { "is" } else { "are" };
    let more = match slower.len().saturating_sub(NAMES_SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    slower.truncate(NAMES_SHOWN);
    say(&format!("{number} {verb} slower: {}{more}", slower.join(", ")));
    true
}
