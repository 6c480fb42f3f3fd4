//! Profiles, decoded by prost and checked by the rules that `go tool pprof` has for them.

use crate::reading::{self, Reading};
use crate::recordings;
use flate2::read::GzDecoder;
use prost::Message;
use spanfire_recording::Recording;
use spanfire_render::export::{Carried, pprof};
use spanfire_views::{Replay, RequestTable, Selection, Statistics};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

mod schema;

use schema::{Profile, Sample, ValueType};

const VALUES: [&str; 4] =
    ["spans count", "busy nanoseconds", "idle nanoseconds", "self nanoseconds"];

/// A profile and what its numbers stand for.
struct Loaded {
    profile: Profile,
    /// The names of functions, and of the callsites they are, by the number of a location.
    names: BTreeMap<u64, (String, String)>,
}

impl Loaded {
    fn text(&self, number: i64) -> &str {
        &self.profile.string_table[number as usize]
    }

    fn labels(&self, sample: &Sample) -> Vec<(&str, &str)> {
        sample.label.iter().map(|of| (self.text(of.key), self.text(of.str))).collect()
    }

    /// The functions of a sample, the outermost first.
    fn stack(&self, sample: &Sample) -> String {
        let names = sample.location_id.iter().rev().map(|id| &*self.names[id].0);
        names.collect::<Vec<_>>().join(";")
    }
}

fn loaded(bytes: &[u8]) -> Result<Loaded, String> {
    let mut message = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut message).map_err(|error| error.to_string())?;
    let profile = Profile::decode(&*message).map_err(|error| error.to_string())?;
    let text = |number: i64| -> Result<&str, String> {
        let text = usize::try_from(number).ok().and_then(|at| profile.string_table.get(at));
        text.map(|text| &**text).ok_or_else(|| format!("there is no string {number}"))
    };
    if !text(0)?.is_empty() {
        return Err("the first string is not empty".to_owned());
    }
    let kind = |of: &ValueType| Ok(format!("{} {}", text(of.r#type)?, text(of.unit)?));
    let kinds: Result<Vec<String>, String> = profile.sample_type.iter().map(kind).collect();
    if kinds? != VALUES || text(profile.default_sample_type)? != "self" {
        return Err("other values".to_owned());
    }
    let [mapping] = &profile.mapping[..] else { return Err("not one mapping".to_owned()) };
    if mapping.id == 0 || !mapping.has_functions {
        return Err("functions that are not known".to_owned());
    }
    let mut functions = BTreeMap::new();
    for function in &profile.function {
        let names = (text(function.name)?.to_owned(), text(function.system_name)?.to_owned());
        text(function.filename)?;
        if function.id == 0 || functions.insert(function.id, names).is_some() {
            return Err("functions without a number of their own".to_owned());
        }
    }
    let mut names = BTreeMap::new();
    for location in &profile.location {
        let [line] = &location.line[..] else { return Err("not one line".to_owned()) };
        let name = functions.get(&line.function_id).ok_or("no such function")?.clone();
        let fresh = names.insert(location.id, name).is_none();
        if location.id == 0 || !fresh || location.mapping_id != mapping.id {
            return Err("locations without a number or a mapping of their own".to_owned());
        }
    }
    for sample in &profile.sample {
        if sample.value.len() != VALUES.len() || sample.location_id.is_empty() {
            return Err(format!("{sample:?} is not of this profile"));
        }
        if !sample.location_id.iter().all(|id| names.contains_key(id)) {
            return Err("no such location".to_owned());
        }
        for label in &sample.label {
            text(label.key)?;
            text(label.str)?;
            if label.key == 0 || label.str == 0 {
                return Err("a label without a name or a value".to_owned());
            }
        }
    }
    Ok(Loaded { names, profile })
}

fn read(bytes: &[u8]) -> Result<Reading, String> {
    let loaded = loaded(bytes)?;
    let mut reading = Reading::default();
    for sample in &loaded.profile.sample {
        let (_, system_name) = &loaded.names[&sample.location_id[0]];
        let name = system_name.strip_prefix("sketch::").ok_or("not a callsite's name")?;
        let [spans, _, _, self_ns] = sample.value[..] else { unreachable!("it was counted") };
        (0..spans).for_each(|_| reading.span(name));
        reading.own(name, self_ns as u64);
    }
    Ok(reading)
}

fn exported(recording: &Recording, selection: &Selection, chosen: &[String]) -> (Vec<u8>, Carried) {
    crate::exported(|source, sink| pprof(source, chosen, sink), recording, selection)
}

#[track_caller]
pub fn check(recording: &Recording, selection: &Selection) {
    let (bytes, carried) = exported(recording, selection, &["n".to_owned()]);
    let read = read(&bytes).expect("it is what the format says");
    reading::check(&read, recording, selection);
    assert_eq!((carried.left_out, carried.to_string()), (0, String::new()));
    let profile = loaded(&bytes).expect("a profile").profile;
    let sum = |value: usize| profile.sample.iter().map(|of| of.value[value] as u64).sum::<u64>();
    let replay = Replay::new(recording, selection.clone());
    let rows = Statistics::of(&replay).expect("statistics").rows;
    assert_eq!(sum(1), rows.iter().map(|row| row.busy_ns).sum::<u64>(), "busy");
    assert_eq!(profile.duration_nanos as u64, replay.range_ns().end - replay.range_ns().start);
}

#[test]
fn a_damaged_profile_is_refused() {
    let case = recordings::named("a service");
    let (bytes, _) = exported(&case.recording, &case.selection, &[]);
    assert!(read(&bytes[..bytes.len() - 9]).is_err());
    // After its header, and before the bits that fill its last byte.
    for at in 10..bytes.len() - 9 {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert!(read(&damaged).is_err(), "byte {at}");
    }
}

fn shown(name: &str, chosen: &[&str]) -> String {
    let case = recordings::named(name);
    let chosen: Vec<String> = chosen.iter().map(|&name| name.to_owned()).collect();
    let (bytes, _) = exported(&case.recording, &case.selection, &chosen);
    let loaded = loaded(&bytes).expect("a profile");
    let line = |sample: &Sample| {
        let labels = loaded.labels(sample);
        format!("{:14} {:?} {labels:?}\n", loaded.stack(sample), sample.value)
    };
    loaded.profile.sample.iter().map(line).collect()
}

/// The whole of a small profile.
#[test]
fn a_profile_is_stacks_with_values_and_labels() {
    insta::assert_snapshot!(shown("a service", &[]));
}

/// A value is a label of what is entered after it was recorded.
#[test]
fn chosen_fields_of_a_request_are_labels() {
    insta::assert_snapshot!(shown("fields, links and instants", &["n", "none"]));
}

#[test]
fn spans_of_requests_are_labelled_with_the_kind_of_request() {
    let case = recordings::named("a service");
    let (bytes, _) = exported(&case.recording, &case.selection, &[]);
    let loaded = loaded(&bytes).expect("a profile");
    let replay = Replay::new(&case.recording, case.selection);
    let table = RequestTable::of(&replay).expect("requests");
    let kinds = table.requests().iter().map(|request| &*table.callsite(request).name);
    let labels = loaded.profile.sample.iter().flat_map(|sample| loaded.labels(sample));
    let requests = labels.filter(|(name, _)| *name == "request").map(|(_, kind)| kind);
    assert_eq!(requests.collect::<BTreeSet<_>>(), kinds.collect());
}
