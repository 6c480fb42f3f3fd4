//! What the environment says to [`init`](crate::init).

use crate::{Builder, Error, Guard, Recorder, native};
use std::{env, path::PathBuf};
use tracing_subscriber::filter::Targets;

/// Records the whole process through the stand-alone subscriber, as the environment says:
///
/// | variable | meaning | default |
/// |---|---|---|
/// | `SPANFIRE` | `on`; `off`: no subscriber is installed; `samples`: neither, and the recording holds native samples only | `on` |
/// | `SPANFIRE_OUT` | the recording's path; `/dev/null` records and throws it away | `<executable>-<process id>.spanfire` |
/// | `SPANFIRE_FILTER` | targets and levels, as `my_crate=debug,hyper=off` | everything |
/// | `SPANFIRE_SAMPLE` | native samples per second on a processor; needs the feature `sampler` | `off` |
/// | `SPANFIRE_SAMPLER` | what may take them: `perf` events, timer `signal`s, or `auto` for the second where the first are refused | `perf` |
///
/// Keep the guard to the end of `main`; dropping it finishes the recording:
///
/// ```no_run
/// fn main() -> Result<(), spanfire::Error> {
///     let _guard = spanfire::init()?;
///     tracing::info_span!("work").in_scope(|| { /* … */ });
///     Ok(())
/// }
/// ```
///
/// # Errors
/// If a variable makes no sense, the file cannot be created, or the process has a global subscriber
/// already.
pub fn init() -> Result<Guard, Error> {
    // What is off needs no other variable to make sense.
    if asked()? == Asked::Nothing {
        return Ok(Guard::off());
    }
    Recorder::builder().environment()?.init()
}

impl Builder {
    /// Lets the environment change what was said so far, by the variables that [`init`] names. What
    /// `SPANFIRE` says counts for [`Builder::init`] alone.
    ///
    /// # Errors
    /// If a variable makes no sense.
    pub fn environment(mut self) -> Result<Builder, Error> {
        let asked = asked()?;
        let sampling = native::from_environment()?;
        if asked == Asked::Samples && !sampling.is_some() {
            let message = "`samples` of what rate? Set SPANFIRE_SAMPLE, to 999 for example";
            return Err(Error::environment("SPANFIRE", message));
        }
        if let Some(path) = env::var_os("SPANFIRE_OUT").filter(|path| !path.is_empty()) {
            self = self.output(PathBuf::from(path));
        }
        if let Some(filter) = filter()? {
            self = self.filter(filter);
        }
        if sampling.is_some() {
            self = self.sampling(sampling);
        }
        Ok(self.asked(asked))
    }
}

/// What a recording is to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Asked {
    Nothing,
    Samples,
    #[default]
    Spans,
}

fn asked() -> Result<Asked, Error> {
    let value = env::var_os("SPANFIRE").unwrap_or_default();
    match value.to_string_lossy().to_ascii_lowercase().as_str() {
        "" | "on" | "1" | "true" => Ok(Asked::Spans),
        "samples" => Ok(Asked::Samples),
        "off" | "0" | "false" => Ok(Asked::Nothing),
        other => {
            let message = format!("`{other}` is none of on, samples and off");
            Err(Error::environment("SPANFIRE", message))
        }
    }
}

fn filter() -> Result<Option<Targets>, Error> {
    let Some(value) = env::var_os("SPANFIRE_FILTER").filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let text = value.to_string_lossy();
    text.parse().map(Some).map_err(|error| {
        Error::environment("SPANFIRE_FILTER", format!("`{text}`: {error}; try my_crate=debug"))
    })
}
