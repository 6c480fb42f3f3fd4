//! The recording a command reads, and the part of it that was asked for.

use crate::args::{InputArgs, SelectionArgs};
use crate::failure::{Failure, say};
use crate::progress::Bar;
use crate::selection;
use spanfire_recording::{Error, Origin, Recording, SamplingMethod, tail::TailState};
use spanfire_views::{Progress, Replay, Selection};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// An open recording and a selection of it.
pub struct Input {
    path: PathBuf,
    recording: Recording,
    selection: Selection,
    narrowed: bool,
}

impl Input {
    /// Opens what `args` name. A recording that was cut is read as far as it goes, with a warning.
    pub fn open(args: &InputArgs) -> Result<Input, Failure> {
        Input::open_part(&args.file, &args.selection)
    }

    /// A part of the recording at `path`. Flags are checked before the file is, so that a typing
    /// error costs no waiting.
    pub fn open_part(path: &Path, part: &SelectionArgs) -> Result<Input, Failure> {
        let selection = selection::understand(part)?;
        let recording = open(path)?;
        warn_if_cut(path, &recording);
        let selection = selection::check(selection, path, &recording)?;
        Ok(Input { path: path.to_owned(), recording, selection, narrowed: part.is_narrowing() })
    }

    /// The same part of several recordings. One of them must have what it names: the others may be of
    /// a time before it existed.
    pub fn open_each(paths: &[&PathBuf], part: &SelectionArgs) -> Result<Vec<Input>, Failure> {
        let selection = selection::understand(part)?;
        let narrowed = part.is_narrowing();
        let (mut inputs, mut missing) = (Vec::new(), Vec::new());
        for path in paths {
            let recording = open(path)?;
            warn_if_cut(path, &recording);
            missing.extend(selection::check(selection.clone(), path, &recording).err());
            let selection = selection.clone();
            inputs.push(Input { path: path.to_path_buf(), recording, selection, narrowed });
        }
        match missing.len() == inputs.len() && !missing.is_empty() {
            true => Err(missing.remove(0)),
            false => Ok(inputs),
        }
    }

    /// Everything in the recording at `path`, without the warning: for who shows all warnings.
    pub fn open_all(path: &Path) -> Result<Input, Failure> {
        let recording = open(path)?;
        let selection = Selection::default();
        Ok(Input { path: path.to_owned(), recording, selection, narrowed: false })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's name.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// The recording.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// What it was imported from, if it was.
    pub fn origin(&self) -> Option<&Origin> {
        self.recording.header().origin.as_ref()
    }

    /// What a picture says under its title: what it was imported from, and what was selected.
    pub fn described(&self, typed: &SelectionArgs) -> Option<String> {
        let parts = [self.origin().map(ToString::to_string), typed.described()];
        let said: Vec<String> = parts.into_iter().flatten().collect();
        (!said.is_empty()).then(|| said.join(" · "))
    }

    /// Refuses what would count calls where they are not known.
    pub fn refuse_without_calls(&self, flag: &str) -> Result<(), Failure> {
        match self.origin().filter(|origin| origin.lacks.calls) {
            Some(origin) => Err(Failure::Usage(format!(
                "{flag}: {}: {origin}, so there is nothing to count",
                self.path.display()
            ))),
            None => Ok(()),
        }
    }

    /// What is selected of it.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Replays the selection into a view, with a progress bar where that takes long.
    pub fn view<T>(
        &self,
        view: impl FnOnce(&Replay<'_>) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        self.replay(view).map_err(|error| Failure::reading(&self.path, &error))
    }

    /// Replays the selection into whatever takes a replay, with a progress bar where that takes long.
    pub fn replay<T>(&self, take: impl FnOnce(&Replay<'_>) -> T) -> T {
        let bar = Bar::new("reading");
        let show = |progress: Progress| bar.show(progress.chunks_done, progress.chunks);
        take(&Replay::new(&self.recording, self.selection.clone()).on_progress(&show))
    }

    /// Why there is nothing to draw: the flags left nothing, or there was nothing.
    pub fn empty(&self, what: &str) -> Failure {
        match self.narrowed {
            true => {
                Failure::Usage(format!("{}: the selection holds no {what}", self.path.display()))
            }
            false => Failure::bad(&self.path, format!("the recording holds no {what}")),
        }
    }

    /// Why nothing can be told of processors: no context switches were recorded, or none of what is
    /// selected.
    pub fn without_switches(&self) -> Failure {
        let sampling = self.recording.sampling().filter(|sampling| !sampling.switches);
        let by_perf_alone = sampling.filter(|sampling| sampling.method != SamplingMethod::None);
        let remedy = match by_perf_alone.map(|sampling| sampling.why.as_deref()) {
            Some(Some(why)) => format!("only perf events record them: {why}"),
            Some(None) => "only perf events record them: SPANFIRE_SAMPLER=perf".to_owned(),
            None => self.not_sampled().unwrap_or("SPANFIRE_SAMPLE=999 records them".to_owned()),
        };
        self.empty(&format!("context switches that tell when threads ran ({remedy})"))
    }

    /// Why there are no native samples: none were taken, or none of what is selected.
    pub fn without_samples(&self) -> Failure {
        let remedy = self.not_sampled().unwrap_or("SPANFIRE_SAMPLE=999 takes them".to_owned());
        self.empty(&format!("native samples ({remedy})"))
    }

    /// Why nothing could be sampled, where that was asked for or is impossible.
    pub fn not_sampled(&self) -> Option<String> {
        if self.origin().is_some() {
            return Some("it is an import, and these are of programs that record".to_owned());
        }
        let sampling = self.recording.sampling()?;
        match (&sampling.why, sampling.method) {
            (Some(why), SamplingMethod::None) => Some(format!("they were asked for, but {why}")),
            _ if sampling.samples == 0 => {
                Some("they were asked for, but none fell into its time".to_owned())
            }
            _ => None,
        }
    }

    /// The path of a result next to the recording: `run.spanfire` → `run.flamegraph.svg`.
    pub fn sibling(&self, ending: &str) -> PathBuf {
        let stem = match self.path.extension() {
            Some(extension) if extension == "spanfire" => self.path.file_stem(),
            _ => self.path.file_name(),
        };
        let mut name = stem.unwrap_or(OsStr::new("recording")).to_owned();
        name.push(".");
        name.push(ending);
        self.path.with_file_name(name)
    }
}

fn open(path: &Path) -> Result<Recording, Failure> {
    Recording::open(path).map_err(|error| Failure::reading(path, &error))
}

fn warn_if_cut(path: &Path, recording: &Recording) {
    if let Some(cut) = recording.cut() {
        let shown = match recording.tail() {
            TailState::Taken(_) => "everything before it and in its tail file is shown",
            _ => "everything before it is shown",
        };
        say(&format!(
            "{}: warning: cut at byte {} ({}); {shown}",
            path.display(),
            cut.at_byte,
            cut.reason,
        ));
    }
}
