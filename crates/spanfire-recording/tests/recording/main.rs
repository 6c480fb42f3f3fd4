//! What holds for every recording: all that is written is read, and nothing else ever is.

mod sample;
mod contents;
mod frames;
mod features;

mod round_trip;
mod native;
mod long_texts;
mod cut_files;
mod turned_bits;
mod hostile_files;
mod failing_sinks;
mod tails;
mod reading_threads;
mod frozen_files;
mod damaged_files;
mod drifting_clocks;
