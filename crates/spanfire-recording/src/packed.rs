//! What LZ4 packed, unpacked: the raw block format, a length beside it.

/// LZ4 expands at most 255 times, so a larger claim is a lie and is refused before allocation.
pub(crate) fn unpack(stored: &[u8], plain: usize) -> Result<Vec<u8>, String> {
    if plain / 255 > stored.len() {
        return Err(format!("{} bytes cannot hold {plain}", stored.len()));
    }
    let mut unpacked = vec![0; plain];
    match lz4_flex::block::decompress_into(stored, &mut unpacked) {
        Ok(length) if length == plain => Ok(unpacked),
        Ok(length) => Err(format!("{length} bytes unpacked, {plain} announced")),
        Err(error) => Err(format!("cannot be unpacked: {error}")),
    }
}
