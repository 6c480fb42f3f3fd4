//! A file made by hand, and what damage does to it.

use super::*;
use spanfire_recording::{Anchor, ClockInfo, ClockSource, Form, Writer};
use std::io::Cursor;

/// `PERF_SAMPLE_IP | TID | TIME | CALLCHAIN | PERIOD`.
const SAMPLE_TYPE: u64 = 1 | 2 | 4 | 32 | 256;

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn record(kind: u32, flags: u16, body: &[u8]) -> Vec<u8> {
    let size = (body.len() + 8) as u64;
    [&words(&[u64::from(kind) | u64::from(flags) << 32 | size << 48])[..], body].concat()
}

fn sample(pid: u64, tid: u64, raw_ns: u64, chain: &[u64]) -> Vec<u8> {
    let head = words(&[chain[1], pid | tid << 32, raw_ns, 1_000, chain.len() as u64]);
    record(9, 2, &[head, words(chain)].concat())
}

fn mapped(protection: u32, path: &str) -> Vec<u8> {
    let place = words(&[7 | 7 << 32, 0x1000, 0x500, 0x40]);
    let id = [&[3, 0, 0, 0, 0xa, 0xb, 0xc][..], &[0; 17]].concat();
    let rights = u64::from(protection).to_le_bytes();
    record(10, 1 << 14, &[&place[..], &id, &rights, path.as_bytes(), b"\0\0"].concat())
}

fn file(clock: u64, data: &[u8]) -> Vec<u8> {
    let mut attribute = vec![0; 128];
    attribute[24..32].copy_from_slice(&SAMPLE_TYPE.to_le_bytes());
    attribute[40..48].copy_from_slice(&(1u64 << 25).to_le_bytes());
    attribute[92..96].copy_from_slice(&(clock as u32).to_le_bytes());
    let header = words(&[104, 128, 104, 128, 232, data.len() as u64, 0, 0, 0, 0, 0, 0]);
    [b"PERFILE2", &header[..], &attribute, data].concat()
}

fn whole() -> Vec<u8> {
    // The chain tells with its first word that what follows is the program's.
    let user = 0xffff_ffff_ffff_fe00;
    let data = [
        mapped(5, "/bin/app"),
        mapped(1, "/bin/app"),
        sample(7, 8, 1_250, &[user, 0x1010, 0x1020]),
        sample(9, 9, 1_260, &[user, 0x1010, 0x1020]),
        sample(7, 7, 900, &[user, 0x1010, 0x1020]),
        record(2, 0, &words(&[1, 4])),
        record(70, 0, &words(&[1, 4])),
    ];
    file(4, &data.concat())
}

/// The recording began when the raw clock stood at 1,000.
fn read_bytes(bytes: &[u8]) -> Result<PerfData, String> {
    let clock = ClockInfo {
        source: ClockSource::Manual,
        nanos_per_tick: 1.0,
        kernel_source: None,
        warning: None,
    };
    let header = spanfire_recording::Header {
        form: Form::Subscriber,
        clock,
        process_id: 7,
        executable: String::new(),
        arguments: Vec::new(),
        os: String::new(),
        arch: String::new(),
        parallelism: None,
        recorder_version: String::new(),
        origin: None,
    };
    let mut writer = Writer::new(Vec::new(), &header).unwrap();
    let anchor =
        Anchor { tick: 0, monotonic_ns: 0, unix_ns: 0, uncertainty_ticks: 0, raw_ns: Some(1_000) };
    writer.anchor(&anchor).unwrap();
    let recording = Recording::from_bytes(writer.finish().unwrap()).unwrap();
    read_from(Cursor::new(bytes), 7, recording.raw_timebase().unwrap())
}

#[test]
fn the_processs_samples_and_its_code_are_read() {
    let data = read_bytes(&whole()).unwrap();
    assert_eq!(
        (data.samples.count(), data.of_others, data.lost),
        (1, 1, 4),
        "one is before the start"
    );
    assert_eq!(data.samples.addresses(), [0x1010, 0x101f]);
    let image = Image {
        path: "/bin/app".to_owned(),
        build_id: vec![0xa, 0xb, 0xc],
        start: 0x1000,
        end: 0x1500,
        file_offset: 0x40,
    };
    assert_eq!(data.images, [image]);
}

#[test]
fn another_clock_is_refused() {
    let error = read_bytes(&file(1, &[])).map(drop).unwrap_err();
    assert!(error.contains("-k CLOCK_MONOTONIC_RAW"), "{error}");
}

#[test]
fn a_file_cut_anywhere_or_with_any_byte_wrong_breaks_nothing() {
    let whole = whole();
    for length in 0..whole.len() {
        assert!(read_bytes(&whole[..length]).is_err(), "cut at {length}");
    }
    for at in 0..whole.len() {
        for wrong in [0, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = wrong;
            let _ = read_bytes(&bytes);
        }
    }
}
