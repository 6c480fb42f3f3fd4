//! One program under the oracle and under the recorder.

use super::{Heard, Oracle};
use crate::program::{self, Cast, Program, Stage};
use quanta::{Clock, Mock};
use spanfire::{Builder, Fields, Guard, Overflow, Recorder};
use spanfire_recording::{Form, Recording};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt;

/// When a manual clock starts, so that a tick is not taken for a time since the start.
const START: u64 = 1_000;

/// The least that a recorder takes: four chunks.
const SMALLEST: usize = 256 << 10;

/// Held where `tracing` asks the process's subscribers about its callsites. While it knows of one
/// alone, it asks without a lock, and what it hears may take the place of what a subscriber created
/// meanwhile has said: properties of one process would interfere.
fn asking() -> MutexGuard<'static, ()> {
    static ASKING: Mutex<()> = Mutex::new(());
    static MET: Once = Once::new();
    let alone = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
    MET.call_once(|| {
        let anybody = Dispatch::new(tracing_subscriber::registry());
        tracing::dispatcher::with_default(&anybody, program::meet_callsites);
    });
    alone
}

/// What programs are recorded with.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Which fields.
    pub policy: Fields,
    /// What happens when the buffer, always the smallest, is full.
    pub overflow: Overflow,
    /// Whether the program's gaps drive the clock; if not, it is the machine's.
    pub manual: bool,
}

/// What the oracle hears of programs, one after the other on the same threads, and when they began
/// and ended.
pub fn hear(programs: &[Arc<Program>], setting: &Setting) -> (Vec<Heard>, RangeInclusive<u64>) {
    let (clock, mock) = clock();
    let oracle = Oracle::new(clock);
    let switch = oracle.clone();
    let dispatch = {
        let _alone = asking();
        Dispatch::new(oracle.clone())
    };
    let mut cast = Cast::new(Stage {
        dispatch,
        clock: setting.manual.then(|| Arc::clone(&mock)),
        switch: Arc::new(move |on| switch.switch(on)),
    });
    programs.iter().for_each(|program| cast.perform(program));
    (oracle.heard(), START..=mock.value())
}

/// The recording that a recorder of `form` makes of the same programs. It is finished while their
/// threads, guards and handles are still there.
pub fn record(programs: &[Arc<Program>], form: Form, setting: &Setting) -> Recording {
    let (clock, mock) = clock();
    let builder = Recorder::builder().in_memory().buffer(SMALLEST).events(true);
    let builder = builder.fields(setting.policy.clone()).on_overflow(setting.overflow);
    let builder = if setting.manual { builder.clock(clock) } else { builder };
    let (dispatch, guard) = start(builder, form);
    let guard = Arc::new(Mutex::new(Some(guard)));
    let switched = Arc::clone(&guard);
    let mut cast = Cast::new(Stage {
        dispatch,
        clock: setting.manual.then_some(mock),
        switch: Arc::new(move |on| switch(&switched, on)),
    });
    programs.iter().for_each(|program| cast.perform(program));
    let guard = guard.lock().unwrap_or_else(PoisonError::into_inner).take();
    let _alone = asking();
    guard.and_then(|guard| guard.finish().ok()).expect("a recording")
}

fn clock() -> (Clock, Arc<Mock>) {
    let (clock, mock) = Clock::mock();
    mock.increment(START);
    (clock, mock)
}

fn start(builder: Builder, form: Form) -> (Dispatch, Guard) {
    let _alone = asking();
    match form {
        Form::Subscriber => {
            let (subscriber, guard) = builder.subscriber().expect("a recorder that starts");
            (Dispatch::new(subscriber), guard)
        }
        Form::Layer => {
            let (layer, guard) = builder.layer().expect("a recorder that starts");
            (Dispatch::new(tracing_subscriber::registry().with(layer)), guard)
        }
    }
}

fn switch(guard: &Mutex<Option<Guard>>, on: bool) {
    let _alone = asking();
    if let Some(guard) = &*guard.lock().unwrap_or_else(PoisonError::into_inner) {
        if on { guard.resume() } else { guard.pause() }
    }
}
