//! libFuzzer's side of the target `import`; what it does is in `fuzz/src/targets/`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (spanfire_fuzz::target("import").run)(bytes));
