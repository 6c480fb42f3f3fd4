//! `spanfire chart`.

use super::overhead::ledger;
use crate::args::ChartArgs;
use crate::failure::{Failure, say};
use crate::input::Input;
use crate::output::Output;
use spanfire_render::{ChartOptions, chart_resolution_ns};
use spanfire_views::{Replay, RequestChart, RequestId, RequestTable, Timeline};
use std::path::PathBuf;
use std::process::ExitCode;

/// More spans than this make a picture that no viewer opens.
const SPANS_IN_A_REQUEST: usize = 10_000;

/// Draws what ran when.
pub fn chart(args: &ChartArgs) -> Result<ExitCode, Failure> {
    let input = Input::open(&args.input)?;
    let options = ChartOptions {
        names: args.names.into(),
        title: args.title.clone().or_else(|| untimed_title(&input)),
        subtitle: input.described(&args.input.selection),
    };
    match &args.request {
        Some(typed) => request(args, &input, typed, &options)?,
        None => threads(args, &input, &options)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The title of a picture whose axis is no time.
fn untimed_title(input: &Input) -> Option<String> {
    let lacks = input.origin()?.lacks;
    let title = match (lacks.order, lacks.times) {
        (true, _) => "Stacks side by side, not in time",
        (false, true) => "Samples in their order, not in time",
        (false, false) => return None,
    };
    Some(title.to_owned())
}

/// Segments that would be narrower than a pixel are merged before they are drawn.
fn threads(args: &ChartArgs, input: &Input, options: &ChartOptions) -> Result<(), Failure> {
    let output = Output::open(&path(args, input, "chart.svg"), input.path())?;
    fn resolution_ns(replay: &Replay<'_>) -> u64 {
        chart_resolution_ns(&Timeline::range_of(replay))
    }
    let timeline = match args.compensated {
        false => input.view(|replay| Timeline::of(replay, resolution_ns(replay)))?,
        true => {
            let view = input.view(|replay| Timeline::compensated(replay, resolution_ns(replay)))?;
            view.ok_or_else(|| ledger::unknown(input))?
        }
    };
    if timeline.lanes.is_empty() {
        return Err(input.empty("spans to draw"));
    }
    let callsites = input.recording().callsites();
    output.write(|sink| spanfire_render::thread_chart(&timeline, callsites, options, sink))
}

fn request(
    args: &ChartArgs,
    input: &Input,
    typed: &str,
    options: &ChartOptions,
) -> Result<(), Failure> {
    let id = request_id(input, typed)?;
    let output = Output::open(&path(args, input, &format!("request-{id}.svg")), input.path())?;
    let chart = match args.compensated {
        false => input.view(|replay| RequestChart::of(replay, id, SPANS_IN_A_REQUEST))?,
        true => {
            let compensated =
                |replay: &Replay<'_>| RequestChart::compensated(replay, id, SPANS_IN_A_REQUEST);
            input.view(compensated)?.ok_or_else(|| ledger::unknown(input))?
        }
    };
    let Some(chart) = chart else { return Err(no_request(input, typed)?) };
    if chart.left_out > 0 {
        say(&format!(
            "request {id} has {} spans; the {SPANS_IN_A_REQUEST} that lived longest are drawn",
            chart.request.spans
        ));
    }
    let (callsites, lanes) = (input.recording().callsites(), input.recording().lanes());
    output.write(|sink| spanfire_render::request_chart(&chart, callsites, lanes, options, sink))
}

fn request_id(input: &Input, typed: &str) -> Result<RequestId, Failure> {
    if typed == "slowest" {
        let table = input.view(RequestTable::of)?;
        return table.slowest().map(|request| request.id).ok_or_else(|| input.empty("requests"));
    }
    match typed.parse() {
        Ok(number) => Ok(RequestId(number)),
        Err(_) => Err(Failure::Usage(format!(
            "--request: `{typed}` is not a request; write its number in `spanfire requests`, or `slowest`"
        ))),
    }
}

/// What there is instead.
fn no_request(input: &Input, typed: &str) -> Result<Failure, Failure> {
    let table = input.view(RequestTable::of)?;
    let [first, .., last] = table.requests() else {
        return Ok(match table.requests() {
            [only] => unknown(input, typed, &format!("the only one here is {}", only.id)),
            _ => unknown(input, typed, "there are none here"),
        });
    };
    let slowest = table.slowest().map_or(first.id, |request| request.id);
    let here = format!(
        "{} are here, from {} to {}; the slowest is {slowest}",
        table.requests().len(),
        first.id,
        last.id,
    );
    Ok(unknown(input, typed, &here))
}

fn unknown(input: &Input, typed: &str, here: &str) -> Failure {
    Failure::Usage(format!("{}: there is no request {typed}; {here}", input.path().display()))
}

fn path(args: &ChartArgs, input: &Input, ending: &str) -> PathBuf {
    args.output.clone().unwrap_or_else(|| input.sibling(ending))
}
