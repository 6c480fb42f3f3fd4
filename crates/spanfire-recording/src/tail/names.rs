//! Callsites and lanes in the tail file: the blocks that the recording itself would hold.

use crate::{
    Callsite, Lane,
    block::{BlockHeader, HEADER_BYTES, block_kind, write_block},
    writer::Numbered,
};
use minicbor::Encode;

/// What a name that is too long for a chunk is cut to, in bytes.
const CUT_BYTES: usize = 1024;

/// The block of callsite `number`, in whole words, of at most `most` bytes: where it would be
/// longer, names are cut and fields left out.
pub fn callsite_block(number: u32, callsite: &Callsite, most: usize) -> Vec<u8> {
    let whole = block(block_kind::CALLSITE, number, callsite);
    if whole.len() <= most {
        return whole;
    }
    let cut = Callsite {
        name: cut(&callsite.name),
        target: cut(&callsite.target),
        file: callsite.file.as_deref().map(cut),
        fields: Vec::new(),
        ..callsite.clone()
    };
    block(block_kind::CALLSITE, number, &cut)
}

/// The block of lane `number`; as [`callsite_block`].
pub fn lane_block(number: u32, lane: &Lane, most: usize) -> Vec<u8> {
    let whole = block(block_kind::LANE, number, lane);
    if whole.len() <= most {
        return whole;
    }
    let cut = Lane { thread_name: lane.thread_name.as_deref().map(cut), ..lane.clone() };
    block(block_kind::LANE, number, &cut)
}

fn block(kind: u8, number: u32, value: &impl Encode<()>) -> Vec<u8> {
    let (mut payload, mut block) = (Vec::new(), Vec::new());
    // Neither encoding nor writing into a Vec can fail; a block beyond the format's limit stays empty.
    let _ = minicbor::encode(Numbered(number, value), &mut payload);
    let _ = write_block(&mut block, &mut Vec::new(), kind, &payload, payload.len());
    block.resize(block.len().next_multiple_of(8), 0);
    block
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(CUT_BYTES)].to_owned()
}

/// The blocks in a chunk's bytes, each with its kind, number and bytes, up to the first that is not
/// whole.
pub(super) fn blocks(mut bytes: &[u8]) -> impl Iterator<Item = (u8, u32, &[u8])> {
    std::iter::from_fn(move || {
        let (header, _) = bytes.split_first_chunk::<HEADER_BYTES>()?;
        let header = BlockHeader::parse(header)?;
        let length = usize::try_from(header.block_bytes()).ok()?;
        let block = bytes.get(..length)?;
        let stored = block.get(HEADER_BYTES..)?;
        let known = matches!(header.kind, block_kind::CALLSITE | block_kind::LANE);
        if !known || !header.verify(stored) {
            return None;
        }
        let mut decoder = minicbor::Decoder::new(stored);
        let number = decoder.array().ok().and_then(|_| decoder.u32().ok())?;
        bytes = bytes.get(length.next_multiple_of(8)..).unwrap_or_default();
        Some((header.kind, number, block))
    })
}
