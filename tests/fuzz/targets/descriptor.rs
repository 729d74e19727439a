//! Whatever a plugin says of itself is refused in words, or makes sense.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| surmise_plugin_host::fuzzing::descriptor(text));
