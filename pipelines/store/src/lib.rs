//! The study store in SQLite
