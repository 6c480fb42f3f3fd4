//! `spanfire view`.

use crate::args::ViewArgs;
use crate::failure::{Failure, say};
use crate::input::Input;
use crate::native::Native;
use crate::server::{Answer, Asked, Indexing, Preview, Server};
use regex::Regex;
use spanfire_recording::Callsite;
use spanfire_render::{Report, ReportOptions, SEGMENTS_IN_A_PAGE, served};
use spanfire_views::{
    Hybrid, Overall, Replay, RequestChart, RequestId, RequestTable, SegmentIndex, Selection,
    Stacks, Summary,
};
use std::io::{self, Write};
use std::ops::Range;
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::thread;

/// More segments than this are not sent one by one.
const NEAR_MAX: usize = 400_000;
/// No screen is wider, in pixels; three of them are asked for at once.
const WIDTH_MAX: u64 = 100_000;

/// A recording of so many events takes long enough to read that its beginning is shown meanwhile.
const AHEAD_FROM: u64 = 1_000_000;
/// How many segments are read before the first look, and how wide looks are, in pixels.
const FIRST_LOOK: u64 = 200_000;
const PREVIEW_WIDTH: f64 = 2_000.0;

/// Serves the viewer until the process is ended.
pub fn view(args: &ViewArgs) -> Result<ExitCode, Failure> {
    let input = Input::open(&args.input)?;
    let server = Server::bind(args.port).map_err(|error| {
        Failure::Bad(format!("127.0.0.1:{}: cannot listen: {error}", args.port))
    })?;
    let options = ReportOptions {
        title: args.title.clone().unwrap_or_else(|| input.name()),
        selection: args.input.selection.described().unwrap_or_default(),
        resolution_ns: 1,
    };
    let events: u64 = input.recording().chunks().iter().map(|chunk| u64::from(chunk.events)).sum();
    let viewed =
        Viewed { input: &input, indexing: Indexing::default(), native: OnceLock::new(), options };
    // A small recording is read at once, and what is wrong with it is said before there is a page.
    if events < AHEAD_FROM {
        viewed.read(&mut |_| {})?;
    }
    announce(&server.address())?;
    if !args.no_open {
        open(&server.address());
    }
    thread::scope(|scope| {
        if events >= AHEAD_FROM {
            scope.spawn(|| viewed.read_ahead());
        }
        server.run(&|asked| viewed.answer(asked));
    });
    Ok(ExitCode::SUCCESS)
}

/// What is served.
struct Viewed<'a> {
    input: &'a Input,
    indexing: Indexing,
    /// Native samples, read and named when they are first asked for; what went wrong with it, in words.
    native: OnceLock<Result<Option<Native>, String>>,
    options: ReportOptions,
}

impl Viewed<'_> {
    /// Indexes the recording.
    fn read(&self, watch: &mut dyn FnMut(&SegmentIndex)) -> Result<(), Failure> {
        let (index, summary) =
            self.input.view(|replay| SegmentIndex::watched(replay, FIRST_LOOK, watch))?;
        if index.lanes().is_empty() {
            return Err(self.input.empty("spans to show"));
        }
        self.indexing.finish(Ok((index, summary)));
        Ok(())
    }

    /// Indexes the recording while pages already show what is there of it.
    fn read_ahead(&self) {
        let read = self.read(&mut |index| {
            if let Ok(preview) = self.preview(index) {
                self.indexing.show(preview);
            }
        });
        if let Err(Failure::Bad(reason) | Failure::Usage(reason)) = read {
            say(&reason);
            self.indexing.finish(Err(reason));
        }
    }

    fn preview(&self, index: &SegmentIndex) -> Result<Preview, spanfire_render::Error> {
        let range = index.range_ns();
        let length = (range.end - range.start).max(1) as f64;
        let share = (index.end_ns().saturating_sub(range.start) as f64 / length).min(1.0);
        let recording = self.input.recording();
        let (nothing, reading) = (Summary::default(), Some(share));
        let outline = served::outline(recording, index, &nothing, reading, &self.options)?;
        let window = served::window(index, &range, length / PREVIEW_WIDTH)?;
        Ok(Preview { outline, window })
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let answer = match asked.path.as_str() {
            "" => Ok(Answer::html(served::page())),
            "outline" => self.outline(),
            "window" => self.window(asked),
            "merged" => self.merged(asked),
            "functions" => self.functions(asked),
            "near" => self.near(asked),
            _ => Ok(Answer::refusal(404, "nothing is here")),
        };
        answer.unwrap_or_else(|failure| Answer::refusal(500, &failure))
    }

    fn outline(&self) -> Result<Answer, String> {
        if let Some(preview) = self.indexing.preview() {
            return Ok(Answer::json(preview.outline.clone()));
        }
        let (index, summary) = self.indexing.done()?;
        let recording = self.input.recording();
        let outline = served::outline(recording, index, summary, None, &self.options);
        outline.map(Answer::json).map_err(|error| error.to_string())
    }

    /// What a picture of `from` to `to` needs that is `width` pixels wide.
    fn window(&self, asked: &Asked) -> Result<Answer, String> {
        // All of the time is shown while it is read; any part of it, when it has been.
        if asked.number("from").is_none()
            && let Some(preview) = self.indexing.preview()
        {
            return Ok(Answer::binary(preview.window.clone()));
        }
        let (index, _) = self.indexing.done()?;
        let range = clamped(index, asked);
        let width = asked.number("width").unwrap_or(1_000).clamp(1, WIDTH_MAX);
        let pixel_ns = (range.end - range.start) as f64 / width as f64;
        let window = served::window(index, &range, pixel_ns);
        window.map(Answer::binary).map_err(|error| error.to_string())
    }

    /// Merged graphs, statistics and requests of a stretch of time, under focus, ignore and hide.
    fn merged(&self, asked: &Asked) -> Result<Answer, String> {
        let selection = self.selection(asked.number("from"), asked.number("to"));
        let Some(selection) = self.narrowed(selection, asked)? else {
            return Ok(Answer::refusal(
                400,
                "The command was given --focus: ask for no other here.",
            ));
        };
        let recording = self.input.recording();
        let replay = || Replay::new(recording, selection.clone());
        let (overall, requests) = thread::scope(|scope| {
            let requests = scope.spawn(|| RequestTable::of(&replay()));
            (Overall::of(&replay()), requests.join())
        });
        let requests = requests.map_err(|_| "the requests could not be read".to_owned())?;
        let read = overall.and_then(|overall| Ok((overall, requests?)));
        let (overall, requests) = read.map_err(|error| error.to_string())?;
        let merged = served::merged(&overall, &requests);
        merged.map(Answer::json).map_err(|error| error.to_string())
    }

    /// Merged graphs of a stretch of time with the functions that samples saw in spans.
    fn functions(&self, asked: &Asked) -> Result<Answer, String> {
        let native = self.native.get_or_init(|| {
            let native = Native::of(self.input, None).map_err(words)?;
            native.iter().flat_map(|native| &native.notes).for_each(|note| say(note));
            Ok(native)
        });
        let Some(Native { samples, symbols, .. }) = native.as_ref().map_err(String::clone)? else {
            return Ok(Answer::refusal(404, "The recording holds no native samples."));
        };
        let (from, to) = (asked.number("from"), asked.number("to"));
        let graph = |stacks| Hybrid::of(&self.replay(from, to), stacks, samples, symbols);
        let (by_thread, by_span) = thread::scope(|scope| {
            let by_span = scope.spawn(|| graph(Stacks::Span));
            (graph(Stacks::Thread), by_span.join())
        });
        let by_span = by_span.map_err(|_| "the samples could not be read".to_owned())?;
        let graphs = by_thread.and_then(|by_thread| Ok([by_thread, by_span?]));
        let [by_thread, by_span] = graphs.map_err(|error| error.to_string())?;
        let functions = served::functions([&by_thread, &by_span], self.input.recording());
        functions.map(Answer::json).map_err(|error| error.to_string())
    }

    /// Every span of a stretch of time, or of the time of a request, if they are not too many.
    fn near(&self, asked: &Asked) -> Result<Answer, String> {
        let (index, _) = self.indexing.done()?;
        let range = match asked.number("request") {
            Some(id) => self.request(RequestId(id)).map_err(|error| error.to_string())?,
            None => Some(clamped(index, asked)),
        };
        let Some(range) = range else {
            return Ok(Answer::refusal(404, "There is no such request."));
        };
        if index.segments_in(&range) > NEAR_MAX {
            return Ok(Answer::excuse(
                "There are too many spans in this time to send each. Select a shorter one in the chart.",
            ));
        }
        let all = index.range_ns();
        let from = (range.start > all.start).then_some(range.start);
        let to = (range.end < all.end).then_some(range.end);
        let replay = self.replay(from, to);
        let report = Report::of(self.input.recording(), &replay, SEGMENTS_IN_A_PAGE);
        let report = report.map_err(|error| error.to_string())?;
        let near = served::near(&report, &self.options);
        near.map(Answer::binary).map_err(|error| error.to_string())
    }

    /// The time in which spans of a request live, some of which may outlive its root.
    fn request(&self, id: RequestId) -> Result<Option<Range<u64>>, spanfire_recording::Error> {
        let chart = RequestChart::of(&self.replay(None, None), id, NEAR_MAX)?;
        Ok(chart.map(|chart| {
            let from = chart.spans.iter().map(|span| span.start_ns).min().unwrap_or(0);
            let to = chart.spans.iter().map(|span| span.end_ns).max().unwrap_or(from);
            from..to + 1
        }))
    }

    /// What was selected of the recording, and of that the time that is asked for.
    fn replay(&self, from: Option<u64>, to: Option<u64>) -> Replay<'_> {
        Replay::new(self.input.recording(), self.selection(from, to))
    }

    fn selection(&self, from: Option<u64>, to: Option<u64>) -> Selection {
        let selection = self.input.selection();
        let from = from.into_iter().chain(selection.from_ns).max();
        let to = to.into_iter().chain(selection.to_ns).min();
        Selection { from_ns: from, to_ns: to, ..selection.clone() }
    }

    /// With the callsites that are in focus, ignored and hidden in addition; `None` if two that are
    /// in focus would have to meet.
    fn narrowed(&self, selection: Selection, asked: &Asked) -> Result<Option<Selection>, String> {
        let focus = self.pattern("focus", asked)?;
        if focus.is_some() && selection.focus.is_some() {
            return Ok(None);
        }
        let either = |name, known: Option<Regex>| -> Result<Option<Regex>, String> {
            match (known, self.pattern(name, asked)?) {
                (Some(one), Some(other)) => {
                    let both = Regex::new(&format!("(?:{one})|(?:{other})"));
                    both.map(Some).map_err(|error| error.to_string())
                }
                (one, other) => Ok(one.or(other)),
            }
        };
        Ok(Some(Selection {
            ignore: either("ignore", selection.ignore)?,
            hide: either("hide", selection.hide)?,
            focus: focus.or(selection.focus),
            ..selection
        }))
    }

    /// What finds the callsites that are asked for by their numbers: which those are, the page knows
    /// by its own regular expressions.
    fn pattern(&self, name: &str, asked: &Asked) -> Result<Option<Regex>, String> {
        let callsites = self.input.recording().callsites();
        let Some(numbers) = asked.numbers(name, callsites.len()) else { return Ok(None) };
        let path = |number| {
            let Callsite { target, name, .. } = &callsites[number];
            regex::escape(&format!("{target}::{name}"))
        };
        let paths: Vec<String> = numbers.into_iter().map(path).collect();
        // An alternative without any is what everything matches.
        let pattern = match &paths[..] {
            [] => r"[^\s\S]".to_owned(),
            paths => format!("^(?:{})$", paths.join("|")),
        };
        Regex::new(&pattern).map(Some).map_err(|error| error.to_string())
    }
}

fn words(failure: Failure) -> String {
    match failure {
        Failure::Bad(words) | Failure::Usage(words) => words,
        Failure::Unread => String::new(),
    }
}

/// The time that is asked for, as far as there is any.
fn clamped(index: &SegmentIndex, asked: &Asked) -> Range<u64> {
    let all = index.range_ns();
    let from = asked.number("from").unwrap_or(0).clamp(all.start, all.end);
    let to = asked.number("to").unwrap_or(u64::MAX).clamp(from, all.end);
    from..to
}

/// Says where to look, on standard output, so that a script can go on with it.
fn announce(address: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{address}").and_then(|()| stdout.flush());
    written.map_err(|error| Failure::stdout(error.kind(), format!("cannot write: {error}")))
}

/// Opens the browser, if there is one that can be found.
fn open(address: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let mut command = Command::new(program);
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if command.spawn().is_err() {
        say("no browser was found; open the address above in one");
    }
}
