//! grid sampler.
