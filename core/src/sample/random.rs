//! random sampler.
