//! The records of a `perf.data`: those that tell what ran, and where code was mapped.
//!
//! Each begins with its kind, flags and size. What a sample holds, and in which order, the bits of its
//! event's `sample_type` say; see `perf_event_open(2)`.

use super::bytes::Bytes;
use std::io::Read;

/// A record that is of interest.
pub enum Record {
    /// What a thread was executing.
    Sample(Sample),
    /// Code was mapped.
    Map(Map),
    /// So many samples had no room.
    Lost(u64),
}

/// What a thread was executing.
pub struct Sample {
    pub pid: u32,
    pub tid: u32,
    /// `CLOCK_MONOTONIC_RAW`.
    pub raw_ns: u64,
    /// The program's addresses, innermost first.
    pub frames: Vec<u64>,
}

/// Code was mapped.
pub struct Map {
    pub pid: u32,
    pub start: u64,
    pub length: u64,
    pub file_offset: u64,
    /// Empty where the record does not say.
    pub build_id: Vec<u8>,
    pub path: String,
}

const MMAP: u32 = 1;
const LOST: u32 = 2;
const SAMPLE: u32 = 9;
const MMAP2: u32 = 10;
const LOST_SAMPLES: u32 = 13;
const COMPRESSED: [u32; 2] = [81, 83];

/// Flags of records.
const NOT_EXECUTABLE: u16 = 1 << 13;
const HAS_BUILD_ID: u16 = 1 << 14;
/// The build id is told with its length.
pub const BUILD_ID_SIZE: u16 = 1 << 15;
/// `PROT_EXEC`.
const EXECUTABLE: u32 = 4;

/// Which of the things that a sample may hold it holds: those that stand before its stack.
#[derive(Clone, Copy)]
pub struct SampleKind(u64);

const IP: u64 = 1 << 0;
const TID: u64 = 1 << 1;
const TIME: u64 = 1 << 2;
const ADDRESS: u64 = 1 << 3;
const READ: u64 = 1 << 4;
const CALL_CHAIN: u64 = 1 << 5;
const ID: u64 = 1 << 6;
const CPU: u64 = 1 << 7;
const PERIOD: u64 = 1 << 8;
const STREAM_ID: u64 = 1 << 9;
const IDENTIFIER: u64 = 1 << 16;

impl SampleKind {
    /// The kind with these bits.
    pub fn new(bits: u64) -> Result<SampleKind, String> {
        match bits & (TID | TIME | READ) {
            needed if needed == TID | TIME => Ok(SampleKind(bits)),
            _ => {
                Err("its samples do not tell thread and time, or they tell counters, too"
                    .to_owned())
            }
        }
    }

    fn has(self, bit: u64) -> bool {
        self.0 & bit != 0
    }

    fn parse(self, mut bytes: Bytes<'_>) -> Option<Sample> {
        let skip = |bytes: &mut Bytes<'_>, bits: &[u64]| {
            bits.iter().filter(|&&bit| self.has(bit)).try_for_each(|_| bytes.u64().map(drop))
        };
        skip(&mut bytes, &[IDENTIFIER])?;
        let ip = if self.has(IP) { Some(bytes.u64()?) } else { None };
        let (pid, tid, raw_ns) = (bytes.u32()?, bytes.u32()?, bytes.u64()?);
        skip(&mut bytes, &[ADDRESS, ID, STREAM_ID, CPU, PERIOD])?;
        let mut frames = Vec::new();
        if self.has(CALL_CHAIN) {
            let count = bytes.u64()?;
            let words = bytes.0.chunks_exact(8).take(usize::try_from(count).ok()?);
            frames.extend(words.filter_map(|word| Bytes(word).u64()).filter(|&at| is_programs(at)));
        }
        if frames.is_empty() {
            frames.extend(ip.filter(|&at| is_programs(at)));
        }
        Some(Sample { pid, tid, raw_ns, frames })
    }
}

/// The kernel's addresses, and what tells them from the program's in a stack, have the highest bit.
fn is_programs(address: u64) -> bool {
    address >> 63 == 0
}

/// Hands out the records of interest. One that is cut off is an error.
pub fn each(
    data: &mut impl Read,
    kind: SampleKind,
    mut take: impl FnMut(Record),
) -> Result<(), String> {
    let mut body = Vec::new();
    loop {
        let mut head = [0; 8];
        match data.read(&mut head[..1]).map_err(|error| error.to_string())? {
            0 => return Ok(()),
            _ => data.read_exact(&mut head[1..]).map_err(|_| "a record is cut off")?,
        }
        let word = u64::from_le_bytes(head);
        let (of, flags, size) = (word as u32, (word >> 32) as u16, (word >> 48) as u16);
        body.resize(usize::from(size).checked_sub(8).ok_or("a record without a size")?, 0);
        data.read_exact(&mut body).map_err(|_| "a record is cut off")?;
        if COMPRESSED.contains(&of) {
            return Err("it is compressed: record without -z".to_owned());
        }
        if let Some(record) = parse(of, flags, kind, Bytes(&body)).ok_or("a damaged record")? {
            take(record);
        }
    }
}

/// A record that is of interest, if it is; `None` if it is damaged.
fn parse(of: u32, flags: u16, kind: SampleKind, mut body: Bytes<'_>) -> Option<Option<Record>> {
    let record = match of {
        SAMPLE => Some(Record::Sample(kind.parse(body)?)),
        MMAP if flags & NOT_EXECUTABLE == 0 => Some(Record::Map(map(&mut body, None)?)),
        MMAP2 => {
            let has_build_id = flags & HAS_BUILD_ID != 0;
            let mut executable = false;
            let map = map(&mut body, Some((has_build_id, &mut executable)))?;
            executable.then_some(Record::Map(map))
        }
        LOST => {
            let _event = body.u64()?;
            Some(Record::Lost(body.u64()?))
        }
        LOST_SAMPLES => Some(Record::Lost(body.u64()?)),
        _ => None,
    };
    Some(record)
}

/// A mapping; of the later form of the record with what that has more: the file, or its build id, and
/// what may be done there.
fn map(body: &mut Bytes<'_>, later: Option<(bool, &mut bool)>) -> Option<Map> {
    let (pid, _tid) = (body.u32()?, body.u32()?);
    let (start, length, file_offset) = (body.u64()?, body.u64()?, body.u64()?);
    let mut id = Vec::new();
    if let Some((has_build_id, executable)) = later {
        let file = body.take(24)?;
        if has_build_id {
            id = build_id(&file[4..], usize::from(file[0]));
        }
        *executable = body.u32()? & EXECUTABLE != 0;
        let _flags = body.u32()?;
    }
    Some(Map { pid, start, length, file_offset, build_id: id, path: body.text() })
}

/// A build id of this length.
pub fn build_id(bytes: &[u8], length: usize) -> Vec<u8> {
    bytes[..length.min(bytes.len())].to_vec()
}
