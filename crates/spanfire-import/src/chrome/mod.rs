//! Trace events, the JSON of `chrome://tracing`, which many tools write.
//!
//! ```text
//! B E, X        stays of a thread                      b e, S F    spans that run nowhere the file knows of
//! i, R          instants                               args        fields of whatever has them
//! M             names of processes and threads         the rest    left out, and counted
//! ```
//!
//! Events may come in any order. Our own export says of each slice which span it is a piece of, and comes back as it was. Memory:
//! 32 bytes a slice, 40 a span, and 32 a field with its text; the rest of the text is not held.

mod scalar;
mod event;
mod document;
mod threads;
mod lives;
mod pieces;
mod left_out;

use crate::callsites::Frame;
use crate::content::Content;
use crate::error::Error;
use crate::fields::FieldsId;
use crate::options::Format;
use crate::profile::{Instant, Profile, Stay};
use document::{End, Told};
use event::Event;
use left_out::LeftOut;
use lives::{Edge, Lives};
use pieces::Pieces;
use scalar::Scalar;
use spanfire_recording::CallsiteId;
use threads::Threads;

/// Reads trace events.
pub(crate) fn read(content: Content<'_>) -> Result<Profile, Error> {
    let mut trace = Trace {
        profile: Profile::new(Format::Chrome),
        threads: Threads::default(),
        lives: Lives::default(),
        pieces: None,
        left_out: LeftOut::default(),
    };
    let end = document::read(content.into_reader(), &mut trace)?;
    trace.profile(end)
}

struct Trace {
    profile: Profile,
    threads: Threads,
    lives: Lives,
    /// How slices belong to spans, if the file is ours.
    pieces: Option<Pieces>,
    left_out: LeftOut,
}

impl Told for Trace {
    fn event(&mut self, event: &mut Event) -> Result<(), Error> {
        match event.phase.text().unwrap_or_default() {
            "X" => self.slice(event),
            "B" => self.begin(event),
            "E" => {
                let Some(at_ns) = event.start.micros_as_ns() else { return self.untimed() };
                let lane = self.threads.lane(event, &mut self.profile);
                self.threads.end(lane, at_ns, event.arguments.fields());
                Ok(())
            }
            "b" | "S" => self.edge(event, Edge::Begin),
            "e" | "F" => self.edge(event, Edge::End),
            "i" | "I" | "R" => self.instant(event),
            "M" => {
                self.threads.metadata(event, &mut self.profile);
                Ok(())
            }
            other => {
                self.left_out.phase(other);
                Ok(())
            }
        }
    }

    fn other(&mut self, key: &str, value: &Scalar) {
        match key {
            "recorder" => {
                let tool: String = value.text().unwrap_or_default().chars().take(60).collect();
                if tool.starts_with("spanfire ") {
                    self.pieces = Some(Pieces::default());
                }
                self.profile.origin.tool = Some(tool).filter(|tool| !tool.is_empty());
            }
            "start_unix_ns" => self.profile.start_unix_ns = value.number().filter(|&ns| ns > 0),
            _ => {}
        }
    }
}

impl Trace {
    fn slice(&mut self, event: &mut Event) -> Result<(), Error> {
        let ends = event.start.micros_as_ns().zip(event.duration.micros_as_ns());
        let Some((start_ns, length_ns)) = ends.filter(|(_, length)| *length >= 0) else {
            return self.untimed();
        };
        let callsite = self.callsite(event)?;
        let lane = self.threads.lane(event, &mut self.profile);
        // A slice of our own has its span's number, and that span its fields.
        let fields = match self.pieces {
            Some(_) => FieldsId::default(),
            None => self.fields(callsite, event),
        };
        let mut stay = Stay { start_ns, end_ns: start_ns + length_ns, callsite, span: 0, fields };
        if let Some(pieces) = &mut self.pieces {
            let stays = &mut self.profile.lanes[lane].stays;
            if !pieces.piece(event, lane, &mut stay, stays, &mut self.profile.spans) {
                return Ok(());
            }
        }
        self.threads.slice(&stay, self.profile.lanes[lane].stays.last());
        self.profile.lanes[lane].stays.push(stay);
        Ok(())
    }

    fn begin(&mut self, event: &mut Event) -> Result<(), Error> {
        let Some(at_ns) = event.start.micros_as_ns() else { return self.untimed() };
        let callsite = self.callsite(event)?;
        let lane = self.threads.lane(event, &mut self.profile);
        let fields = self.fields(callsite, event);
        self.threads.begin(lane, at_ns, callsite, fields);
        Ok(())
    }

    fn edge(&mut self, event: &mut Event, edge: Edge) -> Result<(), Error> {
        let Some(at_ns) = event.start.micros_as_ns() else { return self.untimed() };
        let callsite = self.callsite(event)?;
        let lane = self.threads.lane(event, &mut self.profile);
        if let Some(pieces) = &mut self.pieces
            && pieces.edge(event, edge, lane, (at_ns, callsite), &mut self.profile)
        {
            return Ok(());
        }
        let fields = self.fields(callsite, event);
        self.lives.edge(event, edge, lane, (at_ns, callsite, fields));
        Ok(())
    }

    /// One of no thread is not in what that thread was in.
    fn instant(&mut self, event: &mut Event) -> Result<(), Error> {
        let Some(at_ns) = event.start.micros_as_ns() else { return self.untimed() };
        if self.pieces.is_some() && pieces::is_loss(event) {
            self.left_out.losses += 1;
            return Ok(());
        }
        let name = event.name.text().unwrap_or_default();
        let target = event.category.text().unwrap_or_default();
        let frame = Frame { name, target, instant: true, ..Frame::default() };
        let callsite = self.profile.callsites.number(&frame)?;
        let lane = self.threads.lane(event, &mut self.profile);
        let is_of_all = matches!(event.scope.text(), Some("g" | "p"));
        let inside = !is_of_all && event.phase.text() != Some("R");
        let fields = self.fields(callsite, event);
        self.profile.lanes[lane].instants.push(Instant { at_ns, callsite, inside, fields });
        Ok(())
    }

    /// Everything that is said of an event, as fields.
    fn fields(&mut self, callsite: CallsiteId, event: &mut Event) -> FieldsId {
        let Profile { fields, callsites, .. } = &mut self.profile;
        fields.add(callsite, FieldsId::default(), event.arguments.fields(), callsites)
    }

    fn untimed(&mut self) -> Result<(), Error> {
        self.left_out.untimed += 1;
        Ok(())
    }

    fn callsite(&mut self, event: &Event) -> Result<CallsiteId, Error> {
        let name = event.name.text().unwrap_or_default();
        let target = event.category.text().unwrap_or_default();
        self.profile.callsites.number(&Frame { name, target, ..Frame::default() })
    }

    fn profile(self, end: End) -> Result<Profile, Error> {
        let Trace { mut profile, threads, lives, pieces, mut left_out } = self;
        let is_ours = pieces.is_some();
        left_out.unmatched = threads.finish(&mut profile, pieces.as_ref())?;
        if let Some(pieces) = pieces {
            pieces.finish(&mut profile);
        }
        let (spans, unmatched) = lives.finish(&mut profile);
        left_out.unmatched += unmatched;
        if spans > 0 {
            profile.notes.push(format!(
                "{spans} async spans, of which it is not known where they ran: they are idle, as in `requests`"
            ));
        }
        if end == End::Cut {
            profile.notes.push("the array of events is not closed: all before is here".to_owned());
        }
        left_out.fields = profile.fields.left_out;
        profile.notes.extend(left_out.said());
        let instants = profile.lanes.iter().flat_map(|lane| &lane.instants);
        let instants = instants.map(|instant| instant.at_ns);
        let stays = profile.lanes.iter().flat_map(|lane| &lane.stays).map(|stay| stay.start_ns);
        let first_ns =
            stays.chain(instants).chain(profile.spans.iter().map(|span| span.start_ns)).min();
        // Times of our own are since the start already.
        profile.start_ns = match is_ours {
            true => first_ns.unwrap_or(0).min(0),
            false => first_ns.unwrap_or(0),
        };
        // Threads that were only named; those before others keep their numbers.
        let with_spans = profile.spans.iter().map(|span| span.lane as usize + 1).max().unwrap_or(0);
        let with_stays = profile
            .lanes
            .iter()
            .rposition(|lane| !lane.stays.is_empty() || !lane.instants.is_empty());
        profile.lanes.truncate(with_spans.max(with_stays.map_or(0, |last| last + 1)));
        Ok(profile)
    }
}
