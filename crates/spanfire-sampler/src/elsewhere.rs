//! The sampler where there is none.

use crate::{Error, Options};
use spanfire_recording::{Batch, Image, Sampling};

/// Never there: [`start`](Self::start) says so.
#[derive(Debug)]
pub struct Sampler(std::convert::Infallible);

impl Sampler {
    /// # Errors
    /// Always.
    pub fn start(_: Options) -> Result<Sampler, Error> {
        let system = std::env::consts::OS;
        Err(Error::new(format!("native samples are taken on Linux only, not on {system}")))
    }

    /// Adds what was captured to `batch`.
    pub fn drain(&mut self, _: &mut Batch) {
        match self.0 {}
    }

    /// The images that were mapped since the last call.
    pub fn new_images(&mut self) -> Vec<Image> {
        match self.0 {}
    }

    /// How it is sampled, and what was counted up to now.
    pub fn sampling(&mut self) -> Sampling {
        match self.0 {}
    }

    /// Ends sampling and adds what is left to `batch`.
    pub fn stop(self, _: &mut Batch) -> Sampling {
        match self.0 {}
    }
}
