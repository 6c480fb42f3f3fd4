//! The build id of an ELF file: the note that tells one build of a program from all others.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

const NOTE_SEGMENT: u32 = 4;
const BUILD_ID_NOTE: u32 = 3;

/// What is looked at: program headers, and bytes of notes. Real files stay far below.
const MOST_SEGMENTS: u16 = 256;
const MOST_NOTE_BYTES: u64 = 64 << 10;

/// The build id of the file at `path`; empty where it has none, is none of this machine's 64-bit
/// programs, or cannot be read.
pub(crate) fn of(path: &Path) -> Vec<u8> {
    read(path).unwrap_or_default()
}

fn read(path: &Path) -> Option<Vec<u8>> {
    // A device or pipe would have to be waited for.
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let mut header = [0; 64];
    file.read_exact(&mut header).ok()?;
    if !header.starts_with(b"\x7fELF\x02") {
        return None;
    }
    let segments_at = u64_at(&header, 32)?;
    let (each, count) = (u16_at(&header, 54)?, u16_at(&header, 56)?);
    for segment in 0..count.min(MOST_SEGMENTS) {
        let place = segments_at.checked_add(u64::from(each) * u64::from(segment))?;
        let mut segment = [0; 56];
        file.seek(SeekFrom::Start(place)).ok()?;
        file.read_exact(&mut segment).ok()?;
        if u32_at(&segment, 0)? != NOTE_SEGMENT {
            continue;
        }
        let (offset, length) = (u64_at(&segment, 8)?, u64_at(&segment, 32)?);
        let mut notes = Vec::new();
        file.seek(SeekFrom::Start(offset)).ok()?;
        (&mut file).take(length.min(MOST_NOTE_BYTES)).read_to_end(&mut notes).ok()?;
        if let Some(id) = in_notes(&notes) {
            return Some(id);
        }
    }
    None
}

/// A note is the lengths of name and text, its type, and both padded to four bytes.
fn in_notes(mut notes: &[u8]) -> Option<Vec<u8>> {
    loop {
        let (name, text) = (u32_at(notes, 0)? as usize, u32_at(notes, 4)? as usize);
        let kind = u32_at(notes, 8)?;
        let text_at = 12 + name.checked_next_multiple_of(4)?;
        let end = text_at.checked_add(text)?;
        let is_it = kind == BUILD_ID_NOTE && notes.get(12..12 + name)? == b"GNU\0";
        if is_it {
            return notes.get(text_at..end).map(<[u8]>::to_vec);
        }
        notes = notes.get(end.checked_next_multiple_of(4)?..)?;
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_ne_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(name: &[u8], kind: u32, text: &[u8]) -> Vec<u8> {
        let lengths = [name.len() as u32, text.len() as u32, kind];
        let mut note: Vec<u8> = lengths.iter().flat_map(|number| number.to_ne_bytes()).collect();
        for part in [name, text] {
            note.extend(part);
            note.resize(note.len().next_multiple_of(4), 0);
        }
        note
    }

    #[test]
    fn the_build_id_is_found_behind_other_notes() {
        let id = [7; 20];
        let property = note(b"GNU\0", 5, &[1; 17]);
        let own = note(b"GNU\0", 3, &id);
        let whole = [property, note(b"Linux\0", 3, &[9; 4]), own].concat();
        assert_eq!(in_notes(&whole), Some(id.to_vec()));
        for length in 0..whole.len() {
            assert_eq!(in_notes(&whole[..length]), None);
        }
    }

    #[test]
    fn lengths_that_lie_end_the_search() {
        for place in [0, 4] {
            let mut lying = note(b"GNU\0", 3, &[7; 20]);
            lying[place..place + 4].fill(0xff);
            assert_eq!(in_notes(&lying), None);
        }
    }

    #[test]
    fn what_is_no_program_has_no_build_id() {
        for path in ["/proc/self/maps", "/dev/zero", "/nowhere", "/proc/self"] {
            assert!(of(Path::new(path)).is_empty(), "{path}");
        }
    }
}
