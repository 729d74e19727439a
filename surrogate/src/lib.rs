//! The Gaussian-process surrogate and everything that learns from the history
