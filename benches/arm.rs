//! What a program may have installed while it makes spans.

use crate::{
    bodies::{self, Body},
    scratch,
    stand_ins::{Floor, NoLayer, NoSubscriber},
};
use std::{any::Any, fs, path::PathBuf, sync::Arc};
use tracing::subscriber::set_global_default;
use tracing_subscriber::prelude::*;

/// Something to measure a body under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    /// No subscriber.
    None,
    /// The subscriber form, paused.
    Paused,
    /// A subscriber that does nothing.
    NoOp,
    /// No spans: two clock reads.
    Clock,
    /// A subscriber that does nothing but read the clock on enter and on exit.
    Floor,
    /// The subscriber form.
    Subscriber,
    /// The same without a tail file: its events are in the program's own memory.
    Untailed,
    /// The registry with a layer that does nothing.
    Registry,
    /// The registry with the layer form.
    Layer,
    /// `tracing-flame` on the registry.
    Flame,
    /// `tracing-chrome` on the registry.
    Chrome,
    /// `fastrace`, with a reporter that drops what it gets.
    Fastrace,
    /// `puffin`, with a sink that drops what it gets.
    Puffin,
}

impl Arm {
    /// All of them, in the order of tables.
    pub const ALL: [Arm; 13] = [
        Arm::None,
        Arm::Paused,
        Arm::NoOp,
        Arm::Clock,
        Arm::Floor,
        Arm::Subscriber,
        Arm::Untailed,
        Arm::Registry,
        Arm::Layer,
        Arm::Flame,
        Arm::Chrome,
        Arm::Fastrace,
        Arm::Puffin,
    ];

    /// The name in tables and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Arm::None => "none",
            Arm::Paused => "paused",
            Arm::NoOp => "no-op",
            Arm::Clock => "clock",
            Arm::Floor => "floor",
            Arm::Subscriber => "subscriber",
            Arm::Untailed => "untailed",
            Arm::Registry => "registry",
            Arm::Layer => "layer",
            Arm::Flame => "tracing-flame",
            Arm::Chrome => "tracing-chrome",
            Arm::Fastrace => "fastrace",
            Arm::Puffin => "puffin",
        }
    }

    /// The arm of that name.
    pub fn named(name: &str) -> Option<Arm> {
        Arm::ALL.into_iter().find(|arm| arm.name() == name)
    }

    /// How many spans take about a tenth of a second.
    pub fn spans(self) -> u64 {
        match self {
            Arm::None | Arm::Paused => 100_000_000,
            Arm::NoOp => 10_000_000,
            Arm::Clock | Arm::Floor | Arm::Subscriber | Arm::Untailed => 3_000_000,
            Arm::Registry | Arm::Layer => 1_000_000,
            Arm::Fastrace | Arm::Puffin => 500_000,
            Arm::Flame | Arm::Chrome => 200_000,
        }
    }

    /// Runs `body` in the words of this arm's API.
    pub fn run(self, body: Body, spans: u64) {
        match self {
            Arm::Clock => bodies::clock::run(spans),
            Arm::Fastrace => bodies::fastrace::run(body, spans),
            Arm::Puffin => bodies::puffin::run(body, spans),
            _ => {
                bodies::spans::run(body, spans);
            }
        }
    }

    /// Installs the arm for this process.
    ///
    /// # Panics
    /// If it cannot be installed.
    pub fn install(self) -> Installed {
        let file = scratch::file(self.name());
        let guard = self.install_writing(&file).expect("an arm that can be installed");
        Installed { file, guard }
    }

    fn install_writing(self, file: &PathBuf) -> Result<Box<dyn Any>, Box<dyn std::error::Error>> {
        let recorder = spanfire::Recorder::builder().output(file);
        Ok(match self {
            Arm::None | Arm::Clock => Box::new(()),
            Arm::Paused => {
                let guard = recorder.init()?;
                guard.pause();
                Box::new(guard)
            }
            Arm::NoOp => Box::new(set_global_default(NoSubscriber)?),
            Arm::Floor => Box::new(set_global_default(Floor::new())?),
            Arm::Subscriber => Box::new(recorder.init()?),
            Arm::Untailed => Box::new(recorder.tail(false).init()?),
            Arm::Registry => Box::new(tracing_subscriber::registry().with(NoLayer).try_init()?),
            Arm::Layer => {
                let (layer, guard) = recorder.layer()?;
                tracing_subscriber::registry().with(layer).try_init()?;
                Box::new(guard)
            }
            Arm::Flame => {
                let (layer, guard) = tracing_flame::FlameLayer::with_file(file)?;
                tracing_subscriber::registry().with(layer).try_init()?;
                Box::new(guard)
            }
            Arm::Chrome => {
                let builder = tracing_chrome::ChromeLayerBuilder::new().file(file);
                let (layer, guard) = builder.build();
                tracing_subscriber::registry().with(layer).try_init()?;
                Box::new(guard)
            }
            Arm::Fastrace => {
                install_fastrace();
                Box::new(())
            }
            Arm::Puffin => {
                install_puffin();
                Box::new(())
            }
        })
    }
}

fn install_fastrace() {
    struct Dropped;
    impl fastrace::collector::Reporter for Dropped {
        fn report(&mut self, _: Vec<fastrace::collector::SpanRecord>) {}
    }
    fastrace::set_reporter(Dropped, fastrace::collector::Config::default());
}

fn install_puffin() {
    puffin::set_scopes_on(true);
    puffin::GlobalProfiler::lock().add_sink(Box::new(|frame: Arc<puffin::FrameData>| drop(frame)));
}

/// An installed arm.
pub struct Installed {
    file: PathBuf,
    guard: Box<dyn Any>,
}

impl Installed {
    /// Ends the process without finishing what the arm writes, and removes its file: of
    /// `tracing-chrome`, finishing takes many times as long as the spans took.
    pub fn exit(self) -> ! {
        let _ = fs::remove_file(&self.file);
        std::process::exit(0)
    }

    /// Finishes what the arm writes and gives its file.
    pub fn finish(self) -> PathBuf {
        drop(self.guard);
        self.file
    }
}
