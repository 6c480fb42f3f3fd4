//! A recording that was not finished, with the tail file of its process: what was in no block yet is
//! read, once and in order, and nothing else.

use crate::sample::{self, FORMS};
use spanfire_recording::{
    CallsiteKind, EventKind, Form, LaneId, Recording, Tick, Writer,
    raw::{self, Buffer, head, kind},
    tail::{self, HEADER_WORDS, Head, LOSS_WORDS, SLOT_BYTES, TailState, Taken, owner, word},
};
use std::path::PathBuf;

const CALLSITE: spanfire_recording::CallsiteId = spanfire_recording::CallsiteId(0);
const LAST_TICK: u64 = 1_200;
const NEVER: u64 = u64::MAX;

/// A chunk of a tail file.
struct Chunk {
    header: [u64; HEADER_WORDS],
    words: Vec<u64>,
}

impl Chunk {
    fn new(owner: u64, sequence: u64, words: &[u64]) -> Chunk {
        let mut header = [0; HEADER_WORDS];
        header[word::LENGTH] = words.len() as u64;
        header[word::SEQUENCE] = sequence;
        header[word::OWNER] = owner;
        header[word::AT_BYTE] = NEVER;
        Chunk { header, words: words.to_vec() }
    }

    /// Taken as far as `taken` says, and as far as `next` once the recording has `at_byte` bytes.
    fn taken(mut self, taken: Taken, next: Taken, at_byte: u64) -> Chunk {
        self.header[word::TAKEN] = taken.to_word();
        self.header[word::TAKEN_NEXT] = next.to_word();
        self.header[word::AT_BYTE] = at_byte;
        self
    }
}

/// A folder with an unfinished recording and its tail file.
struct Killed {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Killed {
    fn new(recording: &[u8], tail: &[u8]) -> Killed {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.spanfire");
        std::fs::write(&path, recording).unwrap();
        std::fs::write(tail::path_beside(&path), tail).unwrap();
        Killed { _folder: folder, path }
    }

    fn open(&self) -> Recording {
        Recording::open(&self.path).unwrap()
    }
}

fn head_of_sample() -> Head {
    Head::new(sample::header(Form::Subscriber).process_id, &sample::anchor(1_000, 5_000))
}

fn tail_of(head: Head, chunks: &[Chunk]) -> Vec<u8> {
    let mut bytes = head.to_bytes().to_vec();
    for (slot, chunk) in chunks.iter().enumerate() {
        bytes.resize((slot + 1) * SLOT_BYTES, 0);
        let words = chunk.header.iter().chain(&chunk.words);
        bytes.extend(words.flat_map(|word| word.to_le_bytes()));
    }
    bytes.resize((chunks.len() + 1) * SLOT_BYTES, 0);
    bytes
}

/// A recording of one callsite, one lane and one span.
fn recording(form: Form) -> Vec<u8> {
    recording_and(form, &[])
}

/// The same, and a block of `words`.
fn recording_and(form: Form, words: &[u64]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &sample::header(form)).unwrap();
    writer.anchor(&sample::anchor(1_000, 5_000)).unwrap();
    writer.callsite(&sample::callsite("known", CallsiteKind::Span)).unwrap();
    writer.lane(&sample::lane("main", 7)).unwrap();
    writer.events(LaneId(0), &leaf(form, 1, LAST_TICK - 10)).unwrap();
    writer.events(LaneId(0), words).unwrap();
    writer.into_sink()
}

/// A span that lives for ten ticks.
fn leaf(form: Form, number: u64, tick: u64) -> Vec<u64> {
    let span = sample::span(form, number);
    let mut lane = Buffer::new(form);
    lane.new_enter(Tick(tick), span, CALLSITE);
    lane.exit_drop(Tick(tick + 10), span);
    lane.words().to_vec()
}

/// Tick and kind of every event, by lane and in order.
fn events(recording: &Recording, lane: u32) -> Vec<(u64, EventKind)> {
    let mut events = Vec::new();
    for (index, chunk) in recording.chunks().iter().enumerate() {
        if chunk.lane == LaneId(lane) {
            let chunk = recording.chunk(index).unwrap();
            events.extend(chunk.events.iter().map(|event| (event.tick.0, event.kind)));
        }
    }
    events
}

fn ticks(recording: &Recording) -> Vec<u64> {
    events(recording, 0).iter().map(|(tick, _)| *tick).collect()
}

#[test]
fn chunks_that_were_never_taken_are_read_in_the_order_of_their_sequence() {
    for form in FORMS {
        let chunks = [(1, 2_200, 3), (0, 2_100, 2)].map(|(sequence, tick, number)| {
            Chunk::new(owner::lane(0), sequence, &leaf(form, number, tick))
        });
        let read = Killed::new(&recording(form), &tail_of(head_of_sample(), &chunks)).open();
        assert_eq!(ticks(&read), [1_190, 1_200, 2_100, 2_110, 2_200, 2_210]);
        assert!(matches!(read.tail(), TailState::Taken(taken) if taken.records == 4));
        assert!(read.cut().is_some());
    }
}

#[test]
fn what_was_taken_counts_from_the_byte_on_at_which_its_block_ends() {
    let form = Form::Subscriber;
    let recording = recording(form);
    let length = recording.len() as u64;
    let words = [leaf(form, 2, 2_100), leaf(form, 3, 2_200)].concat();
    let half = Taken::up_to(words.len() / 2);
    for (at_byte, expected) in [(length + 1, 6), (length, 4)] {
        let chunk = Chunk::new(owner::lane(0), 0, &words).taken(Taken::default(), half, at_byte);
        let read = Killed::new(&recording, &tail_of(head_of_sample(), &[chunk])).open();
        assert_eq!(ticks(&read).len(), expected, "at byte {at_byte} of {length}");
    }
}

#[test]
fn a_block_that_was_half_written_does_not_count() {
    let form = Form::Subscriber;
    let words = leaf(form, 2, 2_100);
    let whole = recording_and(form, &words);
    let chunk = Chunk::new(owner::lane(0), 0, &words).taken(
        Taken::default(),
        Taken::up_to(words.len()),
        whole.len() as u64,
    );
    let tail = tail_of(head_of_sample(), &[chunk]);
    for length in recording(form).len()..=whole.len() {
        let read = Killed::new(&whole[..length], &tail).open();
        assert_eq!(ticks(&read), [1_190, 1_200, 2_100, 2_110], "{length} of {}", whole.len());
    }
}

#[test]
fn a_record_that_was_changed_after_it_was_taken_is_told_once() {
    for form in FORMS {
        let span = sample::span(form, 2);
        let born = |kind| {
            let mut words = vec![head(2_100, kind), span.0];
            words.extend((form == Form::Layer).then_some(0));
            words
        };
        let before = born(kind::NEW_BOUND);
        let taken = Taken::after(form, &before, before.len());
        let chunk = Chunk::new(owner::lane(0), 0, &born(kind::NEW_ENTER)).taken(taken, taken, 0);
        let tail = tail_of(head_of_sample(), &[chunk]);
        let read = Killed::new(&recording(form), &tail).open();
        assert_eq!(events(&read, 0)[2..], [(2_100, EventKind::Enter { span })]);

        let unchanged = Chunk::new(owner::lane(0), 0, &before).taken(taken, taken, 0);
        let tail = tail_of(head_of_sample(), &[unchanged]);
        let read = Killed::new(&recording(form), &tail).open();
        assert_eq!(ticks(&read), [1_190, 1_200]);
    }
}

#[test]
fn names_that_no_block_holds_come_from_the_tail() {
    let form = Form::Subscriber;
    let [known, new] = ["known", "new"].map(|name| sample::callsite(name, CallsiteKind::Span));
    let mut blocks = tail::callsite_block(0, &known, SLOT_BYTES);
    blocks.extend(tail::lane_block(0, &sample::lane("main", 7), SLOT_BYTES));
    blocks.extend(tail::callsite_block(1, &new, SLOT_BYTES));
    blocks.extend(tail::lane_block(1, &sample::lane("second", 8), SLOT_BYTES));
    let words: Vec<u64> =
        blocks.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect();
    let chunks =
        [Chunk::new(owner::NAMES, 0, &words), Chunk::new(owner::lane(1), 0, &leaf(form, 2, 2_100))];
    let read = Killed::new(&recording(form), &tail_of(head_of_sample(), &chunks)).open();
    let names: Vec<&str> = read.callsites().iter().map(|callsite| &*callsite.name).collect();
    assert_eq!(names, ["known", "new"]);
    assert_eq!(read.lanes()[1].thread_name.as_deref(), Some("second"));
    assert_eq!(events(&read, 1).len(), 2);
}

#[test]
fn a_name_too_long_for_a_chunk_is_cut() {
    let mut long = sample::callsite(&"é".repeat(100_000), CallsiteKind::Span);
    long.fields = vec!["field".repeat(20_000)];
    let block = tail::callsite_block(0, &long, SLOT_BYTES);
    assert!(block.len() < SLOT_BYTES && block.len().is_multiple_of(8));
    let short = sample::callsite("short", CallsiteKind::Span);
    assert_eq!(tail::callsite_block(0, &short, SLOT_BYTES).len() % 8, 0);
}

#[test]
fn losses_that_no_record_tells_are_counted() {
    let entry = [owner::lane(0), 12, 2_000, 2_500];
    let nobody = [owner::lane(9), 12, 2_000, 2_500];
    let none = [owner::lane(0), 0, 2_000, 2_500];
    assert_eq!(entry.len(), LOSS_WORDS);
    let chunk = Chunk::new(owner::LOSSES, 0, &[entry, nobody, none].concat());
    let tail = tail_of(head_of_sample(), &[chunk]);
    let read = Killed::new(&recording(Form::Subscriber), &tail).open();
    assert_eq!(read.losses().len(), 1);
    assert_eq!((read.losses()[0].events, read.losses()[0].last), (12, Tick(2_500)));
    assert!(matches!(read.tail(), TailState::Taken(taken) if taken.lost_events == 12));
}

#[test]
fn the_tail_of_another_recording_is_refused() {
    let words = leaf(Form::Subscriber, 2, 2_100);
    let other = Head { process_id: 43, ..head_of_sample() };
    for tail in [
        tail_of(other, &[Chunk::new(owner::lane(0), 0, &words)]),
        b"something else".to_vec(),
        Vec::new(),
    ] {
        let read = Killed::new(&recording(Form::Subscriber), &tail).open();
        assert!(matches!(read.tail(), TailState::Refused(_)), "{:?}", read.tail());
        assert_eq!(ticks(&read), [1_190, 1_200]);
    }
}

#[test]
fn a_finished_or_damaged_recording_takes_nothing_from_a_tail() {
    let form = Form::Subscriber;
    let chunk = Chunk::new(owner::lane(0), 0, &leaf(form, 9, 9_000));
    let tail = tail_of(head_of_sample(), &[chunk]);
    let finished = Killed::new(&sample::finished(form), &tail).open();
    assert!(matches!(finished.tail(), TailState::Missing));

    let mut damaged = recording(form);
    *damaged.last_mut().unwrap() ^= 1;
    let read = Killed::new(&damaged, &tail).open();
    assert!(matches!(read.tail(), TailState::Missing));
    assert_eq!(ticks(&read), [] as [u64; 0]);
}

#[test]
fn whatever_stands_in_a_tail_the_recording_itself_is_read() {
    let form = Form::Layer;
    let chunks = [
        Chunk::new(owner::lane(0), 0, &leaf(form, 2, 2_100)),
        Chunk::new(owner::LOSSES, 0, &[1, 1, 1, 1]),
    ];
    let tail = tail_of(head_of_sample(), &chunks);
    let starts = [0, SLOT_BYTES, 2 * SLOT_BYTES];
    let places = starts.iter().flat_map(|start| *start..start + 8 * (HEADER_WORDS + 6));
    for place in places {
        for bit in [0x01, 0x10, 0x80] {
            let mut turned = tail.clone();
            turned[place] ^= bit;
            let read = Killed::new(&recording(form), &turned).open();
            assert_eq!(ticks(&read)[..2], [1_190, 1_200], "byte {place}, bit {bit:#x}");
        }
        let read = Killed::new(&recording(form), &tail[..place]).open();
        assert_eq!(ticks(&read)[..2], [1_190, 1_200], "cut at {place}");
    }
}

#[test]
fn records_are_counted_whole() {
    let words = leaf(Form::Layer, 1, 1_000);
    assert_eq!(raw::records(Form::Layer, &words), 2);
    assert_eq!(raw::records(Form::Layer, &words[..words.len() - 1]), 1);
    assert_eq!(raw::records(Form::Layer, &[head(1, kind::EXTENDED), u64::MAX]), 0);
}
