//! Perfetto's packets, decoded by prost and put together as a trace processor does: all packets in
//! the order of their times, equal ones as they stand in the file.

use crate::reading::Reading;
use crate::{check_whole, exported, recordings};
use prost::Message;
use spanfire_recording::Recording;
use spanfire_render::export::perfetto;
use spanfire_views::Selection;
use std::collections::{BTreeMap, BTreeSet};

mod schema;

use schema::{Annotation, Event, Interned, Packet, Trace, Track};

const BEGIN: i32 = 1;
const END: i32 = 2;
const INSTANT: i32 = 3;
const COUNTER: i32 = 4;

/// A trace as a viewer has it.
#[derive(Default)]
struct Loaded {
    tracks: BTreeMap<u64, Track>,
    slices: Vec<Slice>,
    /// The two ends of each arrow.
    flows: BTreeMap<u64, Vec<(u64, u64)>>,
    counts: Vec<i64>,
}

/// A slice, or an instant.
struct Slice {
    track: u64,
    name: String,
    start_ns: u64,
    end_ns: u64,
    /// The slices right inside it.
    inside_ns: u64,
    instant: bool,
    /// `name` or `fields.name` and the value as text.
    arguments: BTreeMap<String, String>,
}

/// What numbers stand for.
#[derive(Default)]
struct Strings {
    names: BTreeMap<u64, String>,
    categories: BTreeSet<u64>,
    locations: BTreeSet<u64>,
    annotations: BTreeMap<u64, String>,
}

impl Strings {
    fn learn(&mut self, interned: Interned) {
        // The character zero would end a text there, so it is drawn instead.
        let named = |name: schema::Name| (name.iid, name.name.replace('␀', "\0"));
        self.names.extend(interned.names.into_iter().map(named));
        self.annotations.extend(interned.annotation_names.into_iter().map(named));
        self.categories.extend(interned.categories.iter().map(|name| name.iid));
        self.locations.extend(interned.locations.iter().map(|location| location.iid));
    }

    fn name(&self, event: &Event) -> Result<String, String> {
        let known = event.category_iids.iter().all(|iid| self.categories.contains(iid));
        if !known || (event.location_iid != 0 && !self.locations.contains(&event.location_iid)) {
            return Err(format!("{event:?} has what was not sent before"));
        }
        match event.name_iid {
            Some(iid) => self.names.get(&iid).cloned().ok_or_else(|| format!("no name {iid}")),
            None => event.name.clone().ok_or_else(|| "an event without a name".to_owned()),
        }
    }

    fn arguments(&self, of: &[Annotation], prefix: &str) -> Result<Vec<(String, String)>, String> {
        let mut arguments = Vec::new();
        for annotation in of {
            let name = self.annotations.get(&annotation.name_iid).ok_or("no such annotation")?;
            let values = [
                annotation.bool.map(|value| value.to_string()),
                annotation.uint.map(|value| value.to_string()),
                annotation.int.map(|value| value.to_string()),
                annotation.double.map(|value| value.to_string()),
                annotation.string.clone(),
            ];
            let values: Vec<String> = values.into_iter().flatten().collect();
            match &values[..] {
                [] if !annotation.entries.is_empty() => {
                    let prefix = format!("{prefix}{name}.");
                    arguments.extend(self.arguments(&annotation.entries, &prefix)?);
                }
                [] if !annotation.array.is_empty() => {
                    let numbers = annotation.array.iter().map(|of| of.uint.unwrap().to_string());
                    arguments.push((name.clone(), numbers.collect::<Vec<_>>().join(" ")));
                }
                [value] => arguments.push((format!("{prefix}{name}"), value.clone())),
                _ => return Err(format!("{annotation:?} is not one value")),
            }
        }
        Ok(arguments)
    }
}

fn loaded(bytes: &[u8]) -> Result<Loaded, String> {
    let packets = Trace::decode(bytes).map_err(|error| error.to_string())?.packet;
    let (first, rest) = packets.split_first().ok_or("no packets")?;
    let clock = first.defaults.as_ref().map(|defaults| defaults.timestamp_clock_id);
    let snapshot = first.clock_snapshot.as_ref().ok_or("no clock")?;
    if first.sequence_flags != 1 || !snapshot.clocks.iter().any(|of| Some(of.id) == clock) {
        return Err("times that no clock explains".to_owned());
    }
    let mut loaded = Loaded::default();
    let mut strings = Strings::default();
    let mut events: Vec<(u64, Event)> = Vec::new();
    for packet in rest.iter().cloned() {
        let Packet { sequence: 1, sequence_flags: 2, .. } = packet else {
            return Err(format!("{packet:?} is of no sequence"));
        };
        packet.interned.into_iter().for_each(|interned| strings.learn(interned));
        if let Some(track) = packet.track {
            loaded.tracks.insert(track.uuid, track);
        }
        if let Some(event) = packet.event {
            events.push((packet.timestamp.ok_or("an event without a time")?, event));
        }
    }
    events.sort_by_key(|&(at_ns, _)| at_ns);
    let mut open: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (at_ns, event) in &events {
        loaded.take(*at_ns, event, &strings, &mut open)?;
    }
    match open.values().all(Vec::is_empty) {
        true => Ok(loaded),
        false => Err("slices that do not end".to_owned()),
    }
}

impl Loaded {
    fn take(
        &mut self,
        at_ns: u64,
        event: &Event,
        strings: &Strings,
        open: &mut BTreeMap<u64, Vec<usize>>,
    ) -> Result<(), String> {
        let track = self.tracks.get(&event.track).ok_or("a track that was not described")?;
        let open = open.entry(event.track).or_default();
        let arguments = strings.arguments(&event.annotations, "")?;
        for &flow in event.flows.iter().chain(&event.flows_end) {
            self.flows.entry(flow).or_default().push((event.track, at_ns));
        }
        match event.kind {
            COUNTER if track.counter.is_some() => self.counts.push(event.counter_value),
            BEGIN | INSTANT => {
                self.slices.push(Slice {
                    track: event.track,
                    name: strings.name(event)?,
                    start_ns: at_ns,
                    end_ns: at_ns,
                    inside_ns: 0,
                    instant: event.kind == INSTANT,
                    arguments: arguments.into_iter().collect(),
                });
                if event.kind == BEGIN {
                    open.push(self.slices.len() - 1);
                }
            }
            END => {
                let ended = open.pop().ok_or("an end without a beginning")?;
                let slice = &mut self.slices[ended];
                slice.end_ns = at_ns;
                slice.arguments.extend(arguments);
                let length_ns = at_ns - slice.start_ns;
                if let Some(&around) = open.last() {
                    self.slices[around].inside_ns += length_ns;
                }
            }
            _ => return Err(format!("{event:?} is nothing known")),
        }
        Ok(())
    }

    fn is_thread(&self, slice: &Slice) -> bool {
        self.tracks[&slice.track].thread.is_some()
    }
}

fn read(bytes: &[u8]) -> Result<Reading, String> {
    let loaded = loaded(bytes)?;
    let mut reading = Reading { instants: Some(0), ..Reading::default() };
    let mut spans: BTreeMap<&str, (bool, &str, u64)> = BTreeMap::new();
    let mut requests = BTreeSet::new();
    for slice in &loaded.slices {
        let is = |name: &str| slice.arguments.contains_key(name);
        let said = |name: &str| slice.arguments.get(name)?.parse().ok();
        reading.ran(["cpu_ns", "blocked_ns"].map(said));
        if slice.instant {
            if slice.name == "closed" && is("request") {
                let told = spans.get_mut(&*slice.arguments["span"]).ok_or("no such span")?;
                told.0 = true;
            }
            continue;
        }
        let length_ns = slice.end_ns - slice.start_ns;
        if loaded.is_thread(slice) {
            reading.own(&slice.name, length_ns - slice.inside_ns);
            if !is("continued") {
                reading.segment(&slice.name);
            }
        } else {
            let span = &*slice.arguments["span"];
            let told = spans.entry(span).or_insert((false, &slice.name, 0));
            told.0 |= is("busy_ns");
            told.2 += 1;
            if !is("continued") {
                reading.span(&slice.name);
            }
            requests.extend(slice.arguments.get("request"));
        }
    }
    if let Some((span, _)) = spans.iter().find(|(_, (told, ..))| !told) {
        return Err(format!("nothing is said of span {span}"));
    }
    if loaded.flows.values().any(|ends| ends.len() != 2 || ends[0].1 > ends[1].1) {
        return Err("arrows that lack an end, or lead back".to_owned());
    }
    reading.requests = Some(requests.len() as u64);
    Ok(reading)
}

#[track_caller]
pub fn check(recording: &Recording, selection: &Selection) {
    check_whole(perfetto, read, recording, selection);
}

#[test]
fn damaged_packets_are_refused() {
    let case = recordings::named("a service");
    let (bytes, _) = exported(perfetto, &case.recording, &case.selection);
    assert!(read(&bytes).is_ok());
    assert!(read(&bytes[..bytes.len() - 2]).is_err());
    let packets = Trace::decode(&*bytes).expect("packets").packet;
    for missing in 0..packets.len() {
        let alone = |event: &Event| event.kind == COUNTER || event.kind == INSTANT;
        let alone = packets[missing].event.as_ref().is_some_and(alone);
        let mut packet = packets.clone();
        packet.remove(missing);
        let used = |track: &Track| {
            let events = packets.iter().filter_map(|packet| packet.event.as_ref());
            events.into_iter().any(|event| event.track == track.uuid)
        };
        let unused = packets[missing].track.as_ref().is_some_and(|track| !used(track));
        if !alone && !unused {
            assert!(read(&Trace { packet }.encode_to_vec()).is_err(), "{:?}", packets[missing]);
        }
    }
}

/// The whole of a small trace.
#[test]
fn a_trace_is_tracks_with_slices_that_carry_all_that_is_known() {
    let case = recordings::named("a service");
    let (bytes, carried) = exported(perfetto, &case.recording, &case.selection);
    let loaded = loaded(&bytes).expect("a trace");
    let mut shown = String::new();
    for slice in &loaded.slices {
        let track = &loaded.tracks[&slice.track];
        let parent = loaded.tracks.get(&track.parent).map_or("", |parent| &parent.name);
        let place = track.thread.as_ref().map_or(format!("{parent}/{}", track.name), |thread| {
            format!("{} {}", thread.name, thread.tid)
        });
        let (from, to) = (slice.start_ns, slice.end_ns);
        shown += &format!("{from:3}..{to:3} {place:14} {} {:?}\n", slice.name, slice.arguments);
    }
    for ends in loaded.flows.values() {
        let place = |&(track, at_ns): &(u64, u64)| {
            let thread = loaded.tracks[&track].thread.as_ref();
            format!("{} {at_ns}", thread.map_or("a request", |thread| &thread.name))
        };
        shown += &format!("arrow from {} to {}\n", place(&ends[0]), place(&ends[1]));
    }
    shown += &format!("open requests {:?}\n", loaded.counts);
    insta::assert_snapshot!(shown);
    assert_eq!(carried.to_string(), "3 cuts where spans overlap or are selected in part");
}

/// A thread that does not go on leaves it open when its last span closed, until the recording ends.
#[test]
fn what_is_known_late_does_not_hold_up_what_follows() {
    let children = "C( )C ".repeat(50);
    let drawing = format!("main |A(       {children})A\nworker |  B( )B\nB < A");
    let (recording, selection) = crate::sketch::parse(&drawing);
    let (bytes, _) = exported(perfetto, &recording, &selection);
    let loaded = loaded(&bytes).expect("a trace");
    let late: Vec<&Slice> = loaded.slices.iter().filter(|slice| slice.name == "closed").collect();
    let [late] = late[..] else { panic!("{} spans are said to be closed late", late.len()) };
    let of = |name: &str| loaded.slices.iter().find(|slice| slice.name == name).expect("a slice");
    assert_eq!(late.arguments["span"], of("B").arguments["span"]);
    assert_eq!(late.arguments["busy_ns"], "3");
    assert_eq!(loaded.tracks[&late.track].name, "A");
    check(&recording, &selection);
}
