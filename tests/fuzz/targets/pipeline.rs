//! Whatever is in a pipeline file is refused with every reason, or means the same written again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use surmise_spec::Source;

#[path = "../../../pipelines/spec/tests/spec/common.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod common;

#[path = "../../../pipelines/spec/tests/spec/survives.rs"]
mod survives;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(source) = Source::from_bytes("p.yaml", bytes.to_vec()) {
        survives::survives(&source.text, &[]);
    }
});
