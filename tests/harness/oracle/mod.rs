//! A subscriber that is slow and obviously right, and what follows from what it heard.
//!
//! The [`Oracle`] keeps every callback in one list under one lock. An [`Account`] goes through that
//! list and knows of every span its parent, its segments, its end. A [`Testimony`] writes down what a
//! recording should tell and what views should show of it, one line about one thing, and what they do,
//! and compares the lines. Nothing here shares code
//! with the recorder or the views, and nothing is done cleverly.

mod heard;
mod account;
mod lines;
mod told;
mod sums;
mod shown;
mod comparing;
mod trial;
mod score;

pub use account::{Account, Life, Stay};
pub use comparing::Testimony;
pub use heard::{Given, Heard, Oracle, What};
pub use lines::Detail;
pub use score::Score;
pub use trial::{Setting, hear, record};
