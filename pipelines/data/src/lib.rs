//! Readers, datasets, splits and fingerprints
