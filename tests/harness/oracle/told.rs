//! What a recording tells event by event, beside what it should tell.
//!
//! Both sides name a span by the thread that created it and its number there, which no clock decides.

use super::account::{Account, Life};
use super::lines::Detail;
use crate::Transcript;
use spanfire_recording::{LaneId, Recording};
use std::collections::HashMap;

/// A thread, and the how-manieth span it created, from 0.
type Key = (String, usize);

/// A story: what one side says of all spans, threads and instants.
struct Story {
    detail: Detail,
    keys: Vec<Key>,
    /// How many spans each thread created so far.
    created: HashMap<String, usize>,
    lines: Vec<String>,
}

/// What is told of a span.
struct Told<'a> {
    span: usize,
    name: &'a str,
    parent: Option<usize>,
    fields: Vec<String>,
    follows: &'a [usize],
    /// Thread, from, to.
    segments: Vec<(String, u64, Option<u64>)>,
    closed: bool,
}

/// What a recording should tell, in lines.
pub fn should_tell(account: &Account, detail: Detail) -> Vec<String> {
    let mut story = Story::new(detail);
    for life in &account.spans {
        story.create(&life.thread, life.is_recorded());
    }
    for (thread, words) in &account.lanes {
        story.lane(thread, words.iter().map(|(words, ..)| words.as_str()));
    }
    for (span, life) in account.recorded() {
        let Life { name, parent, fields, follows, stays, dropped, .. } = life;
        let stays = stays.iter().map(|stay| (stay.thread.clone(), stay.enter, stay.exit));
        story.span(Told {
            span,
            name,
            parent: *parent,
            fields: fields.clone(),
            follows,
            segments: stays.collect(),
            closed: dropped.is_some(),
        });
    }
    for (thread, parent, fields) in &account.instants {
        story.instant(thread, *parent, fields);
    }
    story.sorted()
}

/// What a recording tells, in the same lines.
pub fn told(recording: &Recording, transcript: &Transcript, detail: Detail) -> Vec<String> {
    let thread = |lane: LaneId| recording.lanes()[lane.index()].label(lane);
    let mut story = Story::new(detail);
    for span in &transcript.spans {
        story.create(&thread(span.lane), true);
    }
    for (number, words) in transcript.lanes.iter().enumerate() {
        let words = words.iter().map(String::as_str).filter(|word| *word != "lost");
        story.lane(&thread(LaneId(number as u32)), words);
    }
    for (number, span) in transcript.spans.iter().enumerate() {
        let segments = span.segments.iter().map(|segment| {
            (thread(segment.lane), segment.enter.0, segment.exit.map(|exit| exit.0))
        });
        story.span(Told {
            span: number,
            name: &span.name,
            parent: span.parent,
            fields: span.fields.clone(),
            follows: &span.follows,
            segments: segments.collect(),
            closed: span.closed,
        });
    }
    for instant in &transcript.instants {
        story.instant(&thread(instant.lane), instant.parent, &instant.fields);
    }
    story.sorted()
}

impl Story {
    fn new(detail: Detail) -> Story {
        Story { detail, keys: Vec::new(), created: HashMap::new(), lines: Vec::new() }
    }

    fn create(&mut self, thread: &str, recorded: bool) {
        let created = self.created.entry(thread.to_owned()).or_default();
        self.keys.push((thread.to_owned(), *created));
        *created += usize::from(recorded);
    }

    /// Which thread drops a handle last may not be known; that it was dropped is told of the span.
    fn lane<'a>(&mut self, thread: &str, words: impl Iterator<Item = &'a str>) {
        let words: Vec<&str> = words.filter(|word| !word.starts_with("close")).collect();
        if !words.is_empty() {
            self.lines.push(format!("{thread}: {}", words.join(", ")));
        }
    }

    fn span(&mut self, told: Told<'_>) {
        let Told { span, name, parent, mut fields, follows, mut segments, closed } = told;
        let parent = parent.map(|parent| &self.keys[parent]);
        let mut follows: Vec<&Key> = follows.iter().map(|&cause| &self.keys[cause]).collect();
        if self.detail == Detail::Timeless {
            fields.sort();
            follows.sort();
            for (_, enter, exit) in &mut segments {
                (*enter, *exit) = (0, exit.map(|_| 0));
            }
            segments.sort();
        }
        self.lines.push(format!(
            "{:?} {name:?} below {parent:?}, closed {closed}, {fields:?}, follows {follows:?}, \
             {segments:?}",
            self.keys[span]
        ));
    }

    fn instant(&mut self, thread: &str, parent: Option<usize>, fields: &[String]) {
        let parent = parent.map(|parent| &self.keys[parent]);
        self.lines.push(format!("instant on {thread} in {parent:?}: {fields:?}"));
    }

    fn sorted(mut self) -> Vec<String> {
        self.lines.sort();
        self.lines
    }
}
