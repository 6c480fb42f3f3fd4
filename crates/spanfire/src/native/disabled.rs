//! Nothing is sampled: the feature `sampler` is off.

use super::Status;
use crate::{Error, sink::Sink};
use spanfire_recording::Writer;
use std::{env, ffi::OsStr};

/// Nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted(());

/// Nothing.
#[derive(Debug, Default)]
pub(crate) struct Native;

/// Nobody to wait for.
pub(crate) struct Started;

type Written = Result<(), spanfire_recording::Error>;

/// Without the feature a rate in `$SPANFIRE_SAMPLE` is an error: nobody should look for samples that
/// cannot be.
pub(crate) fn from_environment() -> Result<Wanted, Error> {
    wanted(&env::var_os("SPANFIRE_SAMPLE").unwrap_or_default())
}

fn wanted(value: &OsStr) -> Result<Wanted, Error> {
    if value.is_empty() || value.eq_ignore_ascii_case("off") {
        return Ok(Wanted(()));
    }
    let message = "this program cannot be sampled: it was built without spanfire's feature \
                   `sampler`; try spanfire = { …, features = [\"sampler\"] }";
    Err(Error::environment("SPANFIRE_SAMPLE", message))
}

impl Wanted {
    /// None: there is no sampler.
    #[cfg(feature = "experiment")]
    pub fn at(_: u32) -> Option<Wanted> {
        None
    }

    pub fn is_some(&self) -> bool {
        false
    }

    pub fn prepare(self, _: &Status) -> (Native, Started) {
        (Native, Started)
    }
}

impl Started {
    pub fn wait(self) {}
}

impl Native {
    pub fn start(&mut self, _: &mut Writer<Sink>) -> Written {
        Ok(())
    }

    pub fn look(&mut self, _: &mut Writer<Sink>) -> Written {
        Ok(())
    }

    pub fn stop(&mut self, _: &mut Writer<Sink>) -> Written {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_without_the_feature_is_an_error_that_names_it() {
        for rate in ["999", "garbage"] {
            let error = wanted(OsStr::new(rate)).expect_err("nothing can be sampled").to_string();
            assert!(error.starts_with("$SPANFIRE_SAMPLE: "), "{error}");
            assert!(error.contains("`sampler`"), "{error}");
        }
        for none in ["", "off", "OFF"] {
            assert!(wanted(OsStr::new(none)).is_ok());
        }
    }
}
