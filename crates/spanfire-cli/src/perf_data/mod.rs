//! What `perf record` saw of the recorded process.
//!
//! Takes a `perf.data` of `perf record -e cpu-clock:u -F 999 -g -k CLOCK_MONOTONIC_RAW`; gives the
//! samples of the recording's process on the recording's time, which the recording's anchors make
//! possible, and what was mapped where. Other processes in the file are passed over, and counted. No
//! byte of the file is trusted; memory grows with the samples in it.

mod bytes;
mod file;
mod records;

use file::Section;
use records::{Map, Record, Sample};
use spanfire_recording::{Image, RawTimebase, Recording};
use spanfire_views::NativeSamples;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

/// What the file holds of one process.
pub struct PerfData {
    /// The samples.
    pub samples: NativeSamples,
    /// What was mapped.
    pub images: Vec<Image>,
    /// How many samples the kernel had no room for.
    pub lost: u64,
    /// How many samples are of other processes.
    pub of_others: u64,
}

/// Reads the file at `path`. The error is one line for people.
pub fn read(path: &Path, recording: &Recording) -> Result<PerfData, String> {
    let raw = recording.raw_timebase().ok_or(
        "the recording has no reading of the clock that perf records by, which takes Linux and this version of spanfire",
    )?;
    let file = File::open(path).map_err(|error| error.to_string())?;
    read_from(BufReader::new(file), recording.header().process_id, raw)
}

fn read_from(mut input: impl Read + Seek, pid: u32, raw: RawTimebase) -> Result<PerfData, String> {
    let header = file::Header::read(&mut input)?;
    let kind = header.sample_kind(&mut input)?;
    let Section { size, .. } = header.data;
    file::seek(&mut input, header.data)?;
    let mut seen = Seen::new(pid, raw);
    let mut data = (&mut input).take(size);
    records::each(&mut data, kind, |record| seen.record(record))?;
    if data.limit() > 0 {
        return Err("it is cut off".to_owned());
    }
    for (path, build_id) in header.build_ids(&mut input) {
        let unnamed = |image: &&mut Image| image.build_id.is_empty() && image.path == path;
        for image in seen.images.iter_mut().filter(unnamed) {
            image.build_id.clone_from(&build_id);
        }
    }
    let Seen { taken, images, lost, of_others, .. } = seen;
    Ok(PerfData { samples: NativeSamples::collect(taken), images, lost, of_others })
}

/// What has been read so far.
struct Seen {
    pid: u32,
    raw: RawTimebase,
    taken: Vec<(u64, u64, Vec<u64>)>,
    images: Vec<Image>,
    lost: u64,
    of_others: u64,
}

impl Seen {
    fn new(pid: u32, raw: RawTimebase) -> Seen {
        Seen { pid, raw, taken: Vec::new(), images: Vec::new(), lost: 0, of_others: 0 }
    }

    fn record(&mut self, record: Record) {
        match record {
            Record::Sample(sample) if sample.pid == self.pid => self.sample(sample),
            Record::Sample(_) => self.of_others += 1,
            Record::Map(map) if map.pid == self.pid => {
                let Map { path, build_id, start, length, file_offset, .. } = map;
                let end = start.saturating_add(length);
                self.images.push(Image { path, build_id, start, end, file_offset });
            }
            Record::Map(_) => {}
            Record::Lost(count) => self.lost = self.lost.saturating_add(count),
        }
    }

    fn sample(&mut self, sample: Sample) {
        if let Some(at_ns) = self.raw.ns(sample.raw_ns) {
            self.taken.push((u64::from(sample.tid), at_ns, sample.frames));
        }
    }
}

#[cfg(test)]
mod tests;
