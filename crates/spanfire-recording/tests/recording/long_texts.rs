//! Texts that are too long for a record.

use crate::sample;
use proptest::prelude::*;
use spanfire_recording::{
    CallsiteId, CallsiteKind, EventKind, Field, Form, Recording, Tick, Value, Writer, raw::Buffer,
};

/// What the fields of one record may take, with six bytes before each text.
const ROOM: usize = 16_320;

/// Writes `fields` as those of one span, and reads them back.
fn read_back(fields: &[Field]) -> Vec<Field> {
    let form = Form::Subscriber;
    let callsite = sample::callsite("request", CallsiteKind::Span);
    let mut writer = Writer::new(Vec::new(), &sample::header(form)).unwrap();
    writer.callsite(&callsite).unwrap();
    let lane = writer.lane(&sample::lane("main", 1)).unwrap();
    let mut words = Buffer::new(form);
    let span = sample::span(form, 1);
    words.late_fields(Tick(1), span, CallsiteId(0), &callsite.fields, fields);
    writer.events(lane, words.words()).unwrap();
    let recording = Recording::from_bytes(writer.finish().unwrap()).unwrap();
    let chunk = recording.chunk(0).unwrap();
    let EventKind::Fields { fields, .. } = chunk.events[0].kind else { panic!("no fields") };
    chunk.fields(fields).to_vec()
}

fn path(text: &str) -> Field {
    Field { name: "path".into(), value: Value::Text(text.into()) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_text_too_long_for_a_record_is_cut_at_a_character_and_ends_in_an_ellipsis(
        start in "[a-z]{0,5}",
        letter in prop::sample::select(vec!['x', 'é', '€', '😀', '\u{301}', '\0']),
        beyond in 0usize..200,
    ) {
        let many = (ROOM - 100 + beyond) / letter.len_utf8();
        let text: String = start.chars().chain(std::iter::repeat_n(letter, many)).collect();
        let read = read_back(&[path(&text)]);
        let Value::Text(read) = &read[0].value else { panic!("no text") };
        if *read != text {
            let beginning = read.strip_suffix('…').expect("an ellipsis");
            prop_assert!(text.starts_with(beginning));
            prop_assert!(read.len() > ROOM - 20, "{} bytes are left of it", read.len());
        }
        prop_assert!(read.len() <= ROOM - 6);
        prop_assert!(*read == text || text.len() > ROOM - 20, "{} bytes were cut", text.len());
    }
}

#[test]
fn what_follows_a_text_that_fills_the_record_is_left_out() {
    let full = path(&"x".repeat(2 * ROOM));
    let size = Field { name: "size".into(), value: Value::U64(1) };
    let read = read_back(&[full, size.clone(), path("more")]);
    assert_eq!(read.len(), 1);
    assert_eq!(read_back(&[size.clone(), path("more")]), [size, path("more")]);
}

#[test]
fn much_text_is_split_into_chunks_that_a_reader_takes() {
    let form = Form::Subscriber;
    let callsite = sample::callsite("request", CallsiteKind::Span);
    let fields = [path(&"x".repeat(ROOM / 2))];
    let mut words = Buffer::new(form);
    let count = 4_000;
    for number in 0..count {
        let span = sample::span(form, number + 1);
        words.birth_fields(Tick(number), span, CallsiteId(0), &callsite.fields, &fields);
        words.new_span(Tick(number), span, CallsiteId(0));
    }
    let mut writer = Writer::new(Vec::new(), &sample::header(form)).unwrap();
    writer.callsite(&callsite).unwrap();
    let lane = writer.lane(&sample::lane("main", 1)).unwrap();
    assert_eq!(writer.events(lane, words.words()).unwrap(), 2 * count);
    let recording = Recording::from_bytes(writer.finish().unwrap()).unwrap();
    let mut spans = 0;
    for index in 0..recording.chunks().len() {
        let chunk = recording.chunk(index).unwrap();
        for pair in chunk.events.chunks(2) {
            let [EventKind::New { span, .. }, EventKind::Fields { span: owner, fields: index }] =
                [pair[0].kind, pair[1].kind]
            else {
                panic!("{pair:?}");
            };
            assert_eq!(span, owner);
            assert_eq!(chunk.fields(index), fields);
            spans += 1;
        }
    }
    assert_eq!(spans, count);
}
