//! Folded stacks: lines of `frame;frame;frame weight`, as stackcollapse scripts, inferno and others write them.
//!
//! The format has no times, no order, no threads and no unit: a weight is a number of nanoseconds, samples or
//! bytes, which [`Options::unit`] tells. Names may hold spaces; a weight may have decimals. Memory: the distinct stacks.

use crate::callsites::Frame;
use crate::content::Content;
use crate::error::Error;
use crate::lines::Lines;
use crate::number::scaled;
use crate::options::{Format, Options, Unit};
use crate::profile::{DEEPEST, Profile};
use crate::stack_tree::StackTree;
use spanfire_recording::{CallsiteId, Lacks};

/// What a weight is called as long as nobody says what it is.
const UNKNOWN_UNIT: &str = "units of weight";

/// Whether a line is a stack with a weight.
pub(crate) fn is_one(line: &str) -> bool {
    stack_and_weight(line).is_some_and(|(_, weight)| scaled(weight, 1).is_some())
}

/// Reads folded stacks.
pub(crate) fn read(content: Content<'_>, options: &Options) -> Result<Profile, Error> {
    let mut profile = Profile::new(Format::Folded);
    profile.origin.lacks = Lacks { times: true, order: true, threads: true, calls: true };
    let scale = match &options.unit {
        Some(Unit::Time(ns)) => {
            profile.origin.period_ns = (*ns > 1).then_some(*ns);
            *ns
        }
        Some(Unit::Of(unit)) => {
            profile.origin.unit = Some(unit.clone());
            1
        }
        None => {
            profile.origin.unit = Some(UNKNOWN_UNIT.to_owned());
            1
        }
    };
    let mut tree = StackTree::default();
    let mut lines = Lines::new(content.into_reader());
    let mut stack: Vec<CallsiteId> = Vec::new();
    let mut counts = Counts::default();
    while let Some(line) = lines.next()? {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (frames, weight) = stack_and_weight(&line)
            .map(|(frames, weight)| (frames.to_owned(), weight.to_owned()))
            .unwrap_or_default();
        let number = lines.number;
        let Some((weight, exact)) = scaled(&weight, scale) else {
            return Err(Error::line(number, no_weight(&weight)));
        };
        counts.lines += 1;
        counts.rounded += u64::from(!exact);
        counts.two_columns += u64::from(is_one(&frames));
        stack.clear();
        for name in frames.split(';') {
            stack.push(profile.callsites.number(&Frame { name, ..Frame::default() })?);
        }
        if stack.len() > DEEPEST {
            let deep =
                format!("a stack of {} frames; {DEEPEST} are the most that is read", stack.len());
            return Err(Error::line(number, deep));
        }
        tree.add(stack.iter().copied(), weight).map_err(|error| Error::line(number, error))?;
    }
    if counts.lines > 0 && counts.lines == counts.two_columns {
        return Err(Error::input(
            "every line has two weights, so it is a difference of two profiles; import each of them, and use \
             `spanfire diff`",
        ));
    }
    if counts.rounded > 0 {
        profile.notes.push(format!("{} weights rounded to whole ones", counts.rounded));
    }
    let lane = profile.lane(Some("all threads".to_owned()), None);
    tree.lay_out(&mut profile.lanes[lane]);
    Ok(profile)
}

#[derive(Default)]
struct Counts {
    lines: u64,
    rounded: u64,
    two_columns: u64,
}

/// The weight stands behind the last space.
fn stack_and_weight(line: &str) -> Option<(&str, &str)> {
    let (stack, weight) = line.trim_end().rsplit_once([' ', '\t'])?;
    Some((stack.trim_end(), weight)).filter(|(stack, _)| !stack.is_empty())
}

fn no_weight(found: &str) -> String {
    if found.is_empty() {
        return "no weight; a line is `frame;frame;frame weight`".to_owned();
    }
    let found: String = found.chars().take(40).collect();
    format!(
        "`{found}` is no weight; a line is `frame;frame;frame weight`, and weights have at most 64 bits"
    )
}
