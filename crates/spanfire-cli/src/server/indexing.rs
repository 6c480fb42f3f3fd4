//! An index that is being made, and what can be shown of it meanwhile.

use spanfire_views::{SegmentIndex, Summary};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// A look at a growing index: answers that are ready to be sent.
pub struct Preview {
    pub outline: Vec<u8>,
    pub window: Vec<u8>,
}

/// Where one thread leaves the index, and others wait for it.
#[derive(Default)]
pub struct Indexing {
    done: OnceLock<Result<(SegmentIndex, Summary), String>>,
    preview: Mutex<Option<Arc<Preview>>>,
    changed: Condvar,
}

impl Indexing {
    /// Shows how far it is.
    pub fn show(&self, preview: Preview) {
        *self.lock() = Some(Arc::new(preview));
        self.changed.notify_all();
    }

    /// Ends it, with an index or with why there is none. Only the first end counts.
    pub fn finish(&self, result: Result<(SegmentIndex, Summary), String>) {
        let mut preview = self.lock();
        // Whoever asks is told by the lock that there is nothing more to wait for.
        let _ = self.done.set(result);
        *preview = None;
        self.changed.notify_all();
    }

    /// The index; waits for it.
    pub fn done(&self) -> Result<&(SegmentIndex, Summary), String> {
        let mut preview = self.lock();
        loop {
            if let Some(done) = self.done.get() {
                return done.as_ref().map_err(String::clone);
            }
            preview = self.changed.wait(preview).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The latest look while it is being made; `None` when it is done. Waits for the first.
    pub fn preview(&self) -> Option<Arc<Preview>> {
        let mut preview = self.lock();
        while self.done.get().is_none() && preview.is_none() {
            preview = self.changed.wait(preview).unwrap_or_else(PoisonError::into_inner);
        }
        preview.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Preview>>> {
        self.preview.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn who_waits_is_told_of_the_first_look_and_of_the_end() {
        let indexing = Indexing::default();
        thread::scope(|scope| {
            let first = scope.spawn(|| indexing.preview().map(|look| look.outline.clone()));
            let end = scope.spawn(|| indexing.done().err());
            indexing.show(Preview { outline: vec![1], window: Vec::new() });
            assert_eq!(first.join().unwrap(), Some(vec![1]));
            indexing.finish(Err("it is damaged".to_owned()));
            assert_eq!(end.join().unwrap().as_deref(), Some("it is damaged"));
        });
        assert!(indexing.preview().is_none(), "nothing is to come");
    }
}
