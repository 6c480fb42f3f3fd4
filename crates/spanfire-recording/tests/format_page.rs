//! The worked example of `docs/recording-format.md` is what the writer writes, byte for byte, and
//! the reader reads from it what the page says.
//!
//! Where page and writer differ, the failing test prints the dump that belongs on the page.

use spanfire_recording::{
    Anchor, Batch, Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Event, EventKind,
    Field, Form, Header, Lane, Level, Parent, Recording, Sample, SampleClock, SpanId, Switch, Tick,
    Value, Writer,
    raw::{Buffer, subscriber_span_id},
};
use std::fmt::Write;

const PAGE: &str = include_str!("../../../docs/recording-format.md");
const DUMP_STARTS: &str = "```dump\n";
const SAMPLES_START: &str = "```samples\n";
const DUMP_ENDS: &str = "```\n";

#[test]
fn the_page_shows_what_the_writer_writes() {
    let dump = annotated(&example());
    assert!(dump == dump_on_page(), "the dump for the page is\n\n{DUMP_STARTS}{dump}{DUMP_ENDS}");
}

#[test]
fn the_dump_on_the_page_reads_as_the_page_says() {
    let recording = Recording::from_bytes(bytes_of(dump_on_page())).expect("a recording");
    assert_eq!(recording.cut(), None);
    assert_eq!(recording.header(), &header());
    assert_eq!(recording.anchors(), [anchor()]);
    assert_eq!(recording.callsites(), [request(), query()]);
    assert_eq!(recording.lanes(), [lane()]);
    let chunk = recording.chunk(0).expect("a chunk");
    let [request, query] = spans();
    let parent = Parent::Current;
    let expected = [
        (1000, EventKind::NewEnter { span: request, callsite: CallsiteId(0), parent }),
        (1000, EventKind::Fields { span: request, fields: 0 }),
        (1500, EventKind::NewEnter { span: query, callsite: CallsiteId(1), parent }),
        (2500, EventKind::ExitDrop { span: query }),
        (3000, EventKind::ExitDrop { span: request }),
    ];
    assert_eq!(chunk.events, expected.map(|(tick, kind)| Event { tick: Tick(tick), kind }));
    assert_eq!(chunk.fields(0), [path()]);
    let nanoseconds = chunk.events.iter().map(|event| recording.timebase().ns(event.tick));
    assert_eq!(nanoseconds.collect::<Vec<_>>(), [0, 0, 250, 750, 1000]);
}

#[test]
fn the_page_shows_samples_as_the_writer_writes_them() {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    let before = writer.bytes_written() as usize + BLOCK_HEADER_BYTES;
    writer.batch(&samples()).unwrap();
    let bytes = writer.into_sink().split_off(before);
    let mut dump = Dump { bytes: &bytes, at: 0, text: String::new() };
    dump.parts(&SAMPLES, bytes.len());
    let on_page = between(SAMPLES_START);
    let text = dump.text;
    assert!(text == on_page, "the samples for the page are\n\n{SAMPLES_START}{text}{DUMP_ENDS}");
}

/// A thread in a loop, and how it lost its processor.
fn samples() -> Batch {
    let sample = |time, leaf| Sample {
        thread: 43,
        cpu: Some(1),
        time,
        frames: vec![leaf, 0x401020, 0x401010],
    };
    Batch {
        clock: SampleClock::MonotonicRaw,
        samples: vec![sample(1_000_000, 0x401040), sample(2_001_000, 0x401044)],
        switches: vec![Switch { thread: 43, time: 2_500_000, runs: false, preempted: true }],
    }
}

/// What the block of [`samples`] holds.
const SAMPLES: [(usize, &str); 16] = [
    (1, "CLOCK_MONOTONIC_RAW, columns as they are"),
    (3, "2 samples, 1 switch, 1 thread"),
    (1, "thread 43"),
    (2, "samples: both of the first thread"),
    (2, "both on processor 1"),
    (3, "time 1,000,000"),
    (3, "1,001,000 later"),
    (2, "stack: 0 frames shared, 3 follow"),
    (4, "0x401010"),
    (1, "0x10 behind the frame outside"),
    (1, "0x20 behind the frame outside"),
    (2, "stack: 2 frames shared, 1 follows"),
    (1, "4 behind what stood there"),
    (1, "switch: of the first thread"),
    (4, "time 2,500,000"),
    (1, "it ceased to run, and could have gone on"),
];

/// Two nested spans, a field, an anchor, finished.
fn example() -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    writer.anchor(&anchor()).unwrap();
    writer.callsite(&request()).unwrap();
    writer.callsite(&query()).unwrap();
    let lane = writer.lane(&lane()).unwrap();
    let [outer, inner] = spans();
    let mut words = Buffer::new(Form::Subscriber);
    words.birth_fields(Tick(1000), outer, CallsiteId(0), &request().fields, &[path()]);
    words.new_enter(Tick(1000), outer, CallsiteId(0));
    words.new_enter(Tick(1500), inner, CallsiteId(1));
    words.exit_drop(Tick(2500), inner);
    words.exit_drop(Tick(3000), outer);
    writer.events(lane, words.words()).unwrap();
    writer.finish().unwrap()
}

fn header() -> Header {
    Header {
        form: Form::Subscriber,
        clock: ClockInfo {
            source: ClockSource::Counter,
            nanos_per_tick: 0.5,
            kernel_source: Some("tsc".into()),
            warning: None,
        },
        process_id: 42,
        executable: "/bin/app".into(),
        arguments: vec!["app".into()],
        os: "linux".into(),
        arch: "x86_64".into(),
        parallelism: Some(2),
        recorder_version: "0.1.0".into(),
        origin: None,
    }
}

fn anchor() -> Anchor {
    Anchor { tick: 1000, monotonic_ns: 500, unix_ns: 1 << 60, uncertainty_ticks: 20, raw_ns: None }
}

fn request() -> Callsite {
    Callsite {
        name: "request".into(),
        target: "app".into(),
        file: Some("main.rs".into()),
        line: Some(7),
        level: Level::Info,
        kind: CallsiteKind::Span,
        fields: vec!["path".into()],
    }
}

fn query() -> Callsite {
    Callsite {
        name: "query".into(),
        target: "app::db".into(),
        file: None,
        line: None,
        level: Level::Debug,
        kind: CallsiteKind::Span,
        fields: Vec::new(),
    }
}

fn lane() -> Lane {
    Lane { thread_name: Some("main".into()), os_thread_id: Some(43) }
}

fn path() -> Field {
    Field { name: "path".into(), value: Value::Text("/".into()) }
}

fn spans() -> [SpanId; 2] {
    [subscriber_span_id(CallsiteId(0), 2), subscriber_span_id(CallsiteId(1), 4)]
}

fn dump_on_page() -> &'static str {
    between(DUMP_STARTS)
}

fn between(start: &str) -> &'static str {
    let (_, dump) = PAGE.split_once(start).expect("a dump on the page");
    dump.split_once(DUMP_ENDS).expect("the dump's end").0
}

/// The bytes of a dump's lines; those that begin with `#` are comments.
fn bytes_of(dump: &str) -> Vec<u8> {
    let lines = dump.lines().filter(|line| !line.starts_with('#'));
    let hex = lines.flat_map(|line| line[HEX.start..HEX.end.min(line.len())].split_whitespace());
    hex.map(|byte| u8::from_str_radix(byte, 16).expect("two hexadecimal digits")).collect()
}

/// Where a line has its bytes: after the offset, before the note.
const HEX: std::ops::Range<usize> = 6..53;

/// Splits a recording at its seams and says what each part is.
fn annotated(bytes: &[u8]) -> String {
    let mut dump = Dump { bytes, at: 0, text: String::new() };
    dump.part(8, "SPANFIRE");
    dump.part(4, "version 1");
    while dump.rest().len() > TRAILER_BYTES {
        dump.block();
    }
    dump.comment("trailer");
    dump.part(8, "where the index stands");
    dump.part(8, "SPANFIRE");
    dump.text
}

const BLOCK_HEADER_BYTES: usize = 16;
const TRAILER_BYTES: usize = 16;
const KINDS: [&str; 9] =
    ["", "header", "callsite", "lane", "events", "anchor", "loss", "probe cost", "index"];

/// What the example's chunk holds before its compressed part.
const CHUNK_START: [(usize, &str); 10] = [
    (4, "lane 0"),
    (4, "5 records"),
    (8, "first tick 1000"),
    (8, "last tick 3000"),
    (4, "no tick was raised"),
    (1, "8 bytes of ticks"),
    (2, "1000, 1000"),
    (2, "+ 500"),
    (2, "+ 1000"),
    (2, "+ 500"),
];
const CHUNK_START_BYTES: usize = 37;

/// What follows in the chunk, unpacked.
const TAGS_AND_ARGS: [(usize, &str); 11] = [
    (1, "BIRTH_FIELDS"),
    (1, "NEW_ENTER, id implied: key 0 + 2"),
    (1, "NEW_ENTER, id implied: key 2 + 2"),
    (1, "EXIT_DROP, id implied: the innermost"),
    (1, "EXIT_DROP, id implied: the innermost"),
    (1, "payload of 23 bytes"),
    (16, "span 0 << 44 | 2, callsite 0"),
    (2, "field 0 is a text"),
    (5, "of 1 byte: /"),
    (1, "callsite 0, so span 0 << 44 | 2"),
    (1, "callsite 1, so span 1 << 44 | 4"),
];

/// What the example's index holds.
const INDEX: [(usize, &str); 8] = [
    (1, "6 entries"),
    (2, "header at 12"),
    (2, "anchor"),
    (3, "callsite"),
    (3, "callsite"),
    (3, "lane"),
    (3, "events"),
    (28, "their first 28 bytes"),
];

struct Dump<'a> {
    bytes: &'a [u8],
    at: usize,
    text: String,
}

impl Dump<'_> {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn comment(&mut self, text: &str) {
        writeln!(self.text, "# {text}").unwrap();
    }

    fn part(&mut self, length: usize, note: &str) {
        for (number, line) in self.bytes[self.at..self.at + length].chunks(16).enumerate() {
            let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
            let note = if number == 0 { note } else { "" };
            let line = format!("{:04x}  {:47}  {note}", self.at + number * 16, hex.join(" "));
            writeln!(self.text, "{}", line.trim_end()).unwrap();
        }
        self.at += length;
    }

    fn block(&mut self) {
        let kind = self.rest()[0];
        let stored = u32::from_le_bytes(self.rest()[4..8].try_into().unwrap()) as usize;
        let payload = &self.rest()[BLOCK_HEADER_BYTES..][..stored];
        let name = KINDS[usize::from(kind)];
        match name {
            "events" | "index" => self.comment(name),
            _ => self.comment(&format!("{name} {}", minicbor::display(payload))),
        }
        self.part(4, &format!("kind {kind}"));
        self.part(8, "stored length, plain length");
        self.part(4, "checksum");
        match name {
            "events" => self.events(stored),
            "index" => self.parts(&INDEX, stored),
            _ => self.part(stored, ""),
        }
    }

    /// The stored bytes, and as comments what they unpack to.
    fn events(&mut self, stored: usize) {
        let plain = u32::from_le_bytes(self.bytes[self.at - 8..][..4].try_into().unwrap()) as usize;
        self.parts(&CHUNK_START, CHUNK_START_BYTES);
        let packed = &self.rest()[..stored - CHUNK_START_BYTES];
        let columns = lz4_flex::block::decompress(packed, plain - CHUNK_START_BYTES).unwrap();
        self.part(stored - CHUNK_START_BYTES, "LZ4 block");
        let mut unpacked = Dump { bytes: &columns, at: 0, text: String::new() };
        unpacked.parts(&TAGS_AND_ARGS, columns.len());
        self.comment("which unpacks to");
        for line in unpacked.text.lines() {
            self.comment(line);
        }
    }

    #[track_caller]
    fn parts(&mut self, parts: &[(usize, &str)], stored: usize) {
        let total: usize = parts.iter().map(|part| part.0).sum();
        assert_eq!(total, stored, "the notes of this test no longer fit the example");
        for (length, note) in parts {
            self.part(*length, note);
        }
    }
}
