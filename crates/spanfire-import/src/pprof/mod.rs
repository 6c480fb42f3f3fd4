//! pprof's profiles: stacks with values, and labels that may say on which thread.
//!
//! The format has no order and no times but the whole. What its tables say comes anywhere in the file, so the file is held whole
//! and read twice. Memory: the unpacked file, and the distinct stacks.

mod wire;
mod tables;
mod value;

use crate::content::Content;
use crate::error::Error;
use crate::options::{Format, Options};
use crate::profile::{DEEPEST, Profile};
use crate::stack_tree::StackTree;
use rustc_hash::FxHashMap;
use spanfire_recording::{CallsiteId, Lacks};
use std::io::Read;
use tables::Tables;
use value::{Chosen, choose, nanoseconds};
use wire::Fields;

/// The largest file that is read, unpacked.
const LARGEST: u64 = 1 << 30;

/// What threads are called in labels, by different tools.
const THREAD_NAMES: [&str; 3] = ["thread", "thread_name", "thread name"];
const THREAD_NUMBERS: [&str; 4] = ["tid", "thread_id", "thread id", "thread"];

/// Reads a profile.
pub(crate) fn read(content: Content<'_>, options: &Options) -> Result<Profile, Error> {
    let mut bytes = Vec::new();
    content.into_reader().take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::input("more than 1 GiB unpacked; take a shorter profile"));
    }
    let tables = Tables::read(&bytes)?;
    let chosen = choose(&tables, options.sample_type.as_deref())?;
    let mut samples = Samples {
        profile: about(&tables, &chosen),
        tables: &tables,
        chosen: &chosen,
        locations: FxHashMap::default(),
        threads: FxHashMap::default(),
        trees: Vec::new(),
        labelled: false,
        numbers: [const { Vec::new() }; 2],
    };
    let mut fields = Fields::of(&bytes);
    while let Some((number, value)) = fields.next()? {
        if number == 2 {
            samples.sample(fields.inside(value.bytes()))?;
        }
    }
    Ok(samples.profile())
}

fn about(tables: &Tables<'_>, chosen: &Chosen) -> Profile {
    let mut profile = Profile::new(Format::Pprof);
    profile.executable = tables.executable();
    profile.start_unix_ns = Some(tables.start_unix_ns).filter(|&ns| ns > 0);
    let origin = &mut profile.origin;
    origin.lacks = Lacks { times: true, order: true, threads: true, calls: true };
    let comments = tables.comments.iter().map(|&comment| tables.string(comment));
    let tool =
        comments.filter_map(|comment| comment.strip_prefix("recorded by ").map(str::to_owned));
    origin.tool = tool.map(|tool| tool.chars().take(60).collect()).next();
    origin.unit = chosen.ns.is_none().then(|| chosen.unit.clone());
    let period_is_time = nanoseconds(&tables.string(tables.period_kind.unit));
    origin.period_ns = period_is_time
        .and_then(|ns| ns.checked_mul(tables.period))
        .filter(|&ns| ns > 1 && chosen.ns.is_some());
    let others = match chosen.others.is_empty() {
        true => String::new(),
        false => format!(" (--sample-type chooses {})", chosen.others.join(", ")),
    };
    profile.notes.push(format!("weighted by {}{others}", chosen.name));
    profile
}

/// What was read of the samples.
struct Samples<'a> {
    profile: Profile,
    tables: &'a Tables<'a>,
    chosen: &'a Chosen,
    /// The frames of each location, the innermost first.
    locations: FxHashMap<u64, Vec<CallsiteId>>,
    threads: FxHashMap<(String, u64), usize>,
    /// By lane.
    trees: Vec<StackTree>,
    /// Whether any sample says on which thread it was taken.
    labelled: bool,
    /// The locations and the values of the sample that is being read.
    numbers: [Vec<u64>; 2],
}

impl<'a> Samples<'a> {
    fn sample(&mut self, mut message: Fields<'a>) -> Result<(), Error> {
        self.numbers.iter_mut().for_each(Vec::clear);
        let (mut name, mut tid) = (String::new(), 0);
        while let Some((number, value)) = message.next()? {
            match number {
                1 => value.numbers(&message, &mut self.numbers[0])?,
                2 => value.numbers(&message, &mut self.numbers[1])?,
                3 => self.label(message.inside(value.bytes()), &mut name, &mut tid)?,
                _ => {}
            }
        }
        let [locations, values] = &self.numbers;
        let Some(&value) = values.get(self.chosen.index) else {
            return Err(message.damaged("a sample has fewer values than there are kinds"));
        };
        if value > i64::MAX as u64 {
            return Err(Error::input(
                "a sample is negative, so it is a difference of two profiles; import each of them, and use `spanfire \
                 diff`",
            ));
        }
        let weight = value.checked_mul(self.chosen.ns.unwrap_or(1));
        let Some(weight) = weight else { return Err(message.damaged("a value that is too large")) };
        let mut frames = Vec::new();
        for &location in locations.iter().rev() {
            if !self.locations.contains_key(&location) {
                let of = self.tables.frames(location, &mut self.profile.callsites)?;
                self.locations.insert(location, of);
            }
            frames.extend(self.locations[&location].iter().rev());
            if frames.len() > DEEPEST {
                return Err(message.damaged("a stack of more than 10,000 frames"));
            }
        }
        let lane = self.lane(name, tid);
        self.trees[lane].add(frames, weight)
    }

    fn label(&self, mut label: Fields<'a>, name: &mut String, tid: &mut u64) -> Result<(), Error> {
        let (mut key, mut text, mut number) = (0, 0, 0);
        while let Some((field, value)) = label.next()? {
            match field {
                1 => key = value.number(),
                2 => text = value.number(),
                3 => number = value.number(),
                _ => {}
            }
        }
        let key = self.tables.string(key);
        if text != 0 && THREAD_NAMES.contains(&&*key) {
            *name = self.tables.string(text).into_owned();
        } else if number != 0 && THREAD_NUMBERS.contains(&&*key) {
            *tid = number;
        }
        Ok(())
    }

    fn lane(&mut self, name: String, tid: u64) -> usize {
        self.labelled |= !name.is_empty() || tid != 0;
        let known = self.threads.get(&(name.clone(), tid));
        if let Some(&lane) = known {
            return lane;
        }
        self.trees.push(StackTree::default());
        let named = Some(name.clone()).filter(|name| !name.is_empty());
        let lane = self.profile.lane(named, Some(tid).filter(|&tid| tid != 0));
        self.threads.insert((name, tid), lane);
        lane
    }

    fn profile(self) -> Profile {
        let Samples { mut profile, trees, labelled, threads, .. } = self;
        profile.origin.lacks.threads = !labelled;
        if let Some(&lane) = threads.get(&(String::new(), 0)) {
            let name = if labelled { "thread not known" } else { "all threads" };
            profile.lanes[lane].lane.thread_name = Some(name.to_owned());
        }
        for (tree, lane) in trees.into_iter().zip(&mut profile.lanes) {
            tree.lay_out(lane);
        }
        profile
    }
}
