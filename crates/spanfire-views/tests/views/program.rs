//! A recording built event by event, through the true encoder.

use spanfire_recording::{
    Anchor, Batch, Callsite, CallsiteId, CallsiteKind, ClockInfo, ClockSource, Field, Form, Header,
    Lane, LaneId, Level, Loss, Parent, ProbeCost, ProbeSample, Recording, Sample, SpanId, Switch,
    Tick, Value, Writer, raw,
};

/// The operating system's number of a lane's thread: none has 0.
fn os_thread(lane: LaneId) -> u64 {
    u64::from(lane.0) + 1
}

/// What a program did, one tick a nanosecond.
pub struct Program {
    pub form: Form,
    sites: Vec<Callsite>,
    lanes: Vec<(Lane, Vec<Vec<u64>>)>,
    losses: Vec<Loss>,
    /// What was seen of the threads from outside, each with its lane's number as its id.
    batch: Batch,
    sequence: u64,
    /// When the recording ended, if that was after the last event.
    pub end: u64,
    /// How long a tick is.
    pub nanos_per_tick: f64,
    /// What recording cost.
    pub cost: Option<ProbeCost>,
}

/// What one kind of probe cost inside and outside, each time.
pub fn probe(inside_ns: f64, outside_ns: f64) -> ProbeSample {
    ProbeSample {
        inside_min_ns: inside_ns,
        inside_median_ns: inside_ns,
        outside_min_ns: outside_ns,
        outside_median_ns: outside_ns,
        ..ProbeSample::default()
    }
}

impl Program {
    pub fn new(form: Form) -> Program {
        let (sites, lanes, losses) = (Vec::new(), Vec::new(), Vec::new());
        let cost = ProbeCost {
            plain: probe(1.0, 2.0),
            samples: 1,
            fields: Some(probe(1.0, 3.0)),
            reenter: Some(probe(1.0, 1.0)),
        };
        Program {
            form,
            sites,
            lanes,
            losses,
            batch: Batch::default(),
            sequence: 0,
            end: 0,
            nanos_per_tick: 1.0,
            cost: Some(cost),
        }
    }

    /// The callsite with this name.
    pub fn site(&mut self, name: &str, kind: CallsiteKind) -> CallsiteId {
        let known = self.sites.iter().position(|site| site.name == name);
        let index = known.unwrap_or_else(|| {
            self.sites.push(Callsite {
                name: name.to_string(),
                target: "sketch".to_string(),
                file: None,
                line: None,
                level: Level::Info,
                kind,
                fields: vec!["n".to_string(), "user".to_string()],
            });
            self.sites.len() - 1
        });
        CallsiteId(index as u32)
    }

    /// An id for a new span of this callsite.
    pub fn id(&mut self, site: CallsiteId) -> SpanId {
        self.sequence += 1;
        match self.form {
            Form::Subscriber => raw::subscriber_span_id(site, self.sequence),
            Form::Layer => SpanId(self.sequence),
        }
    }

    pub fn lane(&mut self, name: &str) -> LaneId {
        let id = LaneId(self.lanes.len() as u32);
        let os_thread_id = Some(os_thread(id));
        let lane = Lane { thread_name: Some(name.to_string()), os_thread_id };
        self.lanes.push((lane, vec![Vec::new()]));
        id
    }

    /// Appends events to a lane.
    pub fn on(&mut self, lane: LaneId, events: impl FnOnce(&mut raw::Buffer)) {
        let mut buffer = raw::Buffer::new(self.form);
        events(&mut buffer);
        self.words(lane).extend_from_slice(buffer.words());
    }

    fn words(&mut self, lane: LaneId) -> &mut Vec<u64> {
        self.lanes[lane.index()].1.last_mut().expect("a lane has a chunk")
    }

    /// Field values recorded on a span.
    pub fn fields(&mut self, lane: LaneId, tick: u64, id: SpanId, site: CallsiteId, n: u64) {
        let names = self.sites[site.index()].fields.clone();
        let field = Field { name: "n".to_string(), value: Value::U64(n) };
        self.on(lane, |buffer| buffer.late_fields(Tick(tick), id, site, &names, &[field]));
    }

    pub fn instant(&mut self, lane: LaneId, tick: u64, site: CallsiteId) {
        self.on(lane, |buffer| buffer.instant(Tick(tick), site, Parent::Current, &[], &[]));
    }

    /// Notes among the lane's own events that some are missing.
    pub fn lost(&mut self, lane: LaneId, first: u64, last: u64, events: u64) {
        let payload = [first, last, events];
        raw::put_extended(self.words(lane), last, raw::extended::LOSS, &payload, &[]);
    }

    /// Notes among the lane's own events, at `tick`, that it waited for the collector.
    pub fn stalled(&mut self, lane: LaneId, tick: u64, from: u64, to: u64) {
        raw::put_extended(self.words(lane), tick, raw::extended::STALL, &[from, to], &[]);
    }

    /// Notes outside the lane's events that some are missing, or that it was stalled.
    pub fn loss(&mut self, loss: Loss) {
        self.losses.push(loss);
    }

    /// The lane's thread begins or ceases to run on a processor.
    pub fn switch(&mut self, lane: LaneId, time: u64, runs: bool) {
        let thread = os_thread(lane);
        self.batch.switches.push(Switch { thread, time, runs, preempted: false });
    }

    /// The lane's thread is seen to execute this stack, the innermost function first.
    pub fn sample(&mut self, lane: LaneId, time: u64, frames: Vec<u64>) {
        self.batch.samples.push(Sample { thread: os_thread(lane), cpu: None, time, frames });
    }

    /// Goes on in a new chunk.
    pub fn cut(&mut self, lane: LaneId) {
        self.lanes[lane.index()].1.push(Vec::new());
    }

    /// The recording, the last lane's chunks first in the file.
    pub fn recording(&self) -> Recording {
        let header = Header {
            form: self.form,
            clock: ClockInfo {
                source: ClockSource::Manual,
                nanos_per_tick: self.nanos_per_tick,
                kernel_source: None,
                warning: None,
            },
            process_id: 1,
            executable: String::new(),
            arguments: Vec::new(),
            os: String::new(),
            arch: String::new(),
            parallelism: None,
            recorder_version: String::new(),
            origin: None,
        };
        let bytes = self.write(&header).expect("writing to memory");
        Recording::from_bytes(bytes).expect("a recording just written")
    }

    fn write(&self, header: &Header) -> Result<Vec<u8>, spanfire_recording::Error> {
        let anchor = |tick| Anchor {
            tick,
            monotonic_ns: tick,
            unix_ns: tick,
            uncertainty_ticks: 0,
            raw_ns: None,
        };
        let mut writer = Writer::new(Vec::new(), header)?;
        writer.anchor(&anchor(0))?;
        if let Some(cost) = &self.cost {
            writer.probe_cost(cost)?;
        }
        for site in &self.sites {
            writer.callsite(site)?;
        }
        for (lane, _) in &self.lanes {
            writer.lane(lane)?;
        }
        for (index, (_, chunks)) in self.lanes.iter().enumerate().rev() {
            for words in chunks {
                writer.events(LaneId(index as u32), words)?;
            }
        }
        for loss in &self.losses {
            writer.loss(loss)?;
        }
        if !self.batch.is_empty() {
            writer.batch(&self.batch)?;
        }
        if self.end > 0 {
            writer.anchor(&anchor(self.end))?;
        }
        writer.finish()
    }
}
