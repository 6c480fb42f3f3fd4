//! `spanfire flamegraph`.

use super::{call_tree, overhead::ledger, stacks};
use crate::args::{FlamegraphArgs, Weight};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::Output;
use spanfire_render::FlamegraphOptions;
use std::path::Path;
use std::process::ExitCode;

/// Draws the merged graph.
pub fn flamegraph(args: &FlamegraphArgs) -> Result<ExitCode, Failure> {
    let input = Input::open(&args.input)?;
    let ending = if args.stacks.reverse { "reversed.svg" } else { "flamegraph.svg" };
    let path = args.output.clone().unwrap_or_else(|| input.sibling(ending));
    let output = Output::open(&path, input.path())?;
    if matches!(args.stacks.weight, Weight::Count) {
        input.refuse_without_calls("--weight count")?;
    }
    if args.compensated {
        return compensated(args, &input, output);
    }
    let tree = call_tree(&input, &args.stacks, args.input.selection.root.is_some())?;
    let weight = args.stacks.weight.into();
    if tree.total(weight) == 0 {
        return Err(input.empty("time of that kind to draw"));
    }
    let options = FlamegraphOptions { weight, ..options(args, &input) };
    output.write(|sink| spanfire_render::flamegraph(&tree, &options, sink))?;
    Ok(ExitCode::SUCCESS)
}

fn options(args: &FlamegraphArgs, input: &Input) -> FlamegraphOptions {
    FlamegraphOptions {
        names: args.stacks.names.into(),
        icicle: args.icicle,
        title: args.title.clone().unwrap_or_else(|| title(input, args.stacks.reverse)),
        subtitle: input.described(&args.input.selection),
        unit: input.origin().and_then(|origin| origin.unit.clone()),
        ..FlamegraphOptions::default()
    }
}

/// The same without what recording took, which is known of busy time only.
fn compensated(args: &FlamegraphArgs, input: &Input, output: Output) -> Result<ExitCode, Failure> {
    if !matches!(args.stacks.weight, Weight::Busy) {
        let message = "--compensated is about busy time: leave --weight out";
        return Err(Failure::Usage(message.to_owned()));
    }
    let ledger = ledger::read(input)?;
    let tree = ledger.stacks(stacks(args.stacks.stacks, args.input.selection.root.is_some()));
    if tree.nodes()[0].account.busy.ns == 0 {
        return Err(input.empty("time beside what recording took"));
    }
    let tree = if args.stacks.reverse { &tree.reversed() } else { tree };
    let options = options(args, input);
    output.write(|sink| spanfire_render::compensated_flamegraph(tree, &options, sink))?;
    Ok(ExitCode::SUCCESS)
}

/// The program, and which way the stacks are read.
fn title(input: &Input, reversed: bool) -> String {
    let executable = Path::new(&input.recording().header().executable).file_name();
    let program = executable.unwrap_or(input.path().as_os_str()).to_string_lossy();
    match reversed {
        true => format!("{program}, stacks reversed"),
        false => program.into_owned(),
    }
}
