//! The CBOR of the tables, as values and behind the reader.

use crate::limits::{PerByte, bounded};
use crate::sealing::{HEADER_BYTES, MAGIC};
use crate::{examine, program};
use minicbor::{Decode, Encode};
use spanfire_recording::{
    Anchor, Callsite, Form, Header, Image, Lane, ProbeCost, Sampling, fuzzing,
};
use std::fmt::Debug;

/// The kind of table, then its bytes.
pub(super) fn tables(bytes: &[u8]) {
    let Some((&kind, payload)) = bytes.split_first() else { return };
    match kind % 12 {
        1 => comes_back::<Header>(payload),
        2 => comes_back::<(u32, Callsite)>(payload),
        3 => comes_back::<(u32, Lane)>(payload),
        5 => comes_back::<Anchor>(payload),
        7 => comes_back::<ProbeCost>(payload),
        10 => comes_back::<Vec<Image>>(payload),
        11 => comes_back::<Sampling>(payload),
        _ => {}
    }
    behind_the_reader(kind % 12, payload);
}

/// What was decoded, encoded again, decodes to the same. Compared as text, since no number that is
/// none equals itself.
fn comes_back<T: for<'b> Decode<'b, ()> + Encode<()> + Debug>(payload: &[u8]) {
    let size = payload.len();
    let Ok(value) = bounded(size, PerByte::OPENING, || minicbor::decode::<T>(payload)) else {
        return;
    };
    let mut encoded = Vec::new();
    minicbor::encode(&value, &mut encoded).expect("memory takes all");
    let again: T = minicbor::decode(&encoded).expect("what was encoded decodes");
    assert_eq!(format!("{again:?}"), format!("{value:?}"));
}

/// A file of a header and this one block.
fn behind_the_reader(kind: u8, payload: &[u8]) {
    let mut header = Vec::new();
    minicbor::encode(program::header(Form::Layer), &mut header).expect("memory takes all");
    let mut bytes = [&MAGIC[..], &1u32.to_le_bytes()].concat();
    let header = if kind == 1 { payload } else { &header };
    bytes.extend(fuzzing::block(1, header, header.len()).expect("it is short"));
    if kind != 1 {
        bytes.extend(fuzzing::block(kind, payload, payload.len()).expect("it is short"));
    }
    if let Some(recording) = examine::open(&bytes) {
        let read = bytes.len() as u64;
        let cut = recording.cut().expect("it has no trailer").at_byte;
        assert!(cut == read || cut == read - (HEADER_BYTES + payload.len()) as u64);
        examine::read(&recording, &bytes);
    }
}
