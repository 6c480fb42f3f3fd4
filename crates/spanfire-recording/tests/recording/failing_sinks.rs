//! A sink that refuses bytes: an error, and all that it took before can be read.

use crate::sample::{self, FORMS};
use spanfire_recording::{CallsiteKind, ErrorKind, Form, Writer};
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

/// Takes `room` bytes, then none; of the write that does not fit, what fits or nothing.
#[derive(Clone)]
struct Disk {
    taken: Arc<Mutex<Vec<u8>>>,
    room: usize,
    in_parts: bool,
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = self.taken.lock().unwrap();
        let room = self.room - taken.len();
        if bytes.len() > room && (room == 0 || !self.in_parts) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let part = bytes.len().min(room);
        taken.extend_from_slice(&bytes[..part]);
        Ok(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_sink_that_fails_at_any_byte_holds_the_beginning_of_the_recording() {
    for form in FORMS {
        let whole = sample::finished(form);
        for room in 0..whole.len() {
            for in_parts in [true, false] {
                let disk = Disk { taken: Arc::default(), room, in_parts };
                let error = sample::write(form, disk.clone()).map(drop).expect_err("it is full");
                assert_eq!(error.kind(), ErrorKind::Io, "{error}");
                let taken = disk.taken.lock().unwrap();
                assert!(whole.starts_with(&taken), "after {room} bytes");
                // What such a beginning reads as is shown by `cut_files`.
                assert!(taken.len() == room || is_seam(form, taken.len()), "after {room} bytes");
            }
        }
    }
}

/// Whether the writer hands its sink nothing that crosses `length`.
fn is_seam(form: Form, length: usize) -> bool {
    let end = sample::finished(form).len();
    let within = [0, 8, sample::PREAMBLE_BYTES, end - 16, end - 8];
    within.contains(&length)
        || sample::beginnings(form).iter().any(|beginning| beginning.len() == length)
}

#[test]
fn a_block_that_no_reader_takes_is_an_error_and_not_written() {
    let mut writer = Writer::new(Vec::new(), &sample::header(FORMS[0])).unwrap();
    let before = writer.bytes_written();
    let name = "n".repeat(17 << 20);
    let error = writer.callsite(&sample::callsite(&name, CallsiteKind::Span)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert_eq!(writer.get_ref().len() as u64, before);
}

#[test]
fn a_sink_with_just_enough_room_holds_it_all() {
    for form in FORMS {
        let whole = sample::finished(form);
        let disk = Disk { taken: Arc::default(), room: whole.len(), in_parts: true };
        sample::write(form, disk.clone()).map(drop).unwrap();
        assert_eq!(*disk.taken.lock().unwrap(), whole);
    }
}
