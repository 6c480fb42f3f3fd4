//! How much a property compared, for people and for `docs/`.

use super::Account;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// What one property has compared so far.
#[derive(Default)]
pub struct Score {
    programs: AtomicU64,
    spans: AtomicU64,
    callbacks: AtomicU64,
    notes: Mutex<BTreeMap<&'static str, u64>>,
}

impl Score {
    /// So many programs agreed, of which this is the account in one form.
    pub fn add(&self, programs: usize, account: &Account) {
        self.programs.fetch_add(programs as u64, Relaxed);
        self.spans.fetch_add(account.recorded().count() as u64, Relaxed);
        self.callbacks.fetch_add(account.heard as u64, Relaxed);
    }

    /// Something that must have occurred for the property to mean anything.
    pub fn note(&self, what: &'static str, count: u64) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        *notes.entry(what).or_default() += count;
    }

    /// Prints a line and writes it into `file` beside those of other properties, as JSON.
    ///
    /// # Panics
    /// If something noted never occurred, or the file cannot be written.
    pub fn finish(&self, property: &str, file: &Path) {
        static WRITTEN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
        let mut counts = BTreeMap::from([
            ("programs", self.programs.load(Relaxed)),
            ("spans", self.spans.load(Relaxed)),
            ("callbacks", self.callbacks.load(Relaxed)),
        ]);
        counts.extend(self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone());
        let words: Vec<String> =
            counts.iter().map(|(what, count)| format!("\"{what}\": {count}")).collect();
        let line = format!("{{{}}}", words.join(", "));
        eprintln!("{property}: {line}");
        let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
        written.insert(property.to_owned(), line);
        let rows: Vec<String> =
            written.iter().map(|(property, line)| format!("  \"{property}\": {line}")).collect();
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).expect("a folder for the figures");
        }
        std::fs::write(file, format!("{{\n{}\n}}\n", rows.join(",\n"))).expect("the figures");
        for (what, count) in counts {
            assert!(count > 0, "{property}: no {what}, so nothing was shown");
        }
    }
}
