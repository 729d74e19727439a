//! sobol sampler.
