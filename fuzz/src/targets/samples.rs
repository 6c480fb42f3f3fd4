//! Blocks of native samples, past their checksum: what is decoded, written and read again is the
//! same.

use crate::choices::Choices;
use crate::limits::{PerByte, bounded};
use crate::program;
use spanfire_recording::{Batch, Form, Recording, Writer, fuzzing};

/// A frame shared with the stack before takes no byte: this much more than in proportion.
const SHARED: usize = 512;

/// How the columns are packed, then the clock and the columns.
pub(super) fn samples(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let packing = choices.below(3);
    let stored = choices.rest();
    match (packing, stored.split_first()) {
        (1, Some((&clock, columns))) => {
            let packed = [&[clock][..], &lz4_flex::block::compress(columns)].concat();
            decode(&packed, stored.len());
        }
        (2, _) => decode(stored, stored.len() * 3),
        _ => decode(stored, stored.len()),
    }
}

fn decode(stored: &[u8], plain: usize) {
    let size = stored.len() + SHARED;
    match bounded(size, PerByte::CHUNK, || fuzzing::samples(stored, plain)) {
        Ok(batch) => comes_back(&batch),
        Err(message) => assert!(message.len() > 8 && !message.contains("at byte"), "{message}"),
    }
}

fn comes_back(batch: &Batch) {
    let header = program::header(Form::Layer);
    let mut writer = Writer::new(Vec::new(), &header).expect("memory takes all");
    writer.batch(batch).expect("memory takes all");
    let bytes = writer.finish().expect("memory takes all");
    let recording = Recording::from_bytes(bytes).expect("what was written opens");
    let mut read = Batch { clock: batch.clock, ..Batch::default() };
    for index in 0..recording.batches() {
        let part = recording.batch(index).expect("what was written can be read");
        assert_eq!(part.clock, batch.clock);
        read.samples.extend(part.samples);
        read.switches.extend(part.switches);
    }
    assert_eq!(&read, batch);
}
