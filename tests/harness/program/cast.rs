//! Performs a program on real threads.
//!
//! Each act is given to the threads that are in it and waited for, so that acts with one thread
//! each happen in exactly one order. Entering and leaving are the callbacks that `tracing`'s guards
//! make; all else goes through its macros and [`Span`].

use super::{Does, Handle, Kin, Program, Step, callsites, callsites::Above};
use quanta::Mock;
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tracing::{Dispatch, Span, dispatcher};

/// Where a program is performed.
#[derive(Clone)]
pub struct Stage {
    /// What hears of its spans.
    pub dispatch: Dispatch,
    /// The clock that its gaps drive.
    pub clock: Option<Arc<Mock>>,
    /// Called with `false` for a pause and `true` for its end.
    pub switch: Arc<dyn Fn(bool) + Send + Sync>,
}

/// The threads that perform, and the handles they hold. Until it is dropped, all stay as the
/// programs left them.
pub struct Cast {
    stage: Stage,
    workers: HashMap<usize, Worker>,
    /// How many threads of each number there were.
    lives: HashMap<usize, usize>,
    left: Vec<Arc<Handles>>,
}

struct Worker {
    jobs: Sender<Job>,
    done: Receiver<()>,
    thread: JoinHandle<()>,
}

struct Job {
    program: Arc<Program>,
    act: usize,
    number: usize,
    handles: Arc<Handles>,
}

/// By number; each is used by one thread at a time.
struct Handles(Vec<Mutex<Option<Span>>>);

impl Cast {
    /// A cast without threads: each starts when it has something to do.
    pub fn new(stage: Stage) -> Cast {
        Cast { stage, workers: HashMap::new(), lives: HashMap::new(), left: Vec::new() }
    }

    /// Performs a program to its end. If it left recording paused, that goes on.
    pub fn perform(&mut self, program: &Arc<Program>) {
        let handles = (0..program.handles).map(|_| Mutex::new(None)).collect();
        let handles = Arc::new(Handles(handles));
        for (act, steps) in program.acts.iter().enumerate() {
            let mut numbers: Vec<usize> = steps.iter().map(|step| step.thread).collect();
            numbers.sort_unstable();
            numbers.dedup();
            for &number in &numbers {
                let (program, handles) = (Arc::clone(program), Arc::clone(&handles));
                let job = Job { program, act, number, handles };
                self.worker(number).jobs.send(job).expect("a thread that waits for work");
            }
            for &number in &numbers {
                self.workers[&number].done.recv().expect("a thread that did not panic");
            }
            for step in steps.iter().filter(|step| matches!(step.does, Does::End)) {
                self.end(step.thread);
            }
        }
        let switched = program.acts.iter().flatten().rev().find_map(|step| match step.does {
            Does::Pause => Some(false),
            Does::Resume => Some(true),
            _ => None,
        });
        if switched == Some(false) {
            (self.stage.switch)(true);
        }
        self.left.push(handles);
    }

    /// Ends a thread and waits for that.
    fn end(&mut self, number: usize) {
        if let Some(worker) = self.workers.remove(&number) {
            drop(worker.jobs);
            worker.thread.join().expect("a thread that did not panic");
        }
    }

    fn worker(&mut self, number: usize) -> &Worker {
        self.workers.entry(number).or_insert_with(|| {
            let life = self.lives.entry(number).or_default();
            *life += 1;
            let (jobs, work) = channel::<Job>();
            let (report, done) = channel();
            let stage = self.stage.clone();
            let thread = std::thread::Builder::new().name(format!("t{number}.{life}"));
            let thread = thread.spawn(move || {
                dispatcher::with_default(&stage.dispatch, || {
                    for job in work {
                        job.run(&stage);
                        // Whoever waits may have failed for another reason.
                        let _ = report.send(());
                    }
                });
            });
            Worker { jobs, done, thread: thread.expect("a thread that starts") }
        })
    }
}

impl Drop for Cast {
    fn drop(&mut self) {
        for (_, worker) in self.workers.drain() {
            drop(worker.jobs);
            // A thread that panicked was noticed when its work was waited for.
            let _ = worker.thread.join();
        }
    }
}

impl Job {
    fn run(&self, stage: &Stage) {
        let steps = &self.program.acts[self.act];
        for step in steps.iter().filter(|step| step.thread == self.number) {
            self.step(step, stage);
        }
    }

    fn step(&self, step: &Step, stage: &Stage) {
        if let Some(clock) = &stage.clock {
            clock.increment(step.gap);
        }
        let handles = &*self.handles;
        match step.does {
            Does::New { handle, site, value, kin } => {
                let span = handles.above(kin, |above| callsites::span(site, value, above));
                handles.put(handle, span);
            }
            Does::Current { handle } => handles.put(handle, Span::current()),
            Does::Clone { handle, of } => handles.put(handle, handles.with(of, Span::clone)),
            Does::Enter(handle) => handles.with(handle, |span| {
                span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
            }),
            Does::Exit(handle) => handles.with(handle, |span| {
                span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
            }),
            Does::Drop(handle) => drop(handles.take(handle)),
            // Stays where it is: nobody hears of it again while the program is listened to, and its
            // dispatcher, which every rebuilt interest asks, goes with the cast.
            Does::Forget(handle) => handles.with(handle, |_| ()),
            Does::Record { on, value } => {
                handles.with(on, |span| callsites::record(span, value));
            }
            Does::Follows { on, cause } => {
                let cause = handles.with(cause, |cause| cause.id());
                handles.with(on, |span| {
                    span.follows_from(cause);
                });
            }
            Does::Event { value, kin } => {
                handles.above(kin, |above| callsites::event(value, above));
            }
            Does::Leaves { site, times } => {
                for _ in 0..times {
                    callsites::span(site, 0, Above::Current).in_scope(|| ());
                }
            }
            Does::Fill { spare } => callsites::fill(spare),
            Does::Pause => (stage.switch)(false),
            Does::Resume => (stage.switch)(true),
            Does::End => {}
        }
    }
}

impl Handles {
    fn put(&self, handle: Handle, span: Span) {
        *self.0[handle.0].lock().unwrap_or_else(PoisonError::into_inner) = Some(span);
    }

    fn take(&self, handle: Handle) -> Span {
        let mut held = self.0[handle.0].lock().unwrap_or_else(PoisonError::into_inner);
        held.take().unwrap_or_else(|| panic!("{handle} is not held"))
    }

    fn with<R>(&self, handle: Handle, f: impl FnOnce(&Span) -> R) -> R {
        let held = self.0[handle.0].lock().unwrap_or_else(PoisonError::into_inner);
        f(held.as_ref().unwrap_or_else(|| panic!("{handle} is not held")))
    }

    fn above<R>(&self, kin: Kin, f: impl FnOnce(Above<'_>) -> R) -> R {
        match kin {
            Kin::Current => f(Above::Current),
            Kin::Root => f(Above::Nobody),
            Kin::Of(handle) => self.with(handle, |span| f(Above::Span(span))),
        }
    }
}
