//! A recorder in either form, with a counter beside it.

use crate::{Counting, Counts, Transcript};
use spanfire::{Builder, Guard, Recorder};
use spanfire_recording::{Form, Recording};
use std::sync::Arc;
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt;

/// Both forms of the recorder: what one promises the other promises too.
pub const FORMS: [Form; 2] = [Form::Subscriber, Form::Layer];

/// A running recorder, in memory unless configured otherwise, and a [`Counting`] layer around it.
pub struct Session {
    dispatch: Dispatch,
    guard: Guard,
    counting: Counting,
}

/// What a recorder's clock shows, in the hands of a test.
#[derive(Clone)]
pub struct Time(Arc<quanta::Mock>);

impl Time {
    /// Moves it on.
    pub fn pass(&self, ns: u64) {
        self.0.increment(ns);
    }

    /// Moves it back.
    pub fn go_back(&self, ns: u64) {
        self.0.decrement(ns);
    }
}

impl Session {
    /// Starts a recorder as it is by default.
    pub fn start(form: Form) -> Session {
        Session::with(form, |builder| builder)
    }

    /// Starts a recorder that `configure` had its way with.
    pub fn with(form: Form, configure: impl FnOnce(Builder) -> Builder) -> Session {
        let builder = configure(Recorder::builder().in_memory());
        let counting = Counting::default();
        let (dispatch, guard) = match form {
            Form::Subscriber => {
                let (subscriber, guard) = builder.subscriber().expect("a recorder that starts");
                (Dispatch::new(subscriber.with(counting.clone())), guard)
            }
            Form::Layer => {
                let (layer, guard) = builder.layer().expect("a recorder that starts");
                let registry = tracing_subscriber::registry().with(counting.clone());
                (Dispatch::new(registry.with(layer)), guard)
            }
        };
        Session { dispatch, guard, counting }
    }

    /// Starts a recorder whose clock stands still until the test moves it.
    pub fn timed(form: Form) -> (Session, Time) {
        let (clock, time) = quanta::Clock::mock();
        time.increment(1_000_000_000_u64);
        (Session::with(form, |builder| builder.clock(clock).events(true)), Time(time))
    }

    /// Runs `program` on this thread with the recorder as its default.
    pub fn run<R>(&self, program: impl FnOnce() -> R) -> R {
        tracing::dispatcher::with_default(&self.dispatch, program)
    }

    /// The recorder, to be made the default on other threads.
    pub fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    /// The recorder's guard.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// What the counter beside the recorder has seen so far.
    pub fn counts(&self) -> Counts {
        self.counting.counts()
    }

    /// Ends the recording.
    pub fn finish(self) -> Recording {
        self.guard.finish().expect("a recording")
    }

    /// The guard alone, where the recording is ended but not opened.
    pub fn into_guard(self) -> Guard {
        self.guard
    }

    /// Records `program` on this thread and reads what it did.
    pub fn transcript_of(form: Form, program: impl FnOnce()) -> Transcript {
        let session = Session::start(form);
        session.run(program);
        Transcript::of(&session.finish())
    }
}
