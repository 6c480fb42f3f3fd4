//! Perfetto's own format: a stream of packets with track events.
//!
//! ```text
//! thread tracks    begin, end  one slice for each piece of a segment
//! request tracks   begin, end  one slice for each span, from creation to close, all that is known of it
//! flows            to a span from its parent on another thread; from what it follows from
//! instants         events of tracing, losses
//! counter          open requests
//! ```
//!
//! Packets are written as the recording is told, which is in the order of time but for what becomes
//! known late; readers sort them. Memory is bounded by the spans alive. About 240 bytes a span of a service.

mod flows;
mod packets;
mod tracks;

use super::ids::Ids;
use super::{Carried, Source};
use crate::error::Error;
use flows::{Flows, Place};
use packets::{Event, Flow, Kind, Packets};
use rustc_hash::FxHashMap;
use spanfire_recording::{LaneId, LossCause};
use spanfire_views::{
    Born, FollowsFrom, Piece, Ran, RequestId, SpanNumber, TrackPiece, VisitedInstant, VisitedLoss,
    VisitedSegment, VisitedSpan, Visitor,
};
use std::io::Write;
use tracks::{Happened, Request, Track};

/// Writes the selected spans as track events.
///
/// Times are nanoseconds since the recording's start, on a clock of the trace's own; a snapshot says
/// what the wall clock read then, so traces of several processes opened together lie as they ran. How
/// the wall clock was set since is not carried. Fields are annotations, under `fields`. The character zero
/// is drawn as `␀`, since Perfetto takes a text to end there.
///
/// Everything of a span is carried; how much of its time its threads were on a processor, too, as a sum, but
/// not when. Native samples, for which the format has packets, are left out. Where a span or a segment overlaps with what it is drawn inside,
/// it has several slices, marked `cut` and `continued`. What turns out of a span after its slice had to
/// be ended is on an instant named `closed`.
///
/// # Errors
/// Where `sink` does, and where the recording cannot be read.
pub fn perfetto(source: &Source<'_>, sink: &mut dyn Write) -> Result<Carried, Error> {
    let mut told = Teller::begin(source, sink);
    let visited = source.replay.visit(&mut told)?;
    for lane in &visited.lanes {
        told.thread(*lane);
    }
    told.packets.finish()?;
    Ok(Carried {
        spans: visited.spans,
        split: visited.cuts + visited.track_cuts,
        left_out: 0,
        notes: Carried::unknown_causes(&visited).into_iter().collect(),
    })
}

struct Teller<'a> {
    packets: Packets<'a>,
    ids: Ids,
    process: u32,
    threads: Vec<Thread>,
    requests: FxHashMap<RequestId, Request>,
    /// Where the live spans are that have begun on a track.
    places: FxHashMap<SpanNumber, (RequestId, usize)>,
    flows: Flows,
    arrows: u64,
    /// Whether the counter of open requests is described.
    counts: bool,
    open_requests: u64,
    /// Whether the segment that is about to be left was cut off by the recording's end.
    open_segment: bool,
}

struct Thread {
    id: u64,
    name: String,
    described: bool,
}

impl<'a> Teller<'a> {
    fn begin(source: &Source<'a>, sink: &'a mut dyn Write) -> Teller<'a> {
        let recording = source.recording();
        let header = recording.header();
        let threads = source.thread_ids(i32::MAX as u64).into_iter().zip(source.lane_labels());
        let mut teller = Teller {
            packets: Packets::begin(source, sink),
            ids: Ids::of(source),
            process: header.process_id,
            threads: threads.map(|(id, name)| Thread { id, name, described: false }).collect(),
            requests: FxHashMap::default(),
            places: FxHashMap::default(),
            flows: Flows::default(),
            arrows: 0,
            counts: false,
            open_requests: 0,
            open_segment: false,
        };
        let track = teller.id(Track::Process);
        teller.packets.track(track, |track| {
            track.message(3, |process| {
                process.uint(1, u64::from(header.process_id));
                header.arguments.iter().for_each(|argument| process.text(2, argument));
                process.text(6, &source.program());
                process.text(8, &format!("spanfire {}", header.recorder_version));
            });
        });
        teller
    }

    fn id(&self, track: Track) -> u64 {
        track.id(self.ids)
    }

    /// The track of a thread.
    fn thread(&mut self, lane: LaneId) -> u64 {
        let id = self.id(Track::Thread(lane));
        let Thread { id: number, name, described } = &mut self.threads[lane.index()];
        if !std::mem::replace(described, true) {
            self.packets.track(id, |track| {
                track.message(4, |thread| {
                    thread.uint(1, u64::from(self.process));
                    thread.uint(2, *number);
                    thread.text(5, name);
                });
            });
        }
        id
    }

    /// The track of a piece.
    fn track(&mut self, piece: &TrackPiece) -> u64 {
        let &TrackPiece { request, track, .. } = piece;
        let id = self.id(Track::Request(request, track));
        let (process, first) = (self.id(Track::Process), self.id(Track::Request(request, 0)));
        let of = self.requests.entry(request).or_default().track(track);
        if !std::mem::replace(&mut of.described, true) {
            let label = self.packets.label(piece.callsite).to_owned();
            self.packets.track(id, |descriptor| match track {
                0 => {
                    descriptor.text(2, &label);
                    descriptor.uint(5, process);
                }
                _ => {
                    descriptor.text(2, &format!("concurrent {}", track + 1));
                    descriptor.uint(5, first);
                }
            });
        }
        id
    }

    /// Something happens on a track of a request.
    fn happened(&mut self, piece: &TrackPiece, begins: bool) {
        let request = self.requests.entry(piece.request).or_default();
        request.track(piece.track).happened(piece, begins);
        self.write_on(piece.request, piece.track);
    }

    /// Writes what needs not wait.
    fn write_on(&mut self, request: RequestId, track: usize) {
        let next = |of: &mut Request| of.track(track).next();
        while let Some(Happened { piece, begins, said }) =
            self.requests.get_mut(&request).and_then(next)
        {
            let id = self.track(&piece);
            match begins {
                true => {
                    self.packets.event((Kind::Begin, id, piece.at_ns), piece.callsite, |event| {
                        event.number("span", piece.span.0);
                        event.flag("continued", piece.split);
                    });
                }
                false => self.packets.end(id, piece.at_ns, |event| {
                    event.flag("cut", piece.split);
                    if let Some(said) = said {
                        event.say(&said);
                    }
                }),
            }
        }
    }

    /// The number of open requests changes.
    fn count(&mut self, at_ns: u64, change: fn(u64) -> u64) {
        let (id, process) = (self.id(Track::OpenRequests), self.id(Track::Process));
        if !std::mem::replace(&mut self.counts, true) {
            self.packets.track(id, |track| {
                track.text(2, "open requests");
                track.uint(5, process);
                track.message(8, |counter| counter.uint(3, 2));
            });
        }
        self.open_requests = change(self.open_requests);
        self.packets.count(id, at_ns, self.open_requests);
    }

    /// The next arrow's number.
    fn arrow(&mut self) -> u64 {
        self.arrows += 1;
        self.ids.id(5, self.arrows)
    }

    /// The track that a live span is on.
    fn place(&self, span: SpanNumber) -> Option<u64> {
        let &(request, track) = self.places.get(&span)?;
        Some(self.id(Track::Request(request, track)))
    }
}

impl Visitor for Teller<'_> {
    fn born(&mut self, born: &Born) {
        self.requests.entry(born.request).or_default().spans += 1;
        self.flows.born(born);
    }

    fn follows(&mut self, follows: &FollowsFrom) {
        // What has closed is on no track any more; its request has a first one, whatever became of it.
        let cause = follows.cause.and_then(|cause| self.place(cause));
        let request = follows.cause_request.map(|request| self.id(Track::Request(request, 0)));
        if let (Some(from), Some(to)) = (cause.or(request), self.place(follows.span)) {
            let (arrow, at_ns) = (self.arrow(), follows.at_ns);
            let ends = [(from, Flow::From(arrow)), (to, Flow::To(arrow))];
            for (track, end) in ends {
                self.packets.remark((track, at_ns), "follows_from", |event| event.flow(end));
            }
        }
    }

    fn entered(&mut self, piece: &Piece) {
        let came = self.flows.entered(piece).map(|Place { lane, at_ns }| {
            let (arrow, from) = (self.arrow(), self.thread(lane));
            let says = |event: &mut Event<'_>| event.flow(Flow::From(arrow));
            self.packets.remark((from, at_ns), "parent", says);
            Flow::To(arrow)
        });
        let track = self.thread(piece.lane);
        self.packets.event((Kind::Begin, track, piece.at_ns), piece.callsite, |event| {
            event.number("span", piece.span.0);
            event.flag("continued", piece.split);
            if let Some(arrow) = came {
                event.flow(arrow);
            }
        });
    }

    fn segment(&mut self, segment: &VisitedSegment) {
        self.open_segment = segment.open;
    }

    fn left(&mut self, piece: &Piece) {
        let open = std::mem::take(&mut self.open_segment);
        let track = self.thread(piece.lane);
        self.packets.end(track, piece.at_ns, |event| {
            event.flag("cut", piece.split);
            event.flag("open", open);
        });
    }

    fn wants_tracks(&self) -> bool {
        true
    }

    fn began(&mut self, piece: &TrackPiece) {
        let place = (piece.request, piece.track);
        if let Some((request, track)) = self.places.insert(piece.span, place)
            && let Some(of) = self.requests.get_mut(&request)
            && let Some(end) = of.track(track).end_of(piece.span)
        {
            // It had not ended.
            end.piece.split = true;
            self.write_on(request, track);
        }
        self.happened(piece, true);
        let request = self.requests.entry(piece.request).or_default();
        request.open += 1;
        if request.open == 1 {
            self.count(piece.at_ns, |open| open + 1);
        }
    }

    fn ended(&mut self, piece: &TrackPiece) {
        self.happened(piece, false);
        let request = self.requests.entry(piece.request).or_default();
        request.open -= 1;
        if request.open == 0 {
            self.count(piece.at_ns, |open| open - 1);
        }
    }

    fn closed(&mut self, span: &VisitedSpan<'_>) {
        let number = span.born.number;
        self.flows.closed(number);
        let Some((request, track)) = self.places.remove(&number) else { return };
        let id = self.id(Track::Request(request, track));
        let Some(of) = self.requests.get_mut(&request) else { return };
        match of.track(track).end_of(number) {
            Some(end) => end.said = Some(self.packets.said(|event| describe(event, span))),
            None => self.packets.remark((id, span.end_ns), "closed", |event| describe(event, span)),
        }
        self.write_on(request, track);
        if let Some(of) = self.requests.get_mut(&request) {
            of.spans -= 1;
            if of.spans == 0 {
                self.requests.remove(&request);
            }
        }
    }

    fn instant(&mut self, instant: &VisitedInstant<'_>) {
        let track = self.thread(instant.lane);
        let what = (Kind::Instant, track, instant.at_ns);
        self.packets.event(what, instant.callsite, |event| {
            if let Some(span) = instant.span {
                event.number("span", span.0);
            }
            event.fields(instant.fields);
        });
    }

    fn lost(&mut self, loss: &VisitedLoss) {
        let track = self.thread(loss.lane);
        let name = match loss.cause {
            LossCause::Stall => "waited for the collector",
            LossCause::Overflow | LossCause::Sink => "events lost",
        };
        self.packets.remark((track, loss.start_ns), name, |event| {
            event.number("events", loss.events);
            event.number("until_ns", loss.end_ns);
        });
    }
}

/// All that is known of a span.
fn describe(event: &mut Event<'_>, span: &VisitedSpan<'_>) {
    let born = &span.born;
    event.number("span", born.number.0);
    event.number("request", born.request.0);
    if let Some(parent) = born.parent {
        event.number("parent", parent.0);
    }
    event.number("busy_ns", span.busy_ns);
    if let Some(Ran { cpu_ns, blocked_ns }) = span.ran {
        event.number("cpu_ns", cpu_ns);
        event.number("blocked_ns", blocked_ns);
    }
    event.number("self_ns", span.self_ns);
    event.number("waited_ns", span.waited_ns);
    event.number("segments", span.segments);
    event.numbers("follows_from", span.follows.iter().map(|cause| cause.0));
    event.flag("open", span.open);
    event.flag("inexact_start", span.inexact);
    event.flag("unknown_start", span.unknown);
    event.fields(span.fields);
}
