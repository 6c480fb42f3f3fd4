//! `spanfire export --to parquet`: a directory of tables.

use super::{lacking_in_origin, samples_left_out};
use crate::args::{ExportArgs, SelectionArgs};
use crate::directory::Directory;
use crate::failure::Failure;
use crate::input::Input;
use crate::time::parse_ns;
use spanfire_render::export::{Carried, ParquetOptions, ParquetSinks, Source, parquet};

const FILES: [&str; 5] = [
    "spans.parquet",
    "segments.parquet",
    "callsites.parquet",
    "rollups.parquet",
    "processes.parquet",
];

/// Writes the tables of the selected part.
pub fn tables(args: &ExportArgs, part: &SelectionArgs) -> Result<Carried, Failure> {
    if args.output.as_os_str() == "-" {
        let message =
            "export --to parquet: the result is a directory of tables; name it with -o DIR";
        return Err(Failure::Usage(message.to_owned()));
    }
    let options = options(args)?;
    let input = Input::open_part(&args.input.file, part)?;
    let directory = Directory::open(&args.output, &FILES)?;
    let mut files = directory.files()?;
    let [spans, segments, callsites, rollups, processes] = &mut files[..] else {
        return Err(Failure::bad(&args.output, "cannot write: files are missing"));
    };
    let names = args.stacks.names.into();
    let sinks = ParquetSinks { spans, segments, callsites, rollups, processes };
    let done = input.replay(|replay| parquet(&Source { replay, names }, &options, sinks));
    let mut carried = done.map_err(|error| match error.recording() {
        Some(error) => Failure::reading(input.path(), error),
        None => Failure::bad(&args.output, error),
    })?;
    drop(files);
    directory.finish()?;
    carried
        .notes
        .extend([samples_left_out(&input), lacking_in_origin(&input)].into_iter().flatten());
    Ok(carried)
}

fn options(args: &ExportArgs) -> Result<ParquetOptions, Failure> {
    let default = ParquetOptions::default();
    let bucket_ns = match &args.bucket {
        None => default.bucket_ns,
        Some(typed) => parse_ns(typed).filter(|&ns| ns > 0).ok_or_else(|| {
            Failure::Usage(format!(
                "--bucket: `{typed}` is not a time above zero; write one such as 1min, 10s, 250ms"
            ))
        })?,
    };
    let (service, version) = (args.service.clone(), args.service_version.clone());
    Ok(ParquetOptions { service, version, bucket_ns })
}
