//! Conformance suites: one for each contract of `surmise-core`, and for training optimizers.
//!
//! Whoever writes a sampler, a store or an optimizer, inside this repository or outside it, calls
//! the suite from an ordinary test; it panics with a sentence that says what was promised and what
//! came instead.
//!
//! ```
//! use surmise_core::{sample::random, store::MemoryStore};
//! use surmise_test_kit::{sampler, store};
//!
//! sampler::check(&|study| (random::ENTRY.build)(study).unwrap(), &sampler::Options::default());
//! store::check(&mut MemoryStore::new());
//! ```

pub mod optimizer;
pub mod sampler;
pub mod store;
