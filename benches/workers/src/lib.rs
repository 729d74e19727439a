//! Nothing: this package exists for its benchmarks, see `benches/` and README.md.
