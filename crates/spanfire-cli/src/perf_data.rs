//! What `perf record` saw of the recorded process.
//!
//! Takes a `perf.data` of `perf record -e cpu-clock:u -F 999 -g -k CLOCK_MONOTONIC_RAW`; gives the
//! samples of the recording's process on the recording's time, which the recording's anchors make
//! possible, and what was mapped where. Other processes in the file are passed over, and counted.

use linux_perf_data::linux_perf_event_reader::{
    ClockId, EventRecord, Mmap2FileId, PerfClock, SampleRecord,
};
use linux_perf_data::{PerfFile, PerfFileReader, PerfFileRecord};
use spanfire_recording::{Image, RawTimebase, Recording};
use spanfire_views::NativeSamples;
use std::fs::File;
use std::io::BufReader;
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
        "the recording has no reading of the clock that perf records by: it needs Linux, and this version of spanfire",
    )?;
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = PerfFileReader::parse_file(BufReader::new(file));
    let PerfFileReader { mut perf_file, mut record_iter } =
        reader.map_err(|error| error.to_string())?;
    check_clock(&perf_file)?;
    let mut seen = Seen {
        pid: recording.header().process_id,
        raw,
        taken: Vec::new(),
        images: Vec::new(),
        lost: 0,
        of_others: 0,
    };
    while let Some(record) =
        record_iter.next_record(&mut perf_file).map_err(|error| error.to_string())?
    {
        let PerfFileRecord::EventRecord { record, .. } = record else { continue };
        seen.record(record.parse().map_err(|error| error.to_string())?);
    }
    name_builds(&perf_file, &mut seen.images);
    Ok(PerfData {
        samples: NativeSamples::collect(seen.taken),
        images: seen.images,
        lost: seen.lost,
        of_others: seen.of_others,
    })
}

fn check_clock(perf_file: &PerfFile) -> Result<(), String> {
    let of_raw_clock = |clock| matches!(clock, PerfClock::ClockId(ClockId::MonotonicRaw));
    match perf_file.event_attributes().iter().all(|event| of_raw_clock(event.attr.clock)) {
        true => Ok(()),
        false => Err("its times are of another clock than the recording's: \
                      record with `perf record -k CLOCK_MONOTONIC_RAW`"
            .to_owned()),
    }
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
    fn record(&mut self, record: EventRecord<'_>) {
        match record {
            EventRecord::Sample(sample) => self.sample(&sample),
            EventRecord::Lost(lost) => self.lost = self.lost.saturating_add(lost.count),
            EventRecord::Mmap(map) if self.is_own(map.pid) && map.is_executable => {
                let place = (map.address, map.length, map.page_offset);
                self.image(&map.path.as_slice(), place, Vec::new());
            }
            EventRecord::Mmap2(map) if self.is_own(map.pid) && map.protection & EXECUTABLE != 0 => {
                let build_id = match map.file_id {
                    Mmap2FileId::BuildId(build_id) => build_id,
                    Mmap2FileId::InodeAndVersion(_) => Vec::new(),
                };
                let place = (map.address, map.length, map.page_offset);
                self.image(&map.path.as_slice(), place, build_id);
            }
            _ => {}
        }
    }

    fn is_own(&self, pid: i32) -> bool {
        u32::try_from(pid) == Ok(self.pid)
    }

    fn sample(&mut self, sample: &SampleRecord<'_>) {
        if !sample.pid.is_some_and(|pid| self.is_own(pid)) {
            self.of_others += 1;
            return;
        }
        let at_ns = sample.timestamp.and_then(|raw_ns| self.raw.ns(raw_ns));
        let thread = sample.tid.and_then(|tid| u64::try_from(tid).ok());
        if let (Some(at_ns), Some(thread)) = (at_ns, thread) {
            self.taken.push((thread, at_ns, frames(sample)));
        }
    }

    fn image(
        &mut self,
        path: &[u8],
        (start, length, file_offset): (u64, u64, u64),
        build_id: Vec<u8>,
    ) {
        let path = String::from_utf8_lossy(path).into_owned();
        let end = start.saturating_add(length);
        self.images.push(Image { path, build_id, start, end, file_offset });
    }
}

/// `PROT_EXEC`.
const EXECUTABLE: u32 = 4;

/// The program's addresses, innermost first. What perf puts between them to tell the kernel's from
/// the program's, and the kernel's own, have the highest bit set.
fn frames(sample: &SampleRecord<'_>) -> Vec<u64> {
    let chain =
        sample.callchain.iter().flat_map(|chain| (0..chain.len()).map_while(|at| chain.get(at)));
    let frames: Vec<u64> = chain.filter(|address| address >> 63 == 0).collect();
    match frames.is_empty() {
        true => sample.ip.into_iter().collect(),
        false => frames,
    }
}

/// Build ids stand in a table of their own, by path, in files of older kernels.
fn name_builds(perf_file: &PerfFile, images: &mut [Image]) {
    let Ok(builds) = perf_file.build_ids() else { return };
    for build in builds.into_values() {
        let path = String::from_utf8_lossy(&build.path);
        let unnamed = |image: &&mut Image| image.build_id.is_empty() && image.path == path;
        for image in images.iter_mut().filter(unnamed) {
            image.build_id = build.build_id.clone();
        }
    }
}
