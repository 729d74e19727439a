//! Conformance suites, one for each trait, usable by outsiders
