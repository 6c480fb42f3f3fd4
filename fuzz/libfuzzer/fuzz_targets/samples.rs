//! libFuzzer's side of the target `samples`; what it does is in `fuzz/src/targets/`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (spanfire_fuzz::target("samples").run)(bytes));
