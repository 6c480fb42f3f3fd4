//! The decoders that are private, for the fuzz targets in `fuzz/`. Not part of the crate's interface:
//! it exists with the feature `fuzzing` alone and follows no version.

use crate::{
    Batch, Callsite, Chunk, Error, Form,
    block::{BlockHeader, HEADER_BYTES, write_block},
    chunk::decode,
    native, reader,
    varint::{Input, put},
};

/// Decodes the stored bytes of a chunk.
pub fn chunk(
    form: Form,
    callsites: &[Callsite],
    stored: &[u8],
    plain: usize,
) -> Result<Chunk, String> {
    decode(form, callsites, stored, plain)
}

/// Decodes the stored bytes of native samples.
pub fn samples(stored: &[u8], plain: usize) -> Result<Batch, String> {
    native::decode(stored, plain)
}

/// A varint and how many bytes it took.
pub fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    taken(bytes, |input| input.varint())
}

/// A signed varint and how many bytes it took.
pub fn signed(bytes: &[u8]) -> Option<(i64, usize)> {
    taken(bytes, |input| input.signed())
}

/// The shortest varint of `value`.
pub fn put_varint(value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(&mut bytes, value);
    bytes
}

/// A block's kind, stored and plain length, and whether `stored` is what its checksum was taken of.
pub fn block_header(bytes: &[u8; HEADER_BYTES], stored: &[u8]) -> Option<(u8, u32, u32, bool)> {
    let header = BlockHeader::parse(bytes)?;
    Some((header.kind, header.stored, header.plain, header.verify(stored)))
}

/// A whole block.
pub fn block(kind: u8, stored: &[u8], plain: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    write_block(&mut bytes, &mut Vec::new(), kind, stored, plain)?;
    Ok(bytes)
}

/// Kind and range of bytes of every block that an index standing at `end` names.
pub fn index(payload: &[u8], end: u64) -> Option<Vec<(u8, u64, u64)>> {
    let entries = reader::parse_index(payload, end)?;
    Some(entries.iter().map(|entry| (entry.kind, entry.at_byte, entry.end)).collect())
}

fn taken<T>(bytes: &[u8], read: impl FnOnce(&mut Input<'_>) -> Option<T>) -> Option<(T, usize)> {
    let mut input = Input(bytes);
    let value = read(&mut input)?;
    Some((value, bytes.len() - input.0.len()))
}
