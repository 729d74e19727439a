//! Finds, verifies and loads model plugins
