//! Where in a `perf.data` what stands.
//!
//! ```text
//! "PERFILE2"  header size  attribute size  attributes  data  event types  features
//!                                          └ sections, each offset and size        └ 256 bits
//! ```
//!
//! After the data stands a section for each feature that is there, in their order. The format is
//! that of linux/tools/perf/Documentation/perf.data-file-format.txt.

use super::bytes::Bytes;
use super::records::{BUILD_ID_SIZE, SampleKind, build_id};
use std::io::{Read, Seek, SeekFrom};

const MAGIC: &[u8] = b"PERFILE2";
const HEADER_BYTES: usize = 104;
/// A file has an event or a few.
const ATTRIBUTES_MAX: u64 = 1 << 20;
/// A table of build ids is not read beyond.
const BUILD_IDS_MAX: u64 = 1 << 24;
/// `HEADER_BUILD_ID`.
const BUILD_IDS: u32 = 2;
/// `use_clockid` in an attribute's flags.
const USE_CLOCK_ID: u64 = 1 << 25;
/// `CLOCK_MONOTONIC_RAW`.
const RAW_CLOCK: u32 = 4;

/// A part of the file.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Where.
    pub offset: u64,
    /// How long.
    pub size: u64,
}

/// The beginning of the file.
pub struct Header {
    attribute_bytes: u64,
    attributes: Section,
    /// The records.
    pub data: Section,
    features: u64,
}

/// Goes to where a section begins.
pub fn seek(input: &mut impl Seek, section: Section) -> Result<(), String> {
    input.seek(SeekFrom::Start(section.offset)).map_err(|error| error.to_string())?;
    Ok(())
}

fn section(bytes: &mut Bytes<'_>) -> Option<Section> {
    Some(Section { offset: bytes.u64()?, size: bytes.u64()? })
}

impl Header {
    /// Reads it.
    pub fn read(input: &mut impl Read) -> Result<Header, String> {
        let mut bytes = Vec::new();
        let most = HEADER_BYTES as u64;
        input.take(most).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        if !bytes.starts_with(MAGIC) {
            return Err("no perf.data of a little-endian machine".to_owned());
        }
        Header::parse(Bytes(&bytes[MAGIC.len()..])).ok_or_else(|| {
            "a perf.data without a whole header, as perf writes into a pipe".to_owned()
        })
    }

    fn parse(mut bytes: Bytes<'_>) -> Option<Header> {
        let header_bytes = bytes.u64()?;
        let attribute_bytes = bytes.u64()?;
        let (attributes, data) = (section(&mut bytes)?, section(&mut bytes)?);
        let _event_types = section(&mut bytes)?;
        let features = bytes.u64()?;
        let whole = header_bytes >= HEADER_BYTES as u64;
        whole.then_some(Header { attribute_bytes, attributes, data, features })
    }

    /// What all samples hold. They must be of the clock that recordings have anchors of.
    pub fn sample_kind(&self, input: &mut (impl Read + Seek)) -> Result<SampleKind, String> {
        seek(input, self.attributes)?;
        let mut bytes = Vec::new();
        let size = self.attributes.size.min(ATTRIBUTES_MAX);
        input.take(size).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let each = usize::try_from(self.attribute_bytes).unwrap_or(usize::MAX).max(1);
        let attributes: Option<Vec<Attribute>> = bytes.chunks(each).map(Attribute::parse).collect();
        let attributes = attributes.ok_or("its events are cut off")?;
        let Some(first) = attributes.first() else { return Err("it has no event".to_owned()) };
        if attributes.iter().any(|attribute| !attribute.raw_clock) {
            return Err("its times are of another clock than the recording's: \
                        record with `perf record -k CLOCK_MONOTONIC_RAW`"
                .to_owned());
        }
        if attributes.iter().any(|attribute| attribute.sample_type != first.sample_type) {
            return Err("its events are of several kinds: record one, `-e cpu-clock:u`".to_owned());
        }
        SampleKind::new(first.sample_type)
    }

    /// The build id of each file that it names; none where the table is damaged.
    pub fn build_ids(&self, input: &mut (impl Read + Seek)) -> Vec<(String, Vec<u8>)> {
        self.build_id_table(input).map_or(Vec::new(), |bytes| entries(Bytes(&bytes)))
    }

    fn build_id_table(&self, input: &mut (impl Read + Seek)) -> Option<Vec<u8>> {
        if self.features >> BUILD_IDS & 1 == 0 {
            return None;
        }
        let before = (self.features & ((1 << BUILD_IDS) - 1)).count_ones();
        let sections = self.data.offset.checked_add(self.data.size)?;
        let offset = sections.checked_add(16 * u64::from(before))?;
        seek(input, Section { offset, size: 16 }).ok()?;
        let mut bytes = [0; 16];
        input.read_exact(&mut bytes).ok()?;
        let table = section(&mut Bytes(&bytes))?;
        seek(input, table).ok()?;
        let mut bytes = Vec::new();
        input.take(table.size.min(BUILD_IDS_MAX)).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// What an event's samples hold.
struct Attribute {
    sample_type: u64,
    raw_clock: bool,
}

impl Attribute {
    /// `struct perf_event_attr`.
    fn parse(bytes: &[u8]) -> Option<Attribute> {
        let at = |offset: usize| bytes.get(offset..).map(Bytes);
        let flags = at(40)?.u64()?;
        let clock = at(92)?.u32()?;
        let raw_clock = flags & USE_CLOCK_ID != 0 && clock == RAW_CLOCK;
        Some(Attribute { sample_type: at(24)?.u64()?, raw_clock })
    }
}

/// Each entry is a record: what it is, the process, 24 bytes of build id, the path.
fn entries(mut bytes: Bytes<'_>) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut entry = || {
        let word = bytes.u64()?;
        let length = usize::from((word >> 48) as u16).checked_sub(8)?;
        let mut body = Bytes(bytes.take(length)?);
        let _process = body.u32()?;
        let id = body.take(24)?;
        let sized = (word >> 32) as u16 & BUILD_ID_SIZE != 0;
        let length = if sized { usize::from(id[20]) } else { 20 };
        Some((body.text(), build_id(&id[..20], length)))
    };
    while let Some(one) = entry() {
        found.push(one);
    }
    found
}
